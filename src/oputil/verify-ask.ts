import { request } from 'node:http';
import { VERDICTS, type Verdict } from '../auth/verify';
import { BbsError, toError } from '../base/errors';
import { LIMITS } from '../base/limits';
import { VERIFY_ROUTE } from '../web/verify';
import type { CommandContext } from './command-context';
import { readBounded } from './oputil-io';

/** Of an answer; a verdict is a line. */
const ANSWER_BYTES = 4 * 1024;
/** Of a file with a secret of at most 512 characters. */
const KEY_BYTES = 4 * 1024;
/** How long the board may take: its own waits, and the time that it gives its database. */
const ANSWER_MS = LIMITS.httpRequestMs + LIMITS.storeMs;

interface Asking {
  /** Of the board: `verify.socket`. */
  readonly socket: string;
  /** Of the secret of a client in `verify.clients`. */
  readonly keyFile: string;
  readonly fields: Readonly<Record<string, string | undefined>>;
}

/**
 * Asks a running board by the socket of its verify service, which needs neither its files nor its database. Throws
 * USAGE for a secret or a question that the board does not take, UNREACHABLE where it does not answer, and TIMED_OUT.
 */
export async function askBySocket(
  context: CommandContext,
  { socket, keyFile, fields }: Asking,
): Promise<Verdict> {
  const secret = (await readBounded(keyFile, { mostBytes: KEY_BYTES, what: 'a secret' })).trim();
  if (!/^[\x21-\x7e]+$/.test(secret))
    throw new BbsError('USAGE', `${keyFile} holds no secret: one line of letters, digits, signs`);
  const given = Object.entries(fields).filter((field) => field[1] !== undefined);
  const body = String(new URLSearchParams(given as [string, string][]));
  const late = new AbortController();
  const cancel = context.clock.after(ANSWER_MS, () =>
    late.abort(new BbsError('TIMED_OUT', `the board did not answer within ${ANSWER_MS} ms`)),
  );
  try {
    return readAnswer(await post(socket, { secret, body, signal: late.signal }));
  } catch (error) {
    late.signal.throwIfAborted();
    if (error instanceof BbsError) throw error;
    const why = toError(error).message;
    throw new BbsError('UNREACHABLE', `the board does not answer at ${socket}: ${why}`, {
      cause: error,
    });
  } finally {
    cancel();
  }
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

function post(
  socketPath: string,
  { secret, body, signal }: { secret: string; body: string; signal: AbortSignal },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${secret}`,
      'content-type': 'application/x-www-form-urlencoded',
    };
    const at = { socketPath, path: VERIFY_ROUTE, method: 'POST', headers, agent: false, signal };
    const asking = request(at, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
        if (text.length <= ANSWER_BYTES) return;
        reject(new Error('its answer is too long'));
        asking.destroy();
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      response.on('error', reject);
    });
    asking.on('error', reject);
    asking.end(body);
  });
}

/** What the statuses say that are no verdict. */
const REFUSALS: Readonly<Record<number, string>> = {
  400: 'the board takes no such question: see --address and the name',
  401: 'the board knows no client with this secret: see verify.clients in its configuration',
  403: 'this client may not ask about passwords: see verify.clients in the configuration',
};

function readAnswer({ status, text }: Answer): Verdict {
  const refusal = REFUSALS[status];
  if (refusal !== undefined) throw new BbsError('USAGE', refusal);
  if (status === 429) return { result: 'throttled' };
  const { result, retryAfterSeconds } = readFields(text);
  const isVerdict = typeof result === 'string' && Object.hasOwn(VERDICTS, result);
  if (!isVerdict || status !== (result === 'try-later' ? 503 : 200))
    throw new BbsError('UNREACHABLE', `what answers at the socket is no board: status ${status}`);
  const isWait = typeof retryAfterSeconds === 'number';
  return { result: result as Verdict['result'], ...(isWait ? { retryAfterSeconds } : {}) };
}

function readFields(text: string): { readonly result?: unknown; retryAfterSeconds?: unknown } {
  try {
    return Object(JSON.parse(text)) as { readonly result?: unknown };
  } catch {
    return {};
  }
}
