import type { IncomingHttpHeaders } from 'node:http';
import type { Config } from '../config/schema';
import { linkPrefix } from '../mail/links';

const LOOPBACK = /^(?:127\.\d+\.\d+\.\d+|::1)$/;
const LOCAL_HOSTS = ['localhost', '127.0.0.1', '[::1]'];

interface RequestParty {
  readonly headers: IncomingHttpHeaders;
  readonly remoteIp: string;
}

/**
 * False for a request to another host: links are built from the configuration alone, and a page is
 * shown under its own name only (rule D7).
 */
export function isOwnHost(request: RequestParty, config: Config, port: number): boolean {
  const { headers } = request;
  const own = ownHosts(request.remoteIp, config, port);
  const named = [
    headers.host,
    headers['x-forwarded-host'],
    ...forwardedHosts(headers['forwarded']),
  ].filter((host) => host !== undefined);
  return (
    headers.host !== undefined &&
    named.every((host) => typeof host === 'string' && own.has(host.trim().toLowerCase()))
  );
}

/**
 * False for a form that another site sends. Under `Referrer-Policy: no-referrer` browsers send
 * `Origin: null` with the board's own forms, and report their origin in Sec-Fetch-Site (rule D9).
 */
export function isOwnOrigin(request: RequestParty, config: Config, port: number): boolean {
  const { origin } = request.headers;
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') return false;
  if (origin === undefined || origin === 'null') return true;
  return isPageOrigin({ origin, remoteIp: request.remoteIp }, config, port);
}

/** True for the origin of the board's own pages from this caller's point of view (rule G2). */
export function isPageOrigin(
  caller: { readonly origin: string; readonly remoteIp: string },
  config: Config,
  port: number,
): boolean {
  const match = /^https:\/\/([^/]+)$/.exec(caller.origin.toLowerCase());
  return match?.[1] !== undefined && ownAuthorities(caller.remoteIp, config, port).has(match[1]);
}

/** Hosts that a request may name: a client may omit the port. */
function ownHosts(remoteIp: string, config: Config, port: number): ReadonlySet<string> {
  return new Set([...ownNames(remoteIp, config), ...ownAuthorities(remoteIp, config, port)]);
}

/**
 * Authorities of the board's pages, port included: an origin without a port is a service on 443,
 * and may belong to somebody else.
 */
function ownAuthorities(remoteIp: string, config: Config, port: number): ReadonlySet<string> {
  const own = ownNames(remoteIp, config).flatMap((name) =>
    port === 443 ? [name, `${name}:443`] : [`${name}:${port}`],
  );
  return new Set([...own, new URL(linkPrefix(config, port)).host.toLowerCase()]);
}

function ownNames(remoteIp: string, config: Config): readonly string[] {
  const domain = config.contentServers.web.domain.toLowerCase();
  // Requests from the machine itself, for a health check or a look by the sysop.
  return LOOPBACK.test(remoteIp) ? [domain, ...LOCAL_HOSTS] : [domain];
}

function forwardedHosts(header: string | undefined): readonly string[] {
  return [...(header ?? '').matchAll(/(?:^|[;,\s])host="?([^";,\s]*)/gi)].map(
    ([, host = '']) => host,
  );
}
