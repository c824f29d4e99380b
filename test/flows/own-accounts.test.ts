import type { Authenticate, OwnSignIn } from '../../src/index';
import { OwnAccounts } from '../../src/auth/own-accounts';
import { hashPassword } from '../../src/auth/password';
import { systemClock } from '../../src/base/clock';
import { storePassword } from '../../src/store/passwords';
import { openAuthenticator, STRANGER } from '../support/authenticator-context';
import { openBackOffice } from '../support/back-office';
import { TestBoard } from '../support/board';
import { KEYS, type DialledCaller } from '../support/dial';
import { FakeClock } from '../support/fake-clock';
import { MemoryLog } from '../support/memory-log';
import { giveCode, goToMainMenu, PASSWORD, signIn } from '../support/sign-in';

const SECRET = 'a word of the game 3';
const KEPT = 'is kept by the program around this board. Change it there.';

describe('accounts that the program of a board has', () => {
  const asked: OwnSignIn[] = [];
  let answer: Authenticate;
  let board: TestBoard;
  beforeAll(async () => {
    board = await TestBoard.start({
      authenticate: (attempt) => {
        asked.push(attempt);
        return answer(attempt);
      },
    });
    await board.addUser('alice', PASSWORD);
  });
  beforeEach(() => {
    asked.length = 0;
    answer = ({ userName, password }) =>
      Promise.resolve(
        ['player', 'pilot', 'second'].includes(userName) && password === SECRET
          ? { groups: ['users', 'players'], realName: 'Player One' }
          : undefined,
      );
  });
  afterAll(() => board.remove());

  /** The next attempt in the form that has just refused one. */
  function again(caller: DialledCaller, password: string): void {
    caller.type(`${password}${KEYS.return}`);
  }

  it('are made when they first sign in, and pass the second factor like all others', async () => {
    const caller = await board.telnet();
    await signIn(caller, 'player', SECRET);
    await goToMainMenu(caller);
    caller.hangUp();
    expect(asked).toMatchObject([{ userName: 'player', server: 'telnet', remoteIp: '127.0.0.1' }]);
    expect(await board.oputil('user', 'info', 'player')).toMatch(/players/);
    const secret = await board.bindOtp('player', 'google');
    const later = await board.telnet();
    await signIn(later, 'player', SECRET);
    await giveCode(later, board.freshCode(secret));
    await goToMainMenu(later);
    later.hangUp();
  });

  it('are no other than those: a name of the store is never asked about (rule P6)', async () => {
    answer = () => Promise.resolve({ groups: ['sysops'] });
    const caller = await board.telnet();
    await signIn(caller, 'alice', SECRET);
    await board.logged('login.rejected', { userName: 'alice', reason: 'wrong' });
    again(caller, PASSWORD);
    await goToMainMenu(caller);
    caller.hangUp();
    expect(asked).toEqual([]);
    expect(await board.oputil('user', 'info', 'alice')).not.toMatch(/sysops/);
  });

  it.each(['PILOT', 'pilot!'])(
    'are asked about by their own names: %s of the program is somebody else (rule P6)',
    async (typed) => {
      const theirs = 'a word of another 4';
      const pilot = await board.telnet();
      await signIn(pilot, 'pilot', SECRET);
      await goToMainMenu(pilot);
      pilot.hangUp();
      asked.length = 0;
      answer = ({ userName, password }) =>
        Promise.resolve(userName === typed && password === theirs ? {} : undefined);
      const caller = await board.telnet();
      const before = board.events('login.rejected').length;
      await signIn(caller, typed, theirs);
      await board.loggedWhere('a refusal', ({ event }) => event === 'login.rejected', before + 1);
      caller.hangUp();
      expect(board.events('login.rejected').at(-1)).toMatchObject({
        ...{ userName: 'pilot', reason: 'wrong' },
      });
      expect(asked.map(({ userName }) => userName)).toEqual(['pilot']);
    },
  );

  it('are never those of a name like theirs that comes up while the program is asked (rule P6)', async () => {
    answer = async ({ userName }) => {
      if (userName === 'THIRD') await board.oputil('user', 'rename', 'first', 'third');
      return {};
    };
    const first = await board.telnet();
    await signIn(first, 'first', SECRET);
    await goToMainMenu(first);
    first.hangUp();
    const caller = await board.telnet();
    await signIn(caller, 'THIRD', SECRET);
    await board.logged('login.rejected', { userName: 'third', reason: 'changed-meanwhile' });
    caller.hangUp();
  });

  it('get in by no password of the store (rule P6)', async () => {
    const first = await board.telnet();
    await signIn(first, 'second', SECRET);
    await goToMainMenu(first);
    first.hangUp();
    const { exitCode, err } = await board.tryOputil('user', 'pw', 'second', PASSWORD);
    expect([exitCode === 0, err]).toEqual([false, expect.stringContaining(KEPT)]);
    // As a database has it that was filled by other means.
    const hash = await hashPassword(PASSWORD);
    const backend = await openBackOffice(board.dataDir, { clock: board.clock });
    const id = await backend.userId('second');
    await backend.db.transaction({ account: id }, (sql) =>
      storePassword(sql, id, { hash, nowMs: board.clock.nowMs() }),
    );
    await backend.close();
    const caller = await board.telnet();
    await signIn(caller, 'second', PASSWORD);
    await board.logged('login.rejected', { userName: 'second', reason: 'wrong' });
    expect(asked).toHaveLength(2);
    caller.hangUp();
  });

  it('keep no password here: a change, a link and a call that was not theirs say so (rule P6)', async () => {
    answer = ({ userName, password }) =>
      Promise.resolve(
        userName === 'keeper' && password === SECRET ? { email: 'keeper@example.org' } : undefined,
      );
    const caller = await board.telnet();
    await signIn(caller, 'keeper', SECRET);
    await goToMainMenu(caller);
    caller.type(`m${KEYS.return}`);
    await caller.sees('Lasted');
    caller.type('n');
    await caller.sees('it lets people in until you change it');
    caller.type(`${SECRET}${KEYS.return}`);
    await caller.sees('1. Change it now in the program that keeps it: this board cannot.');
    const letter = await board.letterTo('keeper@example.org', /other calls were ended/);
    expect(letter.text).toContain('still lets people in');
    caller.hangUp();
    expect(await board.oputil('audit', '--user', 'keeper')).not.toMatch(/password-shut/);
    const other = await board.telnet();
    await other.sees('Sign in');
    other.type('F');
    await other.sees('User name');
    other.type(`keeper${KEYS.return}`);
    await board.logged('password-reset.requested', { outcome: 'no-account' });
    other.hangUp();
  });

  it.each<readonly [string, Authenticate]>([
    ['throws', () => Promise.reject(new Error('no network'))],
    [
      'answers with something else',
      () => Promise.resolve(true) as unknown as ReturnType<Authenticate>,
    ],
  ])('are told to try later, uncharged, where the program %s (rule P6)', async (_how, failing) => {
    answer = failing;
    const before = board.events('login.rejected').length;
    const caller = await board.telnet();
    await signIn(caller, 'nobody', SECRET);
    // More than are free: a charge would end in a wait.
    for (let times = 0; times < 6; times += 1) {
      await board.loggedWhere(
        'a refusal',
        ({ event }) => event === 'login.rejected',
        before + times + 1,
      );
      if (times < 5) again(caller, SECRET);
    }
    const refusals = board.events('login.rejected').slice(before);
    expect(refusals.map(({ reason }) => reason)).not.toContain('wait');
    expect(refusals[0]).toMatchObject({ reason: 'program-failed' });
    expect((await board.tryOputil('user', 'info', 'nobody')).exitCode).not.toBe(0);
    caller.hangUp();
  });
});

