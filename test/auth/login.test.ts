import { createHash, pbkdf2Sync } from 'node:crypto';
import argon2 from '@node-rs/argon2';
import sqlite3 from 'sqlite3';
import { HASH_COST } from '../../src/auth/password';
import { sshFingerprint } from '../../src/auth/ssh-key';
import type { Clock } from '../../src/base/clock';
import { addAccountEvent, listAccountEvents } from '../../src/store/account-events';
import { listAudit } from '../../src/store/audit';
import { countCalls, listCalls } from '../../src/store/calls';
import { writeProperties } from '../../src/store/properties';
import { addSshKey } from '../../src/store/ssh-keys';
import { findUser, findUserByName } from '../../src/store/users';
import { onSqlite, refuseWrites } from '../support/database-kind';
import { FakeClock } from '../support/fake-clock';
import { decodeBase32, hotp, totp } from '../support/authenticator';
import { NOON } from '../support/accounts';
import {
  HOME,
  openAuthenticator,
  PASSWORD,
  STRANGER,
  tryCode,
  tryPassword,
} from '../support/authenticator-context';
import type { AuthenticatorContext, AuthenticatorOptions } from '../support/authenticator-context';

let context: AuthenticatorContext;
const others: AuthenticatorContext[] = [];

async function open(options: AuthenticatorOptions = {}): Promise<void> {
  context = await openAuthenticator(options);
}

/** The same database, as another process or a restarted one has it. */
async function openAgain(options: AuthenticatorOptions = {}): Promise<AuthenticatorContext> {
  const other = await openAuthenticator({
    folder: context.folder,
    clock: context.clock,
    ...options,
  });
  others.push(other);
  return other;
}

afterEach(async () => {
  for (const other of others.splice(0)) await other.close();
  await context.close();
});

const audit = async (): Promise<readonly string[]> => {
  const rows = await context.db.run((sql) => listAudit(sql, { limit: 1000 }));
  return rows
    .filter(({ server }) => server !== 'oputil' && server !== 'system')
    .map(({ kind, result, reason }) => `${kind} ${result} ${reason}`.trim())
    .reverse();
};

describe('password', () => {
  test('the right one signs in, is audited and makes a call', async () => {
    await open();
    const id = await context.addAccount();
    const login = context.call();
    expect(login).toMatchObject({ factor: 0, requiredFactor: 1, complete: false, user: undefined });
    expect(await tryPassword(login, PASSWORD)).toBe('accepted');
    expect(login).toMatchObject({ factor: 1, requiredFactor: 1, complete: true });
    expect(login.user).toMatchObject({ id, name: 'joe', status: 2, groups: ['users'] });
    expect(login.user?.properties.get('login_count')).toBe('1');
    expect(await audit()).toEqual(['password accepted']);
    expect(await context.db.run((sql) => listCalls(sql, { limit: 9 }))).toMatchObject([
      { userId: id, sessionId: login.sessionId, source: STRANGER, server: 'ssh', node: 1 },
    ]);
  });

  test('letter case of the name makes no difference, and a pattern is a name', async () => {
    await open();
    await context.addAccount('joe');
    expect(await tryPassword(context.call(), PASSWORD, 'JOE')).toBe('accepted');
    for (const name of ['%', '_oe', 'jo%', 'joe%', '']) {
      expect(await tryPassword(context.call(), PASSWORD, name)).toBe('bad-credential');
    }
  });

  test('both ways of composing a letter are one password', async () => {
    await open();
    const password = 'café au lait à midi';
    await context.accounts.create({ name: 'joe', password: password.normalize('NFD') }, {});
    expect(await tryPassword(context.call(), password.normalize('NFC'))).toBe('accepted');
    expect(await tryPassword(context.call(), password.normalize('NFD'))).toBe('accepted');
  });

  test('only the whole of a long password is right', async () => {
    await open();
    const password = `${'long enough to be cut '.repeat(4)}and a last letter x`;
    await context.accounts.create({ name: 'joe', password }, {});
    expect(await tryPassword(context.call(), `${password.slice(0, -1)}y`)).toBe('bad-credential');
    expect(await tryPassword(context.call(), 'x'.repeat(100_000))).toBe('bad-credential');
    expect(await tryPassword(context.call(), password)).toBe('accepted');
  });

  test('unknown, wrong and locked cost one hash each and look the same', async () => {
    await open();
    await context.addAccount('joe');
    const locked = await context.addAccount('ann');
    await context.accounts.setStatus(locked, 3, {});
    const cost = async (name: string, password: string): Promise<unknown> => {
      const before = context.hashes.started;
      const result = await context.call().submit({ kind: 'password', userName: name, password });
      return { result, hashes: context.hashes.started - before };
    };
    const rejected = { kind: 'rejected', reason: 'bad-credential', triesLeft: 2 };
    const expected = { result: rejected, hashes: 1 };
    expect(await cost('nobody', PASSWORD)).toEqual(expected);
    expect(await cost('joe', 'wrong password')).toEqual(expected);
    expect(await cost('ann', PASSWORD)).toEqual(expected);
    expect(await cost('ann', 'wrong password')).toEqual(expected);
    expect(await audit()).toEqual([
      'password rejected unknown',
      'password rejected wrong',
      'password rejected locked',
      'password rejected wrong',
    ]);
    expect(context.penalties).toEqual([
      `${STRANGER} unknown-user`,
      `${STRANGER} auth-failure`,
      `${STRANGER} auth-failure`,
      `${STRANGER} auth-failure`,
    ]);
  });

  test.each([
    ['an unknown name', 'nobody', PASSWORD],
    ['a wrong password', 'joe', 'wrong password'],
    ['a password that is too long to be one', 'joe', 'x'.repeat(5_000)],
  ])('%s costs an argon2 hash that is really made (rule C4)', async (_what, name, password) => {
    await open();
    await context.addAccount('joe');
    const made = jest.spyOn(argon2, 'verify');
    expect(await tryPassword(context.call(), password, name)).toBe('bad-credential');
    expect(made).toHaveBeenCalledTimes(1);
    expect(made.mock.calls[0]?.[0]).toMatch(/^\$argon2id\$/);
    made.mockRestore();
  });

  test('a rejection waits for its floor and the jitter of its name, an acceptance does not', async () => {
    const fake = new FakeClock(NOON);
    const waits: number[] = [];
    const clock: Clock = {
      nowMs: () => fake.nowMs(),
      monotonicMs: () => fake.monotonicMs(),
      timelineMs: () => fake.timelineMs(),
      after: (delayMs, run) => {
        // Limits of the store are longer; what is shorter is the floor.
        if (delayMs > 1_000) return fake.after(delayMs, run);
        waits.push(delayMs);
        setImmediate(run);
        return () => undefined;
      },
    };
    await open({ minResponseMs: 250, clock });
    await context.addAccount('joe');
    expect(await tryPassword(context.call(), PASSWORD)).toBe('accepted');
    expect(waits).toEqual([]);
    const names = ['joe', 'nobody', 'JOE', 'somebody'];
    for (const name of names) await tryPassword(context.call(), 'a guess', name);
    for (const wait of waits) {
      expect(wait).toBeGreaterThanOrEqual(250);
      expect(wait).toBeLessThan(335);
    }
    expect(waits).toHaveLength(4);
    expect(waits[2]).toBe(waits[0]);
    expect(new Set(waits).size).toBe(3);
  });

  test('status is told to the right password only', async () => {
    await open({ config: { users: { tellLocked: true } } });
    const id = await context.addAccount();
    for (const [status, reason] of [
      [0, 'disabled'],
      [1, 'inactive'],
      [3, 'locked'],
    ] as const) {
      await context.accounts.setStatus(id, status, {});
      expect(await tryPassword(context.call(), 'wrong password')).toBe('bad-credential');
      expect(await tryPassword(context.call(), PASSWORD)).toBe(reason);
    }
    await context.accounts.setStatus(id, 2, {});
    expect(await tryPassword(context.call(), PASSWORD)).toBe('accepted');
  });

  test('an account whose status cannot be read lets nobody in', async () => {
    await open();
    const id = await context.addAccount();
    await context.db.run((sql) => writeProperties(sql, id, { account_status: 'active' }));
    expect(await tryPassword(context.call(), PASSWORD)).toBe('disabled');
  });
});

