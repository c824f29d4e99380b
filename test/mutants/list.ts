import { ATTACKS } from './attacks';
import { BACKUP_CODES } from './backup-codes';
import { LINES } from './lines';
import { LINKS } from './links';
import type { Mutant } from './mutant';
import { ONE_TIME_CODES } from './one-time-codes';
import { PASSWORDS } from './passwords';
import { RECOVERY } from './recovery';
import { SESSIONS } from './sessions';
import { SOURCES } from './sources';
import { SSH } from './ssh';
import { STORAGE } from './storage';
import { TELNET } from './telnet';
import { UNTRUSTED_TEXT } from './untrusted-text';
import { WEB_SOCKET } from './web-socket';

/** Every mutant, in the order of docs/security.md. */
export const MUTANTS: readonly Mutant[] = [
  ...ONE_TIME_CODES,
  ...BACKUP_CODES,
  ...PASSWORDS,
  ...LINKS,
  ...SSH,
  ...TELNET,
  ...WEB_SOCKET,
  ...UNTRUSTED_TEXT,
  ...STORAGE,
  ...SESSIONS,
  ...SOURCES,
  ...ATTACKS,
  ...RECOVERY,
  ...LINES,
];

/** Rules whose row names tests and that have no mutant, with the reason. */
export const UNBROKEN: Readonly<Record<string, string>> = {
  M15: 'it is about the mutants themselves',
};
