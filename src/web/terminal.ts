import type { FastifyInstance } from 'fastify';
import { escapeHtml } from '../mail/template';
import { sendProblem, sendPage, SECURITY_HEADERS } from './page';
import type { WebParts, LoginPorts } from './parts';
import type { TerminalFiles } from './terminal-files';
import { BROWSER_WAYS, WAYS_IN, WAYS_TO_TELL } from '../protocols/ways-in';

const PATH = '/terminal';
const FILES_PATH = '/_enig/terminal';
const NONCE_BYTES = 16;

/** A terminal in the browser, for callers without a terminal program; only while WebSocket listens. */
export function addTerminalRoutes(
  routes: FastifyInstance,
  parts: WebParts,
  files: TerminalFiles,
): void {
  routes.get(PATH, (request, reply) => {
    const port = browserPort(parts.loginPorts?.() ?? {});
    if (port === undefined) return sendProblem(reply, 'notFound', parts);
    const page = {
      // One of the board's own names: the checks of all requests ensure that (rule D7).
      authority: `${hostName(request.headers.host ?? '')}:${port}`,
      boardName: parts.config().general.boardName,
      nonce: parts.random.bytes(NONCE_BYTES).toString('base64'),
      version: files.version,
    };
    return reply
      .header('content-security-policy', policy(page))
      .type('text/html; charset=utf-8')
      .send(renderTerminal(page));
  });

  routes.get(`${FILES_PATH}/:version/:name`, (request, reply) => {
    const { version, name } = request.params as Readonly<Record<'version' | 'name', string>>;
    const file = version === files.version ? files.find(name) : undefined;
    if (file === undefined) return sendProblem(reply, 'notFound', parts);
    void reply.headers({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-security-policy': SECURITY_HEADERS['content-security-policy'],
      vary: 'accept-encoding',
    });
    if (!/\bgzip\b/.test(request.headers['accept-encoding'] ?? ''))
      return reply.type(file.type).send(file.body);
    return reply.type(file.type).header('content-encoding', 'gzip').send(file.gzipped);
  });
}

interface TerminalPage {
  /** Host and port to connect to. */
  readonly authority: string;
  readonly boardName: string;
  /** For the style elements that xterm.js creates. */
  readonly nonce: string;
  readonly version: string;
}

/** Allows the board's own scripts, one address to connect to, and nothing else. */
function policy({ authority, nonce }: TerminalPage): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    'img-src data:',
    // A policy cannot name an IPv6 address; only the machine itself uses one here.
    `connect-src ${authority.startsWith('[') ? 'wss:' : `wss://${authority}`}`,
    "form-action 'none'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ');
}

function renderTerminal({ authority, boardName, nonce, version }: TerminalPage): string {
  const board = escapeHtml(boardName);
  const folder = `${FILES_PATH}/${version}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content">
<title>${board}</title>
<link rel="stylesheet" href="${folder}/xterm.css">
<link rel="stylesheet" href="${folder}/terminal.css" nonce="${nonce}">
<script type="module" src="${folder}/terminal.js"></script>
</head>
<body data-board="wss://${escapeHtml(authority)}/" data-state="calling">
<button id="reader-first" type="button" aria-pressed="false">Screen reader: read the screen aloud, line by line from the next call on</button>
<main aria-label="Terminal of ${board}"><div id="stage"></div></main>
<div id="notice" role="status">
<div class="gate"></div>
<p id="notice-text">${board}</p>
<p id="trust" hidden>It may be down. Or this browser does not trust its certificate there yet:
<a href="https://${escapeHtml(authority)}/" target="_blank" rel="noopener">look at that port once</a>, accept it,
and come back.</p>
<button id="call-again" type="button" hidden>Call again</button>
<noscript><p>This page is a terminal and needs JavaScript. An SSH client works without.</p></noscript>
</div>
${KEY_BAR}
${OPTIONS}
</body>
</html>
`;
}