describe('passwords of ENiGMA½', () => {
  const salt = '00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff';
  const current =
    '49babf0f4ab8133134616645f4b10283567af6799b17504c738d73c74d33011751f2f2001d62c993fcb87706a8594295b2efb76b8f2f4280685b1e3ee4ae1d05';
  const legacy =
    'c58f9582c758ec0c8095c64f0ec6d7d9995473b21c6a7caaa1a86df8fa372e333c60b832cb8a23e5dd7007c6202f3b8debde4c5e186a544242cf1a32d031182089c3c443084449990252ad66b5ead2aa1357ae7cf9420e6e4349cb38c2ea0afbaa6cf5c41620dc1e53937b88aeba2ac94297cf1466ff949d29f353a118773b34';
  const parameters = '{"iterations":210000,"digest":"sha512","keyLen":64,"saltLen":32}';

  test.each([
    ['current', { salt, key: current, parameters }],
    ['legacy', { salt, key: legacy }],
  ])('the %s form signs in, and is argon2id afterwards', async (_name, password) => {
    await open({ hashCost: HASH_COST });
    await context.accounts.create({ name: 'joe', password }, {});
    expect(await tryPassword(context.call(), 'correct horsf')).toBe('bad-credential');
    expect(await context.db.run((sql) => sql('user_password'))).toEqual([]);
    expect(await tryPassword(context.call(), 'correct horse')).toBe('accepted');
    const [row] = await context.db.run((sql) => sql('user_password').pluck('hash'));
    expect(row).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    const left = await context.db.run((sql) =>
      sql('user_property').where('prop_name', 'like', 'pw%'),
    );
    expect(left).toEqual([]);
    expect(await tryPassword(context.call(), 'correct horse')).toBe('accepted');
  });

  test.each([
    ['no JSON', 'sha512'],
    ['an unknown digest', '{"iterations":1,"digest":"md5","keyLen":64}'],
    ['another length than the key', '{"iterations":1,"digest":"sha512","keyLen":32}'],
    ['work without end', '{"iterations":1000000000,"digest":"sha512","keyLen":64}'],
  ])('parameters that are %s let nobody in', async (_name, broken) => {
    await open();
    const input = Buffer.from('correct horse').toString('hex');
    const key = pbkdf2Sync(input, salt, 1, 64, 'sha512').toString('hex');
    await context.accounts.create({ name: 'joe', password: { salt, key, parameters: broken } }, {});
    expect(await tryPassword(context.call(), 'correct horse')).toBe('bad-credential');
  });

  test('hashing again ends no other session', async () => {
    await open();
    await context.accounts.create({ name: 'joe', password: { salt, key: legacy } }, {});
    const first = context.call();
    expect(await tryPassword(first, 'correct horse')).toBe('accepted');
    expect(await tryPassword(context.call(), 'correct horse')).toBe('accepted');
    expect(await first.refresh()).toBe('keep');
  });
});

