import { OwnCalls } from '../../src/auth/own-calls';
import { systemClock } from '../../src/base/clock';
import { createLog } from '../../src/base/log';
import type { BoardProcess } from '../support/board-process';
import { KEYS, type DialledCaller } from '../support/dial';
import { goToMainMenu, PASSWORD, signIn } from '../support/sign-in';
import { browse } from '../support/browse';
import { SharedBoard } from './shared-board';

const IN = 'Both doors are open.';

let board: SharedBoard;
let a: BoardProcess;
let b: BoardProcess;

beforeAll(async () => {
  board = new SharedBoard();
  a = await board.start('a');
  b = await board.start('b', { contentServers: {} });
  for (const name of ['ann', 'bob', 'cat', 'dan']) await board.addUser(name);
});

afterAll(() => board.remove());

async function online(on: BoardProcess, name: string): Promise<DialledCaller> {
  const caller = await on.telnet();
  await signIn(caller, name);
  await caller.sees(IN);
  return caller;
}

/** The node number of an account that is online, once all processes can know of it. */
async function numberOf(name: string): Promise<string> {
  const statement = `select number from node_slot where user_name = '${name}'`;
  await board.untilHolds(`${name} to be online`, () => board.sql(statement).length === 1);
  return board.sql(statement)[0]?.[0] ?? '';
}

async function gone(...callers: readonly DialledCaller[]): Promise<void> {
  for (const caller of callers) caller.hangUp();
  const anybody = 'select count(*) from node_slot where user_id is not null';
  await board.until(anybody, [['0']]);
}

test('an account that signs in on another process ends its earlier call, by telnet as by SSH', async () => {
  const first = await online(a, 'ann');
  const second = await b.ssh({ userName: 'ann', password: PASSWORD });
  await second.sees(IN);
  expect(await first.isHungUpOn()).toContain('You have signed in again on node');
  const third = await online(a, 'ann');
  expect(await second.isHungUpOn()).toContain('You have signed in again on node');
  expect(third.hungUp).toBe(false);
  await gone(third);
});

test('E in Your calls ends a call that stands on a process which hears of nothing, and the process ends it when it wakes (rule N2)', async () => {
  const left = await online(b, 'ann');
  await numberOf('ann');
  process.kill(b.pid, 'SIGSTOP');
  const mine = await a.ssh({ userName: 'ann', password: PASSWORD });
  try {
    await goToMainMenu(mine);
    mine.type('m\r');
    await mine.sees(/this call *\n.* Telnet .* open/);
    mine.type(`${KEYS.down}e`);
    await mine.sees('That call is ended.');
    const open = `select server from call where user_name = 'ann' and ended_at is null`;
    await board.until(open, [['ssh']]);
    expect(left.hungUp).toBe(false);
  } finally {
    process.kill(b.pid, 'SIGCONT');
  }
  await left.isHungUpOn();
  expect(mine.hungUp).toBe(false);
  await gone(mine);
});

test('a call that its owner ends from another process reads so, and its socket ends (rule N2)', async () => {
  const caller = await online(b, 'ann');
  // This process has the database, and neither of the callers.
  const office = await board.office();
  const { db } = office;
  const log = createLog({ level: 'silent', write: () => undefined, nowMs: () => 0 });
  const ownCalls = new OwnCalls({ db, clock: systemClock, log });
  const id = await office.userId('ann');
  const [call] = await ownCalls.list(id, 1);
  expect(await ownCalls.end(id, call ?? { sessionId: '', source: '' }, {})).toBe(true);
  expect(await caller.isHungUpOn()).toContain('Another call of yours has ended this one.');
  await office.close();
  await gone();
});

test('of many sign-ins of one account at once on two processes one stays', async () => {
  for (let round = 0; round < 3; round += 1) {
    const dialled = await Promise.all([a, b, a, b].map((each) => each.telnet()));
    await Promise.all(dialled.map((caller) => signIn(caller, 'dan')));
    const ends = dialled.map((caller) => caller.isHungUpOn().catch(() => 'stays'));
    await board.untilHolds(
      'one to stay',
      () => dialled.filter((caller) => !caller.hungUp).length === 1,
    );
    const [stays] = dialled.filter((caller) => !caller.hungUp);
    await stays?.sees(IN);
    await board.until("select count(*) from node_slot where user_name = 'dan'", [['1']]);
    stays?.hangUp();
    await Promise.all(ends);
    await gone();
  }
});

test('who is online, with what they do, is the same on every process and for oputil', async () => {
  const ann = await online(a, 'ann');
  const bob = await online(b, 'bob');
  await Promise.all([numberOf('ann'), numberOf('bob')]);
  await goToMainMenu(bob);
  bob.type('w\r');
  await bob.sees('Doing');
  for (const name of ['ann', 'bob']) await bob.sees(name);
  const list = await board.oputil('a', 'node', 'list');
  expect(list).toMatch(/ann +Telnet/);
  expect(list).toMatch(/bob +Telnet/);
  expect(list.match(/ open /g)).toHaveLength(2);
  await gone(ann, bob);
});

