import type { Clock } from '../base/clock';

/** How the tool talks: the terminal for the bin, plain text for tests and embedders. */
export interface OputilIo {
  out(text: string): void;
  err(text: string): void;
  /** One line of input, '' at its end; `secret` is not shown while it is typed. */
  readLine(prompt: string, secret?: boolean): Promise<string>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** True where a person sits at it, who can be asked for a password. */
  readonly interactive?: boolean;
  /** Columns of the terminal; undefined where the output is none. */
  readonly columns?: number | undefined;
  /** True where the output is a terminal, which knows colours. */
  readonly colors?: boolean;
  /** The board's, where both are parts of one program; the system's where none is given. */
  readonly clock?: Clock;
}
