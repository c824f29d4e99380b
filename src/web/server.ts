import {
  fastify,
  type FastifyError,
  type FastifyInstance,
  type FastifyListenOptions,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { readFile } from 'node:fs/promises';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { type Clock, withLimit } from '../base/clock';
import { BbsError, toError } from '../base/errors';
import { LIMITS } from '../base/limits';
import { listenOnSocket } from '../base/unix-socket';
import { PACKAGE_DIR } from '../config/board';
import { loginServer, type PageServerName } from '../config/login-servers';
import { linkPrefix } from '../mail/links';
import { BROWSER_WAYS } from '../protocols/ways-in';
import { answerBrokenRequest, endWith } from './broken-request';
import { addConfirmMailRoutes } from './confirm-mail';
import { isOwnHost } from './origin';
import { addOwnRoutes } from './own-routes';
import { sendProblem, type ProblemName, SECURITY_HEADERS } from './page';
import { createPlainServer, IDLE_LIMITS, NODE_LIMITS, PageSockets } from './page-sockets';
import type { WebParts, WebServerOptions } from './parts';
import { addRecoverRoutes } from './recover';
import { addRegisterRoutes } from './register';
import { addResetRoutes } from './reset';
import { STYLE_SHEET } from './style';
import { addFrontPage } from './front-page';
import { addTerminalRoutes } from './terminal';
import { loadTerminalFiles } from './terminal-files';
import { hasUsers } from '../store/users';
import { addVerifyRoute } from './verify';
import type { LiveCertificate } from '../tls/live-certificate';
import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http';
import type { Server as TlsServer } from 'node:https';

const TLS_VERSION = 'TLSv1.2';
/** Time limit for running requests when the board stops. */
export const CLOSE_MS = 2_000;
/** The port of a proxy before the pages, where they have no TLS of their own. */
export const PROXY_PORT = 443;

export interface WebServer {
  readonly addresses: Readonly<Partial<Record<PageServerName, ServerAddress>>>;
  /** Answers the running requests, then stops. */
  close(): Promise<void>;
}

interface ServerAddress {
  readonly address: string;
  readonly port: number;
}

/** Starts the pages, with TLS, without it for proxies, or both; a port in use or an unusable certificate is thrown as a BbsError. */
export async function startWebServer(options: WebServerOptions): Promise<WebServer> {
  const { https, http } = options.config().contentServers.web;
  const certificate = https.enabled ? options.certificate : undefined;
  let port = certificate === undefined ? PROXY_PORT : https.port;
  const parts: WebParts = { ...options, port: () => port };
  const sockets = new PageSockets(options);
  const { server, tls } = createServer(certificate, parts, sockets);
  const plain = http.enabled ? plainOf(server, tls, options) : undefined;
  if (tls !== undefined) sockets.guard(tls, 'https');
  if (plain !== undefined) sockets.guard(plain, 'http', http.socket !== '');
  for (const each of [tls, plain]) if (each !== undefined) endSlowReaders(each, options.clock);
  guard(server, parts, sockets);
  await addRoutes(server, parts);
  const addresses: Partial<Record<PageServerName, ServerAddress>> = {};
  if (tls !== undefined) {
    addresses.https = await listen(server, server.server, https, 'https');
    port = addresses.https.port;
  }
  let removeSocket = (): void => undefined;
  if (plain !== undefined && http.socket === '')
    addresses.http = await listen(server, plain, http, 'http');
  else if (plain !== undefined) {
    const path = options.resolveFile(http.socket);
    const place = { path, key: 'contentServers.web.http.socket', forGroup: http.socketForGroup };
    removeSocket = await listenOnSocket(place, (at) => begin(server, plain, { path: at })).catch(
      async (error: unknown) => {
        await server.close();
        throw error;
      },
    );
    addresses.http = { address: path, port: http.port };
  }
  const close = async (): Promise<void> => {
    await closeServer(server, sockets, options.clock);
    removeSocket();
  };
  return { addresses, close };
}

/** The server without TLS: that of the pages themselves, or one beside it. */
function plainOf(
  server: Server,
  tls: TlsServer | undefined,
  { clock }: WebServerOptions,
): HttpServer {
  if (tls === undefined) return server.server;
  const plain = createPlainServer((request, response) => server.routing(request, response));
  plain.on('clientError', (error, socket) => answerBrokenRequest(error, socket as Socket, clock));
  server.addHook('preClose', (done) => {
    plain.close(() => done());
    plain.closeIdleConnections();
  });
  return plain;
}

/** What holds for every HTTP server of the board, with TLS or on a socket of this machine. */
export const HTTP_LIMITS = {
  requestTimeout: LIMITS.httpRequestMs,
  ...IDLE_LIMITS,
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
  certificate: LiveCertificate | undefined,
  parts: Pick<WebParts, 'config' | 'clock' | 'say' | 'port'>,
  sockets: PageSockets,
): { readonly server: Server; readonly tls?: TlsServer } {
  const given = {
    ...HTTP_LIMITS,
    clientErrorHandler: (error: Error & { code?: string }, socket: Socket) => {
      // An HTTP request where TLS is due is answered as it came, below the TLS that did not begin.
      const below = error.code === 'ERR_SSL_HTTP_REQUEST' ? sockets.belowTls(socket) : undefined;
      if (below === undefined) {
        answerBrokenRequest(error, socket, parts.clock);
        return;
      }
      const address = `${linkPrefix(parts.config(), parts.port())}/`;
      const text = `${parts.say('web-problem.speaks-https', { address })}\n`;
      endWith(below, { status: '400 Bad Request', text, clock: parts.clock });
    },
    // A URL that cannot be parsed never reaches the hooks.
    frameworkErrors: (_error: unknown, _request: unknown, reply: FastifyReply) =>
      void sendProblem(reply.headers(SECURITY_HEADERS), 'badRequest', parts),
  };
  if (certificate === undefined) return { server: fastify({ ...given, http: NODE_LIMITS }) };
  const { cert, key } = certificate.current;
  const context = { cert, key, minVersion: TLS_VERSION } as const;
  const handshakeTimeout = LIMITS.httpRequestMs;
  const server = fastify({ ...given, https: { ...context, handshakeTimeout, ...NODE_LIMITS } });
  const tls = server.server;
  // Open connections keep theirs.
  certificate.onChange((now) =>
    tls.setSecureContext({ cert: now.cert, key: now.key, minVersion: TLS_VERSION }),
  );
  // Routes use the plain type; only this file knows that the transport is TLS.
  return { server: server as unknown as Server, tls };
}

type Server = FastifyInstance;

function refuseSchema(): never {
  throw new Error('no route of the pages has a schema');
}

async function closeServer(server: Server, sockets: PageSockets, clock: Clock): Promise<void> {
  const cancel = clock.after(CLOSE_MS, () => sockets.destroyAll());
  await server.close();
  cancel();
}

/** Bodies are forms, as text; others are refused with 415. */
export function takeFormsAlone(
  server: Pick<FastifyInstance, 'removeAllContentTypeParsers' | 'addContentTypeParser'>,
): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => done(null, body),
  );
}

