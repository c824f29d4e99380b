import type { FastifyInstance } from 'fastify';
import { WAYS_IN, WAYS_TO_TELL } from '../protocols/ways-in';
import { escapeHtml } from '../mail/template';
import { sendPage } from './page';
import type { LoginPorts, WebParts } from './parts';
import { hostName } from './terminal';

/**
 * The page at the board's plain address: redirects to its terminal, or shows how to call where it
 * has none for browsers.
 */
export function addFrontPage(routes: FastifyInstance, parts: WebParts): void {
  routes.get('/', (request, reply) => {
    const ports = parts.loginPorts?.() ?? {};
    if (ports.wss !== undefined) return reply.redirect('/terminal');
    const body = describeCalls(hostName(request.headers.host ?? ''), ports);
    return sendPage(reply, { status: 200, title: 'How to call', body }, parts.config());
  });
}

function describeCalls(host: string, ports: LoginPorts): string {
  // An IPv6 address stands in brackets in a browser only.
  const name = escapeHtml(host.replace(/^\[|\]$/g, ''));
  const calls = WAYS_TO_TELL.flatMap((way) => {
    const port = ports[way];
    return port === undefined ? [] : (WAYS_IN[way].command?.(name, port) ?? []);
  });
  if (calls.length === 0) return '<p>No login server is open at the moment.</p>';
  return `<p>This board is called by a terminal:</p>
${calls.map((call) => `<code class="secret">${call}</code>`).join('\n')}
<p class="quiet">Pages here are opened by the links in its mails.</p>`;
}
