import type { Clock } from '../base/clock';
import { LIMITS } from '../base/limits';
import type { Config } from '../config/schema';
import { createTerminal } from '../terminal/caller-terminal';
import { probeTerminal } from '../terminal/probe';
import type { Terminal } from '../terminal/terminal';
import type { Connection } from './connection';

export interface OpenTerminal {
  readonly terminal: Terminal;
  /** Resolves when size, type and encoding are as well known as they will be. */
  readonly ready: Promise<void>;
}

/**
 * A terminal on a connection. What the way in learns by itself comes first, which takes a telnet client
 * milliseconds and netcat a quarter of a second; then the terminal is asked, which takes another 0.9 s at most.
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
