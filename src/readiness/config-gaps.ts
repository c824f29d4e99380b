import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { toError } from '../base/errors';
import { isPemText } from '../base/pem-source';
import type { Board } from '../config/board';
import {
  hasPages,
  listLoginServers,
  PASSWORD_RULE_KEY,
  passwordRule,
} from '../config/login-servers';
import type { Config } from '../config/schema';
import { isLoopback, lackSentence, type Listening, missingForLink, remedyFor } from '../mail/links';
import { BROWSER_WAYS, isForProxies, WAYS_IN } from '../protocols/ways-in';
import { sayStock } from '../texts/texts';

/** One point that a board lacks for the public. */
export interface Gap {
  /** `missing` is required; `advice` is optional. */
  readonly weight: 'missing' | 'advice';
  readonly text: string;
}

export const missing = (text: string): Gap => ({ weight: 'missing', text });
export const advice = (text: string): Gap => ({ weight: 'advice', text });

const MAX_NAMED = 3;

/** The first names of a list, and the number of the others. */
export function nameSome(names: readonly string[]): string {
  const more = names.length > MAX_NAMED ? ` and ${names.length - MAX_NAMED} more` : '';
  return `${names.slice(0, MAX_NAMED).join(', ')}${more}`;
}

/** What the configuration lacks for the public; reads no files but the certificate. */
export function findConfigGaps(
  config: Config,
  state: {
    readonly board: Pick<Board, 'boardDir'>;
    readonly nowMs: number;
    /** Servers of the running board; without one, those that the configuration enables. */
    readonly listening: Listening;
  },
): readonly Gap[] {
  return [
    ...addressGaps(config),
    ...linkGaps(config, state.listening),
    ...webGaps(config, state.board, state.nowMs),
    ...mailGaps(config),
    ...clearTextGaps(config),
  ];
}

function* addressGaps(config: Config): Iterable<Gap> {
  const { https, behindProxy } = config.contentServers.web;
  const ways = listLoginServers(config)
    .filter(({ way }) => !isForProxies(way))
    // A web proxy before the pages is before the terminal of browsers as well.
    .map((server) => ({ ...server, isForBrowsers: BROWSER_WAYS.includes(server.way) }));
  const pages = { path: 'contentServers.web.https', isForBrowsers: true, socket: '', ...https };
  for (const server of [...ways, pages]) {
    const { path, enabled, address, proxyProtocol, isForBrowsers, socket } = server;
    const isBehindProxy = proxyProtocol === 'required' || (isForBrowsers && behindProxy);
    if (!enabled || isBehindProxy || socket !== '' || !isLoopback(address)) continue;
    yield missing(
      `${path}.address is ${address}: only this machine can call; 0.0.0.0 or :: opens it`,
    );
  }
}

/** The sentences that callers and `user 2fa-link` get, with the remedy. */
function* linkGaps(config: Config, listening: Listening): Iterable<Gap> {
  for (const each of missingForLink(config, listening, 'second-factor')) {
    yield missing(`${lackSentence(sayStock, [each]).replace(/\.$/, '')}: ${remedyFor(each)}`);
  }
}

function* webGaps(config: Config, board: Pick<Board, 'boardDir'>, nowMs: number): Iterable<Gap> {
  const { domain, overrideUrlPrefix, behindProxy, https } = config.contentServers.web;
  const host = overrideUrlPrefix === '' ? domain : hostOf(overrideUrlPrefix);
  if (!hasPages(config)) return;
  if (host === 'localhost') {
    yield missing(
      'contentServers.web.domain is localhost: set the name by which callers reach this board',
    );
  }
  if (behindProxy || !https.enabled) return;
  if (https.certPem === '') {
    yield missing(
      'contentServers.web.https.certPem is empty: browsers distrust the self-made certificate',
    );
    return;
  }
  const isText = isPemText(https.certPem);
  const name = isText ? 'contentServers.web.https.certPem' : resolve(board.boardDir, https.certPem);
  const read = (): string => (isText ? https.certPem : readFileSync(name, 'utf8'));
  yield* certificateGaps({ name, read }, host, nowMs);
}

function hostOf(prefix: string): string {
  return URL.canParse(prefix) ? new URL(prefix).hostname : prefix;
}

const DAY_MS = 86_400_000;
const SOON_DAYS = 14;

function* certificateGaps(
  { name, read }: { readonly name: string; readonly read: () => string },
  host: string,
  nowMs: number,
): Iterable<Gap> {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(read());
  } catch (error) {
    yield missing(`the certificate ${name} cannot be used: ${toError(error).message}`);
    return;
  }
  const endsMs = Date.parse(certificate.validTo);
  if (endsMs < nowMs) yield missing(`the certificate ${name} ended on ${certificate.validTo}`);
  else if (endsMs < nowMs + SOON_DAYS * DAY_MS) {
    yield advice(`the certificate ${name} ends on ${certificate.validTo}: renew it`);
  }
  if (host !== 'localhost' && certificate.checkHost(host) === undefined) {
    yield missing(`the certificate ${name} is not for ${host}`);
  }
}

function* mailGaps({ email }: Config): Iterable<Gap> {
  if (email.transport === null) {
    yield missing('email.transport is not set: mails stay in data/mail as files');
  } else if (email.defaultFrom === '') {
    yield advice('email.defaultFrom is empty: mails come from noreply@ the web domain');
  }
}

function* clearTextGaps(config: Config): Iterable<Gap> {
  for (const { way, enabled, address, proxyProtocol } of listLoginServers(config)) {
    const { secure, inWords } = WAYS_IN[way];
    if (secure || !enabled || (isLoopback(address) && proxyProtocol === 'off')) continue;
    const rule = passwordRule(config, { secure });
    const takesCodes = rule === 'never' && !listLoginServers(config).some(isSecureAndOn);
    if (takesCodes) {
      yield missing(
        `${PASSWORD_RULE_KEY} is never, and no secure way in is on: nobody can set up an app or print a sheet of codes`,
      );
    }
    if (rule !== 'allow') continue;
    yield advice(
      `${inWords} carries passwords in clear text: ${PASSWORD_RULE_KEY}: with-otp lets in only accounts with a second factor, never asks for a code in place of the password`,
    );
  }
}

function isSecureAndOn({ way, enabled }: ReturnType<typeof listLoginServers>[number]): boolean {
  return enabled && WAYS_IN[way].secure;
}
