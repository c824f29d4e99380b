import type { Clock } from '../base/clock';
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
