import { readFileSync, statSync } from 'node:fs';
import { dictionary } from '@zxcvbn-ts/language-common';
import { fileErrorCode, whyNotRead } from '../base/file-reason';
import { LIMITS } from '../base/limits';
import { foldName } from '../store/user-name';
import { normalizePassword } from './password';
import type { Saying } from '../texts/texts';

/** What a password must not be made from, besides common passwords. */
export interface PasswordAbout {
  readonly userName: string;
  readonly email: string;
}

export interface PasswordRules {
  readonly min: number;
  readonly max: number;
  readonly boardName: string;
}

export type PasswordProblem =
  'too-short' | 'too-long' | 'control-characters' | 'common' | 'too-simple' | 'personal';

interface PasswordPolicyOptions {
  readonly rules: () => PasswordRules;
  /** Passwords of the sysop's own list, besides the common ones. */
  readonly refused?: readonly string[];
}

/** A common password with at most so many digits and signs before and after it is still common. */
const AFFIX_CHARACTERS = 5;
/** Shorter parts of names and addresses are in too many passwords by chance. */
const PART_CHARACTERS = 3;
/** Minimum number of letters left of a password without the names and addresses in it. */
const REST_CHARACTERS = 5;

const DISGUISES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    '0': 'o',
    '1': 'i',
    '3': 'e',
    '4': 'a',
    '5': 's',
    '7': 't',
    '8': 'b',
    '@': 'a',
    $: 's',
    '!': 'i',
    '|': 'l',
    '+': 't',
  }),
);

/** The one check of a new password, for every way in which one is set (rule C2). */
export class PasswordPolicy {
  /** Built once, at the first new password: neither a start nor a sign-in waits for 49,000 words. */
  private static common: ReadonlySet<string> | undefined;
  private readonly refused: ReadonlySet<string>;

  constructor(private readonly options: PasswordPolicyOptions) {
    const refused = new Set((options.refused ?? []).map(fold));
    refused.delete('');
    this.refused = refused;
  }

  findProblem(password: string, about: PasswordAbout): PasswordProblem | undefined {
    const { min, max, boardName } = this.options.rules();
    const text = normalizePassword(password);
    const length = Array.from(text).length;
    if (length < min) return 'too-short';
    if (length > max || Buffer.byteLength(text) > LIMITS.passwordBytes) return 'too-long';
    if (/\p{Cc}/u.test(text)) return 'control-characters';
    const folded = fold(text);
    if (isSimple(folded)) return 'too-simple';
    if (isMadeOf(folded, personalParts(about, boardName))) return 'personal';
    return isCommon(folded, (word) => this.isListed(word)) ? 'common' : undefined;
  }

  /** A problem as a sentence for the person who chose the password. */
  explain(problem: PasswordProblem): Saying {
    const { min, max } = this.options.rules();
    switch (problem) {
      case 'too-short':
        return (say) => say('account.password-too-short', { count: min });
      case 'too-long':
        return (say) => say('account.password-too-long', { count: max });
      case 'control-characters':
        return (say) => say('account.password-control-characters');
      case 'common':
        return (say) => say('account.password-common');
      case 'too-simple':
        return (say) => say('account.password-too-simple');
      case 'personal':
        return (say) => say('account.password-personal');
    }
  }

  private isListed(word: string): boolean {
    // The package has them in lower case and composed, as `fold` would make them.
    PasswordPolicy.common ??= new Set(dictionary['passwords-common']);
    return PasswordPolicy.common.has(word) || this.refused.has(word);
  }
}

/** The sysop's list, and why it cannot be read: no list of passwords keeps a board shut. */
interface RefusedPasswords {
  readonly passwords: readonly string[];
  readonly problem?: string;
}

/** Reads the sysop's list: one password a line, `#` begins a comment line. */
export function loadRefusedPasswords(file: string): RefusedPasswords {
  try {
    // Opening a named pipe would wait for its writer (rule M14).
    if (!statSync(file).isFile()) throw new Error('it is not a file');
    const lines = readFileSync(file, 'utf8').split(/\r?\n/);
    return { passwords: lines.filter((line) => line !== '' && !line.startsWith('#')) };
  } catch (error) {
    const what =
      fileErrorCode(error) === 'ENOENT'
        ? `there is no ${file}`
        : `cannot read ${file}: ${whyNotRead(error)}`;
    return {
      passwords: [],
      problem: `${what}; only the passwords of the built-in list are refused`,
    };
  }
}

function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}

function undisguise(folded: string): string {
  return Array.from(folded, (character) => DISGUISES.get(character) ?? character).join('');
}

/**
 * True for a word of the list as it is, disguised (`p4ssw0rd`), reversed, or with a few digits and signs
 * around it: each of the 49,000 words stands for thousands of passwords.
 */
function isCommon(folded: string, isListed: (word: string) => boolean): boolean {
  const core = stripAffixes(folded);
  const forms = [
    folded,
    core,
    undisguise(folded),
    undisguise(core),
    stripAffixes(undisguise(core)),
  ];
  return forms.some((form) => isListed(form) || isListed(Array.from(form).reverse().join('')));
}

function stripAffixes(text: string): string {
  const core = text.replace(/^[\d\p{P}\p{S}\s]+|[\d\p{P}\p{S}\s]+$/gu, '');
  return core.length >= 3 && text.length - core.length <= AFFIX_CHARACTERS ? core : text;
}

/** True for one to four characters repeated, and for a part of the alphabet, the digits or a keyboard row. */
function isSimple(folded: string): boolean {
  if (/^(.{1,4}?)\1+.{0,3}$/su.test(folded) && new Set(folded).size <= 4) return true;
  const rows = ['abcdefghijklmnopqrstuvwxyz', '01234567890', 'qwertyuiop', 'asdfghjkl', 'zxcvbnm'];
  return rows.some((row) => {
    const backwards = Array.from(row).reverse().join('');
    return `${row}${row}`.includes(folded) || `${backwards}${backwards}`.includes(folded);
  });
}

function personalParts(about: PasswordAbout, boardName: string): readonly string[] {
  const [local = '', domain = ''] = about.email.split('@', 2);
  const whole = [about.userName, boardName, local, domain, about.email];
  // Without the top-level domain: `com` is part of too many words.
  const words = [about.userName, boardName, local, domain.replace(/\.[^.]*$/, '')].flatMap((text) =>
    text.split(/[\s._+-]+/),
  );
  return [...whole, ...words]
    .flatMap((text) => [fold(text), foldName(text), fold(text).replace(/\s+/g, '')])
    .filter((text) => text.length >= PART_CHARACTERS)
    .sort((a, b) => b.length - a.length);
}

function isMadeOf(folded: string, parts: readonly string[]): boolean {
  return [folded, undisguise(folded)].some((form) => {
    let rest = form;
    for (const part of parts) rest = rest.replaceAll(part, '');
    return rest !== form && rest.replace(/[\d\p{P}\p{S}\s]/gu, '').length < REST_CHARACTERS;
  });
}
