import { AccountKeys } from '../../src/auth/account-keys';
import { adoptFactors } from '../../src/auth/adopt-factors';
import { MailChange } from '../../src/auth/mail-change';
import { PasswordReset } from '../../src/auth/password-reset';
import { sshFingerprint } from '../../src/auth/ssh-key';
import { systemClock } from '../../src/base/clock';
import { AccountEvents, addAccountEvent } from '../../src/store/account-events';
import { accountSubject, chargeAttempt, sumFailures } from '../../src/store/attempts';
import { countBackupCodes } from '../../src/store/backup-codes';
import { addCall, listCalls } from '../../src/store/calls';
import { findFactor, findPending } from '../../src/store/factors';
import { addToOutbox, takeDueMail } from '../../src/store/outbox';
import { replacePenalty } from '../../src/store/penalties';
import { findProperty, writeProperties } from '../../src/store/properties';
import { listSshKeys } from '../../src/store/ssh-keys';
import { findUserByName, insertUser } from '../../src/store/users';
import { totp } from '../support/authenticator';
import {
  openAuthenticator,
  PASSWORD,
  tryCode,
  tryPassword,
  type AuthenticatorContext,
} from '../support/authenticator-context';
import { itOnPostgres } from '../support/database-kind';
import { HeldStatement } from '../support/held-statement';

const FROM = { server: 'ssh', remoteIp: '203.0.113.9' } as const;

jest.setTimeout(60_000);

/** Two processes' worth of everything, on one database. */
let a: AuthenticatorContext;
let b: AuthenticatorContext;
let made = 0;

beforeAll(async () => {
  a = await openAuthenticator({ clock: systemClock });
  b = await openAuthenticator({ clock: systemClock, folder: a.folder });
});
afterAll(async () => {
  await b.close();
  await a.close();
});
afterEach(() => jest.restoreAllMocks());

async function newAccount(): Promise<{ readonly id: number; readonly name: string }> {
  made += 1;
  const name = `racer${made}`;
  return { id: await a.addAccount(name), name };
}

/**
 * Begins `first`, and when its statement is about to be made begins the others, which then have all the time
 * to come in between: until they have ended, or wait for a lock. Returns what each came to.
 */
async function inWindow<First, Other>(
  pattern: RegExp,
  first: () => Promise<First>,
  others: () => readonly Promise<Other>[],
): Promise<{ readonly first: First; readonly others: readonly Other[]; readonly was: string }> {
  const held = HeldStatement.before(pattern);
  const one = first();
  await Promise.race([held.isReached, one]);
  const rest = others();
  const was = await held.untilStuck(a.db, rest);
  held.release();
  return { first: await one, others: await Promise.all(rest), was };
}

/** Begins `first`, and lets its statement go once the change is done. */
async function withChange<First>(
  pattern: RegExp,
  first: () => Promise<First>,
  change: () => Promise<unknown>,
): Promise<First> {
  const held = HeldStatement.before(pattern);
  const one = first();
  await Promise.race([held.isReached, one]);
  await change();
  held.release();
  return one;
}

test('a first start of two processes makes one sysop, and says one password', async () => {
  const { first, others } = await inWindow(
    /^insert into .user. /,
    () => a.accounts.ensureSysop(),
    () => [b.accounts.ensureSysop(), b.accounts.ensureSysop()],
  );
  expect([first, ...others].filter((sysop) => sysop !== undefined)).toHaveLength(1);
});

const STATUS_WINDOWS: readonly (readonly [string, RegExp])[] = [
  ['before its password is granted', /^insert into audit /],
  ['before the commit of the grant', /^COMMIT/],
];

test.each(STATUS_WINDOWS)('an account that is disabled %s does not stay in', async (_, pattern) => {
  const { id, name } = await newAccount();
  const login = a.call();
  // The charge is a commit of its own; the window is the transaction that grants.
  await a.db.run((sql) => sql('attempt').delete());
  const { first } = await inWindow(
    pattern,
    () => tryPassword(login, PASSWORD, name),
    () => [b.accounts.setStatus(id, 0, { server: 'oputil' })],
  );
  if (first === 'accepted') expect(await login.refresh()).toBe('end');
  else expect(first).not.toBe('need');
});

