import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { BbsError } from '../base/errors';
import { withLimit, type Clock } from '../base/clock';
import type { FarSide } from './connect';

/** What an rlogin client says of its caller (RFC 1282); boards use the fields as they like. */
interface RloginFields {
  readonly clientName: string;
  readonly serverName: string;
  /** `terminal/speed`, or what the board takes in its place. */
  readonly terminal: string;
}

/** The byte by which the server takes the connection. */
const TAKEN = 0;

/** The bytes that come before anything else: `00`, then each field and `00`. Throws where a field holds a 00. */
export function rloginGreeting(fields: RloginFields): Buffer {
  const { clientName, serverName, terminal } = fields;
  const texts = [clientName, serverName, terminal];
  if (texts.some((text) => text.includes('\0')))
    throw new BbsError('INTERNAL', 'a field of an rlogin greeting holds a NUL');
  return Buffer.from(`\0${texts.map((text) => `${text}\0`).join('')}`, 'utf8');
}

/**
 * Greets a board and waits for the byte by which it takes the call. A board that sends something else is
 * read as it is: what it sends then is its reason, for the caller. Rejects with UNREACHABLE where it
 * sends nothing within `limitMs`, or ends.
 */
export async function greetByRlogin(
  socket: Duplex,
  fields: RloginFields,
  options: { readonly clock: Clock; readonly limitMs: number; readonly signal: AbortSignal },
): Promise<FarSide> {
  const { clock, limitMs, signal } = options;
  socket.write(rloginGreeting(fields));
  const ended = new AbortController();
  const end = (): void =>
    ended.abort(new BbsError('UNREACHABLE', 'the board ended the connection'));
  const stop = (): void => ended.abort(signal.reason);
  socket.once('end', end).once('close', end);
  signal.addEventListener('abort', stop, { once: true });
  try {
    for (;;) {
      const chunk = socket.read() as Buffer | null;
      if (chunk !== null) {
        const rest = chunk[0] === TAKEN ? chunk.subarray(1) : chunk;
        if (rest.length > 0) socket.unshift(rest);
        return socket;
      }
      await withLimit(clock, once(socket, 'readable', { signal: ended.signal }), {
        limitMs,
        what: 'the answer to the rlogin greeting',
      });
    }
  } catch (error) {
    socket.destroy();
    signal.throwIfAborted();
    throw new BbsError('UNREACHABLE', 'no answer to the rlogin greeting', { cause: error });
  } finally {
    socket.off('end', end).off('close', end);
    signal.removeEventListener('abort', stop);
  }
}
