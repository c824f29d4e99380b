import { createPrivateKey, createPublicKey } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { utils, type ParsedKey } from 'ssh2';
import { BbsError, toError } from '../../base/errors';
import type { Log } from '../../base/log';
import { commandSource, type PemSource, pemSource, readPem } from '../../base/pem-source';
import { makePrivateFile } from '../../base/private-file';
import type { Config } from '../../config/schema';
import type { SshProfile } from './ssh-profile';

/** A host key in the form that ssh2 takes, with the fingerprint that an operator compares. */
export interface HostKey {
  /** Its file, or the configuration key that it comes from. */
  readonly file: string;
  readonly key: ParsedKey;
  readonly type: string;
}

interface HostKeyOptions {
  /** Folder of keys that the board generates itself: data/keys. */
  readonly keysDir: string;
  readonly profile: SshProfile;
  /** The sysop's own; undefined selects the board's own key. */
  readonly given: PemSource | undefined;
  readonly passphrase: string;
  readonly log: Log;
}

const SETTINGS = 'loginServers.ssh';
const RSA_BITS = 3072;
const MIN_RSA_BITS = 2048;
const MAX_GENERATED = 20;

/** Where the host keys are, from the configuration. */
export function hostKeyOptions(
  { loginServers }: Config,
  places: { readonly dataDir: string; readonly resolveFile: (name: string) => string },
): Omit<HostKeyOptions, 'log'> {
  const { profile, privateKeyPem, privateKeyCommand, privateKeyPass } = loginServers.ssh;
  const { resolveFile } = places;
  return {
    keysDir: join(places.dataDir, 'keys'),
    profile,
    given:
      pemSource(`${SETTINGS}.privateKeyPem`, privateKeyPem, resolveFile) ??
      commandSource(`${SETTINGS}.privateKeyCommand`, privateKeyCommand),
    passphrase: privateKeyPass,
  };
}

/** Loads the host keys of a profile; they are generated at the first start and kept (rule E10). */
export function loadHostKeys(options: HostKeyOptions): Promise<readonly HostKey[]> {
  return readHostKeys(options, async (file, type) => {
    if (!(await isThere(file))) await makeKey(file, type, options.log);
    return true;
  });
}

/** The same without keys that a start would generate: existing ones must be usable. */
export function findHostKeys(options: Omit<HostKeyOptions, 'log'>): Promise<readonly HostKey[]> {
  return readHostKeys(options, isThere);
}

type KeyType = 'ed25519' | 'rsa';

async function readHostKeys(
  options: Omit<HostKeyOptions, 'log'>,
  provide: (file: string, type: KeyType) => Promise<boolean>,
): Promise<readonly HostKey[]> {
  const { keysDir, given, passphrase, profile } = options;
  const ownFile = join(keysDir, 'ssh_host_ed25519');
  if (given === undefined && !(await provide(ownFile, 'ed25519'))) return [];
  const first = await (given === undefined
    ? readHostKey(fileSource(ownFile), '')
    : readHostKey(given, passphrase));
  if (first.type === 'ssh-rsa' && rsaBits(first.key) < MIN_RSA_BITS) {
    throw new BbsError(
      'KEY_UNREADABLE',
      `host key ${first.file} is an RSA key of ${rsaBits(first.key)} bits, the minimum is ${MIN_RSA_BITS}; ` +
        'make an Ed25519 key: ssh-keygen -t ed25519',
    );
  }
  if (profile === 'modern' || first.type === 'ssh-rsa') return [first];
  const rsaFile = join(keysDir, 'ssh_host_rsa');
  return (await provide(rsaFile, 'rsa'))
    ? [first, await readHostKey(fileSource(rsaFile), '')]
    : [first];
}

const fileSource = (name: string): PemSource => ({ kind: 'file', name });

