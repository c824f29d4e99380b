import type { FastifyReply } from 'fastify';
import type { Config } from '../config/schema';
import { escapeHtml } from '../mail/template';
import { fillWords, wordingOf, type Say, type TextId } from '../texts/texts';

/** Sent with every answer, errors and refusals included (rule D8). */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'strict-transport-security': 'max-age=31536000',
  'content-security-policy':
    "default-src 'none'; img-src data:; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=()',
  'x-robots-tag': 'noindex, nofollow',
};

/** One of the board's own pages, around a few sentences. */
export interface Page {
  readonly status: number;
  readonly title: string;
  /** Finished HTML; text from people was escaped before. */
  readonly body: string;
  readonly doors?: 'shut' | 'open';
  /** The path of the page's own script, which its Content-Security-Policy then allows. */
  readonly script?: string;
}

/** What a page is made with. */
interface PageParts {
  readonly config: () => Config;
  readonly say: Say;
}

/** Begins the title of a page that says what was wrong. */
export function errorPrefix(say: Say): string {
  return `${say('web-problem.prefix')} `;
}

const SCRIPT_POLICY = `${SECURITY_HEADERS['content-security-policy'] ?? ''}`.replace(
  'img-src data:',
  "script-src 'self'; img-src data:",
);

function renderPage(page: Page, { config, say }: PageParts): string {
  const title = escapeHtml(page.title);
  const board = escapeHtml(config().general.boardName);
  const prefix = page.status >= 400 ? escapeHtml(errorPrefix(say)) : '';
  const script = page.script === undefined ? '' : `\n<script src="${page.script}" defer></script>`;
  return `<!doctype html>
<html lang="${config().general.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${prefix}${title} - ${board}</title>
<link rel="stylesheet" href="/_enig/style.css">${script}
</head>
<body>
<div class="gate${page.doors === 'open' ? ' open' : ''}"></div>
<main>
<p class="board">${board}</p>
<h1>${title}</h1>
${page.body}
</main>
</body>
</html>
`;
}

/** Sends one of the board's own pages. */
export function sendPage(reply: FastifyReply, page: Page, parts: PageParts): FastifyReply {
  if (page.script !== undefined) void reply.header('content-security-policy', SCRIPT_POLICY);
  return reply.code(page.status).type('text/html; charset=utf-8').send(renderPage(page, parts));
}

/**
 * What is wrong with a field, for a template of a form: the sentence before the field, and the
 * attributes that join both and put the cursor there. Empty where nothing is wrong.
 */
export function fieldError(
  id: string,
  message: string,
  describedBy = '',
): { readonly error: string; readonly state: string } {
  const others = describedBy === '' ? '' : ` ${describedBy}`;
  if (message === '') return { error: '', state: others && `aria-describedby="${describedBy}"` };
  return {
    error: `<p class="field-error" id="${id}-error">${escapeHtml(message)}</p>`,
    state: `aria-invalid="true" aria-describedby="${id}-error${others}" autofocus`,
  };
}

/** A sentence as HTML; its values are finished pieces of HTML, which the caller has escaped. */
export function wordsAround(
  say: Say,
  id: TextId,
  pieces: Readonly<Record<string, string>>,
): string {
  return fillWords(escapeHtml(wordingOf(say, id)), pieces);
}

/** Plain sentences as paragraphs. */
export function paragraphs(...sentences: readonly string[]): string {
  return sentences.map((sentence) => `<p>${escapeHtml(sentence)}</p>`).join('\n');
}

/** Pages about errors, for the visitor: what happened and what to do. */
const PROBLEMS = {
  badRequest: {
    status: 400,
    title: 'web-problem.bad-request',
    then: 'web-problem.bad-request-then',
  },
  forbidden: { status: 403, title: 'web-problem.forbidden', then: 'web-problem.forbidden-then' },
  refused: { status: 403, title: 'web-problem.refused', then: 'web-problem.refused-then' },
  inClear: { status: 403, title: 'web-problem.in-clear', then: 'web-problem.in-clear-then' },
  notFound: { status: 404, title: 'web-problem.not-found', then: 'web-problem.not-found-then' },
  gone: { status: 410, title: 'web-problem.gone', then: 'web-problem.gone-then' },
  tooLarge: { status: 413, title: 'web-problem.too-large', then: 'web-problem.too-large-then' },
  wrongType: { status: 415, title: 'web-problem.wrong-type', then: 'web-problem.wrong-type-then' },
  misdirected: {
    status: 421,
    title: 'web-problem.misdirected',
    then: 'web-problem.misdirected-then',
  },
  tooMany: { status: 429, title: 'web-problem.too-many', then: 'web-problem.too-many-then' },
  failed: { status: 500, title: 'web-problem.failed', then: 'web-problem.failed-then' },
  tryLater: { status: 503, title: 'web-problem.try-later', then: 'web-problem.try-later-then' },
  unsure: { status: 503, title: 'web-problem.unsure', then: 'web-problem.unsure-then' },
  usedUp: { status: 410, title: 'web-problem.used-up', then: 'web-problem.used-up-then' },
  addressTaken: {
    status: 409,
    title: 'web-problem.address-taken',
    then: 'web-problem.address-taken-then',
  },
  ownFailed: { status: 503, title: 'web-problem.own-failed', then: 'web-problem.own-failed-then' },
} as const;

export type ProblemName = keyof typeof PROBLEMS;

/** Sends a page about an error. */
export function sendProblem(
  reply: FastifyReply,
  name: ProblemName,
  parts: PageParts,
): FastifyReply {
  const { status, title, then } = PROBLEMS[name];
  const { say } = parts;
  return sendPage(reply, { status, title: say(title), body: paragraphs(say(then)) }, parts);
}

/** Used where a board's template file is missing: without style, but with all required content. */
export const BARE_REGISTER_PAGE = `<!doctype html>
<html lang="%LANGUAGE%">
<title>%BOARDNAME%</title>
<p>%MESSAGE%</p>
%NOT_ME%
<p>%SET_UP_PAGE_HELLO%</p>
<p>%SET_UP_PAGE_SCAN% %ON_THE_PHONE%</p>
<p><img src="%QR_IMG_DATA%" alt="%SET_UP_PAGE_QR_CODE%" width="256" height="256"></p>
<p>%SECRET%</p>
<p>%HINT%</p>
<form method="post" action="%POST_URL%">
<input type="hidden" name="token" value="%TOKEN%">
%WORD_FIELD%
%LABEL_FIELD%
<label>%SET_UP_PAGE_CODE% <input name="otp" inputmode="numeric" autocomplete="one-time-code"></label>
<button>%SET_UP_PAGE_BUTTON%</button>
</form>
`;

export const BARE_RESET_PAGE = `<!doctype html>
<html lang="%LANGUAGE%">
<title>%BOARDNAME%</title>
<p>%RESET_PAGE_HELLO%</p>
<p>%MESSAGE%</p>
<form method="post" action="%POST_URL%">
<input type="hidden" name="token" value="%TOKEN%">
<label>%RESET_PAGE_PASSWORD% <input type="password" name="password" autocomplete="new-password"></label>
<label>%RESET_PAGE_AGAIN% <input type="password" name="confirm_password" autocomplete="new-password"></label>
<button>%RESET_PAGE_BUTTON%</button>
</form>
`;
