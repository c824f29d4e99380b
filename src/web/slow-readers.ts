import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Clock } from '../base/clock';
import { LIMITS } from '../base/limits';

/**
 * Ends connections whose answer is not received within 30 s of its request (rule F9). Node.js's own
 * timeouts restart with each byte that a peer receives, and with each request of a connection.
 */
export function endSlowReaders(server: Pick<Server, 'on'>, clock: Clock): void {
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const cancel = clock.after(LIMITS.outputStallMs, () => request.socket.destroy());
    response.once('close', cancel);
  });
}
