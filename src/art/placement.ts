import type { Style } from '../terminal/style';

/** The position of an MCI code in an art file (contract A8). Rows and columns count from 1. */
export interface Placement {
  /** Two capital letters, e.g. `ET`. */
  readonly code: string;
  /** Number after the code; codes without one get ids from 100 up. */
  readonly id: number;
  readonly arguments: readonly string[];
  readonly row: number;
  readonly column: number;
  readonly style: Style;
  /** Style of a second, identical code directly after the first: the colour in focus. */
  readonly focusStyle: Style | undefined;
}
