import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SERVERS = '/usr/lib/postgresql';
const ROOT = join(__dirname, '..', '..');

/** The newest server that Debian's packages have put there. */
function findServer(): string | undefined {
  if (!existsSync(SERVERS)) return undefined;
  return readdirSync(SERVERS)
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(SERVERS, version, 'bin'))
    .find((bin) => existsSync(join(bin, 'initdb')));
}

/** A PostgreSQL server of one's own in a temporary folder, on a socket in it. */
class Cluster {
  readonly folder = mkdtempSync(join(tmpdir(), 'sallyport-pg-'));
  private readonly data = join(this.folder, 'data');

  constructor(private readonly bin: string) {
    chmodSync(this.folder, 0o755);
    if (process.getuid?.() === 0) execFileSync('chown', ['postgres', this.folder]);
    this.run('initdb', [
      '-D',
      this.data,
      '-U',
      'postgres',
      '-A',
      'trust',
      '-E',
      'UTF8',
      '--no-sync',
    ]);
    const settings = [
      `-k ${this.folder}`,
      "-c listen_addresses=''",
      '-c max_connections=300',
      // The machine does not crash in these tests.
      '-c fsync=off',
      '-c full_page_writes=off',
    ];
    this.run('pg_ctl', [
      '-D',
      this.data,
      '-w',
      '-l',
      join(this.folder, 'log'),
      '-o',
      settings.join(' '),
      'start',
    ]);
    const address = ['-h', this.folder, '-U', 'postgres'];
    this.run('createuser', [...address, '-D', '-R', '-S', 'board']);
    this.run('createdb', [...address, '-O', 'board', 'board']);
  }

  stop(): void {
    this.run('pg_ctl', ['-D', this.data, '-m', 'immediate', 'stop']);
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The server refuses to run as root. */
  private run(program: string, args: readonly string[]): void {
    const command = [join(this.bin, program), ...args];
    const asOther = process.getuid?.() === 0 ? ['runuser', '-u', 'postgres', '--'] : [];
    const [file = '', ...rest] = [...asOther, ...command];
    execFileSync(file, rest, { stdio: ['ignore', 'ignore', 'inherit'], cwd: this.folder });
  }
}

function main(): number {
  const bin = findServer();
  if (bin === undefined) {
    process.stderr.write(`there is no PostgreSQL in ${SERVERS}: apt-get install postgresql\n`);
    return process.env['SALLYPORT_ALL_POSTGRES'] === undefined ? 0 : 1;
  }
  const cluster = new Cluster(bin);
  try {
    const jest = join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js');
    const given = process.argv.slice(2);
    const config = given.includes('--config')
      ? []
      : ['--config', join(__dirname, 'jest.config.cjs')];
    const { status } = spawnSync(process.execPath, [jest, ...config, ...given], {
      stdio: 'inherit',
      cwd: ROOT,
      env: { ...process.env, SALLYPORT_TEST_POSTGRES: cluster.folder },
    });
    return status ?? 1;
  } finally {
    cluster.stop();
  }
}

process.exitCode = main();
