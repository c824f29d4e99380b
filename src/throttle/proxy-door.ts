import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../base/clock';
import { LIMITS } from '../base/limits';
import { ConfiguredNetworks, isLoopback, peerOf, type Peer } from '../base/source';
import type { Config } from '../config/schema';
import { forwardedClient, forwardedProto } from '../protocols/forwarded';
import { parseProxyHeader, type ProxyHeader } from '../protocols/proxy-protocol';
import type { ConnectionLimiter } from './connection-limiter';

/** Reasons for refusing what comes by a proxy, or should (rule G3). */
export type ProxyRefusal =
  /** It comes from outside `proxies`, whatever it says. */
  | 'not-a-proxy'
  /** It begins with something else, or with nothing within the time limit. */
  | 'no-header'
  | 'bad-header'
  /** The header names an address that no caller of this proxy can have. */
  | 'impossible-address'
  /** It has waited for longest of too many that have not sent a header. */
  | 'headers-waiting'
  /** Not refused, but not believed: who is no proxy sends the header that names a caller. */
  | 'forged-header'
  /** A request whose client came to the proxy without TLS, or of which the proxy does not say that it had it. */
  | 'in-clear';

interface ProxyDoorOptions {
  readonly config: () => Config;
  readonly clock: Clock;
  readonly limiter: ConnectionLimiter;
  /** True where nobody but the proxies may connect, with a PROXY header or without. */
  readonly onlyProxies?: boolean;
  /** Whether the port requires a header now. */
  readonly isRequired: () => boolean;
  readonly onRefused: (remoteIp: string, reason: ProxyRefusal) => void;
}

const NO_CALLER = new Set(['0.0.0.0', '::', '255.255.255.255']);

/**
 * Tells where each connection of one port comes from, before a byte is sent: from its own address,
 * or where the PROXY protocol is required, from the one that the board's proxy names (rule G3).
 */
export class ProxyDoor {
  private readonly proxies: ConfiguredNetworks;

  constructor(private readonly options: ProxyDoorOptions) {
    this.proxies = new ConfiguredNetworks('proxies', () => options.config().proxies);
  }

  /**
   * Calls `enter` as soon as it is known, or closes the connection. Bytes after a header are left
   * in the socket. `takesForeign` is true where a connection past the proxies is taken otherwise.
   */
  pass(
    socket: Socket,
    enter: (peer: Peer) => void,
    takesForeign: (own: Peer) => boolean = () => false,
  ): void {
    const own = peerOf(socket);
    const { isRequired, onlyProxies = false } = this.options;
    if (own === undefined) socket.destroy();
    else if (!isRequired() && (!onlyProxies || this.proxies.has(own.remoteIp))) enter(own);
    else if (this.proxies.has(own.remoteIp)) this.readHeader(socket, own, enter);
    else if (!takesForeign(own)) this.refuse(socket, own, 'not-a-proxy');
  }

  /** True for a web proxy's connection: each request on it names its client (`callerOf`). */
  isWebProxy(own: Peer): boolean {
    return (
      this.options.config().forwardedHeader !== 'off' &&
      !this.options.isRequired() &&
      this.proxies.has(own.remoteIp)
    );
  }

  /** Whom a request on a web proxy's connection is counted as; undefined for one to be refused. */
  callerOf(headers: IncomingHttpHeaders, own: Peer): Peer | undefined {
    const { forwardedHeader } = this.options.config();
    const client =
      forwardedHeader === 'off'
        ? 'none'
        : forwardedClient(headers, forwardedHeader, (ip) => this.proxies.has(ip));
    if (client === 'none') return unnamed(own);
    const peer = client === 'bad-header' ? client : named(client.ip, own);
    if (typeof peer !== 'string') return peer;
    this.options.onRefused(own.remoteIp, peer);
    return undefined;
  }

  /**
   * How a proxy says that the client of a request came to it. Without `forwardedHeader`, where the PROXY
   * protocol names the caller, X-Forwarded-Proto is read.
   */
  protoOf(headers: IncomingHttpHeaders): 'https' | 'clear' | 'none' {
    const { forwardedHeader } = this.options.config();
    const name = forwardedHeader === 'off' ? 'x-forwarded-for' : forwardedHeader;
    return forwardedProto(headers, name, (ip) => this.proxies.has(ip));
  }

  /** Has a line in the log where somebody else than a proxy names a caller, which is not believed. */
  noteForged(headers: IncomingHttpHeaders, own: Peer): void {
    const { forwardedHeader } = this.options.config();
    if (forwardedHeader === 'off' || headers[forwardedHeader] === undefined) return;
    if (!this.proxies.has(own.remoteIp)) this.options.onRefused(own.remoteIp, 'forged-header');
  }

  private readHeader(socket: Socket, own: Peer, enter: (peer: Peer) => void): void {
    const { clock, limiter } = this.options;
    const refuse = (reason: ProxyRefusal): void => {
      stop();
      this.refuse(socket, own, reason);
    };
    const leave = limiter.awaitHeader(() => refuse('headers-waiting'));
    const cancel = clock.after(LIMITS.proxyHeaderMs, () => refuse('no-header'));
    let heard: Buffer = Buffer.alloc(0);
    const read = (): void => {
      const chunk = socket.read() as Buffer | null;
      if (chunk === null) return;
      heard = Buffer.concat([heard, chunk]);
      const header = parseProxyHeader(heard);
      if (header.kind === 'more') return;
      if (header.kind === 'refused') {
        refuse(header.reason);
        return;
      }
      const peer = callerOf(header, own);
      if (typeof peer === 'string') {
        refuse(peer);
        return;
      }
      stop();
      if (heard.length > header.length) socket.unshift(heard.subarray(header.length));
      // Only then has the stream left the mode in which nothing flows by itself.
      process.nextTick(() => {
        if (!socket.destroyed) enter(peer);
      });
    };
    const ended = (): void => {
      stop();
      // A proxy that looks whether the port is open sends nothing: nothing is refused.
      if (heard.length > 0) this.refuse(socket, own, 'no-header');
      else socket.destroy();
    };
    const stop = (): void => {
      cancel();
      leave();
      socket.off('readable', read).off('end', ended).off('close', stop);
    };
    socket.on('readable', read).once('end', ended).once('close', stop);
  }

  private refuse(socket: Socket, own: Peer, reason: ProxyRefusal): void {
    // No sentence: a refused source must not cost more than the accept.
    socket.resetAndDestroy();
    this.options.onRefused(own.remoteIp, reason);
  }
}

/** Whom a proxy's connection is counted as. */
function callerOf(
  { source, isProxyItself }: Extract<ProxyHeader, { kind: 'header' }>,
  own: Peer,
): Peer | ProxyRefusal {
  if (isProxyItself) return own;
  return source === undefined ? unnamed(own) : named(source, own);
}

/** Anybody may stand behind the proxy, so that it is no program of this machine. */
function unnamed({ remoteIp }: Peer): Peer {
  return { remoteIp, isLocal: false, isShared: true };
}

function named(source: string, own: Peer): Peer | ProxyRefusal {
  // Only a proxy on this machine can have a caller on this machine.
  if (NO_CALLER.has(source) || (isLoopback(source) && !own.isLocal)) return 'impossible-address';
  return { remoteIp: source, isLocal: false, isShared: false };
}
