import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { hashPassword } from '../../src/auth/password';
import { formatCsv, parseCsv } from '../../src/oputil/csv';
import { openBackOffice } from '../support/back-office';
import { openSqlite, runSql, USER_TABLES } from '../support/enigma-installation';
import { runs } from '../support/runs';
import { PASSWORD, Shell } from './shell';

let shell: Shell;
let other: Shell;

beforeEach(async () => {
  shell = await Shell.openEmpty();
  other = await Shell.openEmpty();
});

afterEach(async () => {
  await shell.close();
  await other.close();
});

interface Report {
  readonly wrong: number;
  readonly done: boolean;
  readonly results: readonly { line: number; name: string; kind: string; text: string }[];
}

const KEY =
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJm9kd3fuWSwGzuXvx0v8Gk8eXsM0pQK1k7m1zGyPlDa joe@desk';

const SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';

/** Accounts as ENiGMA½ has them, in the data folder of a board that has not started yet. */
async function oldBoard(): Promise<void> {
  mkdirSync(join(shell.dataDir, 'db'), { recursive: true, mode: 0o700 });
  await runSql(
    join(shell.dataDir, 'db', 'user.sqlite3'),
    `${USER_TABLES}
    insert into user values (1, 'sysop'), (2, 'Müller'), (3, '=1+2'), (4, 'Two Words');
    insert into user_property values (1, 'account_status', '2'), (2, 'account_status', '2'),
      (3, 'account_status', '0'), (4, 'account_status', '1'),
      (2, 'pw_pbkdf2_salt', '${'ab'.repeat(32)}'), (2, 'pw_pbkdf2_dk', '${'cd'.repeat(64)}'),
      (2, 'pw_hash_params', '{"iterations":210000,"digest":"sha512","keyLen":64,"saltLen":32}'),
      (2, 'auto_signature', ' |04x' || char(13, 10) || '"q", é€' || char(9)), (2, 'location', ''),
      (2, 'account_created', '2020-01-01T00:00:00.000-06:00'), (2, 'login_count', '17'),
      (2, 'ssh_public_key', '${KEY}'), (3, 'email_address', 'joe@example.org'),
      (4, 'auth_factor2_otp', 'rfc6238_TOTP'),
      (4, 'activitypub_private_key', 'top'), (4, 'birthdate', null);
    insert into user_group_member values ('users', 1), ('sysops', 1), ('a,b\\c', 2), ('users', 2);`,
  );
  const office = await openBackOffice(shell.dataDir);
  await office.bind('=1+2', 'rfc4266_HOTP');
  await office.close();
}

const read = (name: string): string => readFileSync(join(shell.folder, name), 'utf8');
const at = (name: string): string => join(shell.folder, name);

test('what was exported and imported again is the same, byte for byte', async () => {
  await oldBoard();
  await shell.run('export', at('a.csv'), '--with-secrets');
  await other.run('import', 'csv', at('a.csv'));
  await other.run('export', at('b.csv'), '--with-secrets');
  expect(read('b.csv')).toBe(read('a.csv'));
  const rows = parseCsv(read('a.csv'), 'a.csv');
  const column = (name: string): number => rows[0]?.fields.indexOf(name) ?? -1;
  expect(rows[2]?.fields[column('auto_signature')]).toBe(' |04x\r\n"q", é€\t');
  expect(rows[2]?.quoted[column('location')]).toBe(true);
  expect(rows[1]?.quoted[column('location')]).toBe(false);
  expect(rows[4]?.fields[column('activitypub_private_key')]).toBe('top');
}, 30_000);

