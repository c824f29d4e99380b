import { databaseFile } from '../../src/backend';
import { systemClock } from '../../src/base/clock';
import { createLog } from '../../src/base/log';
import { addCall, endCall } from '../../src/store/calls';
import { Database } from '../../src/store/database';
import { removePassword } from '../../src/store/passwords';
import { removeTokens } from '../../src/store/tokens';
import { openBackOffice } from '../support/back-office';
import { PASSWORD, Shell } from './shell';

let shell: Shell;

beforeEach(async () => {
  shell = await Shell.open();
});

afterEach(() => shell.close());

const addJoe = (...more: string[]): Promise<string> =>
  shell.run('user', 'add', 'joe', '--password', PASSWORD, ...more);

const openDatabase = (): Promise<Database> =>
  Database.open({
    file: databaseFile(shell.dataDir),
    clock: systemClock,
    log: createLog({ level: 'error', write: () => undefined, nowMs: () => 0 }),
  });

interface Account {
  readonly id: number;
  readonly name: string;
  readonly status: string;
  readonly groups: readonly string[];
  readonly email?: string;
  readonly secondFactor: string | null;
}

describe('user add', () => {
  test('adds an active account with the groups that every new one has', async () => {
    expect(
      await addJoe('--email', 'joe@example.org', '--real-name', 'Joe D', '--group', 'staff'),
    ).toBe('User "joe" added with id 2\n');
    expect(await shell.json<Account>('user', 'info', 'joe')).toMatchObject({
      id: 2,
      status: 'active',
      groups: ['staff', 'users'],
      email: 'joe@example.org',
      realName: 'Joe D',
    });
  });

  test('makes the sysop first on an empty board, so that account 1 is his whoever comes first', async () => {
    const { err } = await shell.try('user', 'add', 'joe', '--password', PASSWORD);
    expect(err).toContain('made sysop, with the password');
    expect(await shell.run('user', 'info', 'sysop')).toMatch(
      /^Username {5}: sysop \(root\/SysOp\)$/m,
    );
    expect((await shell.try('user', 'add', 'ann', '--password', PASSWORD)).err).toBe('');
  });

  test('gives the sysop of an empty board the password that he chose', async () => {
    const ran = await shell.try('user', 'add', 'sysop', '--password', PASSWORD, '--group', 'staff');
    expect(ran).toEqual({ exitCode: 0, out: 'User "sysop" added with id 1\n', err: '' });
    const sysop = await shell.json<Account>('user', 'info', 'sysop');
    expect(sysop).toMatchObject({ id: 1, groups: ['staff', 'sysops', 'users'] });
  });

  test('leaves nothing behind when it refuses', async () => {
    const ran = await shell.try('user', 'add', 'joe', '--password', 'password');
    expect(ran.exitCode).toBe(1);
    expect(ran.err).toMatch(/^oputil: cannot add "joe": /);
    expect(await shell.run('user', 'list')).toBe('no accounts\n');
  });

  test('refuses common passwords, names that are taken, and bad addresses and groups', async () => {
    await addJoe();
    const errorOf = async (...args: string[]): Promise<string> =>
      (await shell.try('user', 'add', ...args)).err;
    expect(await errorOf('ann', '--password', 'Password123')).toMatch(/cannot add "ann"/);
    expect(await errorOf('JOE', '--password', PASSWORD)).toBe(
      'oputil: cannot add "JOE": this name is taken. Please choose another\n',
    );
    expect(await errorOf('ann', '--password', PASSWORD, '--email', 'a@b@c')).toMatch(
      /mail address/,
    );
    expect(await errorOf('ann', '--password', PASSWORD, '--group', 'a b')).toMatch(/group name/);
    expect(await errorOf('new', '--password', PASSWORD)).toMatch(/reserved/);
  });

  test('reads the password from standard input, or makes one and tells it once', async () => {
    shell.answers = [PASSWORD];
    await shell.run('user', 'add', 'joe', '--password-stdin');
    const made = await shell.run('user', 'add', 'ann', '-n');
    expect(made).toMatch(/^Password {9}: [a-z2-9]{4}(-[a-z2-9]{4}){3} {3}\(shown this once\)$/m);
    const { exitCode, err } = await shell.try('user', 'add', 'bob', '--password-stdin');
    expect(exitCode).toBe(2);
    expect(err).toContain('standard input holds no password');
  });

  test('asks a person twice, and again after a bad or unlike one, without showing it', async () => {
    shell.interactive = true;
    shell.answers = ['short', PASSWORD, 'unlike', PASSWORD, PASSWORD];
    const { exitCode, err, out } = await shell.try('user', 'add', 'joe');
    expect(exitCode).toBe(0);
    expect(err).toContain('cannot use it: use at least 8 characters');
    expect(err).toContain('the two are not the same');
    expect(out + err).not.toContain(PASSWORD);
    expect(shell.questions).toHaveLength(5);
    expect(shell.questions.every((question) => question.endsWith('(hidden)'))).toBe(true);
  });

  test('says what to do where nobody can be asked', async () => {
    const { exitCode, err } = await shell.try('user', 'add', 'joe');
    expect(exitCode).toBe(2);
    expect(err).toContain('--password-stdin');
    expect(err).toContain('--no-prompt');
  });
});

