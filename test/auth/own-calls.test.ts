import { OwnCalls } from '../../src/auth/own-calls';
import type { Login } from '../../src/auth/login';
import { listAccountEvents } from '../../src/store/account-events';
import { listAudit } from '../../src/store/audit';
import { writeProperties } from '../../src/store/properties';
import { EVER } from '../support/accounts';
import {
  HOME,
  openAuthenticator,
  PASSWORD,
  STRANGER,
  tryPassword,
  type AuthenticatorContext,
} from '../support/authenticator-context';

let context: AuthenticatorContext;
let calls: OwnCalls;
let id: number;

async function open(options: Parameters<typeof openAuthenticator>[0] = {}): Promise<void> {
  context = await openAuthenticator(options);
  calls = new OwnCalls(context);
  id = await context.addAccount();
}

afterEach(() => context.close());

async function comeIn(origin: Parameters<AuthenticatorContext['call']>[0] = {}): Promise<Login> {
  const login = context.call(origin);
  expect(await tryPassword(login, PASSWORD)).toBe('accepted');
  return login;
}

/** What a session makes of the newest event of its account. */
async function hearOf(login: Login): Promise<'keep' | 'end'> {
  const [newest] = (await context.db.run((sql) => listAccountEvents(sql, id, EVER))).slice(-1);
  return login.refresh(newest);
}

const actorOf = (login: Login) => ({ sessionId: login.sessionId, remoteIp: HOME, server: 'ssh' });

test('a call is ended by another of the account, and no other with it (rule N2)', async () => {
  await open();
  const [left, mine] = [await comeIn(), await comeIn({ remoteIp: HOME })];
  const call = { sessionId: left.sessionId, source: STRANGER };
  expect(await calls.end(id, call, actorOf(mine))).toBe(true);
  expect(await hearOf(mine)).toBe('keep');
  expect(await hearOf(left)).toBe('end');
  expect(left.farewell).toBe('call.ended-by-owner');
  expect(await calls.end(id, call, actorOf(mine))).toBe(false);
  const other = await context.addAccount('ann');
  const theirs = { sessionId: mine.sessionId, source: HOME };
  expect(await calls.end(other, theirs, {})).toBe(false);
  expect((await calls.list(id, 9)).map(({ endedAtMs }) => endedAtMs === undefined)).toEqual([
    true,
    false,
  ]);
});

test('who disowns a call ends every other one, and shuts the password for everybody (rule N2)', async () => {
  await open();
  const [stranger, mine] = [await comeIn(), await comeIn({ remoteIp: HOME })];
  await calls.disown(id, actorOf(mine));
  expect(await hearOf(mine)).toBe('keep');
  expect(await hearOf(stranger)).toBe('end');
  const before = context.hashes.started;
  for (const remoteIp of [HOME, STRANGER]) {
    expect(await tryPassword(context.call({ remoteIp }), PASSWORD)).toBe('bad-credential');
  }
  expect(context.hashes.started - before).toBe(2);
  expect(context.notices.at(-1)).toEqual({ kind: 'password-shut', userId: id, remoteIp: HOME });
  const rows = await context.db.run((sql) => listAudit(sql, { userId: id, limit: 9 }));
  expect(rows.find(({ kind }) => kind === 'password-shut')).toMatchObject({
    ...{ source: HOME, server: 'ssh', result: 'done', reason: 'disowned a call' },
  });
  const fresh = 'another quiet harbour';
  await context.accounts.changePassword(id, { password: fresh }, { remoteIp: HOME });
  expect(await tryPassword(context.call({ remoteIp: HOME }), fresh)).toBe('accepted');
});

test('a waiting link and a known place of somebody else end with a disowned call (rules N2, M10)', async () => {
  await open();
  await comeIn();
  const mine = await comeIn({ remoteIp: HOME });
  const begun = await context.enrollment.begin(id, 'googleAuth');
  if (begun.kind !== 'begun') throw new Error(begun.kind);
  await calls.disown(id, actorOf(mine));
  expect(await context.enrollment.find(begun.token)).toBeUndefined();
  expect(await context.db.run((sql) => sql('known_source').pluck('source'))).toEqual([HOME]);
});