test('an import keeps what is asked of an account and what happened to it', async () => {
  await oldBoard();
  await shell.run('export', at('a.csv'), '--with-secrets');
  await other.run('import', 'csv', at('a.csv'));
  const db = await openSqlite(join(other.dataDir, 'db', 'user.sqlite3'));
  const rows = await db.all<{ prop_name: string; value: string }>(
    'select prop_name, hex(prop_value) as value from user_property where user_id = 2 order by 1',
  );
  await db.close();
  const values = Object.fromEntries(
    rows.map(({ prop_name: name, value }) => [name, Buffer.from(value, 'hex').toString()]),
  );
  expect(values).toMatchObject({
    ...{ account_created: '2020-01-01T00:00:00.000-06:00', login_count: '17', location: '' },
    pw_pbkdf2_salt: 'ab'.repeat(32),
  });
  const info = await other.json<{ groups: string[]; status: string }>('user', 'info', 'Müller');
  expect(info.groups.sort()).toEqual(['a,b\\c', 'users']);
  // The one whose secret nobody has asks for a code that is never right; it is not let in without.
  const two = await other.json<{ secondFactor: string | null }>('user', 'info', 'Two Words');
  expect(two.secondFactor).toBe('rfc6238_TOTP');
  expect(await other.json('user', 'info', 'sysop')).toMatchObject({ id: 1 });
}, 30_000);

test('without --with-secrets no secret is in the file, and second factors stay asked for', async () => {
  await oldBoard();
  await shell.run('export', at('a.csv'));
  const text = read('a.csv');
  for (const secret of ['abab', 'cdcd', 'top', 'otp_secret', 'otp_position', 'pw_'])
    expect(text).not.toContain(secret);
  await other.run('import', 'csv', at('a.csv'));
  const one = await other.json<{ secondFactor: string | null }>('user', 'info', '=1+2');
  expect(one.secondFactor).toBe('rfc4266_HOTP');
}, 30_000);

test('accounts of callers on other boards are left out, and that is said', async () => {
  await shell.run('user', 'add', 'joe', '--password', PASSWORD);
  const office = await openBackOffice(shell.dataDir);
  const far = { userId: await office.userId('joe'), board: 'far.example:23', title: 'Far' };
  await office.farAccounts.setName(far, 'JOE SMITH');
  const { password } = await office.farAccounts.passwordFor(far, 20);
  await office.close();
  const out = await shell.run('export', at('a.csv'), '--with-secrets');
  expect(out).toContain('Left out: accounts of callers on other boards (1)');
  for (const secret of ['JOE SMITH', password, 'far.example'])
    expect(read('a.csv')).not.toContain(secret);
  const told = await shell.json('export', at('b.csv'));
  expect(told).toMatchObject({ farAccountsLeftOut: 1 });
  await other.run('user', 'add', 'ann', '--password', PASSWORD);
  expect(await other.run('export', at('c.csv'))).not.toContain('Left out');
});

test.each(['csv', 'json'])(
  'the %s file is for its owner alone and takes nobody’s place',
  async (format) => {
    await shell.run('user', 'add', 'joe', '--password', PASSWORD);
    const out = await shell.run('export', at('out'), '--format', format, '--with-secrets');
    expect(out).toContain('2 accounts written');
    expect(out).toContain('It holds secrets');
    expect((statSync(at('out')).mode & 0o777).toString(8)).toBe('600');
    writeFileSync(at('mine'), 'mine');
    expect((await shell.try('export', at('mine'))).exitCode).toBe(2);
    expect((await shell.try('export', '/dev/stdout', '--with-secrets')).exitCode).toBe(2);
    expect(read('mine')).toBe('mine');
  },
);

test('the JSON has the same values', async () => {
  await oldBoard();
  await shell.run('export', at('a.json'), '--format', 'json', '--with-secrets');
  const accounts = JSON.parse(read('a.json')) as readonly Record<string, string>[];
  expect(accounts.map(({ name }) => name)).toEqual(['sysop', 'Müller', '=1+2', 'Two Words']);
  expect(accounts[1]).toMatchObject({ location: '', ssh_keys: KEY, groups: 'a\\,b\\\\c,users' });
});

