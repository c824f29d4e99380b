import type { FastifyInstance } from 'fastify';
import { escapeHtml } from '../mail/template';
import { TERMINAL_SAYS } from '../texts/terminal-page-texts';
import { fillWords, wordingOf, type Say, type TextId } from '../texts/texts';
import { sendProblem, wordsAround, SECURITY_HEADERS } from './page';
import type { WebParts, LoginPorts } from './parts';
import type { TerminalFiles } from './terminal-files';
import { BROWSER_WAYS } from '../protocols/ways-in';

export const TERMINAL_PATH = '/terminal';
const FILES_PATH = '/_enig/terminal';
const NONCE_BYTES = 16;

/** A terminal in the browser, for callers without a terminal program; only while WebSocket listens. */
export function addTerminalRoutes(
  routes: FastifyInstance,
  parts: WebParts,
  files: TerminalFiles,
): void {
  routes.get(TERMINAL_PATH, (request, reply) => {
    const port = browserPort(parts.loginPorts?.() ?? {});
    if (port === undefined) return sendProblem(reply, 'notFound', parts);
    const page = {
      // One of the board's own names: the checks of all requests ensure that (rule D7).
      authority: `${hostName(request.headers.host ?? '')}:${port}`,
      boardName: parts.config().general.boardName,
      language: parts.config().general.language,
      nonce: parts.random.bytes(NONCE_BYTES).toString('base64'),
      version: files.version,
      say: parts.say,
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
  readonly language: string;
  readonly say: Say;
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

function renderTerminal({
  authority,
  boardName,
  language,
  nonce,
  version,
  say,
}: TerminalPage): string {
  const board = escapeHtml(boardName);
  const folder = `${FILES_PATH}/${version}`;
  const words = wordsOf(say);
  const trust = `<a href="https://${escapeHtml(authority)}/" target="_blank" rel="noopener">${words('terminal-page.trust-link')}</a>`;
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content">
<title>${board}</title>
<link rel="stylesheet" href="${folder}/xterm.css">
<link rel="stylesheet" href="${folder}/terminal.css" nonce="${nonce}">
<script type="module" src="${folder}/terminal.js"></script>
</head>
<body data-board="wss://${escapeHtml(authority)}/" data-words="${escapeHtml(scriptWords(say))}" data-state="calling">
<button id="reader-first" type="button" aria-pressed="false">${words('terminal-page.reader-first')}</button>
<main aria-label="${wordsAround(say, 'terminal-page.terminal-of', { board })}"><div id="stage"></div></main>
<div id="notice" role="status">
<div class="gate"></div>
<p id="notice-text">${board}</p>
<p id="trust" hidden>${wordsAround(say, 'terminal-page.trust', { link: trust })}</p>
<button id="call-again" type="button" hidden>${words('terminal-page.call-again')}</button>
<noscript><p>${words('terminal-page.no-script')}</p></noscript>
</div>
${keyBar(say)}
${optionsDialog(say)}
</body>
</html>
`;
}

/** Sentences as HTML. */
function wordsOf(say: Say): (id: TextId) => string {
  return (id) => escapeHtml(wordingOf(say, id));
}

/** The sentences of the script, by their ids. */
function scriptWords(say: Say): string {
  const ids = Object.keys(TERMINAL_SAYS.texts) as TextId[];
  return JSON.stringify(
    Object.fromEntries(ids.map((id) => [id, fillWords(wordingOf(say, id), KEY_NAMES)])),
  );
}

/** What opens the options, in the script too. */
const KEY_NAMES = { key: 'F2' } as const;

/** The arrows have signs, which are named for who hears them. */
const KEYS = [
  { key: 'escape' },
  { key: 'tab' },
  { key: 'left', sign: '\u2190' },
  { key: 'up', sign: '\u2191' },
  { key: 'down', sign: '\u2193' },
  { key: 'right', sign: '\u2192' },
  { key: 'return' },
  { key: 'ctrl', attributes: ' aria-pressed="false"' },
] as const satisfies readonly { key: string; sign?: string; attributes?: string }[];

/** The keys that phones lack; the script shows them where the screen is touched. */
function keyBar(say: Say): string {
  const words = wordsOf(say);
  const keys = KEYS.map(({ key, ...of }) => {
    const name = words(`terminal-page.key-${key}`);
    const label = 'sign' in of ? ` aria-label="${name}"` : '';
    const more = 'attributes' in of ? of.attributes : '';
    return `<button type="button" data-key="${key}"${label}${more}>${'sign' in of ? of.sign : name}</button>`;
  });
  const by = wordsAround(say, 'terminal-page.options-by', KEY_NAMES);
  return `<footer id="bar">
<div id="keys" role="group" aria-label="${words('terminal-page.keys')}" hidden>
${keys.join('\n')}
</div>
<button id="open-options" type="button" aria-haspopup="dialog" aria-label="${by}">${words('terminal-page.options')}<span class="key"> (${KEY_NAMES.key})</span></button>
</footer>`;
}

function optionsDialog(say: Say): string {
  const words = wordsOf(say);
  return `<dialog id="options" aria-labelledby="options-title">
<div class="row top"><h2 id="options-title">${words('terminal-page.options')}</h2> <button id="close" type="button">${words('terminal-page.close')}</button></div>
<label><input id="reader" type="checkbox"> ${words('terminal-page.reader')}</label>
<label><input id="show-keys" type="checkbox"> ${words('terminal-page.show-keys')}</label>
<div class="row" role="group" aria-label="${words('terminal-page.size')}">${words('terminal-page.letters')} <button id="smaller" type="button">${words('terminal-page.smaller')}</button>
<button id="larger" type="button">${words('terminal-page.larger')}</button> <output id="letters">100 %</output></div>
<div class="row"><button id="copy" type="button">${words('terminal-page.copy')}</button>
<button id="paste" type="button">${words('terminal-page.paste')}</button></div>
<label for="to-send">${words('terminal-page.to-send')}</label>
<textarea id="to-send" rows="2" autocomplete="off" autocapitalize="none" spellcheck="false"></textarea>
<div class="row"><button id="send" type="button">${words('terminal-page.send')}</button></div>
<label for="screen-text">${words('terminal-page.screen-text')}</label>
<textarea id="screen-text" rows="6" readonly></textarea>
<p id="done" role="status"></p>
<div class="row"><button id="again" type="button">${words('terminal-page.call-again')}</button> <button id="hang-up" type="button">${words('terminal-page.hang-up')}</button></div>
</dialog>`;
}

/** The port that browsers call; where the board's own has no TLS, the proxy has one of the same number. */
export function browserPort(ports: LoginPorts): number | undefined {
  return BROWSER_WAYS.map((way) => ports[way]).find((port) => port !== undefined);
}

/** The host of a Host header, without its port. */
export function hostName(host: string): string {
  return host.trim().replace(/:\d+$/, '').toLowerCase();
}
