import { AccountKeys } from '../../src/auth/account-keys';
import { EntryCodes } from '../../src/auth/entry-code';
import { sshFingerprint, type SshPublicKey } from '../../src/auth/ssh-key';
import { MailChange } from '../../src/auth/mail-change';
import { OwnCalls } from '../../src/auth/own-calls';
import { Authenticator } from '../../src/auth/authenticator';
import { listAudit } from '../../src/store/audit';
import { countCalls } from '../../src/store/calls';
import { listSshKeys } from '../../src/store/ssh-keys';
import { getUser } from '../../src/store/users';
import { totp } from '../support/authenticator';
import {
  HOME,
  openAuthenticator,
  PASSWORD,
  tryCode,
  tryPassword,
  type AuthenticatorContext,
} from '../support/authenticator-context';

const DAY_MS = 86_400_000;
const BY_SYSOP = { server: 'oputil' } as const;
const ACTOR = { server: 'ssh', remoteIp: HOME } as const;

let context: AuthenticatorContext;
let keys: AccountKeys;
let id: number;
let secret: string;
let mustShow = false;

async function open(rememberKeyDays = 30): Promise<void> {
  mustShow = false;
  const twoFactorAuth = { rememberKeyDays, recoveryMail: { enabled: true, waitHours: 72 } };
  context = await openAuthenticator({ config: { users: { twoFactorAuth } } });
  keys = new AccountKeys(context);
  id = await context.addAccount();
  await context.accounts.setProperties(id, { email_address: 'joe@example.org' }, BY_SYSOP);
  ({ secret } = await context.enrollment.bind(id, 'googleAuth'));
  await keys.add(id, { key: keyOf('home'), actor: ACTOR });
  await keys.add(id, { key: keyOf('work'), actor: ACTOR });
}

afterEach(() => context.close());

function keyOf(comment: string): SshPublicKey {
  const type = Buffer.from('0000000b7373682d6564323535313900000020', 'hex');
  const blob = Buffer.concat([type, Buffer.alloc(32, comment)]);
  return { algorithm: 'ssh-ed25519', blob, comment, fingerprint: sshFingerprint(blob) };
}

const code = (): string => totp(secret, context.clock.nowMs());

async function signIn(
  comment: string,
  { verified, ...origin }: { secure?: boolean; verified?: () => unknown } = {},
) {
  const { algorithm, blob } = keyOf(comment);
  // The policy of the board, as the composition root reads it.
  const authenticator = new Authenticator({
    ...context,
    mustShowCode: () => mustShow,
    minResponseMs: 0,
  });
  const login = authenticator.begin({
    ...{ server: 'ssh', secure: true, remoteIp: HOME, node: 1 },
    ...origin,
  });
  const { kind } = await login.submit({
    ...{ kind: 'public-key', userName: 'joe', algorithm, blob },
    verify: () => {
      verified?.();
      return { valid: true };
    },
  });
  return { login, kind };
}

/** Signs in by a key and a code, and has the key remembered. */
async function remember(comment = 'home') {
  const { login } = await signIn(comment);
  expect(await tryCode(login, code())).toBe('accepted');
  const { user, provenKeyId } = login;
  if (user === undefined || provenKeyId === undefined) throw new Error('no key was proved');
  const forMs = context.config().users.twoFactorAuth.rememberKeyDays * DAY_MS;
  const isDone = await keys.remember(user, { keyId: provenKeyId, forMs, actor: ACTOR });
  expect(isDone).toBe(true);
  await context.fake.advance(60_000);
  return login;
}

test('a remembered key signs in without a code, as factor 1, and no other key does (rule N9)', async () => {
  await open();
  await remember();
  const { login, kind } = await signIn('home');
  expect(kind).toBe('accepted');
  expect(login).toMatchObject({ factor: 1, requiredFactor: 1, complete: true });
  expect(login.history).toBeDefined();
  expect(login.hasFreshCode).toBe(false);
  expect(login.provenKeyId).toBeUndefined();
  const [row] = await context.db.run((sql) => listAudit(sql, { limit: 1 }));
  expect(row).toMatchObject({ kind: 'public-key', factor: 1, reason: 'remembered-key' });
  expect((await signIn('work')).kind).toBe('need');
  const byPassword = context.call({ remoteIp: HOME });
  expect(await tryPassword(byPassword, PASSWORD)).toBe('need');
});

