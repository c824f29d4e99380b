import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readUsage } from '../support/board-process';

/** Where Debian's packages put the programs of the server. */
export const SERVERS = '/usr/lib/postgresql';

/** The programs of the newest server that is there. */
export function findServer(): string | undefined {
  if (!existsSync(SERVERS)) return undefined;
  return readdirSync(SERVERS)
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(SERVERS, version, 'bin'))
    .find((bin) => existsSync(join(bin, 'initdb')));
}

/** A PostgreSQL server of one's own in a temporary folder, on a socket in it. */
export class Cluster {
  private constructor(
    private readonly bin: string,
    readonly folder: string,
    private readonly settings: readonly string[],
    private readonly port: number,
  ) {}

  /**
   * A server with a role and a database called `board`, and more settings than those of all tests. The port is
   * part of its socket's name as well.
   */
  static start(
    settings: readonly string[] = [],
    prepare?: (folder: string) => void,
    port = 5432,
  ): Cluster {
    const bin = findServer();
    if (bin === undefined) throw new Error(`there is no PostgreSQL in ${SERVERS}`);
    const cluster = new Cluster(bin, mkdtempSync(join(tmpdir(), 'sallyport-pg-')), settings, port);
    chmodSync(cluster.folder, 0o755);
    prepare?.(cluster.folder);
    if (process.getuid?.() === 0) execFileSync('chown', ['-R', 'postgres', cluster.folder]);
    const login = ['-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync'];
    cluster.run('initdb', ['-D', cluster.data, ...login]);
    cluster.goOn();
    const address = ['-h', cluster.folder, '-p', String(port), '-U', 'postgres'];
    cluster.run('createuser', [...address, '-D', '-R', '-S', 'board']);
    cluster.run('createdb', [...address, '-O', 'board', 'board']);
    return cluster;
  }

  /** A replica of another one, which waits with each commit until this one has it. */
  static standbyOf(primary: Cluster): Cluster {
    const { bin, settings, port } = primary;
    const cluster = new Cluster(bin, mkdtempSync(join(tmpdir(), 'sallyport-pg-')), settings, port);
    chmodSync(cluster.folder, 0o755);
    if (process.getuid?.() === 0) execFileSync('chown', ['postgres', cluster.folder]);
    const from = ['-h', primary.folder, '-p', String(port), '-U', 'postgres'];
    cluster.run('pg_basebackup', [...from, '-D', cluster.data, '-R', '-c', 'fast', '--no-sync']);
    cluster.goOn();
    primary.asAdmin("alter system set synchronous_standby_names = '*'");
    primary.asAdmin('select pg_reload_conf()');
    return cluster;
  }

  /** Runs a statement as the owner of the server. */
  asAdmin(statement: string): void {
    const to = ['-h', this.folder, '-p', String(this.port), '-U', 'postgres', '-d', 'postgres'];
    this.run('psql', [...to, '-X', '-q', '-c', statement]);
  }

  /** Makes a replica the one that takes writes. */
  promote(): void {
    this.run('pg_ctl', ['-D', this.data, '-w', 'promote']);
  }

  /** Starts the server again after a halt; it takes calls when this returns. */
  goOn(): void {
    const settings = [
      `-k ${this.folder}`,
      `-p ${this.port}`,
      "-c listen_addresses=''",
      '-c max_connections=300',
      // The machine does not crash in these tests.
      '-c fsync=off',
      '-c full_page_writes=off',
      ...this.settings,
    ];
    const log = join(this.folder, 'log');
    this.run('pg_ctl', ['-D', this.data, '-w', '-l', log, '-o', settings.join(' '), 'start']);
  }

  /** `fast` ends all connections, `immediate` is a crash. */
  halt(mode: 'fast' | 'immediate'): void {
    this.run('pg_ctl', ['-D', this.data, '-m', mode, '-w', 'stop']);
  }

  /** Stops all processes of the server where they stand, until `thaw`. */
  freeze(): void {
    for (const pid of this.processes()) process.kill(pid, 'SIGSTOP');
  }

  /** Lets nobody in any more, until `thaw`; who is connected stays so. */
  shut(): void {
    const [first = 0] = this.processes();
    process.kill(first, 'SIGSTOP');
  }

  thaw(): void {
    // The first one last: until it goes on none of the others is gone.
    for (const pid of [...this.processes()].reverse()) process.kill(pid, 'SIGCONT');
  }

  /** CPU time in ms that the server has taken so far, with its processes that have ended. */
  cpuMs(): number {
    const [first = 0, ...begun] = this.processes();
    const { cpuMs, endedMs } = readUsage(first);
    return begun.reduce((sum, pid) => sum + cpuOf(pid), cpuMs + endedMs);
  }

  remove(): void {
    if (existsSync(join(this.data, 'postmaster.pid'))) this.halt('immediate');
    rmSync(this.folder, { recursive: true, force: true });
  }

  private get data(): string {
    return join(this.folder, 'data');
  }

  /** The server's first process, and those that it has begun. */
  private processes(): readonly number[] {
    const first = Number(readFileSync(join(this.data, 'postmaster.pid'), 'utf8').split('\n', 1)[0]);
    const begun = readFileSync(`/proc/${first}/task/${first}/children`, 'utf8').trim();
    return [
      first,
      ...begun
        .split(' ')
        .filter((text) => text !== '')
        .map(Number),
    ];
  }

  /** The server refuses to run as root. */
  private run(program: string, args: readonly string[]): void {
    const command = [join(this.bin, program), ...args];
    const asOther = process.getuid?.() === 0 ? ['runuser', '-u', 'postgres', '--'] : [];
    const [file = '', ...rest] = [...asOther, ...command];
    execFileSync(file, rest, { stdio: ['ignore', 'ignore', 'inherit'], cwd: this.folder });
  }
}

function cpuOf(pid: number): number {
  try {
    return readUsage(pid).cpuMs;
  } catch {
    // Ended between the two looks, and counted with the ended ones the next time.
    return 0;
  }
}
