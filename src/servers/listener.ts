import { isForProxies, WAYS_IN, type WayInName } from '../protocols/ways-in';
import type { IncomingHttpHeaders } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import type { Clock } from '../base/clock';
import { BbsError, toError } from '../base/errors';
import type { Log } from '../base/log';
import { nameUnixSocket, type Peer } from '../base/source';
import { listenOnSocket } from '../base/unix-socket';
import { loginServer } from '../config/login-servers';
import type { Config } from '../config/schema';
import type { ConnectionLimiter } from '../throttle/connection-limiter';
import { LoginDeadline } from '../throttle/login-deadline';
import { InputTurns } from './input-queue';
import { RefusalLog } from '../throttle/refusal-log';
import type { ConnectionSlot } from '../throttle/connection-slot';
import { ProxyDoor } from '../throttle/proxy-door';

/** An accepted TCP connection; the deadline of its sign-in is running. */
export interface Accepted {
  readonly socket: Socket;
  /** The caller's address, also behind a proxy of the board (rule G3). */
  readonly remoteIp: string;
  readonly slot: ConnectionSlot;
  readonly deadline: LoginDeadline;
  /** Shared by the callers of this port. */
  readonly turns: InputTurns;
  /** Called when there is no free node for the caller. */
  readonly onNodesBusy: () => void;
  /**
   * To be called with the headers of a request, where the protocol has one and they have not named the caller.
   * Returns true where the call is in clear text on its way to a proxy.
   */
  readonly onHeaders?: (headers: IncomingHttpHeaders) => boolean;
  /** True where the call is in clear text on its way to a proxy. */
  readonly isInClear?: boolean;
}

export interface BoundAddress {
  /** The path of a Unix socket; `port` is then that of the proxy before it. */
  readonly address: string;
  readonly port: number;
}

interface ListenerOptions {
  readonly server: WayInName;
  readonly address: string;
  readonly port: number;
  /** The Unix socket to listen on in place of them, absolute. */
  readonly socket?: { readonly path: string; readonly forGroup: boolean } | undefined;
  readonly config: () => Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly limiter: ConnectionLimiter;
  readonly onAccepted: (accepted: Accepted) => void;
  /** Takes web proxies' connections, where the protocol has a request that names the caller. */
  readonly onUnnamed?: (unnamed: Unnamed) => void;
}

/** A web proxy's connection, before the request that names its caller. */
export interface Unnamed {
  readonly socket: Socket;
  /** The proxy's address. */
  readonly remoteIp: string;
  /** Accepts the caller whom the request names; undefined where the connection was closed instead. */
  readonly name: (headers: IncomingHttpHeaders) => Accepted | undefined;
}

// Keys are single bytes that must be sent at once, and dead connections must be detected (rule E9).
const SOCKET_OPTIONS = { noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 } as const;
const BACKLOG = 1024;

/**
 * One port: accepts, counts and refuses connections, and starts the login deadline of each caller
 * at TCP accept.
 */
export class Listener {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private bound: BoundAddress;
  private closed: Promise<void> | undefined;
  private removeSocket: () => void = () => undefined;
  private connections = 0;
  private readonly refusals: RefusalLog;
  private readonly door: ProxyDoor;
  private readonly turns = new InputTurns();

  private constructor(private readonly options: ListenerOptions) {
    this.bound = { address: options.address, port: options.port };
    this.refusals = new RefusalLog(options);
    this.door = new ProxyDoor({
      ...{ ...options, onlyProxies: isForProxies(options.server) },
      isRequired: () => loginServer(options.config(), options.server).proxyProtocol === 'required',
      onRefused: (remoteIp, reason) => this.refusals.note(remoteIp, reason),
    });
    // The board closes half-open sockets itself: a program piped into a connection still gets its
    // first screen.
    this.server = createServer({ ...SOCKET_OPTIONS, allowHalfOpen: true }, (socket) =>
      this.accept(socket),
    );
  }

  /** Listens, or throws a BbsError that names the server, its address and the remedy. */
  static async open(options: ListenerOptions): Promise<Listener> {
    const listener = new Listener(options);
    const { socket, server } = options;
    if (socket === undefined) await listener.listen();
    else {
      const place = { ...socket, key: `${WAYS_IN[server].configKey}.socket` };
      listener.removeSocket = await listenOnSocket(place, (path) => listener.listen(path)).catch(
        (error: unknown) => {
          listener.stop();
          throw error;
        },
      );
      listener.bound = { address: socket.path, port: options.port };
    }
    options.log.info('server.listening', { server, ...listener.address });
    return listener;
  }

  get address(): BoundAddress {
    return this.bound;
  }

  /** Stops accepting connections; callers stay. */
  stop(): void {
    if (this.closed !== undefined) return;
    this.closed = new Promise((resolve) => this.server.close(() => resolve()));
    this.removeSocket();
  }

  /** Closes every connection; resolves when the port is free and all sockets are closed. */
  async close(): Promise<void> {
    this.stop();
    for (const socket of this.sockets) socket.destroy();
    this.refusals.close();
    await this.closed;
  }

