import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initGate } from '../../src/config/init-gate';
import { TestBoard } from '../support/board';
import { KEYS, type DialledCaller } from '../support/dial';
import { FarBoard, type FarCall } from '../support/far-board';
import { PASSWORD } from '../support/sign-in';
import type { ScreenEmulator } from '../support/screen';
import { comesBack } from '../support/talk-board';

/** A caller's way through a gate, in order. */
export const WAY = [
  'dial',
  'sign in',
  'code',
  'in',
  'choose a board',
  'play',
  'come back',
] as const;

type Step = (typeof WAY)[number];

const CAVE = [
  '\x1b[2J\x1b[H\x1b[1;33m  T H E   C A V E   B E L O W   T H E   M I L L\x1b[0m',
  '',
  '\x1b[36m        /\\        ____        /\\  /\\',
  '       /  \\  /\\  /    \\  /\\  /  \\/  \\',
  '      /    \\/  \\/      \\/  \\/        \\\x1b[0m',
  '     \x1b[33m|\x1b[0m   a lantern burns at the mouth   \x1b[33m|\x1b[0m',
  '',
  'You are at the edge of a dark pool. A boat lies here.',
  'Exits: \x1b[1mnorth\x1b[0m, \x1b[1mdown\x1b[0m. You carry a lamp and some bread.',
  '',
  'alice, 12 points> ',
].join('\r\n');

/** Answers the one caller of the game behind the gate until that one quits. */
function play(call: FarCall): void {
  call.socket.write(CAVE);
  call.socket.on('data', (bytes: Buffer) => {
    const typed = bytes.toString('latin1');
    if (typed.includes('q')) call.socket.end('quit\r\n\r\nThe lamp goes out. Come again.\r\n');
    else if (typed.includes('b'))
      call.socket.write(
        'board boat\r\n\r\nYou step into the boat. It rocks.\r\n\r\nalice, 15 points> ',
      );
  });
}

/**
 * Goes the whole way of a caller by telnet, over real sockets: through the sign-in with its second factor, to a board
 * behind the gate, and back. `take` is given each step's screen, which changes afterwards.
 */
export async function goTheWay(
  theme: string,
  take: (step: Step, screen: ScreenEmulator) => void,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-way-'));
  const dir = join(folder, 'gate');
  const game = await FarBoard.open(play);
  let board: TestBoard | undefined;
  try {
    const here = `127.0.0.1:${game.port}`;
    await initGate(dir, [`telnet://${here}#The Cave`, `telnet://${here}#Harbour BBS`]);
    // In the file, so that the sysop's tool makes accounts with it.
    const file = join(dir, 'config', 'config.hjson');
    const text = await readFile(file, 'utf8');
    const themes = JSON.stringify({ theme: { preLogin: theme, default: theme } }).slice(1, -1);
    await writeFile(file, text.replace('{', `{ ${themes}`));
    board = await TestBoard.start({
      boardDir: dir,
      config: {
        general: { boardName: 'The Gate' },
        destinations: {
          'the-cave': { kind: 'telnet', name: 'The Cave', about: 'An old adventure, for one' },
          'harbour-bbs': { kind: 'telnet', name: 'Harbour BBS', about: 'Messages and files' },
        },
      },
    });
    const secret = await board.addUser('alice', PASSWORD, 'google');
    const caller = await board.telnet({ encoding: 'cp437' });
    await walk(caller, { code: () => (board as TestBoard).freshCode(secret), take });
    caller.hangUp();
  } finally {
    await board?.remove();
    await game.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function walk(
  caller: DialledCaller,
  { code, take }: { code: () => string; take: (step: Step, screen: ScreenEmulator) => void },
): Promise<void> {
  const { screen } = caller;
  await caller.sees('Sign in');
  take('dial', screen);
  caller.type(KEYS.return);
  await caller.sees('User name');
  caller.type(`alice${KEYS.return}${PASSWORD}`);
  await caller.sees('*'.repeat(PASSWORD.length));
  take('sign in', screen);
  caller.type(KEYS.return);
  await caller.sees('One-time code');
  caller.type(code());
  await caller.sees('******');
  take('code', screen);
  caller.type(KEYS.return);
  await caller.sees('Both doors are open.');
  take('in', screen);
  caller.type(KEYS.return);
  await caller.sees(/Where to[^]*Harbour BBS/);
  take('choose a board', screen);
  caller.type(KEYS.return);
  await caller.sees('alice, 12 points>');
  caller.type('b');
  await caller.sees('alice, 15 points>');
  take('play', screen);
  caller.type('q');
  await comesBack(caller, 'Where to?');
  take('come back', screen);
}
