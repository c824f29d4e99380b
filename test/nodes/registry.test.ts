import type { DialledCaller } from '../support/dial';
import type { BoardProcess } from '../support/board-process';
import { PASSWORD, signIn } from '../support/sign-in';
import { SharedBoard } from './shared-board';

const IN = 'Both doors are open.';
const CUT_OFF = /lost touch with this part of itself/;

let board: SharedBoard;
let a: BoardProcess;
let b: BoardProcess;

beforeAll(async () => {
  board = new SharedBoard();
  [a, b] = await Promise.all([board.start('a'), board.start('b')]);
  for (const name of ['ann', 'bob', 'cat']) await board.addUser(name);
});

afterAll(() => board.remove());

/** A caller who is signed in. */
async function online(on: BoardProcess, name: string): Promise<DialledCaller> {
  const caller = await on.telnet();
  await signIn(caller, name);
  await caller.sees(IN);
  return caller;
}

test('two processes that start at once on an empty database make one sysop, and both are registered', () => {
  expect(board.sql('select count(*) from "user" where id = 1')).toEqual([['1']]);
  const rows = board.sql("select pid from node where state = 'open' order by pid");
  expect(rows.map(([pid]) => Number(pid))).toEqual([a.pid, b.pid].sort((x, y) => x - y));
});

test('no node number is given out twice', async () => {
  const callers = await Promise.all([a, b, a, b, a, b].map((each) => each.telnet()));
  for (const caller of callers) await caller.sees('Sign in');
  const given = ['a', 'b'].flatMap((name) => board.events(name, 'call.began'));
  const numbers = given.map(({ node }) => node);
  expect(numbers).toHaveLength(6);
  expect(new Set(numbers).size).toBe(6);
  for (const caller of callers) caller.hangUp();
});

test('a process that stops frees its node numbers at once', async () => {
  const c = await board.start('c');
  const caller = await online(c, 'cat');
  expect(board.sql(`select count(*) from node where pid = ${c.pid}`)).toEqual([['1']]);
  await c.end('SIGTERM');
  await caller.isHungUpOn();
  expect(board.sql(`select count(*) from node where pid = ${c.pid}`)).toEqual([['0']]);
  const held = `select count(*) from node_slot where node_id not in (select id from node)`;
  expect(board.sql(held)).toEqual([['0']]);
});

test('the node numbers of a process that is killed are free within 15 seconds', async () => {
  const c = await board.start('c');
  const dora = await online(c, 'cat');
  const id = Number(board.sql(`select id from node where pid = ${c.pid}`)[0]?.[0]);
  await c.end('SIGKILL');
  const killedMs = performance.now();
  await dora.isHungUpOn();
  await board.until(`select count(*) from node where pid = ${c.pid}`, [['0']]);
  expect(performance.now() - killedMs).toBeLessThan(15_000);
  expect(board.sql(`select count(*) from node_slot where node_id = ${id}`)).toEqual([['0']]);
});

test('a process that stood still for longer than its lease ends its calls, grants nothing, and registers again', async () => {
  const caller = await online(b, 'bob');
  const late = await b.telnet();
  await late.sees('Sign in');
  const before = board.sql(`select id from node where pid = ${b.pid}`);
  process.kill(b.pid, 'SIGSTOP');
  // What is typed meanwhile is read after the lease is over.
  late.type('\r');
  late.type(`cat\r${PASSWORD}\r`);
  await board.until(`select count(*) from node where pid = ${b.pid}`, [['0']]);
  const calls = board.sql("select count(*) from call where user_name = 'cat'");
  process.kill(b.pid, 'SIGCONT');
  expect(await caller.isHungUpOn()).toMatch(CUT_OFF);
  expect(await late.isHungUpOn()).toMatch(CUT_OFF);
  await board.until(`select count(*) from node where pid = ${b.pid}`, [['1']]);
  expect(board.sql(`select id from node where pid = ${b.pid}`)).not.toEqual(before);
  expect(board.sql("select count(*) from call where user_name = 'cat'")).toEqual(calls);
  // It takes callers again.
  const again = await online(b, 'bob');
  again.hangUp();
});