test('oputil on any machine ends a call, tells one caller or all, and locks an account on every process', async () => {
  const [ann, bob, cat] = [await online(a, 'ann'), await online(b, 'bob'), await online(b, 'cat')];
  const [, ofBob] = [await numberOf('ann'), await numberOf('bob'), await numberOf('cat')];
  await goToMainMenu(ann);
  await goToMainMenu(cat);
  await board.oputil('a', 'node', 'kick', ofBob);
  expect(await bob.isHungUpOn()).toContain('The sysop has ended your call.');
  await board.oputil('a', 'node', 'message', 'all', 'we', 'close', 'at', 'noon');
  await Promise.all([ann, cat].map((caller) => caller.sees('we close at noon')));
  await board.oputil('a', 'node', 'message', await numberOf('cat'), 'only for you');
  await cat.sees('only for you');
  await board.until("select count(*) from board_event where kind = 'message'", [['0']]);
  await board.oputil('a', 'user', 'disable', 'cat');
  await cat.isHungUpOn();
  expect(ann.hungUp).toBe(false);
  expect(ann.screen.text()).not.toContain('only for you');
  await gone(ann);
});

test('an event that cannot be read is logged, and those after it have their effect', async () => {
  const bob = await online(b, 'bob');
  const ofBob = await numberOf('bob');
  board.sql(`insert into board_event (kind, payload) values ('nonsense', '[')`);
  await board.logged('b', 'node.event-not-understood');
  await board.oputil('a', 'node', 'kick', ofBob);
  await bob.isHungUpOn();
  await gone();
});

test('a process is drained from another machine: no new callers, its health says so, who is on stays', async () => {
  const ready = async (): Promise<number> => {
    const url = `https://localhost:${b.port('https')}/_enig/ready`;
    return (await browse(b.dataDir, url)).status;
  };
  const [[idOfB = ''] = []] = board.sql(`select id from node where pid = ${b.pid}`);
  const bob = await online(b, 'bob');
  await numberOf('bob');
  expect(await ready()).toBe(200);
  const limited = ['node', 'drain', idOfB, '--lead', '0', '--limit', '90'];
  expect(await board.oputil('a', ...limited)).toContain('1 on it may stay, for 90 minutes at most');
  expect(await ready()).toBe(503);
  const left = `select (drain_until - extract(epoch from clock_timestamp()) * 1000) / 60000 from node`;
  const [[minutes] = []] = board.sql(`${left} where id = ${idOfB}`);
  expect(Number(minutes)).toBeGreaterThan(88);
  expect(Number(minutes)).toBeLessThanOrEqual(90);
  expect(await board.oputil('a', 'node', 'list')).toMatch(/ open .*\n.* draining to \d\d:\d\d /);
  const late = await b.telnet();
  await late.sees('The board takes no new callers here right now.');
  await late.isHungUpOn();
  const ann = await online(a, 'ann');
  // Without a limit, and until the last one has left.
  await board.oputil('a', 'node', 'drain', idOfB, '--lead', '0');
  await board.until(`select state, drain_until is null from node where id = ${idOfB}`, [
    ['draining', 't'],
  ]);
  const waiting = board.oputil('a', 'node', 'drain', idOfB, '--lead', '0', '--wait');
  bob.type('\r');
  await bob.sees('The board closes here for maintenance in 90 minutes.');
  expect(bob.hungUp).toBe(false);
  bob.hangUp();
  expect(await waiting).toContain('Nobody is on it any more.');
  expect(ann.hungUp).toBe(false);
  expect(await board.oputil('a', 'node', 'list')).toMatch(/ drained /);
  await board.oputil('a', 'node', 'undrain', idOfB);
  expect(await ready()).toBe(200);
  await gone(ann, await online(b, 'bob'));
  await expect(board.oputil('a', 'node', 'drain', '999999')).rejects.toThrow(
    "there is no process 999999; see 'oputil node list'",
  );
});

test('calls of a process that is killed have ended within 15 seconds, and its callers are gone everywhere', async () => {
  const c = await board.start('c');
  const dan = await online(c, 'dan');
  await numberOf('dan');
  await c.end('SIGKILL');
  const killedMs = performance.now();
  await dan.isHungUpOn();
  const open = "select count(*) from call where user_name = 'dan' and ended_at is null";
  await board.until(open, [['0']]);
  expect(performance.now() - killedMs).toBeLessThan(15_000);
  expect(await board.oputil('a', 'node', 'list')).not.toContain('dan');
});
