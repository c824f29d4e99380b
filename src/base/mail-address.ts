import { domainToASCII } from 'node:url';

const ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
const ADDRESS = new RegExp(
  `^(${ATOM}(?:\\.${ATOM})*)@((?:${LABEL}\\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)$`,
);

const MAX_CHARACTERS = 254;
const MAX_LOCAL_CHARACTERS = 64;

/**
 * One plain ASCII `local@domain`, or undefined. Far less than mail allows: no quotes, comments,
 * display names, lists, literals or line ends, so that no part of it has a special meaning to a
 * mailer (rule D13).
 */
export function parseMailAddress(text: string): string | undefined {
  if (text.length > MAX_CHARACTERS) return undefined;
  const local = ADDRESS.exec(text)?.[1];
  return local === undefined || local.length > MAX_LOCAL_CHARACTERS ? undefined : text;
}

export function isMailAddress(text: string): boolean {
  return parseMailAddress(text) !== undefined;
}

/** A domain in letters of any script; nothing else is handed to IDNA, which leaves out or cuts off what it takes for a URL's. */
const WIDE_DOMAIN = /^(?=.*[^\u0000-\u007f])[\p{L}\p{M}\p{N}.-]+$/u;

/**
 * An address as a person types it: without blanks at both ends, and with a domain of other letters in the
 * ASCII form that mailers know (`xn--`, UTS #46). Whatever is no address stays what it is, for
 * `isMailAddress` to refuse; letters before the `@` have no such form.
 */
export function readMailAddress(typed: string): string {
  const text = typed.trim();
  const at = text.lastIndexOf('@');
  const domain = text.slice(at + 1);
  if (at < 0 || text.length > MAX_CHARACTERS || !WIDE_DOMAIN.test(domain)) return text;
  const ascii = domainToASCII(domain);
  return ascii === '' ? text : `${text.slice(0, at)}@${ascii}`;
}

/** The form in which addresses are compared: letter case and surrounding blanks are ignored. */
export function foldMailAddress(address: string): string {
  return address.trim().normalize('NFKC').toLowerCase();
}

/**
 * The mailbox of an address: without the `+tag`, which most mail servers let users choose freely.
 */
export function mailboxOf(address: string): string {
  const folded = foldMailAddress(address);
  const at = folded.lastIndexOf('@');
  const tag = folded.indexOf('+');
  return tag > 0 && tag < at ? folded.slice(0, tag) + folded.slice(at) : folded;
}
