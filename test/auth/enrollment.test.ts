import { listAccountEvents } from '../../src/store/account-events';
import { accountSubject, chargeAttempt, sumFailures } from '../../src/store/attempts';
import { listAudit } from '../../src/store/audit';
import { findProperty, writeProperties } from '../../src/store/properties';
import { findUser } from '../../src/store/users';
import { EVER, NOON, openAccounts } from '../support/accounts';
import type { TestAccounts } from '../support/accounts';
import { totp, hotp, decodeBase32 } from '../support/authenticator';

let accounts: TestAccounts;
let user: number;

beforeEach(async () => {
  accounts = await openAccounts();
  user = await accounts.addUser('joe');
});
afterEach(() => accounts.close());

async function begin(actor = {}): Promise<{ token: string; secret: string }> {
  const begun = await accounts.enrollment.begin(user, 'googleAuth', { actor });
  if (begun.kind !== 'begun') throw new Error(begun.kind);
  const pending = await accounts.enrollment.find(begun.token);
  return { token: begun.token, secret: pending?.secret ?? '' };
}

const code = (secret: string, steps = 0): string => totp(secret, NOON + steps * 30_000);

test('a registration is found by its token, shows one secret, and is confirmed by a code', async () => {
  const { token, secret } = await begin({ sessionId: 'here' });
  expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
  const found = await accounts.enrollment.find(token);
  expect(found).toMatchObject({ userId: user, userName: 'joe', type: 'googleAuth', secret });
  expect(found?.triesLeft).toBe(5);
  expect(found?.expiresAtMs).toBe(NOON + 30 * 60_000);
  expect(decodeBase32(secret)).toHaveLength(20);
  expect((await accounts.db.run((sql) => findUser(sql, user)))?.factors).toEqual([]);

  const { word } = (await accounts.enrollment.pendingFor(user, 'here')) ?? {};
  const from = { server: 'web', word };
  const confirmed = await accounts.enrollment.confirm(token, code(secret), from);
  expect(confirmed.kind).toBe('confirmed');
  const codes = confirmed.kind === 'confirmed' ? confirmed.backupCodes : [];
  expect(new Set(codes).size).toBe(10);
  expect(codes[0]).toMatch(/^[a-z]{5}(-[a-z]{5}){3}$/);
  expect((await accounts.db.run((sql) => findUser(sql, user)))?.factors).toEqual([
    { kind: 'otp', type: 'googleAuth' },
  ]);
  expect(await accounts.enrollment.status(user)).toMatchObject({
    type: 'googleAuth',
    backupCodesLeft: 10,
    pending: undefined,
  });
  expect(accounts.notices.map(({ kind }) => kind)).toEqual(['second-factor-on']);
});

test('the code that confirmed is spent, the next one is not', async () => {
  const { token, secret } = await begin();
  await accounts.enrollment.confirm(token, code(secret));
  expect(await accounts.verifyCode(user, code(secret))).toEqual({ kind: 'spent' });
  expect((await accounts.verifyCode(user, code(secret, 1))).kind).toBe('right');
});

test('every session of the account learns it, the one that asked for the link too (rule M3)', async () => {
  const { token, secret } = await begin({ sessionId: 'here' });
  const { word } = (await accounts.enrollment.pendingFor(user, 'here')) ?? {};
  const from = { server: 'web', remoteIp: '192.0.2.7', word };
  await accounts.enrollment.confirm(token, code(secret), from);
  const events = await accounts.db.run((sql) => listAccountEvents(sql, user, EVER));
  expect(events).toMatchObject([{ kind: 'second-factor', sessionId: undefined }]);
  const audit = await accounts.db.run((sql) => listAudit(sql, { userId: user, limit: 10 }));
  expect(audit.map(({ kind, server, source }) => [kind, server, source])).toEqual([
    ['second-factor-on', 'web', '192.0.2.7'],
    ['second-factor-pending', 'system', ''],
  ]);
});

test('the link ends with its use, also for sixteen at once', async () => {
  const { token, secret } = await begin();
  const results = await Promise.all(
    Array.from({ length: 16 }, () => accounts.enrollment.confirm(token, code(secret))),
  );
  expect(results.filter(({ kind }) => kind === 'confirmed')).toHaveLength(1);
  expect(await accounts.enrollment.find(token)).toBeUndefined();
  expect(await accounts.enrollment.confirm(token, code(secret, 1))).toEqual({ kind: 'gone' });
});

test('a link lives thirty minutes to the millisecond, without any clean-up', async () => {
  const { token } = await begin({ sessionId: 'here' });
  accounts.fake.skip(30 * 60_000 - 1);
  expect(await accounts.enrollment.find(token)).toBeDefined();
  expect(await accounts.enrollment.pendingFor(user, 'here')).toBeDefined();
  accounts.fake.skip(1);
  expect(await accounts.enrollment.find(token)).toBeUndefined();
  expect(await accounts.enrollment.pendingFor(user, 'here')).toBeUndefined();
  expect((await accounts.enrollment.status(user)).pending).toBeUndefined();
});