  private listen(path?: string): Promise<void> {
    const { server: name, address, port, log } = this.options;
    return new Promise((resolve, reject) => {
      const refuse = (error: NodeJS.ErrnoException): void =>
        reject(listenError(error, this.options));
      this.server.once('error', refuse);
      const at = path === undefined ? { host: address, port } : { path };
      this.server.listen({ ...at, backlog: BACKLOG }, () => {
        this.server.off('error', refuse);
        const bound = this.server.address();
        if (typeof bound === 'object' && bound !== null)
          this.bound = { address: bound.address, port: bound.port };
        // A failed accept (EMFILE, ECONNABORTED) is no reason to stop.
        this.server.on('error', (error) => log.error('server.error', { server: name, error }));
        resolve();
      });
    });
  }

  private accept(socket: Socket): void {
    // Registered first, because a reset can come at any time after the accept.
    socket.on('error', () => undefined);
    if (this.options.socket !== undefined) nameUnixSocket(socket, (this.connections += 1));
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
    this.door.pass(socket, (peer) => {
      try {
        const { onUnnamed, onAccepted } = this.options;
        if (onUnnamed !== undefined && this.door.isWebProxy(peer)) {
          onUnnamed(this.awaitName(socket, peer));
          return;
        }
        const accepted = this.acceptCaller(socket, peer);
        if (accepted !== undefined) onAccepted(accepted);
      } catch (error) {
        // A failure of one call, whatever its cause: the port stays open for the next (rule F1).
        const { remoteIp } = peer;
        this.options.log.error('call.failed', { remoteIp, error: toError(error) });
        socket.destroy();
      }
    });
  }

  private awaitName(socket: Socket, proxy: Peer): Unnamed {
    const { remoteIp } = proxy;
    const leave = this.options.limiter.awaitHeader(() => {
      this.refusals.note(remoteIp, 'headers-waiting');
      socket.destroy();
    });
    socket.once('close', leave);
    const name = (headers: IncomingHttpHeaders): Accepted | undefined => {
      leave();
      const caller = this.door.callerOf(headers, proxy);
      if (caller === undefined) {
        socket.resetAndDestroy();
        return undefined;
      }
      const accepted = this.acceptCaller(socket, caller);
      return accepted && { ...accepted, isInClear: this.isInClear(headers) };
    };
    return { socket, remoteIp, name };
  }

  /** On a port with TLS a proxy may say nothing; where it is the only one with TLS it has to say that it is. */
  private isInClear(headers: IncomingHttpHeaders): boolean {
    const proto = this.door.protoOf(headers);
    return isForProxies(this.options.server) ? proto !== 'https' : proto === 'clear';
  }

  private acceptCaller(socket: Socket, peer: Peer): Accepted | undefined {
    const { remoteIp } = peer;
    const result = this.options.limiter.accept({
      ...peer,
      end: () => {
        this.refusals.note(remoteIp, 'made-room');
        socket.destroy();
      },
    });
    if (!result.ok) {
      // No sentence: a refused source must not cost more than the accept.
      socket.resetAndDestroy();
      this.refusals.note(remoteIp, result.reason);
      return undefined;
    }
    const { slot } = result;
    socket.once('close', () => slot.release());
    const deadline = this.startDeadline(socket, { remoteIp, slot });
    socket.once('close', () => deadline.end());
    return {
      ...{ socket, remoteIp, slot, deadline, turns: this.turns },
      onNodesBusy: () => this.refusals.note(remoteIp, 'nodes-busy'),
      onHeaders: (headers) => {
        this.door.noteForged(headers, peer);
        return isForProxies(this.options.server) && this.isInClear(headers);
      },
    };
  }

  private startDeadline(
    socket: Socket,
    { remoteIp, slot }: Pick<Accepted, 'remoteIp' | 'slot'>,
  ): LoginDeadline {
    const { clock, log, server } = this.options;
    const { users } = this.options.config();
    return new LoginDeadline({
      clock,
      limitMs: users.loginGraceSeconds * 1000,
      formLimitMs: users.newUserSeconds * 1000,
      bytesRead: () => socket.bytesRead,
      onExpired: (limit) => {
        if (limit === 'time') log.info('call.grace-over', { remoteIp, server });
        else log.warn('call.too-many-bytes', { remoteIp, server });
        slot.charge(limit === 'time' ? 'grace' : 'protocol');
      },
      close: () => socket.destroy(),
    });
  }
}

function listenError(error: NodeJS.ErrnoException, options: ListenerOptions): BbsError {
  const where = `${options.server} server cannot listen on ${options.address} port ${options.port}`;
  const key = WAYS_IN[options.server].configKey;
  const cause = { cause: error };
  switch (error.code) {
    case 'EADDRINUSE':
      return new BbsError(
        'ADDRESS_IN_USE',
        `${where}: it is in use; stop the other program or change ${key}.port`,
        cause,
      );
    case 'EACCES':
      return new BbsError(
        'CONFIG_INVALID',
        `${where}: not permitted; take a port above 1023 in ${key}.port`,
        cause,
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new BbsError(
        'CONFIG_INVALID',
        `${where}: this machine has no such address; change ${key}.address`,
        cause,
      );
    default:
      return new BbsError('CONFIG_INVALID', `${where}: ${error.message}; see ${key}`, cause);
  }
}