describe('guessing', () => {
  test('of 200 guesses at once, over many connections, five are looked at', async () => {
    await open({ config: { users: { failedLogin: { disconnect: 6 } } } });
    await context.addAccount();
    const guesses = Array.from({ length: 200 }, (_, index) =>
      tryPassword(context.call({ remoteIp: `203.0.113.${index}` }), `guess number ${index}`),
    );
    const results = await Promise.all(guesses);
    expect(results.filter((result) => result === 'bad-credential')).toHaveLength(5);
    expect(results.filter((result) => result === 'wait')).toHaveLength(195);
    expect(context.hashes.started).toBeLessThanOrEqual(5 + 1);
    const rows = await audit();
    expect(rows).toHaveLength(200);
  });

  test('names that no account has are made to wait alike', async () => {
    await open();
    const answers = [];
    for (let guess = 0; guess < 7; guess++) {
      answers.push(await tryPassword(context.call(), 'a guess', 'nobody'));
    }
    expect(answers).toEqual([...new Array<string>(5).fill('bad-credential'), 'wait', 'wait']);
  });

  test('waits double, and the right password inside a wait is not looked at', async () => {
    await open();
    await context.addAccount();
    const wait = async (password: string): Promise<number | undefined> => {
      const result = await context.call().submit({ kind: 'password', userName: 'joe', password });
      return result.kind === 'rejected' ? result.retryAfterMs : undefined;
    };
    for (let guess = 0; guess < 5; guess++) await wait('a guess');
    const waits: (number | undefined)[] = [];
    for (let round = 0; round < 7; round++) {
      const hashes = context.hashes.started;
      const left = await wait(PASSWORD);
      expect(context.hashes.started).toBe(hashes);
      waits.push(left === undefined ? undefined : left / 1000);
      await context.fake.advance(left ?? 0);
      await wait('a guess');
    }
    expect(waits).toEqual([30, 60, 120, 240, 480, 900, 900]);
    await context.fake.advance(900_000);
    expect(await tryPassword(context.call(), PASSWORD)).toBe('accepted');
  });

  test('a success forgets the failures before it', async () => {
    await open();
    await context.addAccount();
    for (let round = 0; round < 4; round++) {
      for (let guess = 0; guess < 4; guess++) {
        expect(await tryPassword(context.call(), 'a guess')).toBe('bad-credential');
      }
      expect(await tryPassword(context.call(), PASSWORD)).toBe('accepted');
    }
  });

  test('the count is the same after a restart and for another process', async () => {
    await open();
    await context.addAccount();
    for (let guess = 0; guess < 3; guess++) await tryPassword(context.call(), 'a guess');
    const other = await openAgain();
    expect(await tryPassword(other.call(), 'a guess')).toBe('bad-credential');
    expect(await tryPassword(context.call(), 'a guess')).toBe('bad-credential');
    expect(await tryPassword(other.call(), PASSWORD)).toBe('wait');
    expect(await tryPassword(context.call({ server: 'telnet' }), PASSWORD)).toBe('wait');
  });

  test('a stranger cannot shut the owner out of where he calls from', async () => {
    await open();
    await context.addAccount();
    expect(await tryPassword(context.call({ remoteIp: HOME }), PASSWORD)).toBe('accepted');
    for (let guess = 0; guess < 20; guess++) await tryPassword(context.call(), 'a guess');
    expect(await tryPassword(context.call(), PASSWORD)).toBe('wait');
    expect(await tryPassword(context.call({ remoteIp: HOME }), PASSWORD)).toBe('accepted');
    await context.fake.advance(31 * 86_400_000);
    for (let guess = 0; guess < 6; guess++) await tryPassword(context.call(), 'a guess');
    expect(await tryPassword(context.call({ remoteIp: HOME }), PASSWORD)).toBe('wait');
  });

  test('a stranger cannot shut the owner out of where she changed her password (rule M12)', async () => {
    await open();
    const id = await context.addAccount();
    const at = (remoteIp: string, password: string): Promise<string> =>
      tryPassword(context.call({ remoteIp }), password);
    const elsewhere = '192.0.2.99';
    expect(await at(elsewhere, PASSWORD)).toBe('accepted');
    expect(await at(HOME, PASSWORD)).toBe('accepted');
    const change = { password: 'another horse battery' };
    await context.accounts.changePassword(id, change, { server: 'ssh', remoteIp: HOME });
    for (let guess = 0; guess < 20; guess++) await at(STRANGER, 'a guess');
    expect(await at(HOME, change.password)).toBe('accepted');
    // Whoever knew the old password may have called from the other place.
    expect(await at(elsewhere, change.password)).toBe('wait');
  });

  test("a change by the sysop's tool keeps no place as known", async () => {
    await open();
    const id = await context.addAccount();
    expect(await tryPassword(context.call({ remoteIp: HOME }), PASSWORD)).toBe('accepted');
    await context.accounts.changePassword(
      id,
      { password: 'another horse battery' },
      { server: 'oputil' },
    );
    expect(await context.db.run((sql) => sql('known_source'))).toEqual([]);
  });

  test.each(['telnet', 'ssh', 'wss'] as const)(
    'the sixth attempt of a call by %s is its last, of whatever kind they are (rule E3)',
    async (server) => {
      await open({ config: { users: { failedLogin: { disconnect: 6, free: 10 } } } });
      const id = await context.addAccount();
      const { secret } = await context.enrollment.bind(id, 'googleAuth');
      const login = context.call({ server });
      const answers = [await tryPassword(login, PASSWORD)];
      while (answers.length < 6) answers.push(await tryCode(login, '00000000'));
      expect(answers).toEqual(['need', ...new Array<string>(4).fill('bad-credential'), 'too-many']);
      expect(await tryCode(login, totp(secret, NOON))).toBe('too-many');
      expect(login.complete).toBe(false);
    },
  );

  test('the owner who calls sixteen times at once is let in sixteen times', async () => {
    await open();
    await context.addAccount();
    const results = await Promise.all(
      Array.from({ length: 16 }, () => tryPassword(context.call(), PASSWORD)),
    );
    expect(results).toEqual(new Array(16).fill('accepted'));
  });

  test('a clock that was hours ahead does not make anybody wait for hours', async () => {
    await open();
    await context.addAccount();
    for (let guess = 0; guess < 5; guess++) await tryPassword(context.call(), 'a guess');
    context.fake.stepWall(-6 * 3600_000);
    // Nor does it let him off: the wait goes on for its own length.
    expect(await tryPassword(context.call(), PASSWORD)).toBe('wait');
    await context.fake.advance(30_000);
    expect(await tryPassword(context.call(), PASSWORD)).toBe('accepted');
  });

  test('a connection has three failures, and says so at the third', async () => {
    await open();
    await context.addAccount();
    const login = context.call();
    expect(await tryPassword(login, 'a guess')).toBe('bad-credential');
    expect(await tryPassword(login, 'a guess', 'nobody')).toBe('bad-credential');
    expect(await tryPassword(login, 'a guess')).toBe('too-many');
    expect(await tryPassword(login, PASSWORD)).toBe('too-many');
    expect(login).toMatchObject({ factor: 0, complete: false });
  });

  test('where the sysop wants it, failures lock the account, and the lock ends', async () => {
    await open({
      config: {
        users: { failedLogin: { lockAccount: 4, autoUnlockMinutes: 60 }, tellLocked: true },
      },
    });
    const id = await context.addAccount();
    for (let guess = 0; guess < 4; guess++) await tryPassword(context.call(), 'a guess');
    expect((await context.db.run((sql) => findUser(sql, id)))?.status).toBe(3);
    expect(await tryPassword(context.call(), PASSWORD)).toBe('locked');
    await context.fake.advance(61 * 60_000);
    expect(await tryPassword(context.call(), PASSWORD)).toBe('accepted');
    expect((await context.db.run((sql) => findUser(sql, id)))?.status).toBe(2);
  });

  test('a lock by the sysop does not end by itself', async () => {
    await open({ config: { users: { tellLocked: true } } });
    const id = await context.addAccount();
    await context.accounts.setStatus(id, 3, {});
    await context.fake.advance(400 * 86_400_000);
    expect(await tryPassword(context.call(), PASSWORD)).toBe('locked');
  });
});

