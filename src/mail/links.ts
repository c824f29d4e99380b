import type { OtpType } from '../base/otp-types';
import { hasPages, listLoginServers, loginServer } from '../config/login-servers';
import type { Config } from '../config/schema';
import type { Say } from '../texts/texts';
import {
  isForProxies,
  mapWays,
  SECURE_WAYS,
  type SecureWayInName,
  WAYS_IN,
} from '../protocols/ways-in';

/** Paths of the pages that links in mails open (contract A4.5, A7). */
export const PATHS = {
  register: '/_enig/2fa/enable_2fa_otp',
  resetPassword: '/_enig/sec/reset_password',
  confirmMail: '/_enig/sec/confirm_mail',
  recover: '/_enig/2fa/recover',
  stopRecovery: '/_enig/2fa/stop_recovery',
} as const;

/**
 * The beginning of every link: taken from the configuration alone, never from a request (rule D7).
 * `boundPort` is the port that the web server really uses, which matters where the configured one
 * is 0.
 */
export function linkPrefix(config: Config, boundPort?: number): string {
  const { domain, overrideUrlPrefix, https, http } = config.contentServers.web;
  if (overrideUrlPrefix !== '') return overrideUrlPrefix.replace(/\/+$/, '');
  // Callers meet a proxy with a port of its own.
  if (!https.enabled && http.enabled) return `https://${domain}`;
  const port = https.port === 0 ? (boundPort ?? 443) : https.port;
  return `https://${domain}${port === 443 ? '' : `:${port}`}`;
}

/** The parameters are in the contract's order. */
export function registerUrl(prefix: string, token: string, type: OtpType): string {
  return `${prefix}${PATHS.register}?token=${encodeURIComponent(token)}&otpType=${type}`;
}

export function resetPasswordUrl(prefix: string, token: string): string {
  return `${prefix}${PATHS.resetPassword}?token=${encodeURIComponent(token)}`;
}

export function confirmMailUrl(prefix: string, token: string): string {
  return `${prefix}${PATHS.confirmMail}?token=${encodeURIComponent(token)}`;
}

export function recoverUrl(prefix: string, token: string): string {
  return `${prefix}${PATHS.recover}?token=${encodeURIComponent(token)}`;
}

export function stopRecoveryUrl(prefix: string, token: string): string {
  return `${prefix}${PATHS.stopRecovery}?token=${encodeURIComponent(token)}`;
}

/** The servers that a mailed link depends on, each true while it listens; `https` are the pages, by whichever port. */
export type Listening = Readonly<Record<SecureWayInName | 'https', boolean>>;

/** A requirement of a mailed link. */
export type Prerequisite = 'secure-login' | 'pages' | 'public-address';

/** The purpose of a link: setting up a second factor also requires a secure way to call. */
export type LinkPurpose = 'second-factor' | 'account';

/** The sysop's remedy for each. */
const REMEDIES: Readonly<Record<Prerequisite, string>> = {
  'secure-login': `switch ${SECURE_WAYS.map((way) => WAYS_IN[way].configKey)[0]}.enabled on and restart the board`,
  pages: 'switch contentServers.web.https.enabled on and restart the board',
  'public-address':
    'set contentServers.web.domain to the name by which callers reach this board, and https.address to one that they can connect to',
};

function neededText(say: Say, missing: Prerequisite): string {
  if (missing !== 'secure-login') return say(`mail.lacks-${missing}`);
  return say('mail.lacks-secure-login', {
    ways: SECURE_WAYS.filter((way) => !isForProxies(way))
      .map((way) => WAYS_IN[way].inWords)
      .join(' or '),
  });
}

/** The servers that the configuration enables, for use where no board runs. */
export function configuredServers(config: Config): Listening {
  return {
    ...mapWays((way) => loginServer(config, way).enabled),
    https: hasPages(config),
  };
}

/** The secure way in that a caller is sent to: the first of the table that listens. */
export function secureWayTo(listening: Listening): SecureWayInName | undefined {
  return SECURE_WAYS.find((way) => listening[way]);
}

/**
 * What a caller types to call on a secure way in; undefined where the configuration does not tell by which
 * name callers reach the board, or by which port.
 */
export function secureCommand(config: Config, way: SecureWayInName): string | undefined {
  const { domain } = config.contentServers.web;
  const { command } = WAYS_IN[way];
  const { port } = loginServer(config, way);
  if (isLoopback(domain)) return undefined;
  if (command === undefined) return `${linkPrefix(config)}/`;
  return port === 0 ? undefined : command(domain, port).replace('YOURNAME@', '');
}

/** Completes "call by ...": the way in, with its port where it has one that callers type. */
export function secureCall(config: Config, way: SecureWayInName): string {
  const { callBy, command } = WAYS_IN[way];
  const { port } = loginServer(config, way);
  return command === undefined || port === 0 ? callBy : `${callBy}, port ${port}`;
}

/**
 * The requirements of a link of this purpose that are not met now; used by screens, `oputil` and
 * `doctor` alike. A mail server is not one of them: without it the link waits in the mail folder
 * (`mail.no-server`).
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
export function lackSentence(say: Say, missing: readonly Prerequisite[]): string {
  return say('mail.lacks', { needed: missing.map((each) => neededText(say, each)).join('; ') });
}

/** The sysop's remedy for each. */
export function remedyFor(missing: Prerequisite): string {
  return REMEDIES[missing];
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
  const isBehindProxy = behindProxy || !https.enabled || https.proxyProtocol === 'required';
  return isBehindProxy || overrideUrlPrefix !== '' || !isLoopback(https.address);
}

function isCalledFromElsewhere(config: Config): boolean {
  const servers = [...listLoginServers(config), config.contentServers.web.https];
  return servers.some(
    ({ enabled, address, proxyProtocol }) =>
      enabled && (proxyProtocol === 'required' || !isLoopback(address)),
  );
}

/** True for an address or name of the loopback interface. */
export function isLoopback(address: string): boolean {
  return /^(127\.|::1$|\[::1\]$|localhost$|::ffff:127\.)/i.test(address);
}
