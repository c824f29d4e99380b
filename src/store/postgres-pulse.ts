import { setTimeout as delay } from 'node:timers/promises';
import { systemClock } from '../base/clock';
import { BbsError } from '../base/errors';
import type { Log } from '../base/log';
import { sqlStateOf } from './sql-state';

/** How long a statement may wait before the server is asked whether it still answers, and for how long it is asked. */
const WAIT_MS = 1_000;
const ANSWER_MS = 1_000;
/** The same while it is silent, and how soon it is asked again. */
const PATIENCE_MS = 2_000;
const AGAIN_MS = 250;

interface PulseOptions {
  readonly where: string;
  readonly log: Log;
  /** Asks the server for anything, on a new connection, in `limitMs` at most. */
  readonly ask: (limitMs: number) => Promise<void>;
  /** Ends all connections, with what waits on them. */
  readonly cut: () => void;
}

/**
 * Knows whether the server answers. Where it does not, the wait of every caller ends, and who comes later does not
 * begin one, until it answers again. A statement that only takes long is not cut: the server is asked beside it.
 * Nothing is asked while no statement waits.
 */
export class PostgresPulse {
  /** Statements on their way, the oldest first. */
  private readonly waits = new Set<{ readonly sinceMs: number }>();
  /** What ends the waits for a connection of the pool. */
  private readonly turns = new Set<() => void>();
  private answers = 0;
  private state: 'answers' | 'asked' | 'silent' | 'closed' = 'answers';
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: PulseOptions) {}

  /** Watches over `work`, which waits for an answer of the server. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    const wait = { sinceMs: systemClock.monotonicMs() };
    this.waits.add(wait);
    if (this.timer === undefined && this.state === 'answers') this.lookAfter(WAIT_MS);
    try {
      const result = await work();
      this.answers += 1;
      return result;
    } catch (error) {
      if (isAnswer(error)) this.answers += 1;
      throw error;
    } finally {
      this.waits.delete(wait);
    }
  }

  /** A connection of the pool. Throws TIMED_OUT as soon as the server is silent: nothing was done. */
  turn<T>(acquire: () => Promise<T>, giveBack: (connection: T) => Promise<void>): Promise<T> {
    if (this.state === 'silent') return Promise.reject(silence(this.options.where));
    return new Promise((resolve, reject) => {
      let isGivenUp = false;
      const giveUp = (): void => {
        isGivenUp = true;
        reject(silence(this.options.where));
      };
      this.turns.add(giveUp);
      acquire()
        .then((connection) => {
          if (isGivenUp) return giveBack(connection);
          resolve(connection);
          return undefined;
        })
        .catch(reject)
        .finally(() => this.turns.delete(giveUp));
    });
  }

  close(): void {
    this.state = 'closed';
    clearTimeout(this.timer);
  }

  private lookAfter(delayMs: number): void {
    this.timer = setTimeout(() => this.look(), delayMs);
    this.timer.unref();
  }

  private look(): void {
    this.timer = undefined;
    const [oldest] = this.waits;
    if (oldest === undefined) return;
    const leftMs = oldest.sinceMs + WAIT_MS - systemClock.monotonicMs();
    if (leftMs > 0) this.lookAfter(leftMs);
    else void this.askBeside();
  }

  private async askBeside(): Promise<void> {
    this.state = 'asked';
    const before = this.answers;
    const answers = (await this.hasAnswer(ANSWER_MS)) || this.answers !== before;
    if (this.state !== 'asked') return;
    if (!answers) await this.untilAnswer();
    if (this.isClosed()) return;
    this.state = 'answers';
    if (this.waits.size > 0) this.lookAfter(WAIT_MS);
  }

  private async untilAnswer(): Promise<void> {
    const { where, log, cut } = this.options;
    this.state = 'silent';
    log.warn('store.silent', { detail: where });
    for (const giveUp of this.turns) giveUp();
    cut();
    while (!this.isClosed() && !(await this.hasAnswer(PATIENCE_MS)))
      await delay(AGAIN_MS, undefined, { ref: false });
  }

  private hasAnswer(limitMs: number): Promise<boolean> {
    return this.options.ask(limitMs).then(() => true, isAnswer);
  }

  /** A method, as it changes during a wait. */
  private isClosed(): boolean {
    return this.state === 'closed';
  }
}

function silence(where: string): BbsError {
  return new BbsError('TIMED_OUT', `${where} does not answer`);
}

/** True for what the server itself has said, other than that it begins or ends. */
function isAnswer(error: unknown): boolean {
  const state = sqlStateOf(error);
  return state !== '' && !state.startsWith('57P');
}
