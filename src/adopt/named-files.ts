import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { configSchema } from '../config/schema';
import type { OldConfig } from './old-config';
import { partsOf, type OldFolder } from './old-folder';

/** A key of config.hjson that names a file of the board, and what becomes of it. */
export interface NamedFile {
  readonly key: string;
  /** As the old configuration has it. */
  readonly written: string;
  /** The file in the old board, to copy; undefined where there is none, or it stays where it is. */
  readonly from: string | undefined;
  /** Its path in the new board. */
  readonly to: string | undefined;
  /** What the new configuration says; undefined where the old value is right here too. */
  readonly value: string | undefined;
  readonly fate: 'same' | 'moved' | 'outside' | 'missing';
  readonly isPrivate: boolean;
}

interface FileKey {
  readonly key: string;
  /** Templates are read from misc/ alone (rule M14); keys and certificates from anywhere. */
  readonly place: 'misc' | 'anywhere';
  readonly isPrivate?: boolean;
  /** What ENiGMA½ reads where the key is not set. */
  readonly usual?: string;
}

const RESET = 'contentServers.web.resetPassword';
const HTTPS = 'contentServers.web.https';
const OTP = 'users.twoFactorAuth.otp';

/** Keys that name files, here as in ENiGMA½ (contract A6). */
const FILE_KEYS: readonly FileKey[] = [
  {
    key: 'loginServers.ssh.privateKeyPem',
    place: 'anywhere',
    isPrivate: true,
    usual: 'config/security/ssh_private_key.pem',
  },
  { key: `${HTTPS}.certPem`, place: 'anywhere' },
  { key: `${HTTPS}.keyPem`, place: 'anywhere', isPrivate: true },
  { key: `${RESET}.resetPassEmailText`, place: 'misc' },
  { key: `${RESET}.resetPassEmailHtml`, place: 'misc' },
  { key: `${RESET}.resetPageTemplate`, place: 'misc' },
  { key: `${OTP}.registerEmailText`, place: 'misc' },
  { key: `${OTP}.registerEmailHtml`, place: 'misc' },
  { key: `${OTP}.registerPageTemplate`, place: 'misc' },
  { key: 'users.badPassFile', place: 'misc' },
];

/** Where the files that the old configuration names are, and what the new one has to say of them. */
export function findNamedFiles(old: OldFolder, config: OldConfig): readonly NamedFile[] {
  const named = findEach(old, config);
  const isMissing = named.some(({ key, fate }) => key.startsWith(HTTPS) && fate === 'missing');
  if (!isMissing) return named;
  // A certificate without its key is none.
  return named.map((file) =>
    file.key.startsWith(HTTPS) ? { ...file, from: undefined, to: undefined, value: '' } : file,
  );
}

function findEach(old: OldFolder, config: OldConfig): readonly NamedFile[] {
  return FILE_KEYS.flatMap((fileKey) => {
    const { key, place, isPrivate = false, usual } = fileKey;
    const written = config.text(key);
    if (written === undefined) {
      const from = usual === undefined ? undefined : old.find(usual);
      if (usual === undefined || from === undefined) return [];
      return { key, written: usual, from, to: usual, value: usual, fate: 'moved', isPrivate };
    }
    const named = { key, written, isPrivate };
    const found = locate(old, written);
    switch (found.kind) {
      case 'inside': {
        const full = old.full(found.path);
        // What is sent to callers must not show a key or a file from elsewhere.
        if (place === 'misc' && !old.mayFollow('', full))
          return {
            ...named,
            ...{ from: undefined, to: undefined, value: defaultOf(key), fate: 'missing' },
          };
        const path = found.path.replaceAll('\\', '/');
        const to = place === 'misc' ? `misc/${partsOf(path).at(-1) ?? ''}` : path;
        const fate = to === written ? 'same' : 'moved';
        return {
          ...named,
          from: full,
          to,
          value: fate === 'same' ? undefined : to,
          fate,
        };
      }
      case 'outside':
        if (place === 'anywhere')
          return { ...named, from: undefined, to: undefined, value: undefined, fate: 'outside' };
        return moved(named, found.full);
      case 'missing':
        return {
          ...named,
          ...{ from: undefined, to: undefined, value: defaultOf(key), fate: 'missing' },
        };
    }
  });
}

function moved(named: Pick<NamedFile, 'key' | 'written' | 'isPrivate'>, from: string): NamedFile {
  const to = `misc/${partsOf(from).at(-1) ?? ''}`;
  return { ...named, from, to, value: to, fate: 'moved' };
}

type Located =
  | { readonly kind: 'inside'; readonly path: string }
  | { readonly kind: 'outside'; readonly full: string }
  | { readonly kind: 'missing' };

/**
 * Finds what a path of the old configuration names: below the old board, also where that has been moved
 * since the path was written, or where the path is of another system.
 */
export function locate(old: OldFolder, written: string): Located {
  const parts = partsOf(written);
  if (!isAbsolutePath(written)) {
    const path = old.find(parts.join('/'));
    return path === undefined ? { kind: 'missing' } : { kind: 'inside', path };
  }
  const root = partsOf(old.root);
  const isBelow = root.every((part, at) => parts[at] === part) && parts.length > root.length;
  if (!isBelow && existsSync(written)) return { kind: 'outside', full: written };
  // A single name could be any file's: what was moved keeps its folder.
  for (let from = isBelow ? root.length : 0; from < parts.length - 1 || isBelow; from++) {
    const path = from < parts.length ? old.find(parts.slice(from).join('/')) : undefined;
    if (path !== undefined) return { kind: 'inside', path };
    if (isBelow) break;
  }
  return { kind: 'missing' };
}

function isAbsolutePath(path: string): boolean {
  return path.startsWith('/') || /^[A-Za-z]:[\\/]|^\\\\/.test(path);
}

/** The value that the stock board has. */
function defaultOf(key: string): string {
  let value: unknown = configSchema.parse({});
  for (const step of key.split('.')) value = (value as Record<string, unknown> | undefined)?.[step];
  return typeof value === 'string' ? value : '';
}

/** The folder of a `paths.*` key, or its usual place. */
export function findOldPath(
  old: OldFolder,
  config: OldConfig,
  from: { readonly key: string; readonly usual: string },
): string | undefined {
  const written = config.text(`paths.${from.key}`);
  if (written !== undefined) {
    const found = locate(old, written);
    if (found.kind === 'inside') return old.full(found.path);
    if (found.kind === 'outside') return found.full;
  }
  const usual = old.find(from.usual);
  return usual === undefined ? undefined : old.full(usual);
}

/** Finds a file in a folder whatever its letters' case, by its full path. */
export function findIn(
  old: OldFolder,
  folder: string | undefined,
  name: string,
): string | undefined {
  if (folder === undefined) return undefined;
  const files = old.files(folder).filter(({ path }) => path.toLowerCase() === name.toLowerCase());
  const file = files.find(({ path }) => path === name) ?? files[0];
  return file === undefined ? undefined : join(folder, file.path);
}
