import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { eventually } from '../support/raw-caller';
import { output, pathOf, type Ran } from './programs';
import { TmuxTerminal } from './tmux';

const ROOT = resolve(__dirname, '..', '..');
const PATIENCE_MS = 30_000;

/** Programs that the set-up and the commands of the docs need; a missing one is a failure. */
const NEEDED = ['unshare', 'nsenter', 'mount', 'ip', 'runuser', 'useradd', 'openssl', 'logrotate'];

/**
 * Run as its first process: what it mounts and makes is gone with it. It ends with its standard input, and
 * everything in it does, too.
 */
const SET_UP = `
set -e
ip link set lo up
mount --make-rprivate /
mount -t tmpfs -o mode=755 fresh /mnt
mkdir /mnt/program /mnt/bin /mnt/home /mnt/srv /mnt/logrotate
mount --bind "$1" /mnt/program
mkdir -p /mnt/program/node_modules
mount --bind "$2" /mnt/program/node_modules
ln -s ../program/dist/main.js /mnt/bin/sallyport
ln -s ../program/dist/oputil/main.js /mnt/bin/oputil
cp -a /etc /mnt/etc
for folder in etc home srv; do mount --bind "/mnt/$folder" "/$folder"; done
mount --bind /mnt/logrotate /var/lib/logrotate
echo '127.0.0.1 bbs.example.org smtp.example.org' >> /etc/hosts
# Nobody answers here, and says so at once.
rm /etc/resolv.conf && echo 'nameserver 127.0.0.1' > /etc/resolv.conf
echo ready
exec cat`;

/** A server that runs in the machine, and what it has said. */
export class MachineProcess {
  out = '';
  err = '';
  /** Resolves with the exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
  private hasEnded = false;

  constructor(child: ChildProcess) {
    child.stdout?.on('data', (chunk: Buffer) => (this.out += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (this.err += chunk.toString()));
    this.ended = new Promise((resolveEnd) => {
      child.once('close', (code, signal) => {
        this.hasEnded = true;
        resolveEnd(code ?? signal ?? '');
      });
    });
  }

  /** Resolves once it has printed this. */
  async says(text: string): Promise<void> {
    await eventually(`'${text}'`, () => this.out.includes(text) || this.hasEnded);
    if (!this.out.includes(text)) throw new Error(`it ended: ${this.out}${this.err}`);
  }
}

/**
 * A Debian machine of its own on this one (namespaces of Linux, which take root): the same programs, but its
 * own accounts, home folders, /etc, /srv, processes and network. `sallyport` and `oputil` are on the
 * PATH, unpacked from `npm pack`, with the packages of this tree.
 */
export class FreshMachine {
  private constructor(
    private readonly first: ChildProcess,
    private readonly pid: string,
    private readonly packed: string,
  ) {}

  static async start(): Promise<FreshMachine> {
    for (const program of NEEDED) pathOf(program);
    const packed = mkdtempSync(join(tmpdir(), 'sallyport-packed-'));
    chmodSync(packed, 0o755);
    const pack = ['pack', ROOT, '--ignore-scripts', '--silent', '--pack-destination', packed];
    const archive = join(packed, (await output('npm', pack)).trim());
    await output('tar', ['-xzf', archive, '-C', packed, '--strip-components=1']);
    // As npm does for each `bin`.
    for (const bin of ['main.js', 'oputil/main.js']) chmodSync(join(packed, 'dist', bin), 0o755);
    const apart = ['--net', '--mount', '--pid', '--fork', '--mount-proc', '--kill-child'];
    const setUp = ['sh', '-c', SET_UP, 'sh', packed, join(ROOT, 'node_modules')];
    const first = spawn(pathOf('unshare'), [...apart, ...setUp]);
    await new MachineProcess(first).says('ready');
    const children = `/proc/${first.pid}/task/${first.pid}/children`;
    return new FreshMachine(first, readFileSync(children, 'utf8').trim(), packed);
  }

  /** Starts a shell command as this user, in his home folder. */
  spawn(user: string, command: string): ChildProcess {
    const [program = '', ...args] = this.shell(user, command);
    return spawn(pathOf(program), args, { cwd: '/' });
  }

  /** The same to its end. */
  run(user: string, command: string, input = ''): Promise<Ran> {
    return new Promise((resolveRan, reject) => {
      const child = this.spawn(user, command);
      let [out, err] = ['', ''];
      child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
      child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()));
      const giveUp = setTimeout(() => {
        child.kill('SIGKILL');
        reject(new Error(`'${command}' did not end; it said:\n${out}${err}`));
      }, PATIENCE_MS);
      child.once('close', (code) => {
        clearTimeout(giveUp);
        resolveRan({ exitCode: code ?? -1, out, err });
      });
      // A command that ends before it has read all is judged by its exit code.
      child.stdin?.on('error', () => undefined);
      child.stdin?.end(input);
    });
  }

  /** The same for a command that must succeed: what it printed. */
  async output(user: string, command: string, input = ''): Promise<string> {
    const { exitCode, out, err } = await this.run(user, command, input);
    if (exitCode !== 0) throw new Error(`'${command}' ended with ${exitCode}:\n${out}${err}`);
    return out;
  }

  /** Where a file of the machine is for this process. */
  path(file: string): string {
    return join(`/proc/${this.pid}/root`, file);
  }

  /** A terminal of this user. */
  terminal(user: string, command: string): Promise<TmuxTerminal> {
    return TmuxTerminal.open(this.shell(user, command));
  }

  /** A program of this tree that shares the network of the machine, and ends with it. */
  spawnInNetwork(command: readonly string[]): MachineProcess {
    const args = ['--target', this.pid, '--net', '--pid', ...command];
    return new MachineProcess(spawn(pathOf('nsenter'), args, { cwd: ROOT }));
  }

  async remove(): Promise<void> {
    const gone = new Promise((resolveGone) => this.first.once('close', resolveGone));
    this.first.stdin?.end();
    await gone;
    rmSync(this.packed, { recursive: true });
  }

  private shell(user: string, command: string): readonly string[] {
    const home = user === 'root' ? '/root' : `/home/${user}`;
    const path = `/mnt/bin:${dirname(process.execPath)}:/usr/sbin:/usr/bin:/sbin:/bin`;
    const env = [`HOME=${home}`, `PATH=${path}`, `USER=${user}`, 'LANG=C.UTF-8', 'TERM=screen'];
    // The mail server's certificate is of an authority that only this machine knows.
    const authority = 'NODE_EXTRA_CA_CERTS=/etc/ssl/bbs/ca.pem';
    const as = user === 'root' ? [] : ['runuser', '-u', user, '--'];
    return [
      ...['nsenter', '--target', this.pid, '--net', '--mount', '--pid', ...as],
      ...['env', '-i', ...env, authority, 'bash', '-c', `cd ~ && ${command}`],
    ];
  }
}