describe('user info and list', () => {
  test('info has the labels that scripts know, in their order', async () => {
    await addJoe();
    const labels = (await shell.run('user', 'info', 'JOE', '--security'))
      .trim()
      .split('\n')
      .map((line) => line.slice(0, 14));
    expect(labels).toEqual([
      ...['Username     :', 'Real name    :', 'ID           :', 'Status       :'],
      ...['Groups       :', 'Theme ID     :', 'Created      :', 'Last login   :'],
      ...['Login count  :', 'Email        :', 'Location     :', 'Affiliations :'],
      ...['About        :'],
      ...['ActivityPub  :', '2FA OTP      :', 'SSH key      :', 'OTP secret   :'],
      ...['OTP Backup   :', 'OTP bound    :', 'OTP used     :', 'OTP pending  :'],
      ...['Code sheet   :', 'Password     :', 'Sign-in      :'],
    ]);
  });

  test('info tells that an account with an SSH key alone has no password', async () => {
    await addJoe();
    const before = await shell.run('user', 'info', 'joe', '--security');
    expect(before).toContain('Password     : set');
    const db = await openDatabase();
    await db.transaction({ account: 2 }, (sql) => removePassword(sql, 2));
    await db.close();
    const after = await shell.json<{ hasPassword: boolean }>('user', 'info', 'joe', '--security');
    expect(after.hasPassword).toBe(false);
  });

  test('a name that a shell would read otherwise is quoted in the command to paste', async () => {
    await shell.run('user', 'add', 'cash $(id)', '--password', PASSWORD);
    await shell.run('user', 'deactivate', 'cash $(id)');
    const said = await shell.run('user', 'info', 'cash $(id)', '--security');
    expect(said).toContain("oputil user activate 'cash $(id)'");
  });

  test('info names the nearest right name for a wrong one', async () => {
    await addJoe();
    expect(await shell.try('user', 'info', 'jeo')).toEqual({
      exitCode: 1,
      out: '',
      err: 'oputil: there is no account "jeo"; did you mean "joe"?\n',
    });
    expect((await shell.try('user', 'info', 'xxxxxxxxxx')).err).toContain("'oputil user list'");
  });

  test('list shows everybody with status and second factor, by id, within 80 columns', async () => {
    await addJoe('--real-name', 'A name too long for these tables');
    await shell.run('user', '2fa-otp', 'joe', 'google');
    shell.columns = 80;
    const lines = (await shell.run('user', 'list')).trimEnd().split('\n');
    expect(lines[0]).toBe('ID  Username  Real name           Status  2FA     Last login  Logins');
    expect(lines[3]).toBe(' 2  joe       A name too long     active  google                   0');
    expect(lines[4]).toMatch(/^ {14}\S/);
    expect(lines.every((line) => line.length <= 80)).toBe(true);
    expect(lines.at(-1)).toBe('2 accounts');
  });

  test('list takes a status and an order, and knows no others', async () => {
    await addJoe();
    await shell.run('user', 'add', 'ann', '--password', PASSWORD);
    await shell.run('user', 'lock', 'ann');
    const names = async (...args: string[]): Promise<string[]> =>
      (await shell.json<Account[]>('user', 'list', ...args)).map(({ name }) => name);
    expect(await names()).toEqual(['sysop', 'joe', 'ann']);
    expect(await names('--sort', 'username')).toEqual(['ann', 'joe', 'sysop']);
    expect(await names('locked')).toEqual(['ann']);
    expect(await names('all', '--sort', 'id')).toHaveLength(3);
    const { exitCode, err } = await shell.try('user', 'list', 'lockd');
    expect(exitCode).toBe(2);
    expect(err).toContain('Allowed choices are all, disabled, inactive, active, locked');
  });

  test('list finds part of a name, and says where it stops', async () => {
    await addJoe('--real-name', 'Zoë Night');
    await shell.run('user', 'add', 'Joanna', '--password', PASSWORD);
    const names = async (...args: string[]): Promise<string[]> =>
      (await shell.json<Account[]>('user', 'list', ...args)).map(({ name }) => name);
    expect(await names('--search', 'JO')).toEqual(['joe', 'Joanna']);
    expect(await names('--search', 'zoe n')).toEqual(['joe']);
    expect(await names('--search', '%')).toEqual([]);
    expect(await names('--sort', 'username', '--limit', '2')).toEqual(['Joanna', 'joe']);
    expect(await shell.run('user', 'list', '--limit', '2')).toContain(
      'the first 2 accounts; there are more',
    );
    expect(await shell.run('user', 'list', '--limit', '3')).toMatch(/^3 accounts$/m);
    expect(await shell.run('user', 'list', '--search', '%')).toBe('no accounts\n');
    const printed = await shell.run('--json', 'user', 'list');
    expect(printed).toBe(`${JSON.stringify(JSON.parse(printed), undefined, 2)}\n`);
    expect(await shell.run('--json', 'user', 'list', '--search', '%')).toBe('[]\n');
    expect((await shell.try('user', 'list', '--limit', '0')).exitCode).toBe(2);
  });

  test('control characters in what a person wrote do not reach the terminal', async () => {
    await addJoe('--real-name', 'Joe\u001b[31m\u009b\u202e D');
    const text = (await shell.run('user', 'info', 'joe')) + (await shell.run('user', 'list'));
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  });
});

