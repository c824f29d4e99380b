import { storedText } from '../support/database-kind';
import { decodeBase32, hotp, totp } from '../support/authenticator';
import { NOON, openAccounts } from '../support/accounts';
import type { TestAccounts } from '../support/accounts';

let accounts: TestAccounts;

async function open(otp: Record<string, unknown> = {}): Promise<void> {
  accounts = await openAccounts({ config: { users: { twoFactorAuth: { otp } } } });
}

afterEach(() => accounts.close());

const step = (secret: string, steps: number, atMs = NOON): string =>
  totp(secret, atMs + steps * 30_000);

describe('codes by time', () => {
  let user: number;
  let secret: string;
  beforeEach(async () => {
    await open();
    user = await accounts.addUser('joe');
    ({ secret } = await accounts.enrollment.bind(user, 'googleAuth'));
  });
  const verify = async (code: string): Promise<string> =>
    (await accounts.verifyCode(user, code)).kind;

  test('only the step before, this one and the next are accepted', async () => {
    expect(await verify(step(secret, -2))).toBe('wrong');
    expect(await verify(step(secret, 2))).toBe('wrong');
    expect(await verify(step(secret, -1))).toBe('right');
    expect(await verify(step(secret, 0))).toBe('right');
    expect(await verify(step(secret, 1))).toBe('right');
  });

  test('a step is accepted once, however the code is written', async () => {
    const code = step(secret, 0);
    expect(await verify(code)).toBe('right');
    expect(await verify(`${code.slice(0, 3)} ${code.slice(3)}`)).toBe('spent');
    expect(await verify(code)).toBe('spent');
  });

  test('an older step is closed once a newer one was spent', async () => {
    expect(await verify(step(secret, 1))).toBe('right');
    expect(await verify(step(secret, 0))).toBe('spent');
    expect(await verify(step(secret, -1))).toBe('spent');
  });

  test('a clock that goes back opens nothing and is reported', async () => {
    expect(await verify(step(secret, 0))).toBe('right');
    accounts.fake.stepWall(-3600_000);
    expect(await verify(step(secret, 0, NOON - 3600_000))).toBe('spent');
    expect(accounts.logLines.join('')).toContain('"event":"clock.went-back"');
  });

  test('a step is spent for another process and after a restart too', async () => {
    const code = step(secret, 0);
    expect(await verify(code)).toBe('right');
    const other = await openAccounts({ folder: accounts.folder, clock: accounts.clock });
    expect(await other.verifyCode(user, code)).toEqual({ kind: 'spent' });
    await other.close();
  });

  test('of sixteen submissions at once one wins', async () => {
    const code = step(secret, 0);
    const other = await openAccounts({ folder: accounts.folder, clock: accounts.clock });
    const results = await Promise.all(
      Array.from({ length: 16 }, (_, index) =>
        (index % 2 === 0 ? accounts : other).verifyCode(user, code),
      ),
    );
    await other.close();
    expect(results.filter(({ kind }) => kind === 'right')).toHaveLength(1);
    expect(results.filter(({ kind }) => kind === 'spent')).toHaveLength(15);
  });

  test('an account without a factor gets none, whatever it submits', async () => {
    const other = await accounts.addUser('ann');
    for (const code of ['123456', 'bofal-kuhid-zatop-jinum', '', 'x'.repeat(10_000)]) {
      expect(await accounts.verifyCode(other, code)).toEqual({ kind: 'none' });
    }
  });

  test('a code of another account is wrong', async () => {
    const other = await accounts.addUser('ann');
    await accounts.enrollment.bind(other, 'googleAuth');
    expect((await accounts.verifyCode(other, step(secret, 0))).kind).toBe('wrong');
  });

  test('what is no code at all is wrong and harms nothing', async () => {
    for (const code of ['', '12345', '１２３４５６', '[]', '\u0000123456', '1'.repeat(10_240)]) {
      expect(await verify(code)).toBe('wrong');
    }
    expect(await verify(step(secret, 0))).toBe('right');
  });

  test('binding the same secret again reopens no step', async () => {
    const code = step(secret, 0);
    expect(await verify(code)).toBe('right');
    await accounts.enrollment.bind(user, 'googleAuth', { secret: { text: secret } });
    expect(await verify(code)).toBe('spent');
    expect(await verify(step(secret, 1))).toBe('right');
  });

  test('when it cannot be recorded nothing is granted, and the code stays good', async () => {
    const code = step(secret, 0);
    const blocker = await openAccounts({ folder: accounts.folder, clock: accounts.clock });
    let release: () => void = () => undefined;
    let held: Promise<void> = Promise.resolve();
    await new Promise<void>((begun) => {
      held = blocker.db.transaction('board', () => {
        begun();
        return new Promise<void>((resolve) => (release = resolve));
      });
    });
    await expect(accounts.verifyCode(user, code)).rejects.toMatchObject({
      code: 'STORE_FAILED',
    });
    release();
    await held;
    await blocker.close();
    expect(await verify(code)).toBe('right');
  });

  test("ciphertexts that changed places let neither account's codes in", async () => {
    const other = await accounts.addUser('ann');
    const bound = await accounts.enrollment.bind(other, 'googleAuth');
    await accounts.db.run(async (sql) => {
      const rows: { user_id: number; secret: string }[] = await sql('otp_factor');
      for (const [index, row] of rows.entries()) {
        await sql('otp_factor')
          .where({ user_id: row.user_id })
          .update({ secret: rows[1 - index]?.secret ?? '' });
      }
    });
    expect(await verify(step(bound.secret, 0))).toBe('wrong');
    expect(await verify(step(secret, 0))).toBe('wrong');
    expect(accounts.logLines.join('')).toContain('"event":"seal.broken"');
  });

  test('neither secret nor codes stand in the database, its journal or the log', async () => {
    const { backupCodes } = await accounts.enrollment.bind(user, 'googleAuth', {
      secret: { text: secret },
    });
    await verify(backupCodes[0] ?? '');
    const everything = (await storedText(accounts)) + accounts.logLines.join('');
    expect(everything).toContain('otp_factor');
    expect(everything).not.toContain(secret);
    for (const code of backupCodes) {
      expect(everything).not.toContain(code);
      expect(everything).not.toContain(code.replaceAll('-', ''));
    }
  });
});

