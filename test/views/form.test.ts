import fc from 'fast-check';
import { BbsError } from '../../src/base/errors';
import { encodeText } from '../../src/terminal/encoding';
import { createForm } from '../../src/views/form';
import { ScreenEmulator } from '../support/screen';
import { Driver, spec } from './driver';

const LOGIN = [
  spec('ET1', [5, 10], { argName: 'username', maxLength: 16, focus: true }),
  spec('ET2', [6, 10], { argName: 'password', password: true, submit: true }),
];

test('a name and a password that arrive in one burst are one sign-in', async () => {
  const login = new Driver({ views: LOGIN });
  const event = await login.type('sysop\rsecret\r');
  expect(event).toMatchObject({
    kind: 'submit',
    submission: { submitId: 2, value: { username: 'sysop', password: 'secret' } },
  });
  expect(login.screen.row(5).trim()).toBe('sysop');
  expect(login.screen.row(6).trim()).toBe('******');
  expect(Buffer.concat(login.screen.sent).toString('latin1')).not.toContain('secret');
});

test('the field in focus has the focus colour, the others that of the art', async () => {
  const login = new Driver({ views: LOGIN });
  await login.type('ab');
  expect(login.screen.cell(5, 10)).toMatchObject({ character: 'a', foreground: 3, background: 4 });
  expect(login.screen.cell(6, 10)).toMatchObject({ foreground: 6, background: 0 });
  await login.type('\t');
  expect(login.screen.cell(5, 10)).toMatchObject({ character: 'a', foreground: 6, background: 0 });
  expect(login.screen.cell(6, 10)).toMatchObject({ background: 4 });
});

test('the cursor stands behind what was typed', async () => {
  const login = new Driver({ views: LOGIN });
  await login.screen.settled();
  expect(login.screen.cursor).toEqual({ row: 5, column: 10 });
  await login.type('abc');
  expect(login.screen.cursor).toEqual({ row: 5, column: 13 });
  await login.type('\t');
  expect(login.screen.cursor).toEqual({ row: 6, column: 10 });
});

