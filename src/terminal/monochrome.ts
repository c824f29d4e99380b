import { PLAIN, type Style } from './style';
import { applySgr, styleChange } from './style-sequence';

/** Terminals whose names say that they show no colour; after a `-` it may be any terminal. */
const NAMES = new Set(['vt52', 'adm3a', 'wyse50', 'tvi925', 'mono', 'monochrome', 'hercules']);
const SUFFIX = /-(?:m|mono|nc|nocolor|no-color)$/;

/** True for the name of a terminal without colours: `vt100-m`, `xterm-mono`, `linux-m`. */
export function isMonochromeName(type: string): boolean {
  return NAMES.has(type) || SUFFIX.test(type);
}

const SGR = /\x1b\[([0-9;]*)m/g;
const COLOURED_BLINK = /\x1b\[\?33[hl]/g;

/**
 * Converts output for a terminal without colours, or a caller who wants none (NO_COLOR): bright ink is
 * bold, and what stands on a colour is inverse, so that fields, focus and choices can still be told.
 */
export class MonochromeText {
  /** As the board would have it. */
  private style = PLAIN;
  private shown: Style = PLAIN;

  convert(text: string): string {
    return text.replaceAll(COLOURED_BLINK, '').replaceAll(SGR, (_all, parameters: string) => {
      const codes = parameters === '' ? [0] : parameters.split(';').map(Number);
      const isReset = codes[0] === 0;
      this.style = applySgr(this.style, codes);
      const next = withoutColor(this.style);
      // A reset is kept: it may be the first thing that the terminal is sent.
      const change = styleChange(isReset ? undefined : this.shown, next);
      this.shown = next;
      return change;
    });
  }
}

function withoutColor({ foreground, background, bold, underline, inverse }: Style): Style {
  const isBright = bold || (foreground > 8 && foreground < 16);
  const isOnColor = background !== 0;
  return {
    ...PLAIN,
    bold: isBright && foreground !== 8,
    underline,
    inverse: inverse !== isOnColor,
  };
}
