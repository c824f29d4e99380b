import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { BbsError } from '../base/errors';
import type { Random } from '../base/random';
import type { BackupCodeHash } from '../store/backup-codes';
import type { SealPlace, Sealer } from '../store/sealed';
import { KEY_BYTES, keyFileReader, makeKeyFile, newKey, parseKeys, writeKeyFile } from './key-file';
import type { SealingKey } from './key-file';

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Seals values with the current key, and hashes codes with it, so that the database alone cannot be
 * used to test guesses.
 */
export interface Sealing extends Sealer {
  /** Ids of all keys, the current one first. */
  keyIds(): readonly string[];
  /** Of them the one that was made last, which may not be current yet; undefined where there is none. */
  newestKeyId(): string | undefined;
  /** Seals with this key from now on; while it is missing, sealing throws STORE_FAILED. */
  useKey(keyId: string | undefined): void;
  /** Asks again for keys that are not in a file. */
  refresh(): Promise<void>;
  /** Keyed hash for a new value. */
  hash(value: string): BackupCodeHash;
  /** Keyed hashes of the value under every key, the current one first. */
  hashes(value: string): readonly string[];
  /** False where keys come from the environment or a command: the sysop makes them there. */
  readonly makesKeys: boolean;
  /**
   * Makes a new current key and returns its id; older ones still open their values. undefined where
   * keys come from the environment.
   */
  addKey(nowMs: number): string | undefined;
  /**
   * Removes keys that `isUsed` denies and that were retired before `beforeMs`; returns their ids.
   */
  dropKeys(isUsed: (keyId: string) => boolean, beforeMs: number): readonly string[];
}

interface SealingOptions {
  readonly file: string;
  readonly random: Random;
  /** Keys that are in no file: Base64 of 32 bytes each; several with commas, the newest first. */
  readonly given?: GivenKeys | undefined;
  /** False where sealed values exist, so that a lost key file is not silently replaced. */
  readonly mayCreate?: boolean;
  /** True for a tool that runs without usable keys, and fails only where one is needed. */
  readonly mayLack?: boolean | undefined;
}

/** Keys of the environment or of a command. */
export interface GivenKeys {
  readonly text: string;
  /** What messages call their source. */
  readonly source: string;
  /** The text as it is now. */
  readonly again?: () => Promise<string>;
}

/** Opens the keys, and creates the file at the first start. Throws KEY_UNREADABLE. */
export function openSealing(options: SealingOptions): Sealing {
  if (options.mayLack !== true) return openKeys(options);
  try {
    return openKeys(options);
  } catch (error) {
    if (!(error instanceof BbsError) || error.code !== 'KEY_UNREADABLE') throw error;
    return new AbsentKeys(error);
  }
}

/**
 * Throws what a start would throw about the keys, and creates none. `isNeeded` tells whether the
 * database needs a key file that is missing.
 */
export async function checkSealing(
  { file, given }: Pick<SealingOptions, 'file' | 'given'>,
  isNeeded: () => Promise<boolean>,
): Promise<void> {
  if (given !== undefined) parseKeys(given.text, given.source);
  else if (existsSync(file)) keyFileReader(file)();
  else if (await isNeeded()) throw keyLost(file);
}

/** Creates a key file in place of a lost one; undefined where keys come from the environment. */
export function replaceLostKey(options: SealingOptions): Sealing | undefined {
  if (options.given !== undefined) return undefined;
  writeKeyFile(options.file, [newKey(options.random)]);
  return openKeys(options);
}

function openKeys(options: SealingOptions): Sealing {
  const { given } = options;
  if (given !== undefined) {
    let keys = parseKeys(given.text, given.source);
    const refresh = async (): Promise<void> => {
      if (given.again !== undefined) keys = parseKeys(await given.again(), given.source);
    };
    return new KeyRing(() => keys, undefined, refresh);
  }
  if (!existsSync(options.file)) {
    if (options.mayCreate === false) throw keyLost(options.file);
    makeKeyFile(options.file, newKey(options.random));
  }
  return new KeyRing(keyFileReader(options.file), {
    random: options.random,
    write: (keys) => writeKeyFile(options.file, keys),
  });
}

function keyLost(file: string): BbsError {
  return new BbsError(
    'KEY_UNREADABLE',
    `the sealing key ${file} is missing, but the database holds values sealed with it; restore the file, ` +
      `or see "A lost sealing key" in docs/runbook.md`,
  );
}

interface KeyStore {
  readonly random: Random;
  readonly write: (keys: readonly SealingKey[]) => void;
}

class KeyRing implements Sealing {
  private chosen: string | undefined;

  constructor(
    private readonly read: () => readonly SealingKey[],
    private readonly store?: KeyStore,
    readonly refresh: () => Promise<void> = () => Promise.resolve(),
  ) {
    this.current();
  }

  currentKeyId(): string {
    return this.current().id;
  }

  keyIds(): readonly string[] {
    const ids = this.read().map(({ id }) => id);
    const { chosen } = this;
    if (chosen === undefined || !ids.includes(chosen)) return ids;
    return [chosen, ...ids.filter((id) => id !== chosen)];
  }

