import { LineText } from '../../src/terminal/line-text';

test('a word that has no room begins the next line, also where colours and cursor movements are between', () => {
  const text = new LineText();
  const sentence =
    'A password cannot be made from your \u001b[1;33mname\u001b[0m, mail address or name.';
  expect(text.convert(`\u001b[3;1H${sentence}\r\n`, 39)).toBe(
    'A password cannot be made from your\r\nname, mail address or name.\r\n',
  );
});

test('what is typed behind a question goes on in its line, and what is said after it begins where it ends', () => {
  const text = new LineText();
  expect(text.convert('Name: ', 12)).toBe('Name: ');
  expect([...'abcdef'].map((key) => text.convert(key, 12)).join('')).toBe('abcdef');
  expect(text.convert('\b \b', 12)).toBe('\b \b');
  expect(text.convert(' x', 12)).toBe('\r\nx');
  expect(text.convert('\r\n', 12)).toBe('\r\n');
  expect(text.convert('\r\n\r\nlonger-than-a-line', 12)).toBe('longer-than-a-line');
});

test('a wide character takes two columns', () => {
  expect(new LineText().convert('ab 漢字 c', 7)).toBe('ab 漢字\r\nc');
});