/** Checks that apply to every request before its route. */
function guard(server: Server, parts: WebParts, sockets: PageSockets): void {
  const { config, log, port } = parts;
  takeFormsAlone(server);
  server.decorateRequest('remoteIp', '');
  server.decorateRequest('isShared', true);
  server.addHook('onRequest', async (request, reply) => {
    void reply.headers(SECURITY_HEADERS);
    const slot = sockets.slotOf(request.raw.socket);
    // A client that is gone has no slot any more: its request is not executed.
    const isForHealth = isHealthRoute(request.routeOptions.url);
    if (slot === undefined || (slot.onlyHealth !== undefined && !isForHealth)) {
      slot?.onlyHealth?.();
      void reply.hijack();
      request.raw.socket.destroy();
      return undefined;
    }
    const caller = slot.callerOf(request.headers);
    if (caller === undefined) return sendProblem(reply, 'refused', parts);
    // A proxy asks for the health itself.
    if (!isForHealth && slot.isInClear(request.headers))
      return sendProblem(reply, 'inClear', parts);
    request.remoteIp = caller.remoteIp;
    request.isShared = caller.isShared;
    const party = { headers: request.headers, remoteIp: request.remoteIp };
    // Two Host headers could mean one name to this server and another to a proxy before it (RFC
    // 9112 3.2).
    const hosts = request.raw.rawHeaders.filter((name, at) => at % 2 === 0 && /^host$/i.test(name));
    if (hosts.length > 1) return sendProblem(reply, 'badRequest', parts);
    // An absolute URL as target (RFC 9112 3.2.2) is for proxies, and its host would override the
    // header.
    const isPath = request.raw.url?.startsWith('/') === true;
    if (isPath && isOwnHost(party, config(), port())) return undefined;
    return sendProblem(reply, 'misdirected', parts);
  });
  server.setNotFoundHandler((_request, reply) => sendProblem(reply, 'notFound', parts));
  server.setErrorHandler((error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
    const sent = sendProblem(reply.headers(SECURITY_HEADERS), problemOf(error), parts);
    if (reply.statusCode >= 500) {
      log.error('web.failed', {
        remoteIp: request.remoteIp,
        route: request.routeOptions.url,
        error,
      });
    }
    return sent;
  });
}

