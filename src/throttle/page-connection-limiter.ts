import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import { toError } from '../base/errors';
import type { Config } from '../config/schema';
import type { Peer } from '../base/source';
import type { ConnectionLimiter } from './connection-limiter';
import { ProxyDoor } from './proxy-door';
import { RefusalLog, type RefusalLogOptions } from './refusal-log';

interface PageConnectionLimiterOptions extends Omit<RefusalLogOptions, 'server'> {
  readonly config: () => Config;
  readonly limiter: ConnectionLimiter;
}

/** The slot of a connection to the pages. */
interface PageSlot {
  /** Whom a request on the connection is counted as; undefined for one to be refused. */
  callerOf(headers: IncomingHttpHeaders): Peer | undefined;
  /** Only the board's health may be requested on it. */
  readonly onlyHealth: boolean;
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
    this.refusals = new RefusalLog({ ...options, server: 'https' });
    this.door = new ProxyDoor({
      ...options,
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
      const slot = own.isLocal ? this.healthSlot(own) : undefined;
      if (slot !== undefined) enter(slot);
      return slot !== undefined;
    });
  }

  private get isHeaderRequired(): boolean {
    return this.options.config().contentServers.web.https.proxyProtocol === 'required';
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
      return { callerOf, onlyHealth: false, release: () => result.slot.release() };
    }
    this.refusals.note(peer.remoteIp, result.reason);
    return peer.isLocal ? this.healthSlot(peer) : undefined;
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
  private healthSlot(peer: Peer): PageSlot | undefined {
    if (this.asking >= MAX_HEALTH) return undefined;
    this.asking += 1;
    return { callerOf: () => peer, onlyHealth: true, release: () => void (this.asking -= 1) };
  }

  private end(socket: Socket, remoteIp: string): void {
    this.refusals.note(remoteIp, 'made-room');
    socket.destroy();
  }
}
