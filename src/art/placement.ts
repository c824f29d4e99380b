import type { Style } from '../terminal/style';

/** Where an art file puts an MCI code (contract A8). Rows and columns count from 1. */
export interface Placement {
  /** Two capital letters, e.g. `ET`. */
  readonly code: string;
  /** Number after the code; codes without one get ids from 100 up. */
  readonly id: number;
  readonly arguments: readonly string[];
  readonly row: number;
  readonly column: number;
  readonly style: Style;
  /** Style of a second, identical code right behind the first: the colour in focus. */
  readonly focusStyle: Style | undefined;
}
