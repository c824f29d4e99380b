import { runInNewContext } from 'node:vm';
import { BbsError, ERROR_CODES, formatPlace, isError, toError } from '../../src/base/errors';

test('an error says where and what, keeps its cause and knows its exit code', () => {
  const cause = new Error('disk');
  const error = new BbsError('CONFIG_SYNTAX', 'this string is not closed', {
    cause,
    place: { file: 'menu.hjson', line: 3, column: 7 },
  });
  expect(error.describe()).toBe('menu.hjson:3:7: this string is not closed');
  expect(error.cause).toBe(cause);
  expect(error.exitCode).toBe(78);
  expect(error).toBeInstanceOf(Error);
});

test('an error without a place is its message alone, and without a cause has none', () => {
  const error = new BbsError('STORE_FAILED', 'the database is locked; try later');
  expect(error.describe()).toBe('the database is locked; try later');
  expect('cause' in error).toBe(false);
});

test('a place is written as far as it is known', () => {
  expect(formatPlace({ file: 'a.hjson' })).toBe('a.hjson');
  expect(formatPlace({ file: 'a.hjson', line: 2 })).toBe('a.hjson:2');
});

test('every code ends a bin with an exit code that is promised', () => {
  expect([...new Set(Object.values(ERROR_CODES))].sort()).toEqual([1, 2, 78]);
});

test('whatever is thrown becomes an Error', () => {
  const error = new RangeError('x');
  expect(toError(error)).toBe(error);
  expect(toError('text').message).toBe('text');
  expect(toError(undefined)).toBeInstanceOf(Error);
});

test('an Error of another realm is one too', () => {
  const foreign: unknown = runInNewContext("new TypeError('from elsewhere')");
  expect(isError(foreign)).toBe(true);
  expect(toError(foreign)).toBe(foreign);
  expect(isError({ message: 'no', name: 'Error' })).toBe(false);
});
