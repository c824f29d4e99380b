import { createHash, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Authenticator } from '../auth/authenticator';
import type { Verdict } from '../auth/verify';
import { plainIp } from '../base/source';
import type { Config } from '../config/schema';
import { isFactorDemanded } from '../menu/run/owed-factor';
import type { WebParts } from './parts';
import { createRouteCounter, parseForm } from './route-guard';

/** Where other programs ask. */
export const VERIFY_ROUTE = '/_enig/verify';
/** Requests without a right secret that one source has in ten minutes; further ones are not logged. */
const MOST_REFUSED = 20;
/** Questions of one source in ten minutes. */
const MOST_ASKED = 6_000;
/** Of a source as it is kept, which is the longest that an address can be written. */
const MOST_SOURCE_CHARACTERS = 45;
/** Longest password and code, in characters; longer ones are none of anybody. */
const MOST_CHARACTERS = 1_024;

type Client = Config['verify']['clients'][string];

/**
 * Answers other programs that trust this board with its accounts (rule P8): each has a secret of its own, and only
 * those for which `passwords` is true are answered about one.
 */
export function addVerifyRoute(
  routes: FastifyInstance,
  parts: Pick<WebParts, 'config' | 'clock' | 'log'>,
  authenticator: Pick<Authenticator, 'verify'>,
): void {
  const { config, log } = parts;
  const refused = createRouteCounter(parts.clock);
  const asked = createRouteCounter(parts.clock);
  const errorHandler = (error: FastifyError, { remoteIp }: FastifyRequest, reply: FastifyReply) => {
    const { statusCode = 500 } = error;
    if (statusCode >= 500) log.error('verify.failed', { remoteIp, error });
    void tell(reply, statusCode, { error: statusCode < 500 ? 'wrong request' : 'failed' });
  };
  routes.post(VERIFY_ROUTE, { errorHandler }, async (request, reply) => {
    const { isShared } = request;
    // Compared first, as wrong ones of the same address must not keep a client out: 32 characters are not guessed.
    const found = findClient(config().verify, request.headers.authorization);
    // A client of a socket has no address: it is its own source.
    const remoteIp =
      request.remoteIp || `client:${found?.[0] ?? ''}`.slice(0, MOST_SOURCE_CHARACTERS);
    if (found === undefined) {
      if (refused.peek(remoteIp, MOST_REFUSED)) return tell(reply, 429, { error: 'throttled' });
      refused.count(remoteIp, MOST_REFUSED);
      log.warn('verify.refused', { remoteIp });
      const challenge = reply.header('www-authenticate', 'Bearer');
      return tell(challenge, 401, { error: 'unknown client' });
    }
    const [name, client] = found;
    if (asked.count(remoteIp, MOST_ASKED) !== undefined)
      return tell(reply, 429, { error: 'throttled' });
    const fields = typeof request.body === 'string' ? parseForm(request.body) : undefined;
    const question = fields && readFields(fields);
    if (question === undefined) return tell(reply, 400, { error: 'wrong fields' });
    const { address, ...given } = question;
    if (given.password !== undefined && !client.passwords)
      return tell(reply, 403, { error: 'this client may not ask about passwords' });
    const person = address ?? remoteIp;
    const origin = { server: 'verify', secure: true, remoteIp: person, isShared, node: 0 } as const;
    const isOfPerson = address !== undefined;
    const { required } = config().users.twoFactorAuth;
    const verdict = await authenticator.verify({
      ...{ ...given, origin, isOfPerson },
      isDemanded: (user) => isFactorDemanded(user, { required, nowMs: parts.clock.nowMs() }),
    });
    log.info('verify.answered', { remoteIp, client: name, result: verdict.result });
    return tell(reply, verdict.result === 'try-later' ? 503 : 200, verdict);
  });
}

function tell(
  reply: FastifyReply,
  status: number,
  answer: Verdict | { readonly error: string },
): FastifyReply {
  return reply.code(status).type('application/json; charset=utf-8').send(JSON.stringify(answer));
}

/** The client whose secret this is; every one is compared, in constant time. */
function findClient(
  { clients }: Config['verify'],
  header: string | undefined,
): readonly [string, Client] | undefined {
  const given = digest(/^Bearer ([\x21-\x7e]{1,512})$/.exec(header ?? '')?.[1] ?? '');
  let found: readonly [string, Client] | undefined;
  for (const entry of Object.entries(clients))
    if (timingSafeEqual(digest(entry[1].secret), given)) found = entry;
  return found;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

const FIELDS: readonly string[] = ['user', 'password', 'code', 'address'];

/** Undefined where a field is missing, unknown, too long, or no address. */
function readFields(fields: ReadonlyMap<string, string>) {
  const userName = fields.get('user') ?? '';
  const [password, code, address] = ['password', 'code', 'address'].map((name) => fields.get(name));
  if (userName === '' || [...fields.keys()].some((name) => !FIELDS.includes(name)))
    return undefined;
  if ([...fields.values()].some(({ length }) => length > MOST_CHARACTERS)) return undefined;
  if (address !== undefined && isIP(address) === 0) return undefined;
  // Nothing typed is no attempt.
  return {
    userName,
    password,
    code: code === '' ? undefined : code,
    address: address && plainIp(address),
  };
}
