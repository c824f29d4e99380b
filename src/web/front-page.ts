import type { FastifyInstance } from 'fastify';
import { escapeHtml } from '../mail/template';
import { WAYS_IN, WAYS_TO_TELL } from '../protocols/ways-in';
import { wordingOf, type Say, type TextId } from '../texts/texts';
import { paragraphs, sendPage, wordsAround } from './page';
import type { LoginPorts, WebParts } from './parts';
import { browserPort, hostName, TERMINAL_PATH } from './terminal';

/** The page at the board's plain address: how to call it, by the browser too where wss listens. */
export function addFrontPage(routes: FastifyInstance, parts: WebParts): void {
  routes.get('/', (request, reply) => {
    const ports = parts.loginPorts?.() ?? {};
    const { say } = parts;
    const body = describeCalls(say, hostName(request.headers.host ?? ''), ports);
    return sendPage(reply, { status: 200, title: say('front-page.title'), body }, parts);
  });
}

function describeCalls(say: Say, host: string, ports: LoginPorts): string {
  const words = (id: TextId): string => escapeHtml(wordingOf(say, id));
  // An IPv6 address stands in brackets in a browser only.
  const name = escapeHtml(host.replace(/^\[|\]$/g, ''));
  const calls = WAYS_TO_TELL.flatMap((way) => {
    const port = ports[way];
    return port === undefined ? [] : (WAYS_IN[way].command?.(name, port) ?? []);
  });
  const hasBrowser = browserPort(ports) !== undefined;
  if (calls.length === 0 && !hasBrowser) return paragraphs(say('front-page.no-way'));
  const byBrowser = `${paragraphs(say('front-page.by-browser'))}
<a class="button" href="${TERMINAL_PATH}">${words('front-page.button')}</a>`;
  const byProgram = `${paragraphs(say(hasBrowser ? 'front-page.by-program-too' : 'front-page.by-program'))}
${calls.map((call) => `<code class="secret">${call}</code>`).join('\n')}`;
  const choice = `<b>${words('front-page.new-choice')}</b>`;
  return [
    ...(hasBrowser ? [byBrowser] : []),
    ...(calls.length > 0 ? [byProgram] : []),
    `<h2>${words('front-page.new')}</h2>
<p>${wordsAround(say, 'front-page.new-then', { choice })}</p>
<p class="quiet">${words('front-page.mails')}</p>`,
  ].join('\n');
}