describe('second factor', () => {
  let id: number;
  let secret: string;
  const begin = async (options: AuthenticatorOptions = {}): Promise<void> => {
    await open(options);
    id = await context.addAccount();
    ({ secret } = await context.enrollment.bind(id, 'googleAuth'));
  };
  const code = (steps = 0): string => totp(secret, context.clock.nowMs() + steps * 30_000);
  const wrongCode = (): string => {
    const right = [-2, -1, 0, 1, 2].map(code);
    return ['000000', '111111', '222222', '333333', '444444', '555555'].filter(
      (each) => !right.includes(each),
    )[0] as string;
  };
  const half = async (origin = {}): Promise<ReturnType<AuthenticatorContext['call']>> => {
    const login = context.call(origin);
    expect(await tryPassword(login, PASSWORD)).toBe('need');
    return login;
  };

  test('password and code sign in, each with a session id of its own', async () => {
    await begin();
    const login = context.call();
    const ids = [login.sessionId];
    expect(await tryPassword(login, PASSWORD)).toBe('need');
    expect(login).toMatchObject({ factor: 1, requiredFactor: 2, complete: false });
    ids.push(login.sessionId);
    expect(await tryCode(login, code())).toBe('accepted');
    expect(login).toMatchObject({ factor: 2, requiredFactor: 2, complete: true });
    ids.push(login.sessionId);
    expect(new Set(ids).size).toBe(3);
    for (const each of ids) expect(each).toMatch(/^[0-9a-f]{32}$/);
  });

  test('a caller who stops at the code leaves no call and is known from nowhere', async () => {
    await begin();
    const login = await half();
    expect(await context.db.run((sql) => countCalls(sql))).toBe(0);
    expect(login.user?.properties.get('login_count')).toBeUndefined();
    expect(await context.db.run((sql) => sql('known_source'))).toEqual([]);
  });

  test('a code before the password is not looked at', async () => {
    await begin();
    const login = context.call();
    expect(await tryCode(login, code())).toBe('not-here');
    expect(await tryPassword(login, PASSWORD)).toBe('need');
    expect(await tryCode(login, code())).toBe('accepted');
  });

  test('nothing more can be submitted by who is in', async () => {
    await begin();
    const login = await half();
    expect(await tryPassword(login, PASSWORD)).toBe('not-here');
    expect(await tryCode(login, code())).toBe('accepted');
    expect(await tryCode(login, code(1))).toBe('not-here');
    expect(await tryPassword(login, 'wrong password')).toBe('not-here');
    expect(login).toMatchObject({ factor: 2, complete: true });
  });

  test('a code that was used is refused, and its owner told when it comes from elsewhere', async () => {
    await begin();
    const used = code();
    expect(await tryCode(await half({ remoteIp: HOME }), used)).toBe('accepted');
    expect(await tryCode(await half(), used)).toBe('bad-credential');
    expect(context.notices).toContainEqual({
      kind: 'code-replayed',
      userId: id,
      remoteIp: STRANGER,
    });
    const other = await openAgain();
    const login = other.call();
    expect(await tryPassword(login, PASSWORD)).toBe('need');
    expect(await tryCode(login, used)).toBe('bad-credential');
  });

  test('of sixteen submissions of one code at once, one gets in', async () => {
    await begin();
    const logins = await Promise.all(Array.from({ length: 16 }, () => half()));
    const results = await Promise.all(logins.map((login) => tryCode(login, code())));
    expect(results.filter((result) => result === 'accepted')).toHaveLength(1);
    expect(logins.filter((login) => login.complete)).toHaveLength(1);
  });

  test('of 200 guesses at once, five are looked at', async () => {
    const looked: string[] = [];
    await begin();
    const other = await openAgain({
      secondFactor: {
        verify: (sql, userId, guess) => {
          looked.push(guess);
          return context.secondFactor.verify(sql, userId, guess);
        },
        isClockOff: () => Promise.resolve(false),
        sealing: context.secondFactor.sealing,
        spendHeard: () => Promise.resolve(false),
      },
    });
    const guess = wrongCode();
    const results = await Promise.all(
      Array.from({ length: 200 }, async () => {
        const login = other.call();
        expect(await tryPassword(login, PASSWORD)).toBe('need');
        return tryCode(login, guess);
      }),
    );
    expect(looked).toHaveLength(5);
    expect(results.filter((result) => result === 'bad-credential')).toHaveLength(5);
    expect(results.filter((result) => result === 'wait')).toHaveLength(195);
  }, 60_000);

  test('the right password does not forget wrong codes', async () => {
    await begin();
    const answers: string[] = [];
    for (let call = 0; call < 3; call++) {
      const login = await half();
      answers.push(await tryCode(login, wrongCode()), await tryCode(login, wrongCode()));
    }
    expect(answers).toEqual([...new Array<string>(5).fill('bad-credential'), 'wait']);
    expect(context.notices).toContainEqual({ kind: 'wrong-codes', userId: id, remoteIp: STRANGER });
  });

  test('at the last consecutive wrong code the factor is off, from everywhere, until it is bound again', async () => {
    await begin({ config: { users: { twoFactorAuth: { otp: { disableAfter: 10 } } } } });
    expect(await tryCode(await half({ remoteIp: HOME }), code())).toBe('accepted');
    const answers: string[] = [];
    while (answers.length < 10) {
      const answer = await tryCode(await half(), wrongCode());
      if (answer === 'wait') await context.fake.advance(3_600_000);
      else answers.push(answer);
    }
    expect(new Set(answers)).toEqual(new Set(['bad-credential']));
    await context.fake.advance(3_600_000);
    expect(await tryCode(await half(), code())).toBe('factor-disabled');
    expect(await tryCode(await half({ remoteIp: HOME }), code())).toBe('factor-disabled');
    await context.accounts.unlock(id, {});
    expect(await tryCode(await half(), code())).toBe('factor-disabled');
    ({ secret } = await context.enrollment.bind(id, 'googleAuth'));
    expect(await tryCode(await half(), code())).toBe('accepted');
  });

  test('an account that was disabled meanwhile does not get in by its code', async () => {
    await begin();
    const login = await half();
    await context.accounts.setStatus(id, 0, {});
    expect(await tryCode(login, code())).toBe('disabled');
    expect(login.complete).toBe(false);
  });

  // It locks SQLite's file.
  onSqlite(
    'a code that cannot be recorded as used lets nobody in, and works afterwards',
    async () => {
      await begin();
      const login = await half();
      const raw = await lock(`${context.folder}/board.sqlite3`);
      expect(await tryCode(login, code())).toBe('try-later');
      expect(login).toMatchObject({ factor: 1, complete: false });
      expect(await tryPassword(context.call(), PASSWORD)).toBe('try-later');
      await raw.unlock();
      expect(await tryCode(login, code())).toBe('accepted');
    },
  );

  test.each(['one-time', 'backup'])(
    'a %s code whose sign-in cannot be recorded is not used up (rule A13)',
    async (kind) => {
      await open();
      id = await context.addAccount();
      const bound = await context.enrollment.bind(id, 'googleAuth');
      secret = bound.secret;
      const given = kind === 'backup' ? (bound.backupCodes[0] ?? '') : code();
      // As on a disk that has room for the code, and none for the rest.
      const allow = await refuseWrites(context.db, { before: 'insert', table: 'call' });
      const refused = await half();
      expect(await tryCode(refused, given)).toBe('try-later');
      expect(refused.complete).toBe(false);
      await allow();
      expect(await tryCode(await half(), given)).toBe('accepted');
      expect(await tryCode(await half(), given)).toBe('bad-credential');
    },
  );

  test('a right code that cannot be recorded costs no attempt (rule A13)', async () => {
    await begin();
    const allow = await refuseWrites(context.db, { before: 'insert', table: 'call' });
    for (let tries = 0; tries < 7; tries++)
      expect(await tryCode(await half(), code())).toBe('try-later');
    await allow();
    expect(await tryCode(await half(), code())).toBe('accepted');
  });

  test('a wrong code whose traces cannot be recorded stays an attempt (rule A13)', async () => {
    await open();
    id = await context.addAccount();
    const bound = await context.enrollment.bind(id, 'rfc4266_HOTP');
    const far = hotp(decodeBase32(bound.secret), 40);
    await refuseWrites(context.db, { before: 'update', table: 'otp_factor' });
    for (let tries = 0; tries < 5; tries++)
      expect(await tryCode(await half(), far)).toBe('try-later');
    expect(await tryCode(await half(), far)).toBe('wait');
  });

  test('what a session may do again asks for password and code, and changes no factor', async () => {
    await begin();
    const login = await half();
    expect(await login.confirm({ password: PASSWORD, code: code(1) })).toMatchObject({
      reason: 'not-here',
    });
    expect(await tryCode(login, code())).toBe('accepted');
    const session = login.sessionId;
    expect(await login.confirm({ password: PASSWORD, code: undefined })).toMatchObject({
      kind: 'need',
    });
    expect(await login.confirm({ password: PASSWORD, code: code() })).toMatchObject({
      reason: 'bad-credential',
    });
    expect(await login.confirm({ password: 'a guess', code: code(1) })).toMatchObject({
      reason: 'bad-credential',
    });
    // The code beside the wrong password was not spent.
    expect(await login.confirm({ password: PASSWORD, code: code(1) })).toMatchObject({
      kind: 'accepted',
    });
    expect(login).toMatchObject({ factor: 2, sessionId: session });
    expect(await context.db.run((sql) => countCalls(sql))).toBe(1);
  });

  test('the kinds that are asked for after the first factor tell nothing of the backup codes left (rule B7)', async () => {
    await open();
    id = await context.addAccount();
    const ask = async () => {
      const login = context.call();
      const result = await login.submit({ kind: 'password', userName: 'joe', password: PASSWORD });
      return result.kind === 'need' ? result.factors : result;
    };
    expect(await ask()).toMatchObject({ kind: 'accepted', factor: 1 });
    for (const backupCodes of [undefined, []]) {
      await context.enrollment.bind(id, 'googleAuth', backupCodes && { backupCodes });
      expect(await ask()).toEqual(['otp', 'backup-code', 'entry-code', 'recovery-mail']);
    }
    expect((await context.enrollment.status(id)).backupCodesLeft).toBe(0);
  });

  test('who comes in by a backup code knows how many are left, others hear nothing', async () => {
    await open();
    id = await context.addAccount();
    const bound = await context.enrollment.bind(id, 'googleAuth');
    secret = bound.secret;
    for (const [used, left] of [9, 8].entries()) {
      const login = await half();
      expect(await tryCode(login, bound.backupCodes[used] ?? '')).toBe('accepted');
      expect(login.history).toMatchObject({ backupCodesLeft: left });
    }
    const login = await half();
    expect(await tryCode(login, code())).toBe('accepted');
    expect(login.history).not.toHaveProperty('backupCodesLeft');
  });

  test('who comes in by a recovery token knows that his second factor is off', async () => {
    await open();
    id = await context.addAccount();
    const bound = await context.enrollment.bind(id, 'googleAuth', { recovery: 'disable' });
    const login = await half();
    expect(await tryCode(login, bound.backupCodes[0] ?? '')).toBe('accepted');
    expect(login).toMatchObject({ complete: true, requiredFactor: 1 });
    expect(login.history).toEqual({ last: undefined, failedSince: 0, factorRemoved: true });
  });

  test('confirmation with both right is accepted once', async () => {
    await begin();
    const login = await half();
    expect(await tryCode(login, code())).toBe('accepted');
    expect(await login.confirm({ password: PASSWORD, code: code(1) })).toMatchObject({
      kind: 'accepted',
      factor: 2,
    });
    expect(await login.confirm({ password: PASSWORD, code: code(1) })).toMatchObject({
      kind: 'rejected',
    });
  });
});

