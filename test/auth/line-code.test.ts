import { EntryCodes } from '../../src/auth/entry-code';
import type { Login } from '../../src/auth/login';
import { Sheets } from '../../src/auth/sheets';
import { hasSecondFactor } from '../../src/auth/factor-kinds';
import { listAudit } from '../../src/store/audit';
import { NOON } from '../support/accounts';
import { decodeBase32, hotp, totp } from '../support/authenticator';
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
let sheet: readonly string[];

const NEVER = { loginServers: { telnet: { passwordLogin: 'never' } } } as const;
const ACTOR = { server: 'ssh', remoteIp: HOME };

beforeEach(async () => {
  context = await openAuthenticator({ config: NEVER });
  id = await context.addAccount();
  sheet = await new Sheets(context).make(id, ACTOR);
  context.notices.length = 0;
});

afterEach(() => context.close());

/** A call over a line that others can read, asked for a code with this name. */
async function asked(userName = 'joe', remoteIp = STRANGER) {
  const login = context.call({ server: 'telnet', remoteIp });
  const number = await login.line.ask(userName);
  if (number === undefined) throw new Error('no number is free');
  return { login, number };
}

async function tryLine(login: Login, code: string, userName = 'joe'): Promise<string> {
  const submitted = login.submit({ kind: 'line-code', userName, code });
  let isDone = false;
  void submitted.finally(() => (isDone = true));
  // The second in which other calls may show that they have the same code.
  while (!isDone) {
    await new Promise(setImmediate);
    if (context.fake.nextInMs <= 1_000) await context.fake.advance(1_000);
  }
  const result = await submitted;
  return result.kind === 'rejected' ? result.reason : result.kind;
}

const numbered = (number: number): string => sheet[number - 1] ?? '';
const left = async (): Promise<number | undefined> => (await new Sheets(context).status(id))?.left;

test('a code of the sheet signs in once with factor 1, and the next call is asked for the next number (rule N7)', async () => {
  const { login, number } = await asked();
  expect(number).toBe(1);
  expect(await tryLine(login, ` ${numbered(1).toUpperCase()} `)).toBe('accepted');
  expect(login).toMatchObject({ complete: true, factor: 1, requiredFactor: 1, byLineCode: true });
  expect(login.history).toMatchObject({ sheetCodesLeft: 29 });
  const next = await asked();
  expect(next.number).toBe(2);
  expect(await tryLine(next.login, numbered(1))).toBe('bad-credential');
  expect(await tryLine(next.login, numbered(2))).toBe('accepted');
});

test('the number that is asked for stays the same until it is spent (rule N7)', async () => {
  for (let calls = 0; calls < 3; calls += 1) {
    const { login, number } = await asked();
    expect(number).toBe(1);
    expect(await tryLine(login, 'bofal-kuhid-zatop')).toBe('bad-credential');
    expect(await login.line.ask('joe')).toBe(1);
    await login.line.end();
  }
});

test('no password is compared where a code stands in its place (rule N7)', async () => {
  const { login } = await asked();
  expect(await tryPassword(login, PASSWORD)).toBe('not-here');
  expect(login.factor).toBe(0);
  expect(context.penalties).toEqual([]);
});

test('a code stands in place of the password on such a line alone (rule N7)', async () => {
  const secure = context.call();
  await secure.line.ask('joe');
  expect(await tryLine(secure, numbered(1))).toBe('not-here');
  expect(await left()).toBe(30);
});

test('a code of the app signs in with factor 1, and is spent on every other line (rule N7)', async () => {
  const { secret } = await context.enrollment.bind(id, 'googleAuth');
  const code = totp(secret, NOON);
  const { login } = await asked();
  expect(await tryLine(login, code)).toBe('accepted');
  expect(login).toMatchObject({ complete: true, factor: 1, requiredFactor: 1 });
  expect(login.user !== undefined && hasSecondFactor(login.user)).toBe(true);
  const secure = context.call();
  expect(await tryPassword(secure, PASSWORD)).toBe('need');
  expect(await tryCode(secure, code)).toBe('bad-credential');
  // Nothing in the call raises its factor: two codes of one app are one factor.
  expect(await tryCode(login, totp(secret, NOON + 30_000))).toBe('not-here');
  expect(await login.confirm({ password: PASSWORD, code: undefined })).toMatchObject({
    reason: 'not-here',
  });
});

