import { parseSshPublicKey } from '../../src/auth/ssh-key';
import { WAYS_IN, type WayInName } from '../../src/protocols/ways-in';
import { listSshKeys } from '../../src/store/ssh-keys';
import { getUser } from '../../src/store/users';
import { openBackOffice } from '../support/back-office';
import type { TestBoard } from '../support/board';
import { dialBare, dialRlogin, type DialledCaller } from '../support/dial';
import { signInBy, startOnEveryWay, WAYS } from '../support/every-way';
import { giveCode, signIn } from '../support/sign-in';
import { ed25519Pair } from '../support/ssh-keys';

const IN = 'Both doors are open.';

/** What alice can prove who she is by, beside the password. */
interface Factors {
  readonly apps: readonly [first: string, second: string];
  readonly backupCodes: readonly string[];
  /** In the order of their numbers. */
  readonly sheet: readonly string[];
}

/** Binds two apps to alice and makes a sheet for her. */
async function giveFactors(board: TestBoard): Promise<Factors> {
  const office = await openBackOffice(board.dataDir, { clock: board.clock });
  try {
    const id = await office.userId('alice');
    const { secret, backupCodes } = await office.enrollment.bind(id, 'googleAuth');
    const begun = await office.enrollment.begin(id, 'googleAuth', { label: 'Tablet' });
    const token = begun.kind === 'begun' ? begun.token : '';
    const second = (await office.enrollment.find(token))?.secret ?? '';
    await office.enrollment.confirm(token, board.freshCode(second));
    const sheet = await office.sheets.make(id, { server: 'oputil' });
    return { apps: [secret, second], backupCodes, sheet };
  } finally {
    await office.close();
  }
}

/** By the names that the tests have: the code that signs in next. */
const CODES = {
  'the first app': (board: TestBoard, { apps }: Factors) => board.freshCode(apps[0]),
  'the second app': (board: TestBoard, { apps }: Factors) => board.freshCode(apps[1]),
} as const;
const APPS = Object.keys(CODES) as (keyof typeof CODES)[];

describe('the second factor of a password', () => {
  let board: TestBoard;
  let factors: Factors;
  beforeAll(async () => {
    board = await startOnEveryWay('allow');
    factors = await giveFactors(board);
  });
  afterAll(() => board.remove());

  describe.each(WAYS.map(([way]) => way))('by %s', (way) => {
    it.each(APPS)('is a code of %s', async (app) => {
      const caller = await signInBy(way, board);
      await giveCode(caller, CODES[app](board, factors));
      await caller.sees(IN);
      caller.hangUp();
    });

    it('is a backup code, once', async () => {
      const code = factors.backupCodes[WAYS.findIndex(([each]) => each === way)] ?? '';
      for (const answer of [IN, 'Wrong code']) {
        const caller = await signInBy(way, board);
        await giveCode(caller, code);
        await caller.sees(answer);
        caller.hangUp();
      }
    });

    it('is no code of a sheet', async () => {
      const caller = await signInBy(way, board);
      await giveCode(caller, factors.sheet[0] ?? '');
      await caller.sees('4 groups');
      expect(caller.screen.text()).not.toContain(IN);
      caller.hangUp();
    });
  });
});

describe('where lines in clear text ask for no password', () => {
  let board: TestBoard;
  let factors: Factors;
  let used = 0;
  beforeAll(async () => {
    board = await startOnEveryWay('never');
    factors = await giveFactors(board);
  });
  afterAll(() => board.remove());

  /** One code in place of the password. */
  async function signInByCode(way: WayInName, code: string): Promise<DialledCaller> {
    const port = board.bbs.addresses[way]?.port ?? 0;
    const caller =
      way === 'rlogin' ? await dialRlogin(port, { first: '', second: '' }) : await dialBare(port);
    await signIn(caller, 'alice', code);
    return caller;
  }

  describe.each(WAYS)('by %s (secure: %s)', (way, secure) => {
    it.each(APPS)(
      'a code of %s signs in, beside a password where the line is secure',
      async (app) => {
        const code = CODES[app](board, factors);
        const caller = await (secure ? signInBy(way, board) : signInByCode(way, code));
        if (secure) await giveCode(caller, code);
        await caller.sees(IN);
        caller.hangUp();
      },
    );

    it('a code of the sheet signs in on a line in clear text alone', async () => {
      const code = factors.sheet[used] ?? '';
      const caller = await (secure ? signInBy(way, board) : signInByCode(way, code));
      if (secure) await giveCode(caller, code);
      else used += 1;
      await caller.sees(secure ? '4 groups' : IN);
      caller.hangUp();
    });
  });

  it('is tried on lines of both kinds', () => {
    expect(new Set(WAYS.map(([way]) => WAYS_IN[way].secure)).size).toBe(2);
    expect(used).toBeGreaterThan(1);
  });
});

/** Two keys for alice, the first of them remembered for this time. */
async function giveKeys(board: TestBoard, forMs: number): Promise<readonly [string, string]> {
  const pairs = [ed25519Pair(), ed25519Pair()] as const;
  const office = await openBackOffice(board.dataDir, { clock: board.clock });
  try {
    const id = await office.userId('alice');
    const actor = { server: 'oputil' } as const;
    for (const pair of pairs) {
      const parsed = parseSshPublicKey(pair.public);
      if (parsed.kind === 'key') await office.sshKeys.add(id, { key: parsed.key, actor });
    }
    const user = await office.db.run((sql) => getUser(sql, id));
    const [first] = await office.db.run((sql) => listSshKeys(sql, id));
    expect(await office.sshKeys.remember(user, { keyId: first?.id ?? 0, forMs, actor })).toBe(true);
    return [pairs[0].private, pairs[1].private];
  } finally {
    await office.close();
  }
}

describe('where the first of two SSH keys is remembered', () => {
  const DAYS = 30;
  let board: TestBoard;
  let factors: Factors;
  let keys: readonly [remembered: string, other: string];
  beforeAll(async () => {
    board = await startOnEveryWay('allow', { rememberKeyDays: DAYS });
    factors = await giveFactors(board);
    keys = await giveKeys(board, DAYS * 86_400_000);
  });
  afterAll(() => board.remove());

  const byKey = (privateKey: string) => board.ssh({ userName: 'alice', privateKey });

  it('that key signs in without a code, as factor 1 (rule N9)', async () => {
    const caller = await byKey(keys[0]);
    await caller.sees(IN);
    await board.logged('login.accepted', { kind: 'public-key', factor: 1 });
    caller.hangUp();
  });

  it.each(APPS)('the other one is asked for a code, which may be of %s (rule N9)', async (app) => {
    const caller = await byKey(keys[1]);
    await caller.sees('One-time code');
    expect(caller.screen.text()).not.toContain(IN);
    await giveCode(caller, CODES[app](board, factors));
    await caller.sees(IN);
    caller.hangUp();
  });

  it.each(WAYS.map(([way]) => way))(
    'a password by %s is asked for a code (rule N9)',
    async (way) => {
      const caller = await signInBy(way, board);
      await caller.sees('One-time code');
      expect(caller.screen.text()).not.toContain(IN);
      await giveCode(caller, CODES['the first app'](board, factors));
      await caller.sees(IN);
      caller.hangUp();
    },
  );

  it('that key is asked for a code as well once its time is over (rule N9)', async () => {
    board.clock.skip(DAYS * 86_400_000);
    const caller = await byKey(keys[0]);
    await giveCode(caller, CODES['the first app'](board, factors));
    await caller.sees(IN);
    caller.hangUp();
  });
});