test('an account that is being disabled lets nobody in who comes before the commit', async () => {
  const { id, name } = await newAccount();
  const login = b.call();
  const { others } = await inWindow(
    /^insert into .account_event. /,
    () => a.accounts.setStatus(id, 0, { server: 'oputil' }),
    () => [tryPassword(login, PASSWORD, name)],
  );
  if (others[0] === 'accepted') expect(await login.refresh()).toBe('end');
});

test('a code that is spent while its account is disabled lets nobody in for long', async () => {
  const { id, name } = await newAccount();
  const { secret } = await a.enrollment.bind(id, 'googleAuth');
  const login = a.call();
  expect(await tryPassword(login, PASSWORD, name)).toBe('need');
  const { first } = await inWindow(
    /^update .otp_factor. set .last_position./,
    () => tryCode(login, totp(secret, systemClock.nowMs())),
    () => [b.accounts.setStatus(id, 0, { server: 'oputil' })],
  );
  if (first === 'accepted') expect(await login.refresh()).toBe('end');
});

itOnPostgres(
  'a code that is spent past the lock of its account grants and writes nothing',
  async () => {
    const { id, name } = await newAccount();
    const { secret } = await a.enrollment.bind(id, 'googleAuth');
    const login = a.call();
    expect(await tryPassword(login, PASSWORD, name)).toBe('need');
    const first = await withChange(
      /^update .otp_factor. set .last_position./,
      () => tryCode(login, totp(secret, systemClock.nowMs())),
      () =>
        b.db.run((sql) => sql('otp_factor').where({ user_id: id }).update('last_position', 1e9)),
    );
    expect(first).toBe('bad-credential');
    const [calls, grants] = await a.db.run(async (sql) => [
      await sql('call').where({ user_id: id }),
      await sql('audit').where({ user_id: id, factor: 2, result: 'accepted' }),
    ]);
    expect([calls, grants]).toEqual([[], []]);
  },
);

itOnPostgres(
  'a login that is ended past the lock of its account grants nothing, and stays charged',
  async () => {
    const { id, name } = await newAccount();
    const first = await withChange(
      /^insert into audit /,
      () => tryPassword(a.call(), PASSWORD, name),
      () => b.db.run((sql) => sql('user').where({ id }).increment('login_version', 1)),
    );
    expect(first).toBe('bad-credential');
    expect(await a.db.run((sql) => sql('call').where({ user_id: id }))).toEqual([]);
    const failures = await a.db.run((sql) => sumFailures(sql, accountSubject(id), 'password'));
    expect(failures).toBe(1);
  },
);

