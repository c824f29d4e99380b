/** How a cell is displayed: palette colours 0-15 (ANSI order, 7 on 0 is normal) or 16-255. */
export interface Style {
  readonly foreground: number;
  readonly background: number;
  readonly bold: boolean;
  readonly blink: boolean;
  readonly underline: boolean;
  readonly inverse: boolean;
}

export const PLAIN: Style = {
  foreground: 7,
  background: 0,
  bold: false,
  blink: false,
  underline: false,
  inverse: false,
};
