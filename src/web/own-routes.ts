import type { FastifyInstance } from 'fastify';
import { withLimit } from '../base/clock';
import { BbsError, toError } from '../base/errors';
import { sendProblem } from './page';
import type { OwnAnswer, OwnRoute, WebParts } from './parts';
import { createRouteCounter, limitRequests, readForm } from './route-guard';

const MOST = 120;
const ANSWER_MS = 8_000;
const PATH = /^(?:\/[A-Za-z0-9._~-]+)+$/;
const OURS = /^\/(?:_enig|terminal)(?:\/|$)/i;

/** Checks own pages before anything listens; throws CONFIG_INVALID. */
export function checkOwnRoutes(given: readonly OwnRoute[]): void {
  const seen = new Set<string>();
  for (const { method, path, handle } of given) {
    const refuse = (text: string): never => {
      throw new BbsError('CONFIG_INVALID', `routes: ${method} ${path} ${text}`);
    };
    if (method !== 'GET' && method !== 'POST') refuse('is neither GET nor POST');
    if (typeof path !== 'string' || !PATH.test(path) || /\/\.\.?(?:\/|$)/.test(path))
      refuse('is no path such as /game/score');
    if (OURS.test(path)) refuse('is a path of this program; take another');
    if (typeof handle !== 'function') refuse("has no function 'handle'");
    if (seen.has(`${method} ${path}`)) refuse('is there twice');
    seen.add(`${method} ${path}`);
  }
}

/** Adds pages of a program; what one throws or takes too long for is one page without an answer. */
export function addOwnRoutes(pages: FastifyInstance, parts: WebParts): void {
  for (const { method, path, handle, mostPerTenMinutes: most = MOST } of parts.ownRoutes ?? []) {
    const counter = createRouteCounter(parts.clock);
    pages.route({
      method,
      url: path,
      handler: async (request, reply) => {
        if (!(await limitRequests({ request, reply }, { counter, most }, parts))) return reply;
        const fields = method === 'GET' ? NOTHING : await readForm(request, reply, parts);
        if (fields === undefined) return reply;
        const ending = new AbortController();
        try {
          const { remoteIp } = request;
          const query = queryOf(request.query);
          const asking = Promise.resolve(
            handle({ path, query, fields, remoteIp, signal: ending.signal }),
          );
          const limit = { limitMs: ANSWER_MS, what: path };
          const answer = checked(await withLimit(parts.clock, asking, limit));
          return await reply.code(answer.status).type(answer.type).send(answer.body);
        } catch (error) {
          parts.log.error('extension.failed', { what: `${method} ${path}`, error: toError(error) });
          return await sendProblem(reply, 'ownFailed', parts);
        } finally {
          ending.abort();
        }
      },
    });
  }
}

const NOTHING: ReadonlyMap<string, string> = new Map();

function queryOf(query: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries((query ?? {}) as Readonly<Record<string, unknown>>).map(([name, value]) => [
      name,
      String(Array.isArray(value) ? value.at(-1) : value),
    ]),
  );
}

/** Programs without types may answer with anything. */
function checked({ status = 200, type = 'text/html; charset=utf-8', body }: OwnAnswer) {
  if (!Number.isInteger(status) || status < 200 || status > 599)
    throw new TypeError(`its status is ${status}`);
  if (!/^[\x20-\x7e]+$/.test(type)) throw new TypeError('its type is no header');
  if (typeof body !== 'string' && !Buffer.isBuffer(body)) throw new TypeError('it has no body');
  return { status, type, body };
}