test('info names the address that an applicant gave, as one that is not confirmed', async () => {
  await addJoe();
  const { db, mailChange, userId, close } = await openBackOffice(shell.dataDir);
  expect(await shell.run('user', 'info', 'joe')).not.toContain('Email given');
  const id = await userId('joe');
  await mailChange.begin(id, 'joe@example.org', { server: 'telnet', remoteIp: '192.0.2.7' });
  expect(await shell.run('user', 'info', 'joe')).toMatch(
    /^Email {8}: ?\nEmail given {2}: joe@example\.org, not confirmed yet$/m,
  );
  expect(await shell.json('user', 'info', 'joe')).toMatchObject({
    emailNotConfirmed: 'joe@example.org',
  });
  await db.transaction('board', (sql) => removeTokens(sql, id, 'confirm-mail'));
  expect(await shell.run('user', 'info', 'joe')).not.toContain('Email given');
  await close();
});

test('add and set take the domain of an address in other letters, and keep its ASCII form', async () => {
  await addJoe('--email', 'joe@exämple.org');
  const email = async (): Promise<string | undefined> =>
    (await shell.json<Account>('user', 'info', 'joe')).email;
  expect(await email()).toBe('joe@xn--exmple-cua.org');
  await shell.run('user', 'set', 'joe', '--email', ' joe@bücher.example ');
  expect(await email()).toBe('joe@xn--bcher-kva.example');
  expect((await shell.try('user', 'set', 'joe', '--email', 'joé@example.org')).exitCode).toBe(1);
});

