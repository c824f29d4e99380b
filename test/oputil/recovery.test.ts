import { hashToken, makeToken } from '../../src/store/tokens';
import { addRecovery } from '../../src/store/recoveries';
import { systemClock } from '../../src/base/clock';
import { systemRandom } from '../../src/base/random';
import { findUserByName } from '../../src/store/users';
import { openBackOffice } from '../support/back-office';
import { PASSWORD, Shell } from './shell';

let shell: Shell;

beforeEach(async () => {
  shell = await Shell.open();
  await shell.run('user', 'add', 'joe', '--password', PASSWORD, '--email', 'joe@example.org');
  await shell.run('user', '2fa-otp', 'joe', 'google');
});

afterEach(() => shell.close());

/** As the page of a link leaves it. */
async function begin(): Promise<number> {
  const { db, close } = await openBackOffice(shell.dataDir);
  const startedAtMs = systemClock.timelineMs();
  await db.transaction('board', async (sql) => {
    const userId = (await findUserByName(sql, 'joe'))?.id ?? 0;
    const link = { linkHash: hashToken(makeToken(systemRandom)), source: '192.0.2.9' };
    const endsAtMs = startedAtMs + 72 * 3600_000;
    await addRecovery(sql, { userId, ...link, startedAtMs, endsAtMs });
  });
  await close();
  return startedAtMs;
}

test('lists waiting times and stops one, and user info --security shows it (rule N6)', async () => {
  expect(await shell.run('user', 'recoveries')).toBe('nothing waits\n');
  expect(await shell.run('user', 'info', 'joe', '--security')).not.toContain('OTP recovery');
  await begin();
  expect(await shell.run('user', 'recoveries')).toMatch(
    /^Username +Began \(UTC\) +Over \(UTC\)[^]*joe +\d{4}-\d\d-\d\d \d\d:\d\d +\d{4}-\d\d-\d\d/,
  );
  expect(await shell.run('user', 'info', 'joe', '--security')).toMatch(
    /OTP recovery *: from .* on, by a mailed link/,
  );
  expect(await shell.run('user', 'stop-recovery', 'JOE')).toBe(
    'The second factor of joe stays as it is\n',
  );
  expect(await shell.run('user', 'recoveries')).toBe('nothing waits\n');
  expect(await shell.run('audit', '--user', 'joe')).toContain('recovery-stopped');
  expect(await shell.run('mail', 'list')).toMatch(/ joe +recovery-stopped /);
  const again = await shell.try('user', 'stop-recovery', 'joe');
  expect(again).toMatchObject({
    exitCode: 1,
    err: 'oputil: no waiting time runs for "joe"\n',
  });
});
