import type { Key } from './key';

/** A terminal's reply to a query, as opposed to a key. */
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

const KEYPAD = '*+,-./0123456789';

/** xterm's modifier number less one is a bit set: 1 shift, 2 alt, 4 ctrl. */
const MODIFIERS = [2, 3, 4, 5, 6, 7, 8].map((number) => {
  const bits = number - 1;
  const names = [
    ...((bits & 4) === 0 ? [] : ['ctrl']),
    ...((bits & 2) === 0 ? [] : ['alt']),
    ...((bits & 1) === 0 ? [] : ['shift']),
  ];
  return { number, prefix: `${names.join(' + ')} + ` };
});

/**
 * Every sequence that is a key, without its ESC. A table, so that each sequence of a flood costs
 * one look-up.
 */
const KEYS: ReadonlyMap<string, Key> = new Map(
  [...allSequences()].map(([sequence, name, text]) => [sequence, { name, text: text ?? '' }]),
);

function* allSequences(): Generator<readonly [sequence: string, name: string, text?: string]> {
  for (const [letter, name] of Object.entries(CSI_LETTERS)) {
    yield [`[${letter}`, name];
    if (name.includes(' + ')) continue;
    for (const { number, prefix } of MODIFIERS) yield [`[1;${number}${letter}`, prefix + name];
    yield [`[1;1${letter}`, name];
  }
  for (const [number, name] of Object.entries(CSI_NUMBERS)) {
    yield [`[${number}~`, name];
    for (const modifier of MODIFIERS) {
      yield [`[${number};${modifier.number}~`, modifier.prefix + name];
    }
    // rxvt ends its modified keys in $ (shift), ^ (ctrl) or @ (both).
    yield [`[${number}$`, `shift + ${name}`];
    yield [`[${number}^`, `ctrl + ${name}`];
    yield [`[${number}@`, `ctrl + shift + ${name}`];
  }
  for (const [letter, name] of Object.entries(SS3_LETTERS)) {
    yield [`O${letter}`, name];
    if (name.includes(' + ')) continue;
    for (const { number, prefix } of MODIFIERS) {
      yield [`O${number}${letter}`, prefix + name];
      yield [`O1;${number}${letter}`, prefix + name];
    }
  }
  for (const [letter, name] of Object.entries(LINUX_LETTERS)) yield [`[[${letter}`, name];
  // The keypad in application mode: `ESC O j` to `ESC O y`; t is SyncTERM's F5.
  for (const [index, character] of Array.from(KEYPAD).entries()) {
    const letter = String.fromCharCode(0x6a + index);
    if (letter !== 't') yield [`O${letter}`, character, character];
  }
}

/** The key or tap of a complete sequence, written without its ESC; undefined for one that is not a key. */
export function keyOfSequence(sequence: string): Key | undefined {
  return KEYS.get(sequence) ?? tapOfSequence(sequence);
}

/** A press of the first button, as terminals report it in mode 1006: `CSI < 0 ; column ; row M`. */
function tapOfSequence(sequence: string): Key | undefined {
  if (!sequence.startsWith('[<0;')) return undefined;
  const [, column, row] = /^\[<0;(\d{1,4});(\d{1,4})M$/.exec(sequence) ?? [];
  if (column === undefined || row === undefined) return undefined;
  return { name: 'tap', text: '', at: { row: Number(row), column: Number(column) } };
}

/** The report of a complete sequence (CPR, DA, DSR), written without its ESC. */
export function reportOfSequence(sequence: string): Report | undefined {
  const final = sequence.at(-1);
  if (sequence[0] !== '[' || (final !== 'R' && final !== 'c' && final !== 'n')) return undefined;
  const parameters = sequence.slice(1, -1);
  if (final === 'R' && /^\??[0-9]{1,5};[0-9]{1,5}$/.test(parameters)) {
    const [row = '0', column = '0'] = parameters.replace('?', '').split(';');
    return { kind: 'cursor', row: Number(row), column: Number(column) };
  }
  if (final === 'c' && /^[?>=]/.test(parameters)) return { kind: 'device', parameters };
  if (final === 'n' && parameters !== '') return { kind: 'status', parameters };
  return undefined;
}