describe('changes of an account', () => {
  beforeEach(() => addJoe());

  test.each([
    ['activate', 'active'],
    ['deactivate', 'inactive'],
    ['disable', 'disabled'],
    ['lock', 'locked'],
  ])('%s sets the status to %s', async (verb, status) => {
    expect(await shell.run('user', verb, 'joe')).toBe(`User status set to ${status}\n`);
    expect((await shell.json<Account>('user', 'info', 'joe')).status).toBe(status);
  });

  test('unlock says when a lock of the sysop stays', async () => {
    expect(await shell.run('user', 'unlock', 'joe')).toBe('User "joe" may try again\n');
    await shell.run('user', 'lock', 'joe');
    expect(await shell.run('user', 'unlock', 'joe')).toContain('oputil user activate');
    expect((await shell.json<Account>('user', 'info', 'joe')).status).toBe('locked');
  });

  test.each(['pw', 'passwd', 'password'])('%s sets a password', async (verb) => {
    expect(await shell.run('user', verb, 'joe', 'another vine 99')).toBe('New password set\n');
    const { exitCode, err } = await shell.try('user', verb, 'joe', 'joejoejoe');
    expect(exitCode).toBe(1);
    expect(err).toMatch(/^oputil: cannot set the password of "joe": /);
  });

  test('group adds by name or +, removes by ~ or -, and names what an account is not in', async () => {
    const groups = async (...changes: string[]): Promise<readonly string[]> => {
      await shell.run('user', 'group', 'joe', ...changes);
      return (await shell.json<Account>('user', 'info', 'joe')).groups;
    };
    expect(await groups('staff', '+night')).toEqual(['night', 'staff', 'users']);
    expect(await groups('~night', '-users')).toEqual(['staff']);
    // -n, -c, -h and -v stand at the beginning of these names too.
    expect(await groups('night', 'crew')).toEqual(['crew', 'night', 'staff']);
    expect(await groups('-night', '-crew')).toEqual(['staff']);
    expect((await shell.try('user', 'group', 'joe', '-users')).err).toBe(
      'oputil: "joe" is not in users; its groups: staff\n',
    );
  });

  test.each(['rename', 'mv'])('%s gives another name, unless somebody has it', async (verb) => {
    expect(await shell.run('user', verb, 'joe', 'joseph')).toBe('User "joe" renamed to "joseph"\n');
    const { exitCode, err } = await shell.try('user', verb, 'joseph', 'SysOp');
    expect(exitCode).toBe(1);
    expect(err).toContain('this name is taken');
  });

  test('set changes and removes details, and knows the themes', async () => {
    await shell.run('user', 'set', 'joe', '--email', 'joe@example.org', '--location', 'Here');
    await shell.run('user', 'set', 'joe', '--location', '', '--theme', 'plain');
    await shell.run('user', 'set', 'joe', '--about', 'I keep the lighthouse');
    expect(await shell.run('user', 'info', 'joe')).toMatch(/About +: I keep the lighthouse/);
    const joe = await shell.json<Record<string, unknown>>('user', 'info', 'joe');
    expect(joe).toMatchObject({ email: 'joe@example.org', themeId: 'plain' });
    expect(joe).not.toHaveProperty('location');
    expect((await shell.try('user', 'set', 'joe', '--theme', 'plane')).err).toContain(
      'did you mean "plain"?',
    );
    expect((await shell.try('user', 'set', 'joe')).exitCode).toBe(2);
  });

  test('set and add say that another account has the mail address already', async () => {
    await shell.run('user', 'set', 'joe', '--email', 'shared@example.org');
    const added = await shell.try(
      ...['user', 'add', 'ann', '--password', 'a quiet harbour 7', '--email', 'Shared@Example.org'],
    );
    expect(added.exitCode).toBe(0);
    const warning = 'is also the mail address of "joe"';
    expect(added.err).toContain(`warning: Shared@Example.org ${warning}`);
    const set = await shell.try('user', 'set', 'ann', '--email', 'SHARED@example.org');
    expect(set.err).toContain(warning);
    expect((await shell.try('user', 'set', 'ann', '--location', 'Here')).err).toBe('');
  });

  test.each(['rm', 'remove', 'del', 'delete'])('%s asks first, and keeps on a no', async (verb) => {
    shell.answers = ['n'];
    expect((await shell.try('user', verb, 'joe')).exitCode).toBe(1);
    shell.answers = ['yes'];
    const { out, err } = await shell.try('user', verb, 'joe');
    expect(out).toBe('User has been deleted.\n');
    expect(err).toContain('Username     : joe');
    expect((await shell.try('user', 'info', 'joe')).exitCode).toBe(1);
  });

  test('rm asks nothing with -n, and never removes the sysop', async () => {
    await shell.run('user', 'rm', 'joe', '--yes');
    expect(shell.questions).toEqual([]);
    expect(shell.questions).toEqual([]);
    const { exitCode, err } = await shell.try('user', 'rm', 'sysop', '-n');
    expect(exitCode).toBe(1);
    expect(err).toContain('the first account is the sysop and stays');
  });
});