test('a backup code does not count on such a line, and is void then (rule N7)', async () => {
  const { backupCodes } = await context.enrollment.bind(id, 'googleAuth');
  const { login } = await asked();
  expect(await tryLine(login, backupCodes[0] ?? '')).toBe('secure-only');
  expect(login.factor).toBe(0);
  expect((await context.enrollment.status(id)).backupCodesLeft).toBe(9);
});

test('a backup code on such a line is mailed as void, and not as a sign-in', async () => {
  const { backupCodes } = await context.enrollment.bind(id, 'googleAuth');
  const { login } = await asked();
  context.notices.length = 0;
  expect(await tryLine(login, backupCodes[0] ?? '')).toBe('secure-only');
  expect(context.notices).toEqual([
    { kind: 'backup-code-heard', userId: id, left: 9, remoteIp: STRANGER },
  ]);
});

/** Makes the line wait by wrong codes. */
async function tire(): Promise<void> {
  for (let failures = 0; failures < 5; failures += 1) {
    const { login } = await asked('joe', HOME);
    expect(await tryLine(login, 'bofal-kuhid-zatop')).toBe('bad-credential');
    await login.line.end();
  }
}

test('a backup code that is typed while the line waits is void as well, and mailed as that (rule N7)', async () => {
  const { backupCodes } = await context.enrollment.bind(id, 'googleAuth');
  await tire();
  const { login } = await asked();
  context.notices.length = 0;
  expect(await tryLine(login, backupCodes[0] ?? '')).toBe('wait');
  expect((await context.enrollment.status(id)).backupCodesLeft).toBe(9);
  expect(context.notices).toEqual([
    { kind: 'backup-code-heard', userId: id, left: 9, remoteIp: STRANGER },
  ]);
});

async function entryCode(): Promise<string> {
  await context.enrollment.bind(id, 'googleAuth');
  const made = await new EntryCodes(context).make(id, { minutes: 15, actor: ACTOR });
  if (made.kind !== 'made') throw new Error(made.kind);
  return made.code;
}

test("the sysop's entry code that is typed while the line waits is void as well (rules N1, N7)", async () => {
  const entry = await entryCode();
  await tire();
  const { login } = await asked();
  context.notices.length = 0;
  expect(await tryLine(login, entry)).toBe('wait');
  expect(context.notices).toEqual([{ kind: 'entry-code-heard', userId: id, remoteIp: STRANGER }]);
});

test("the sysop's entry code on such a line is void, and mailed as void (rules N1, N7)", async () => {
  const entry = await entryCode();
  const { login } = await asked();
  context.notices.length = 0;
  expect(await tryLine(login, entry)).toBe('secure-only');
  expect(login.factor).toBe(0);
  expect(context.notices).toEqual([{ kind: 'entry-code-heard', userId: id, remoteIp: STRANGER }]);
  const secure = context.call();
  expect(await tryPassword(secure, PASSWORD)).toBe('need');
  expect(await tryCode(secure, entry)).toBe('bad-credential');
});

test('a recovery token on such a line is void, and switches nothing off (rules N5, N7)', async () => {
  const { backupCodes } = await context.enrollment.bind(id, 'googleAuth', { recovery: 'disable' });
  const { login } = await asked();
  context.notices.length = 0;
  expect(await tryLine(login, backupCodes[0] ?? '')).toBe('secure-only');
  expect(context.notices).toEqual([
    { kind: 'backup-code-heard', userId: id, left: 9, remoteIp: STRANGER },
  ]);
  expect((await context.enrollment.status(id)).type).toBe('googleAuth');
});

test('two calls at once are asked for different numbers, so what one hears is no good to the other (rule N8)', async () => {
  const owner = await asked();
  const listener = await asked('joe', HOME);
  expect([owner.number, listener.number]).toEqual([1, 2]);
  // The listener is quicker with what the owner is typing, and gains nothing.
  expect(await tryLine(listener.login, numbered(1))).toBe('bad-credential');
  expect(listener.login.factor).toBe(0);
  expect(await tryLine(owner.login, numbered(1))).toBe('bad-credential');
  expect(await owner.login.line.ask('joe')).toBe(3);
  expect(await tryLine(owner.login, numbered(3))).toBe('accepted');
});

