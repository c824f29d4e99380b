import type { Clock, Cancel } from '../base/clock';
import { LIMITS } from '../base/limits';
import type { Config } from '../config/schema';
import { createTerminal } from '../terminal/caller-terminal';
import { probeTerminal } from '../terminal/probe';
import type { Terminal } from '../terminal/terminal';
import type { Connection } from './connection';

export interface OpenTerminal {
  readonly terminal: Terminal;
  /** Resolves when size, type and encoding are known as far as they can be. */
  readonly ready: Promise<void>;
}

/**
 * Creates a terminal for a connection. First come the results of the protocol, which takes a telnet
 * client milliseconds and netcat a quarter of a second; then the terminal is queried, which takes
 * at most another 0.9 s.
 */
export function openTerminal(
  connection: Connection,
  options: {
    readonly settled: Promise<void>;
    readonly config: () => Config;
    readonly clock: Clock;
  },
): OpenTerminal {
  const { clock, settled } = options;
  const terminal = createTerminal({
    output: { write: (bytes) => connection.write(bytes) },
    clock,
    width: connection.columns,
    height: connection.rows,
    type: connection.terminalType,
    most: { width: LIMITS.preAuthColumns, height: LIMITS.preAuthRows },
  });
  const ready = settled
    .then(() => probeTerminal(terminal, { term: options.config().term, hints: connection, clock }))
    .then(() => undefined);
  return { terminal, ready };
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
