import { BoardDir } from '../support/board-dir';
import type { BoardProcess } from '../support/board-process';
import { KEYS, type DialledCaller } from '../support/dial';
import { PASSWORD } from '../support/sign-in';
import { callerIn, mainMenuWith } from '../support/talk-board';
import { SharedBoard } from './shared-board';

const IN = 'the door is open';
const FULL = 'The Door is full just now.';

let dir: BoardDir;
let board: SharedBoard;
let a: BoardProcess;
let b: BoardProcess;
const callers: DialledCaller[] = [];

beforeAll(async () => {
  const args = ['-c', `echo ${IN}; exec cat`];
  const config = { name: 'The Door', cmd: '/bin/sh', args, nodeMax: 1 };
  const door = { module: 'abracadabra', config };
  dir = await BoardDir.make({
    'config/menus/main.hjson': mainMenuWith({ DOOR: 'door' }, { door }),
  });
  board = new SharedBoard(dir.path);
  [a, b] = await Promise.all([board.start('a'), board.start('b')]);
  for (const name of ['ann', 'bob']) await board.addUser(name);
});
afterEach(() => {
  for (const caller of callers.splice(0)) caller.hangUp();
});
afterAll(async () => {
  await board.remove();
  await dir.remove();
});

async function enter(on: BoardProcess, name: string): Promise<DialledCaller> {
  const caller = await callerIn(on, name, PASSWORD);
  callers.push(caller);
  caller.type(`DOOR${KEYS.return}`);
  return caller;
}

test('a door has as many places as its menu says on all processes together', async () => {
  const ann = await enter(a, 'ann');
  await ann.sees(IN);
  const bob = await enter(b, 'bob');
  await bob.sees(FULL);
  ann.hangUp();
  await board.until('select count(*) from door_seat', [['0']]);
  bob.type(' ');
  await bob.sees('Command');
  bob.type(`DOOR${KEYS.return}`);
  await bob.sees(IN);
});

test('a process that is killed leaves no place of a door taken', async () => {
  const c = await board.start('c');
  const ann = await enter(c, 'ann');
  await ann.sees(IN);
  await board.until('select count(*) from door_seat', [['1']]);
  await c.end('SIGKILL');
  await board.until('select count(*) from door_seat', [['0']]);
  const bob = await enter(b, 'bob');
  await bob.sees(IN);
});