  newestKeyId(): string | undefined {
    return this.read()[0]?.id;
  }

  useKey(keyId: string | undefined): void {
    this.chosen = keyId;
  }

  seal(plain: string, place: SealPlace): string {
    const { id, key } = this.current();
    // Not the injected random source: a seeded one would repeat an IV, which breaks GCM (NIST SP
    // 800-38D section 8).
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(CIPHER, key, iv).setAAD(boundTo(place, id));
    const sealed = Buffer.concat([
      cipher.update(plain, 'utf8'),
      cipher.final(),
      cipher.getAuthTag(),
    ]);
    return ['v1', id, iv.toString('base64url'), sealed.toString('base64url')].join('.');
  }

  open(sealed: string, place: SealPlace): string {
    const [version, id = '', iv64 = '', body64 = ''] = sealed.split('.');
    const found = this.read().find((candidate) => candidate.id === id);
    const where = `${place.table}.${place.column} of user ${place.userId}`;
    if (version !== 'v1' || found === undefined) {
      throw new BbsError('SEAL_BROKEN', `${where} is sealed with an unknown key; restore it`);
    }
    const body = Buffer.from(body64, 'base64url');
    try {
      const decipher = createDecipheriv(CIPHER, found.key, Buffer.from(iv64, 'base64url'), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(boundTo(place, id)).setAuthTag(body.subarray(-TAG_BYTES));
      const plain = Buffer.concat([
        decipher.update(body.subarray(0, -TAG_BYTES)),
        decipher.final(),
      ]);
      return plain.toString('utf8');
    } catch (error) {
      throw new BbsError('SEAL_BROKEN', `${where} does not open: it was changed or moved`, {
        cause: error,
      });
    }
  }

  hash(value: string): BackupCodeHash {
    const current = this.current();
    return { keyId: current.id, hash: keyedHash(current, value) };
  }

  hashes(value: string): readonly string[] {
    return this.read().map((key) => keyedHash(key, value));
  }

  get makesKeys(): boolean {
    return this.store !== undefined;
  }

  addKey(nowMs: number): string | undefined {
    if (this.store === undefined) return undefined;
    const added = newKey(this.store.random);
    const retired = this.read().map((key) => ({ ...key, retiredAtMs: key.retiredAtMs ?? nowMs }));
    this.store.write([added, ...retired]);
    return added.id;
  }

  dropKeys(isUsed: (keyId: string) => boolean, beforeMs: number): readonly string[] {
    if (this.store === undefined) return [];
    const keys = this.read();
    const goes = (key: SealingKey): boolean =>
      key.retiredAtMs !== undefined &&
      key.retiredAtMs < beforeMs &&
      key.id !== this.chosen &&
      !isUsed(key.id);
    const dropped = keys.filter(goes).map(({ id }) => id);
    if (dropped.length > 0) this.store.write(keys.filter((key) => !goes(key)));
    return dropped;
  }

  private current(): SealingKey {
    const keys = this.read();
    const { chosen } = this;
    const current = chosen === undefined ? keys[0] : keys.find(({ id }) => id === chosen);
    if (current !== undefined) return current;
    if (chosen === undefined) throw new BbsError('KEY_UNREADABLE', 'there is no sealing key');
    throw new BbsError('STORE_FAILED', `this board lacks the current sealing key ${chosen}`);
  }
}

/** In place of lost keys: opening throws SEAL_BROKEN, sealing throws the reason of the loss. */
class AbsentKeys implements Sealing {
  readonly makesKeys = false;

  constructor(private readonly reason: BbsError) {}

  currentKeyId(): string {
    throw this.reason;
  }

  keyIds(): readonly string[] {
    return [];
  }

  newestKeyId(): undefined {
    return undefined;
  }

  useKey(): void {
    // It has none to seal with.
  }

  refresh(): Promise<void> {
    return Promise.resolve();
  }

  seal(): string {
    throw this.reason;
  }

  open(_sealed: string, place: SealPlace): string {
    throw new BbsError(
      'SEAL_BROKEN',
      `${place.table}.${place.column} of user ${place.userId} is sealed with a key that is lost`,
      { cause: this.reason },
    );
  }

  hash(): BackupCodeHash {
    throw this.reason;
  }

  hashes(): readonly string[] {
    return [];
  }

  addKey(): string | undefined {
    throw this.reason;
  }

  dropKeys(): readonly string[] {
    return [];
  }
}

/** The additional data that binds a sealed value to its row and column (rule I3). */
function boundTo(place: SealPlace, keyId: string): Buffer {
  return Buffer.from(`${place.table}:${place.column}:${place.userId}:${keyId}`, 'utf8');
}

/** Codes are hashed with a derived key (HKDF, RFC 5869), so that no key has two uses. */
function keyedHash(key: SealingKey, value: string): string {
  const derived = hkdfSync('sha256', key.key, Buffer.alloc(0), 'sallyport backup codes', KEY_BYTES);
  return createHmac('sha256', Buffer.from(derived)).update(value, 'utf8').digest('hex');
}
