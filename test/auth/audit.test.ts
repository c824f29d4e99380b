import type { AuditRow } from '../../src/store/audit';
import { listAudit } from '../../src/store/audit';
import type { LoginResult } from '../../src/auth/login';
import { refuseWrites } from '../support/database-kind';
import { totp } from '../support/authenticator';
import {
  openAuthenticator,
  PASSWORD,
  tryCode,
  tryPassword,
  type AuthenticatorContext,
} from '../support/authenticator-context';
import { SeededRandom } from '../support/seeded-random';

let context: AuthenticatorContext;
afterEach(() => context.close());

const SEED = 5;
const CALLS = 150;

const rows = async (): Promise<readonly AuditRow[]> =>
  (await context.db.run((sql) => listAudit(sql, { limit: 100_000 }))).filter(
    ({ server }) => server !== 'oputil' && server !== 'system',
  );

const count = (words: readonly string[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
};

test(`of ${CALLS} callers with right and wrong names, passwords, keys and codes every attempt is in the audit and in the log (rule H5)`, async () => {
  context = await openAuthenticator();
  const random = new SeededRandom(SEED);
  const names = ['ann', 'bob', 'eve', 'joe'];
  const secrets = new Map<string, string>();
  for (const name of names) {
    const id = await context.addAccount(name);
    if (name < 'c') secrets.set(name, (await context.enrollment.bind(id, 'googleAuth')).secret);
  }
  const told: string[] = [];
  const tell = (kind: string, answer: LoginResult['kind'] | string): void =>
    void told.push(
      `${kind} ${answer === 'accepted' || answer === 'need' ? 'accepted' : 'rejected'}`,
    );
  await Promise.all(
    Array.from({ length: CALLS }, async () => {
      const server = random.pick(['telnet', 'ssh', 'wss'] as const);
      const name = random.pick([...names, 'nobody', 'sysop', '%']);
      const login = context.call({
        server,
        remoteIp: `203.0.113.${random.below(250)}`,
        node: random.below(9),
      });
      if (random.chance(0.1)) {
        const result = await login.submit({
          kind: 'public-key',
          userName: name,
          algorithm: 'ssh-ed25519',
          blob: Buffer.from('key'),
          verify: () => ({ valid: true }),
        });
        tell('public-key', result.kind);
        return;
      }
      const password = random.chance(0.6) ? PASSWORD : 'a wrong password';
      const first = await tryPassword(login, password, name);
      tell('password', first);
      if (first !== 'need') return;
      const secret = secrets.get(name) ?? '';
      const code = random.chance(0.5) ? totp(secret, context.clock.nowMs()) : '000000';
      tell('second-factor', await tryCode(login, code));
    }),
  );
  const audit = await rows();
  expect(count(audit.map(({ kind, result }) => `${kind} ${result}`))).toEqual(count(told));
  expect(Object.keys(count(told)).length).toBeGreaterThanOrEqual(5);
  const lines = context.logLines
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ event }) => event === 'login.accepted' || event === 'login.rejected')
    .map(({ event, kind }) => `${String(kind)} ${String(event).replace('login.', '')}`);
  expect(count(lines)).toEqual(count(told));
  for (const row of audit) {
    expect(row).toMatchObject({
      atMs: expect.any(Number) as number,
      node: expect.any(Number) as number,
      server: expect.stringMatching(/^(telnet|ssh|wss)$/) as string,
      source: expect.stringMatching(/^203\.0\.113\.\d+$/) as string,
    });
    expect(row.reason === '').toBe(row.result === 'accepted' && row.factor === 1);
  }
}, 60_000);

test('where the audit cannot be written nobody gets in, and afterwards everybody does (rule H5)', async () => {
  context = await openAuthenticator();
  const id = await context.addAccount('joe');
  const { secret, backupCodes } = await context.enrollment.bind(id, 'googleAuth');
  await context.addAccount('ann');
  const forbid = (when?: string): ReturnType<typeof refuseWrites> =>
    refuseWrites(context.db, {
      before: 'insert',
      table: 'audit',
      ...(when === undefined ? {} : { when }),
    });

  let allow = await forbid();
  const login = context.call();
  expect(await tryPassword(login, PASSWORD, 'ann')).toBe('try-later');
  expect(login).toMatchObject({ factor: 0, complete: false, user: undefined });
  await allow();
  expect(await tryPassword(login, PASSWORD, 'ann')).toBe('accepted');

  // The second factor alike: what was spent meanwhile stays spent, and lets nobody in.
  const half = context.call();
  expect(await tryPassword(half, PASSWORD, 'joe')).toBe('need');
  allow = await forbid('new.factor = 2');
  expect(await tryCode(half, totp(secret, context.clock.nowMs()))).toBe('try-later');
  expect(await tryCode(half, backupCodes[0] ?? '')).toBe('try-later');
  expect(half).toMatchObject({ factor: 1, complete: false });
  expect(await context.db.run((sql) => sql('call').where({ user_id: id }))).toEqual([]);
  await allow();
  expect(await tryCode(half, totp(secret, context.clock.nowMs() + 30_000))).toBe('accepted');
});
