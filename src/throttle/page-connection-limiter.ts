import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import { toError } from '../base/errors';
import type { PageServerName } from '../config/login-servers';
import type { Config } from '../config/schema';
import type { Peer } from '../base/source';
import type { ConnectionLimiter } from './connection-limiter';
import { ProxyDoor } from './proxy-door';
import { RefusalLog, type RefusalLogOptions } from './refusal-log';

interface PageConnectionLimiterOptions extends RefusalLogOptions {
  readonly config: () => Config;
  readonly server: PageServerName;
  readonly limiter: ConnectionLimiter;
}

/** The slot of a connection to the pages. */
interface PageSlot {
  /** Whom a request on the connection is counted as; undefined for one to be refused. */
  callerOf(headers: IncomingHttpHeaders): Peer | undefined;
  /** True for a request that came to a proxy in clear text, which has a line in the log. */
  isInClear(headers: IncomingHttpHeaders): boolean;
  /** Set where only the board's health may be requested; called when something else is. */
  readonly onlyHealth?: () => void;
  release(): void;
}

/** Limit of local connections that are only for the health check (rule M11). */
const MAX_HEALTH = 8;

/** Asks the limiter of the login servers for the pages. */
export class PageConnectionLimiter {
  private readonly refusals: RefusalLog;
  private readonly door: ProxyDoor;
  private asking = 0;

  constructor(private readonly options: PageConnectionLimiterOptions) {
    this.refusals = new RefusalLog(options);
    this.door = new ProxyDoor({
      ...{ ...options, onlyProxies: options.server === 'http' },
      isRequired: () => this.isHeaderRequired,
      onRefused: (remoteIp, reason) => this.refusals.note(remoteIp, reason),
    });
  }

  /** Calls `enter` with a slot once it is known whom the connection is counted as, or closes it. */
  accept(socket: Socket, enter: (slot: PageSlot) => void): void {
    const enterPeer = (peer: Peer): void => {
      try {
        const slot = this.slotFor(socket, peer);
        if (slot === undefined) socket.resetAndDestroy();
        else enter(slot);
      } catch (error) {
        // A failure of one socket, after a header outside of the accept: the port stays open.
        const { remoteIp } = peer;
        this.options.log.error('web.failed', { remoteIp, error: toError(error) });
        socket.destroy();
      }
    };
    // A supervisor on this machine is no caller (rule M11).
    this.door.pass(socket, enterPeer, (own) => {
      const note = (): void => this.refusals.note(own.remoteIp, 'not-a-proxy');
      const slot = own.isLocal ? this.healthSlot(own, note) : undefined;
      if (slot !== undefined) enter(slot);
      return slot !== undefined;
    });
  }

  private get isHeaderRequired(): boolean {
    const { web } = this.options.config().contentServers;
    return web[this.options.server].proxyProtocol === 'required';
  }

  private slotFor(socket: Socket, peer: Peer): PageSlot | undefined {
    const { limiter, config } = this.options;
    const request = { ...peer, end: () => this.end(socket, peer.remoteIp) };
    const isWebProxy = this.door.isWebProxy(peer);
    const isForMany =
      isWebProxy || (config().contentServers.web.behindProxy && !this.isHeaderRequired);
    const result = isForMany ? limiter.acceptProxy(request) : limiter.accept(request);
    if (result.ok) {
      const callerOf = isWebProxy
        ? (headers: IncomingHttpHeaders) => this.callerBy(peer, headers)
        : (headers: IncomingHttpHeaders) => {
            this.door.noteForged(headers, peer);
            return peer;
          };
      const isInClear = (headers: IncomingHttpHeaders): boolean =>
        this.isInClear(headers, { remoteIp: peer.remoteIp, isWebProxy });
      return { callerOf, isInClear, release: () => result.slot.release() };
    }
    this.refusals.note(peer.remoteIp, result.reason);
    return peer.isLocal ? this.healthSlot(peer, () => undefined) : undefined;
  }

  /** With TLS of its own a proxy may say nothing; without it a proxy has to say that its client had it. */
  private isInClear(
    headers: IncomingHttpHeaders,
    { remoteIp, isWebProxy }: { readonly remoteIp: string; readonly isWebProxy: boolean },
  ): boolean {
    const isPlain = this.options.server === 'http';
    const proto = this.door.protoOf(headers);
    if (isPlain ? proto === 'https' : !isWebProxy || proto !== 'clear') return false;
    this.refusals.note(remoteIp, 'in-clear');
    return true;
  }

  private callerBy(proxy: Peer, headers: IncomingHttpHeaders): Peer | undefined {
    const caller = this.door.callerOf(headers, proxy);
    if (caller === undefined || this.options.limiter.admits(caller)) return caller;
    this.refusals.note(caller.remoteIp, 'penalty');
    return undefined;
  }

  /** Logs the refusals that were counted but not logged yet. */
  close(): void {
    this.refusals.close();
  }

  /**
   * A supervisor on this machine always gets its health check, whatever other callers or local
   * programs do.
   */
  private healthSlot(peer: Peer, onlyHealth: () => void): PageSlot | undefined {
    if (this.asking >= MAX_HEALTH) return undefined;
    this.asking += 1;
    return {
      ...{ callerOf: () => peer, isInClear: () => false, onlyHealth },
      release: () => void (this.asking -= 1),
    };
  }

  private end(socket: Socket, remoteIp: string): void {
    this.refusals.note(remoteIp, 'made-room');
    socket.destroy();
  }
}
