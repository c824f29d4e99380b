import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { dialTelnet, KEYS, type DialledCaller } from '../support/dial';
import { FarBoard } from '../support/far-board';
import { eventually } from '../support/raw-caller';
import { goToMainMenu, signIn } from '../support/sign-in';
import { comesBack } from '../support/talk-board';

const ROOT = resolve(__dirname, '..', '..');

/** One of examples/, as a reader of it runs it. */
class Example {
  out = '';

  private constructor(
    readonly child: ChildProcess,
    readonly folder: string,
  ) {
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => (this.out += chunk.toString()));
  }

  static async start(name: string, env: Readonly<Record<string, string>> = {}): Promise<Example> {
    const folder = await mkdtemp(join(tmpdir(), 'sallyport-example-'));
    const child = spawn(process.execPath, [join(ROOT, 'examples', name)], {
      cwd: folder,
      env: { PATH: process.env['PATH'], DATA: join(folder, 'data'), PORT: '0', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new Example(child, folder);
  }

  async says(wanted: RegExp): Promise<string> {
    await eventually(`${String(wanted)} of the example`, () => {
      if (this.child.exitCode !== null) throw new Error(`it has ended:\n${this.out}`);
      return wanted.test(this.out);
    });
    return wanted.exec(this.out)?.[1] ?? '';
  }

  async call(): Promise<DialledCaller> {
    return dialTelnet({ port: Number(await this.says(/^telnet localhost (\d+)$/m)) });
  }

  password(): Promise<string> {
    return this.says(/^sysop's password: (\S+)$/m);
  }

  /** Ends it as a service manager does; resolves with its exit code. */
  async stop(): Promise<unknown> {
    const ended = once(this.child, 'close');
    this.child.kill('SIGTERM');
    const [code] = (await ended) as readonly unknown[];
    return code;
  }

  async remove(): Promise<void> {
    this.child.kill('SIGKILL');
    await rm(this.folder, { recursive: true, force: true });
  }
}

const running: Example[] = [];
const far: FarBoard[] = [];
afterEach(async () => {
  for (const example of running.splice(0)) await example.remove();
  for (const board of far.splice(0)) await board.close();
});

async function start(...by: Parameters<typeof Example.start>): Promise<Example> {
  const example = await Example.start(...by);
  running.push(example);
  return example;
}

async function open(greeting: string): Promise<FarBoard> {
  const board = await FarBoard.open(({ socket }) => void socket.write(greeting));
  far.push(board);
  return board;
}

/** Types name and password into the form that is there at once. */
async function signInAtOnce(caller: DialledCaller, password: string): Promise<void> {
  await caller.sees('User name');
  caller.type(`sysop${KEYS.return}${password}${KEYS.return}`);
}

test('gate.mjs signs a caller in, and hands the call on to a telnet board', async () => {
  const board = await open('Welcome to the board behind.\r\n');
  const example = await start('gate/gate.mjs', { FAR_PORT: String(board.port) });
  const caller = await example.call();
  await signInAtOnce(caller, await example.password());
  await caller.sees('The board behind');
  caller.type(KEYS.return);
  await caller.sees('Welcome to the board behind.');
  (await board.call()).socket.end();
  await comesBack(caller, 'The board behind');
  caller.hangUp();
  expect(await example.stop()).toBe(0);
});

test('module.mjs has a module of its own, and one of mods/ of its board', async () => {
  const example = await start('module/module.mjs');
  const caller = await example.call();
  await signInAtOnce(caller, await example.password());
  await caller.sees('Which town?');
  caller.type(`York${KEYS.return}`);
  await caller.sees('Rain in York.');
  caller.type(KEYS.escape);
  await caller.sees('Take an umbrella, sysop.');
  caller.type(' ');
  await caller.isHungUpOn();
  expect(await example.stop()).toBe(0);
});

test('accounts.mjs knows its own players, and tells of who is in and who is not', async () => {
  const example = await start('accounts.mjs');
  const caller = await example.call();
  await signIn(caller, 'player', 'the second lantern');
  await example.says(/refused 127\.0\.0\.1: bad-credential/);
  caller.type(`the third lantern${KEYS.return}`);
  await goToMainMenu(caller);
  await example.says(/player is in: .*players/);
  caller.hangUp();
  expect(await example.stop()).toBe(0);
});

test('mud.mjs connects a caller to the MUD under the name of the account, and takes the call back', async () => {
  const board = await open('By what name are you known?\r\n');
  const example = await start('mud.mjs', { MUD_PORT: String(board.port) });
  const caller = await example.call();
  await signIn(caller, 'sysop', await example.password());
  await caller.sees('By what name are you known?');
  const call = await board.call();
  await call.sees('connect sysop\r\n');
  caller.type('look\r');
  await call.sees('look');
  call.socket.end();
  await goToMainMenu(caller);
  caller.hangUp();
  expect(await example.stop()).toBe(0);
});

test('fastify-app.mjs lists the callers of its board, and ends with it', async () => {
  const example = await start('fastify-app.mjs', { WEB_PORT: '0' });
  const caller = await example.call();
  await signIn(caller, 'sysop', await example.password());
  await goToMainMenu(caller);
  const port = await example.says(/^http (\d+)$/m);
  const answer = await fetch(`http://127.0.0.1:${port}/callers`);
  expect(await answer.json()).toEqual([{ node: 1, name: 'sysop' }]);
  caller.hangUp();
  expect(await example.stop()).toBe(0);
});