describe('other secrets', () => {
  test("ENiGMA½'s ASCII keys and The Forgotten Server's raw keys verify", async () => {
    accounts = await openAccounts();
    accounts.fake.stepWall(1_700_000_000_000 - NOON);
    const enigma = await accounts.addUser('joe');
    await accounts.enrollment.bind(enigma, 'rfc6238_TOTP', {
      secret: { text: 'P4dKVMc5F1+yJsIcdG+EWwNFN+W8aGVI', encoding: 'ascii' },
    });
    expect((await accounts.verifyCode(enigma, '611777')).kind).toBe('right');
    const tfs = await accounts.addUser('ann');
    await accounts.enrollment.bind(tfs, 'googleAuth', { secret: { text: 'jbswy3dpehpk3pxp' } });
    expect((await accounts.verifyCode(tfs, '324550')).kind).toBe('right');
    await accounts.enrollment.bind(tfs, 'googleAuth', {
      secret: { text: 'JBSWY3DPEHPK3PXP', encoding: 'ascii' },
    });
    expect((await accounts.verifyCode(tfs, '128534')).kind).toBe('right');
  });

  test('a new rfc6238_TOTP secret computes with SHA-256', async () => {
    await open();
    const user = await accounts.addUser('joe');
    const { secret } = await accounts.enrollment.bind(user, 'rfc6238_TOTP');
    const code = totp(secret, NOON, { algorithm: 'sha256' });
    expect((await accounts.verifyCode(user, code)).kind).toBe('right');
  });
});

