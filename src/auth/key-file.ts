import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { BbsError, toError } from '../base/errors';
import { makePrivateFile, writePrivateFile } from '../base/private-file';
import type { Random } from '../base/random';

export const KEY_BYTES = 32;

/** A sealing key; a retired one still opens the values that it sealed. */
export interface SealingKey {
  readonly id: string;
  readonly key: Buffer;
  /** Unix milliseconds at which another key replaced it; undefined for the current one. */
  readonly retiredAtMs: number | undefined;
}

export function newKey(random: Random): SealingKey {
  const key = random.bytes(KEY_BYTES);
  return { id: keyId(key), key, retiredAtMs: undefined };
}

/** Derived from the key, so that a key has the same id wherever it is stored. */
function keyId(key: Buffer): string {
  return createHash('sha256').update('sallyport key id').update(key).digest('hex').slice(0, 8);
}

/** Parses keys as SALLYPORT_SEALING_KEY holds them, or as a command prints them. Throws KEY_UNREADABLE. */
export function parseKeys(text: string, source: string): readonly SealingKey[] {
  return text.split(',').map((part) => {
    const key = Buffer.from(part.trim(), 'base64');
    if (key.length !== KEY_BYTES) {
      throw new BbsError(
        'KEY_UNREADABLE',
        `${source} must hold ${KEY_BYTES} bytes in Base64 (openssl rand -base64 32)`,
      );
    }
    return { id: keyId(key), key, retiredAtMs: undefined };
  });
}

/**
 * Returns a function that reads the file again after each change of it: `oputil key rotate` may run
 * beside the server. It throws KEY_UNREADABLE.
 */
export function keyFileReader(file: string): () => readonly SealingKey[] {
  let seen = '';
  let keys: readonly SealingKey[] = [];
  return () => {
    const stamp = fileStamp(file);
    // A file that is missing for a moment does not take the keys from a running board.
    if (stamp !== undefined && stamp !== seen) {
      keys = readKeyFile(file);
      seen = stamp;
    } else if (stamp === undefined && seen === '') {
      throw new BbsError('KEY_UNREADABLE', `cannot find the sealing key ${file}`);
    }
    return keys;
  };
}

function fileStamp(file: string): string | undefined {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat === undefined ? undefined : `${stat.ino}:${stat.size}:${stat.mtimeMs}`;
}

function readKeyFile(file: string): readonly SealingKey[] {
  try {
    if ((statSync(file).mode & 0o077) !== 0) {
      throw new BbsError('KEY_UNREADABLE', `others can read it; run chmod 600 ${file}`);
    }
    const parsed = JSON.parse(readFileSync(file, 'utf8')) as { keys?: unknown };
    if (!Array.isArray(parsed.keys) || parsed.keys.length === 0) throw new Error('it has no keys');
    return parsed.keys.map(parseStoredKey);
  } catch (error) {
    throw new BbsError(
      'KEY_UNREADABLE',
      `cannot use the sealing key ${file}: ${toError(error).message}`,
      { cause: error },
    );
  }
}

function parseStoredKey(stored: unknown): SealingKey {
  const { key, retiredAt } = stored as { key?: unknown; retiredAt?: unknown };
  const bytes = Buffer.from(typeof key === 'string' ? key : '', 'base64');
  if (bytes.length !== KEY_BYTES) throw new Error(`a key has not ${KEY_BYTES} bytes`);
  return {
    id: keyId(bytes),
    key: bytes,
    retiredAtMs: typeof retiredAt === 'string' ? Date.parse(retiredAt) : undefined,
  };
}

/**
 * Creates the file, unless another process that starts at the same time has created it. Throws
 * KEY_UNREADABLE.
 */
export function makeKeyFile(file: string, key: SealingKey): void {
  writing(file, () => makePrivateFile(file, formatKeys([key])));
}

/** Replaces the file atomically: a crash leaves the old or the new one. Throws KEY_UNREADABLE. */
export function writeKeyFile(file: string, keys: readonly SealingKey[]): void {
  writing(file, () => writePrivateFile(file, formatKeys(keys)));
}

function formatKeys(keys: readonly SealingKey[]): string {
  const content = {
    about: 'Keys that seal the secrets in the database. Keep a copy apart from the database.',
    keys: keys.map(({ id, key, retiredAtMs }) => ({
      id,
      key: key.toString('base64'),
      ...(retiredAtMs === undefined ? {} : { retiredAt: new Date(retiredAtMs).toISOString() }),
    })),
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}

function writing(file: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    throw new BbsError(
      'KEY_UNREADABLE',
      `cannot write the sealing key ${file}: ${toError(error).message}`,
      { cause: error },
    );
  }
}
