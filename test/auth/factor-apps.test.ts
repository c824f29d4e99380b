import { checkKeys, rotateKeys, shutLost } from '../../src/auth/key-rotation';
import { addApp, checkAppLabel } from '../../src/auth/factor-apps';
import { findForeignSetUp } from '../../src/auth/set-up-watch';
import { newProfile } from '../../src/auth/otp';
import { listAccountEvents } from '../../src/store/account-events';
import { listAudit } from '../../src/store/audit';
import { listApps } from '../../src/store/factor-apps';
import { findUser, removeUser } from '../../src/store/users';
import { EVER, NOON, openAccounts, type TestAccounts } from '../support/accounts';
import { totp } from '../support/authenticator';

let accounts: TestAccounts;
let user: number;
/** Of the first app. */
let secret: string;

beforeEach(async () => {
  accounts = await openAccounts();
  user = await accounts.addUser('joe');
  ({ secret } = await accounts.enrollment.bind(user, 'googleAuth'));
  accounts.notices.length = 0;
});
afterEach(() => accounts.close());

const step = (of: string, steps = 0): string => totp(of, NOON + steps * 30_000);
const verify = async (code: string): Promise<string> =>
  (await accounts.verifyCode(user, code)).kind;
const labels = async (): Promise<readonly string[]> =>
  (await accounts.enrollment.status(user)).apps.map(({ label }) => label);
const bindingOf = async (label: string): Promise<string> =>
  (await accounts.enrollment.status(user)).apps.find((app) => app.label === label)?.binding ?? '';

/** Begun and confirmed by one session, as on its screen; its first code is spent. */
async function add(label: string, actor = { sessionId: 'here' }): Promise<string> {
  const begun = await accounts.enrollment.begin(user, 'googleAuth', { actor, label });
  if (begun.kind !== 'begun') throw new Error(begun.kind);
  const added = (await accounts.enrollment.pendingFor(user, actor.sessionId))?.secret ?? '';
  const confirmed = await accounts.enrollment.confirmHere(user, step(added, -1), actor);
  expect(confirmed).toEqual({ kind: 'confirmed', userId: user, label, backupCodes: [] });
  return added;
}

/** A further app with this secret, as an import makes one. */
async function addSecret(label: string, of: string): Promise<boolean> {
  const key = { ...newProfile('googleAuth'), secret: of };
  const nowMs = accounts.clock.nowMs();
  const change = { userId: user, label, key, spentPosition: -1, actor: {}, nowMs };
  return accounts.db.transaction({ account: user }, (sql) => addApp(sql, accounts, change));
}

describe('an authenticator app that is added', () => {
  test('signs in beside the first one, each code once, and the backup codes stay', async () => {
    const second = await add('Tablet');
    expect(await verify(step(second, -1))).toBe('spent');
    expect(await verify(step(second))).toBe('right');
    expect(await verify(step(second))).toBe('spent');
    expect(await verify(step(secret))).toBe('right');
    expect(await verify(step(secret))).toBe('spent');
    expect((await accounts.enrollment.status(user)).backupCodesLeft).toBe(10);
  });

  test('is told to its owner, the audit and the other sessions of the account', async () => {
    await add('Tablet');
    expect(accounts.notices).toEqual([{ kind: 'app-added', userId: user, label: 'Tablet' }]);
    const [row] = await accounts.db.run((sql) => listAudit(sql, { userId: user, limit: 1 }));
    expect(row).toMatchObject({ kind: 'app-added', factor: 2, reason: 'Tablet' });
    const events = await accounts.db.run((sql) => listAccountEvents(sql, user, EVER));
    expect(events.at(-1)).toMatchObject({ kind: 'second-factor', sessionId: 'here' });
  });

  test('is no set-up of somebody else at the next sign-in', async () => {
    const actor = { sessionId: 'here', server: 'ssh', remoteIp: '192.0.2.9' };
    const signIn = { userId: user, remoteIp: '192.0.2.9', nowMs: NOON + 60_000 };
    const foreign = (): Promise<unknown> => accounts.db.run((sql) => findForeignSetUp(sql, signIn));
    await accounts.enrollment.begin(user, 'googleAuth', { actor, label: 'Tablet' });
    expect(await foreign()).toMatchObject({ server: 'ssh', remoteIp: '192.0.2.9' });
    await add('Tablet', actor);
    expect(await foreign()).toBeUndefined();
  });

  test('keeps when it was added and when a code of it was accepted last, for itself alone', async () => {
    const second = await add('Tablet');
    expect(await verify(step(second))).toBe('right');
    expect((await accounts.enrollment.status(user)).apps).toMatchObject([
      { label: 'Authenticator app', boundAtMs: NOON, usedAtMs: undefined },
      { label: 'Tablet', boundAtMs: NOON, usedAtMs: NOON },
    ]);
  });

  test('changes nothing until its first code, and is one of five at most', async () => {
    const actor = { sessionId: 'here' };
    await accounts.enrollment.begin(user, 'googleAuth', { actor, label: 'Tablet' });
    expect(await labels()).toEqual(['Authenticator app']);
    for (const label of ['b', 'c', 'd', 'e']) await add(label);
    expect(await labels()).toHaveLength(5);
    expect(await accounts.enrollment.whyNotAdded(user, 'f')).toBe('too-many');
    const begun = await accounts.enrollment.begin(user, 'googleAuth', { actor, label: 'f' });
    expect(begun.kind).toBe('not-added');
  });

  test('is not added to an account that was left without a second factor meanwhile', async () => {
    const actor = { sessionId: 'here' };
    await accounts.enrollment.begin(user, 'googleAuth', { actor, label: 'Tablet' });
    const added = (await accounts.enrollment.pendingFor(user, 'here'))?.secret ?? '';
    await accounts.enrollment.disable(user);
    const confirmed = await accounts.enrollment.confirmHere(user, step(added), actor);
    expect(confirmed.kind).toBe('gone');
    expect(await labels()).toEqual([]);
    expect(await accounts.enrollment.whyNotAdded(user, 'Tablet')).toBe('gone');
  });

  test('ends with all others where the factor is set up anew or switched off', async () => {
    const second = await add('Tablet');
    await accounts.enrollment.bind(user, 'googleAuth');
    expect(await labels()).toEqual(['Authenticator app']);
    expect(await verify(step(second))).toBe('wrong');
    await add('Tablet');
    await accounts.enrollment.disable(user);
    expect(await accounts.db.run((sql) => listApps(sql, user))).toEqual([]);
  });
});

