import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { TestBoard } from '../support/board';
import { BoardDir } from '../support/board-dir';
import { KEYS, type DialledCaller } from '../support/dial';
import { eventually } from '../support/raw-caller';
import { freePort } from '../support/relay';
import { PASSWORD } from '../support/sign-in';
import { callerIn, mainMenuWith } from '../support/talk-board';
import { pathOf, run } from './programs';

describe('OpenSSH’s sshd behind the gate, as docs/gate.md has it', () => {
  let folder: string;
  let server: ChildProcess;
  let dir: BoardDir;
  let board: TestBoard;
  let alice: DialledCaller;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sallyport-sshd-'));
    for (const name of ['host', 'far-key'])
      await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)]);
    const port = await freePort();
    const config = [
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${join(folder, 'host')}`,
      `AuthorizedKeysFile ${join(folder, 'far-key.pub')}`,
      `PidFile ${join(folder, 'pid')}`,
      'StrictModes no',
      'PermitRootLogin prohibit-password',
      'UsePAM no',
    ];
    await writeFile(join(folder, 'sshd_config'), `${config.join('\n')}\n`);
    // The folder of privilege separation, which Debian's service makes.
    await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
    let said = '';
    server = spawn(pathOf('sshd'), ['-D', '-e', '-f', join(folder, 'sshd_config')]);
    server.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await eventually(`sshd: ${said}`, () => said.includes('listening'));
    const { out: printed } = await run('ssh-keygen', ['-lf', join(folder, 'host.pub')]);
    const hostKey = /SHA256:\S+/.exec(printed)?.[0];
    const shell = {
      module: 'ssh_bridge',
      config: {
        ...{ host: '127.0.0.1', port, name: 'A shell', hostKey },
        userName: userInfo().username,
        privateKey: await readFile(join(folder, 'far-key'), 'utf8'),
      },
    };
    dir = await BoardDir.make({
      'config/menus/main.hjson': mainMenuWith({ SHELL: 'shell' }, { shell }),
    });
    board = await TestBoard.start({ boardDir: dir.path });
    await board.addUser('alice', PASSWORD);
  });
  afterAll(async () => {
    server.kill();
    await board.remove();
    await dir.remove();
    await rm(folder, { recursive: true });
  });

  it('gives a caller a shell with the terminal and the window that he has', async () => {
    alice = await callerIn(board, 'alice', PASSWORD);
    alice.type(`SHELL${KEYS.return}`);
    await alice.sees('brings you back');
    await board.logged('onward.began');
    alice.type(`PS1='> '; echo "seen: $TERM $(stty size)"\r`);
    await alice.sees('seen: ansi 24 80');
    alice.type('exit\r');
    await alice.sees('Command');
    alice.hangUp();
  });
});
