import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { Contest, Prize } from './contests';
import type { Order, Report } from './racer';

const PATIENCE_MS = 60_000;

/** Another process of the board's, and what it says. */
export class RacingProcess {
  private constructor(private readonly child: ChildProcess) {}

  static async start(folder: string): Promise<RacingProcess> {
    const hook = join(__dirname, '..', 'support', 'ts-hook.cjs');
    const child = fork(join(__dirname, 'racer.ts'), [folder], { execArgv: ['--require', hook] });
    const racing = new RacingProcess(child);
    await racing.report();
    return racing;
  }

  async lineUp(contest: Contest, prize: Prize, runners: number): Promise<void> {
    await this.order({ kind: 'line-up', contest: contest.name, prize, runners });
  }

  async run(): Promise<number> {
    const report = await this.order({ kind: 'run' });
    return report.kind === 'ran' ? report.winners : NaN;
  }

  async stop(): Promise<void> {
    if (!this.child.connected) return;
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.send({ kind: 'stop' } satisfies Order);
    await gone;
  }

  private async order(order: Order): Promise<Report> {
    const report = this.report();
    this.child.send(order);
    return report;
  }

  private report(): Promise<Report> {
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void): void => {
        clearTimeout(timer);
        this.child.off('message', hear);
        this.child.off('exit', gone);
        settle();
      };
      const hear = (report: Report): void =>
        finish(() => (report.kind === 'failed' ? reject(new Error(report.why)) : resolve(report)));
      const gone = (code: number | null): void =>
        finish(() => reject(new Error(`the racing process ended with ${code}`)));
      const timer = setTimeout(
        () => finish(() => reject(new Error('the racing process does not answer'))),
        PATIENCE_MS,
      );
      this.child.on('message', hear);
      this.child.on('exit', gone);
    });
  }
}
