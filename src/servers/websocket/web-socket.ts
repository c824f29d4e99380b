import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { TLSSocket, createSecureContext, type SecureContext } from 'node:tls';
import { WebSocketServer } from 'ws';
import type { Cancel } from '../../base/clock';
import { toError } from '../../base/errors';
import { LIMITS } from '../../base/limits';
import type { Say } from '../../texts/texts';
import type { Certificate } from '../../tls/certificate';
import type { Accepted, Unnamed } from '../listener';
import { WebSocketCaller, hintsOf, type WebSocketCallerOptions } from './web-socket-caller';

interface WebSocketOptions extends WebSocketCallerOptions {
  /** The certificate for the next caller; without one the proxy before the board has TLS. */
  readonly tls?: () => Pick<Certificate, 'cert' | 'key'>;
  /** The board's sentences for who comes with a browser. */
  readonly say: Say;
  /** True where a page of this origin may connect (rule G2). */
  readonly isAllowedOrigin: (origin: string, remoteIp: string) => boolean;
}

/** A connection that has not become a WebSocket yet. */
interface Waiting {
  /** The caller of this request; undefined where it is refused. */
  readonly accept: (request: IncomingMessage) => Accepted | undefined;
  readonly cancel: Cancel;
}

// Time for a peer to answer a close, before its socket is closed without an answer.
const CLOSE_MS = 2_000;
const SUB_PROTOCOL = 'binary';
// Separate from the call, because the types of ws do not include all of its limits yet.
const PROTOCOL = {
  noServer: true,
  clientTracking: false,
  perMessageDeflate: false,
  // A WebSocketCaller counts pings before it answers them.
  autoPong: false,
  maxPayload: LIMITS.webSocketBytes,
  maxFragments: LIMITS.webSocketFragments,
  maxBufferedChunks: LIMITS.webSocketPieces,
  closeTimeout: CLOSE_MS,
  handleProtocols: (offered: ReadonlySet<string>) =>
    offered.has(SUB_PROTOCOL) ? SUB_PROTOCOL : (false as const),
};
const PLAIN_HEADERS = {
  connection: 'close',
  'content-type': 'text/plain; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'strict-transport-security': 'max-age=31536000',
  'x-content-type-options': 'nosniff',
} as const;

/**
 * Speaks WebSocket on sockets that a Listener has accepted: TLS where it ends here, one HTTP request, frames.
 */
export class WebSocketEndpoint {
  private made: { readonly context: SecureContext; readonly of: object } | undefined;
  private readonly http: Server;
  private readonly webSockets: WebSocketServer;
  private readonly waiting = new WeakMap<Duplex, Waiting>();

  constructor(private readonly options: WebSocketOptions) {
    this.http = createServer({ maxHeaderSize: LIMITS.httpHeaderBytes }, (_request, response) =>
      answerPlain(response, this.options.say),
    );
    this.http.on('upgrade', (request, socket, head) => this.upgrade(request, socket, head));
    this.http.on('clientError', (_error, socket) => refuse(socket, '400 Bad Request'));
    this.webSockets = new WebSocketServer(PROTOCOL);
  }

  /** Takes over an accepted caller. */
  take(accepted: Accepted): void {
    this.begin(accepted, {
      accept: ({ headers }) => {
        const isInClear = accepted.onHeaders?.(headers) === true;
        return { ...accepted, isInClear };
      },
      onLate: () => accepted.slot.charge('no-auth'),
    });
  }

  /** Takes over a web proxy's connection, whose request names the caller (rule G3). */
  takeUnnamed(unnamed: Unnamed): void {
    this.begin(unnamed, {
      accept: ({ headers }) => unnamed.name(headers),
      onLate: () => undefined,
    });
  }

  private begin(
    { socket, remoteIp }: Pick<Accepted, 'socket' | 'remoteIp'>,
    { accept, onLate }: Pick<Waiting, 'accept'> & { readonly onLate: () => void },
  ): void {
    const { clock, log } = this.options;
    const cancel = clock.after(LIMITS.webSocketHandshakeMs, () => {
      log.info('wss.handshake-over', { remoteIp });
      onLate();
      socket.destroy();
    });
    socket.once('close', cancel);
    const { tls } = this.options;
    if (tls === undefined) {
      this.speak(socket, { accept, cancel });
      return;
    }
    const secure = new TLSSocket(socket, {
      isServer: true,
      secureContext: this.context(tls()),
      ALPNProtocols: ['http/1.1'],
    });
    // Not charged: a browser that does not trust a certificate ends in the same way.
    secure.on('error', (error) =>
      log.debug('wss.error', { remoteIp, reason: toError(error).message }),
    );
    this.speak(secure, { accept, cancel });
  }

  private speak(socket: Duplex, waiting: Waiting): void {
    this.waiting.set(socket, waiting);
    this.http.emit('connection', socket);
  }

  private context(certificate: Pick<Certificate, 'cert' | 'key'>): SecureContext {
    if (this.made?.of !== certificate) {
      const { cert, key } = certificate;
      const context = createSecureContext({ cert, key, minVersion: 'TLSv1.2' });
      this.made = { context, of: certificate };
    }
    return this.made.context;
  }

  private upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const waiting = this.waiting.get(socket);
    if (waiting === undefined) {
      socket.destroy();
      return;
    }
    const { accept, cancel } = waiting;
    if (!isHandshake(request)) {
      refuse(socket, '400 Bad Request');
      return;
    }
    const accepted = accept(request);
    if (accepted === undefined) {
      socket.destroy();
      return;
    }
    const foreign = originsOf(request).find(
      (origin) => !this.options.isAllowedOrigin(origin, accepted.remoteIp),
    );
    if (foreign !== undefined) {
      // Not charged either: that would lock out the visitor of the foreign page.
      const { remoteIp } = accepted;
      this.options.log.info('wss.origin-refused', { remoteIp, origin: foreign.slice(0, 200) });
      refuse(socket, '403 Forbidden', `${this.options.say('web-port.other-site')}\n`);
      return;
    }
    this.webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      cancel();
      new WebSocketCaller(accepted, webSocket, this.options).start(hintsOf(request.url ?? ''));
    });
  }
}

/**
 * HTTP/1.1 with one Host and without a body (RFC 6455 4.1); anything else may be another protocol
 * in disguise.
 */
function isHandshake({ httpVersion, headers, rawHeaders }: IncomingMessage): boolean {
  const hosts = rawHeaders.filter((name, at) => at % 2 === 0 && /^host$/i.test(name));
  const hasBody =
    headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
  return httpVersion === '1.1' && hosts.length === 1 && !hasBody;
}

/** Clients that are not browsers send none; version 8 of the protocol has another name for it. */
function originsOf({ headers }: IncomingMessage): readonly string[] {
  return [headers.origin, headers['sec-websocket-origin']].flatMap((origin) => origin ?? []);
}

/** A visitor with a browser was probably sent here to accept a self-signed certificate. */
function answerPlain(response: ServerResponse, say: Say): void {
  response.writeHead(426, { ...PLAIN_HEADERS, upgrade: 'websocket' });
  response.end(`${say('web-port.no-page')}\n`);
}

function refuse(socket: Duplex, status: string, text = ''): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const headers = Object.entries({ ...PLAIN_HEADERS, 'content-length': Buffer.byteLength(text) });
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`);
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status}\r\n${lines.join('')}\r\n${text}`);
}
