import {
  fastify,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { readFile } from 'node:fs/promises';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { type Clock, withLimit } from '../base/clock';
import { BbsError, toError } from '../base/errors';
import { LIMITS } from '../base/limits';
import { connectionKey, peerOf } from '../base/source';
import { PACKAGE_DIR } from '../config/board';
import { loginServer } from '../config/login-servers';
import { BROWSER_WAYS } from '../protocols/ways-in';
import { addConfirmMailRoutes } from './confirm-mail';
import { isOwnHost } from './origin';
import { addOwnRoutes } from './own-routes';
import { PROBLEM_PAGES, sendPage, type Page, SECURITY_HEADERS } from './page';
import type { PageSlot, WebParts, WebServerOptions } from './parts';
import { addRecoverRoutes } from './recover';
import { addRegisterRoutes } from './register';
import { addResetRoutes } from './reset';
import { STYLE_SHEET } from './style';
import { addTerminalRoutes, addFrontPage } from './terminal';
import { loadTerminalFiles } from './terminal-files';
import { hasUsers } from '../store/users';
import { addVerifyRoute } from './verify';
import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http';

const TLS_VERSION = 'TLSv1.2';
/** Time between the answer to an invalid request and the forced end of its socket. */
const GOOD_BYE_MS = 2_000;
/** Time limit for running requests when the board stops. */
export const CLOSE_MS = 2_000;

export interface WebServer {
  readonly address: { readonly address: string; readonly port: number };
  /** Answers the running requests, then stops. */
  close(): Promise<void>;
}

/** Starts the pages; a port in use or an unusable certificate is thrown as a BbsError. */
export async function startWebServer(options: WebServerOptions): Promise<WebServer> {
  const { https } = options.config().contentServers.web;
  const { certificate } = options;
  const server = createServer(certificate.current, options);
  // Open connections keep theirs.
  certificate.onChange(({ cert, key }) =>
    server.server.setSecureContext({ cert, key, minVersion: TLS_VERSION }),
  );
  let port = https.port;
  const parts: WebParts = { ...options, port: () => port };
  const { sockets, slotOf } = acceptSockets(server, options);
  endSlowReaders(server.server, options.clock);
  guard(server, parts, slotOf);
  await addRoutes(server, parts);
  await listen(server, https);
  const bound = server.server.address() as AddressInfo;
  port = bound.port;
  return {
    address: { address: bound.address, port },
    close: () => closeServer(server, sockets, options.clock),
  };
}

/** What Node.js itself holds for every HTTP server of the board. */
export const NODE_LIMITS = {
  maxHeaderSize: LIMITS.httpHeaderBytes,
  headersTimeout: LIMITS.httpRequestMs,
  requestTimeout: LIMITS.httpRequestMs,
  // The interval at which Node.js looks for late requests.
  connectionsCheckingInterval: 500,
} as const;

/** What holds for every HTTP server of the board, with TLS or on a socket of this machine. */
export const HTTP_LIMITS = {
  requestTimeout: LIMITS.httpRequestMs,
  connectionTimeout: 2 * LIMITS.httpRequestMs,
  keepAliveTimeout: 5_000,
  bodyLimit: LIMITS.httpBodyBytes,
  forceCloseConnections: 'idle',
  logger: false,
  trustProxy: false,
  routerOptions: { maxParamLength: 100 },
  // No route has a schema; loading the compilers for them would add a tenth of a second to each
  // start.
  schemaController: {
    compilersFactory: { buildValidator: () => refuseSchema, buildSerializer: () => refuseSchema },
  },
} as const;

function createServer(
  certificate: { readonly cert: string; readonly key: string },
  { config, clock }: Pick<WebServerOptions, 'config' | 'clock'>,
) {
  const server = fastify({
    https: {
      cert: certificate.cert,
      key: certificate.key,
      minVersion: TLS_VERSION,
      handshakeTimeout: LIMITS.httpRequestMs,
      ...NODE_LIMITS,
    },
    ...HTTP_LIMITS,
    clientErrorHandler: (error, socket) => answerBrokenRequest(error, socket, clock),
    // A URL that cannot be parsed never reaches the hooks.
    frameworkErrors: (_error, _request, reply) =>
      void sendPage(reply.headers(SECURITY_HEADERS), PROBLEM_PAGES.badRequest, config()),
  });
  return server;
}

type Server = ReturnType<typeof createServer>;

function refuseSchema(): never {
  throw new Error('no route of the pages has a schema');
}

/**
 * Accepts or refuses before TLS begins: a refused connection costs no more than the accept. Returns
 * the open connections, because Node.js's own list lacks sockets that have not finished their
 * handshake.
 */
function acceptSockets(server: Server, options: WebServerOptions): OpenSockets {
  const { accept = acceptAll, log } = options;
  const sockets = new Set<Socket>();
  const slots = new Map<string, PageSlot>();
  const tls = server.server;
  const handshakes = tls.listeners('connection');
  tls.removeAllListeners('connection');
  tls.on('connection', (socket: Socket) => {
    socket.on('error', () => undefined);
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    const key = connectionKey(socket);
    const enter = (slot: PageSlot): void => {
      slots.set(key, slot);
      socket.once('close', () => {
        slots.delete(key);
        slot.release();
      });
      for (const begin of handshakes) Reflect.apply(begin, tls, [socket]);
    };
    try {
      accept(socket, enter);
    } catch (error) {
      // A failure of one socket; the port stays open for the next.
      log.error('web.failed', { remoteIp: peerOf(socket)?.remoteIp, error: toError(error) });
      socket.destroy();
    }
  });
  return { sockets, slotOf: (socket) => slots.get(connectionKey(socket)) };
}

/** The open connections, and the slots of those that were accepted. */
interface OpenSockets {
  readonly sockets: ReadonlySet<Socket>;
  slotOf(socket: Socket): PageSlot | undefined;
}

function acceptAll(socket: Socket, enter: (slot: PageSlot) => void): void {
  const peer = peerOf(socket);
  if (peer === undefined) socket.destroy();
  else enter({ callerOf: () => peer, onlyHealth: false, release: () => undefined });
}

async function closeServer(
  server: Server,
  sockets: ReadonlySet<Socket>,
  clock: Clock,
): Promise<void> {
  const cancel = clock.after(CLOSE_MS, () => {
    for (const socket of sockets) socket.destroy();
  });
  await server.close();
  cancel();
}

/** Bodies are forms, as text; others are refused with 415. */
export function takeFormsAlone(
  server: Pick<FastifyInstance, 'removeAllContentTypeParsers'> &
    Pick<Server, 'addContentTypeParser'>,
): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => done(null, body),
  );
}