describe('what would shut somebody out is asked', () => {
  const statusOf = async (name: string): Promise<string> =>
    (await shell.json<Account>('user', 'info', name)).status;

  test.each([['disable'], ['lock'], ['deactivate'], ['group', '~sysops']])(
    'of the sysop: %s %s',
    async (verb, ...more) => {
      await addJoe();
      const refused = await shell.try('user', verb, 'sysop', ...more);
      expect([refused.exitCode, refused.err]).toEqual([1, expect.stringContaining('--yes')]);
      expect(shell.questions.at(-1)).toMatch(/^sysop is the sysop of this board, .* \[y\/N\] $/);
      expect(await shell.json('user', 'info', 'sysop')).toMatchObject({
        status: 'active',
        groups: ['sysops', 'users'],
      });
      await shell.run('user', verb, 'sysop', ...more, '--yes');
      // Nobody is asked of others, nor of what gives something back.
      const asked = shell.questions.length;
      await shell.run('user', verb, 'joe', ...more.map(() => '~users'));
      await shell.run('user', 'activate', 'sysop');
      expect(shell.questions).toHaveLength(asked);
    },
  );

  test('before a second factor that works is replaced', async () => {
    await addJoe();
    const first = await shell.json<{ secret: string }>('user', '2fa-otp', 'joe', 'google');
    expect(shell.questions).toEqual([]);
    const refused = await shell.try('user', '2fa-otp', 'joe', 'google');
    expect([refused.exitCode, refused.out]).toEqual([1, '']);
    shell.answers = ['y'];
    const second = await shell.json<{ secret: string }>('user', '2fa-otp', 'joe', 'google');
    expect(second.secret).not.toBe(first.secret);
    for (const yes of ['--yes', '-n']) await shell.run('user', '2fa-otp', 'joe', 'google', yes);
    expect(await statusOf('joe')).toBe('active');
  });
});

test('user calls lists when a call began and ended, by what and from where', async () => {
  await addJoe();
  expect(await shell.run('user', 'calls', 'joe')).toBe('no calls\n');
  const db = await openDatabase();
  await db.run(async (sql) => {
    const call = { userId: 2, userName: 'joe', node: 3, server: 'ssh', source: '192.0.2.7' };
    await addCall(sql, { ...call, sessionId: 'a', startedAtMs: Date.UTC(2026, 0, 2, 3, 4) }, -1);
    await endCall(sql, 'a', Date.UTC(2026, 0, 2, 3, 14));
  });
  await db.close();
  const out = await shell.run('user', 'calls', 'joe');
  expect(out).toMatch(/2026-01-02 03:04 +2026-01-02 03:14 +ssh +192\.0\.2\.7 +3/);
  expect(await shell.json('user', 'calls', 'joe')).toMatchObject([
    { began: '2026-01-02T03:04:00.000Z', server: 'ssh', source: '192.0.2.7', node: 3 },
  ]);
});
