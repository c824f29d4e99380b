import type { Socket } from 'node:net';
import type { Enrollment } from '../auth/enrollment';
import type { MailChange } from '../auth/mail-change';
import type { PasswordReset } from '../auth/password-reset';
import type { Clock } from '../base/clock';
import type { Log } from '../base/log';
import type { Random } from '../base/random';
import type { Config } from '../config/schema';
import type { FindTemplate } from '../mail/template-files';
import type { WayInName } from '../protocols/ways-in';
import type { Database } from '../store/database';
import type { LiveCertificate } from '../tls/live-certificate';

export type LoginPorts = Readonly<Partial<Record<WayInName, number | undefined>>>;

/** A connection's place among the open ones. */
export interface PagePlace {
  /** Nothing but the board's health may be asked on it. */
  readonly onlyHealth: boolean;
  release(): void;
}

/** What the web server is made of. */
export interface WebServerOptions {
  readonly config: () => Config;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly db: Database;
  readonly enrollment: Enrollment;
  readonly passwordReset: PasswordReset;
  /** Without it there is no page for confirming a mail address. */
  readonly mailChange?: Pick<MailChange, 'find' | 'confirm'>;
  readonly findTemplate: FindTemplate;
  /** Asks at TCP accept for a place among the open connections; undefined refuses (rules K1, K2, L6). */
  readonly admit?: (socket: Socket) => PagePlace | undefined;
  /** Where the login servers listen now, for the pages that say how to call. */
  readonly loginPorts?: () => LoginPorts;
  readonly certificate: LiveCertificate;
}

/** What the routes work with. */
export interface WebParts extends WebServerOptions {
  /** The port that is really in use. */
  readonly port: () => number;
}
