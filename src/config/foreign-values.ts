import { existsSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve, sep } from 'node:path';
import type { Path } from './source-tree';

/** A value that was read as meant or replaced, and what to say of it. */
interface Adapted {
  readonly path: Path;
  readonly value: unknown;
  /** Undefined where it means the same here. */
  readonly message: string | undefined;
  readonly kind: string;
}

const RATE_WINDOW_MS = 600_000;

/** `{ windowMs, maxRequests }` as the number in ten minutes that this board counts by. */
export function adaptRateLimits(value: object): readonly Adapted[] {
  const path = ['contentServers', 'web', 'rateLimits'];
  return Object.entries(asBlock(valueAt(value, path)) ?? {}).flatMap(([key, limit]) => {
    const { windowMs = RATE_WINDOW_MS, maxRequests } = asBlock(limit) ?? {};
    if (typeof maxRequests !== 'number' || typeof windowMs !== 'number' || !(windowMs > 0)) {
      return [];
    }
    const count = Math.max(1, Math.round((maxRequests * RATE_WINDOW_MS) / windowMs));
    const message =
      windowMs === RATE_WINDOW_MS
        ? undefined
        : `${[...path, key].join('.')} is counted by ten minutes here, so that ${maxRequests} in ${windowMs} ms are ${count}`;
    return [{ path: [...path, key], value: count, message, kind: 'adapted-value' }];
  });
}

/** Servers without TLS that are open to everybody on an ENiGMA½ board. */
const PLAIN_SERVERS = [
  ['loginServers', 'webSocket', 'ws'],
  ['contentServers', 'web', 'http'],
] as const;

/** Here they are for proxies alone, and without any they stay shut in place of the whole board. */
export function adaptPlainServers(value: object): readonly Adapted[] {
  const proxies = valueAt(value, ['proxies']);
  if (Array.isArray(proxies) && proxies.length > 0) return [];
  return PLAIN_SERVERS.flatMap((path) => {
    if (asBlock(valueAt(value, path))?.['enabled'] !== true) return [];
    const enabled = [...path, 'enabled'];
    const message = `${enabled.join('.')} is true, but proxies is empty: nothing listens there, as it has no TLS and is for proxies alone`;
    return [{ path: enabled, value: false, message, kind: 'adapted-value' }];
  });
}

/** Keys of which 0 or less means "no limit" on other boards: the most that there is here stands in. */
const NO_LIMIT_KEYS: ReadonlySet<string> = new Set([
  'users.idleLogoutSeconds',
  'users.preAuthIdleLogoutSeconds',
  'users.failedLogin.disconnect',
]);

/** Keys of which the greatest value protects least; of those of the second list the least value does. */
const LAX_WHEN_HIGH: ReadonlySet<string> = new Set([
  ...['rememberKeyDays', 'stepUpMinutes', 'graceLogins', 'graceDays'].map(ofFactor),
  ...['otp.window', 'otp.lookAhead', 'otp.resyncWindow', 'otp.disableAfter'].map(ofFactor),
  ...['otp.tokenTtlMinutes'].map(ofFactor),
  ...['users.failedLogin.free', 'users.failedLogin.disconnect', 'users.loginGraceSeconds'],
]);
const LAX_WHEN_LOW: ReadonlySet<string> = new Set([
  ofFactor('recoveryMail.waitHours'),
  ...['users.failedLogin.firstWaitSeconds', 'users.failedLogin.mostWaitSeconds'],
  'users.failedLogin.mostOtpWaitSeconds',
]);

function ofFactor(key: string): string {
  return `users.twoFactorAuth.${key}`;
}

/**
 * What counts in place of a number that is out of range: the nearest that is not, but where that would protect
 * less than any other, the default.
 */
export function countsInRange(
  path: string,
  given: number,
  range: {
    readonly least?: number | undefined;
    readonly most?: number | undefined;
    readonly default: unknown;
  },
): number | undefined {
  const nearest = nearestInRange(path, given, range);
  const isLaxest = given > (nearest ?? given) ? LAX_WHEN_HIGH.has(path) : LAX_WHEN_LOW.has(path);
  return isLaxest && nearest !== undefined && typeof range.default === 'number'
    ? range.default
    : nearest;
}

function nearestInRange(
  path: string,
  given: number,
  { least, most }: { readonly least?: number | undefined; readonly most?: number | undefined },
): number | undefined {
  if (given <= 0 && NO_LIMIT_KEYS.has(path) && most !== undefined) return most;
  if (least !== undefined && given < least) return least;
  return most !== undefined && given > most ? most : undefined;
}