describe('public key', () => {
  // RFC 8032 test key, as an OpenSSH blob.
  const blob = Buffer.concat([
    Buffer.from('0000000b7373682d6564323535313900000020', 'hex'),
    Buffer.from('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a', 'hex'),
  ]);
  const other = Buffer.concat([
    blob.subarray(0, 19),
    createHash('sha256').update('another').digest(),
  ]);
  const key = (
    bytes: Buffer,
    isSigned: boolean,
    userName = 'joe',
  ): Parameters<ReturnType<AuthenticatorContext['call']>['submit']>[0] => ({
    kind: 'public-key',
    userName,
    algorithm: 'ssh-ed25519',
    blob: bytes,
    verify: () => (isSigned ? { valid: true } : { valid: false, why: 'a test' }),
  });

  beforeEach(async () => {
    await open();
    const id = await context.addAccount();
    const line = `ssh-ed25519 ${blob.toString('base64')} joe@home`;
    await context.db.run((sql) => writeProperties(sql, id, { ssh_public_key: line }));
  });

  test('signs in only with a verified signature', async () => {
    const login = context.call();
    expect(await login.submit(key(blob, false))).toEqual({
      kind: 'rejected',
      reason: 'bad-credential',
      triesLeft: 2,
    });
    expect(login).toMatchObject({ factor: 0, user: undefined });
    expect(await login.submit(key(blob, true))).toMatchObject({ kind: 'accepted', factor: 1 });
  });

  test('a query without signature leaves no trace, however often it comes', async () => {
    const login = context.call();
    for (let query = 0; query < 20; query++) {
      expect(await context.authenticator.hasKey('joe', { blob })).toBe(true);
    }
    expect(await audit()).toEqual([]);
    expect(await context.db.run((sql) => sql('attempt'))).toEqual([]);
    expect(context.penalties).toEqual([]);
    expect(await context.authenticator.hasKey('joe', { blob: other })).toBe(false);
    expect(await context.authenticator.hasKey('nobody', { blob })).toBe(false);
    expect(await tryPassword(login, PASSWORD)).toBe('accepted');
  });

  test.each([
    [2048, true],
    [4096, true],
    [4104, false],
    [8192, false],
  ])('a stored RSA key of %d bits is acceptable: %s', async (bits, acceptable) => {
    const modulus = Buffer.alloc(bits / 8, 0xc5);
    const parts = [Buffer.from('ssh-rsa'), Buffer.of(1, 0, 1), Buffer.of(0, ...modulus)];
    const lengthOf = (part: Buffer): Buffer => Buffer.of(0, 0, part.length >> 8, part.length & 255);
    const stored = Buffer.concat(parts.flatMap((part) => [lengthOf(part), part]));
    const user = await context.db.run((sql) => findUserByName(sql, 'joe'));
    const row = { algorithm: 'ssh-rsa', blob: stored.toString('base64'), comment: '' };
    const fingerprint = sshFingerprint(stored);
    await context.db.run((sql) =>
      addSshKey(sql, { ...row, userId: user?.id ?? 0, fingerprint, addedAtMs: 0 }),
    );
    expect(await context.authenticator.hasKey('joe', { blob: stored })).toBe(acceptable);
    const result = await context.call().submit(key(stored, true));
    expect(result.kind).toBe(acceptable ? 'accepted' : 'rejected');
  });

  test('a key is looked up before anything is computed with its signature (rule M7)', async () => {
    const never = (): never => {
      throw new Error('computed for a key that the account does not have');
    };
    for (const userName of ['joe', 'nobody']) {
      const offer = { ...key(other, true, userName), verify: never };
      expect(await context.call().submit(offer)).toMatchObject({ reason: 'bad-credential' });
    }
    expect(await audit()).toEqual(['public-key rejected wrong', 'public-key rejected unknown']);
  });

  test('a wrong signature is an attempt: audited, logged, counted, and charged to its source (rule M7)', async () => {
    const login = context.call();
    const answers: string[] = [];
    for (let times = 0; times < 4; times++) {
      const result = await login.submit(key(blob, false));
      answers.push(result.kind === 'rejected' ? result.reason : result.kind);
    }
    expect(answers).toEqual(['bad-credential', 'bad-credential', 'too-many', 'too-many']);
    expect((await audit()).slice(0, 3)).toEqual(
      new Array(3).fill('public-key rejected wrong-signature'),
    );
    expect(context.penalties).toEqual(new Array(3).fill(`${STRANGER} auth-failure`));
    const line = context.logLines.find((text) => text.includes('wrong-signature')) ?? '';
    expect(line).toContain(`{"event":"login.rejected","remoteIp":"${STRANGER}",`);
    expect(await context.db.run((sql) => sql('attempt'))).toEqual([]);
  });

  test("no number of wrong keys and signatures makes the owner's key wait (rule M12)", async () => {
    for (let times = 0; times < 12; times++) {
      await context.call({ remoteIp: `203.0.113.${times}` }).submit(key(blob, false));
      await context.call({ remoteIp: `203.0.113.${times}` }).submit(key(other, true));
    }
    expect(context.penalties).toHaveLength(24);
    expect(await context.call().submit(key(blob, true))).toMatchObject({ kind: 'accepted' });
    expect(await context.call({ remoteIp: HOME }).submit(key(blob, true))).toMatchObject({
      kind: 'accepted',
    });
  });

  test("somebody else's key is refused, and guessing passwords does not keep the owner's out", async () => {
    expect(await context.call().submit(key(other, true))).toMatchObject({
      reason: 'bad-credential',
    });
    expect(await context.call().submit(key(blob, true, 'nobody'))).toMatchObject({
      reason: 'bad-credential',
    });
    for (let guess = 0; guess < 8; guess++) await tryPassword(context.call(), 'a guess');
    expect(await context.call().submit(key(blob, true))).toMatchObject({ kind: 'accepted' });
  });
});

