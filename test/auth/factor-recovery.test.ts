import type { Login } from '../../src/auth/login';
import { listAudit } from '../../src/store/audit';
import { totp } from '../support/authenticator';
import { NOON } from '../support/accounts';
import {
  HOME,
  openAuthenticator,
  PASSWORD,
  STRANGER,
  tryCode,
  tryPassword,
  type AuthenticatorContext,
} from '../support/authenticator-context';

const HOUR_MS = 3600_000;
const DAY_MS = 24 * HOUR_MS;
const CALL = { server: 'ssh', remoteIp: STRANGER };

let context: AuthenticatorContext;
let id: number;
let secret: string;

async function open(recoveryMail = { enabled: true, waitHours: 72 }): Promise<void> {
  context = await openAuthenticator({ config: { users: { twoFactorAuth: { recoveryMail } } } });
  id = await context.addAccount();
  await context.accounts.setProperties(id, { email_address: 'joe@example.org' }, {});
  ({ secret } = await context.enrollment.bind(id, 'googleAuth'));
  context.notices.length = 0;
}

beforeEach(() => open());
afterEach(() => context.close());

async function half(origin: Parameters<AuthenticatorContext['call']>[0] = {}): Promise<Login> {
  const login = context.call(origin);
  expect(await tryPassword(login, PASSWORD)).toBe('need');
  return login;
}

async function ask(login?: Login): Promise<string> {
  const { user } = login ?? (await half());
  if (user === undefined) throw new Error('no account');
  return context.recovery.ask(user, CALL);
}

function tokenOf(kind: 'recovery-link' | 'recovery-started'): string {
  const notice = context.notices.filter((each) => each.kind === kind).at(-1);
  if (notice === undefined || !('token' in notice)) throw new Error(`no ${kind}`);
  return notice.token;
}

/** The owner asks, opens the link and presses its button. */
async function begin(): Promise<void> {
  expect(await ask()).toBe('mailed');
  const state = await context.recovery.start(tokenOf('recovery-link'), { remoteIp: HOME });
  expect(state?.kind).toBe('waits');
}

test('its owner comes in by the password once the waiting time is over, to set up a new factor alone (rule N6)', async () => {
  await begin();
  await context.fake.advance(72 * HOUR_MS - 1);
  expect(await tryCode(await half(), 'lost')).toBe('bad-credential');
  await context.fake.advance(1);
  const login = await half();
  expect(await tryCode(login, ' Lost ')).toBe('accepted');
  expect(login).toMatchObject({ complete: true, factor: 2, bindsFirst: true });
  expect((await context.enrollment.status(id)).type).toBe('googleAuth');
  const code = totp(secret, context.clock.nowMs());
  expect(await tryCode(await half(), code)).toBe('accepted');
});

test('the link begins nothing when it is looked at, and one waiting time when its button is pressed twice (rules D4, N6)', async () => {
  await ask();
  const token = tokenOf('recovery-link');
  for (let count = 0; count < 3; count++) {
    expect(await context.recovery.look(token)).toMatchObject({ kind: 'asks', waitHours: 72 });
  }
  expect(await context.recovery.waiting(id)).toBeUndefined();
  const [one, other] = await Promise.all([
    context.recovery.start(token, {}),
    context.recovery.start(token, {}),
  ]);
  expect(other).toEqual(one);
  await context.fake.advance(HOUR_MS);
  const again = await context.recovery.start(token, {});
  expect(again).toMatchObject({ kind: 'waits', wait: { endsAtMs: NOON + 72 * HOUR_MS } });
  expect(context.notices.filter(({ kind }) => kind === 'recovery-started')).toHaveLength(1);
});

test('its owner is mailed at each step, and each is audited (rule N6)', async () => {
  await begin();
  await context.fake.advance(72 * HOUR_MS);
  await tryCode(await half(), 'lost');
  expect(context.notices).toEqual([
    { kind: 'recovery-link', userId: id, token: expect.any(String) as string, askedBy: CALL },
    {
      ...{ kind: 'recovery-started', userId: id, token: expect.any(String) as string },
      ...{ waitHours: 72, remoteIp: HOME },
    },
    { kind: 'recovery-used', userId: id, remoteIp: STRANGER },
  ]);
  await context.recovery.stop(id, {});
  expect(context.notices.at(-1)).toEqual({ kind: 'recovery-stopped', userId: id });
  const rows = await context.db.run((sql) => listAudit(sql, { limit: 30 }));
  const own = rows.filter(({ kind, reason }) => /recovery/.test(`${kind} ${reason}`)).reverse();
  expect(own.map(({ kind, reason }) => `${kind} ${reason}`)).toEqual([
    'recovery-asked ',
    'recovery-started 72 hours',
    'second-factor recovery-mail',
    'recovery-stopped ',
  ]);
});