itOnPostgres('an event whose commit comes after a hundred and twenty others is told', async () => {
  const { id } = await newAccount();
  const events = await AccountEvents.open(a);
  const heard: number[] = [];
  events.follow(({ userId }) => heard.push(userId));
  const others = async (): Promise<void> => {
    for (let count = 0; count < 120; count++)
      await b.db.transaction('nothing-shared', (sql) =>
        addAccountEvent(sql, { userId: 1, kind: 'groups', nowMs: 1 }),
      );
    events.poke();
    while (heard.length < 120) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  await inWindow(
    /^COMMIT/,
    () => a.accounts.setStatus(id, 0, { server: 'oputil' }),
    () => [others()],
  );
  events.poke();
  while (!heard.includes(id)) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(heard.filter((userId) => userId === id)).toHaveLength(1);
  events.close();
});

test('of two accounts that confirm one address at once one gets it', async () => {
  const address = 'wanted@example.org';
  const links: string[] = [];
  const changeOf = (context: AuthenticatorContext): MailChange => new MailChange(context);
  for (let count = 0; count < 2; count++) {
    const { id } = await newAccount();
    await a.db.run((sql) => sql('budget').delete());
    expect(await changeOf(a).begin(id, address, FROM)).toBe('accepted');
    const notice = a.notices.at(-1);
    links.push(notice !== undefined && 'token' in notice ? notice.token : '');
  }
  const { first, others } = await inWindow(
    /^insert into .user_property. /,
    () => changeOf(a).confirm(links[0] ?? '', FROM),
    () => [changeOf(b).confirm(links[1] ?? '', FROM)],
  );
  expect([first.kind, others[0]?.kind].toSorted()).toEqual(['done', 'taken']);
});

test('new backup codes that are asked for twice at once are one set of ten', async () => {
  const { id } = await newAccount();
  await a.enrollment.bind(id, 'googleAuth');
  await inWindow(
    /^insert into .backup_code. /,
    () => a.enrollment.regenerateBackupCodes(id),
    () => [b.enrollment.regenerateBackupCodes(id)],
  );
  expect(await a.db.run((sql) => countBackupCodes(sql, id))).toBe(10);
});

test('a factor that is bound twice at once is bound, with one set of codes', async () => {
  const { id } = await newAccount();
  await inWindow(
    /^insert into .otp_factor. /,
    () => a.enrollment.bind(id, 'googleAuth'),
    () => [b.enrollment.bind(id, 'googleAuth')],
  );
  expect(await a.db.run((sql) => countBackupCodes(sql, id))).toBe(10);
});

test('two wrong codes are looked at where forty-eight of fifty were wrong, of eight at once', async () => {
  const { id } = await newAccount();
  const key = (place: number) =>
    ({
      subject: accountSubject(id),
      factor: 'second',
      budget: place === 0 ? '' : `192.0.2.${place}`,
    }) as const;
  await a.db.run((sql) =>
    sql('attempt').insert({ ...key(0), failures: 48, wait_until: 0, charged_at: 0 }),
  );
  const rule = { free: 50, firstWaitMs: 1, mostWaitMs: 2, stopAt: 50 };
  const charge = (context: AuthenticatorContext, place: number) =>
    chargeAttempt(context.db, key(place), { rule, timelineMs: 1_000, about: { account: id } });
  const { first, others } = await inWindow(
    a.db.kind === 'postgres' ? /^COMMIT/ : /^insert into attempt/,
    () => charge(a, 1),
    () => [2, 3, 4, 5, 6, 7, 8].map((place) => charge(b, place)),
  );
  expect([first, ...others].filter(({ kind }) => kind === 'charged')).toHaveLength(2);
});

test('of two accounts that are renamed to one name at once, folded alike, one has it', async () => {
  const [one, two] = [await newAccount(), await newAccount()];
  const { first, others } = await inWindow(
    /^update .user. set .user_name./,
    () => a.accounts.rename(one.id, 'Zoe', { server: 'oputil' }),
    () => [b.accounts.rename(two.id, 'ZOË', { server: 'oputil' })],
  );
  expect([first.kind, others[0]?.kind].toSorted()).toEqual(['done', 'refused']);
});

test('of applications for one name at once one is granted, and the others are told politely', async () => {
  const apply = (context: AuthenticatorContext, name: string) =>
    context.accounts.create({ name, password: PASSWORD }, { server: 'oputil' });
  const { first, others } = await inWindow(
    /^insert into .user. /,
    () => apply(a, 'Mallory'),
    () => [apply(b, 'mallory'), apply(b, 'MALLORY')],
  );
  const kinds = [first, ...others].map(({ kind }) => kind);
  expect(kinds.toSorted()).toEqual(['done', 'refused', 'refused']);
  expect(await a.db.run((sql) => findUserByName(sql, 'mallory'))).toBeDefined();
});

test('set-ups that are begun at once leave one secret and one link', async () => {
  const { id } = await newAccount();
  const { first, others } = await inWindow(
    /^insert into .otp_pending. /,
    () => a.enrollment.begin(id, 'googleAuth'),
    () => [1, 2, 3].map(() => b.enrollment.begin(id, 'googleAuth')),
  );
  const begun = [first, ...others].flatMap((result) =>
    result.kind === 'begun' ? [result.token] : [],
  );
  expect(begun).toHaveLength(4);
  const alive = await Promise.all(begun.map((token) => a.enrollment.find(token)));
  expect(alive.filter((pending) => pending !== undefined)).toHaveLength(1);
});

test('a set-up that is confirmed, begun anew and switched off at once ends whole, without a deadlock', async () => {
  const { id } = await newAccount();
  const begun = await a.enrollment.begin(id, 'googleAuth');
  const token = begun.kind === 'begun' ? begun.token : '';
  const secret = (await a.enrollment.find(token))?.secret ?? '';
  const { first } = await inWindow(
    /^delete from .token. /,
    () => a.enrollment.confirm(token, totp(secret, systemClock.nowMs())),
    (): readonly Promise<unknown>[] => [
      b.enrollment.begin(id, 'googleAuth'),
      b.enrollment.disable(id),
    ],
  );
  expect(['confirmed', 'gone']).toContain(first.kind);
  const [pending, links] = await a.db.run(async (sql) => [
    await findPending(sql, id),
    await sql('token').where({ user_id: id, purpose: 'otp-register' }),
  ]);
  expect(links).toHaveLength(pending === undefined ? 0 : 1);
});

test('old factors that two starts adopt at once are adopted once, and neither start fails', async () => {
  const { id } = await newAccount();
  await a.db.run((sql) =>
    writeProperties(sql, id, {
      auth_factor2_otp: 'googleAuth',
      auth_factor2_otp_secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
      auth_factor2_otp_backup: JSON.stringify(['aaaaaaaa', 'bbbbbbbb']),
    }),
  );
  const { first, others } = await inWindow(
    /^insert into .otp_factor. /,
    () => adoptFactors(a),
    () => [adoptFactors(b)],
  );
  expect([first.refused, others[0]?.refused]).toEqual([[], []]);
  expect((await a.db.run((sql) => findFactor(sql, id)))?.type).toBe('googleAuth');
});

test('an account that is removed while somebody signs in to it leaves nothing behind', async () => {
  const { id, name } = await newAccount();
  const login = a.call();
  const { first } = await inWindow(
    /^insert into audit /,
    () => tryPassword(login, PASSWORD, name),
    () => [b.accounts.remove(id, { server: 'oputil' })],
  );
  if (first === 'accepted') expect(await login.refresh()).toBe('end');
  for (const table of ['user_property', 'known_source'])
    expect(await a.db.run((sql) => sql(table).where({ user_id: id }))).toEqual([]);
});

test('penalties that two processes write in another order are all written', async () => {
  const rows = Array.from({ length: 20 }, (_, at) => ({
    ...{ source: `198.51.100.${at}`, untilMs: 10, enforced: true, reason: 'grace' },
    changedAtMs: 1,
  }));
  const write = (context: AuthenticatorContext, batch: typeof rows) =>
    context.db.transaction('nothing-shared', async (sql) => {
      for (const row of batch) await replacePenalty(sql, row);
    });
  await inWindow(
    /^COMMIT/,
    () => write(a, rows),
    () => [write(b, rows.toReversed())],
  );
  expect(await a.db.run((sql) => sql('source_penalty'))).toHaveLength(20);
});

test('of links for a new password that are asked for at once three are mailed, and one is good', async () => {
  const { id, name } = await newAccount();
  const resets = [a, b].map((context) => new PasswordReset(context));
  await inWindow(
    /^insert into .token. /,
    () => {
      resets[0]?.request(name, {});
      return resets[0]?.close() ?? Promise.resolve();
    },
    () => [
      Promise.all(
        resets.map((reset) => {
          for (let count = 0; count < 5; count++) reset.request(name, {});
          return reset.close();
        }),
      ),
    ],
  );
  const links = await a.db.run((sql) => sql('token').where({ user_id: id }));
  expect(links).toHaveLength(1);
});

test('sixteen sign-ins to one account at once are counted sixteen times', async () => {
  const { id, name } = await newAccount();
  const { first, others } = await inWindow(
    /^insert into .call. /,
    () => tryPassword(a.call({ remoteIp: '192.0.2.1' }), PASSWORD, name),
    () =>
      [a, b].flatMap((context, half) =>
        Array.from({ length: half === 0 ? 7 : 8 }, () =>
          tryPassword(context.call({ remoteIp: '192.0.2.1' }), PASSWORD, name),
        ),
      ),
  );
  const accepted = [first, ...others].filter((answer) => answer === 'accepted').length;
  const count = await a.db.run((sql) => findProperty(sql, id, 'login_count'));
  expect([accepted, count]).toEqual([16, '16']);
});

test('the newest ten calls are kept where every other one was rolled back', async () => {
  const { id, name } = await newAccount();
  const call = (at: number) => ({
    ...{ userId: id, userName: name, sessionId: `s${at}`, node: 1, server: 'ssh', source: '' },
    startedAtMs: at,
  });
  for (let at = 0; at < 24; at++) {
    const work = a.db.transaction({ account: id }, async (sql) => {
      await addCall(sql, call(at), 10);
      if (at % 2 === 1) throw new Error('rolled back');
    });
    await work.catch(() => undefined);
  }
  expect(await a.db.run((sql) => listCalls(sql, { userId: id, limit: 100 }))).toHaveLength(10);
});

test("an old link's last wrong code does not end a set-up that is begun meanwhile", async () => {
  const { id } = await newAccount();
  const old = await a.enrollment.begin(id, 'googleAuth');
  const token = old.kind === 'begun' ? old.token : '';
  for (let tries = 0; tries < 4; tries++) await a.enrollment.confirm(token, '000000');
  const { others } = await inWindow(
    a.db.kind === 'postgres' ? /^BEGIN/ : /^BEGIN IMMEDIATE/,
    () => a.enrollment.confirm(token, '000000'),
    () => [b.enrollment.begin(id, 'googleAuth')],
  );
  const [begun] = others;
  const alive = begun?.kind === 'begun' ? await a.enrollment.find(begun.token) : undefined;
  expect(alive).toBeDefined();
});

test('keys that are added at once are one where they are the same, and sixteen in all', async () => {
  const { id } = await newAccount();
  const key = (at: number) => {
    const blob = Buffer.concat([Buffer.from([0, 0, 0, 11]), Buffer.from(`ssh-ed25519${at}`)]);
    const fingerprint = sshFingerprint(blob);
    return { key: { algorithm: 'ssh-ed25519', blob, fingerprint, comment: '' }, actor: {} };
  };
  const [one, two] = [new AccountKeys(a), new AccountKeys(b)];
  const same = await inWindow(
    /^insert into .ssh_key. /,
    () => one.add(id, key(0)),
    () => [two.add(id, key(0))],
  );
  expect([same.first, same.others[0]]).toEqual(['added', 'there-already']);
  for (let at = 1; at < 15; at++) await one.add(id, key(at));
  jest.restoreAllMocks();
  const last = await inWindow(
    /^insert into .ssh_key. /,
    () => one.add(id, key(15)),
    () => [two.add(id, key(16))],
  );
  expect([last.first, last.others[0]]).toEqual(['added', 'too-many']);
  expect(await a.db.run((sql) => listSshKeys(sql, id))).toHaveLength(16);
});

test('mails that two processes take at once are taken once each, and neither waits for the other', async () => {
  await a.db.run((sql) => sql('outbox').delete());
  for (let mail = 0; mail < 8; mail++)
    await a.db.run((sql) =>
      addToOutbox(sql, {
        ...{ userId: 1, kind: 'feedback', tokenHash: undefined, message: 'x', createdAtMs: 1 },
      }),
    );
  const take = ({ db }: AuthenticatorContext) =>
    db.transaction('nothing-shared', async (sql) => {
      const until = { timelineMs: 2, untilMs: 1_000, most: 5, passing: db.passing };
      return (await takeDueMail(sql, until)).map(({ id }) => id);
    });
  const { first, others, was } = await inWindow(
    /^COMMIT/,
    () => take(a),
    () => [take(b)],
  );
  const [second = []] = others;
  expect([first.length, second.length]).toEqual([5, 3]);
  expect(new Set([...first, ...second]).size).toBe(8);
  expect(was).toBe(a.db.kind === 'postgres' ? 'ended' : 'stuck');
});

test('an id that two processes take at once is given once', async () => {
  const make = (context: AuthenticatorContext, name: string) =>
    context.db.transaction('board', (sql) => insertUser(sql, { name }));
  const { first, others } = await inWindow(
    /^insert into .user. /,
    () => make(a, 'ida'),
    () => [make(b, 'idb')],
  );
  expect(new Set([first, ...others]).size).toBe(2);
});