/** Checks that apply to every request before its route. */
function guard(server: Server, parts: WebParts, slotOf: OpenSockets['slotOf']): void {
  const { config, log, port } = parts;
  takeFormsAlone(server);
  server.decorateRequest('remoteIp', '');
  server.decorateRequest('isShared', true);
  server.addHook('onRequest', async (request, reply) => {
    void reply.headers(SECURITY_HEADERS);
    const slot = slotOf(request.raw.socket);
    // A client that is gone has no slot any more: its request is not executed.
    if (slot === undefined || (slot.onlyHealth && !isHealthRoute(request.routeOptions.url))) {
      void reply.hijack();
      request.raw.socket.destroy();
      return undefined;
    }
    const caller = slot.callerOf(request.headers);
    if (caller === undefined) return sendPage(reply, PROBLEM_PAGES.refused, config());
    request.remoteIp = caller.remoteIp;
    request.isShared = caller.isShared;
    const party = { headers: request.headers, remoteIp: request.remoteIp };
    // Two Host headers could mean one name to this server and another to a proxy before it (RFC
    // 9112 3.2).
    const hosts = request.raw.rawHeaders.filter((name, at) => at % 2 === 0 && /^host$/i.test(name));
    if (hosts.length > 1) return sendPage(reply, PROBLEM_PAGES.badRequest, config());
    // An absolute URL as target (RFC 9112 3.2.2) is for proxies, and its host would override the
    // header.
    const isPath = request.raw.url?.startsWith('/') === true;
    if (isPath && isOwnHost(party, config(), port())) return undefined;
    return sendPage(reply, PROBLEM_PAGES.misdirected, config());
  });
  server.setNotFoundHandler((_request, reply) => sendPage(reply, PROBLEM_PAGES.notFound, config()));
  server.setErrorHandler((error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
    const page = pageForError(error);
    if (page.status >= 500) {
      log.error('web.failed', {
        remoteIp: request.remoteIp,
        route: request.routeOptions.url,
        error,
      });
    }
    return sendPage(reply.headers(SECURITY_HEADERS), page, config());
  });
}

async function addRoutes(server: Server, parts: WebParts): Promise<void> {
  // The routes use the plain fastify type; only this file knows that the transport is TLS.
  const routes = server as unknown as FastifyInstance;
  routes.get('/_enig/style.css', (_request, reply) =>
    reply.type('text/css; charset=utf-8').send(STYLE_SHEET),
  );
  const codesScript = await readFile(join(PACKAGE_DIR, 'misc', 'web', 'codes.js'));
  routes.get('/_enig/codes.js', (_request, reply) =>
    reply.type('text/javascript; charset=utf-8').send(codesScript),
  );
  addHealthRoutes(routes, parts);
  addRegisterRoutes(routes, parts);
  addResetRoutes(routes, parts);
  if (parts.mailChange !== undefined) addConfirmMailRoutes(routes, parts, parts.mailChange);
  if (parts.recovery !== undefined) addRecoverRoutes(routes, parts, parts.recovery);
  addFrontPage(routes, parts);
  addOwnRoutes(routes, parts);
  if (parts.authenticator !== undefined && parts.config().verify.https)
    addVerifyRoute(routes, parts, parts.authenticator);
  const hasBrowserWay = BROWSER_WAYS.some((way) => loginServer(parts.config(), way).enabled);
  if (parts.loginPorts !== undefined && hasBrowserWay)
    addTerminalRoutes(routes, parts, await loadTerminalFiles());
}

