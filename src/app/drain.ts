import type { Cancel, Clock } from '../base/clock';
import type { Log } from '../base/log';
import {
  drainFile,
  type DrainOrder,
  parseDrainOrder,
  readDrainOrder,
  removeDrainOrder,
  writeDrainOrder,
} from '../config/run-file';
import { watchFiles, type FileWatch } from '../config/watch';
import type { Nodes } from '../servers/nodes';
import type { NodeState } from '../store/shared-node';
import type { Say } from '../texts/texts';

/** What new callers hear while the board is drained, and the last callers when the limit is over. */
const NO_NEW_CALLERS = 'call.no-new-callers';
const LIMIT_IS_OVER = 'call.maintenance';

const MINUTE_MS = 60_000;
/** How often callers are counted while the board is drained. */
const COUNT_MS = 500;

/** Whether the board takes new callers, and how many are on it while it is drained. */
export interface DrainState extends NodeState {
  readonly callers?: number;
}

interface DrainOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly dataDir: string;
  readonly nodes: Pick<Nodes, 'list' | 'find' | 'countHere'>;
  /** The board's sentences. */
  readonly say: Say;
  /** Called with each new state. */
  readonly onChange: (state: DrainState) => void;
}

/**
 * Empties the board before a restart, as `oputil node drain` orders by a file in the data folder, or
 * from another machine by an event, of which the board makes that file: first the balancer is told, then new callers are turned away, and those who are there stay until they leave
 * or the limit is over. The order is for this run only.
 */
export class Drain {
  private readonly watch: FileWatch;
  private order: DrainOrder | undefined;
  private endsAtMs: number | undefined;
  private isShut = false;
  private cancels: Cancel[] = [];
  private cancelCount: Cancel = () => undefined;
  private told = '';
  private endCallers: (text: typeof LIMIT_IS_OVER) => void = () => undefined;

  constructor(private readonly options: DrainOptions) {
    removeDrainOrder(options.dataDir);
    this.watch = watchFiles([drainFile(options.dataDir)], options.clock, () => this.look());
  }

  /** True from the order on: a balancer sends nobody here. */
  get isOrdered(): boolean {
    return this.order !== undefined;
  }

  /** The sentence for who calls now; undefined while callers are taken. */
  get refusal(): typeof NO_NEW_CALLERS | undefined {
    return this.isShut ? NO_NEW_CALLERS : undefined;
  }

  /** How all calls end when the limit is over. */
  onLimit(end: (text: typeof LIMIT_IS_OVER) => void): void {
    this.endCallers = end;
  }

  /** An order of another machine; what is none ends the drain. */
  take(order: unknown): void {
    const parsed = parseDrainOrder(order);
    if (parsed === undefined) removeDrainOrder(this.options.dataDir);
    else writeDrainOrder(this.options.dataDir, parsed);
    this.look();
  }

  close(): void {
    this.watch.close();
    this.cancel();
    removeDrainOrder(this.options.dataDir);
  }

  private look(): void {
    const order = readDrainOrder(this.options.dataDir);
    if (JSON.stringify(order) === JSON.stringify(this.order)) return;
    this.cancel();
    this.order = order;
    this.isShut = false;
    this.endsAtMs = undefined;
    if (order === undefined) this.options.log.info('board.drain-ended');
    else this.begin(order);
    this.count();
  }

  private begin({ leadSeconds, limitMinutes }: DrainOrder): void {
    this.options.log.info('board.draining', { leadSeconds, limitMinutes });
    this.after(leadSeconds * 1000, () => {
      this.isShut = true;
      this.count();
    });
    if (limitMinutes === undefined) return;
    const limitMs = leadSeconds * 1000 + limitMinutes * MINUTE_MS;
    this.endsAtMs = this.options.clock.monotonicMs() + limitMs;
    this.announce(limitMinutes);
    if (limitMinutes > 1) this.after(limitMs - MINUTE_MS, () => this.announce(1));
    this.after(limitMs, () => {
      this.options.log.warn('board.drain-limit', { callers: this.callers });
      this.endCallers(LIMIT_IS_OVER);
    });
  }

  private announce(minutes: number): void {
    const { nodes, say } = this.options;
    const isLast = minutes === 1;
    const text = isLast
      ? say('warning.maintenance-now')
      : say('warning.maintenance', { minutes: String(minutes) });
    for (const { node } of nodes.list()) nodes.find(node)?.post({ text, urgent: isLast });
  }

  private get callers(): number {
    return this.options.nodes.countHere;
  }

  private count(): void {
    const { callers, endsAtMs } = this;
    const state: DrainState = !this.isOrdered
      ? { state: 'open' }
      : {
          state: this.isShut && callers === 0 ? 'drained' : 'draining',
          callers,
          ...(endsAtMs === undefined ? {} : { endsAtMs }),
        };
    const text = JSON.stringify(state);
    if (text !== this.told) this.options.onChange(state);
    this.told = text;
    this.cancelCount();
    if (this.isOrdered) this.cancelCount = this.options.clock.after(COUNT_MS, () => this.count());
  }

  private after(delayMs: number, run: () => void): void {
    this.cancels.push(this.options.clock.after(delayMs, run));
  }

  private cancel(): void {
    this.cancelCount();
    for (const cancel of this.cancels.splice(0)) cancel();
  }
}
