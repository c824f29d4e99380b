import type { Key } from './key';

export type Encoding = 'cp437' | 'utf8';

/** The output side of a connection; it never blocks and never throws. */
export interface TerminalOutput {
  write(bytes: Buffer): void;
}

/** Columns and rows. */
export interface TerminalSize {
  readonly width: number;
  readonly height: number;
}

/**
 * A caller's terminal: all output and all keys pass through it. It has no access to the socket or
 * the user.
 */
export interface Terminal {
  /** Lower-case name from TTYPE or pty-req, `unknown` when none came (rule E8). */
  readonly type: string;
  /** False for a terminal whose name says that it has no cursor (`dumb`). */
  readonly canDraw: boolean;
  /** True where the client asks to be shown text line by line: a screen reader, `ssh plain+NAME`. */
  asksForLines: boolean;
  /** True where it was asked for its cursor's position and never answered. */
  isSilent: boolean;
  /** True for a caller who wants no colours (NO_COLOR); a monochrome terminal has none by its name. */
  hasNoColor: boolean;
  /** What the caller chose in this call: line by line, or screens. */
  chosenLines: boolean | undefined;
  /** True while output has no sequences and input is answered line by line. */
  readonly isLineByLine: boolean;
  setLineByLine(on: boolean): void;
  /** Columns and rows of the caller's window, always within valid limits. */
  readonly window: TerminalSize;
  /** Columns and rows that screens are drawn in: those of the window, unless `drawWithin` set fewer. */
  readonly width: number;
  readonly height: number;
  /**
   * Limits the area that is drawn in, which is in the middle of a larger window; undefined for the whole
   * window. What is written, and taps, count from its first cell. What was drawn before stays where it is.
   */
  drawWithin(most: TerminalSize | undefined): void;
  readonly encoding: Encoding;
  setEncoding(encoding: Encoding): void;
  setType(type: string): void;
  /** Sets another size, up to the current limit; undefined stays as it was. */
  resize(width: number | undefined, height: number | undefined): void;
  /**
   * Sets the limit of the screen's size; a larger size that was reported is applied up to the
   * limit.
   */
  allow(most: TerminalSize): void;
  /** Calls `listener` after each change of size or encoding; returns the function that removes it. */
  onResize(listener: () => void): () => void;

  /**
   * Writes text, including whole escape sequences of the board, in the terminal's encoding, in one write.
   */
  write(text: string): void;
  /** Writes text at an emulated speed of `baud`; resolves when all is written, rejects on abort. */
  writePaced(text: string, options: { baud: number; signal: AbortSignal }): Promise<void>;

  /** Passes in bytes from the caller; bounded work per turn, linear in their number (rule F10). */
  feed(bytes: Buffer): void;
  /** The next key, type-ahead included; rejects with the signal's reason. One reader at a time. */
  readKey(signal: AbortSignal): Promise<Key>;
  /** True while a key waits that nobody has read. */
  readonly hasTypedAhead: boolean;
  /** Calls `listener` for each key that comes and is not read; returns the function that removes it. */
  onTypeAhead(listener: () => void): () => void;
  /** Rejects the pending readKey with `reason`. */
  stopReading(reason: Error): void;
  /** The first of the keys typed ahead, which stays where it is. */
  readonly nextTyped: Key | undefined;
  /** Discards the keys typed ahead. */
  dropTypeAhead(): void;
  /** Takes out the input that no key was read from, as the bytes that came. */
  takeInput(): Buffer;
  /** True once it has told where its cursor is. */
  readonly answersQueries: boolean;
  /** Queries the cursor position in the window (CPR); undefined when no reply came within `limitMs` or before the signal. */
  queryCursor(
    limitMs: number,
    signal?: AbortSignal,
  ): Promise<{ row: number; column: number } | undefined>;
}