describe('a code', () => {
  test('that is right for two apps is spent for both of them at once (rule A17)', async () => {
    await add('Tablet');
    expect(await addSecret('Copy', secret)).toBe(true);
    expect(await verify(step(secret))).toBe('right');
    expect(await verify(step(secret))).toBe('spent');
    await accounts.enrollment.removeApp(user, await bindingOf('Authenticator app'));
    expect(await verify(step(secret))).toBe('spent');
    expect(await verify(step(secret, 1))).toBe('right');
  });

  test('that was spent stays so for an app that is added with the same secret', async () => {
    expect(await verify(step(secret))).toBe('right');
    expect(await addSecret('Copy', secret)).toBe(true);
    expect(await verify(step(secret))).toBe('spent');
  });

  test('of one app is accepted once, of sixteen submissions to two processes (rule A2)', async () => {
    const second = await add('Tablet');
    const other = await openAccounts({ folder: accounts.folder, clock: accounts.clock });
    const results = await Promise.all(
      Array.from({ length: 16 }, (_, at) =>
        (at % 2 === 0 ? accounts : other).verifyCode(user, step(second)),
      ),
    );
    await other.close();
    expect(results.filter(({ kind }) => kind === 'right')).toHaveLength(1);
    expect(results.filter(({ kind }) => kind === 'spent')).toHaveLength(15);
  });

  test('of no app is wrong, and spends nothing', async () => {
    const second = await add('Tablet');
    expect(await verify(step(second, 9))).toBe('wrong');
    expect(await verify(step(second))).toBe('right');
    expect(await verify(step(secret))).toBe('right');
  });

  test('of an app is right where another secret of the account was damaged', async () => {
    const second = await add('Tablet');
    await accounts.db.run((sql) => sql('otp_factor').update({ secret: '' }));
    expect(await verify(step(secret))).toBe('wrong');
    expect(await verify(step(second))).toBe('right');
  });
});

