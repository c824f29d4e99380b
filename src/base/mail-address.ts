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