const attemptFrom = (remoteIp: string) =>
  ({ userName: 'ann', password: 'x', server: 'ssh', secure: true, remoteIp }) as const;

test('a program that never answers is given up after three seconds, and its signal says so (rule P6)', async () => {
  const clock = new FakeClock();
  const log = new MemoryLog();
  let signal: AbortSignal | undefined;
  const accounts = new OwnAccounts({
    ...{ clock, log, make: () => Promise.resolve(undefined) },
    authenticate: (attempt) => {
      signal = attempt.signal;
      return new Promise(() => undefined);
    },
  });
  const answer = accounts.ask(attemptFrom('::1'));
  expect(signal?.aborted).toBe(false);
  await clock.advance(3_000);
  expect(await answer).toEqual({ kind: 'failed', isLate: true });
  expect(signal?.aborted).toBe(true);
  // A rejection of any account takes as long from now on (rule C4).
  expect(accounts.slowestMs).toBe(3_000);
  expect(log.of('extension.failed').at(-1)).toMatchObject({ what: 'authenticate' });
  expect(systemClock.nowMs()).toBeGreaterThan(0);
});

test('answers that hang are few of one source and of all, and are forgotten after half a minute (rule P6)', async () => {
  const clock = new FakeClock();
  let asked = 0;
  const accounts = new OwnAccounts({
    ...{ clock, log: new MemoryLog(), make: () => Promise.resolve(undefined) },
    authenticate: () => {
      asked += 1;
      return new Promise(() => undefined);
    },
  });
  const askFrom = async (remoteIp: string, times: number): Promise<number> => {
    const before = asked;
    for (let each = 0; each < times; each += 1) void accounts.ask(attemptFrom(remoteIp));
    await clock.advance(3_000);
    return asked - before;
  };
  expect(await askFrom('192.0.2.1', 9)).toBe(4);
  // Those that were not asked say nothing of the time that the program takes.
  for (let each = 0; each < 40; each += 1) await accounts.ask(attemptFrom('192.0.2.1'));
  expect(accounts.slowestMs).toBe(3_000);
  expect(await askFrom('192.0.2.2', 1)).toBe(1);
  await clock.advance(30_000);
  expect(await askFrom('192.0.2.1', 9)).toBe(4);
  for (let source = 10; source < 25; source += 1)
    for (let each = 0; each < 4; each += 1) void accounts.ask(attemptFrom(`192.0.2.${source}`));
  expect(await askFrom('192.0.2.99', 1)).toBe(0);
  await clock.advance(30_000);
  expect(await askFrom('192.0.2.99', 1)).toBe(1);
});

test('a source whose answers do not come is penalized, though nothing is charged (rules P6, K1)', async () => {
  const clock = new FakeClock();
  let begin = (): void => undefined;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const ownAccounts = new OwnAccounts({
    ...{ clock, log: new MemoryLog(), make: () => Promise.resolve(undefined) },
    authenticate: () => {
      begin();
      return new Promise(() => undefined);
    },
  });
  const context = await openAuthenticator({ ownAccounts });
  const answer = context.authenticator.verify({
    ...{ userName: 'ann', password: SECRET, isOfPerson: true, isDemanded: () => false },
    origin: { server: 'ssh', secure: true, remoteIp: STRANGER, node: 1 },
  });
  await begun;
  await clock.advance(3_000);
  expect(await answer).toEqual({ result: 'try-later' });
  expect(context.penalties).toEqual([`${STRANGER} auth-failure`]);
  await context.close();
});
