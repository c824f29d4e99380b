import { join } from 'node:path';
import type { Clock } from '../base/clock';
import type { Log } from '../base/log';
import type { Random } from '../base/random';
import type { Config } from '../config/schema';
import {
  checkCertificate,
  filesOf,
  loadCertificate,
  type Certificate,
  type CertificatePlaces,
} from './certificate';

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