describe('an authenticator app that is removed', () => {
  test('accepts no code any more, and the others go on', async () => {
    const second = await add('Tablet');
    const removed = await accounts.enrollment.removeApp(user, await bindingOf('Tablet'));
    expect(removed).toBe(true);
    expect(await verify(step(second))).toBe('wrong');
    expect(await verify(step(secret))).toBe('right');
    expect(accounts.notices.at(-1)).toEqual({
      ...{ kind: 'app-removed', userId: user, label: 'Tablet' },
    });
    const [row] = await accounts.db.run((sql) => listAudit(sql, { userId: user, limit: 1 }));
    expect(row).toMatchObject({ kind: 'app-removed', factor: 2, reason: 'Tablet' });
  });

  test('leaves the next one in its place where it was the first, with what it has spent', async () => {
    const second = await add('Tablet');
    expect(await verify(step(second))).toBe('right');
    await accounts.enrollment.removeApp(user, await bindingOf('Authenticator app'));
    expect(await labels()).toEqual(['Tablet']);
    const first = await accounts.db.run((sql) => sql('otp_factor').pluck<string[]>('label'));
    expect(first).toEqual(['Tablet']);
    expect(await verify(step(secret))).toBe('wrong');
    expect(await verify(step(second))).toBe('spent');
    expect(await verify(step(second, 1))).toBe('right');
    const joe = await accounts.db.run((sql) => findUser(sql, user));
    expect(joe?.factors).toHaveLength(1);
  });

  test('is never the last one, whatever two sessions do at once (rule A18)', async () => {
    await add('Tablet');
    const bindings = [await bindingOf('Authenticator app'), await bindingOf('Tablet')];
    const removed = await Promise.all(
      bindings.map((binding) => accounts.enrollment.removeApp(user, binding)),
    );
    expect(removed.filter((done) => done)).toHaveLength(1);
    expect(await labels()).toHaveLength(1);
    const joe = await accounts.db.run((sql) => findUser(sql, user));
    expect(joe?.factors).toHaveLength(1);
  });

  test('goes with its account', async () => {
    await add('Tablet');
    await accounts.db.transaction('board', (sql) => removeUser(sql, user));
    expect(await accounts.db.run((sql) => sql('otp_app').pluck('id'))).toEqual([]);
  });
});

describe('the name of an app', () => {
  test.each([
    ['', 'empty'],
    ['   ', 'empty'],
    ['x'.repeat(31), 'too-long'],
    ['漢'.repeat(16), 'too-long'],
    ['a|07b', 'bad-characters'],
    ['a\u001b[2J', 'bad-characters'],
    ['a\u202eb', 'bad-characters'],
    ['TABLET', 'taken'],
    [' tablet ', 'taken'],
    ['Тablet', 'taken'],
  ])('%j is refused: %s', (typed, why) => {
    expect(checkAppLabel(typed, ['Tablet'])).toEqual({ kind: 'refused', why });
  });

  test.each([
    ['x'.repeat(30), 'x'.repeat(30)],
    ['  Old   phone ', 'Old phone'],
    ['漢'.repeat(15), '漢'.repeat(15)],
    ['Löwe’s', 'Löwe’s'],
  ])('%j is kept as %j', (typed, label) => {
    expect(checkAppLabel(typed, ['Tablet'])).toEqual({ kind: 'label', label });
  });

  test('is changed without an end of sessions, and not to that of another app', async () => {
    await add('Tablet');
    const events = (): Promise<readonly unknown[]> =>
      accounts.db.run((sql) => listAccountEvents(sql, user, EVER));
    const before = await events();
    const binding = await bindingOf('Authenticator app');
    expect(await accounts.enrollment.renameApp(user, { binding, label: 'tablet' })).toBe('taken');
    expect(await accounts.enrollment.renameApp(user, { binding, label: 'Phone' })).toBeUndefined();
    expect(await labels()).toEqual(['Phone', 'Tablet']);
    expect(await events()).toEqual(before);
    const [row] = await accounts.db.run((sql) => listAudit(sql, { userId: user, limit: 1 }));
    expect(row).toMatchObject({ kind: 'app-renamed', reason: 'Authenticator app > Phone' });
  });
});

test('the secrets of all apps are sealed, each for its account, and take part in a rotation', async () => {
  const second = await add('Tablet');
  const rows = await accounts.db.run((sql) => sql('otp_app').pluck<string[]>('secret'));
  expect(rows[0]).toMatch(/^v1\./);
  expect(rows[0]).not.toContain(second);
  const report = await rotateKeys(accounts);
  expect(report).toMatchObject({ resealed: 2, unreadable: [] });
  const { unreadable } = await checkKeys(accounts);
  expect(unreadable).toEqual([]);
  expect(await verify(step(second))).toBe('right');
});

test('an app whose sealing key is lost goes, and the first one stays required', async () => {
  await add('Tablet');
  await accounts.db.run((sql) => sql('otp_app').update({ secret: 'v1.gone.x.y' }));
  await expect(accounts.verifyCode(user, step(secret))).rejects.toMatchObject({
    code: 'STORE_FAILED',
  });
  const lost = await shutLost({ ...accounts, actor: {} });
  expect(lost.shut).toEqual([]);
  expect(await labels()).toEqual(['Authenticator app']);
  expect(await verify(step(secret))).toBe('right');
});