test('a stranger who does not know the password asks for nothing: no mail, and nothing moves (rule N6)', async () => {
  const login = context.call();
  expect(await tryPassword(login, 'a guess')).toBe('bad-credential');
  expect(login.user).toBeUndefined();
  expect(await tryCode(login, 'lost')).toBe('not-here');
  expect(context.notices).toEqual([]);
  expect(await context.recovery.waiting(id)).toBeUndefined();
});

test('a stranger who knows the password moves nothing without the mail, and tires nobody with mails (rule N6)', async () => {
  for (let count = 0; count < 3; count++) {
    expect(await ask()).toBe('mailed');
    await context.fake.advance(HOUR_MS);
  }
  expect(await ask()).toBe('too-many');
  await context.fake.advance(72 * HOUR_MS);
  expect(await tryCode(await half(), 'lost')).toBe('bad-credential');
  expect(await context.recovery.waiting(id)).toBeUndefined();
});

test('a stranger who knows the password and reads the mail is seen and stopped within the waiting time (rule N6)', async () => {
  await begin();
  const owner = await half({ remoteIp: HOME });
  expect(await tryCode(owner, totp(secret, NOON))).toBe('accepted');
  expect(owner.history?.recoveryLeftMs).toBe(72 * HOUR_MS);
  expect(await context.recovery.stop(id, { sessionId: owner.sessionId })).toBe(true);
  expect(await context.recovery.stop(id, {})).toBe(false);
  await context.fake.advance(72 * HOUR_MS);
  expect(await tryCode(await half(), 'lost')).toBe('bad-credential');
});

test('the mail about the waiting time has a link that stops it, looked at or used any number of times (rules D4, N6)', async () => {
  await begin();
  const token = tokenOf('recovery-started');
  expect(await context.recovery.lookStop(token)).toMatchObject({ waits: true });
  expect(await context.recovery.waiting(id)).toBeDefined();
  for (let count = 0; count < 2; count++) {
    expect(await context.recovery.stopByLink(token, {})).toMatchObject({ waits: false });
  }
  expect(await context.recovery.waiting(id)).toBeUndefined();
  expect(context.notices.filter(({ kind }) => kind === 'recovery-stopped')).toHaveLength(1);
});

test.each([
  ['the link of the mail', () => context.recovery.stopByLink(tokenOf('recovery-started'), {})],
  ['another call of the owner', (by: Login) => context.recovery.stop(id, by)],
])(
  'stopped by %s once it is over, it ends the call that came in by it, and its set-up (rule N6)',
  async (what, stop) => {
    const owner = await half({ remoteIp: HOME });
    expect(await tryCode(owner, totp(secret, NOON))).toBe('accepted');
    await begin();
    await context.fake.advance(72 * HOUR_MS);
    const login = await half();
    expect(await tryCode(login, 'lost')).toBe('accepted');
    const actor = { sessionId: login.sessionId, ...CALL };
    expect((await context.enrollment.begin(id, 'googleAuth', { actor })).kind).toBe('begun');
    const pending = await context.enrollment.pendingFor(id, login.sessionId);
    await stop(owner);
    const first = totp(pending?.secret ?? '', context.clock.nowMs());
    expect((await context.enrollment.confirmHere(id, first, actor)).kind).toBe('gone');
    expect(await login.refresh()).toBe('end');
    if (what.startsWith('another')) expect(await owner.refresh()).toBe('keep');
  },
);

test('stopped before it is over, it ends no call (rule N6)', async () => {
  const owner = await half({ remoteIp: HOME });
  expect(await tryCode(owner, totp(secret, NOON))).toBe('accepted');
  await begin();
  await context.recovery.stopByLink(tokenOf('recovery-started'), {});
  expect(await owner.refresh()).toBe('keep');
});