test('a code of the app that was typed in two calls at once is used up, and taken in neither (rule N8)', async () => {
  const { secret } = await context.enrollment.bind(id, 'googleAuth');
  const code = totp(secret, NOON);
  const owner = await asked();
  const listener = await asked('joe', HOME);
  await owner.login.line.typed(code.slice(0, 4));
  // Quicker with all that is heard, and with the rest guessed.
  expect(await tryLine(listener.login, code)).toBe('one-call');
  expect(await tryLine(owner.login, code)).toBe('bad-credential');
  await listener.login.line.end();
  await owner.login.line.end();
  const again = await asked();
  expect(await tryLine(again.login, totp(secret, NOON + 30_000))).toBe('accepted');
});

test('a code that its owner erased is taken in no other call (rule N8)', async () => {
  const { secret } = await context.enrollment.bind(id, 'googleAuth');
  const code = totp(secret, NOON);
  const owner = await asked();
  await owner.login.line.typed(code);
  await owner.login.line.typed('');
  await owner.login.line.typed(`${code.startsWith('55') ? '66' : '55'}1`);
  const listener = await asked('joe', HOME);
  expect(await tryLine(listener.login, code)).toBe('one-call');
});

test('a call that reads along a code sent in one burst is found within the second before it is taken (rule N8)', async () => {
  const { secret } = await context.enrollment.bind(id, 'googleAuth');
  const code = totp(secret, NOON);
  const listener = await asked('joe', HOME);
  const owner = await asked();
  const quick = listener.login.submit({ kind: 'line-code', userName: 'joe', code });
  let isDone = false;
  void quick.finally(() => (isDone = true));
  while (!isDone && context.fake.nextInMs > 1_000) await new Promise(setImmediate);
  await owner.login.line.typed(code);
  await context.fake.advance(1_000);
  expect(await quick).toMatchObject({ kind: 'rejected', reason: 'one-call' });
});

test('a call that is only held keeps no code of the app from its owner (rule N8)', async () => {
  const { secret } = await context.enrollment.bind(id, 'googleAuth');
  const stranger = await asked('joe', '192.0.2.9');
  const { login } = await asked();
  expect(await tryLine(login, totp(secret, NOON))).toBe('accepted');
  expect(stranger.login.factor).toBe(0);
});

test('a call that begins one code after the other is taken with none of them beside another (rule N8)', async () => {
  const { secret } = await context.enrollment.bind(id, 'googleAuth');
  await asked();
  const { login } = await asked('joe', HOME);
  for (let at = 0; at < 12; at += 1) await login.line.typed(`${900 + at}`);
  const code = totp(secret, NOON);
  const isAmong = Number(code.slice(0, 3)) >= 900 && Number(code.slice(0, 3)) < 912;
  expect(isAmong).toBe(false);
  expect(await tryLine(login, code)).toBe('one-call');
});

test('calls that strangers hold leave numbers of the sheet to its owner (rule N8)', async () => {
  const secure = context.call({ remoteIp: HOME });
  expect(await tryPassword(secure, PASSWORD)).toBe('accepted');
  const numbers: (number | undefined)[] = [];
  for (let at = 0; at < 20; at += 1) {
    const { line } = context.call({ server: 'telnet', remoteIp: `192.0.2.${at}` });
    numbers.push(await line.ask('joe'), await line.ask('joe'));
  }
  expect(new Set(numbers.filter((each) => each !== undefined)).size).toBe(15);
  expect(await context.call({ server: 'telnet' }).line.ask('joe')).toBeUndefined();
  const owner = await asked('joe', HOME);
  expect(owner.number).toBe(16);
  expect(await tryLine(owner.login, numbered(16))).toBe('accepted');
});

test('calls of one source are asked for two numbers of an account at a time (rule N8)', async () => {
  const calls = [await asked(), await asked()];
  const third = context.call({ server: 'telnet', remoteIp: STRANGER });
  expect(await third.line.ask('joe')).toBeUndefined();
  expect((await asked('joe', HOME)).number).toBe(3);
  await calls[0]?.login.line.end();
  expect(await third.line.ask('joe')).toBe(1);
});

test('calls at the same time are asked for different numbers, with names of nobody as well (rules C4, N8)', async () => {
  for (const name of ['joe', 'nobody', 'no one', 'somebody', 'whoever']) {
    const calls = [1, 2, 3, 4, 5, 6].map((at) =>
      context.call({ server: 'telnet', remoteIp: `192.0.2.${at}` }),
    );
    const numbers = await Promise.all(calls.map(({ line }) => line.ask(name)));
    const said = numbers.filter((each) => each !== undefined);
    expect(said.length).toBeGreaterThanOrEqual(1);
    expect(new Set(said).size).toBe(said.length);
    for (const { line } of calls) await line.end();
  }
});