interface FileKey {
  readonly path: string;
  /** What stands in where the file is nowhere: a file of the package, or one that is made at the start. */
  readonly otherwise?: string;
  /** The key that must be given up together with it. */
  readonly partner?: string;
  /** Folders of a board in which such files usually are. */
  readonly folders: readonly string[];
}

const KEY_FOLDERS = ['config/security', 'config'];
const TEXT_FOLDERS = ['misc', 'www'];

const FILE_KEYS: readonly FileKey[] = [
  { path: 'general.menuFile', folders: ['config/menus', 'config'] },
  { path: 'loginServers.ssh.privateKeyPem', otherwise: '', folders: KEY_FOLDERS },
  {
    ...{ path: 'contentServers.web.https.certPem', otherwise: '', folders: KEY_FOLDERS },
    partner: 'contentServers.web.https.keyPem',
  },
  {
    ...{ path: 'contentServers.web.https.keyPem', otherwise: '', folders: KEY_FOLDERS },
    partner: 'contentServers.web.https.certPem',
  },
  { path: 'users.badPassFile', folders: TEXT_FOLDERS },
  { path: 'users.twoFactorAuth.otp.registerEmailText', folders: TEXT_FOLDERS },
  { path: 'users.twoFactorAuth.otp.registerEmailHtml', folders: TEXT_FOLDERS },
  { path: 'users.twoFactorAuth.otp.registerPageTemplate', folders: TEXT_FOLDERS },
  { path: 'contentServers.web.resetPassword.resetPassEmailText', folders: TEXT_FOLDERS },
  { path: 'contentServers.web.resetPassword.resetPassEmailHtml', folders: TEXT_FOLDERS },
  { path: 'contentServers.web.resetPassword.resetPageTemplate', folders: TEXT_FOLDERS },
];

/**
 * Full paths, as another board's tool writes them. One that is there is taken as such; one that is not
 * is looked for in this board, the first of `roots`, and in the package.
 */
export function adaptPaths(value: object, roots: readonly string[]): readonly Adapted[] {
  return FILE_KEYS.flatMap((key) => {
    const path = key.path.split('.');
    const file = valueAt(value, path);
    if (typeof file !== 'string' || !isAbsolute(file)) return [];
    const kind = 'path-elsewhere';
    if (existsSync(file)) {
      const other = otherBoardOf(file, roots);
      if (other === undefined) return [];
      const message = `${key.path} names ${file}, which is in another board, ${other}, and is read there: copy it here and write its path from this folder`;
      return [{ path, value: file, message, kind }];
    }
    const found = findInBoard(file, key.folders, roots);
    if (found !== undefined) {
      const message = `${key.path} names ${file}, which is not there; ${found} is read`;
      return [{ path, value: found, message, kind }];
    }
    // A folder that is there is meant: a slip in the file's name is an error where the file is read.
    if (key.otherwise === undefined || isFolder(dirname(file))) return [];
    const message = `${key.path} names ${file}, which is not there and not in this board: the board makes its own`;
    const partner = key.partner?.split('.');
    return [
      { path, value: key.otherwise, message, kind },
      ...(partner === undefined
        ? []
        : [{ path: partner, value: key.otherwise, message: undefined, kind }]),
    ];
  });
}

/** The folder of another board that holds the file. */
function otherBoardOf(file: string, roots: readonly string[]): string | undefined {
  if (roots.some((root) => file.startsWith(resolve(root) + sep))) return undefined;
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, 'config', 'config.hjson'))) return folder;
  }
  return undefined;
}

/** The file by as much of its path as fits, then by its name alone in the usual folders. */
function findInBoard(
  file: string,
  folders: readonly string[],
  roots: readonly string[],
): string | undefined {
  const steps = file.split(/[/\\]/).filter((step) => step !== '');
  const tails = steps.slice(1).map((_, at) => steps.slice(at + 1).join('/'));
  const name = steps.at(-1) ?? '';
  const usual = folders.map((folder) => `${folder}/${name}`);
  return roots
    .flatMap((root) => [...tails, ...usual].map((tail) => join(root, tail)))
    .find((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function asBlock(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return value as Readonly<Record<string, unknown>>;
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((at, step) => asBlock(at)?.[step], value);
}