describe('a way in that is not secure', () => {
  test.each(['telnet', 'embedder', 'web'] as const)(
    'is closed to passwords by what it is and not by its name, such as %s (rule M9)',
    async (server) => {
      await open({ config: { loginServers: { telnet: { passwordLogin: 'refuse' } } } });
      await context.addAccount();
      expect(await tryPassword(context.call({ server, secure: false }), PASSWORD)).toBe('not-here');
      expect(await tryPassword(context.call({ server, secure: true }), PASSWORD)).toBe('accepted');
    },
  );

  test.each(['telnet', 'embedder', 'web'] as const)(
    'takes accounts with a second factor only, where the sysop says so, whatever its name: %s (rule M9)',
    async (server) => {
      await open({ config: { loginServers: { telnet: { passwordLogin: 'with-otp' } } } });
      const id = await context.addAccount();
      expect(await tryPassword(context.call({ server, secure: false }), PASSWORD)).toBe('not-here');
      await context.enrollment.bind(id, 'googleAuth');
      expect(await tryPassword(context.call({ server, secure: false }), PASSWORD)).toBe('need');
    },
  );
});

describe('telnet', () => {
  test('may be closed to passwords, which are then not looked at', async () => {
    await open({ config: { loginServers: { telnet: { passwordLogin: 'refuse' } } } });
    await context.addAccount();
    const hashes = context.hashes.started;
    expect(await tryPassword(context.call({ server: 'telnet' }), PASSWORD)).toBe('not-here');
    expect(context.hashes.started).toBe(hashes);
    expect(await tryPassword(context.call({ server: 'wss' }), PASSWORD)).toBe('accepted');
  });

  test('may be open to accounts with a second factor only', async () => {
    await open({ config: { loginServers: { telnet: { passwordLogin: 'with-otp' } } } });
    const id = await context.addAccount();
    expect(await tryPassword(context.call({ server: 'telnet' }), 'a guess')).toBe('bad-credential');
    expect(await tryPassword(context.call({ server: 'telnet' }), PASSWORD)).toBe('not-here');
    await context.enrollment.bind(id, 'googleAuth');
    expect(await tryPassword(context.call({ server: 'telnet' }), PASSWORD)).toBe('need');
  });
});

