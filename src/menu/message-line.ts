import { eraseLine, moveTo, resetStyle, sgr } from '../terminal/ansi';
import { PLAIN, type Style } from '../terminal/style';
import type { Terminal } from '../terminal/terminal';
import { sanitizeUserText } from '../terminal/untrusted';

const STYLE: Style = { ...PLAIN, foreground: 11 };

/** A sentence on the last row of whatever the screen shows; never in its last cell. */
export function messageLine(terminal: Terminal, text: string): string {
  const clean = sanitizeUserText(text, terminal.encoding);
  const cut = [...` ${clean}`].slice(0, terminal.width - 1).join('');
  return moveTo(terminal.height, 1) + resetStyle() + eraseLine() + sgr(STYLE) + cut + resetStyle();
}
