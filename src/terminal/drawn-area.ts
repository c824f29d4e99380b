import { LIMITS } from '../base/limits';
import type { ScreenPlace } from './key';
import type { TerminalSize } from './terminal';

/** The size that is assumed until the terminal reports one. */
const DEFAULT_SIZE: TerminalSize = { width: 80, height: 24 };

/** Cells of the window before the first one that is drawn on. */
interface Origin {
  readonly rows: number;
  readonly columns: number;
}

/** Absolute positions: `CSI row ; column H` (or f), `CSI column G`, `CSI row d`. */
const POSITION = /\x1b\[(\d*)(?:;(\d*))?([HfGd])/g;

/**
 * The part of a window that screens are drawn in: at most as large as the theme's screens are made for, in
 * the middle of a larger window. The rest of the program counts rows and columns from its first cell.
 */
export class DrawnArea {
  /** The size that the terminal reported, as far as it is allowed. */
  window: TerminalSize = DEFAULT_SIZE;
  /** The largest area; undefined for the whole window. */
  most: TerminalSize | undefined;
  private reported: TerminalSize = DEFAULT_SIZE;

  constructor(private allowed: TerminalSize) {}

  /** Takes a size that the terminal reported; undefined stays as it was. True when the window changed. */
  report(width: number | undefined, height: number | undefined): boolean {
    this.reported = {
      width: clampSize(width, this.reported.width),
      height: clampSize(height, this.reported.height),
    };
    return this.measure();
  }

  /** Takes the limit of the window's size. True when the window changed. */
  allow(most: TerminalSize): boolean {
    this.allowed = most;
    return this.measure();
  }

  private measure(): boolean {
    const width = Math.min(this.reported.width, this.allowed.width);
    const height = Math.min(this.reported.height, this.allowed.height);
    const isSame = width === this.window.width && height === this.window.height;
    if (!isSame) this.window = { width, height };
    return !isSame;
  }

  get width(): number {
    return Math.min(this.window.width, this.most?.width ?? Infinity);
  }

  get height(): number {
    return Math.min(this.window.height, this.most?.height ?? Infinity);
  }

  private get origin(): Origin {
    const { window, width, height } = this;
    return {
      rows: Math.floor((window.height - height) / 2),
      columns: Math.floor((window.width - width) / 2),
    };
  }

  /**
   * Output for the area as output for the window. Lines that are broken begin at the edge of the area, and
   * scroll its rows alone: the margins (DECSTBM) are set for the text that may scroll and taken away behind
   * it, so that a call that is cut leaves none behind.
   */
  toWindow(text: string): string {
    const { rows, columns } = this.origin;
    if (rows === 0 && columns === 0) return text;
    const moved = text.replaceAll(POSITION, (_all, first: string, second: string, kind: string) => {
      const number = Number(first || 1);
      if (kind === 'G') return `\x1b[${number + columns}G`;
      if (kind === 'd') return `\x1b[${number + rows}d`;
      return `\x1b[${number + rows};${Number(second || 1) + columns}H`;
    });
    const returned = columns === 0 ? moved : moved.replaceAll('\r', `\r\x1b[${columns}C`);
    if (!returned.includes('\n') || this.window.height === this.height) return returned;
    const margins = `\x1b[${rows + 1};${rows + this.height}r`;
    return `\x1b[s${margins}\x1b[u${returned}\x1b[s\x1b[r\x1b[u`;
  }

  /** A place of the window as one of the area; undefined outside it. */
  fromWindow({ row, column }: ScreenPlace): ScreenPlace | undefined {
    const { origin, width, height } = this;
    const at = { row: row - origin.rows, column: column - origin.columns };
    const isInside = at.row >= 1 && at.row <= height && at.column >= 1 && at.column <= width;
    return isInside ? at : undefined;
  }
}

/** 0 and invalid values mean that nothing is known (RFC 1073): the size stays. */
function clampSize(wanted: number | undefined, current: number): number {
  if (wanted === undefined || !Number.isFinite(wanted) || wanted < 1) return current;
  return Math.min(Math.floor(wanted), LIMITS.ptyMax);
}