describe('a session while its account changes', () => {
  let id: number;
  const signedIn = async (): Promise<ReturnType<AuthenticatorContext['call']>> => {
    const login = context.call();
    expect(await tryPassword(login, PASSWORD)).toBe('accepted');
    return login;
  };
  beforeEach(async () => {
    await open();
    id = await context.addAccount();
  });

  test('goes on after a change of properties and groups, and knows them', async () => {
    const login = await signedIn();
    await context.accounts.setProperties(id, { location: 'Basel' }, {});
    await context.accounts.setGroups(id, ['users', 'friends'], {});
    expect(await login.refresh()).toBe('keep');
    expect(login.user?.properties.get('location')).toBe('Basel');
    expect(login.user?.groups).toEqual(['friends', 'users']);
  });

  test('is not ended for a change that was made before it signed in, or of another account', async () => {
    await context.db.run((sql) => addAccountEvent(sql, { userId: id, kind: 'keys', nowMs: NOON }));
    const login = await signedIn();
    expect(await login.refresh()).toBe('keep');
    await context.accounts.setStatus(id, 0, {});
    const events = await context.db.run((sql) => listAccountEvents(sql, id, { after: 0, upTo: 9 }));
    const [before, since] = [events.at(0), events.at(-1)];
    if (before === undefined || since === undefined) throw new Error('an event is missing');
    expect(await login.refresh({ ...since, userId: id + 1 })).toBe('keep');
    expect(await login.refresh(before)).toBe('keep');
    expect(await login.refresh(since)).toBe('end');
  });

  test('ends for a change whose event is not there to be read', async () => {
    const login = await signedIn();
    await context.db.run((sql) => addAccountEvent(sql, { userId: id, kind: 'keys', nowMs: NOON }));
    await context.db.run((sql) => sql('account_event').delete());
    expect(await login.refresh()).toBe('end');
  });

  test('goes on when its account is unlocked or activated once more', async () => {
    const login = await signedIn();
    await context.accounts.unlock(id, {});
    await context.accounts.setStatus(id, 2, {});
    expect(await login.refresh()).toBe('keep');
  });

  test('ends when its password changes elsewhere, and goes on when it did that itself', async () => {
    const changing = await signedIn();
    const other = await signedIn();
    const { sessionId } = changing;
    const change = { password: 'another horse battery' };
    expect(await context.accounts.changePassword(id, change, { sessionId })).toMatchObject({
      kind: 'done',
    });
    expect(await changing.refresh()).toBe('keep');
    expect(await other.refresh()).toBe('end');
    expect(await tryPassword(context.call(), PASSWORD)).toBe('bad-credential');
    expect(await tryPassword(context.call(), 'another horse battery')).toBe('accepted');
  });

  test.each([
    ['is disabled', () => context.accounts.setStatus(id, 0, {})],
    ['is locked', () => context.accounts.setStatus(id, 3, {})],
    ['is removed', () => context.accounts.remove(id, {})],
    ['gets a second factor elsewhere', () => context.enrollment.bind(id, 'googleAuth')],
    [
      'gets other keys elsewhere',
      () =>
        context.db.run((sql) => addAccountEvent(sql, { userId: id, kind: 'keys', nowMs: NOON })),
    ],
  ] as const)('ends when its account %s', async (_name, change) => {
    const login = await signedIn();
    await change();
    expect(await login.refresh()).toBe('end');
  });

  test('ends when a second factor is switched on, whoever asked for it (rule M3)', async () => {
    const login = await signedIn();
    await context.enrollment.bind(id, 'googleAuth', { actor: { sessionId: login.sessionId } });
    expect(await login.refresh()).toBe('end');
    expect(login.farewell).toBe('call.factor-on');
    expect(login.factor).toBe(1);
  });

  test('knows where its owner was last and how many attempts failed since', async () => {
    const first = await signedIn();
    expect(first.history).toEqual({ last: undefined, failedSince: 0 });
    await context.fake.advance(60_000);
    await tryPassword(context.call(), 'a guess');
    await tryPassword(context.call(), 'a guess');
    await context.fake.advance(60_000);
    const second = context.call({ remoteIp: HOME, server: 'telnet' });
    expect(await tryPassword(second, PASSWORD)).toBe('accepted');
    expect(second.history).toEqual({
      last: { atMs: NOON, server: 'ssh', remoteIp: STRANGER },
      failedSince: 2,
    });
  });
});

