import { checkProperty } from '../../src/views/properties';
import { findProperty, findViewType, VIEW_TYPES } from '../../src/views/registry';

test('each view of the contract is there', () => {
  const codes = [
    'TL',
    'ET',
    'ME',
    'MT',
    'BT',
    'VM',
    'HM',
    'FM',
    'SM',
    'TM',
    'KE',
    'XY',
    'TK',
    'SB',
    'LG',
  ];
  expect(Object.keys(VIEW_TYPES).sort()).toEqual([...codes].sort());
  expect(findViewType('ZZ')).toBeUndefined();
  expect(findViewType('toString')).toBeUndefined();
});

test('each property is documented once', () => {
  for (const type of Object.values(VIEW_TYPES)) {
    const names = type.properties.map((property) => property.name);
    expect(new Set(names).size).toBe(names.length);
    for (const property of type.properties) expect(property.doc).toMatch(/^.+[.]$/);
  }
});

test.each([
  ['ET', 'maxLength', 16, true],
  ['ET', 'maxLength', '16', true],
  ['ET', 'maxLength', 'many', false],
  ['ET', 'maxLength', -1, false],
  ['ET', 'password', 'yes', false],
  ['ET', 'fillChar', '..', false],
  ['ET', 'textStyle', 'upper', true],
  ['ET', 'textStyle', 'uper', false],
  ['ET', 'validate', '@systemMethod:validateNonEmpty', true],
  ['ET', 'validate', 'validateNonEmpty', false],
  ['TL', 'justify', 'middle', false],
  ['MT', 'mode', 'preview', true],
  ['MT', 'mode', 'edit', true],
  ['MT', 'mode', 'write', false],
  ['VM', 'items', ['a', { text: 'b', data: 1 }], true],
  ['VM', 'items', ['a', { label: 'b' }], false],
  ['VM', 'items', 'a', false],
  ['VM', 'itemFormat', '{text!styleUpper:<20}|07', true],
  ['VM', 'itemFormat', '{text!wavy}', false],
  ['VM', 'itemFormat', '{text:5y}', false],
  ['VM', 'hotKeys', { Q: 2 }, true],
  ['VM', 'hotKeys', { Q: 'two' }, false],
  ['ET', 'maxLength', '@config:users.usernameMax', true],
  ['ET', 'position', { row: 5, col: 10 }, true],
  ['ET', 'position', { row: 0 }, false],
  ['KE', 'keys', ['y', 'n'], true],
  ['KE', 'keys', 'yn', false],
] as const)('%s.%s may be %p: %p', (code, name, value, good) => {
  const type = findViewType(code);
  const property = type === undefined ? undefined : findProperty(type, name);
  expect(property).toBeDefined();
  if (property !== undefined) expect(checkProperty(property, value) === undefined).toBe(good);
});