test.each([
  [
    'submitted with a slip of the finger',
    async (login: Login, near: string) => tryLine(login, near),
  ],
  [
    'typed in part before the line went dead',
    async (login: Login, near: string) => login.line.heard(near),
  ],
])('a code that is %s is spent: the rest is short to guess (rule N8)', async (_what, type) => {
  const { login } = await asked();
  const code = numbered(1);
  await type(login, `${code.slice(0, 12)}${code.endsWith('kuhid') ? 'bofal' : 'kuhid'}`);
  await login.line.end();
  expect((await asked()).number).toBe(2);
  expect(await left()).toBe(29);
});

test('a code that is typed while the line waits is spent, and good for nobody afterwards (rule N8)', async () => {
  const { secret } = await context.enrollment.bind(id, 'googleAuth');
  for (let failures = 0; failures < 5; failures += 1) {
    const { login } = await asked('joe', HOME);
    expect(await tryLine(login, 'bofal-kuhid-zatop')).toBe('bad-credential');
    await login.line.end();
  }
  const owner = await asked();
  expect(owner.number).toBe(1);
  expect(await tryLine(owner.login, numbered(1))).toBe('wait');
  const code = totp(secret, NOON);
  expect(await tryLine(owner.login, code)).toBe('wait');
  await owner.login.line.end();
  expect(await left()).toBe(29);
  await context.accounts.unlock(id, ACTOR);
  const listener = await asked('joe', HOME);
  expect(listener.number).toBe(2);
  expect(await tryLine(listener.login, numbered(1))).toBe('bad-credential');
  expect(await tryLine(listener.login, code)).toBe('bad-credential');
});

test('a code of the app of which four digits were typed is spent with the end of the call (rule N8)', async () => {
  const { secret } = await context.enrollment.bind(id, 'googleAuth');
  const code = totp(secret, NOON);
  const { login } = await asked();
  await login.line.heard(code.slice(0, 3));
  expect((await context.enrollment.status(id)).usedAtMs).toBeUndefined();
  await login.line.heard(`${code.slice(0, 3)} ${code.slice(3, 4)}`);
  await login.line.end();
  expect(await tryLine((await asked()).login, code)).toBe('bad-credential');
});

test('a code of a counter is spent with the call when it is whole, and guesses move no counter (rule N8)', async () => {
  const { secret } = await context.enrollment.bind(id, 'rfc4266_HOTP');
  const code = hotp(decodeBase32(secret), 0);
  const { login } = await asked();
  await login.line.heard(code.slice(0, 5));
  expect((await context.enrollment.status(id)).usedAtMs).toBeUndefined();
  await login.line.heard(code);
  await login.line.end();
  expect(await tryLine((await asked()).login, code)).toBe('bad-credential');
});

test('guesses of strangers spend no code (rule N8)', async () => {
  const { login } = await asked();
  const groups = new Set(numbered(1).split('-'));
  const guess = ['bofal', 'kuhid', 'zatop', 'jinum', 'gobar', 'tusim'].filter(
    (g) => !groups.has(g),
  );
  expect(await tryLine(login, guess.slice(0, 3).join('-'))).toBe('bad-credential');
  await login.line.heard('bof');
  expect(await left()).toBe(30);
});

test('a sheet used from two sides at once has one winner (rule N7)', async () => {
  for (let number = 1; number <= 10; number += 1) {
    const sides = [await asked(), await asked('joe', HOME), await asked('joe', '198.51.100.7')];
    // As if none of the calls had heard of the others: all are asked for the same code.
    await context.db.run((sql) => sql('line_ask').update({ number }));
    const results = await Promise.all(sides.map(({ login }) => tryLine(login, numbered(number))));
    expect(results.filter((result) => result === 'accepted')).toHaveLength(1);
    expect(sides.filter(({ login }) => login.complete)).toHaveLength(1);
    expect(await left()).toBe(30 - number);
    for (const { login } of sides) await login.line.end();
  }
});