test('columns of any kind are mapped, by name and by number', async () => {
  const hash = await hashPassword(PASSWORD);
  const file = await shell.file(
    'table.csv',
    [
      'Nr;Login;Mail;PW;Seed;Ort',
      `7;joe;joe@example.org;${hash};${SECRET};Ulm`,
      '8;ann;;;;',
      '9;bob;no address;;;',
    ].join('\r\n'),
  );
  const map = 'name=Login,email_address=#3,password_hash=PW';
  const args = ['import', 'csv', file, '--map', map, '--map', 'otp_secret=Seed,location=Ort'];
  const report = await shell.json<Report>(...args);
  expect(report.results.map(({ line, kind, text }) => `${line} ${kind} ${text}`)).toEqual([
    '2 made second factor',
    '3 made no password, no mail',
    '4 made no password, no mail; "no address" is no mail address',
  ]);
  const office = await openBackOffice(shell.dataDir);
  const login = office.authenticator.begin({
    ...{ node: 1, server: 'telnet', remoteIp: '127.0.0.1', secure: true },
  });
  const result = await login.submit({ kind: 'password', userName: 'joe', password: PASSWORD });
  expect(result.kind).toBe('need');
  await office.close();
  const joe = await shell.json<{ location: string }>('user', 'info', 'joe');
  expect(joe).toMatchObject({ email: 'joe@example.org', location: 'Ulm' });
});

test('a mail address with a domain of other letters is kept in its ASCII form, and one that is none is named', async () => {
  const file = await shell.file(
    'table.csv',
    ['name,email_address', 'joe, joe@m\u00fcnchen.example ', 'ann,\u00e4nn@example.org'].join('\n'),
  );
  const report = await shell.json<Report>('import', 'csv', file);
  expect(report.results.map(({ name, kind, text }) => `${name} ${kind} ${text}`)).toEqual([
    'joe made no password: link by mail',
    'ann made no password, no mail; "\u00e4nn@example.org" is no mail address',
  ]);
  const joe = await shell.json<{ email?: string }>('user', 'info', 'joe');
  expect(joe.email).toBe('joe@xn--mnchen-3ya.example');
});

test('one wrong line keeps all from being done, and each is told by its number', async () => {
  const file = await shell.file(
    'table.csv',
    [
      'name,status,password_hash,otp_secret,ssh_keys,backup_codes,otp_type',
      'good,active,,,,,',
      'GOOD,,,,,,',
      ',active,,,,,',
      'a,asleep,,,,,',
      'b,,$2b$10$abcdefghijklmnopqrstuv,,,,',
      'c,,"$argon2id$v=19$m=99999999,t=2,p=1$RTsuu3gdolXsYz0qW6XZFQ$7qphIPbsYycxlhNkO9/T9GhRpNzDpjZ+7P9YmOUAnJw",,,,',
      'd,,,tooshort,,,',
      'e,,,,ssh-rsa nothing,,',
      'f,,,,,MUFOH-SANAV,',
      'g,,,,,,yubikey',
      '" h",,,,,,',
      'i,active',
    ].join('\n'),
  );
  const { exitCode, out } = await shell.try('import', 'csv', file);
  expect(exitCode).toBe(1);
  expect(out.split('\n').filter((line) => line.startsWith('line'))).toEqual(
    [
      'line 3 "GOOD": wrong, line 2 has this name too',
      'line 4 "": wrong, it has no name',
      expect.stringMatching(/^line 5 "a": wrong, the status "asleep" is none of/),
      expect.stringMatching(/^line 6 "b": wrong, the password hash is not of argon2/),
      expect.stringMatching(/^line 7 "c": wrong, checking the password hash would take too much/),
      expect.stringMatching(/^line 8 "d": wrong, the secret/),
      expect.stringMatching(/^line 9 "e": wrong, an SSH key cannot be read/),
      expect.stringMatching(/^line 10 "f": wrong, backup codes without an otp_secret/),
      expect.stringMatching(/^line 11 "g": wrong, the otp_type "yubikey" is not known/),
      expect.stringMatching(/^line 12 " h": wrong, this cannot be a name/),
      expect.stringMatching(/^line 13 "i": wrong, it has fewer columns/),
      expect.stringMatching(/^line 2 "good": made, no password/),
    ].map((each) => each as string),
  );
  expect(out).toContain('12 accounts: 1 to make, 0 kept, 11 wrong; nothing was changed');
  const skipped = await shell.try('import', 'csv', file, '--skip-wrong');
  expect(skipped.exitCode).toBe(1);
  expect(skipped.out).toContain('1 to make, 0 kept, 11 wrong; done');
  expect((await shell.json<unknown[]>('user', 'list')).length).toBe(2);
});

