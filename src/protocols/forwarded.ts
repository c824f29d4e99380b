import type { IncomingHttpHeaders } from 'node:http';
import { isIP, SocketAddress } from 'node:net';
import { plainIp } from '../base/source';

/** A header in which a web proxy names the hops that a request came by. */
type ForwardedHeader = 'x-forwarded-for' | 'forwarded';

/**
 * The address of the client that a request came from: of the hops, from the last to the first, the
 * first one that is no proxy of the board, because only its proxies are believed. `none` without the
 * header, `bad-header` where such a hop has no address.
 */
export function forwardedClient(
  headers: IncomingHttpHeaders,
  name: ForwardedHeader,
  isProxy: (ip: string) => boolean,
): { readonly ip: string } | 'none' | 'bad-header' {
  // Node.js joins the lines of a header that stands more than once.
  const text = [headers[name] ?? []].flat().join(',');
  if (text.trim() === '') return 'none';
  let client: string | undefined;
  for (const hop of hopsOf(text, name).reverse()) {
    client = addressOf(hop);
    if (client === undefined) return 'bad-header';
    if (!isProxy(client)) break;
  }
  return client === undefined ? 'bad-header' : { ip: client };
}

/**
 * How the client came to the board's proxies, as they say it: `https` only where all of them do. What stands in
 * `Forwarded` before the client's own element, the client may have written.
 */
export function forwardedProto(
  headers: IncomingHttpHeaders,
  name: ForwardedHeader,
  isProxy: (ip: string) => boolean,
): 'https' | 'clear' | 'none' {
  const said = name === 'forwarded' ? protosOf(headers, isProxy) : plainProtosOf(headers);
  if (said.every((proto) => proto === undefined)) return 'none';
  return said.every((proto) => /^(?:https|wss)$/.test(proto ?? '')) ? 'https' : 'clear';
}

function plainProtosOf(headers: IncomingHttpHeaders): readonly (string | undefined)[] {
  const text = [headers['x-forwarded-proto'] ?? []].flat().join(',').trim();
  return text === '' ? [] : text.split(',').map((each) => each.trim().toLowerCase());
}

function protosOf(
  headers: IncomingHttpHeaders,
  isProxy: (ip: string) => boolean,
): readonly (string | undefined)[] {
  const protos: (string | undefined)[] = [];
  for (const pairs of elementsOf([headers['forwarded'] ?? []].flat().join(',')).reverse()) {
    protos.push(valueOf(pairs, /^\s*proto=(.*)$/i)?.toLowerCase());
    const ip = addressOf(valueOf(pairs, /^\s*for=(.*)$/i) ?? '');
    if (ip === undefined || !isProxy(ip)) break;
  }
  return protos;
}

function hopsOf(text: string, name: ForwardedHeader): string[] {
  if (name === 'x-forwarded-for') return text.split(',');
  return elementsOf(text).map((pairs) => valueOf(pairs, /^\s*for=(.*)$/i) ?? '');
}

/** The pairs of each element of `Forwarded`. */
function elementsOf(text: string): (readonly string[])[] {
  // A quote that a client leaves open would hide what the proxy adds.
  if ((text.split('"').length - 1) % 2 === 1) return [[]];
  // A comma or semicolon in quotes separates nothing (RFC 7239, section 4).
  const elements = text.match(/(?:[^,"]|"[^"]*")+/g) ?? [];
  return elements.map((element) => element.match(/(?:[^;"]|"[^"]*")+/g) ?? []);
}

/** The value of a parameter that stands exactly once. */
function valueOf(pairs: readonly string[], pattern: RegExp): string | undefined {
  const values = pairs.flatMap((pair) => pattern.exec(pair)?.[1] ?? []);
  return values.length === 1 ? (values[0] ?? '').trim().replace(/^"(.*)"$/, '$1') : undefined;
}

/** The address of a hop, which may have a port; IPv6 then stands in brackets. */
function addressOf(hop: string): string | undefined {
  const text = hop.trim();
  const bare =
    /^\[([^\]]*)\](?::\d{1,5})?$/.exec(text)?.[1] ?? text.replace(/^([^:]*):\d{1,5}$/, '$1');
  const family = isIP(bare);
  if (family === 0 || bare.includes('%')) return undefined;
  const { address } = new SocketAddress({ address: bare, family: family === 4 ? 'ipv4' : 'ipv6' });
  return plainIp(address);
}
