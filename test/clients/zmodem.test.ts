import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/base/clock';
import { systemRandom } from '../../src/base/random';
import { bridge } from '../../src/onward/bridge';
import { dial } from '../../src/onward/connect';
import { FarBoard, type FarCall } from '../support/far-board';
import { TakeOverBoard } from '../support/take-over-board';
import { pathOf } from './programs';

const FIVE_MEGABYTES = 5 * 1024 * 1024;
const NAME = 'shareware.zip';
/** Ctrl-]; bytes of this value within a file are data. */
const ESCAPE_KEY = 0x1d;
const PATIENCE_MS = 60_000;

let gate: TakeOverBoard;
let far: FarBoard;
let folder: string;
let programs: ChildProcess[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-zmodem-'));
  await mkdir(join(folder, 'in'));
  programs = [];
  far = await FarBoard.open();
  gate = await TakeOverBoard.open();
  gate.work = async (taken) => {
    const socket = await dial(
      { host: '127.0.0.1', port: far.port },
      { clock: systemClock, random: systemRandom, limitMs: 5_000, signal: taken.signal },
    );
    await bridge(taken, socket, {
      ...{ clock: systemClock, encoding: 'as-is', escapeKey: ESCAPE_KEY, idleMs: 0, maxMs: 0 },
      menuText: '',
    });
  };
});

afterEach(async () => {
  for (const program of programs) program.kill('SIGKILL');
  await gate.close();
  await far.close();
  await rm(folder, { recursive: true, force: true });
});

/** One end of a transfer; its output goes to `take`. */
interface End {
  readonly program: ChildProcess;
  readonly done: Promise<unknown>;
  feed(bytes: Buffer): void;
}

function start(name: 'sz' | 'rz', args: readonly string[], take: (bytes: Buffer) => void): End {
  const program = spawn(pathOf(name), args, {
    cwd: name === 'rz' ? join(folder, 'in') : folder,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  programs.push(program);
  program.stdout.on('data', take);
  // The program may be done while the last bytes for it are on the way.
  program.stdin.on('error', () => undefined);
  return {
    program,
    done: once(program, 'exit'),
    feed: (bytes) => void (program.stdin.writable && program.stdin.write(bytes)),
  };
}

const SEND = ['sz', ['-b', '-q', NAME]] as const;
const RECEIVE = ['rz', ['-b', '-q', '-y']] as const;

function atBoard(call: FarCall, [name, args]: typeof SEND | typeof RECEIVE): End {
  const end = start(name, args, (bytes) => call.send(bytes));
  call.socket.on('data', (bytes) => end.feed(bytes));
  return end;
}

function atCaller([name, args]: typeof SEND | typeof RECEIVE): End {
  const end = start(name, args, (bytes) => gate.client.send(bytes));
  gate.onBytes = end.feed;
  return end;
}

async function transfer(way: 'telnet' | 'ssh', direction: 'down' | 'up'): Promise<void> {
  const sent = randomBytes(FIVE_MEGABYTES);
  await writeFile(join(folder, NAME), sent);
  await gate.dial(way);
  await gate.take();
  const call = await far.call();
  const ends =
    direction === 'down'
      ? [atCaller(RECEIVE), atBoard(call, SEND)]
      : [atBoard(call, RECEIVE), atCaller(SEND)];
  const codes = await Promise.all(ends.map(({ done }) => done));
  call.socket.end();
  expect(codes).toEqual([
    [0, null],
    [0, null],
  ]);
  const received = await readFile(join(folder, 'in', NAME));
  expect(received.equals(sent)).toBe(true);
}

test.each([
  ['telnet', 'down'],
  ['telnet', 'up'],
  ['ssh', 'down'],
  ['ssh', 'up'],
] as const)(
  'five megabytes come through whole by ZMODEM of lrzsz, by %s, %s',
  transfer,
  PATIENCE_MS,
);
