import { connect, type Socket } from 'node:net';
import { BbsError, toError } from '../base/errors';
import type { Clock } from '../base/clock';

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

/**
 * A TCP connection to a board, with no data read yet. Rejects with UNREACHABLE after `limitMs` or where the
 * board refuses it, and with the signal's reason where that aborts first.
 */
export function dial(
  address: Address,
  options: { readonly clock: Clock; readonly limitMs: number; readonly signal: AbortSignal },
): Promise<Socket> {
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