describe('codes by counter', () => {
  let user: number;
  let key: Buffer;
  beforeEach(async () => {
    await open();
    user = await accounts.addUser('joe');
    key = decodeBase32((await accounts.enrollment.bind(user, 'rfc4266_HOTP')).secret);
  });
  const verify = async (counter: number): Promise<string> =>
    (await accounts.verifyCode(user, hotp(key, counter))).kind;

  test('each value is accepted once, and skipped ones are gone', async () => {
    expect(await verify(0)).toBe('right');
    expect(await verify(0)).toBe('spent');
    expect(await verify(3)).toBe('right');
    expect(await verify(2)).toBe('wrong');
    expect(await verify(4)).toBe('right');
  });

  test.each([
    [10, 'right'],
    [11, 'wrong'],
  ])('counter %i ahead is %s', async (counter, kind) => expect(await verify(counter)).toBe(kind));

  test('wrong codes never move the counter', async () => {
    for (let guess = 0; guess < 20; guess += 1) await accounts.verifyCode(user, '000000');
    expect(await verify(0)).toBe('right');
  });

  test('two consecutive codes within a hundred set it right', async () => {
    expect(await verify(60)).toBe('wrong');
    expect(await verify(61)).toBe('right');
    expect(await verify(61)).toBe('spent');
    expect(await verify(62)).toBe('right');
  });

  test('two codes with a gap, or with another in between, do not', async () => {
    expect(await verify(60)).toBe('wrong');
    expect(await verify(62)).toBe('wrong');
    expect(await verify(61)).toBe('wrong');
    await accounts.verifyCode(user, '000000');
    expect(await verify(62)).toBe('wrong');
  });

  test('the same code twice does not', async () => {
    expect(await verify(60)).toBe('wrong');
    expect(await verify(60)).toBe('wrong');
  });

  test('nor do two codes more than five minutes apart, or beyond a hundred', async () => {
    expect(await verify(60)).toBe('wrong');
    accounts.fake.stepWall(300_001);
    expect(await verify(61)).toBe('wrong');
    expect(await verify(101)).toBe('wrong');
    expect(await verify(102)).toBe('wrong');
  });

  test('of sixteen submissions at once one wins', async () => {
    const results = await Promise.all(Array.from({ length: 16 }, () => verify(5)));
    expect(results.filter((kind) => kind === 'right')).toHaveLength(1);
  });
});

describe('a clock that is off', () => {
  const off = (secret: string, steps: number, atStep: number): string =>
    step(secret, steps + atStep);

  async function learn(
    options: Record<string, unknown>,
    codes: readonly (readonly [atStep: number, skew: number])[],
  ): Promise<readonly string[]> {
    await open(options);
    const user = await accounts.addUser('joe');
    const { secret } = await accounts.enrollment.bind(user, 'googleAuth');
    const kinds: string[] = [];
    let at = 0;
    for (const [atStep, skew] of codes) {
      await accounts.fake.advance((atStep - at) * 30_000);
      at = atStep;
      kinds.push((await accounts.verifyCode(user, off(secret, skew, atStep))).kind);
    }
    return kinds;
  }

  test('is learned from three codes in a row, which are spent by that', async () => {
    const kinds = await learn({ driftMemory: true }, [
      [0, 40],
      [1, 40],
      [2, 40],
      [2, 40],
      [3, 40],
    ]);
    expect(kinds).toEqual(['wrong', 'wrong', 'wrong', 'spent', 'right']);
  });

  test('is learned behind the server as well, give or take a step', async () => {
    const kinds = await learn({ driftMemory: true }, [
      [0, -1400],
      [2, -1401],
      [3, -1401],
      [4, -1401],
    ]);
    expect(kinds.at(-1)).toBe('right');
  });

  test('is not learned from two', async () => {
    const kinds = await learn({ driftMemory: true }, [
      [0, 40],
      [1, 40],
      [3, 40],
    ]);
    expect(kinds).toEqual(['wrong', 'wrong', 'wrong']);
  });

  test.each([
    ['over gaps', [0, 2, 4, 5], 40],
    ['from the same code', [0, 0, 0, 1], 40],
    ['beyond half a day', [0, 1, 2, 3], 1502],
  ])('is not learned %s', async (_, steps, skew) => {
    const kinds = await learn(
      { driftMemory: true },
      steps.map((at) => [at, skew] as const),
    );
    expect(kinds).not.toContain('right');
  });

  test('is never learned unless the sysop asks for it', async () => {
    const kinds = await learn({}, [
      [0, 40],
      [1, 40],
      [2, 40],
      [3, 40],
    ]);
    expect(new Set(kinds)).toEqual(new Set(['wrong']));
  });
});