test('nothing is granted by a process whose lease may be over (rule I6)', async () => {
  let isHeld = true;
  await open({ mayGrant: () => isHeld });
  const id = await context.addAccount();
  const { secret } = await context.enrollment.bind(id, 'googleAuth');
  const half = context.call();
  expect(await tryPassword(half, PASSWORD)).toBe('need');
  isHeld = false;
  const code = totp(secret, context.clock.nowMs());
  expect(await tryCode(half, code)).toBe('try-later');
  expect(await tryPassword(context.call(), PASSWORD)).toBe('try-later');
  expect(half).toMatchObject({ factor: 1, complete: false });
  isHeld = true;
  // Nothing was spent meanwhile.
  expect(await tryCode(half, code)).toBe('accepted');
});

test('nothing is granted where the lease ended while a credential was looked at (rule I6)', async () => {
  const answers: boolean[] = [];
  // Asked when an attempt begins, and again before its grant.
  await open({ mayGrant: () => answers.shift() ?? true });
  const id = await context.addAccount();
  const { secret } = await context.enrollment.bind(id, 'googleAuth');
  answers.push(true, false);
  expect(await tryPassword(context.call(), PASSWORD)).toBe('try-later');
  const half = context.call();
  expect(await tryPassword(half, PASSWORD)).toBe('need');
  const code = totp(secret, context.clock.nowMs());
  answers.push(true, false);
  expect(await tryCode(half, code)).toBe('try-later');
  expect(half).toMatchObject({ factor: 1, complete: false });
  expect(await tryCode(half, code)).toBe('accepted');
  const failures = await context.db.run((sql) => sql('attempt').select('failures'));
  expect(failures.filter((row: { failures: number }) => row.failures > 0)).toEqual([]);
});

/** Holds the database as another process could. */
async function lock(file: string): Promise<{ unlock(): Promise<void> }> {
  const raw = await new Promise<sqlite3.Database>((resolve, reject) => {
    const opened = new sqlite3.Database(file, (error) =>
      error === null ? resolve(opened) : reject(error),
    );
  });
  const run = (command: string): Promise<void> =>
    new Promise((resolve, reject) => {
      raw.exec(command, (error) => (error === null ? resolve() : reject(error)));
    });
  await run('BEGIN EXCLUSIVE');
  return {
    async unlock() {
      await run('ROLLBACK');
      await new Promise((resolve) => raw.close(resolve));
    },
  };
}
