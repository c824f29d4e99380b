import { listLoginServers, loginServer } from '../config/login-servers';
import type { Config } from '../config/schema';
import { mapWays, SECURE_WAYS, WAYS_IN, type SecureWayInName } from '../protocols/ways-in';
import { linkPrefix } from './links';

/** The servers that a mailed link depends on, each true while it listens. */
export type Listening = Readonly<Record<SecureWayInName | 'https', boolean>>;

/** A requirement of a mailed link. */
export type Prerequisite = 'secure-login' | 'pages' | 'public-address';

/** The purpose of a link: setting up a second factor also requires a secure way to call. */
export type LinkPurpose = 'second-factor' | 'account';

interface Words {
  /** Completes "this board lacks ...". */
  readonly needed: string;
  /** For the sysop. */
  readonly remedy: string;
}

const WORDS: Readonly<Record<Prerequisite, Words>> = {
  'secure-login': {
    needed: `${SECURE_WAYS.map((way) => WAYS_IN[way].inWords).join(' or ')}, on and listening`,
    remedy: `switch ${SECURE_WAYS.map((way) => WAYS_IN[way].configKey)[0]}.enabled on and restart the board`,
  },
  pages: {
    needed: 'the HTTPS web server, on and listening',
    remedy: 'switch contentServers.web.https.enabled on and restart the board',
  },
  'public-address': {
    needed: 'web pages at an address that callers can reach',
    remedy:
      'set contentServers.web.domain to the name by which callers reach this board, and https.address to one that they can connect to',
  },
};

/** For every screen that would otherwise promise a mail. */
export const NO_MAIL_SERVER =
  'This board sends no mail: the sysop finds the link in its mail folder.';

/** The servers that the configuration enables, for use where no board runs. */
export function configuredServers(config: Config): Listening {
  return {
    ...mapWays((way) => loginServer(config, way).enabled),
    https: config.contentServers.web.https.enabled,
  };
}

/** The secure way in that a caller is sent to: the first of the table that listens. */
export function secureWayTo(listening: Listening): SecureWayInName | undefined {
  return SECURE_WAYS.find((way) => listening[way]);
}

/**
 * The requirements of a link of this purpose that are not met now; used by screens, `oputil` and
 * `doctor` alike. A mail server is not one of them: without it the link waits in the mail folder
 * (`NO_MAIL_SERVER`).
 */
export function missingForLink(
  config: Config,
  listening: Listening,
  purpose: LinkPurpose,
): readonly Prerequisite[] {
  const missing: Prerequisite[] = [];
  const isSecureOff = secureWayTo(listening) === undefined;
  if (purpose === 'second-factor' && isSecureOff) missing.push('secure-login');
  if (!listening.https) missing.push('pages');
  else if (!isReachable(config)) missing.push('public-address');
  return missing;
}

/** `This board lacks what a mailed link needs: ...`, with the same wording everywhere. */
export function lackSentence(missing: readonly Prerequisite[]): string {
  const needed = missing.map((each) => WORDS[each].needed).join('; ');
  return `This board lacks what a mailed link needs: ${needed}.`;
}

/** The sysop's remedy for each. */
export function remedyFor(missing: Prerequisite): string {
  return WORDS[missing].remedy;
}

/**
 * False where callers cannot reach the pages: the links have a loopback address while callers come
 * from elsewhere, or the pages listen on a loopback address only, without a proxy and without
 * overrideUrlPrefix.
 */
function isReachable(config: Config): boolean {
  const { https, behindProxy, overrideUrlPrefix } = config.contentServers.web;
  const leadsHere = isLoopback(new URL(linkPrefix(config)).hostname);
  if (leadsHere) return !isCalledFromElsewhere(config);
  return behindProxy || overrideUrlPrefix !== '' || !isLoopback(https.address);
}

function isCalledFromElsewhere(config: Config): boolean {
  const servers = [...listLoginServers(config), config.contentServers.web.https];
  return servers.some(({ enabled, address }) => enabled && !isLoopback(address));
}

/** True for an address or name of the loopback interface. */
export function isLoopback(address: string): boolean {
  return /^(127\.|::1$|\[::1\]$|localhost$|::ffff:127\.)/i.test(address);
}
