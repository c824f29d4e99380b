import { foldMailAddress } from '../base/mail-address';
import { foldName } from './user-name';

type MakeKey = (value: string) => string | undefined;

/** Properties that accounts are found by, and the form in which their values are compared. */
const KEYS: ReadonlyMap<string, MakeKey> = new Map([
  ['email_address', foldMailAddress],
  ['real_name', foldName],
  ['account_created', timeKey],
]);

/** Names of the properties that have a lookup key. */
export const LOOKUP_PROPERTIES: readonly string[] = [...KEYS.keys()];

/**
 * What stands in the indexed column beside a property: equal values have equal keys. Null for properties
 * that no account is found by, and for values that cannot be found.
 */
export function lookupKey(name: string, value: string): string | null {
  const key = KEYS.get(name)?.(value);
  return key === undefined || key === '' ? null : key.slice(0, KEY_CHARACTERS);
}

const KEY_CHARACTERS = 255;

/** UTC in one form, so that times are in the order of their keys. */
function timeKey(value: string): string | undefined {
  const atMs = Date.parse(value);
  return Number.isNaN(atMs) ? undefined : new Date(atMs).toISOString();
}
