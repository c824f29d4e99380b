import { EntryCodes } from '../../src/auth/entry-code';
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

let context: AuthenticatorContext;
let id: number;
let secret: string;

beforeEach(async () => {
  context = await openAuthenticator();
  id = await context.addAccount();
  ({ secret } = await context.enrollment.bind(id, 'googleAuth'));
  context.notices.length = 0;
});

afterEach(() => context.close());

const make = (minutes = 15) =>
  new EntryCodes(context).make(id, { minutes, actor: { server: 'oputil' } });

async function newCode(minutes?: number): Promise<string> {
  const made = await make(minutes);
  if (made.kind !== 'made') throw new Error(made.kind);
  return made.code;
}

async function half(origin: Parameters<AuthenticatorContext['call']>[0] = {}): Promise<Login> {
  const login = context.call(origin);
  expect(await tryPassword(login, PASSWORD)).toBe('need');
  return login;
}

const code = (steps = 0): string => totp(secret, NOON + steps * 30_000);

test('an entry code signs in once behind the password, and leaves the factor as it is (rule N1)', async () => {
  const entry = await newCode();
  const login = await half();
  expect(await tryCode(login, ` ${entry.toUpperCase()} `)).toBe('accepted');
  expect(login).toMatchObject({ complete: true, factor: 2, bindsFirst: true });
  expect((await context.enrollment.status(id)).type).toBe('googleAuth');
  expect(await tryCode(await half(), entry)).toBe('bad-credential');
  const other = await half();
  expect(await tryCode(other, code())).toBe('accepted');
  expect(other.bindsFirst).toBe(false);
});

test('typed in two calls at once it lets one of them in (rule N1)', async () => {
  const entry = await newCode();
  const calls = [await half({ remoteIp: HOME }), await half()];
  const answers = await Promise.all(calls.map((login) => tryCode(login, entry)));
  expect([...answers].sort()).toEqual(['accepted', 'bad-credential']);
  expect(calls.filter(({ complete }) => complete)).toHaveLength(1);
});

test('its owner is mailed that it was made and that it was used, and both are audited (rule N1)', async () => {
  const entry = await newCode(20);
  expect(await tryCode(await half(), entry)).toBe('accepted');
  expect(context.notices).toEqual([
    { kind: 'entry-code-made', userId: id, minutes: 20 },
    { kind: 'entry-code-used', userId: id, remoteIp: STRANGER },
  ]);
  const rows = await context.db.run((sql) => listAudit(sql, { limit: 3 }));
  expect(rows.map(({ kind, result, reason }) => `${kind} ${result} ${reason}`)).toEqual([
    'second-factor accepted entry-code',
    'password accepted ',
    'entry-code-made done 20 minutes',
  ]);
});

test('it is wrong once its time is over (rule N1)', async () => {
  const late = await newCode(15);
  await context.fake.advance(15 * 60_000);
  expect(await tryCode(await half(), late)).toBe('bad-credential');
  const inTime = await newCode(15);
  await context.fake.advance(15 * 60_000 - 1);
  expect(await tryCode(await half(), inTime)).toBe('accepted');
});

test('a line that others can read does not take it, and makes it void (rule N1)', async () => {
  const entry = await newCode();
  const heard = await half({ server: 'telnet' });
  expect(await tryCode(heard, entry)).toBe('secure-only');
  expect(heard).toMatchObject({ complete: false, factor: 1 });
  expect(await tryCode(await half(), entry)).toBe('bad-credential');
});

test('typed in clear text it is mailed as void, and not as used (rule N1)', async () => {
  const entry = await newCode();
  const heard = await half({ server: 'telnet' });
  context.notices.length = 0;
  expect(await tryCode(heard, entry)).toBe('secure-only');
  expect(context.notices).toEqual([{ kind: 'entry-code-heard', userId: id, remoteIp: STRANGER }]);
});

test('it proves nothing again in a session, and who came in by it gives the password alone (rule N1)', async () => {
  const signedIn = await half();
  expect(await tryCode(signedIn, code())).toBe('accepted');
  const entry = await newCode();
  expect(await signedIn.confirm({ password: PASSWORD, code: entry })).toMatchObject({
    reason: 'bad-credential',
  });
  const login = await half();
  expect(await tryCode(login, entry)).toBe('accepted');
  expect(await login.confirm({ password: 'a guess', code: undefined })).toMatchObject({
    reason: 'bad-credential',
  });
  expect(await login.confirm({ password: PASSWORD, code: undefined })).toMatchObject({
    kind: 'accepted',
  });
});

test.each([
  ['a newer one', () => newCode()],
  ['new backup codes', () => context.enrollment.regenerateBackupCodes(id)],
  ['a new factor', () => context.enrollment.bind(id, 'googleAuth')],
  [
    'a new password',
    () => context.accounts.changePassword(id, { password: PASSWORD }, { remoteIp: HOME }),
  ],
  [
    'a new address',
    () => context.accounts.setProperties(id, { email_address: 'new@example.org' }, {}),
  ],
])('it ends with %s (rule N1)', async (_what, change) => {
  const entry = await newCode();
  await change();
  expect(await tryCode(await half(), entry)).toBe('bad-credential');
});

test('a session that came in by it is free once it has bound a factor, and ends when another did (rule N1)', async () => {
  const login = await half();
  expect(await tryCode(login, await newCode())).toBe('accepted');
  await context.enrollment.regenerateBackupCodes(id, { sessionId: login.sessionId });
  expect(await login.refresh()).toBe('keep');
  expect(login.bindsFirst).toBe(true);
  const actor = { sessionId: login.sessionId, server: 'ssh', remoteIp: HOME, node: 1 };
  await context.enrollment.begin(id, 'googleAuth', { actor });
  const pending = await context.enrollment.pendingFor(id, login.sessionId);
  const first = totp(pending?.secret ?? '', NOON);
  expect((await context.enrollment.confirmHere(id, first, actor)).kind).toBe('confirmed');
  expect(await login.refresh()).toBe('keep');
  expect(login.bindsFirst).toBe(false);
  const other = await half();
  expect(await tryCode(other, await newCode())).toBe('accepted');
  await context.enrollment.bind(id, 'googleAuth', { actor: { server: 'web' } });
  expect(await other.refresh()).toBe('end');
  expect(other.farewell).toBe('call.new-factor');
});

test('none is made for an account that cannot use it, with the reason', async () => {
  for (let failures = 0; failures < 50; failures++) {
    await tryCode(await half(), '000000');
    await context.fake.advance(3600_000);
  }
  expect(await make()).toEqual({ kind: 'factor-locked' });
  await context.enrollment.disable(id);
  expect(await make()).toEqual({ kind: 'no-factor' });
  await context.accounts.setStatus(id, 0, {});
  expect(await make()).toEqual({ kind: 'not-active' });
});

test('wrong entry codes are of the same budget as codes of the app (rules N1, B4)', async () => {
  const entry = await newCode();
  for (const guess of ['000000', 'bibab-bibab-bibab-bibaf', '000001', '000002', '000003']) {
    await tryCode(await half(), guess);
  }
  expect(await tryCode(await half(), entry)).toBe('wait');
});
