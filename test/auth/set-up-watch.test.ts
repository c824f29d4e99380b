import type { Login } from '../../src/auth/login';
import { endCall } from '../../src/store/calls';
import { listAudit } from '../../src/store/audit';
import { totp } from '../support/authenticator';
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

beforeEach(async () => {
  context = await openAuthenticator();
  id = await context.addAccount();
});
afterEach(() => context.close());

const signIn = async (remoteIp: string): Promise<Login> => {
  const login = context.call({ remoteIp });
  expect(await tryPassword(login, PASSWORD)).toBe('accepted');
  return login;
};
const begin = async (login: Login | undefined, remoteIp = ''): Promise<string> => {
  const actor =
    login === undefined
      ? { server: 'oputil' }
      : { sessionId: login.sessionId, server: 'ssh', remoteIp };
  const begun = await context.enrollment.begin(id, 'googleAuth', { actor });
  if (begun.kind !== 'begun') throw new Error(begun.kind);
  return begun.token;
};
const dropNotices = () => context.notices.filter(({ kind }) => kind === 'set-up-dropped');

test('a set-up ends when another session signs in fully, and the owner is mailed (rule M2)', async () => {
  const token = await begin(await signIn(HOME), HOME);
  await signIn(STRANGER);
  expect(await context.enrollment.find(token)).toBeUndefined();
  expect(dropNotices()).toEqual([
    { kind: 'set-up-dropped', userId: id, server: 'ssh', remoteIp: STRANGER },
  ]);
  const [dropped] = await context.db.run((sql) => listAudit(sql, { userId: id, limit: 1 }));
  expect(dropped).toMatchObject({ kind: 'second-factor-dropped', source: STRANGER });
});

test('the owner ends the set-up of a stranger by signing in, and is told of it once at each place (rule M2)', async () => {
  await signIn(HOME);
  await context.fake.advance(60_000);
  const token = await begin(await signIn(STRANGER), STRANGER);
  const atMs = context.clock.nowMs();
  await context.fake.advance(60_000);
  // Signing in again does not use up what the owner is to read.
  await signIn(STRANGER);
  expect(await context.enrollment.find(token)).toBeUndefined();
  await context.fake.advance(60_000);
  const told = { atMs, server: 'ssh', remoteIp: STRANGER };
  expect((await signIn(HOME)).history?.setUp).toEqual(told);
  await context.fake.advance(60_000);
  expect((await signIn(HOME)).history?.setUp).toBeUndefined();
});

test('who knows the password alone ends nothing where an account has a factor (rule M2)', async () => {
  const { secret } = await context.enrollment.bind(id, 'googleAuth');
  const owner = context.call({ remoteIp: HOME });
  await tryPassword(owner, PASSWORD);
  expect(await tryCode(owner, totp(secret, context.clock.nowMs()))).toBe('accepted');
  const token = await begin(owner, HOME);
  expect(await tryPassword(context.call(), PASSWORD)).toBe('need');
  expect(await context.enrollment.find(token)).toBeDefined();
  expect(dropNotices()).toEqual([]);
});

test('what the sysop sent lives through sign-ins, and nobody is told of it', async () => {
  const token = await begin(undefined);
  const login = await signIn(HOME);
  expect(login.history?.setUp).toBeUndefined();
  expect(await context.enrollment.find(token)).toBeDefined();
});

test('a set-up that was confirmed is no news', async () => {
  const owner = await signIn(HOME);
  const token = await begin(owner, HOME);
  const secret = (await context.enrollment.find(token))?.secret ?? '';
  const { word } = (await context.enrollment.pendingFor(id, owner.sessionId)) ?? {};
  const code = totp(secret, context.clock.nowMs());
  await context.enrollment.confirm(token, code, { server: 'web', word });
  await context.fake.advance(60_000);
  const next = context.call({ remoteIp: HOME });
  await tryPassword(next, PASSWORD);
  expect(await tryCode(next, totp(secret, context.clock.nowMs()))).toBe('accepted');
  expect(next.history?.setUp).toBeUndefined();
});

test('a session whose call is over begins none (rule M2)', async () => {
  const login = await signIn(HOME);
  await context.db.run((sql) => endCall(sql, login.sessionId, context.clock.nowMs()));
  await expect(begin(login, HOME)).rejects.toThrow('not-yours');
});

test('a board that starts ends what the sessions of its last run began, and not what the sysop sent', async () => {
  const token = await begin(await signIn(HOME), HOME);
  await context.enrollment.endAbandoned();
  expect(await context.enrollment.find(token)).toBeUndefined();
  const sent = await begin(undefined);
  await context.enrollment.endAbandoned();
  expect(await context.enrollment.find(sent)).toBeDefined();
});
