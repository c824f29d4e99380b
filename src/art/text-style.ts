import type { Random } from '../base/random';

/** A way to change the letters of a text, and what it does (contract A10.2). */
interface TextStyle {
  readonly name: string;
  /** Other spellings: the `!style` form first. */
  readonly aliases: readonly string[];
  readonly doc: string;
  readonly apply: (text: string, random: Random) => string;
}

const LEET: Readonly<Record<string, string>> = {
  a: '4',
  e: '3',
  i: '1',
  o: '0',
  s: '5',
  t: '7',
};

const WORD = /\S+/g;

const upper = (text: string): string => text.toUpperCase();
const lower = (text: string): string => text.toLowerCase();

/** Every text style with both its spellings; docs/menus.md is generated from this. */
export const TEXT_STYLES: readonly TextStyle[] = [
  {
    name: 'normal',
    aliases: ['styleNormal'],
    doc: 'as it was written',
    apply: (text) => text,
  },
  {
    name: 'upper',
    aliases: ['styleUpper', 'toUpperCase'],
    doc: 'ALL CAPITALS',
    apply: upper,
  },
  {
    name: 'lower',
    aliases: ['styleLower', 'toLowerCase'],
    doc: 'no capitals',
    apply: lower,
  },
  {
    name: 'title',
    aliases: ['styleTitle'],
    doc: 'First Letter Of Each Word',
    apply: (text) => text.replace(WORD, (word) => upper(word.slice(0, 1)) + lower(word.slice(1))),
  },
  {
    name: 'first lower',
    aliases: ['styleFirstLower'],
    doc: 'aLL bUT tHE fIRST lETTERS',
    apply: (text) => text.replace(WORD, (word) => lower(word.slice(0, 1)) + upper(word.slice(1))),
  },
  {
    name: 'small vowels',
    aliases: ['styleSmallVowels'],
    doc: 'CaPiTaLS, BuT SMaLL VoWeLS',
    apply: (text) => upper(text).replace(/[AEIOU]/g, lower),
  },
  {
    name: 'big vowels',
    aliases: ['styleBigVowels'],
    doc: 'lOwEr cAsE, bUt bIg vOwEls',
    apply: (text) => lower(text).replace(/[aeiou]/g, upper),
  },
  {
    name: 'small i',
    aliases: ['styleSmallI'],
    doc: 'CAPiTALS, BUT SMALL i',
    apply: (text) => upper(text).replaceAll('I', 'i'),
  },
  {
    name: 'mixed',
    aliases: ['styleMixed'],
    doc: 'eaCh lETtEr By ChaNcE',
    apply: (text, random) =>
      text.replace(/\p{L}/gu, (letter) => (random.below(2) === 0 ? lower(letter) : upper(letter))),
  },
  {
    name: 'l33t',
    aliases: ['styleL33t'],
    doc: 'd1g175 f0r l3773r5',
    apply: (text) => text.replace(/[aeiost]/gi, (letter) => LEET[lower(letter)] ?? letter),
  },
];

const BY_NAME: ReadonlyMap<string, TextStyle> = new Map(
  TEXT_STYLES.flatMap((style) =>
    [style.name, ...style.aliases].map((name) => [name.toLowerCase(), style] as const),
  ),
);

/** True for a name that a `textStyle` property may have, in either spelling. */
export function isTextStyle(name: string): boolean {
  return BY_NAME.has(name.toLowerCase());
}

/** Changes a text's letters; an unknown style leaves it unchanged. */
export function applyTextStyle(style: string, text: string, random: Random): string {
  return BY_NAME.get(style.toLowerCase())?.apply(text, random) ?? text;
}
