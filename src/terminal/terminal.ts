import type { Key } from './key';

export type Encoding = 'cp437' | 'utf8';

/** What a way in gives the terminal to write to; it never blocks and never throws. */
export interface TerminalOutput {
  write(bytes: Buffer): void;
}

/** Columns and rows. */
export interface TerminalSize {
  readonly width: number;
  readonly height: number;
}

/** A caller's terminal: all output goes through it, all keys come from it. Knows no socket and no user. */
export interface Terminal {
  /** Lower-case name from TTYPE or pty-req, `unknown` when none came (rule E8). */
  readonly type: string;
  /** Columns and rows, always clamped to something sane. */
  readonly width: number;
  readonly height: number;
  readonly encoding: Encoding;
  setEncoding(encoding: Encoding): void;
  setType(type: string): void;
  /** Takes another size, as far as the screen may be that large; undefined stays as it was. */
  resize(width: number | undefined, height: number | undefined): void;
  /** Sets how large the screen may be; a larger size that is known already is taken as far. */
  allow(most: TerminalSize): void;
  /** Calls `listener` after each change of size; returns the function that stops it. */
  onResize(listener: () => void): () => void;

  /** Writes text (with escape sequences of ours) in the terminal's encoding, in one write. */
  write(text: string): void;
  /** Writes text at an emulated speed of `baud`; resolves when it is out, rejects on abort. */
  writePaced(text: string, options: { baud: number; signal: AbortSignal }): Promise<void>;

  /** Bytes from the caller; bounded work per turn, linear in their number (rule F10). */
  feed(bytes: Buffer): void;
  /** The next key, type-ahead included; rejects with the signal's reason. One reader at a time. */
  readKey(signal: AbortSignal): Promise<Key>;
  /** Ends the wait of whoever reads a key now, whose promise rejects with `reason`. */
  stopReading(reason: Error): void;
  /** Forgets keys typed ahead. */
  dropTypeAhead(): void;
  /** Asks for the cursor position (CPR); undefined when nothing came within `limitMs`. */
  queryCursor(limitMs: number): Promise<{ row: number; column: number } | undefined>;
}
