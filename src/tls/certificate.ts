import { X509Certificate, createPrivateKey } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../base/clock';
import { BbsError, toError } from '../base/errors';
import type { Log } from '../base/log';
import { writePrivateFile } from '../base/private-file';
import type { Random } from '../base/random';
import { makeSelfSigned } from './self-signed';
import type { Config } from '../config/schema';

interface CertificatePlaces {
  /** Folder of keys that the board generates itself: data/keys. */
  readonly keysDir: string;
  /** Files of the sysop's; empty selects the board's own certificate. */
  readonly certFile: string;
  readonly keyFile: string;
}

interface CertificateOptions extends CertificatePlaces {
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

const RENEW_MS = 30 * 24 * 3600_000;
const LOCAL_NAMES = ['localhost', '127.0.0.1', '::1'];

/**
 * Loads the certificate of the board; it is generated at the first start where the sysop names
 * none.
 */
export async function loadCertificate(options: CertificateOptions): Promise<Certificate> {
  const { clock, log } = options;
  const { own, certFile, keyFile } = filesOf(options);
  if (own && (await needsNew(certFile, keyFile, options))) {
    const made = makeSelfSigned({
      names: [...new Set([options.domain, ...LOCAL_NAMES])],
      nowMs: clock.nowMs(),
      random: options.random,
    });
    writeOwn(keyFile, made.keyPem);
    writeOwn(certFile, made.certPem);
    log.info('web.certificate-made', { file: certFile, domain: options.domain });
  }
  const certificate = await readPair(certFile, keyFile);
  const validTo = own ? undefined : findEnd(certificate, clock.nowMs());
  if (validTo !== undefined) log.warn('web.certificate-ends', { file: certFile, validTo });
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
  const { own, certFile, keyFile } = filesOf(places);
  if (own) return undefined;
  const validTo = findEnd(await readPair(certFile, keyFile), nowMs);
  if (validTo === undefined) return undefined;
  const verb = Date.parse(validTo) < nowMs ? 'ended' : 'ends';
  return `the certificate ${certFile} ${verb} on ${validTo}: renew it`;
}

/** The expiry time of a certificate that has expired or expires soon. */
function findEnd({ cert }: Certificate, nowMs: number): string | undefined {
  const { validTo } = new X509Certificate(cert);
  return Date.parse(validTo) < nowMs + RENEW_MS ? validTo : undefined;
}

/** The files of certificate and key, and whether they are the board's own. */
function filesOf({ keysDir, certFile, keyFile }: CertificatePlaces): {
  readonly own: boolean;
  readonly certFile: string;
  readonly keyFile: string;
} {
  if (certFile !== '') return { own: false, certFile, keyFile };
  return {
    own: true,
    certFile: join(keysDir, 'web_cert.pem'),
    keyFile: join(keysDir, 'web_key.pem'),
  };
}

async function needsNew(
  certFile: string,
  keyFile: string,
  options: CertificateOptions,
): Promise<boolean> {
  try {
    const found = new X509Certificate((await readPair(certFile, keyFile)).cert);
    const ends = Date.parse(found.validTo) < options.clock.nowMs() + RENEW_MS;
    return ends || found.checkHost(options.domain) === undefined;
  } catch {
    // Missing, or cut short by a crash: it is the board's own and can be generated again.
    return true;
  }
}

async function readPair(certFile: string, keyFile: string): Promise<Certificate> {
  const cert = await read(certFile, 'certPem');
  const key = await read(keyFile, 'keyPem');
  const { mode, uid } = await stat(keyFile);
  // A key that belongs to somebody else (certbot's to root) is readable through a group that was
  // assigned for this.
  const isOurs = uid === process.getuid?.();
  if (process.platform !== 'win32' && (mode & (isOurs ? 0o077 : 0o037)) !== 0) {
    throw new BbsError(
      'KEY_UNREADABLE',
      `the web key ${keyFile} can be read by others; run: chmod ${isOurs ? '600' : '640'} ${keyFile}`,
    );
  }
  try {
    const parsed = new X509Certificate(cert);
    if (!parsed.checkPrivateKey(createPrivateKey(key))) {
      throw new Error(`${keyFile} is not the key of ${certFile}`);
    }
    return { cert, key, fingerprint: parsed.fingerprint256 };
  } catch (error) {
    throw new BbsError(
      'KEY_UNREADABLE',
      `cannot use the web certificate ${certFile}: ${toError(error).message}`,
      { cause: error },
    );
  }
}

async function read(file: string, setting: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new BbsError(
      'KEY_UNREADABLE',
      `cannot read ${file}: ${toError(error).message}; see contentServers.web.https.${setting}`,
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

export interface BoardCertificateOptions {
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
  const { config, clock, random, log } = options;
  return loadCertificate({
    ...placesOf(options),
    domain: config().contentServers.web.domain,
    ...{ clock, random, log },
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

/** The files of the certificate, either the sysop's or the board's own. */
export function boardCertificateFiles(options: CertificateNames): readonly string[] {
  const { certFile, keyFile } = filesOf(placesOf(options));
  return [certFile, keyFile];
}

function placesOf({ config, dataDir, resolveFile }: CertificateNames): CertificatePlaces {
  const { https } = config().contentServers.web;
  return {
    keysDir: join(dataDir, 'keys'),
    certFile: https.certPem === '' ? '' : resolveFile(https.certPem),
    keyFile: https.keyPem === '' ? '' : resolveFile(https.keyPem),
  };
}
