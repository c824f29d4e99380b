import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { stepAt, STEP_MS } from '../../src/auth/otp';
import { defaultConfig } from '../../src/config/schema';
import { minuteOf } from '../../src/oputil/account';
import type { Sql } from '../../src/store/database';
import { openBackOffice } from '../support/back-office';
import { PASSWORD, Shell } from './shell';

let shell: Shell;

beforeEach(async () => {
  shell = await Shell.open();
  for (const name of ['joe', 'ann', 'bob']) {
    await shell.run('user', 'add', name, '--password', PASSWORD);
    if (name !== 'bob') await shell.run('user', '2fa-otp', name, 'google');
  }
});
afterEach(() => shell.close());

async function change(work: (sql: Sql) => PromiseLike<unknown>): Promise<void> {
  const backend = await openBackOffice(shell.dataDir);
  await backend.db.run(async (sql) => {
    await work(sql);
  });
  await backend.close();
}

/** The words of a command on one line, whatever it ends with. */
async function said(...args: string[]): Promise<string> {
  return (await shell.try(...args)).out.replaceAll(/\s+/g, ' ');
}

test('accounts whose factor row is gone are named until it is bound again or said to be off', async () => {
  expect((await shell.try('key', 'check')).exitCode).toBe(0);
  expect(await said('doctor')).not.toContain('lost their second factor');
  // Of two the audit alone is left, of one the backup codes alone; the fourth never had a factor.
  await shell.run('user', 'add', 'cal', '--password', PASSWORD);
  await change(async (sql) => {
    await sql('otp_factor').delete();
    await sql('backup_code').where({ user_id: 2 }).delete();
    await sql('backup_code').where({ user_id: 3 }).update({ user_id: 5 });
  });
  const check = await shell.try('key', 'check');
  expect(check.exitCode).toBe(1);
  expect(check.out).toMatch(
    /These accounts may have lost their second factor.*:\n {2}joe\n {2}ann\n {2}cal\n/,
  );
  expect(check.out).not.toContain('bob');
  expect(await said('doctor')).toMatch(/may have lost their second factor, .*: joe, ann, cal;/);

  await shell.run('user', '2fa-otp', 'joe', 'google');
  for (const name of ['ann', 'cal']) await shell.run('user', '2fa-otp', name, 'disable');
  expect((await shell.try('key', 'check')).exitCode).toBe(0);
  expect(await said('doctor')).not.toContain('lost their second factor');
});

test.each(['another key', 'no key'])(
  'with %s nobody is told that an account with a second factor can sign in',
  async (which) => {
    expect(await said('user', 'info', 'joe', '--security')).toContain('Sign-in : possible');
    if (which === 'no key') await rm(join(shell.dataDir, 'keys', 'sealing.json'));
    else shell.env = { SALLYPORT_SEALING_KEY: Buffer.alloc(32, 7).toString('base64') };
    const bar = 'the sealing key does not open the second factor, and no code is right';
    expect(await said('user', 'info', 'joe', '--security')).toContain(`Sign-in : ${bar}`);
    expect(await said('user', 'info', 'bob', '--security')).toContain('Sign-in : possible');
    const why = await shell.try('menu', 'why', 'joe', 'mainMenu', '--server', 'ssh');
    expect([why.exitCode, why.out]).toEqual([1, expect.stringContaining(bar)]);
    const doctor =
      'the sealing key does not open the second factors of joe, ann: restore the key file';
    expect(await said('doctor')).toContain(doctor);
  },
);

test('doctor names who must bind again after the key was given up', async () => {
  await rm(join(shell.dataDir, 'keys', 'sealing.json'));
  await shell.run('key', 'new', '--lost', '--yes');
  expect(await said('doctor')).toContain('lost with a key must be bound again: joe, ann:');
  await shell.run('user', '2fa-otp', 'joe', 'google');
  expect(await said('doctor')).toContain('lost with a key must be bound again: ann:');
});

test('after the clock went back, user info and menu why say until when codes are refused', async () => {
  const { window } = defaultConfig().users.twoFactorAuth.otp;
  const used = stepAt(Date.now()) + 360;
  await change((sql) => sql('otp_factor').where({ user_id: 2 }).update({ last_position: used }));
  const bar = `one-time codes are refused until ${minuteOf((used - window + 1) * STEP_MS)} UTC`;
  expect(await said('user', 'info', 'joe', '--security')).toContain(bar);
  const why = await shell.try('menu', 'why', 'joe', 'mainMenu', '--server', 'ssh');
  expect([why.exitCode, why.out]).toEqual([1, expect.stringContaining(bar)]);
  // A code that is used a little early is no sign of it.
  const early = stepAt(Date.now()) + window;
  await change((sql) => sql('otp_factor').where({ user_id: 2 }).update({ last_position: early }));
  expect(await said('user', 'info', 'joe', '--security')).toContain('Sign-in : possible');
});
