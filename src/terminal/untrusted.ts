import { asciiFallback, isControlGlyph } from './encoding';
import type { Encoding } from './terminal';

/**
 * Everything in a user's text that could move, hide, reorder or recolour the text around it: C0,
 * DEL, C1, combining marks that stack on other cells, bidi and zero-width controls, line
 * separators, private use, lone surrogates, variation selectors and tags (rule H1).
 */
const DANGEROUS =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Mn}\p{Me}\u115f\u1160\u3164\uffa0\u2800]/gu;

/**
 * A user's text, sanitized so that it can be shown anywhere. For CP437, the default, characters
 * whose byte some terminal acts upon (0x01-0x1F, 0x7F, 0x9B) are replaced by ASCII; pass `utf8`
 * only for text that is never shown in CP437.
 */
export function sanitizeUserText(text: string, encoding: Encoding = 'cp437'): string {
  const clean = text.normalize('NFC').replace(DANGEROUS, '');
  if (encoding === 'utf8') return clean;
  let safe = '';
  for (const character of clean) {
    safe += isControlGlyph(character) ? asciiFallback(character) : character;
  }
  return safe;
}
