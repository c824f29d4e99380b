import { join } from 'node:path';
import type { Clock } from '../base/clock';
import type { Log } from '../base/log';
import type { Random } from '../base/random';
import type { Config } from '../config/schema';
import { loadCertificate, type Certificate } from './certificate';

export interface BoardCertificateOptions {
  readonly config: () => Config;
  readonly dataDir: string;
  /** Turns a file name of the config into a path. */
  readonly resolveFile: (name: string) => string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** The board's one certificate: the HTTPS pages and secure WebSocket show the same. */
export function loadBoardCertificate(options: BoardCertificateOptions): Promise<Certificate> {
  const { config, dataDir, resolveFile, clock, random, log } = options;
  const { https, domain } = config().contentServers.web;
  return loadCertificate({
    keysDir: join(dataDir, 'keys'),
    certFile: https.certPem === '' ? '' : resolveFile(https.certPem),
    keyFile: https.keyPem === '' ? '' : resolveFile(https.keyPem),
    ...{ domain, clock, random, log },
  });
}