test('it is told by mail and stands in the audit, and so does its end (rule N9)', async () => {
  await open();
  await remember();
  const { fingerprint } = keyOf('home');
  expect(context.notices.at(-1)).toMatchObject({ kind: 'key-remembered', userId: id, fingerprint });
  expect(await keys.forget(id, { fingerprint: keyOf('work').fingerprint, actor: ACTOR })).toBe(0);
  expect((await signIn('home')).kind).toBe('accepted');
  expect(await keys.forget(id, { fingerprint, actor: ACTOR })).toBe(1);
  expect((await signIn('home')).kind).toBe('need');
  const kinds = (await context.db.run((sql) => listAudit(sql, { limit: 9 }))).map(
    ({ kind, reason }) => `${kind} ${reason}`,
  );
  expect(kinds).toEqual(
    expect.arrayContaining([`key-remembered ${fingerprint}`, `key-forgotten ${fingerprint}`]),
  );
});

test('sensitive acts ask for a code, and a code raises the call to factor 2 without a second arrival (rule N9)', async () => {
  await open();
  await remember();
  const { login } = await signIn('home');
  const calls = await context.db.run(countCalls);
  const { sessionId } = login;
  expect(await login.confirm({ password: PASSWORD, code: undefined })).toMatchObject({
    kind: 'need',
  });
  expect(await tryCode(login, '000000')).toBe('bad-credential');
  expect(login).toMatchObject({ factor: 1, complete: true });
  expect(await tryCode(login, code())).toBe('accepted');
  expect(login).toMatchObject({ factor: 2, requiredFactor: 2, complete: true, sessionId });
  expect(login.history).toBeDefined();
  expect(await context.db.run(countCalls)).toBe(calls);
  expect(await tryCode(login, code())).toBe('not-here');
});

test('it ends with its time, and with the time that the sysop grants (rule N9)', async () => {
  await open();
  await remember();
  await context.fake.advance(29 * DAY_MS);
  expect((await signIn('home')).kind).toBe('accepted');
  await context.fake.advance(DAY_MS);
  expect((await signIn('home')).kind).toBe('need');
  await remember();
  const { users } = context.config();
  const set = (rememberKeyDays: number): void => {
    Object.assign(users.twoFactorAuth, { rememberKeyDays });
  };
  set(7);
  expect((await signIn('home')).kind).toBe('need');
  set(0);
  expect((await signIn('home')).kind).toBe('need');
  set(30);
  expect((await signIn('home')).kind).toBe('accepted');
});

test('a key that needs a code since the sysop grants less needs one in its last days too (rule N9)', async () => {
  await open();
  await remember();
  Object.assign(context.config().users.twoFactorAuth, { rememberKeyDays: 7 });
  for (let day = 1; day < 32; day++) {
    await context.fake.advance(DAY_MS);
    expect((await signIn('home')).kind).toBe('need');
  }
});

test('of keys that are forgotten those count that needed no code until then (rule N9)', async () => {
  await open();
  await remember();
  await context.fake.advance(15 * DAY_MS);
  await remember('work');
  await context.fake.advance(15 * DAY_MS);
  expect((await signIn('home')).kind).toBe('need');
  const forget = () => keys.forget(id, { actor: BY_SYSOP });
  expect(await keys.forget(id, { fingerprint: keyOf('home').fingerprint, actor: BY_SYSOP })).toBe(
    0,
  );
  expect(await forget()).toBe(1);
  expect(await forget()).toBe(0);
  const audit = await context.db.run((sql) => listAudit(sql, { limit: 99 }));
  const forgotten = audit.filter(({ kind }) => kind === 'key-forgotten');
  expect(forgotten.map(({ reason }) => reason)).toEqual([keyOf('work').fingerprint]);
});

test('a key that is forgotten while it signs in needs a code (rule N9)', async () => {
  await open();
  await remember();
  let gone: Promise<number> | undefined;
  const { kind } = await signIn('home', {
    verified: () => (gone = keys.forget(id, { actor: BY_SYSOP })),
  });
  expect(await gone).toBe(1);
  expect(kind).toBe('need');
});

