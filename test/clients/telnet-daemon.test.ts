import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestBoard } from '../support/board';
import { BoardDir } from '../support/board-dir';
import { KEYS } from '../support/dial';
import { goToMainMenu, PASSWORD } from '../support/sign-in';
import { callerIn, comesBack, mainMenuWith } from '../support/talk-board';

const CACHE = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
const TELNETD = join(CACHE, 'sallyport', 'daemons', 'usr', 'sbin', 'telnetd');

/** In place of /bin/login: tells what the daemon knows of the caller, before and after a line. */
const LOGIN = `#!/bin/sh
echo "seen: $TERM $(stty size)"
read line
echo "got [$line] $(stty size)"
`;

describe('Debian’s telnetd behind the gate', () => {
  let folder: string;
  let server: Server;
  let dir: BoardDir;
  let board: TestBoard;

  beforeAll(async () => {
    if (!existsSync(TELNETD)) throw new Error(`${TELNETD} is not there: run .ci/programs`);
    folder = await mkdtemp(join(tmpdir(), 'sallyport-telnetd-'));
    const login = join(folder, 'login');
    await writeFile(login, LOGIN, { mode: 0o755 });
    // As inetd does it: a connection is the standard input and output of a process.
    server = createServer({ pauseOnConnect: true }, (socket) => {
      socket.on('error', () => undefined);
      const daemon = spawn(TELNETD, ['-h', '-E', login], { stdio: [socket, socket, 'ignore'] });
      daemon.once('spawn', () => socket.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const shell = { module: 'telnet_bridge', config: { host: '127.0.0.1', port, name: 'telnetd' } };
    const main = mainMenuWith({ SHELL: 'shell' }, { shell });
    dir = await BoardDir.make({ 'config/menus/main.hjson': main });
    board = await TestBoard.start({ boardDir: dir.path });
    await board.addUser('alice', PASSWORD);
  });
  afterAll(async () => {
    await board.remove();
    await dir.remove();
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true });
  });

  it('has the terminal and the window of a caller by telnet, and its end brings the menu back', async () => {
    const alice = await callerIn(board, 'alice', PASSWORD);
    alice.type(`SHELL${KEYS.return}`);
    await alice.sees('seen: ansi 24 80');
    alice.type('hello\r');
    await alice.sees('got [hello] 24 80');
    await comesBack(alice, 'Command');
    expect(board.events('onward.ended').at(-1)).toMatchObject({ end: 'board' });
    alice.hangUp();
  });

  it('has each change of the window of a caller by SSH', async () => {
    const alice = await board.ssh({ userName: 'alice', password: PASSWORD });
    await goToMainMenu(alice);
    alice.type(`SHELL${KEYS.return}`);
    await alice.sees(/seen: \S+ 24 80/);
    alice.resize(90, 30);
    alice.type('hello\r');
    await alice.sees('got [hello] 30 90');
    alice.hangUp();
  });
});
