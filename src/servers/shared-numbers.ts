import { toError } from '../base/errors';
import type { Log } from '../base/log';
import type { SharedNode } from '../store/shared-node';
import type { NodeNumbers } from './nodes';

interface SharedNumbersOptions {
  readonly node: Pick<SharedNode, 'reserve' | 'giveBack' | 'others'>;
  /** Limit of nodes of the whole board; 0 is no limit. */
  readonly most: () => number;
  readonly log: Log;
}

/** Numbers that are held for callers to come, at most; a few of a small board, so that others have some too. */
const SPARE = 10;

/**
 * The node numbers of one process among several: reserved in the database some at a time, so that a caller
 * who connects costs no statement, and no two processes have the same.
 */
export class SharedNumbers implements NodeNumbers {
  private free: number[] = [];
  private work: Promise<void> = Promise.resolve();
  private isFilling = false;
  /** Raised when all numbers are lost. */
  private era = 0;

  constructor(private readonly options: SharedNumbersOptions) {}

  take(): number | undefined {
    const node = this.free.shift();
    this.keepSpare();
    return node;
  }

  giveBack(node: number): void {
    this.free.push(node);
    this.free.sort((a, b) => a - b);
    this.keepSpare();
  }

  elsewhere(): number {
    return this.options.node.others().reduce((sum, { slots }) => sum + slots, 0);
  }

  processes(): number {
    return this.options.node.others().length + 1;
  }

  async whenFree(): Promise<void> {
    if (this.free.length === 0) await this.fill();
  }

  /** All numbers are somebody else's by now. */
  lose(): void {
    this.era += 1;
    this.free = [];
  }

  /** Reserves what is missing. */
  fill(): Promise<void> {
    return this.next(async () => {
      const { node, most } = this.options;
      const { era } = this;
      const missing = this.spare() - this.free.length;
      const more = await node.reserve(missing, most());
      if (era === this.era) this.free = [...this.free, ...more].sort((a, b) => a - b);
    });
  }

  private spare(): number {
    const { most } = this.options;
    const share = Math.floor(most() / (4 * this.processes()));
    return most() === 0 ? SPARE : Math.max(1, Math.min(SPARE, share));
  }

  private keepSpare(): void {
    const spare = this.spare();
    if (this.free.length > 2 * spare) {
      const surplus = this.free.splice(spare);
      void this.next(() => this.options.node.giveBack(surplus));
    } else if (this.free.length <= spare / 2 && !this.isFilling) {
      this.isFilling = true;
      void this.fill().finally(() => (this.isFilling = false));
    }
  }

  /** One after the other; what fails is tried again with the next caller. */
  private next(job: () => Promise<void>): Promise<void> {
    this.work = this.work.then(job).catch((error: unknown) => {
      this.options.log.warn('node.numbers-not-stored', { error: toError(error) });
    });
    return this.work;
  }
}
