import type { Encoding } from './terminal';
import { PLAIN, type Style } from './style';

/** True when both styles display a cell in the same way. */
export function sameStyle(a: Style, b: Style): boolean {
  return (
    a === b ||
    (a.foreground === b.foreground &&
      a.background === b.background &&
      a.bold === b.bold &&
      a.blink === b.blink &&
      a.underline === b.underline &&
      a.inverse === b.inverse)
  );
}

/** True when a space in this style is an empty black cell. */
export function isBlankStyle(style: Style): boolean {
  return style.background === 0 && !style.inverse && !style.underline;
}

/**
 * The shortest SGR sequence that turns `from` into `to`; `from` undefined means that the style is
 * unknown. Attributes are turned off only by 0: old terminals do not support 22, 24, 25 and 27.
 */
export function styleChange(
  from: Style | undefined,
  to: Style,
  encoding: Encoding = 'cp437',
): string {
  if (from !== undefined && sameStyle(from, to)) return '';
  const wanted = attributes(to, encoding);
  const had = from === undefined ? undefined : attributes(from, encoding);
  if (had === undefined || isTakenBack(had, wanted)) {
    const added = difference(attributes(PLAIN, encoding), wanted);
    return `\u001b[${['0', ...added].join(';')}m`;
  }
  const added = difference(had, wanted);
  return added.length === 0 ? '' : `\u001b[${added.join(';')}m`;
}

interface Attributes {
  readonly bold: boolean;
  readonly blink: boolean;
  readonly underline: boolean;
  readonly inverse: boolean;
  readonly foreground: string;
  readonly background: string;
}

/**
 * The attributes that are sent. Bright foregrounds: in CP437 as bold, which every ANSI terminal
 * since 1985 brightens; in UTF-8 as 90-97, because many modern terminals show bold black as black.
 * Bright backgrounds: in CP437 as blink with iCE colours on (see Canvas.toAnsi), in UTF-8 as
 * 100-107.
 */
function attributes(style: Style, encoding: Encoding): Attributes {
  const { foreground, background, bold } = style;
  const dos = encoding === 'cp437';
  const bright = foreground < 16 && (bold || foreground >= 8);
  const brightGround = background >= 8 && background < 16;
  return {
    bold: bright ? dos : bold,
    blink: style.blink || (brightGround && dos),
    underline: style.underline,
    inverse: style.inverse,
    foreground:
      foreground < 16
        ? String((bright && !dos ? 90 : 30) + (foreground & 7))
        : `38;5;${foreground}`,
    background:
      background < 16
        ? String((brightGround && !dos ? 100 : 40) + (background & 7))
        : `48;5;${background}`,
  };
}

/** The same style with a bright colour given by its number (8-15) instead of by `bold`. */
export function withBrightNumber(style: Style): Style {
  return style.bold && style.foreground < 16
    ? { ...style, bold: false, foreground: style.foreground | 8 }
    : style;
}

// The normal colours are set only by 0, never by 37 and 40. They are then the terminal's own
// default colours, and one screen does not mix two kinds of black.
const NORMAL_INK = '37';
const NORMAL_GROUND = '40';

function isTakenBack(from: Attributes, to: Attributes): boolean {
  return (
    (from.bold && !to.bold) ||
    (from.blink && !to.blink) ||
    (from.underline && !to.underline) ||
    (from.inverse && !to.inverse) ||
    (from.foreground !== NORMAL_INK && to.foreground === NORMAL_INK) ||
    (from.background !== NORMAL_GROUND && to.background === NORMAL_GROUND)
  );
}

function difference(from: Attributes, to: Attributes): string[] {
  const added: string[] = [];
  if (to.bold && !from.bold) added.push('1');
  if (to.underline && !from.underline) added.push('4');
  if (to.blink && !from.blink) added.push('5');
  if (to.inverse && !from.inverse) added.push('7');
  if (to.foreground !== from.foreground) added.push(to.foreground);
  if (to.background !== from.background) added.push(to.background);
  return added;
}

/** The style after an SGR sequence with these parameters; with `iceColors` blink is a bright background. */
export function applySgr(style: Style, parameters: readonly number[], iceColors = false): Style {
  const next = { ...style };
  const codes = parameters.length === 0 ? [0] : parameters;
  for (let index = 0; index < codes.length; index++) {
    const code = codes[index] ?? 0;
    if (code === 38 || code === 48) {
      const color = extendedColor(codes, index);
      index += color.used;
      if (color.value !== undefined) {
        if (code === 38) next.foreground = color.value;
        else next.background = color.value;
      }
      continue;
    }
    applyCode(next, code, iceColors);
  }
  return next;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function applyCode(style: Mutable<Style>, code: number, iceColors: boolean): void {
  if (code >= 30 && code <= 37) style.foreground = code - 30;
  else if (code >= 40 && code <= 47) {
    const bright = iceColors && style.background >= 8 && style.background < 16;
    style.background = code - 40 + (bright ? 8 : 0);
  } else if (code >= 90 && code <= 97) style.foreground = code - 90 + 8;
  else if (code >= 100 && code <= 107) style.background = code - 100 + 8;
  else if (code === 0) Object.assign(style, PLAIN);
  else if (code === 1) style.bold = true;
  else if (code === 4) style.underline = true;
  else if (code === 5 || code === 6) {
    if (!iceColors) style.blink = true;
    else if (style.background < 8) style.background += 8;
  } else if (code === 7) style.inverse = true;
  else if (code === 2 || code === 21 || code === 22) style.bold = false;
  else if (code === 24) style.underline = false;
  else if (code === 25) {
    style.blink = false;
    if (iceColors && style.background >= 8 && style.background < 16) style.background -= 8;
  } else if (code === 27) style.inverse = false;
  else if (code === 39) style.foreground = PLAIN.foreground;
  else if (code === 49) style.background = PLAIN.background;
}

/** `38;5;n` and `38;2;r;g;b`; the latter becomes the nearest of the 256 colours. */
function extendedColor(
  codes: readonly number[],
  index: number,
): { readonly value: number | undefined; readonly used: number } {
  const kind = codes[index + 1];
  if (kind === 5) {
    const value = codes[index + 2] ?? 0;
    return { value: value >= 0 && value <= 255 ? value : undefined, used: 2 };
  }
  if (kind === 2) {
    const [red = 0, green = 0, blue = 0] = codes.slice(index + 2, index + 5);
    return { value: nearestPaletteColor(red, green, blue), used: 4 };
  }
  return { value: undefined, used: codes.length };
}

function nearestPaletteColor(red: number, green: number, blue: number): number {
  const step = (value: number): number => {
    const level = Math.min(255, Math.max(0, value));
    return level < 48 ? 0 : level < 115 ? 1 : Math.min(5, Math.floor((level - 35) / 40));
  };
  const [r, g, b] = [step(red), step(green), step(blue)];
  if (r === g && g === b) {
    const grey = Math.round((((red + green + blue) / 3 - 8) / 247) * 24);
    return grey <= 0 ? 16 : grey >= 24 ? 231 : 231 + grey;
  }
  return 16 + 36 * r + 6 * g + b;
}
