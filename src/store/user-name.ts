/** Letters of other alphabets that look like a Latin one in a terminal font. */
const LOOKALIKES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    // Cyrillic
    а: 'a',
    в: 'b',
    е: 'e',
    ё: 'e',
    һ: 'h',
    і: 'i',
    ї: 'i',
    ј: 'j',
    к: 'k',
    м: 'm',
    н: 'h',
    о: 'o',
    р: 'p',
    с: 'c',
    ԁ: 'd',
    ԛ: 'q',
    ԝ: 'w',
    ѕ: 's',
    т: 't',
    у: 'y',
    х: 'x',
    ӏ: 'l',
    // Greek
    α: 'a',
    β: 'b',
    ε: 'e',
    η: 'n',
    ι: 'i',
    κ: 'k',
    μ: 'm',
    ν: 'v',
    ο: 'o',
    ρ: 'p',
    σ: 'o',
    ς: 'o',
    τ: 't',
    υ: 'u',
    χ: 'x',
    ω: 'w',
    // Latin letters that are not Latin letters to a reader of code points
    ı: 'i',
    ł: 'l',
    ø: 'o',
    đ: 'd',
    ħ: 'h',
  }),
);

/** Text that needs none of the steps for other alphabets: most names. */
const ASCII = /^[ -~]*$/;
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Mn}\p{Me}\p{Cs}\p{Co}]/gu;

/**
 * Folds a name for comparison: case, width, accents, invisible characters, runs of spaces and letters
 * that look alike make no difference. Two accounts never share one folded name.
 */
export function foldName(name: string): string {
  const letters = ASCII.test(name)
    ? name.toLowerCase()
    : name
        .normalize('NFKD')
        .replace(INVISIBLE, '')
        .toUpperCase()
        .toLowerCase()
        .normalize('NFKD')
        .replace(INVISIBLE, '');
  const plain = letters.replace(/\s+/gu, ' ').trim();
  return Array.from(plain, (letter) => LOOKALIKES.get(letter) ?? letter).join('');
}

const DIGITS_AS_LETTERS: ReadonlyMap<string, string> = new Map(
  Object.entries({ 0: 'o', 1: 'l', 3: 'e', 4: 'a', 5: 's', 7: 't', $: 's', '@': 'a', '!': 'l' }),
);

/** Folds harder, for reserved names only: `Sys-Op` and `5ysop` read as `sysop` to a caller. */
function foldReserved(name: string): string {
  const letters = foldName(name).replace(/[\s._~-]/gu, '');
  return Array.from(letters, (letter) => DIGITS_AS_LETTERS.get(letter) ?? letter)
    .join('')
    .replaceAll('i', 'l');
}

/** The configured rules for user names. */
interface NameRules {
  readonly pattern: RegExp;
  readonly min: number;
  readonly max: number;
  readonly reserved: readonly string[];
}

export type NameProblem = 'too-short' | 'too-long' | 'bad-characters' | 'reserved';

/** True when the whole of `name` folds to one of `reserved`. */
function isReservedName(name: string, reserved: readonly string[]): boolean {
  const folded = foldReserved(name);
  return reserved.some((each) => foldReserved(each) === folded);
}

/** What stands before a name by SSH to be shown text line by line: `ssh plain+NAME@board`. */
const LINES_PREFIX = 'plain+';

/** The name of the account that a name by SSH means. */
export function withoutLinesPrefix(name: string): string {
  const hasPrefix = name.toLowerCase().startsWith(LINES_PREFIX);
  return hasPrefix ? name.slice(LINES_PREFIX.length) : name;
}

/** Returns why `name` cannot be the name of a new account; undefined when it can. */
export function findNameProblem(name: string, rules: NameRules): NameProblem | undefined {
  const length = Array.from(name).length;
  if (length < rules.min) return 'too-short';
  if (length > rules.max) return 'too-long';
  const folded = foldName(name);
  const tidy = name === name.trim() && name.search(INVISIBLE) === -1 && !/\s\s/u.test(name);
  if (!tidy || folded === '' || !rules.pattern.test(name)) return 'bad-characters';
  // By SSH such a name means another account.
  if (withoutLinesPrefix(folded) !== folded) return 'reserved';
  return isReservedName(name, rules.reserved) ? 'reserved' : undefined;
}

/** A user name as one word of a command that is shown to be pasted into a POSIX shell. */
export function nameInCommand(name: string): string {
  return /^[\w.][\w.-]*$/.test(name) ? name : `'${name.replaceAll("'", String.raw`'\''`)}'`;
}

/** `NAME!` signs NAME in without the welcome, where nobody is called so; undefined for any other name. */
export function withoutHaste(name: string): string | undefined {
  const short = name.trim().replace(/!$/, '');
  return short === '' || short === name.trim() ? undefined : short;
}
