import { X509Certificate, createPrivateKey } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../base/clock';
import { BbsError, toError } from '../base/errors';
import type { Log } from '../base/log';
import { commandSource, type PemSource, pemSource, readPem } from '../base/pem-source';
import { writePrivateFile } from '../base/private-file';
import type { Random } from '../base/random';
import { makeSelfSigned } from './self-signed';
import type { Config } from '../config/schema';

interface MakingOptions {
  /** Whether a new certificate may still be written; where it is not given, it may. */
  readonly mayMake?: () => boolean;
}

interface CertificatePlaces {
  /** Folder of keys that the board generates itself: data/keys. */
  readonly keysDir: string;
  /** The sysop's; undefined selects the board's own certificate. */
  readonly given: Pair | undefined;
}

interface CertificateOptions extends CertificatePlaces, MakingOptions {
  /** Host name in links; the certificate is issued for it. */
  readonly domain: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

export interface Certificate {
  readonly cert: string;
  readonly key: string;
  /** For an operator to compare with the one that the browser shows. */
  readonly fingerprint: string;
}

const SETTINGS = 'contentServers.web.https';
const RENEW_MS = 30 * 24 * 3600_000;
const LOCAL_NAMES = ['localhost', '127.0.0.1', '::1'];

/**
 * Loads the certificate of the board; it is generated at the first start where the sysop names
 * none.
 */
export async function loadCertificate(options: CertificateOptions): Promise<Certificate> {
  const { clock, log } = options;
  const { own, cert, key } = sourcesOf(options);
  if (own && (await needsNew({ cert, key }, options)) && options.mayMake?.() !== false) {
    const made = makeSelfSigned({
      names: [...new Set([options.domain, ...LOCAL_NAMES])],
      nowMs: clock.nowMs(),
      random: options.random,
    });
    writeOwn(key.name, made.keyPem);
    writeOwn(cert.name, made.certPem);
    log.info('web.certificate-made', { file: cert.name, domain: options.domain });
  }
  const certificate = await readPair({ cert, key });
  const validTo = own ? undefined : findEnd(certificate, clock.nowMs());
  if (validTo !== undefined) log.warn('web.certificate-ends', { file: cert.name, validTo });
  return certificate;
}

/**
 * Checks the sysop's certificate without generating any: throws where a start would throw, and
 * returns a warning where it expires soon or has expired. The board's own is not checked, because
 * it is replaced whenever it cannot be used.
 */
async function checkCertificate(
  places: CertificatePlaces,
  nowMs: number,
): Promise<string | undefined> {
  const { own, ...pair } = sourcesOf(places);
  if (own) return undefined;
  const validTo = findEnd(await readPair(pair), nowMs);
  if (validTo === undefined) return undefined;
  const verb = Date.parse(validTo) < nowMs ? 'ended' : 'ends';
  return `the certificate ${pair.cert.name} ${verb} on ${validTo}: renew it`;
}

/** The expiry time of a certificate that has expired or expires soon. */
function findEnd({ cert }: Certificate, nowMs: number): string | undefined {
  const { validTo } = new X509Certificate(cert);
  return Date.parse(validTo) < nowMs + RENEW_MS ? validTo : undefined;
}

interface Pair {
  readonly cert: PemSource;
  readonly key: PemSource;
}

/** Where certificate and key come from, and whether they are the board's own. */
function sourcesOf({ keysDir, given }: CertificatePlaces): Pair & { readonly own: boolean } {
  if (given !== undefined) return { own: false, ...given };
  const own = (name: string): PemSource => ({ kind: 'file', name: join(keysDir, name) });
  return { own: true, cert: own('web_cert.pem'), key: own('web_key.pem') };
}

async function needsNew(pair: Pair, options: CertificateOptions): Promise<boolean> {
  try {
    const found = new X509Certificate((await readPair(pair)).cert);
    const ends = Date.parse(found.validTo) < options.clock.nowMs() + RENEW_MS;
    return ends || found.checkHost(options.domain) === undefined;
  } catch {
    // Missing, or cut short by a crash: it is the board's own and can be generated again.
    return true;
  }
}

async function readPair(pair: Pair): Promise<Certificate> {
  const cert = await read(pair.cert, 'certPem');
  const key = await read(pair.key, 'keyPem');
  if (pair.key.kind === 'file') await checkMode(pair.key.name);
  try {
    const parsed = new X509Certificate(cert);
    if (!parsed.checkPrivateKey(createPrivateKey(key))) {
      throw new Error(`${pair.key.name} is not the key of ${pair.cert.name}`);
    }
    return { cert, key, fingerprint: parsed.fingerprint256 };
  } catch (error) {
    throw new BbsError(
      'KEY_UNREADABLE',
      `cannot use the web certificate ${pair.cert.name}: ${toError(error).message}`,
      { cause: error },
    );
  }
}

async function checkMode(keyFile: string): Promise<void> {
  const { mode, uid } = await stat(keyFile);
  // A key that belongs to somebody else (certbot's to root) is readable through a group that was
  // assigned for this.
  const isOurs = uid === process.getuid?.();
  if (process.platform === 'win32' || (mode & (isOurs ? 0o077 : 0o037)) === 0) return;
  throw new BbsError(
    'KEY_UNREADABLE',
    `the web key ${keyFile} can be read by others; run: chmod ${isOurs ? '600' : '640'} ${keyFile}`,
  );
}

async function read(source: PemSource, setting: string): Promise<string> {
  try {
    return await readPem(source);
  } catch (error) {
    if (error instanceof BbsError) throw error;
    throw new BbsError(
      'KEY_UNREADABLE',
      `cannot read ${source.name}: ${toError(error).message}; see ${SETTINGS}.${setting}`,
      { cause: error },
    );
  }
}

function writeOwn(file: string, content: string): void {
  try {
    writePrivateFile(file, content);
  } catch (error) {
    throw new BbsError('KEY_UNREADABLE', `cannot write ${file}: ${toError(error).message}`, {
      cause: error,
    });
  }
}

export interface BoardCertificateOptions extends MakingOptions {
  readonly config: () => Config;
  readonly dataDir: string;
  /** Resolves a file name of the config to a path. */
  readonly resolveFile: (name: string) => string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

type CertificateNames = Pick<BoardCertificateOptions, 'config' | 'dataDir' | 'resolveFile'>;

/** The board's one certificate: the HTTPS pages and secure WebSocket use the same. */
export function loadBoardCertificate(options: BoardCertificateOptions): Promise<Certificate> {
  const { config, ...making } = options;
  return loadCertificate({
    ...making,
    ...placesOf(options),
    domain: config().contentServers.web.domain,
  });
}

/**
 * The same check without creating a certificate; returns a warning where it expires soon or has
 * expired.
 */
export function checkBoardCertificate(
  options: CertificateNames & { readonly clock: Clock },
): Promise<string | undefined> {
  return checkCertificate(placesOf(options), options.clock.nowMs());
}

/** The files of the certificate that can be watched, either the sysop's or the board's own. */
export function boardCertificateFiles(options: CertificateNames): readonly string[] {
  const { cert, key } = sourcesOf(placesOf(options));
  return [cert, key].filter(({ kind }) => kind === 'file').map(({ name }) => name);
}

function placesOf({ config, dataDir, resolveFile }: CertificateNames): CertificatePlaces {
  const { certPem, keyPem, keyCommand } = config().contentServers.web.https;
  const cert = pemSource(`${SETTINGS}.certPem`, certPem, resolveFile);
  const key =
    pemSource(`${SETTINGS}.keyPem`, keyPem, resolveFile) ??
    commandSource(`${SETTINGS}.keyCommand`, keyCommand);
  return {
    keysDir: join(dataDir, 'keys'),
    given: cert === undefined || key === undefined ? undefined : { cert, key },
  };
}
