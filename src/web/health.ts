import type { FastifyInstance } from 'fastify';
import { hasUsers } from '../store/users';
import type { WebParts } from './parts';

/** The path of the health check. */
export const HEALTH_ROUTE = '/_enig/health';

/** For load balancers and service managers: 200 while the board can record sign-ins, else 503. */
export function addHealthRoute(routes: FastifyInstance, parts: WebParts): void {
  routes.get(HEALTH_ROUTE, async (_request, reply) => {
    try {
      await parts.db.run(hasUsers);
      return await reply.send({ status: 'ok' });
    } catch (error) {
      parts.log.warn('web.unhealthy', { error });
      return reply.code(503).send({ status: 'database unavailable' });
    }
  });
}
