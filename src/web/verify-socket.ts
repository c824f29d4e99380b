import { fastify, type FastifyInstance } from 'fastify';
import type { Authenticator } from '../auth/authenticator';
import { listenOnSocket } from '../base/unix-socket';
import { answerBrokenRequest } from './broken-request';
import { SECURITY_HEADERS } from './page';
import { NODE_LIMITS } from './page-sockets';
import type { WebParts } from './parts';
import { endSlowReaders, CLOSE_MS, HTTP_LIMITS, takeFormsAlone } from './server';
import { addVerifyRoute } from './verify';

/** Open connections at once; further ones are closed. */
const MOST_CONNECTIONS = 256;
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
  const { path, clock } = options;
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
  addVerifyRoute(server as unknown as FastifyInstance, options, options.authenticator);
  const place = { path, key: 'verify.socket', forGroup: options.config().verify.socketForGroup };
  const remove = await listenOnSocket(place, (at) => server.listen({ path: at })).catch(
    async (error: unknown) => {
      await server.close();
      throw error;
    },
  );
  return async () => {
    const cancel = clock.after(CLOSE_MS, () => server.server.closeAllConnections());
    await server.close();
    cancel();
    remove();
  };
}
