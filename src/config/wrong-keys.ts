import { isDeepStrictEqual } from 'node:util';
import { nearestName } from '../base/nearest';
import { findConfigKey, isHarmless, listHomesOf, listNamesBelow } from './config-keys';
import { findRefusedKey } from './foreign-keys';
import type { HjsonTree } from './hjson-tree';
import type { Problem } from './problems';
import { findNode, toPlain } from './source-tree';
import type { Path, SourceNode } from './source-tree';

interface WrongKey {
  readonly problem: Problem;
  /** Without it somebody could get in who was to be kept out, or a caller's data be less safe. */
  readonly stops: boolean;
}

/** What to say of a key that the section at `path` does not know. */
export function judgeWrongKey(tree: HjsonTree, path: Path, key: string): WrongKey {
  const below = path.join('.');
  const place = tree.placeOf([...path, key], 'key');
  const refused = findRefusedKey(`${below}.${key}`);
  if (refused !== undefined)
    return stop({ place, message: `${below}.${key} is refused: ${refused}` });
  const names = listNamesBelow(below);
  const nearest = nearestName(key, names);
  const where = below === '' ? 'config' : below;
  const known = names.join(', ');
  // Whatever mails go out by is said in full or not at all (rule M14).
  if (nearest === undefined && below.startsWith('email.'))
    return stop({ place, message: `${where} has no key '${key}'; it knows ${known}` });
  const node = findNode(tree.root, [...path, key]);
  const homes = nearest === undefined ? listHomesOf(key) : [];
  if (nearest === undefined && homes.length === 0) {
    const message = `${where} has no key '${key}', so it has no effect; it knows ${known}`;
    return { problem: { place, message, kind: 'unknown-config-key' }, stops: false };
  }
  const meant = nearest === undefined ? homes.join(' or ') : joined(below, nearest);
  const isElsewhere = nearest === undefined;
  if (!isLostWithoutHarm(below, key, node)) {
    const hint = isElsewhere ? `it belongs at ${meant}` : `did you mean '${meant}'?`;
    return stop({ place, message: `${where} has no key '${key}'; ${hint}` });
  }
  const hint = isElsewhere ? `it belongs at ${meant}` : `did you mean '${meant}'?`;
  const message = `${where} has no key '${key}', so it has no effect; ${hint}`;
  return {
    problem: { place, message, kind: 'misspelt-config-key', isMistake: true },
    stops: false,
  };
}

function stop(problem: Problem): WrongKey {
  return { problem, stops: true };
}

function joined(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

/** True where what was written is what counts anyway. */
function isDefault(path: string, node: SourceNode | undefined): boolean {
  const key = findConfigKey(path);
  if (key?.path !== path || node === undefined) return false;
  return isDeepStrictEqual(toPlain(node), key.default);
}

/**
 * True where nothing that the key may have been meant for needs more than its default: of a block, where that is so
 * of all that stands in it.
 */
function isLostWithoutHarm(below: string, key: string, node: SourceNode | undefined): boolean {
  const names = listNamesBelow(below);
  const near = names.filter((name) => name === key || nearestName(key, [name]) !== undefined);
  const meant = near.length > 0 ? near.map((name) => joined(below, name)) : listHomesOf(key);
  return meant.every((path) => {
    if (node?.kind !== 'object' || listNamesBelow(path).length === 0)
      return isHarmless(path) || isDefault(path, node);
    return [...node.entries].every(([name, entry]) => isLostWithoutHarm(path, name, entry.node));
  });
}

/** Keys that keep somebody out, or an account safe: in a block that is not known they do nothing. */
const PROTECTIONS: ReadonlySet<string> = new Set([
  ...['closedSystem', 'inviteOnly', 'requireActivation', 'passwordMin', 'badPassFile'],
  ...['badUserNames', 'twoFactorAuth', 'required', 'maxPerSource', 'maxPreAuthPerSource'],
  ...['failedLogin', 'disconnect', 'lockAccount', 'unlockAtEmailPwReset', 'passwordLogin'],
  ...['loginGraceSeconds', 'preAuthIdleLogoutSeconds', 'idleLogoutSeconds', 'sessionMaxSeconds'],
  ...['maxConnections', 'budgets', 'rateLimits', 'disableAfter', 'allowedOrigins'],
]);

/**
 * A protection below a key that has no effect, each with its own place and where it belongs: an edit of a running
 * board that takes one away is refused.
 */
export function lostProtections(tree: HjsonTree, path: Path): readonly Problem[] {
  const node = findNode(tree.root, path);
  if (node?.kind !== 'object') return [];
  return [...node.entries].flatMap(([key, { keyPlace }]): readonly Problem[] => {
    const below = [...path, key];
    const homes = PROTECTIONS.has(key) ? listHomesOf(key) : [];
    if (homes.length === 0) return lostProtections(tree, below);
    const message = `${below.join('.')} protects nothing there; it belongs at ${homes.join(' or ')}`;
    return [{ place: keyPlace, message, kind: 'lost-protection', isMistake: true }];
  });
}