test('a new link ends the one before', async () => {
  const first = await begin();
  const second = await begin();
  expect(second.secret).not.toBe(first.secret);
  expect(await accounts.enrollment.find(first.token)).toBeUndefined();
  expect(await accounts.enrollment.confirm(first.token, code(first.secret))).toEqual({
    kind: 'gone',
  });
  expect((await accounts.enrollment.confirm(second.token, code(second.secret))).kind).toBe(
    'confirmed',
  );
});

test('five wrong codes end the link; what is no code is not counted', async () => {
  const { token, secret } = await begin();
  const wrong = code(secret) === '000000' ? '111111' : '000000';
  expect(await accounts.enrollment.confirm(token, 'abc')).toEqual({
    kind: 'malformed',
    what: 'code',
  });
  for (const triesLeft of [4, 3, 2, 1, 0]) {
    expect(await accounts.enrollment.confirm(token, wrong)).toEqual({
      kind: 'wrong',
      what: 'code',
      triesLeft,
    });
  }
  expect(await accounts.enrollment.confirm(token, code(secret))).toEqual({ kind: 'gone' });
  expect((await accounts.enrollment.status(user)).pending).toBeUndefined();
});

test('a wrong code for a link that is replaced at that moment leaves the new set-up (rule D3)', async () => {
  // The database is asked several times on the way: the new set-up comes at each of these moments once.
  for (let round = 0; round < 60; round++) {
    const { token, secret } = await begin();
    const wrong = code(secret) === '000000' ? '111111' : '000000';
    const looked = accounts.enrollment.confirm(token, wrong);
    for (let turn = 0; turn < round; turn++) await new Promise((next) => setImmediate(next));
    const [, next] = await Promise.all([looked, begin()]);
    expect(await accounts.enrollment.find(next.token)).toBeDefined();
  }
});

test('of a hundred guesses at once five are looked at', async () => {
  const { token, secret } = await begin();
  const wrong = code(secret) === '000000' ? '111111' : '000000';
  const results = await Promise.all(
    Array.from({ length: 100 }, () => accounts.enrollment.confirm(token, wrong)),
  );
  expect(results.filter(({ kind }) => kind === 'wrong')).toHaveLength(5);
});

test.each(['', 'x', '%00', 'A'.repeat(42), `${'A'.repeat(43)}'`, 'A'.repeat(100_000)])(
  'text that is no token finds nothing (case %#)',
  async (token) => {
    expect(await accounts.enrollment.find(token)).toBeUndefined();
    expect(await accounts.enrollment.confirm(token, '123456')).toEqual({ kind: 'gone' });
  },
);

test('the old factor stays until the new one is confirmed, and ends then', async () => {
  const old = await accounts.enrollment.bind(user, 'googleAuth');
  const { token, secret } = await begin();
  expect((await accounts.verifyCode(user, code(secret))).kind).toBe('wrong');
  expect((await accounts.verifyCode(user, code(old.secret))).kind).toBe('right');
  await accounts.enrollment.confirm(token, code(secret));
  expect((await accounts.verifyCode(user, code(old.secret, 1))).kind).toBe('wrong');
  expect((await accounts.verifyCode(user, old.backupCodes[0] ?? '')).kind).toBe('wrong');
  expect((await accounts.verifyCode(user, code(secret, 1))).kind).toBe('right');
});

test('nothing begins when the mail with the link cannot go out', async () => {
  const first = await begin();
  for (const refusal of ['no-address', 'too-many'] as const) {
    accounts.answer.notice = refusal;
    expect(await accounts.enrollment.begin(user, 'googleAuth', { mail: true })).toEqual({
      kind: refusal,
    });
  }
  expect((await accounts.enrollment.find(first.token))?.secret).toBe(first.secret);
});

test('the mail with the link is stored with it', async () => {
  const begun = await accounts.enrollment.begin(user, 'rfc6238_TOTP', { mail: true });
  expect(accounts.notices).toEqual([
    {
      kind: 'otp-register',
      userId: user,
      token: begun.kind === 'begun' ? begun.token : '',
      otpType: 'rfc6238_TOTP',
      askedBy: { server: 'system', remoteIp: '' },
    },
  ]);
});