test('an import that was stopped is finished by doing it again', async () => {
  const lines = Array.from({ length: 250 }, (_, number) => `caller${number}`);
  const table = (names: readonly string[]): string =>
    ['name,location', ...names.map((name) => `${name},x`)].join('\n');
  const half = await shell.file('half.csv', table(lines.slice(0, 100)));
  const whole = await shell.file('whole.csv', table(lines));
  await shell.run('import', 'csv', half);
  const report = await shell.json<Report>('import', 'csv', whole);
  expect(report.results.filter(({ kind }) => kind === 'kept')).toHaveLength(100);
  expect(report.results.filter(({ kind }) => kind === 'made')).toHaveLength(150);
  const again = await shell.run('import', 'csv', whole);
  expect(again).toContain('250 accounts: 0 to make, 250 kept, 0 wrong; done');
}, 60_000);

test('on an empty board a line of the name of the sysop is account 1 only where its id says so (rule C9)', async () => {
  const unsaid = await shell.file('unsaid.csv', 'name,groups\njoe,users\nSysOp,users\n');
  const refused = await shell.try('import', 'csv', unsaid);
  expect(refused.exitCode).toBe(1);
  expect(refused.out).toContain('line 3 "SysOp": wrong, this is the name of the sysop');
  expect(refused.out).toContain('give the line the id 1, or another name');
  expect(await shell.json<unknown[]>('user', 'list')).toEqual([]);
  const said = await shell.file(
    'said.csv',
    'id,name,groups\n7,joe,"users,sysops"\n1,Chief,sysops\n8,sysop,users\n9,ann,users\n',
  );
  for (const options of [['--dry-run'], []]) {
    const out = await shell.run('import', 'csv', said, ...options);
    expect(out).toContain('account 1, the sysop: line 3 "Chief"');
    expect(out).toContain('in the group sysops: line 2 "joe"');
    expect(out).toContain('in the group sysops: line 3 "Chief"');
    expect(out).not.toContain('in the group sysops: line 5');
  }
  expect(await shell.json('user', 'info', 'Chief')).toMatchObject({ id: 1 });
  const twice = await other.try('import', 'csv', await shell.file('2.csv', 'id,name\n1,a\n1,b\n'));
  expect(twice.out).toContain('line 3 "b": wrong, line 2 has the id 1 too');
});

test('a dry run makes no account', async () => {
  const file = await shell.file('table.csv', 'name,location\njoe,Ulm\n');
  expect(await shell.run('import', 'csv', file, '--dry-run')).toContain('nothing was changed');
  expect(await shell.json<unknown[]>('user', 'list')).toEqual([]);
});

test.each([
  ['pw_secret,name\nx,joe\n', [], "'pw_secret' is no column that can be imported"],
  ['auth_factor2_otp,name\nx,joe\n', [], "'auth_factor2_otp' is no column"],
  ['login\njoe\n', [], "no column is 'name'"],
  ['name,name\njoe,joe\n', [], "there are two columns for 'name'"],
  [
    'Login\njoe\n',
    ['--map', 'name=Lugin'],
    "the file has no column 'Lugin'; did you mean 'Login'?",
  ],
  ['Login\njoe\n', ['--map', 'name'], '--map takes FIELD=COLUMN'],
  ['Login\njoe\n', ['--map', 'name=#2'], "the file has no column '#2'"],
])('refuses %j %j', async (text, args, why) => {
  const file = await shell.file('table.csv', text);
  const { exitCode, err } = await shell.try('import', 'csv', file, ...args);
  expect(err).toContain(why);
  expect(exitCode).toBe(2);
});

