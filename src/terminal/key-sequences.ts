import type { Key } from './key';

/** What a terminal answers to a question, apart from the keys. */
export type Report =
  | { readonly kind: 'cursor'; readonly row: number; readonly column: number }
  | { readonly kind: 'device'; readonly parameters: string }
  | { readonly kind: 'status'; readonly parameters: string };

/** Final letters of `CSI` sequences: xterm, VT and ANSI.SYS, and SyncTERM's K, U, V and @. */
const CSI_LETTERS: Readonly<Record<string, string>> = {
  A: 'up arrow',
  B: 'down arrow',
  C: 'right arrow',
  D: 'left arrow',
  F: 'end',
  H: 'home',
  K: 'end',
  U: 'page down',
  V: 'page up',
  '@': 'insert',
  L: 'insert',
  P: 'f1',
  Q: 'f2',
  R: 'f3',
  S: 'f4',
  Z: 'shift + tab',
  // rxvt: with shift
  a: 'shift + up arrow',
  b: 'shift + down arrow',
  c: 'shift + right arrow',
  d: 'shift + left arrow',
};

/** Final letters after `ESC O`: application cursor keys, the keypad, F1-F4, SyncTERM's F5. */
const SS3_LETTERS: Readonly<Record<string, string>> = {
  A: 'up arrow',
  B: 'down arrow',
  C: 'right arrow',
  D: 'left arrow',
  F: 'end',
  H: 'home',
  K: 'end',
  M: 'return',
  P: 'f1',
  Q: 'f2',
  R: 'f3',
  S: 'f4',
  t: 'f5',
  a: 'ctrl + up arrow',
  b: 'ctrl + down arrow',
  c: 'ctrl + right arrow',
  d: 'ctrl + left arrow',
};

/** Numbers of `CSI n ~` (VT220, xterm, PuTTY, rxvt, the Linux console). */
const CSI_NUMBERS: Readonly<Record<string, string>> = {
  1: 'home',
  2: 'insert',
  3: 'delete',
  4: 'end',
  5: 'page up',
  6: 'page down',
  7: 'home',
  8: 'end',
  11: 'f1',
  12: 'f2',
  13: 'f3',
  14: 'f4',
  15: 'f5',
  17: 'f6',
  18: 'f7',
  19: 'f8',
  20: 'f9',
  21: 'f10',
  23: 'f11',
  24: 'f12',
};

/** The Linux console's F1-F5: `CSI [ A` to `CSI [ E`. */
const LINUX_LETTERS: Readonly<Record<string, string>> = {
  A: 'f1',
  B: 'f2',
  C: 'f3',
  D: 'f4',
  E: 'f5',
};

/** Keypad characters in application mode (VT100: `ESC O j` to `ESC O y`). */
const KEYPAD = '*+,-./0123456789';

/** The key of a complete sequence, written without its ESC; undefined for one that is no key. */
export function keyOfSequence(sequence: string): Key | undefined {
  if (sequence.startsWith('[[')) return named(LINUX_LETTERS[sequence.slice(2)]);
  const final = sequence.slice(-1);
  const parameters = sequence.slice(1, -1);
  if (sequence.startsWith('O')) return ss3(final, parameters);
  if (!/^[0-9;]*$/.test(parameters)) return undefined;
  const [number = '', modifier = ''] = parameters.split(';');
  if (final === '~') return named(CSI_NUMBERS[number], modifierName(modifier));
  // rxvt ends its modified keys in $ (shift), ^ (ctrl) or @ (both).
  if (number !== '' && final === '$') return named(CSI_NUMBERS[number], 'shift + ');
  if (number !== '' && final === '^') return named(CSI_NUMBERS[number], 'ctrl + ');
  if (number !== '' && final === '@') return named(CSI_NUMBERS[number], 'ctrl + shift + ');
  if (final === 'Z') return named('shift + tab');
  return named(CSI_LETTERS[final], modifierName(modifier));
}

/** The report of a complete sequence (CPR, DA, DSR), written without its ESC. */
export function reportOfSequence(sequence: string): Report | undefined {
  if (!sequence.startsWith('[')) return undefined;
  const final = sequence.slice(-1);
  const parameters = sequence.slice(1, -1);
  if (final === 'R' && /^\??[0-9]{1,5};[0-9]{1,5}$/.test(parameters)) {
    const [row = '0', column = '0'] = parameters.replace('?', '').split(';');
    return { kind: 'cursor', row: Number(row), column: Number(column) };
  }
  if (final === 'c' && /^[?>=]/.test(parameters)) return { kind: 'device', parameters };
  if (final === 'n' && parameters !== '') return { kind: 'status', parameters };
  return undefined;
}

function ss3(final: string, parameters: string): Key | undefined {
  const index = final.charCodeAt(0) - 0x6a;
  const text = final === 't' ? '' : (KEYPAD[index] ?? '');
  if (text !== '') return { name: text, text };
  return named(SS3_LETTERS[final], modifierName(parameters.split(';').slice(-1)[0] ?? ''));
}

/** xterm's modifier number less one is a bit set: 1 shift, 2 alt, 4 ctrl. */
function modifierName(modifier: string): string {
  const bits = modifier === '' ? 0 : Number(modifier) - 1;
  if (!(bits > 0 && bits < 8)) return '';
  return (
    ((bits & 4) === 0 ? '' : 'ctrl + ') +
    ((bits & 2) === 0 ? '' : 'alt + ') +
    ((bits & 1) === 0 ? '' : 'shift + ')
  );
}

function named(name: string | undefined, modifiers = ''): Key | undefined {
  return name === undefined ? undefined : { name: modifiers + name, text: '' };
}