async function readHostKey(source: PemSource, passphrase: string): Promise<HostKey> {
  const { kind, name: file } = source;
  if (kind === 'file') await checkMode(file);
  const text = await readPem(source).catch((error: unknown) => {
    if (error instanceof BbsError) throw error;
    throw unreadable(file, 'make it readable for the user that runs the board', error);
  });
  const key = parseKey(text, passphrase);
  if (key instanceof Error)
    throw unreadable(
      file,
      'it must be a private key; loginServers.ssh.privateKeyPass holds its passphrase',
      key,
    );
  if (!key.isPrivateKey())
    throw unreadable(file, 'it is a public key; name the private one', undefined);
  return { file, key, type: key.type };
}

function parseKey(text: string, passphrase: string): ParsedKey | Error {
  const parsed: unknown = /-----BEGIN (?:ENCRYPTED )?PRIVATE KEY-----/.test(text)
    ? utils.parseKey(traditional(text, passphrase))
    : utils.parseKey(text, passphrase === '' ? undefined : passphrase);
  // OpenSSH files could contain several keys, but none does.
  return (Array.isArray(parsed) ? parsed[0] : parsed) as ParsedKey | Error;
}

/**
 * Converts PKCS #8, which `openssl genrsa` writes since version 3, to the form that ssh2 1.17
 * reads; other text is returned unchanged.
 */
function traditional(text: string, passphrase: string): string {
  try {
    const key = createPrivateKey({ key: text, passphrase });
    if (key.asymmetricKeyType !== 'rsa' && key.asymmetricKeyType !== 'ec') return text;
    const type = key.asymmetricKeyType === 'rsa' ? 'pkcs1' : 'sec1';
    return key.export({ type, format: 'pem' }).toString();
  } catch {
    // A wrong passphrase, or not a key: ssh2 cannot read it either and reports that.
    return text;
  }
}

async function checkMode(file: string): Promise<void> {
  const { mode } = await stat(file).catch((error: unknown) => {
    throw unreadable(file, 'see loginServers.ssh.privateKeyPem', error);
  });
  // Windows has no such bits and reports them all as set.
  if (process.platform === 'win32' || (mode & 0o077) === 0) return;
  throw new BbsError(
    'KEY_UNREADABLE',
    `host key ${file} can be read by others (mode ${(mode & 0o777).toString(8)}); run: chmod 600 ${file}`,
  );
}

function unreadable(file: string, next: string, cause: unknown): BbsError {
  const why = cause === undefined ? '' : `: ${toError(cause).message}`;
  return new BbsError('KEY_UNREADABLE', `host key ${file} cannot be used${why}; ${next}`, {
    cause,
  });
}

function rsaBits(key: ParsedKey): number {
  return createPublicKey(key.getPublicPEM()).asymmetricKeyDetails?.modulusLength ?? 0;
}

function isThere(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw unreadable(file, 'check the folder', error);
    },
  );
}

/** Generates a key where there is none; two simultaneous starts end up with the same key. */
async function makeKey(file: string, type: KeyType, log: Log): Promise<void> {
  const pem = await generateUsableKey(type);
  try {
    makePrivateFile(file, pem);
  } catch (error) {
    throw unreadable(file, 'the board must be able to write its data folder', error);
  }
  log.info('ssh.host-key-made', { file, type });
}

/** Generates a key that can be read back: about one in 300 Ed25519 keys has to be made anew. */
async function generateUsableKey(type: KeyType): Promise<string> {
  for (let attempt = 0; attempt < MAX_GENERATED; attempt += 1) {
    const pem = await generateKey(type);
    if (!(utils.parseKey(pem) instanceof Error)) return pem;
  }
  throw new BbsError('INTERNAL', `no usable ${type} host key came of ${MAX_GENERATED} attempts`);
}

function generateKey(type: KeyType): Promise<string> {
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, pair: { readonly private: string }): void =>
      error === null ? resolve(pair.private) : reject(error);
    if (type === 'rsa') utils.generateKeyPair('rsa', { bits: RSA_BITS }, done);
    else utils.generateKeyPair('ed25519', {}, done);
  });
}
