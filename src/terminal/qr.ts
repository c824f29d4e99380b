import qrcode from 'qrcode-terminal';
import { BbsError } from '../base/errors';
import type { Style } from './style';

/** A QR code as lines of half blocks, which both CP437 and UTF-8 have. */
export interface TerminalQr {
  readonly lines: readonly string[];
  readonly width: number;
  readonly height: number;
  /** False when it is larger than the available space; it must not be drawn then. */
  readonly fits: boolean;
}

/** White on black, set explicitly: on a light terminal the code would otherwise be inverted. */
export const QR_STYLE: Style = {
  foreground: 15,
  background: 0,
  bold: true,
  blink: false,
  underline: false,
  inverse: false,
};

/**
 * Draws `text` as a QR code (level L) with light modules as the foreground and a quiet zone of two
 * modules. An enrolment link of about 88 bytes is 41 columns by 21 rows.
 */
export function renderTerminalQr(
  text: string,
  space: { readonly width?: number; readonly height?: number } = {},
): TerminalQr {
  const drawn = drawSmall(text)
    .split('\n')
    .filter((line) => line !== '');
  // qrcode-terminal leaves a quiet zone of one module; phones need more against a black screen.
  const size = drawn[0]?.length ?? 0;
  const inner = drawn.slice(1).map((line) => `█${line}█`);
  const lines = ['█'.repeat(size + 2), ...inner, '▀'.repeat(size + 2)];
  const width = size + 2;
  const height = lines.length;
  const fits = width <= (space.width ?? Infinity) && height <= (space.height ?? Infinity);
  return { lines, width, height, fits };
}

function drawSmall(text: string): string {
  let drawn = '';
  try {
    qrcode.generate(text, { small: true }, (output) => (drawn = output));
  } catch (error) {
    throw new BbsError('INTERNAL', `text of ${text.length} characters is too long for a QR code`, {
      cause: error,
    });
  }
  return drawn;
}
