import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import type { Authenticator } from '../auth/authenticator';
import type { Enrollment } from '../auth/enrollment';
import type { FactorRecovery } from '../auth/factor-recovery';
import type { MailChange } from '../auth/mail-change';
import type { PasswordReset } from '../auth/password-reset';
import type { Clock } from '../base/clock';
import type { Log } from '../base/log';
import type { Random } from '../base/random';
import type { Peer } from '../base/source';
import type { PageServerName } from '../config/login-servers';
import type { Config } from '../config/schema';
import type { FindTemplate } from '../mail/template';
import type { WayInName } from '../protocols/ways-in';
import type { Database } from '../store/database';
import type { Say } from '../texts/texts';
import type { LiveCertificate } from '../tls/live-certificate';

declare module 'fastify' {
  interface FastifyRequest {
    /** The client's address, also behind a proxy of the board (rule G3). */
    remoteIp: string;
    /** True where it may be that of many, none of whom is named. */
    isShared: boolean;
  }
}

export type LoginPorts = Readonly<Partial<Record<WayInName, number | undefined>>>;

/** A connection's slot among the open ones. */
export interface PageSlot {
  /** Whom a request on the connection is counted as; undefined for one to be refused. */
  callerOf(headers: IncomingHttpHeaders): Pick<Peer, 'remoteIp' | 'isShared'> | undefined;
  /** True for a request that came to a proxy in clear text. */
  isInClear(headers: IncomingHttpHeaders): boolean;
  /** Set where only the board's health may be requested; called when something else is. */
  readonly onlyHealth?: () => void;
  release(): void;
}

/** A request to a page of a program. */
export interface OwnRequest {
  readonly path: string;
  /** Of names that stand twice, the last. */
  readonly query: Readonly<Record<string, string>>;
  /** The fields of a form that a page of this server sent; empty for GET. */
  readonly fields: ReadonlyMap<string, string>;
  readonly remoteIp: string;
  /** Aborted when the answer is not waited for any more. */
  readonly signal: AbortSignal;
}

export interface OwnAnswer {
  /** 200 where nothing is said. */
  readonly status?: number;
  /** HTML in UTF-8 where nothing is said. */
  readonly type?: string;
  readonly body: string | Buffer;
}

/** A page of a program on the web server, behind the same headers and limits as ours. */
export interface OwnRoute {
  readonly method: 'GET' | 'POST';
  /** Letters, digits and - . _ ~ between slashes; not below /_enig. */
  readonly path: string;
  /** Requests of one source in ten minutes; 120 where nothing is said. */
  readonly mostPerTenMinutes?: number;
  readonly handle: (request: OwnRequest) => OwnAnswer | Promise<OwnAnswer>;
}

/** Dependencies of the web server. */
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
  /** Without it there are no pages for a lost second factor. */
  readonly recovery?: Pick<FactorRecovery, 'look' | 'start' | 'lookStop' | 'stopByLink'>;
  readonly findTemplate: FindTemplate;
  /** The sentences of pages, in the words of this board as they are now. */
  readonly say: Say;
  /** Resolves a file name of the config to a path. */
  readonly resolveFile: (name: string) => string;
  /**
   * Asks for a slot among the open connections of a server before TLS begins; refuses by closing the connection
   * (rules K1, K2, L6).
   */
  readonly accept?: (
    server: PageServerName,
    socket: Socket,
    enter: (slot: PageSlot) => void,
  ) => void;
  /** The ports on which the login servers listen now, for the pages that show how to call. */
  readonly loginPorts?: () => LoginPorts;
  /** Undefined where the pages have no TLS of their own. */
  readonly certificate: LiveCertificate | undefined;
  /** Answers other programs, where `verify.https` is on. */
  readonly authenticator?: Pick<Authenticator, 'verify'>;
  /** Pages of the program that runs the board. */
  readonly ownRoutes?: readonly OwnRoute[] | undefined;
  /** Why a balancer should send nobody here, for `/_enig/ready`; empty where nothing is in the way. */
  readonly notReady?: () => Promise<readonly string[]>;
  /** The destinations that did not take their last caller, for `/_enig/health`, since when in Unix milliseconds. */
  readonly silentDestinations?: () => ReadonlyMap<string, number>;
  /** True for who may read the reasons; nobody else does. */
  readonly mayReadReasons?: (caller: Pick<Peer, 'remoteIp' | 'isShared'>) => boolean;
}

/** Dependencies of the routes. */
export interface WebParts extends WebServerOptions {
  /** The port by which callers reach the pages: the one that is really in use, or that of a proxy. */
  readonly port: () => number;
}
