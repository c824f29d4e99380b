import { spawn, type ChildProcess } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { initGate } from '../../src/config/init-gate';
import { TestBoard } from '../support/board';
import { BoardDir } from '../support/board-dir';
import { KEYS, type DialledCaller } from '../support/dial';
import { FarBoard } from '../support/far-board';
import { eventually } from '../support/raw-caller';
import { freePort } from '../support/relay';
import { PASSWORD, signIn } from '../support/sign-in';
import { callerIn, comesBack, mainMenuWith } from '../support/talk-board';
import { pathOf, run } from './programs';

describe('OpenSSH’s sshd behind the gate, as docs/gate.md has it', () => {
  let folder: string;
  let port: number;
  let hostKey: string | undefined;
  let server: ChildProcess;
  let dir: BoardDir;
  let board: TestBoard;
  let alice: DialledCaller;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sallyport-sshd-'));
    for (const name of ['host', 'far-key', 'authority', 'stranger', 'ed25519'])
      await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)]);
    await run('ssh-keygen', ['-q', '-t', 'rsa', '-b', '3072', '-N', '', '-f', join(folder, 'rsa')]);
    const account = userInfo().username;
    for (const key of ['ed25519', 'rsa']) {
      const about = ['-q', '-I', 'gate', '-n', account, '-V', '+1d'];
      await run('ssh-keygen', [
        '-s',
        join(folder, 'authority'),
        ...about,
        join(folder, `${key}.pub`),
      ]);
    }
    port = await freePort();
    const config = [
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${join(folder, 'host')}`,
      `TrustedUserCAKeys ${join(folder, 'authority.pub')}`,
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
    hostKey = /SHA256:\S+/.exec(printed)?.[0];
    const shell = {
      module: 'ssh_bridge',
      config: {
        ...{ host: '127.0.0.1', port, name: 'A shell', hostKey },
        userName: userInfo().username,
        privateKey: await readFile(join(folder, 'far-key'), 'utf8'),
      },
    };
    const certified = async (key: string, cert: string): Promise<object> => ({
      module: 'ssh_bridge',
      config: {
        ...shell.config,
        privateKey: await readFile(join(folder, key), 'utf8'),
        certificate: await readFile(join(folder, `${cert}-cert.pub`), 'utf8'),
      },
    });
    const menus = {
      shell,
      ed25519: await certified('ed25519', 'ed25519'),
      rsa: await certified('rsa', 'rsa'),
      other: await certified('stranger', 'ed25519'),
    };
    const names = Object.keys(menus);
    const commands = Object.fromEntries(names.map((name) => [name.toUpperCase(), name]));
    dir = await BoardDir.make({ 'config/menus/main.hjson': mainMenuWith(commands, menus) });
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
    await comesBack(alice, 'Command');
    alice.hangUp();
  });

  it.each(['ed25519', 'rsa'])(
    'takes a key that it does not know by a certificate of an authority that it does (%s)',
    async (kind) => {
      alice = await callerIn(board, 'alice', PASSWORD);
      alice.type(`${kind.toUpperCase()}${KEYS.return}`);
      await alice.sees('brings you back');
      alice.type(`PS1='> '; echo "in: $(id -u)"\r`);
      await alice.sees(`in: ${userInfo().uid}`);
      alice.type('exit\r');
      await comesBack(alice, 'Command');
      alice.hangUp();
    },
  );

  it('is sent no certificate of another key', async () => {
    alice = await callerIn(board, 'alice', PASSWORD);
    alice.type(`OTHER${KEYS.return}`);
    await alice.sees('A shell does not take your call. Please tell the sysop.');
    const failure = JSON.stringify(board.events('onward.failed').at(-1));
    expect(failure).toMatch(/the certificate is none of the private key/);
    alice.hangUp();
  });

  it('is the way to a board by rlogin, for a key that may do this alone', async () => {
    const far = await FarBoard.open();
    const authorized = join(folder, 'far-key.pub');
    const key = await readFile(authorized, 'utf8');
    const may = `restrict,port-forwarding,permitopen="127.0.0.1:${far.port}"`;
    await writeFile(authorized, `${may} ${key}`);
    const gateDir = join(folder, 'gate');
    await initGate(gateDir, [`rlogin://127.0.0.1:${far.port}#Far Board`]);
    await copyFile(join(folder, 'far-key'), join(gateDir, 'config', 'far-key'));
    const file = join(gateDir, 'config', 'config.hjson');
    const text = await readFile(file, 'utf8');
    const tunnel = `tunnel: { host: "127.0.0.1", port: ${port}, userName: "${userInfo().username}",
      hostKey: "${hostKey}", privateKey: "@file:far-key" }`;
    await writeFile(file, text.replace('kind: "rlogin"', `kind: "rlogin"\n${tunnel}`));
    const gate = await TestBoard.start({ boardDir: gateDir });
    try {
      await gate.addUser('bob', PASSWORD);
      const bob = await gate.telnet();
      await signIn(bob, 'bob');
      await bob.sees('Both doors are open.');
      bob.type(KEYS.return);
      await bob.sees('Far Board');
      bob.type(KEYS.return);
      const call = await far.call();
      await call.sees('\0bob\0bob\0ansi/115200\0');
      call.send('\0Welcome through sshd');
      await bob.sees('Welcome through sshd');
      bob.type('hello');
      await call.sees('hello');
      call.socket.end();
      await gate.logged('onward.ended', { end: 'board' });
      bob.hangUp();
    } finally {
      await gate.remove();
      await far.close();
      await writeFile(authorized, key);
    }
  });
});
