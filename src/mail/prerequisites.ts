import type { Config } from '../config/schema';
import { linkPrefix } from './links';

/** The servers that a mailed link has to do with, each true while it listens. */
export interface Listening {
  readonly ssh: boolean;
  readonly wss: boolean;
  readonly https: boolean;
}

/** Something that a mailed link needs of the board. */
export type Prerequisite = 'secure-login' | 'pages' | 'public-address';

/** What a link is for: who sets up a second factor must also be able to call on a secure line. */
export type LinkPurpose = 'second-factor' | 'account';

interface Words {
  /** Completes "this board lacks ...". */
  readonly needed: string;
  /** For the sysop. */
  readonly remedy: string;
}

const WORDS: Readonly<Record<Prerequisite, Words>> = {
  'secure-login': {
    needed: 'SSH or secure WebSocket, on and listening',
    remedy: 'switch loginServers.ssh.enabled on and restart the board',
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

/** The servers that the configuration switches on, for where no board runs. */
export function configuredServers({ loginServers, contentServers }: Config): Listening {
  return {
    ssh: loginServers.ssh.enabled,
    wss: loginServers.webSocket.wss.enabled,
    https: contentServers.web.https.enabled,
  };
}

/**
 * What the board lacks now for a link of this purpose; asked by screens, `oputil` and `doctor` alike. A
 * mail server is not among it: without one the link waits in the mail folder (`NO_MAIL_SERVER`).
 */
export function missingForLink(
  config: Config,
  listening: Listening,
  purpose: LinkPurpose,
): readonly Prerequisite[] {
  const missing: Prerequisite[] = [];
  if (purpose === 'second-factor' && !listening.ssh && !listening.wss) missing.push('secure-login');
  if (!listening.https) missing.push('pages');
  else if (!isReachable(config)) missing.push('public-address');
  return missing;
}

/** `This board lacks what a mailed link needs: ...`, the same words everywhere. */
export function lackSentence(missing: readonly Prerequisite[]): string {
  const needed = missing.map((each) => WORDS[each].needed).join('; ');
  return `This board lacks what a mailed link needs: ${needed}.`;
}

/** What the sysop does about each. */
export function remedyFor(missing: Prerequisite): string {
  return WORDS[missing].remedy;
}

/** False where the address in the links is of this machine alone, or the pages are, and others call. */
function isReachable(config: Config): boolean {
  const { https, behindProxy, overrideUrlPrefix } = config.contentServers.web;
  const leadsHere = isLoopback(new URL(linkPrefix(config)).hostname);
  if (leadsHere) return !isCalledFromElsewhere(config);
  return behindProxy || overrideUrlPrefix !== '' || !isLoopback(https.address);
}

function isCalledFromElsewhere({ loginServers, contentServers }: Config): boolean {
  const { telnet, ssh, webSocket } = loginServers;
  const servers = [telnet, ssh, webSocket.wss, contentServers.web.https];
  return servers.some(({ enabled, address }) => enabled && !isLoopback(address));
}

/** True for an address or name that means this machine to itself. */
export function isLoopback(address: string): boolean {
  return /^(127\.|::1$|\[::1\]$|localhost$|::ffff:127\.)/i.test(address);
}
