import type { Login } from '../../src/auth/login';
import { endCall } from '../../src/store/calls';
import { listAudit } from '../../src/store/audit';
import { totp } from '../support/authenticator';
import {
  HOME,
  openDesk,
  PASSWORD,
  STRANGER,
  tryCode,
  tryPassword,
  type Desk,
} from '../support/gate-desk';

let desk: Desk;
let id: number;

beforeEach(async () => {
  desk = await openDesk();
  id = await desk.addAccount();
});
afterEach(() => desk.close());

const signIn = async (remoteIp: string): Promise<Login> => {
  const login = desk.call({ remoteIp });
  expect(await tryPassword(login, PASSWORD)).toBe('accepted');
  return login;
};
const begin = async (login: Login | undefined, remoteIp = ''): Promise<string> => {
  const actor =
    login === undefined
      ? { server: 'oputil' }
      : { sessionId: login.sessionId, server: 'ssh', remoteIp };
  const begun = await desk.enrollment.begin(id, 'googleAuth', { actor });
  if (begun.kind !== 'begun') throw new Error(begun.kind);
  return begun.token;
};
const dropNotices = () => desk.notices.filter(({ kind }) => kind === 'set-up-dropped');

test('a set-up ends when another session signs in fully, and the owner is mailed (rule M2)', async () => {
  const token = await begin(await signIn(HOME), HOME);
  await signIn(STRANGER);
  expect(await desk.enrollment.find(token)).toBeUndefined();
  expect(dropNotices()).toEqual([
    { kind: 'set-up-dropped', userId: id, server: 'ssh', remoteIp: STRANGER },
  ]);
  const [dropped] = await desk.db.run((sql) => listAudit(sql, { userId: id, limit: 1 }));
  expect(dropped).toMatchObject({ kind: 'second-factor-dropped', source: STRANGER });
});

test('the owner ends the set-up of a stranger by signing in, and is told of it once at each place (rule M2)', async () => {
  await signIn(HOME);
  await desk.fake.advance(60_000);
  const token = await begin(await signIn(STRANGER), STRANGER);
  const atMs = desk.clock.nowMs();
  await desk.fake.advance(60_000);
  // Signing in again does not use up what the owner is to read.
  await signIn(STRANGER);
  expect(await desk.enrollment.find(token)).toBeUndefined();
  await desk.fake.advance(60_000);
  const told = { atMs, server: 'ssh', remoteIp: STRANGER };
  expect((await signIn(HOME)).history?.setUp).toEqual(told);
  await desk.fake.advance(60_000);
  expect((await signIn(HOME)).history?.setUp).toBeUndefined();
});

test('who knows the password alone ends nothing where an account has a factor (rule M2)', async () => {
  const { secret } = await desk.enrollment.bind(id, 'googleAuth');
  const owner = desk.call({ remoteIp: HOME });
  await tryPassword(owner, PASSWORD);
  expect(await tryCode(owner, totp(secret, desk.clock.nowMs()))).toBe('accepted');
  const token = await begin(owner, HOME);
  expect(await tryPassword(desk.call(), PASSWORD)).toBe('need');
  expect(await desk.enrollment.find(token)).toBeDefined();
  expect(dropNotices()).toEqual([]);
});

test('what the sysop sent lives through sign-ins, and nobody is told of it', async () => {
  const token = await begin(undefined);
  const login = await signIn(HOME);
  expect(login.history?.setUp).toBeUndefined();
  expect(await desk.enrollment.find(token)).toBeDefined();
});

test('a set-up that was confirmed is no news', async () => {
  const owner = await signIn(HOME);
  const token = await begin(owner, HOME);
  const secret = (await desk.enrollment.find(token))?.secret ?? '';
  const { word } = (await desk.enrollment.pendingFor(id, owner.sessionId)) ?? {};
  const code = totp(secret, desk.clock.nowMs());
  await desk.enrollment.confirm(token, code, { server: 'web', word });
  await desk.fake.advance(60_000);
  const next = desk.call({ remoteIp: HOME });
  await tryPassword(next, PASSWORD);
  expect(await tryCode(next, totp(secret, desk.clock.nowMs()))).toBe('accepted');
  expect(next.history?.setUp).toBeUndefined();
});

test('a session whose call is over begins none (rule M2)', async () => {
  const login = await signIn(HOME);
  await desk.db.run((sql) => endCall(sql, login.sessionId, desk.clock.nowMs()));
  await expect(begin(login, HOME)).rejects.toThrow('not-yours');
});

test('a board that starts ends what the sessions of its last run began, and not what the sysop sent', async () => {
  const token = await begin(await signIn(HOME), HOME);
  await desk.enrollment.endAbandoned();
  expect(await desk.enrollment.find(token)).toBeUndefined();
  const sent = await begin(undefined);
  await desk.enrollment.endAbandoned();
  expect(await desk.enrollment.find(sent)).toBeDefined();
});
