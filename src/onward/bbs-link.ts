import { createHash } from 'node:crypto';
import { request as requestPlain, type IncomingMessage } from 'node:http';
import { request as requestSecure } from 'node:https';
import type { Clock } from '../base/clock';
import { BbsError, toError } from '../base/errors';
import type { Random } from '../base/random';

/** Characters of a key, which names one hand-off to both requests. */
const KEY_CHARACTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';
const KEY_LENGTH = 6;
/** Of an answer; a token has a few dozen bytes, and a reason is a line. */
const ANSWER_BYTES = 1024;
const HEADER_BYTES = 8 * 1024;
const TOKEN = /^[\x21-\x7e]{1,128}$/;
/** By which the service says that the call may come. */
const GRANTED = 'complete';

/** What a board of BBSLink says of itself and of its caller before the caller comes by telnet. */
interface LinkCall {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  readonly sysCode: string;
  readonly authCode: string;
  readonly schemeCode: string;
  readonly door: string;
  /** Id of the caller's account on this board. */
  readonly userId: number;
  readonly rows: number;
  readonly version: string;
}

interface LinkOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  /** For both requests together. */
  readonly limitMs: number;
}

/**
 * Announces a caller to a BBSLink service: a token, and with it hashes of the board's codes. The codes themselves
 * are not sent. Rejects with UNREACHABLE where the service does not answer in time or not with a token, with
 * HAND_ON_REFUSED where it does not take the call, and with the signal's reason where that aborts first.
 */
export async function announceToLink(call: LinkCall, options: LinkOptions): Promise<void> {
  const { clock, random, signal, limitMs } = options;
  const late = new AbortController();
  const cancel = clock.after(limitMs, () =>
    late.abort(new BbsError('UNREACHABLE', `no answer over HTTP within ${limitMs} ms`)),
  );
  const ask: Ask = (path, headers = {}) =>
    get(call, { path, headers, signal: AbortSignal.any([signal, late.signal]) });
  try {
    await exchange(call, ask, newKey(random));
  } catch (error) {
    signal.throwIfAborted();
    late.signal.throwIfAborted();
    if (error instanceof BbsError) throw error;
    throw new BbsError('UNREACHABLE', toError(error).message, { cause: error });
  } finally {
    cancel();
  }
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

type Ask = (path: string, headers?: Readonly<Record<string, string>>) => Promise<Answer>;

async function exchange(call: LinkCall, ask: Ask, key: string): Promise<void> {
  const { status, text: token } = await ask(`/token.php?key=${key}`);
  if (status !== 200 || !TOKEN.test(token))
    throw new BbsError('UNREACHABLE', `answer ${status} without a token`);
  const answer = await ask(`/auth.php?key=${key}`, {
    'X-User': String(call.userId),
    'X-System': call.sysCode,
    'X-Auth': md5(`${call.authCode}${token}`),
    'X-Code': md5(`${call.schemeCode}${token}`),
    'X-Rows': String(call.rows),
    'X-Key': key,
    'X-Door': call.door,
    'X-Token': token,
    'X-Type': 'sallyport',
    'X-Version': call.version,
  });
  if (answer.status !== 200 || answer.text !== GRANTED)
    throw new BbsError('HAND_ON_REFUSED', `answer ${answer.status}: ${answer.text.slice(0, 200)}`);
}

function get(
  { host, port, secure }: LinkCall,
  {
    path,
    headers,
    signal,
  }: Pick<LinkOptions, 'signal'> & {
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
  },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const send = secure ? requestSecure : requestPlain;
    const sent = send(
      // One connection for each, so that nothing waits in a pool after the caller has gone.
      { host, port, path, headers, signal, agent: false, maxHeaderSize: HEADER_BYTES },
      (response) => {
        readText(response).then(
          (text) => resolve({ status: response.statusCode ?? 0, text }),
          (error: unknown) => {
            sent.destroy();
            reject(toError(error));
          },
        );
      },
    );
    sent.on('error', reject);
    // Without a listener the end of a request whose answer changes the protocol would be told by nothing else.
    sent.on('upgrade', (_response, socket) => {
      socket.destroy();
      reject(new BbsError('UNREACHABLE', 'an answer that changes the protocol'));
    });
    sent.end();
  });
}

async function readText(response: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of response as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > ANSWER_BYTES)
      throw new BbsError('UNREACHABLE', `an answer of more than ${ANSWER_BYTES} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('latin1').trim();
}

function newKey(random: Random): string {
  const letters = Array.from({ length: KEY_LENGTH }, () => random.below(KEY_CHARACTERS.length));
  return letters.map((at) => KEY_CHARACTERS[at]).join('');
}

/** The service's own way; the token makes each hash good once. */
function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
