import fc from 'fast-check';
import { parseCsv } from '../../src/oputil/csv';
import { PASSWORD, Shell } from './shell';

let shell: Shell;

beforeEach(async () => {
  shell = await Shell.open();
});

afterEach(() => shell.close());

interface Report {
  readonly failed: number;
  readonly results: readonly { line: number; name: string; kind: string; text: string }[];
}

interface Account {
  readonly email?: string;
  readonly secondFactor: string | null;
}

const kinds = (report: Report): string[] =>
  report.results.map(({ line, kind }) => `${line} ${kind}`);

test('takes over accounts, with and without a secret, and reports each line', async () => {
  const file = await shell.file(
    'accounts.csv',
    'name,email,secret\r\njoe,joe@example.org,JBSWY3DPEHPK3PXP\r\nann,,\r\nbob,bob@example.org,NULL\r\n',
  );
  const out = await shell.run('user', 'import-tfs', '--csv', file);
  expect(out).toMatch(/^ {3}2 {2}joe {3}made {2}secret bound; no password: reset by mail$/m);
  expect(out).toMatch(
    /^ {3}3 {2}ann {3}made {2}no second factor; no password and no mail: set one$/m,
  );
  expect(out).toContain('3 lines: 3 accounts made, 0 secrets bound, 0 kept, 0 failed');
  const joe = await shell.json<Account>('user', 'info', 'joe', '--security');
  expect(joe).toMatchObject({
    email: 'joe@example.org',
    secondFactor: 'googleAuth',
    otp: { backupCodesLeft: 0 },
  });
  expect((await shell.json<Account>('user', 'info', 'bob')).secondFactor).toBeNull();
});

test('a mail address with a domain of other letters is kept in its ASCII form, and one that is none is named', async () => {
  const file = await shell.file(
    'accounts.csv',
    'name,email,secret\njoe,joe@m\u00fcnchen.example,\nann,\u00e4nn@example.org,JBSWY3DPEHPK3PXP\n',
  );
  const report = await shell.try('user', 'import-tfs', '--csv', file);
  expect(report).toMatchObject({
    exitCode: 1,
    out: expect.stringContaining('"\u00e4nn@example.org": That is not a plain mail address'),
  });
  expect((await shell.json<Account>('user', 'info', 'joe')).email).toBe(
    'joe@xn--mnchen-3ya.example',
  );
  expect(await shell.try('user', 'info', 'ann')).toMatchObject({ exitCode: 1 });
});

test('reads what mysql -B prints, columns in any order', async () => {
  const file = await shell.file(
    'accounts.tsv',
    'id\tsecret\tname\temail\n1\tJBSWY3DPEHPK3PXP\tjoe\tjoe@example.org\n2\tNULL\tann\t\\N\n',
  );
  const report = await shell.json<Report>('user', 'import-tfs', '--csv', file);
  expect(kinds(report)).toEqual(['2 made', '3 made']);
  expect(await shell.json<Account>('user', 'info', 'ann')).toMatchObject({ secondFactor: null });
  expect(await shell.json<Account>('user', 'info', 'ann')).not.toHaveProperty('email');
});

test('a line that cannot be taken over is reported, and the others are done', async () => {
  const file = await shell.file(
    'accounts.csv',
    [
      'joe,joe@example.org,JBSWY3DPEHPK3PXP',
      'ann,ann@example.org,NOT-A-SECRET-1',
      'x,,JBSWY3DPEHPK3PXP',
      'bob,bob@@example.org,',
      'JOE,other@example.org,',
      ',nobody@example.org,',
      'root,,',
      'eve,,JBSWY3DP',
      'zoe,,',
    ].join('\n'),
  );
  const ran = await shell.try('user', 'import-tfs', '--csv', file, '--json');
  expect(ran.exitCode).toBe(1);
  const report = JSON.parse(ran.out) as Report;
  expect(kinds(report)).toEqual([
    ...['1 made', '2 failed', '3 failed', '4 failed', '5 failed'],
    ...['6 failed', '7 failed', '8 failed', '9 made'],
  ]);
  expect(report.failed).toBe(7);
  expect(report.results.map(({ text }) => text).join('\n')).not.toContain('JBSWY3DP');
  const names = (await shell.json<{ name: string }[]>('user', 'list')).map(({ name }) => name);
  expect(names).toEqual(['sysop', 'joe', 'zoe']);
});

