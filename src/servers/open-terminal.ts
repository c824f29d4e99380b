import type { Clock } from '../base/clock';
import type { Config } from '../config/schema';
import { createTerminal } from '../terminal/caller-terminal';
import { probeTerminal } from '../terminal/probe';
import type { Connection } from './connection';
import type { OpenTerminal } from './session';

/** Makes a caller's terminal and begins to ask what it can do; a silent client is through within a second. */
export function openTerminal(
  connection: Connection,
  options: {
    readonly settled: Promise<void>;
    readonly config: () => Config;
    readonly clock: Clock;
  },
): OpenTerminal {
  const { clock } = options;
  const terminal = createTerminal({
    output: connection,
    clock,
    ...(connection.terminalType === undefined ? {} : { type: connection.terminalType }),
    ...(connection.columns === undefined ? {} : { width: connection.columns }),
    ...(connection.rows === undefined ? {} : { height: connection.rows }),
  });
  const probed = probeTerminal(terminal, { term: options.config().term, hints: connection, clock });
  return { terminal, ready: Promise.all([options.settled, probed]).then(() => undefined) };
}
