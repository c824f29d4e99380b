import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dictionary } from '@zxcvbn-ts/language-common';
import { PasswordPolicy, loadRefusedPasswords } from '../../src/auth/password-policy';
import { sayStock } from '../../src/texts/texts';

const policy = new PasswordPolicy({
  rules: () => ({ min: 8, max: 128, boardName: 'Rusty Hinge BBS' }),
  refused: ['Mondfahrt'],
});
const about = { userName: 'Zebulon', email: 'lighthouse@example.org' };
const check = (password: string) => policy.findProblem(password, about);

test.each([
  ['seven77', 'too-short'],
  ['x'.repeat(129), 'too-long'],
  ['with\u0007a bell', 'control-characters'],
  ['password', 'common'],
  ['PASSWORD', 'common'],
  ['Password123', 'common'],
  ['P4ssw0rd!', 'common'],
  ['!!password!!', 'common'],
  ['drowssap', 'common'],
  ['qwertyuiop', 'too-simple'],
  ['12345678', 'too-simple'],
  ['87654321', 'too-simple'],
  ['aaaaaaaa', 'too-simple'],
  ['abcabcabcabc', 'too-simple'],
  ['mondfahrt1', 'common'],
  ['zebulon1', 'personal'],
  ['Z3bul0n!!', 'personal'],
  ['zebulonzebulon', 'personal'],
  ['RustyHinge1', 'personal'],
  ['lighthouse', 'personal'],
  ['example1', 'personal'],
])('%j is refused as %s', (password, problem) => {
  const found = check(password);
  expect(found).toBe(problem);
  expect(found && policy.explain(found)(sayStock)).toMatch(/^[A-Z].*\.$/);
});

test.each([
  'correct horse battery',
  'no composition rules',
  'Grüße aus Wien',
  'パスワードを考える',
  'x7#kPq!z',
  'zebulon sails to the moon',
  'y'.repeat(60) + 'a sentence of words'.repeat(3),
])('%j may be used', (password) => {
  expect(check(password)).toBeUndefined();
});

test('the length is counted in characters, composed', () => {
  expect(check('😀🎈🌵🐝🧭🪁🛶')).toBe('too-short');
  expect(check('😀🎈🌵🐝🧭🪁🛶🧀')).toBeUndefined();
  expect(check('e\u0301a\u0301o\u0301i\u0301')).toBe('too-short');
});

test('the list of common passwords is compared as it comes, and so must be folded', () => {
  const words = dictionary['passwords-common'];
  expect(words.length).toBeGreaterThan(40_000);
  expect(words.filter((word) => word !== word.normalize('NFKC').toLowerCase())).toEqual([]);
  expect(words).not.toContain('');
});

test('on a list of several, each password is refused, and an empty line is none', () => {
  const own = new PasswordPolicy({
    rules: () => ({ min: 1, max: 128, boardName: '' }),
    refused: ['Mondfahrt', '', 'Ｆｉｄｏｎｅｔ'],
  });
  expect(own.findProblem('mondfahrt', about)).toBe('common');
  expect(own.findProblem('FidoNet', about)).toBe('common');
  expect(own.findProblem('?', about)).not.toBe('common');
});

test("the sysop's list is read without its comments, and may be missing", () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-policy-'));
  const file = join(folder, 'bad_passwords.txt');
  const instead = 'only the passwords of the built-in list are refused';
  const problem = `there is no ${file}; ${instead}`;
  expect(loadRefusedPasswords(file)).toEqual({ passwords: [], problem });
  writeFileSync(file, '# ours\nmondfahrt\r\n\nfidonet\n');
  expect(loadRefusedPasswords(file)).toEqual({ passwords: ['mondfahrt', 'fidonet'] });
  rmSync(folder, { recursive: true });
});
