import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Server as NetServer, Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { toError } from '../base/errors';
import { LIMITS } from '../base/limits';
import { connectionKey, nameUnixSocket, peerOf } from '../base/source';
import type { PageServerName } from '../config/login-servers';
import type { PageSlot, WebServerOptions } from './parts';

/** The open connections of the pages, because Node.js's own list lacks sockets within their handshake. */
export class PageSockets {
  private readonly sockets = new Set<Socket>();
  private readonly slots = new Map<
    Socket | string,
    { readonly slot: PageSlot; readonly below: Socket }
  >();

  constructor(private readonly options: Pick<WebServerOptions, 'accept' | 'log'>) {}

  /** Accepts or refuses before TLS begins: a refused connection costs no more than the accept. */
  guard(server: NetServer, name: PageServerName, isOnUnixSocket = false): void {
    const { accept = acceptAll, log } = this.options;
    const begins = server.listeners('connection');
    server.removeAllListeners('connection');
    server.on('connection', (socket: Socket) => {
      socket.on('error', () => undefined);
      // Its slot goes by the socket itself, so all of them may have one number.
      if (isOnUnixSocket) nameUnixSocket(socket, 0);
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
      // A socket with TLS is another one than the connection below it.
      const key = name === 'https' ? connectionKey(socket) : socket;
      const enter = (slot: PageSlot): void => {
        this.slots.set(key, { slot, below: socket });
        socket.once('close', () => {
          this.slots.delete(key);
          slot.release();
        });
        for (const begin of begins) Reflect.apply(begin, server, [socket]);
      };
      try {
        accept(name, socket, enter);
      } catch (error) {
        // A failure of one socket; the port stays open for the next.
        log.error('web.failed', { remoteIp: peerOf(socket)?.remoteIp, error: toError(error) });
        socket.destroy();
      }
    });
  }

  /** The slot of a request's connection; undefined for one that is closed. */
  slotOf(socket: Socket): PageSlot | undefined {
    return this.slots.get(socket instanceof TLSSocket ? connectionKey(socket) : socket)?.slot;
  }

  /** The connection that a socket with TLS stands on; undefined where it is closed. */
  belowTls(socket: Socket): Socket | undefined {
    return this.slots.get(connectionKey(socket))?.below;
  }

  destroyAll(): void {
    for (const socket of this.sockets) socket.destroy();
  }
}

function acceptAll(_name: PageServerName, socket: Socket, enter: (slot: PageSlot) => void): void {
  const peer = peerOf(socket);
  if (peer === undefined) socket.destroy();
  else
    enter({
      ...{ callerOf: () => peer, isInClear: () => false },
      release: () => undefined,
    });
}

/** What Node.js itself holds for every HTTP server of the board. */
export const NODE_LIMITS = {
  maxHeaderSize: LIMITS.httpHeaderBytes,
  headersTimeout: LIMITS.httpRequestMs,
  requestTimeout: LIMITS.httpRequestMs,
  // The interval at which Node.js looks for late requests.
  connectionsCheckingInterval: 500,
} as const;

/** How long a connection waits for its next byte, and for its next request. */
export const IDLE_LIMITS = {
  connectionTimeout: 2 * LIMITS.httpRequestMs,
  keepAliveTimeout: 5_000,
} as const;

/** A server without TLS with the limits of the others, for requests that one with TLS answers as well. */
export function createPlainServer(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
) {
  const server = createServer(NODE_LIMITS, answer);
  server.setTimeout(IDLE_LIMITS.connectionTimeout);
  server.keepAliveTimeout = IDLE_LIMITS.keepAliveTimeout;
  return server;
}
