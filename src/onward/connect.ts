import { connect, type Socket } from 'node:net';
import { BbsError, toError } from '../base/errors';
import { sleep, type Clock } from '../base/clock';
import type { Random } from '../base/random';

/** Where a caller is handed on to. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** The other side of a call that is handed on: bytes as its board means them. */
export interface FarSide extends NodeJS.ReadWriteStream {
  readonly writableNeedDrain: boolean;
  /** Tells the board the size of the caller's window, where its protocol can. */
  resized?(): void;
  destroy(error?: Error): unknown;
}

interface DialOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly limitMs: number;
  readonly signal: AbortSignal;
}

/** Least pause before a refused connection is tried again; as much again comes by chance. */
const RETRY_MS = 250;

/**
 * A TCP connection to a board, with no data read yet. A board that refuses it is tried again, after pauses by
 * chance so that many callers do not come at once, until `limitMs` are over. Rejects with UNREACHABLE then,
 * and with the signal's reason where that aborts first.
 */
export async function dial(address: Address, options: DialOptions): Promise<Socket> {
  const { clock, random, limitMs, signal } = options;
  const endMs = clock.monotonicMs() + limitMs;
  for (;;) {
    try {
      return await dialOnce(address, { ...options, limitMs: endMs - clock.monotonicMs() });
    } catch (error) {
      const pauseMs = RETRY_MS + random.below(RETRY_MS);
      const isRefusal = error instanceof BbsError && error.cause !== undefined;
      if (!isRefusal || clock.monotonicMs() + pauseMs >= endMs) throw error;
      await sleep(clock, pauseMs, signal);
    }
  }
}

function dialOnce(address: Address, options: Omit<DialOptions, 'random'>): Promise<Socket> {
  const { clock, limitMs, signal } = options;
  const { host, port } = address;
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true, keepAlive: true });
    const settle = (act: () => void): void => {
      cancel();
      signal.removeEventListener('abort', onAbort);
      socket.off('error', onError);
      act();
    };
    const fail = (error: Error): void =>
      settle(() => {
        socket.on('error', () => undefined);
        socket.destroy();
        reject(error);
      });
    const onError = (error: unknown): void =>
      fail(new BbsError('UNREACHABLE', toError(error).message, { cause: error }));
    const onAbort = (): void => fail(toError(signal.reason));
    const cancel = clock.after(limitMs, () =>
      fail(new BbsError('UNREACHABLE', `no connection within ${limitMs} ms`)),
    );
    signal.addEventListener('abort', onAbort, { once: true });
    socket.on('error', onError);
    socket.once('connect', () =>
      settle(() => {
        // Whoever has the socket next listens as well; this keeps an early reset from being unheard.
        socket.on('error', () => undefined);
        resolve(socket);
      }),
    );
    if (signal.aborted) onAbort();
  });
}
