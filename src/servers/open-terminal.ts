import type { Clock, Cancel } from '../base/clock';
import { LIMITS } from '../base/limits';
import { sourceOf } from '../base/source';
import type { Config } from '../config/schema';
import { requestTaps } from '../terminal/ansi';
import { createTerminal } from '../terminal/caller-terminal';
import { probeTerminal } from '../terminal/probe';
import type { Encoding, Terminal } from '../terminal/terminal';
import type { Connection } from './connection';

export interface OpenTerminal {
  readonly terminal: Terminal;
  /** Resolves when size, type and encoding are known as far as they can be. */
  readonly ready: Promise<void>;
}

/** Clients whose encoding is remembered at the same time, and for how long. */
const MAX_REMEMBERED = 4_096;
const REMEMBERED_MS = 30 * 24 * 3600_000;

/**
 * What the terminals of earlier calls showed when they were tested, by name and source: for a call
 * whose terminal answers too late or not at all.
 */
export class EncodingMemory {
  private readonly seen = new Map<string, { encoding: Encoding; untilMs: number }>();

  constructor(private readonly clock: Clock) {}

  recall(client: { readonly type: string; readonly remoteIp: string }): Encoding | undefined {
    const known = this.seen.get(keyOf(client));
    return known !== undefined && known.untilMs > this.clock.monotonicMs()
      ? known.encoding
      : undefined;
  }

  remember(client: { readonly type: string; readonly remoteIp: string }, encoding: Encoding): void {
    const key = keyOf(client);
    this.seen.delete(key);
    this.seen.set(key, { encoding, untilMs: this.clock.monotonicMs() + REMEMBERED_MS });
    const [oldest] = this.seen.keys();
    if (this.seen.size > MAX_REMEMBERED && oldest !== undefined) this.seen.delete(oldest);
  }
}

function keyOf({ type, remoteIp }: { readonly type: string; readonly remoteIp: string }): string {
  return `${type} ${sourceOf(remoteIp)}`;
}

/**
 * Returns the function that creates the terminal of a connection. First come the results of the
 * protocol, which takes a telnet client milliseconds and netcat a quarter of a second; then the
 * terminal is queried, which takes at most another 0.9 s. What it answers later changes the screen that is shown.
 */
export function terminalOpener(options: {
  readonly config: () => Config;
  readonly clock: Clock;
}): (connection: Connection, settled: Promise<void>) => OpenTerminal {
  const { clock, config } = options;
  const memory = new EncodingMemory(clock);
  return (connection, settled) => {
    const { remoteIp } = connection;
    const terminal = createTerminal({
      output: { write: (bytes) => connection.write(bytes) },
      clock,
      width: connection.columns,
      height: connection.rows,
      type: connection.terminalType,
      most: { width: LIMITS.preAuthColumns, height: LIMITS.preAuthRows },
    });
    const probe = async (): Promise<void> => {
      await settled;
      const { term } = config();
      const recall = (type: string): Encoding | undefined => memory.recall({ type, remoteIp });
      const found = ({ type, tested }: { type: string; tested: Encoding | undefined }): void => {
        if (tested !== undefined) memory.remember({ type, remoteIp }, tested);
      };
      const late = { signal: connection.signal, found };
      found(await probeTerminal(terminal, { term, hints: connection, clock, recall, late }));
      if (connection.reportsTaps === true) terminal.write(requestTaps(true));
    };
    return { terminal, ready: probe() };
  };
}

/** While a window is dragged it is repainted at most this often (rule M8). */
const REPAINT_MS = 50;

/**
 * Coalesces changes of a terminal's size: the first is applied at once, those within the next 50 ms
 * together at their end, so that the last size is always shown.
 */
export class ResizePace {
  private cancel: Cancel | undefined;
  private waits = false;

  constructor(
    private readonly clock: Clock,
    private readonly apply: () => void,
  ) {}

  changed(): void {
    if (this.cancel !== undefined) {
      this.waits = true;
      return;
    }
    this.cancel = this.clock.after(REPAINT_MS, () => {
      this.cancel = undefined;
      if (!this.waits) return;
      this.waits = false;
      this.changed();
    });
    this.apply();
  }

  stop(): void {
    this.cancel?.();
    this.waits = false;
  }
}
