import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Clock } from '../base/clock';
import { LIMITS } from '../base/limits';

/**
 * Ends connections whose answer is not taken within 30 s of its request (rule F9). Node's own timeouts begin
 * anew with each byte that a peer takes, and with several requests in one connection.
 */
export function endSlowReaders(server: Pick<Server, 'on'>, clock: Clock): void {
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const cancel = clock.after(LIMITS.outputStallMs, () => request.socket.destroy());
    response.once('close', cancel);
  });
}