test('a table that is not UTF-8 is refused with its line', async () => {
  writeFileSync(at('latin.csv'), Buffer.from('name\njoe\nm\xfcller\n', 'latin1'));
  const { exitCode, err } = await shell.try('import', 'csv', at('latin.csv'));
  expect(err).toContain('latin.csv:3: this is not UTF-8');
  expect(exitCode).toBe(2);
});

test('any record is read back as it was written', async () => {
  const field = fc.option(fc.string({ unit: 'binary', maxLength: 40 }), { nil: undefined });
  const records = fc.array(field, { minLength: 2, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(records, (fields) => {
      const text = formatCsv(['a', ...fields.map(() => 'b')]) + formatCsv(['x', ...fields]);
      const record = parseCsv(text, 'x')[1];
      const back = record?.fields.map((value, index) =>
        value === '' && record.quoted[index] !== true ? undefined : value,
      );
      expect(back).toEqual(['x', ...fields]);
      return Promise.resolve();
    }),
    { numRuns: runs(300) },
  );
});

test('--mail-reset mails who has no password and an address a link to set one, and nobody else', async () => {
  const table = [
    'id,name,email_address,password_hash,status',
    '1,boss,boss@example.org,,active',
    `2,ann,ann@example.org,"${await hashPassword(PASSWORD)}",active`,
    '3,bob,,,active',
    '4,carl,carl@example.org,,disabled',
    '5,dora,dora@example.org,,inactive',
  ];
  const file = await shell.file('people.csv', table.join('\n'));
  const dry = await shell.json<{ mails?: number }>(
    'import',
    'csv',
    file,
    '--mail-reset',
    '--dry-run',
  );
  expect(dry.mails).toBeUndefined();
  const out = await shell.run('import', 'csv', file, '--mail-reset');
  expect(out).toContain('2 mails with a link to set a password are stored');
  const waiting = await shell.json<{ to?: string; kind: string; user: string }[]>('mail', 'list');
  expect(waiting.map(({ kind, user }) => [user, kind])).toEqual([
    ['boss', 'first-password'],
    ['dora', 'first-password'],
  ]);
  expect(await shell.run('import', 'csv', file, '--mail-reset')).toContain('0 mails with a link');
  const lacking = await shell.file(
    'no-pages.hjson',
    '{ contentServers: { web: { https: { enabled: false } } } }',
  );
  const refused = await other.try('--config', lacking, 'import', 'csv', file, '--mail-reset');
  expect(refused).toMatchObject({
    exitCode: 1,
    err: expect.stringContaining('what a mailed link needs'),
  });
  expect(await other.json('user', 'list')).toEqual([]);
});

test('a column that becomes a property which nothing reads is remarked where a known one seems meant', async () => {
  const file = await shell.file('odd.csv', 'Login,Mail,Town,Cat\nzoe,zoe@example.org,Ulm,Mia\n');
  const map = 'name=Login,email=Mail,locatoin=Town,cats_name=Cat';
  const out = await shell.run('import', 'csv', file, '--map', map, '--dry-run');
  expect(out).toContain(
    "'email' is kept as a property of that name; did you mean 'email_address'?",
  );
  expect(out).toContain("'locatoin' is kept as a property of that name; did you mean 'location'?");
  expect(out).not.toContain('cats_name');
  const own = await shell.run('import', 'csv', file, '--map', 'name=Login,abuot=Cat', '--dry-run');
  expect(own).toContain("'abuot' is kept as a property of that name; did you mean 'about'?");
  const right = 'name=Login,email_address=Mail,location=Town,about=Cat';
  expect(await shell.run('import', 'csv', file, '--map', right, '--dry-run')).not.toContain(
    'kept as',
  );
});
