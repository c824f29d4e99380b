/**
 * Characters that a terminal acts upon or does not show: C0, DEL, C1, bidirectional and zero-width
 * controls, tags (the unassigned ones too), line separators, lone surrogates, and blanks without a
 * width of their own.
 */
const UNSEEN =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0\u2800\u{e0000}-\u{e007f}]/gu;

/** True where a text has nothing that `escapeUnseen` would escape. */
export function isAllSeen(text: string): boolean {
  return text.search(UNSEEN) < 0;
}

/**
 * Escapes each of them as `\u009b`, one escape per UTF-16 unit: readable for people, and inside a
 * JSON string the same text for programs. Those in `kept` stay as they are.
 */
export function escapeUnseen(text: string, kept = ''): string {
  return text.replace(UNSEEN, (character) =>
    kept.includes(character) ? character : escapeUnits(character),
  );
}

function escapeUnits(character: string): string {
  let escaped = '';
  for (let index = 0; index < character.length; index++) {
    escaped += `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`;
  }
  return escaped;
}