test('a key repaints no more than it changed', async () => {
  const login = new Driver({ views: LOGIN });
  await login.type('a');
  expect(login.lastOutput.length).toBeLessThan(40);
  expect(login.lastOutput.replace(/\x1b\[[0-9;?]*[a-zA-Z]/g, '')).toBe('a');
});

test('the cursor comes to a view behind the one that it names, and not where its number is', async () => {
  const views = [
    spec('ET1', [3, 10], { focus: true }),
    spec('ET2', [5, 10], { submit: true }),
    spec('ET9', [4, 10], { tabAfter: 1 }),
  ];
  const form = new Driver({ views });
  const event = await form.type('a\rb\rc\r');
  expect(event).toMatchObject({ kind: 'submit', submission: { submitId: 2 } });
  expect([3, 4, 5].map((row) => form.screen.row(row).trim())).toEqual(['a', 'b', 'c']);
});

test('tab and the arrows walk round the fields', async () => {
  const login = new Driver({ views: LOGIN });
  const walk: (number | undefined)[] = [];
  for (const key of ['\t', '\t', '\x1b[Z', '\x1b[A', '\x1b[B', '\x1b[B']) {
    await login.type(key);
    walk.push(login.form.focusedId);
  }
  expect(walk).toEqual([2, 1, 2, 1, 2, 1]);
});

test('a key that no view wants goes to the menu', async () => {
  const login = new Driver({ views: LOGIN });
  for (const [bytes, name] of [
    ['\x1b', 'escape'],
    ['\x1bOP', 'f1'],
    ['\x13', 'ctrl + s'],
    ['\x1b[5~', 'page up'],
  ] as const) {
    expect(await login.type(bytes)).toMatchObject({ kind: 'key', key: { name } });
  }
});

test('without a submitting view the highest one submits', async () => {
  const form = new Driver({
    views: [spec('ET3', [3, 1]), spec('ET1', [1, 1]), spec('TL9', [9, 1])],
  });
  expect(form.form.focusedId).toBe(1);
  expect(await form.type('a\r')).toMatchObject({ kind: 'none' });
  expect(await form.type('b\r')).toMatchObject({
    kind: 'submit',
    submission: { submitId: 3, value: { 1: 'a', 3: 'b' } },
  });
});

test('a value that does not hold keeps the cursor and says why', async () => {
  const asked: string[] = [];
  const form = new Driver({
    views: [
      spec('ET1', [1, 1], { argName: 'name', validate: '@systemMethod:validateNonEmpty' }),
      spec('ET2', [2, 1], { submit: true }),
    ],
    validate: async (view, text) => {
      asked.push(`${view.argName}=${text}`);
      return text === '' ? 'This must not be empty.' : undefined;
    },
  });
  expect(await form.type('\r')).toMatchObject({
    kind: 'invalid',
    viewId: 1,
    message: 'This must not be empty.',
  });
  expect(form.form.focusedId).toBe(1);
  // Tab leaves an empty field for later: submit asks for it.
  await form.type('\t');
  expect(form.form.focusedId).toBe(2);
  await form.type('\x1b[Z');
  await form.type('x\t');
  expect(form.form.focusedId).toBe(2);
  await form.type('\x1b[Z\x08\x1b[Z');
  expect(form.form.focusedId).toBe(2);
  expect(await form.type('y\r')).toMatchObject({ kind: 'invalid', viewId: 1 });
  expect(form.form.focusedId).toBe(1);
  expect(asked).toEqual(['name=', 'name=x', 'name=']);
});

test('fields can be filled, emptied and focused from outside', async () => {
  const login = new Driver({ views: LOGIN });
  await login.type('abc\rwrong');
  login.show(login.form.setText(2, ''));
  login.show(login.form.focus(1));
  await login.type('\x19sysop');
  expect(login.form.values()).toEqual({ username: 'sysop', password: '' });
  expect(login.screen.row(6).trim()).toBe('');
  expect(login.screen.cursor).toEqual({ row: 5, column: 15 });
});

test('a view that cannot be is an error with its name', () => {
  expect(() => createForm({ views: [spec('ZZ1', [1, 1])] })).toThrow(BbsError);
});

test('a view on the last row leaves the bottom-right cell alone', async () => {
  const form = new Driver({ views: [spec('ET1', [24, 70], { width: 40 })] });
  await form.type('x'.repeat(30));
  expect(form.screen.scrolled).toBe(0);
  expect(form.screen.cell(24, 80).character).toBe(' ');
  expect(form.screen.cell(24, 79).character).toBe('x');
});

test('whatever is typed, the screen shows what a fresh drawing would show, and nothing scrolls', async () => {
  const key = fc.constantFrom(
    'a',
    'Z',
    ' ',
    '\xe1',
    '\x08',
    '\x7f',
    '\x1b[D',
    '\x1b[C',
    '\x1b[H',
    '\x1b[F',
    '\x1b[3~',
    '\t',
    '\x1b[Z',
    '\x1b[A',
    '\x1b[B',
    '\x15',
    '\x17',
    '\x0b',
    'q',
    '7',
  );
  const views = [
    spec('ET1', [2, 3], { width: 6, maxLength: 12 }),
    spec('ET2', [3, 3], { width: 4, password: true }),
    spec('ME3', [4, 3], { maskPattern: '##/AA', fillChar: '_' }),
    spec('VM4', [6, 3], { items: ['one', 'two', 'three'], height: 2 }),
    spec('SM5', [9, 3], { items: ['red', 'green'] }),
    spec('TM6', [10, 3], { items: ['yes', 'no'], hotKeys: { q: 1 } }),
    spec('HM7', [11, 3], { items: ['left', 'right'], itemSpacing: 2, submit: true }),
  ];
  await fc.assert(
    fc.asyncProperty(fc.array(key, { maxLength: 60 }), async (keys) => {
      const driver = new Driver({ views });
      await driver.type(keys.join(''));
      const fresh = new ScreenEmulator();
      fresh.write(encodeText(driver.form.draw(), 'cp437'));
      await fresh.settled();
      expect(driver.screen.rows()).toEqual(fresh.rows());
      expect(driver.screen.cursor).toEqual(fresh.cursor);
      expect(driver.screen.scrolled).toBe(0);
      driver.screen.dispose();
      fresh.dispose();
    }),
    { numRuns: 60 },
  );
});

test('a form takes over what another one holds, in fields of other places and sizes', async () => {
  const views = (at: number, width: number) => [
    spec('ET1', [at, 10], { width }),
    spec('ME2', [at + 1, 10], { maskPattern: '##/##' }),
    spec('VM3', [at + 2, 10], { height: 2, items: ['a', 'b', 'c', 'd'] }),
    spec('TL4', [at + 6, 10], { text: 'old', width }),
    spec('MT5', [at + 7, 10], { mode: 'preview', width, height: 2 }),
    spec('BT6', [at + 10, 10], { text: 'go' }),
    spec('KE7', [at + 11, 10]),
    spec('TL8', [at + 12, 10], { text: 'untouched' }),
  ];
  const before = new Driver({ views: views(1, 20) });
  await before.type('hello world\x1b[D\x1b[D\t12\t\x1b[B\x1b[B\x1b[B\t\x1b[B');
  before.show(before.form.setText(4, 'said'));
  before.show(before.form.setText(5, 'one two three four five six seven eight nine ten'));
  await before.type('\x1b[B');
  before.show(before.form.setText(6, 'stop'));
  before.show(before.form.setText(7, 'x'));
  const focused = before.form.focusedId;
  const form = createForm({ views: views(8, 12) });
  form.takeOver(before.form);
  const screen = new ScreenEmulator();
  screen.write(encodeText(form.draw(), 'cp437'));
  await screen.settled();
  expect(form.focusedId).toBe(focused);
  expect(form.values()).toEqual(before.form.values());
  const text = (row: number) => screen.row(row).trim();
  expect([8, 9].map(text)).toEqual(['hello world', '12/']);
  expect([10, 11].map(text)).toEqual(['c', 'd']);
  expect(text(14)).toBe('said');
  expect([15, 16].map(text)).toEqual(['three four', 'five six']);
  expect([18, 19, 20].map(text)).toEqual(['stop', 'x', 'untouched']);
});

test('a caret stays in the middle of what was typed when a form takes over', async () => {
  const before = new Driver({ views: [spec('ET1', [1, 1], { width: 10 })] });
  await before.type('abcdef\x1b[D\x1b[D');
  const after = new Driver({ views: [spec('ET1', [3, 1], { width: 30 })] });
  after.form.takeOver(before.form);
  await after.type('X');
  expect(after.form.values()).toEqual({ 1: 'abcdXef' });
});

test('views of another kind under the same number take nothing over', async () => {
  const before = new Driver({ views: [spec('ET1', [1, 1]), spec('ET2', [2, 1])] });
  await before.type('abc\t');
  const form = createForm({ views: [spec('VM1', [1, 1], { items: ['x'] })] });
  form.takeOver(before.form);
  expect(form.values()).toEqual({ 1: 0 });
  expect(form.focusedId).toBe(1);
});
