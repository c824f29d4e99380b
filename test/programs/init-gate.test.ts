import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { dialTelnet, KEYS } from '../support/dial';
import { listTree } from '../support/enigma-installation';
import { FarBoard } from '../support/far-board';
import { signIn } from '../support/sign-in';
import { SpawnedBoard } from '../support/spawned-board';
import { comesBack } from '../support/talk-board';

const PROGRAM = resolve(__dirname, '..', '..', 'dist', 'main.js');

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** `sallyport init` with these words, to its end. */
function init(...words: readonly string[]): Promise<Ran> {
  return new Promise((done) => {
    const child = execFile(process.execPath, [PROGRAM, 'init', ...words], (_error, out, err) =>
      done({ code: child.exitCode ?? -1, out, err }),
    );
  });
}

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-init-gate-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('init --gate makes a board that a start opens, and that hands a caller on to a board and to a program', async () => {
  const far = await FarBoard.open();
  let board: SpawnedBoard | undefined;
  try {
    const dir = join(folder, 'gate');
    const program = join(folder, 'a door');
    await writeFile(
      program,
      '#!/bin/sh\necho "A door for $TERM."; read line; echo "Said $line."\n',
    );
    await chmod(program, 0o755);
    const telnet = `telnet://127.0.0.1:${far.port}#Next Door`;
    const made = await init(dir, '--gate', telnet, '--gate', `exec:${program}`);
    expect({ code: made.code, err: made.err }).toEqual({ code: 0, err: '' });
    const config = join(dir, 'config', 'config.hjson');
    expect(made.out).toContain(`${config}: Next Door, a door under destinations`);

    // Beside the file that init has written, which it includes: ports that are free on this machine.
    const ports = join(dir, 'config', 'free-ports.hjson');
    const loginServers = { telnet: { port: 0 }, ssh: { port: 0 } };
    const contentServers = { web: { https: { port: 0 } } };
    const includes = ['config.hjson'];
    await writeFile(ports, JSON.stringify({ includes, loginServers, contentServers }));
    const dataDir = join(dir, 'data');
    board = await SpawnedBoard.start(dataDir, '--board', dir, '--config', ports);
    const caller = await dialTelnet({ port: await board.port('telnet') });
    await signIn(caller, 'sysop', await board.firstPassword());
    await caller.sees('Both doors are open.');
    caller.type(KEYS.return);
    await caller.sees('Enter: go there');
    caller.type(KEYS.return);
    const call = await far.call();
    call.send('Welcome to Next Door');
    await caller.sees('Welcome to Next Door');
    call.socket.end();
    await comesBack(caller, 'Where to?');
    caller.type(`${KEYS.down}${KEYS.return}`);
    await caller.sees('A door for ansi.');
    caller.type('hello\r');
    await caller.sees('Said hello.');
    await caller.sees('Where to?');
    caller.hangUp();
    board.signal('SIGTERM');
    expect(await board.ended).toBe(0);
  } finally {
    await board?.remove();
    await far.close();
  }
});

test.each([
  ['an address that leads nowhere', ['--gate', 'http://127.0.0.1'], 'the address begins with'],
  ['no address', ['--gate'], "'--gate <value>' argument missing"],
])('init with %s ends with 2, says why, and makes nothing', async (_what, words, why) => {
  const dir = join(folder, 'gate');
  const ran = await init(dir, ...words);
  expect({ code: ran.code, out: ran.out }).toEqual({ code: 2, out: '' });
  expect(ran.err).toContain(why);
  expect(existsSync(dir)).toBe(false);
});

test('init --gate of a folder that holds a board ends with 2 and changes nothing', async () => {
  const dir = join(folder, 'gate');
  expect((await init(dir, '--gate', 'telnet://127.0.0.1')).code).toBe(0);
  const before = listTree(dir);
  const again = await init(dir, '--gate', 'telnet://127.0.0.2');
  expect([again.code, again.err]).toEqual([2, expect.stringContaining('is there already')]);
  expect(listTree(dir)).toEqual(before);
});
