import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { BoardProcess, type BoardProcessOptions } from '../test/support/board-process';

const RUNNER = join(__dirname, '..', 'misc', 'scripts', 'run-ts.cjs');

/** A load generator or a bare server: a process of its own that says lines of JSON. */
export class Helper {
  readonly pid: number;
  private readonly lines: AsyncIterator<string>;

  private constructor(private readonly child: ChildProcess) {
    this.pid = child.pid ?? 0;
    if (child.stdout === null) throw new Error('no output');
    this.lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  /** Runs bench/load/<name>.ts with one argument. */
  static start(name: string, argument: unknown, nodeOptions: readonly string[] = []): Helper {
    const script = join(__dirname, 'load', `${name}.ts`);
    const args = [...nodeOptions, RUNNER, script, JSON.stringify(argument)];
    return new Helper(spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] }));
  }

  /** The next thing it says. */
  async says<T>(): Promise<T> {
    const { value, done } = await this.lines.next();
    if (done === true) throw new Error('the helper ended without an answer');
    return JSON.parse(value) as T;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGKILL');
    await gone;
  }
}

/** A helper that measures once and ends. */
export async function measure<T>(name: string, argument: unknown): Promise<T> {
  const helper = Helper.start(name, argument);
  try {
    return await helper.says<T>();
  } finally {
    await helper.stop();
  }
}

/** Ends whatever this process has started and is still there: a bench leaves nothing behind. */
export function endChildren(): void {
  for (const pid of readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)) {
    if (parentOf(pid) !== process.pid) continue;
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // Gone by itself.
    }
  }
}

function parentOf(pid: number): number | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(status.replace(/^.*\) /, '').split(' ')[1]);
  } catch {
    // Ended between the two looks.
    return undefined;
  }
}

/** Descriptors that a process may have: each caller takes one here and one there. */
export function mostFiles(): number {
  const limits = readFileSync('/proc/self/limits', 'utf8');
  return Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? 1024);
}

/** A helper's side of it. */
export function readArgument<T>(): T {
  return JSON.parse(process.argv[2] ?? 'null') as T;
}

export function say(line: unknown): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** Many callers from one machine: limits per source and the early drop are not what is measured. */
export function startBoard(options: BoardProcessOptions): Promise<BoardProcess> {
  return BoardProcess.start({
    ...options,
    config: {
      ...options.config,
      users: { loginGraceSeconds: 600, preAuthIdleLogoutSeconds: 3600 },
      security: {
        ...options.config?.security,
        earlyDrop: '50000:30:100000',
        maxPerSource: 100_000,
        maxPreAuthPerSource: 100_000,
      },
      logging: { level: 'warn' },
    },
  });
}
