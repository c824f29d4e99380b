import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { BoardProcess } from '../support/board-process';

/** Not on every machine; `.ci/run` installs it, and then leaves out nothing that needs it. */
export const HAS_STRACE = spawnSync('strace', ['-V']).status === 0;

/** Shows what was left out; where every fault has to be there, that is a failure. */
export function withoutStrace(what: string): void {
  if (process.env['SALLYPORT_ALL_FAULTS'] === undefined) test.todo(`without strace: ${what}`);
  else
    test(what, () => {
      throw new Error('strace is not installed');
    });
}

/** strace on every thread of a running board, until it is let go. */
export class Strace {
  private constructor(private readonly tracer: ChildProcess) {}

  static async attach(board: BoardProcess, ...args: readonly string[]): Promise<Strace> {
    const tracer = spawn('strace', ['-f', '-qq', '-p', `${board.pid}`, ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    tracer.stderr.resume();
    while (!board.isTraced) {
      if (tracer.exitCode !== null) throw new Error(`strace ended with ${tracer.exitCode}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return new Strace(tracer);
  }

  async letGo(): Promise<void> {
    const gone = once(this.tracer, 'exit');
    this.tracer.kill('SIGINT');
    await gone;
  }
}
