import { copyFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { boardLockFile, takeBoardLock } from '../../src/store/board-lock';
import { totp } from '../support/authenticator';
import { openBackOffice } from '../support/back-office';
import { PASSWORD, Shell } from './shell';

let shell: Shell;
let keyFile: string;
/** Of joe and ann, before the key was lost. */
let secrets: Record<string, { readonly secret: string; readonly backupCodes: readonly string[] }>;

beforeEach(async () => {
  shell = await Shell.open();
  keyFile = join(shell.dataDir, 'keys', 'sealing.json');
  secrets = {};
  for (const name of ['joe', 'ann', 'bob']) {
    await shell.run('user', 'add', name, '--password', PASSWORD, '--email', `${name}@example.org`);
    if (name !== 'bob') secrets[name] = await shell.json('user', '2fa-otp', name, 'google', '-n');
  }
  await copyFile(keyFile, join(shell.folder, 'copy.json'));
  await rm(keyFile);
});
afterEach(() => shell.close());

/** How a sign-in by password and code ends. */
async function signIn(name: string, code: string): Promise<string> {
  const backend = await openBackOffice(shell.dataDir);
  try {
    const login = backend.authenticator.begin({
      server: 'ssh',
      secure: true,
      remoteIp: '203.0.113.7',
      node: 1,
    });
    const first = await login.submit({ kind: 'password', userName: name, password: PASSWORD });
    if (first.kind !== 'need') return first.kind;
    return (await login.submit({ kind: 'second-factor', code })).kind;
  } finally {
    await backend.close();
  }
}

test('without the key the reading verbs work, and what needs it says how to go on', async () => {
  expect(await shell.run('user', 'list')).toContain('joe');
  expect(await shell.run('user', 'info', 'joe', '--security')).toContain('configured');
  expect(await shell.run('audit')).toContain('second-factor-on');
  const check = await shell.try('key', 'check');
  expect(check.exitCode).toBe(1);
  expect(check.out).toContain('MISSING');
  expect(check.out).toContain('oputil key new --lost');
  const bind = await shell.try('user', '2fa-otp', 'bob', 'google');
  expect(bind.exitCode).toBe(78);
  expect(bind.err).toContain('"A lost sealing key" in docs/runbook.md');
  expect((await shell.try('key', 'rotate')).exitCode).toBe(78);
  await expect(openBackOffice(shell.dataDir)).rejects.toMatchObject({ code: 'KEY_UNREADABLE' });
  expect(await readdir(join(shell.dataDir, 'keys'))).toEqual([]);
});

test('key new --lost shuts the factors of the lost key, lowers none, and names who must bind again', async () => {
  shell.answers = ['n'];
  const refused = await shell.try('key', 'new', '--lost');
  expect(refused).toMatchObject({
    ...{ exitCode: 1, err: expect.stringContaining('nothing was changed; answer y, or use --yes') },
  });
  expect(await readdir(join(shell.dataDir, 'keys'))).toEqual([]);

  shell.answers = ['y'];
  const out = await shell.run('key', 'new', '--lost');
  expect(out).toMatch(/must bind .*:\n {2}joe\n {2}ann\n/);
  expect(await shell.run('key', 'check')).toMatch(/Every sealed value opens.\nThese must bind/);
  expect(await shell.run('user', 'info', 'joe', '--security')).toContain('lost: bind it again');
  const { secret = '', backupCodes = [] } = secrets['joe'] ?? {};
  expect(await signIn('joe', totp(secret, Date.now()))).toBe('rejected');
  expect(await signIn('joe', backupCodes[0] ?? '')).toBe('rejected');
  // Nor when the lost key turns up in other hands.
  await copyFile(join(shell.folder, 'copy.json'), keyFile);
  expect(await signIn('joe', totp(secret, Date.now()))).toBe('rejected');
  expect(await signIn('bob', '')).toBe('accepted');

  await shell.run('user', 'unlock', 'joe');
  const bound = await shell.json<{ secret: string }>('user', '2fa-otp', 'joe', 'google', '-n');
  expect(await signIn('joe', totp(bound.secret, Date.now()))).toBe('accepted');
  expect((await shell.json<{ mustBindAgain: string[] }>('key', 'check')).mustBindAgain).toEqual([
    'ann',
  ]);
});

test('an owner binds again by the link that the sysop has sent', async () => {
  await shell.run('key', 'new', '--lost', '--yes');
  expect(shell.questions).toEqual([]);
  expect(await shell.run('user', '2fa-link', 'joe')).toContain('Registration mail for joe stored.');
  const backend = await openBackOffice(shell.dataDir);
  const joe = await backend.userId('joe');
  const begun = await backend.enrollment.begin(joe, 'googleAuth', { actor: { server: 'oputil' } });
  const token = begun.kind === 'begun' ? begun.token : '';
  const secret = (await backend.enrollment.find(token))?.secret ?? '';
  expect((await backend.enrollment.status(joe)).isShut).toBe(true);
  const confirmed = await backend.enrollment.confirm(token, totp(secret, Date.now()));
  await backend.close();
  expect(confirmed.kind).toBe('confirmed');
  // The next one: that of the confirmation is spent.
  expect(await signIn('joe', totp(secret, Date.now() + 30_000))).toBe('accepted');
});

test('with the key, or while the board runs, nothing is given up', async () => {
  const lock = await takeBoardLock(boardLockFile(shell.dataDir), 4711);
  const running = await shell.try('key', 'new', '--lost', '-n');
  expect(running.exitCode).toBe(78);
  expect(running.err).toContain('process 4711');
  if (lock.kind === 'taken') await lock.release();

  await copyFile(join(shell.folder, 'copy.json'), keyFile);
  expect(await shell.run('key', 'new', '--lost', '-n')).toContain('nothing is lost');
  expect(await signIn('joe', totp(secrets['joe']?.secret ?? '', Date.now()))).toBe('accepted');
});

test('a damaged key file is kept beside the new one', async () => {
  await writeFile(keyFile, '{ "keys": [', { mode: 0o600 });
  expect(await shell.run('user', 'list')).toContain('joe');
  await shell.run('key', 'new', '--lost', '-n');
  const names = await readdir(join(shell.dataDir, 'keys'));
  expect(names).toHaveLength(2);
  expect(names).toContainEqual(expect.stringMatching(/^sealing\.json\.lost-\d+$/));
});
