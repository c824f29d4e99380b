import { fastify, type FastifyError, type FastifyInstance } from 'fastify';
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdtempSync,
  rmdirSync,
  type Stats,
  unlinkSync,
} from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import type { Authenticator } from '../auth/authenticator';
import { BbsError, toError } from '../base/errors';
import { makeFolders } from '../base/private-file';
import { SECURITY_HEADERS } from './page';
import { NODE_LIMITS } from './page-sockets';
import type { WebParts } from './parts';
import {
  answerBrokenRequest,
  endSlowReaders,
  CLOSE_MS,
  HTTP_LIMITS,
  takeFormsAlone,
} from './server';
import { addVerifyRoute } from './verify';

/** Open connections at once; further ones are closed. */
const MOST_CONNECTIONS = 256;
/** Longest path of a socket, in bytes: sun_path of macOS, which is the shortest, with its end. */
const MOST_PATH_BYTES = 103;
/** What a draft's name adds: `/.verify-`, six characters, `/s`, instead of the file's own name. */
const DRAFT_BYTES = '/.verify-123456/s'.length;

interface VerifySocketOptions extends Pick<WebParts, 'config' | 'clock' | 'log'> {
  readonly authenticator: Pick<Authenticator, 'verify'>;
  /** Absolute. */
  readonly path: string;
}

/**
 * Answers other programs of this machine by HTTP on a Unix socket of mode 0600, or 0660 where
 * `verify.socketForGroup` is true (rule P8). Throws CONFIG_INVALID for an unfit path or folder, and ADDRESS_IN_USE where
 * something answers at it. Returns what stops it and removes the socket.
 */
export async function startVerifySocket(
  options: VerifySocketOptions,
): Promise<() => Promise<void>> {
  const { path, clock, log } = options;
  checkPath(path);
  await removeStale(path);
  const server = fastify({
    ...{ ...HTTP_LIMITS, http: NODE_LIMITS },
    clientErrorHandler: (error, socket) => answerBrokenRequest(error, socket, clock),
  });
  server.server.maxConnections = MOST_CONNECTIONS;
  endSlowReaders(server.server, clock);
  takeFormsAlone(server);
  // Whoever may open the socket is known by its secret alone.
  server.decorateRequest('remoteIp', '');
  server.decorateRequest('isShared', true);
  server.addHook('onRequest', async (_request, reply) => void reply.headers(SECURITY_HEADERS));
  server.setErrorHandler(async (error: FastifyError, _request, reply) => {
    const { statusCode = 500 } = error;
    if (statusCode >= 500) log.error('verify.failed', { error });
    return reply.code(statusCode).send({ error: statusCode < 500 ? 'wrong request' : 'failed' });
  });
  addVerifyRoute(server as unknown as FastifyInstance, options, options.authenticator);
  const made = await listen(server, path, options.config().verify.socketForGroup ? 0o660 : 0o600);
  return async () => {
    const cancel = clock.after(CLOSE_MS, () => server.server.closeAllConnections());
    await server.close();
    cancel();
    if (isSame(lstatSync(path, { throwIfNoEntry: false }), made)) unlinkSync(path);
  };
}

/** Only the board's user may be able to put something in the socket's place. */
function checkPath(path: string): void {
  const folder = dirname(path);
  if (Math.max(Buffer.byteLength(path), Buffer.byteLength(folder) + DRAFT_BYTES) > MOST_PATH_BYTES)
    throw unfit(path, `is too long for a socket; ${MOST_PATH_BYTES} bytes at most`);
  try {
    makeFolders(folder, 0o700);
  } catch (error) {
    throw unfit(path, `has no folder: ${toError(error).message}`);
  }
  const found = lstatSync(folder);
  if (!found.isDirectory()) throw unfit(path, `is in ${folder}, which is a link or no folder`);
  const own = process.geteuid?.();
  if (own === undefined) return;
  if ((own !== 0 && found.uid !== own) || (found.mode & 0o022) !== 0)
    throw unfit(
      path,
      `is in ${folder}, where others than the board's user can write; make one of its own`,
    );
}

/** Removes what a dead board left: only a socket, and only one on which nothing answers. */
async function removeStale(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket())
    throw unfit(path, 'is there, and is no socket; the board does not remove it');
  const refusal = await refusalAt(path);
  if (refusal !== 'ECONNREFUSED' && refusal !== 'ENOENT')
    throw new BbsError(
      'ADDRESS_IN_USE',
      `verify.socket: ${path} is taken; stop what listens there or name another`,
    );
  if (isSame(lstatSync(path, { throwIfNoEntry: false }), found)) unlinkSync(path);
}

/** The code of the refusal; undefined where something takes the connection. */
function refusalAt(path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    socket.once('connect', () => {
      socket.destroy();
      resolve(undefined);
    });
    socket.once('error', ({ code = '' }: NodeJS.ErrnoException) => resolve(code));
  });
}

/**
 * Listens under another name in a folder of mode 0700 and gives the socket its own name when it has its mode. link()
 * replaces nothing, and Node.js, which removes the name that it listened on whatever is there by then, finds none.
 */
async function listen(
  server: { listen(at: { readonly path: string }): Promise<unknown>; close(): Promise<unknown> },
  path: string,
  mode: number,
): Promise<Stats> {
  const folder = mkdtempSync(join(dirname(path), '.verify-'));
  const draft = join(folder, 's');
  try {
    await server.listen({ path: draft });
    chmodSync(draft, mode);
    linkSync(draft, path);
    unlinkSync(draft);
    return lstatSync(path);
  } catch (error) {
    await server.close();
    throw unfit(path, `cannot be listened on: ${toError(error).message}`);
  } finally {
    rmdirSync(folder);
  }
}

function isSame(one: Stats | undefined, other: Stats): boolean {
  return one?.isSocket() === true && one.dev === other.dev && one.ino === other.ino;
}

function unfit(path: string, why: string): BbsError {
  return new BbsError('CONFIG_INVALID', `verify.socket: ${path} ${why}`);
}