test('an account that is there keeps what it has; it gets a secret where it had none', async () => {
  await shell.run('user', 'add', 'joe', '--password', PASSWORD, '--email', 'mine@example.org');
  await shell.run('user', 'add', 'ann', '--password', PASSWORD);
  await shell.run('user', '2fa-otp', 'ann', 'totp');
  const file = await shell.file(
    'accounts.csv',
    'joe,joe@example.org,JBSWY3DPEHPK3PXP\nann,,JBSWY3DPEHPK3PXP\nsysop,,\n',
  );
  const report = await shell.json<Report>('user', 'import-tfs', '--csv', file);
  expect(kinds(report)).toEqual(['1 bound', '2 kept', '3 kept']);
  expect((await shell.json<Account>('user', 'info', 'joe')).email).toBe('mine@example.org');
  expect((await shell.json<Account>('user', 'info', 'ann')).secondFactor).toBe('rfc6238_TOTP');
  const again = await shell.json<Report>('user', 'import-tfs', '--csv', file, '--replace');
  expect(kinds(again)).toEqual(['1 bound', '2 bound', '3 kept']);
  expect((await shell.json<Account>('user', 'info', 'ann')).secondFactor).toBe('googleAuth');
});

test('a file may be imported again', async () => {
  const file = await shell.file('accounts.csv', 'joe,,JBSWY3DPEHPK3PXP\nann,,\n');
  await shell.run('user', 'import-tfs', '--csv', file);
  expect(kinds(await shell.json<Report>('user', 'import-tfs', '--csv', file))).toEqual([
    '1 kept',
    '2 kept',
  ]);
});

test('--dry-run says the same and changes nothing', async () => {
  await shell.run('user', 'add', 'joe', '--password', PASSWORD);
  const file = await shell.file('accounts.csv', 'joe,,JBSWY3DPEHPK3PXP\nann,,\neve,,x\n');
  const { out, exitCode } = await shell.try('user', 'import-tfs', '--csv', file, '--dry-run');
  expect(exitCode).toBe(1);
  expect(out).toContain('1 accounts made, 1 secrets bound, 0 kept, 1 failed; nothing was changed');
  expect(await shell.run('user', 'list')).not.toContain('ann');
  expect((await shell.json<Account>('user', 'info', 'joe')).secondFactor).toBeNull();
});

test.each([
  ['', 2, 'is empty'],
  ['name,emial,secret\njoe,,\n', 2, "there is no column 'emial'; did you mean 'email'?"],
  ['joe,"unfinished\nann,,\n', 2, ':1: the quote that begins here has no end'],
])('a file that holds %j is refused as a whole', async (text, code, why) => {
  const file = await shell.file('accounts.csv', text);
  const { exitCode, err } = await shell.try('user', 'import-tfs', '--csv', file);
  expect(exitCode).toBe(code);
  expect(err).toContain(why);
});

test.each([
  'tfs',
  'postgres://joe:sesame-7@127.0.0.1/tfs',
  'mysql://127.0.0.1/tfs',
  'mysql://joe:sesame-7@127.0.0.1/',
  'mysql://joe:sesame-7@127.0.0.1/tfs?ssl=off',
])('--dsn %s is refused, and its password not said', async (dsn) => {
  const { exitCode, err } = await shell.try('user', 'import-tfs', '--dsn', dsn);
  expect(exitCode).toBe(2);
  expect(err).toContain('--dsn is an address like mysql://user@127.0.0.1:3306/tfs');
  expect(err).not.toContain('sesame-7');
});

test('--dsn without its driver says what to install', async () => {
  const ran = await shell.try('user', 'import-tfs', '--dsn', 'mysql://joe@127.0.0.1/tfs');
  expect(ran.exitCode).toBe(1);
  expect(ran.err).toContain('npm install mysql2');
});

test('without --csv and --dsn, with both, or without the file, it says so', async () => {
  const { err } = await shell.try('user', 'import-tfs');
  expect(err).toContain('--csv FILE or --dsn mysql://');
  const both = ['--csv', 'a.csv', '--dsn', 'mysql://joe@127.0.0.1/tfs'];
  expect((await shell.try('user', 'import-tfs', ...both)).exitCode).toBe(2);
  const missing = await shell.try('user', 'import-tfs', '--csv', '/no/file');
  expect(missing.exitCode).toBe(2);
  expect(missing.err).toContain('cannot read /no/file');
});

test('CSV: whatever is quoted comes back as it was, with the line it began on', () => {
  const field = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', ' ', 'é', ';') });
  const table = fc.array(fc.tuple(field, field, field), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(table, fc.constantFrom('\n', '\r\n'), (rows, end) => {
      const quoted = rows.map((row) => row.map((text) => `"${text.replaceAll('"', '""')}"`));
      // The first line decides which separator it is.
      const text = `a,b,c${end}${quoted.map((row) => row.join(',')).join(end)}`;
      const records = parseCsv(text, 'test.csv').slice(1);
      const kept = rows.filter((row) => row.some((cell) => cell.trim() !== ''));
      expect(records.map(({ fields }) => fields)).toEqual(kept);
      for (const { line } of records) {
        expect(line).toBeLessThanOrEqual(text.split('\n').length);
      }
    }),
  );
});