async function addRoutes(routes: Server, parts: WebParts): Promise<void> {
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

async function begin(pages: Server, server: HttpServer, at: FastifyListenOptions): Promise<void> {
  if (server === pages.server) {
    await pages.listen(at);
    return;
  }
  await pages.ready();
  server.listen(at);
  await once(server, 'listening');
}

/** Opens the port of one of the servers; all of them are closed where it cannot be. */
async function listen(
  pages: Server,
  server: HttpServer,
  { address, port }: ServerAddress,
  name: PageServerName,
): Promise<ServerAddress> {
  const key = `contentServers.web.${name}`;
  try {
    await begin(pages, server, { host: address, port });
  } catch (error) {
    await pages.close();
    const { code } = toError(error) as Error & { code?: unknown };
    const where = `${address}:${port}`;
    if (code === 'EADDRINUSE') {
      throw new BbsError(
        'ADDRESS_IN_USE',
        `${where} is taken; stop what listens there or change ${key}.port`,
        { cause: error },
      );
    }
    throw new BbsError(
      'CONFIG_INVALID',
      `cannot listen on ${where}: ${toError(error).message}; see ${key}`,
      { cause: error },
    );
  }
  const bound = server.address() as AddressInfo;
  return { address: bound.address, port: bound.port };
}

function problemOf(error: FastifyError): ProblemName {
  if (error instanceof BbsError) {
    if (error.code === 'STORE_UNSURE') return 'unsure';
    return error.code === 'STORE_FAILED' ? 'tryLater' : 'failed';
  }
  switch (error.statusCode) {
    case 400:
      return 'badRequest';
    case 404:
      // For requests that not even the handler for unknown paths answers.
      return 'notFound';
    case 413:
      return 'tooLarge';
    case 415:
      return 'wrongType';
    default:
      return 'failed';
  }
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
  const { notReady, silentDestinations, mayReadReasons = () => false } = parts;
  if (notReady !== undefined) {
    routes.get(READY_ROUTE, async (request, reply) => {
      const reasons = await notReady();
      if (reasons.length === 0) return reply.send({ status: 'ready' });
      const told = mayReadReasons(request) ? { reasons } : {};
      return reply.code(503).send({ status: 'not ready', ...told });
    });
  }
  routes.get(HEALTH_ROUTE, async (request, reply) => {
    try {
      const reading = parts.db.run(hasUsers);
      await withLimit(parts.clock, reading, { limitMs: HEALTH_MS, what: 'the database' });
      const { destinations } = parts.config();
      const silent = [...(silentDestinations?.() ?? [])]
        .filter(([name]) => Object.hasOwn(destinations, name))
        .map(([name, sinceMs]) => [name, new Date(sinceMs).toISOString()]);
      const isTold = silent.length > 0 && mayReadReasons(request);
      return await reply.send({
        status: 'ok',
        ...(isTold && { silent: Object.fromEntries(silent) as Record<string, string> }),
      });
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