test('neither link does what the other does, nor after its time (rules D2, D5)', async () => {
  await ask();
  const link = tokenOf('recovery-link');
  expect(await context.recovery.lookStop(link)).toBeUndefined();
  await context.fake.advance(30 * 60_000);
  expect(await context.recovery.look(link)).toBeUndefined();
  expect(await context.recovery.start(link, {})).toBeUndefined();
  await begin();
  expect(await context.recovery.look(tokenOf('recovery-started'))).toBeUndefined();
});

test('it may be used for seven days, and is over then (rule N6)', async () => {
  await begin();
  await context.fake.advance(72 * HOUR_MS + 7 * DAY_MS - 1);
  expect(await tryCode(await half(), 'lost')).toBe('accepted');
  await context.fake.advance(1);
  expect(await tryCode(await half(), 'lost')).toBe('bad-credential');
  await begin();
});

test('a line that others can read does not take it, and it stays good for a secure one (rule N6)', async () => {
  await begin();
  await context.fake.advance(72 * HOUR_MS);
  const heard = await half({ server: 'telnet' });
  context.notices.length = 0;
  expect(await tryCode(heard, 'lost')).toBe('secure-only');
  expect(heard).toMatchObject({ complete: false, factor: 1 });
  // No mail says that it was used.
  expect(context.notices).toEqual([]);
  expect(await tryCode(await half(), 'lost')).toBe('accepted');
});

test('it proves nothing in a session, nor to a program that asks (rule N6)', async () => {
  const signedIn = await half();
  expect(await tryCode(signedIn, totp(secret, NOON))).toBe('accepted');
  await begin();
  await context.fake.advance(72 * HOUR_MS);
  expect(await signedIn.confirm({ password: PASSWORD, code: 'lost' })).toMatchObject({
    reason: 'bad-credential',
  });
  const asked = await context.db.transaction({ account: id }, (sql) =>
    context.secondFactor.verify(sql, id, 'lost', { enters: true, isVouched: true }),
  );
  expect(asked).toEqual({ kind: 'wrong' });
});

test.each([
  ['a new factor', () => context.enrollment.bind(id, 'googleAuth')],
  [
    'a new password',
    () => context.accounts.changePassword(id, { password: PASSWORD }, { remoteIp: HOME }),
  ],
  [
    'a new address',
    () => context.accounts.setProperties(id, { email_address: 'new@example.org' }, {}),
  ],
])('a waiting time ends with %s (rule N6)', async (_what, change) => {
  await begin();
  await change();
  await context.fake.advance(72 * HOUR_MS);
  expect(await tryCode(await half(), 'lost')).toBe('bad-credential');
});

test('a password that was changed meanwhile asks for no link (rules M1, N6)', async () => {
  const login = await half();
  await context.accounts.changePassword(id, { password: PASSWORD }, {});
  context.notices.length = 0;
  expect(await ask(login)).toBe('not-now');
  expect(context.notices).toEqual([]);
});

test('a session that came in by it is free once it has bound a factor (rule N6)', async () => {
  await begin();
  await context.fake.advance(72 * HOUR_MS);
  const login = await half();
  expect(await tryCode(login, 'lost')).toBe('accepted');
  const actor = { sessionId: login.sessionId, server: 'ssh', remoteIp: HOME, node: 1 };
  await context.enrollment.begin(id, 'googleAuth', { actor });
  const pending = await context.enrollment.pendingFor(id, login.sessionId);
  const first = totp(pending?.secret ?? '', context.clock.nowMs());
  expect((await context.enrollment.confirmHere(id, first, actor)).kind).toBe('confirmed');
  expect(await login.refresh()).toBe('keep');
  expect(login.bindsFirst).toBe(false);
  expect(await tryCode(await half(), 'lost')).toBe('bad-credential');
});

test('a board that does not offer it sends no link and takes none of an earlier time', async () => {
  await begin();
  await context.fake.advance(72 * HOUR_MS);
  context.config().users.twoFactorAuth.recoveryMail.enabled = false;
  expect(await tryCode(await half(), 'lost')).toBe('bad-credential');
  await context.recovery.stop(id, {});
  expect(await ask()).toBe('not-now');
});