test('a new sheet replaces the old one, and one that is thrown away lets nobody in (rule N7)', async () => {
  const sheets = new Sheets(context);
  const fresh = await sheets.make(id, ACTOR);
  const { login } = await asked();
  expect(await tryLine(login, numbered(1))).toBe('bad-credential');
  expect(await tryLine(login, fresh[0] ?? '')).toBe('accepted');
  expect(await sheets.remove(id, ACTOR)).toBe(true);
  expect(await sheets.remove(id, ACTOR)).toBe(false);
  const { login: late } = await asked();
  expect(await tryLine(late, fresh[1] ?? '')).toBe('bad-credential');
  expect(context.notices).toEqual([
    { kind: 'sheet-new', userId: id },
    { kind: 'sheet-gone', userId: id },
  ]);
  const rows = await context.db.run((sql) => listAudit(sql, { limit: 9 }));
  expect(rows.map(({ kind, factor, reason }) => `${kind} ${factor} ${reason}`)).toEqual(
    expect.arrayContaining(['sheet-gone 0 ', 'line-code 1 sheet', 'sheet-new 0 ']),
  );
});

test('names without a sheet, and names of nobody, are asked for a number as well (rule C4)', async () => {
  await context.addAccount('anna');
  for (const name of ['anna', 'nobody at all']) {
    const first = await asked(name);
    const second = await context.call({ server: 'telnet', remoteIp: HOME }).line.ask(name);
    expect(first.number).toBeGreaterThanOrEqual(1);
    // Of the last two numbers one is left to places that are known.
    expect(second).toBe(first.number < 29 ? first.number + 1 : undefined);
    expect(await tryLine(first.login, 'bofal-kuhid-zatop', name)).toBe('bad-credential');
    expect(await tryLine(first.login, '123456', name)).toBe('bad-credential');
  }
});

test('a call that goes through names makes the board write no more than forty times', async () => {
  const { login } = await asked('name 1');
  for (let at = 2; at <= 40; at += 1)
    expect(await login.line.ask(`name ${at}`)).toBeGreaterThanOrEqual(1);
  const before = await context.db.run((sql) => sql('line_ask'));
  expect(await login.line.ask('joe')).toBeUndefined();
  expect(await context.db.run((sql) => sql('line_ask'))).toEqual(before);
});

test('guesses make the line wait and leave the second factor of its owner alone (rule N7)', async () => {
  const { secret } = await context.enrollment.bind(id, 'googleAuth');
  const guess = async (): Promise<string> => {
    const { login } = await asked();
    const result = await tryLine(login, 'bofal-kuhid-zatop');
    await login.line.end();
    return result;
  };
  for (let failures = 0; failures < 5; failures += 1) expect(await guess()).toBe('bad-credential');
  expect(await guess()).toBe('wait');
  const secure = context.call({ remoteIp: HOME });
  expect(await tryPassword(secure, PASSWORD)).toBe('need');
  expect(await tryCode(secure, totp(secret, NOON))).toBe('accepted');
  // The sign-in over a secure line has ended the count.
  expect(await guess()).toBe('bad-credential');
});

test('after too many guesses no code of the app is looked at there, and codes of the sheet are (rule N7)', async () => {
  const { secret } = await context.enrollment.bind(id, 'googleAuth');
  const { disableAfter } = context.config().users.twoFactorAuth.otp;
  context.notices.length = 0;
  for (let failures = 0; failures < disableAfter; failures += 1) {
    const { login } = await asked();
    expect(await tryLine(login, 'bofal-kuhid-zatop')).toBe('bad-credential');
    await login.line.end();
    await context.fake.advance(3_600_000);
  }
  expect(context.notices).toContainEqual({
    kind: 'line-codes-stopped',
    userId: id,
    remoteIp: STRANGER,
  });
  const { login } = await asked();
  expect(await tryLine(login, totp(secret, context.fake.nowMs()))).toBe('bad-credential');
  await context.fake.advance(3_600_000);
  expect(await login.line.ask('joe')).toBe(1);
  expect(await tryLine(login, numbered(1))).toBe('accepted');
});

test('an account that is not active is told so by a right code alone, which is spent (rules C4, N7)', async () => {
  await context.accounts.setStatus(id, 0, ACTOR);
  const { login } = await asked();
  expect(await tryLine(login, 'bofal-kuhid-zatop')).toBe('bad-credential');
  expect(await tryLine(login, numbered(1))).toBe('disabled');
  expect(login.factor).toBe(0);
  expect(await left()).toBe(29);
});

test('no code of a sheet is in the database (rule N7)', async () => {
  const rows = await context.db.run((sql) => sql('sheet_code'));
  const text = JSON.stringify(rows);
  for (const code of sheet) expect(text).not.toContain(code);
  expect(text).not.toContain(numbered(1).replaceAll('-', ''));
  expect(rows).toHaveLength(30);
});