describe('backup codes', () => {
  let user: number;
  let codes: readonly string[];
  beforeEach(async () => {
    await open();
    user = await accounts.addUser('joe');
    codes = (await accounts.enrollment.bind(user, 'googleAuth')).backupCodes;
  });
  const verify = (code: string) => accounts.verifyCode(user, code);

  test('let in once each and say how many are left', async () => {
    expect(codes).toHaveLength(10);
    expect(await verify(codes[0] ?? '')).toEqual({ kind: 'right', by: 'backup-code', left: 9 });
    expect(await verify(codes[0] ?? '')).toEqual({ kind: 'spent' });
    expect(await verify(codes[1] ?? '')).toEqual({ kind: 'right', by: 'backup-code', left: 8 });
    expect(accounts.notices.at(-1)).toEqual({ kind: 'backup-code-used', userId: user, left: 8 });
  });

  test('are read in any case, with any dashes and spaces, and spent by each form', async () => {
    const code = codes[0] ?? '';
    expect((await verify(` ${code.toUpperCase().replaceAll('-', '  ')} `)).kind).toBe('right');
    expect((await verify(code.replaceAll('-', ''))).kind).toBe('spent');
  });

  test('of sixteen submissions at once, in two processes, one wins', async () => {
    const other = await openAccounts({ folder: accounts.folder, clock: accounts.clock });
    const results = await Promise.all(
      Array.from({ length: 16 }, (_, index) =>
        (index % 2 === 0 ? accounts : other).verifyCode(user, codes[0] ?? ''),
      ),
    );
    await other.close();
    expect(results.filter(({ kind }) => kind === 'right')).toHaveLength(1);
    expect(results.filter(({ kind }) => kind === 'spent')).toHaveLength(15);
  });

  test('are void once new ones were made', async () => {
    const fresh = (await accounts.enrollment.regenerateBackupCodes(user)) ?? [];
    expect(fresh).toHaveLength(10);
    expect((await verify(codes[0] ?? '')).kind).toBe('wrong');
    expect((await verify(fresh[0] ?? '')).kind).toBe('right');
  });

  test('of one account are wrong for another', async () => {
    const other = await accounts.addUser('ann');
    await accounts.enrollment.bind(other, 'googleAuth');
    expect((await accounts.verifyCode(other, codes[0] ?? '')).kind).toBe('wrong');
  });

  test('that come from ENiGMA½ stay usable, once', async () => {
    await accounts.enrollment.bind(user, 'googleAuth', { backupCodes: ['bofal-kuhid'] });
    expect((await verify('BOFAL KUHID')).kind).toBe('right');
    expect((await verify('bofal-kuhid')).kind).toBe('spent');
  });

  test('for disabling let in once and remove the factor', async () => {
    const bound = await accounts.enrollment.bind(user, 'googleAuth', { recovery: 'disable' });
    expect(await verify(bound.backupCodes[0] ?? '')).toEqual({
      kind: 'right',
      by: 'backup-code',
      left: 0,
      factorRemoved: true,
    });
    expect((await accounts.enrollment.status(user)).type).toBeUndefined();
    expect(await verify(bound.backupCodes[1] ?? '')).toEqual({ kind: 'none' });
    expect(accounts.notices.at(-1)).toEqual({ kind: 'second-factor-off', userId: user });
  });

  test('cannot be made without a second factor', async () => {
    const other = await accounts.addUser('ann');
    expect(await accounts.enrollment.regenerateBackupCodes(other)).toBeUndefined();
  });
});
