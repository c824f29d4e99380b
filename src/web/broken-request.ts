import type { Socket } from 'node:net';
import type { Clock } from '../base/clock';
import { SECURITY_HEADERS } from './page';

/** Time between the answer to an invalid request and the forced end of its socket. */
const GOOD_BYE_MS = 2_000;

/** Answers invalid and slow requests with the same headers. */
export function answerBrokenRequest(
  error: Error & { code?: string },
  socket: Socket,
  clock: Clock,
): void {
  // Without TLS nothing can be sent: an answer would wait for ever for a handshake that is over.
  const isHttp = /^(?:HPE|ERR_HTTP)_/.test(error.code ?? '');
  if (!socket.writable || !isHttp) {
    socket.destroy();
    return;
  }
  const status =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? '408 Request Timeout'
      : error.code === 'HPE_HEADER_OVERFLOW'
        ? '431 Request Header Fields Too Large'
        : '400 Bad Request';
  endWith(socket, { status, clock });
}

/** Sends an answer of plain text, and ends the connection. */
export function endWith(
  socket: Socket,
  { status, clock, text = '' }: { status: string; clock: Clock; text?: string },
): void {
  // A client that does not close its side is not waited for.
  const cancel = clock.after(GOOD_BYE_MS, () => socket.destroy());
  socket.once('close', cancel);
  const headers = {
    ...SECURITY_HEADERS,
    ...(text === '' ? {} : { 'content-type': 'text/plain; charset=utf-8' }),
    connection: 'close',
    'content-length': Buffer.byteLength(text),
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status}\r\n${lines.join('')}\r\n${text}`);
}