async function listen(
  server: Server,
  https: { readonly address: string; readonly port: number },
): Promise<void> {
  try {
    await server.listen({ host: https.address, port: https.port });
  } catch (error) {
    await server.close();
    const { code } = toError(error) as Error & { code?: unknown };
    const where = `${https.address}:${https.port}`;
    if (code === 'EADDRINUSE') {
      throw new BbsError(
        'ADDRESS_IN_USE',
        `${where} is taken; stop what listens there or change contentServers.web.https.port`,
        { cause: error },
      );
    }
    throw new BbsError(
      'CONFIG_INVALID',
      `cannot listen on ${where}: ${toError(error).message}; see contentServers.web.https`,
      { cause: error },
    );
  }
}

function pageForError(error: FastifyError): Page {
  if (error instanceof BbsError) {
    if (error.code === 'STORE_UNSURE') return PROBLEM_PAGES.unsure;
    return error.code === 'STORE_FAILED' ? PROBLEM_PAGES.tryLater : PROBLEM_PAGES.failed;
  }
  switch (error.statusCode) {
    case 400:
      return PROBLEM_PAGES.badRequest;
    case 404:
      // For requests that not even the handler for unknown paths answers.
      return PROBLEM_PAGES.notFound;
    case 413:
      return PROBLEM_PAGES.tooLarge;
    case 415:
      return PROBLEM_PAGES.wrongType;
    default:
      return PROBLEM_PAGES.failed;
  }
}

/** Answers invalid and slow requests with the same headers. */
export function answerBrokenRequest(
  error: Error & { code?: string },
  socket: Socket,
  clock: Clock,
): void {
  // Without TLS nothing can be sent: an answer would wait for ever for a handshake that is over.
  const isHttp = /^(?:HPE|ERR_HTTP)_/.test(error.code ?? '');
  if (!socket.writable || !isHttp) {
    socket.destroy();
    return;
  }
  // A client that does not close its side is not waited for.
  const cancel = clock.after(GOOD_BYE_MS, () => socket.destroy());
  socket.once('close', cancel);
  const status =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? '408 Request Timeout'
      : error.code === 'HPE_HEADER_OVERFLOW'
        ? '431 Request Header Fields Too Large'
        : '400 Bad Request';
  const headers = Object.entries(SECURITY_HEADERS).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(
    `HTTP/1.1 ${status}\r\n${headers.join('')}connection: close\r\ncontent-length: 0\r\n\r\n`,
  );
}

/** The paths of the health checks. */
const HEALTH_ROUTE = '/_enig/health';
const READY_ROUTE = '/_enig/ready';
/** How long they take at most. */
const HEALTH_MS = 1_500;

function isHealthRoute(url: string | undefined): boolean {
  return url === HEALTH_ROUTE || url === READY_ROUTE;
}

/**
 * For service managers, 200 while the board can read its database; and for load balancers, 200 while it
 * takes callers. Else 503.
 */
function addHealthRoutes(routes: FastifyInstance, parts: WebParts): void {
  const { notReady, mayReadReasons = () => false } = parts;
  if (notReady !== undefined) {
    routes.get(READY_ROUTE, async (request, reply) => {
      const reasons = await notReady();
      if (reasons.length === 0) return reply.send({ status: 'ready' });
      const told = mayReadReasons(request) ? { reasons } : {};
      return reply.code(503).send({ status: 'not ready', ...told });
    });
  }
  routes.get(HEALTH_ROUTE, async (_request, reply) => {
    try {
      const reading = parts.db.run(hasUsers);
      await withLimit(parts.clock, reading, { limitMs: HEALTH_MS, what: 'the database' });
      return await reply.send({ status: 'ok' });
    } catch (error) {
      parts.log.warn('web.unhealthy', { error });
      return reply.code(503).send({ status: 'database unavailable' });
    }
  });
}

/**
 * Ends connections whose answer is not received within 30 s of its request (rule F9). Node.js's own
 * timeouts restart with each byte that a peer receives, and with each request of a connection.
 */
export function endSlowReaders(server: Pick<HttpServer, 'on'>, clock: Clock): void {
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const cancel = clock.after(LIMITS.outputStallMs, () => request.socket.destroy());
    response.once('close', cancel);
  });
}