/** The keys that phones lack; the script shows them where the screen is touched. */
const KEY_BAR = `<footer id="bar">
<div id="keys" role="group" aria-label="Keys" hidden>
<button type="button" data-key="escape">Esc</button>
<button type="button" data-key="tab">Tab</button>
<button type="button" data-key="left" aria-label="Left">\u2190</button>
<button type="button" data-key="up" aria-label="Up">\u2191</button>
<button type="button" data-key="down" aria-label="Down">\u2193</button>
<button type="button" data-key="right" aria-label="Right">\u2192</button>
<button type="button" data-key="return">Enter</button>
<button type="button" data-key="ctrl" aria-pressed="false">Ctrl</button>
</div>
<button id="open-options" type="button" aria-haspopup="dialog" aria-label="Options, F2">Options<span class="key"> (F2)</span></button>
</footer>`;

const OPTIONS = `<dialog id="options" aria-labelledby="options-title">
<div class="row top"><h2 id="options-title">Options</h2> <button id="close" type="button">Close</button></div>
<label><input id="reader" type="checkbox"> Screen reader: the screen is read aloud, and the next call is written line by line</label>
<label><input id="show-keys" type="checkbox"> Keys below the screen</label>
<div class="row" role="group" aria-label="Size of the letters">Letters <button id="smaller" type="button">Smaller</button>
<button id="larger" type="button">Larger</button> <output id="letters">100 %</output></div>
<div class="row"><button id="copy" type="button">Copy the screen or what is marked</button>
<button id="paste" type="button">Paste</button></div>
<label for="to-send">Text to send</label>
<textarea id="to-send" rows="2" autocomplete="off" autocapitalize="none" spellcheck="false"></textarea>
<div class="row"><button id="send" type="button">Send the text</button></div>
<label for="screen-text">The screen as text</label>
<textarea id="screen-text" rows="6" readonly></textarea>
<p id="done" role="status"></p>
<div class="row"><button id="again" type="button">Call again</button> <button id="hang-up" type="button">Hang up</button></div>
</dialog>`;

/** The port that browsers call; where the board's own has no TLS, the proxy has one of the same number. */
function browserPort(ports: LoginPorts): number | undefined {
  return BROWSER_WAYS.map((way) => ports[way]).find((port) => port !== undefined);
}

/** The host of a Host header, without its port. */
function hostName(host: string): string {
  return host.trim().replace(/:\d+$/, '').toLowerCase();
}

/** The page at the board's plain address: how to call it, by the browser too where wss listens. */
export function addFrontPage(routes: FastifyInstance, parts: WebParts): void {
  routes.get('/', (request, reply) => {
    const ports = parts.loginPorts?.() ?? {};
    const body = describeCalls(hostName(request.headers.host ?? ''), ports);
    return sendPage(reply, { status: 200, title: 'How to call', body }, parts);
  });
}

function describeCalls(host: string, ports: LoginPorts): string {
  // An IPv6 address stands in brackets in a browser only.
  const name = escapeHtml(host.replace(/^\[|\]$/g, ''));
  const calls = WAYS_TO_TELL.flatMap((way) => {
    const port = ports[way];
    return port === undefined ? [] : (WAYS_IN[way].command?.(name, port) ?? []);
  });
  const hasBrowser = browserPort(ports) !== undefined;
  if (calls.length === 0 && !hasBrowser) return '<p>No login server is open at the moment.</p>';
  const byBrowser = `<p>This board is a place that you call with a terminal. This browser has one, and needs nothing else:</p>
<a class="button" href="${PATH}">Call from this browser</a>`;
  const byProgram = `<p>${hasBrowser ? 'Or type this into a terminal of your own:' : 'This board is called by a terminal:'}</p>
${calls.map((call) => `<code class="secret">${call}</code>`).join('\n')}`;
  return [
    ...(hasBrowser ? [byBrowser] : []),
    ...(calls.length > 0 ? [byProgram] : []),
    `<h2>New here?</h2>
<p>Choose <b>New here? Apply</b> on the first screen: it asks for a user name, a password and a mail address.</p>
<p class="quiet">The links in this board's mails open other pages here.</p>`,
  ].join('\n');
}
