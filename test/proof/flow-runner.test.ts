import fc from 'fast-check';
import type { Credential, Login, LoginResult } from '../../src/auth/login';
import { SessionEnd } from '../../src/menu/run/caller';
import { proveFlow } from '../../src/proof/flow-proof';
import { Inbox } from '../../src/menu/run/inbox';
import type { MenuEntry, MenuSet } from '../../src/menu/load/menu-entry';
import { runMenus } from '../../src/menu/run/runner';
import type { User } from '../../src/store/users';
import { createTerminal } from '../../src/terminal/caller-terminal';
import { MenuBoard } from '../support/menu-board';
import { runs } from '../support/runs';
import { menuGraphs } from './menu-graphs';
import { entriesOf, menusFrom } from './menu-text';

/** A login that takes some of what it is offered, as if the caller knew it or not. */
class RandomLogin implements Login {
  factor: 0 | 1 | 2;
  requiredFactor: 1 | 2 = 1;
  user: User | undefined;
  readonly sessionId = '';
  readonly history = undefined;
  readonly tried = true;
  readonly line = {
    ask: () => Promise.resolve(1),
    typed: () => Promise.resolve(),
    heard: () => Promise.resolve(),
    end: () => Promise.resolve(),
  };

  constructor(
    private readonly account: { readonly factor: 1 | 2; readonly user: User },
    signedIn: boolean,
    private readonly chance: (limit: number) => number,
  ) {
    this.factor = signedIn ? 1 : 0;
    if (signedIn) this.know();
  }

  get complete(): boolean {
    return this.factor > 0 && this.factor >= this.requiredFactor;
  }

  private know(): void {
    this.requiredFactor = this.account.factor;
    this.user = this.account.user;
  }

  submit(credential: Credential): Promise<LoginResult> {
    const { user } = this.account;
    const rejected = {
      kind: 'rejected',
      reason: this.chance(3) === 0 ? 'locked' : 'bad-credential',
    } as const;
    if (this.complete || this.chance(4) === 0) return Promise.resolve(rejected);
    if (credential.kind === 'second-factor') {
      if (this.factor !== 1) return Promise.resolve(rejected);
      this.factor = 2;
      return Promise.resolve({ kind: 'accepted', user, factor: 2 });
    }
    this.factor = 1;
    this.know();
    return Promise.resolve(
      this.complete
        ? { kind: 'accepted', user, factor: 1 }
        : { kind: 'need', factors: ['otp', 'backup-code'], user },
    );
  }

  confirm(): Promise<LoginResult> {
    return Promise.resolve({ kind: 'rejected', reason: 'bad-credential' });
  }

  refresh(): Promise<'keep'> {
    return Promise.resolve('keep');
  }
}

const GRAPHS = runs(80);
const WALKS = 4;
const KEYS = 16;

describe('the flow proof against the runner itself', () => {
  let board: MenuBoard;
  beforeAll(async () => {
    board = await MenuBoard.open({ menus: { menus: { none: {} } } });
  });
  afterAll(() => board.close());

  /** Walks a menu set at random; the menus that were entered below the factor floor. */
  async function walk(
    set: MenuSet,
    isInArea: (menu: string) => boolean,
    seed: number,
  ): Promise<Set<string>> {
    let state = seed >>> 0 || 1;
    const chance = (limit: number): number => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      state >>>= 0;
      return state % limit;
    };
    const bypassed = new Set<string>();
    board.menuSet = set;
    for (let round = 0; round < WALKS; round++) {
      for (const entry of entriesOf(set)) {
        const user: User = {
          id: 1 + chance(2),
          name: 'somebody',
          status: 2,
          groups: chance(2) === 0 ? ['a'] : [],
          factors: [],
          properties: new Map([['login_count', String(chance(10))]]),
          loginVersion: 0,
        };
        const account = { factor: chance(2) === 0 ? 1 : 2, user } as const;
        const login = new RandomLogin(account, entry.signedIn, chance);
        const ending = new AbortController();
        const terminal = createTerminal({
          output: { write: () => undefined },
          clock: board.accounts.clock,
          width: 80,
          height: 25,
          type: 'ansi',
          encoding: chance(2) === 0 ? 'cp437' : 'utf8',
        });
        let over = false;
        const ended = runMenus(
          {
            node: 1,
            server: entry.server,
            secure: entry.secure,
            remoteIp: chance(2) === 0 ? '127.0.0.1' : '192.0.2.1',
            terminal,
            login,
            log: board.accounts.log,
            signal: ending.signal,
            connectedMonotonicMs: 0,
            inbox: new Inbox(),
            entered: ({ menu }) => {
              if (!login.complete && !isInArea(menu)) bypassed.add(menu);
            },
            signedIn: () => Promise.resolve(),
            takeOver: () => Promise.reject(new Error('this caller has no connection')),
            end: (reason) => ending.abort(new SessionEnd(reason)),
          },
          entry.menu,
          board.services,
        ).finally(() => (over = true));
        for (let key = 0; key < KEYS && !over; key++) {
          terminal.feed(Buffer.from('abc'.charAt(chance(3))));
          for (let turn = 0; turn < 4; turn++)
            await new Promise((resolve) => setImmediate(resolve));
        }
        ending.abort(new SessionEnd('hung-up'));
        await ended;
      }
    }
    return bypassed;
  }

  /** The same menus with every one in the login area, so that the guard has nothing to hold back. */
  function withoutGuard(set: MenuSet): MenuSet {
    const open = ([name, menu]: [string, MenuEntry]): [string, MenuEntry] => [
      name,
      { ...menu, loginArea: true },
    ];
    return { ...set, menus: new Map([...set.menus].map(open)) };
  }

  it('with the guard nobody leaves the login area of a random graph; without it nobody does where the proof says so', async () => {
    const count = { proven: 0, walkedRound: 0 };
    await fc.assert(
      fc.asyncProperty(menuGraphs(false), fc.integer({ min: 1 }), async (text, seed) => {
        const set = menusFrom(text);
        const isInArea = (menu: string): boolean => set.menus.get(menu)?.loginArea === true;
        expect([...(await walk(set, isInArea, seed))]).toEqual([]);
        const report = proveFlow(set, { entries: entriesOf(set), modules: new Map() });
        const bypassed = await walk(withoutGuard(set), isInArea, seed);
        if (report.proven) count.proven++;
        if (bypassed.size > 0) count.walkedRound++;
        const found = new Set(report.bypasses.map(({ menu }) => menu));
        expect([...bypassed].filter((menu) => !found.has(menu))).toEqual([]);
      }),
      { numRuns: GRAPHS, seed: 20261121 },
    );
    expect(count.proven).toBeGreaterThan(GRAPHS / 4);
    expect(count.walkedRound).toBeGreaterThan(GRAPHS / 20);
  }, 120_000);
});
