import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../base/clock';
import { SourceCounter } from '../base/event-counters';
import { isOwnOrigin } from './origin';
import { sendProblem } from './page';
import type { WebParts } from './parts';

const SPAN_MS = 10 * 60_000;

/** Counts requests of one route per source in ten minutes. */
export function createRouteCounter(clock: Clock): SourceCounter {
  return new SourceCounter(clock, SPAN_MS);
}

/** False when the request was answered with "too many", or when the client is gone. */
export async function limitRequests(
  exchange: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  limit: { readonly counter: SourceCounter; readonly most: number },
  parts: WebParts,
): Promise<boolean> {
  const waitMs = limit.counter.count(exchange.request.remoteIp, limit.most);
  if (waitMs === undefined) return true;
  const reply = exchange.reply.header('retry-after', String(Math.max(1, Math.ceil(waitMs / 1000))));
  await sendProblem(reply, 'tooMany', parts);
  return false;
}

/**
 * The fields of a form that this site sent; undefined when the request was answered with a refusal.
 */
export async function readForm(
  request: FastifyRequest,
  reply: FastifyReply,
  parts: WebParts,
): Promise<ReadonlyMap<string, string> | undefined> {
  const party = { headers: request.headers, remoteIp: request.remoteIp };
  if (!isOwnOrigin(party, parts.config(), parts.port())) {
    await sendProblem(reply, 'forbidden', parts);
    return undefined;
  }
  const fields = typeof request.body === 'string' ? parseForm(request.body) : undefined;
  if (fields === undefined) await sendProblem(reply, 'badRequest', parts);
  return fields;
}

/**
 * Parses a form body into its fields, or undefined when it is not one: a repeated field could mean
 * one thing to a check and another to the code that uses it (rule D10).
 */
export function parseForm(body: string): ReadonlyMap<string, string> | undefined {
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(body)) {
    if (fields.has(name) || fields.size >= 16) return undefined;
    fields.set(name, value);
  }
  return fields;
}

/** A query value that is present exactly once. */
export function singleValue(query: unknown, name: string): string | undefined {
  if (typeof query !== 'object' || query === null || !Object.hasOwn(query, name)) return undefined;
  const value = (query as Readonly<Record<string, unknown>>)[name];
  return typeof value === 'string' ? value : undefined;
}
