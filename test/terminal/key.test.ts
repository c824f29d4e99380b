import { keyMatches, normalizeKeyName } from '../../src/terminal/key';

test.each([
  ['escape', 'escape'],
  ['ESC', 'escape'],
  ['ctrl+s', 'ctrl + s'],
  ['Ctrl + S', 'ctrl + s'],
  ['shift + q', 'Q'],
  ['shift + tab', 'shift + tab'],
  ['Page Up', 'page up'],
  ['pgdn', 'page down'],
  ['q', 'q'],
  ['Q', 'Q'],
  ['+', '+'],
  [' ', 'space'],
])('a menu may write %s', (written, name) => {
  expect(normalizeKeyName(written)).toBe(name);
});

test('a key is matched by each of its spellings and by no other', () => {
  expect(keyMatches({ name: 'Q', text: 'Q' }, 'shift + q')).toBe(true);
  expect(keyMatches({ name: 'q', text: 'q' }, 'shift + q')).toBe(false);
  expect(keyMatches({ name: 'escape', text: '' }, 'esc')).toBe(true);
});