describe('the first call from a network', () => {
  const told = () => context.notices.filter(({ kind }) => kind === 'new-network');

  test('is mailed to the owner, once, and the very first call is not (rule N3)', async () => {
    await open();
    await comeIn({ remoteIp: HOME });
    await comeIn({ remoteIp: HOME });
    expect(told()).toEqual([]);
    await comeIn({ remoteIp: STRANGER, server: 'ssh' });
    const notice = { kind: 'new-network', userId: id, server: 'ssh', remoteIp: STRANGER };
    expect(told()).toEqual([notice]);
    await comeIn({ remoteIp: STRANGER });
    await comeIn({ remoteIp: '203.0.113.200' });
    expect(told()).toHaveLength(1);
  });

  test('is one of IPv6 by its /48, and a wrong password tells nothing (rule N3)', async () => {
    await open();
    await comeIn({ remoteIp: '2001:db8:1:2::3' });
    await comeIn({ remoteIp: '2001:db8:1:ff::3' });
    await tryPassword(context.call({ remoteIp: STRANGER }), 'a guess');
    expect(told()).toEqual([]);
    await comeIn({ remoteIp: '2001:db8:2::3' });
    expect(told()).toHaveLength(1);
  });

  test('is not mailed where the sysop does not want it', async () => {
    await open({ config: { users: { newNetworkMail: false } } });
    await comeIn({ remoteIp: HOME });
    await comeIn({ remoteIp: STRANGER });
    expect(told()).toEqual([]);
  });
});

test('a password that a program keeps is neither changed nor said to be shut (rules N2, P6)', async () => {
  await open();
  const [stranger, mine] = [await comeIn(), await comeIn({ remoteIp: HOME })];
  await context.db.run((sql) => writeProperties(sql, id, { account_source: 'program' }));
  await calls.disown(id, actorOf(mine));
  expect(await hearOf(stranger)).toBe('end');
  expect(context.notices.at(-1)).toMatchObject({ kind: 'password-shut', ofProgram: true });
  const rows = await context.db.run((sql) => listAudit(sql, { userId: id, limit: 9 }));
  expect(rows.map(({ kind }) => kind)).not.toContain('password-shut');
  const change = { password: 'another quiet harbour' };
  expect(await context.accounts.changePassword(id, change, { remoteIp: HOME })).toMatchObject({
    ...{ kind: 'refused', problem: 'of-program' },
  });
});

test('a session that was sent away changes nothing more, whether it has noticed or not (rule N2)', async () => {
  await open();
  const [stranger, mine] = [await comeIn(), await comeIn({ remoteIp: HOME })];
  const asStranger = { ...actorOf(stranger), remoteIp: STRANGER, proven: stranger.user };
  await calls.disown(id, { ...actorOf(mine), proven: mine.user });
  const late = context.accounts.changePassword(id, { password: 'known to a stranger' }, asStranger);
  await expect(late).rejects.toMatchObject({ code: 'STORE_FAILED' });
  await expect(calls.disown(id, asStranger)).rejects.toMatchObject({ code: 'STORE_FAILED' });
  const login = context.call();
  expect(await tryPassword(login, 'known to a stranger')).toBe('bad-credential');
  const kinds = (await context.db.run((sql) => listAudit(sql, { userId: id, limit: 20 }))).map(
    ({ kind }) => kind,
  );
  expect(kinds).toContain('password-shut');
  expect(kinds).not.toContain('password-changed');
});

test('changes that a session made itself keep none of its further ones back', async () => {
  await open();
  const login = await comeIn();
  // As the login had the account before the first of them.
  const actor = { ...actorOf(login), proven: login.user };
  for (const password of ['a first new one 1', 'a second new one 2']) {
    const changed = await context.accounts.changePassword(id, { password }, actor);
    expect(changed.kind).toBe('done');
  }
  expect(await tryPassword(context.call(), 'a second new one 2')).toBe('accepted');
});