test('the policy of the board and a line that others can read take no key without a code (rule N9)', async () => {
  await open();
  await remember();
  mustShow = true;
  expect((await signIn('home')).kind).toBe('need');
  mustShow = false;
  expect((await signIn('home', { secure: false })).kind).toBe('need');
  expect((await signIn('home')).kind).toBe('accepted');
});

test('a key is remembered by nobody whose account was changed since the code (rule N9)', async () => {
  await open();
  const { login } = await signIn('home');
  await tryCode(login, code());
  const { user, provenKeyId = 0 } = login;
  if (user === undefined) throw new Error('nobody');
  await context.accounts.changePassword(
    id,
    { password: 'another harbour 8' },
    { server: 'oputil' },
  );
  const wish = { keyId: provenKeyId, forMs: DAY_MS, actor: ACTOR };
  expect(await keys.remember(user, wish)).toBe(false);
  const fresh = await context.db.run((sql) => getUser(sql, id));
  expect(await keys.remember(fresh, { ...wish, keyId: 4711 })).toBe(false);
  const byPassword = context.call({ remoteIp: HOME });
  await tryPassword(byPassword, 'another harbour 8');
  await context.fake.advance(60_000);
  await tryCode(byPassword, code());
  expect(byPassword).toMatchObject({ factor: 2, provenKeyId: undefined });
});

function tokenOf(kind: 'confirm-mail'): string {
  const notice = context.notices.filter((each) => each.kind === kind).at(-1);
  if (notice === undefined || !('token' in notice)) throw new Error(`no ${kind}`);
  return notice.token;
}

test.each<[string, () => Promise<unknown>]>([
  [
    'a new password',
    () => context.accounts.changePassword(id, { password: 'another harbour 8' }, BY_SYSOP),
  ],
  ['a lock', () => context.accounts.setStatus(id, 3, BY_SYSOP)],
  ['another key', () => keys.add(id, { key: keyOf('new'), actor: BY_SYSOP })],
  [
    'a key that is removed',
    () => keys.remove(id, { fingerprint: keyOf('work').fingerprint, actor: BY_SYSOP }),
  ],
  [
    'a new second factor',
    async () => {
      ({ secret } = await context.enrollment.bind(id, 'googleAuth'));
    },
  ],
  ['new backup codes', () => context.enrollment.regenerateBackupCodes(id, BY_SYSOP)],
  [
    'an entry code',
    () => {
      const parts = { ...context, notifier: { notify: () => Promise.resolve('queued' as const) } };
      return new EntryCodes(parts).make(id, { minutes: 15, actor: BY_SYSOP });
    },
  ],
  [
    'an address that the sysop writes',
    () => context.accounts.setProperties(id, { email_address: 'joe@new.example.org' }, BY_SYSOP),
  ],
  [
    'an address that its link confirms',
    async () => {
      const mailChange = new MailChange(context);
      await mailChange.begin(id, 'joe@new.example.org', ACTOR);
      return mailChange.confirm(tokenOf('confirm-mail'), ACTOR);
    },
  ],
  [
    'a mail for a lost factor',
    async () => {
      const half = context.call();
      await tryPassword(half, PASSWORD);
      if (half.user === undefined) throw new Error('nobody');
      expect(await context.recovery.ask(half.user, ACTOR)).toBe('mailed');
    },
  ],
  [
    '"this was not me"',
    () => new OwnCalls(context).disown(id, { sessionId: 'another', remoteIp: HOME }),
  ],
])('%s ends it, so that the key needs a code again (rule N9)', async (_what, change) => {
  await open();
  await remember();
  expect((await signIn('home')).kind).toBe('accepted');
  await change();
  if ((await context.db.run((sql) => getUser(sql, id))).status !== 2)
    await context.accounts.setStatus(id, 2, BY_SYSOP);
  expect((await signIn('home')).kind).toBe('need');
  const [home] = await context.db.run((sql) => listSshKeys(sql, id));
  expect(home?.comment).toBe('home');
});