test('another session of the account can neither read, replace nor cancel it (rule M2)', async () => {
  const { token, secret } = await begin({ sessionId: 'owner' });
  const { enrollment } = accounts;
  const stranger = { sessionId: 'stranger' };
  expect((await enrollment.pendingFor(user, 'owner'))?.secret).toBe(secret);
  expect(await enrollment.pendingFor(user, 'stranger')).toBeUndefined();
  expect(await enrollment.begin(user, 'googleAuth', { actor: stranger })).toEqual({
    kind: 'not-yours',
  });
  expect(await enrollment.removePending(user, stranger)).toBe(false);
  expect((await enrollment.find(token))?.secret).toBe(secret);
  expect(await enrollment.removePending(user, { sessionId: 'owner' })).toBe(true);
  expect(await enrollment.find(token)).toBeUndefined();
});

test('no session can read, replace or cancel what the sysop sent; he himself can replace it (rule M2)', async () => {
  const { token } = await begin();
  const { enrollment } = accounts;
  const actor = { sessionId: 'any' };
  expect(await enrollment.pendingFor(user, 'any')).toBeUndefined();
  expect((await enrollment.begin(user, 'googleAuth', { actor })).kind).toBe('not-yours');
  expect(await enrollment.removePending(user, actor)).toBe(false);
  expect(await enrollment.find(token)).toBeDefined();
  expect((await begin()).token).not.toBe(token);
});

test('a counter type is confirmed by an early code, which is spent then', async () => {
  const begun = await accounts.enrollment.begin(user, 'rfc4266_HOTP');
  const token = begun.kind === 'begun' ? begun.token : '';
  const pending = await accounts.enrollment.find(token);
  const key = decodeBase32(pending?.secret ?? '');
  expect((await accounts.enrollment.confirm(token, hotp(key, 2))).kind).toBe('confirmed');
  expect((await accounts.verifyCode(user, hotp(key, 2))).kind).toBe('spent');
  expect((await accounts.verifyCode(user, hotp(key, 3))).kind).toBe('right');
});

test('binding clears wrong codes that were counted, and what an imported database said', async () => {
  await accounts.db.run(async (sql) => {
    await writeProperties(sql, user, {
      auth_factor2_otp: 'googleAuth',
      auth_factor2_otp_secret: 'JBSWY3DPEHPK3PXP',
    });
  });
  const rule = { free: 5, firstWaitMs: 30_000, mostWaitMs: 60_000 };
  await chargeAttempt(
    accounts.db,
    { subject: accountSubject(user), factor: 'second', budget: '' },
    { rule, timelineMs: NOON, about: { account: user } },
  );
  await accounts.enrollment.bind(user, 'googleAuth');
  await accounts.db.run(async (sql) => {
    expect(await sumFailures(sql, accountSubject(user), 'second')).toBe(0);
    expect(await findProperty(sql, user, 'auth_factor2_otp_secret')).toBeUndefined();
  });
});

test('switching off removes factor, codes and pending link, once', async () => {
  const { secret, backupCodes } = await accounts.enrollment.bind(user, 'googleAuth');
  const { token } = await begin();
  expect(await accounts.enrollment.disable(user, { sessionId: 'here' })).toBe(true);
  expect(await accounts.enrollment.disable(user)).toBe(false);
  expect(await accounts.verifyCode(user, code(secret))).toEqual({ kind: 'none' });
  expect(await accounts.verifyCode(user, backupCodes[0] ?? '')).toEqual({ kind: 'none' });
  expect(await accounts.enrollment.find(token)).toBeUndefined();
  expect((await accounts.db.run((sql) => findUser(sql, user)))?.factors).toEqual([]);
  const events = await accounts.db.run((sql) => listAccountEvents(sql, user, EVER));
  expect(events.at(-1)).toMatchObject({ kind: 'second-factor', sessionId: 'here' });
  const logged = accounts.logLines.map((line) => (JSON.parse(line) as { event: string }).event);
  // A database that is made here, as on PostgreSQL, tells of its migrations before.
  const told = logged.filter((event) => event !== 'store.migrated');
  expect(told).toEqual(['second-factor.on', 'second-factor.off']);
});

test('a secret that is not one, or an account that is not there, binds nothing', async () => {
  await expect(
    accounts.enrollment.bind(user, 'googleAuth', { secret: { text: 'JBSWY3DP' } }),
  ).rejects.toMatchObject({ code: 'USER_INVALID' });
  await expect(accounts.enrollment.bind(4711, 'googleAuth')).rejects.toMatchObject({
    code: 'USER_UNKNOWN',
  });
  expect((await accounts.enrollment.status(user)).type).toBeUndefined();
});

test('an account that is removed takes its factor with it', async () => {
  await accounts.enrollment.bind(user, 'googleAuth');
  await begin();
  await accounts.db.run((sql) => sql('user').where({ id: user }).delete());
  for (const table of ['otp_factor', 'otp_pending', 'backup_code', 'token']) {
    expect(await accounts.db.run((sql) => sql(table))).toEqual([]);
  }
});
