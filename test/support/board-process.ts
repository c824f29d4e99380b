import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ConfigInput } from '../../src/config/schema';
import { dialSsh, dialTelnet, type DialledCaller, type SshDialOptions } from './dial';

const PACKAGE_DIR = join(__dirname, '..', '..');
const PATIENCE_MS = 30_000;

export interface BoardProcessOptions {
  readonly dataDir: string;
  readonly config?: ConfigInput;
  /** The package's own where nothing is said. */
  readonly boardDir?: string | undefined;
  /** A program under which the board runs: prlimit, strace. */
  readonly under?: readonly string[];
  readonly nodeOptions?: readonly string[];
}

interface RunFile {
  readonly pid: number;
  readonly servers: Readonly<Record<string, { readonly port: number }>>;
}

/**
 * The board's program as a separate process: for tests that kill it, limit it or load it from
 * outside.
 */
export class BoardProcess {
  private constructor(
    readonly child: ChildProcess,
    /** The pid of the board itself, also where it runs under another program. */
    readonly pid: number,
    readonly dataDir: string,
    readonly startMs: number,
    private readonly servers: RunFile['servers'],
  ) {}

  /** Resolves once the board reports that it listens. */
  static async start(options: BoardProcessOptions): Promise<BoardProcess> {
    const { dataDir } = options;
    const runFile = join(dataDir, 'run.json');
    rmSync(runFile, { force: true });
    const configFile = `${dataDir}.hjson`;
    writeFileSync(configFile, JSON.stringify(withFreePorts(options.config ?? {})));
    const output = openSync(`${dataDir}.out`, 'a', 0o600);
    const startedMs = performance.now();
    const [program = process.execPath, ...args] = [
      ...(options.under ?? []),
      process.execPath,
      ...(options.nodeOptions ?? []),
      ...[join(PACKAGE_DIR, 'dist', 'main.js'), '--data', dataDir, '--config', configFile],
      ...(options.boardDir === undefined ? [] : ['--board', options.boardDir]),
    ];
    const child = spawn(program, args, {
      stdio: ['ignore', output, output],
      cwd: PACKAGE_DIR,
      env: { PATH: process.env['PATH'] },
    });
    closeSync(output);
    for (;;) {
      const run = readRunFile(runFile);
      if (run !== undefined) {
        const startMs = performance.now() - startedMs;
        return new BoardProcess(child, run.pid, dataDir, startMs, run.servers);
      }
      if (child.exitCode !== null || performance.now() - startedMs > PATIENCE_MS) {
        child.kill('SIGKILL');
        const said = readFileSync(`${dataDir}.out`, 'utf8').slice(-2_000);
        throw new Error(`the board did not start (${child.exitCode}):\n${said}`);
      }
      await delay(5);
    }
  }

  get alive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** True when a tracer is attached to each of the board's threads. */
  get isTraced(): boolean {
    const tasks = readdirSync(`/proc/${this.pid}/task`);
    return tasks.every((task) => {
      const status = readFileSync(`/proc/${this.pid}/task/${task}/status`, 'utf8');
      return !/^TracerPid:\s+0$/m.test(status);
    });
  }

  port(server: string): number {
    const port = this.servers[server]?.port;
    if (port === undefined) throw new Error(`this board has no ${server} server`);
    return port;
  }

  telnet(): Promise<DialledCaller> {
    return dialTelnet({ port: this.port('telnet') });
  }

  ssh(options: Omit<SshDialOptions, 'port'>): Promise<DialledCaller> {
    return dialSsh({ port: this.port('ssh'), ...options });
  }

  /** Resident memory and CPU time of the board, measured from outside. */
  usage(): { readonly rssBytes: number; readonly cpuMs: number; readonly files: number } {
    return readUsage(this.pid);
  }

  /** kill -9, or another signal; resolves when the process is gone. */
  async end(signal: NodeJS.Signals = 'SIGKILL'): Promise<number | null> {
    if (!this.alive) return this.child.exitCode;
    const gone = new Promise<number | null>((resolve) => this.child.once('exit', resolve));
    // Under another program the board itself gets the signal; the other program ends with it.
    process.kill(this.pid, signal);
    return gone;
  }
}

/** Removes also the files that a board process left beside its data folder. */
export function removeBoardFiles(dataDir: string): void {
  for (const file of [dataDir, `${dataDir}.hjson`, `${dataDir}.out`])
    rmSync(file, { recursive: true, force: true });
}

/** What a process takes (Linux). */
interface Usage {
  readonly rssBytes: number;
  readonly cpuMs: number;
  /** Of its children that have ended. */
  readonly endedMs: number;
  readonly files: number;
}

/** Resident memory and CPU time of a process (Linux). */
export function readUsage(pid: number): Usage {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  // The name may contain spaces; the fields follow its closing bracket.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(11, 15).map(Number);
  return {
    rssBytes: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024,
    cpuMs: (user + system) * 10,
    endedMs: (endedUser + endedSystem) * 10,
    files: Number(/FDSize:\s+(\d+)/.exec(status)?.[1] ?? 0),
  };
}

function readRunFile(file: string): RunFile | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as RunFile;
  } catch {
    // Not created yet, or incomplete.
    return undefined;
  }
}

/** Has each server of a configuration take a free port, unless it names one; pictures do not move, which takes time. */
export function withFreePorts(config: ConfigInput): ConfigInput {
  const { webSocket } = config.loginServers ?? {};
  return {
    ...config,
    theme: { motion: false, ...config.theme },
    loginServers: {
      ...config.loginServers,
      telnet: { port: 0, ...config.loginServers?.telnet },
      rlogin: { port: 0, ...config.loginServers?.rlogin },
      ssh: { port: 0, ...config.loginServers?.ssh },
      webSocket: {
        ...webSocket,
        wss: { port: 0, ...webSocket?.wss },
        ws: { port: 0, ...webSocket?.ws },
      },
    },
    contentServers: {
      web: {
        ...config.contentServers?.web,
        https: { port: 0, ...config.contentServers?.web?.https },
        http: { port: 0, ...config.contentServers?.web?.http },
      },
    },
  };
}
