import type { FastifyReply } from 'fastify';
import type { Config } from '../config/schema';
import { escapeHtml } from '../mail/template';

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

/** Begins the title of a page that says what was wrong. */
export const ERROR_PREFIX = 'Error: ';

const SCRIPT_POLICY = `${SECURITY_HEADERS['content-security-policy'] ?? ''}`.replace(
  'img-src data:',
  "script-src 'self'; img-src data:",
);

function renderPage(page: Page, boardName: string): string {
  const title = escapeHtml(page.title);
  const board = escapeHtml(boardName);
  const script = page.script === undefined ? '' : `\n<script src="${page.script}" defer></script>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${page.status >= 400 ? ERROR_PREFIX : ''}${title} - ${board}</title>
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
export function sendPage(reply: FastifyReply, page: Page, config: Config): FastifyReply {
  if (page.script !== undefined) void reply.header('content-security-policy', SCRIPT_POLICY);
  return reply
    .code(page.status)
    .type('text/html; charset=utf-8')
    .send(renderPage(page, config.general.boardName));
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

/** Plain sentences as paragraphs. */
export function paragraphs(...sentences: readonly string[]): string {
  return sentences.map((sentence) => `<p>${escapeHtml(sentence)}</p>`).join('\n');
}

/** Pages about errors, for the visitor: what happened and what to do. */
export const PROBLEM_PAGES = {
  badRequest: {
    status: 400,
    title: 'This request is not complete',
    body: paragraphs('Open the whole link from the mail again, in one piece.'),
  },
  forbidden: {
    status: 403,
    title: 'This form came from somewhere else',
    body: paragraphs('Nothing was changed. Open the link from the mail again and use that page.'),
  },
  refused: {
    status: 403,
    title: 'Not now',
    body: paragraphs(
      'This board takes no requests from where you are at the moment. Try again later.',
    ),
  },
  inClear: {
    status: 403,
    title: 'This page needs an encrypted line',
    body: paragraphs('Use an address that begins with https://.'),
  },
  notFound: {
    status: 404,
    title: 'There is nothing here',
    body: paragraphs('Check the address, or open the link from the mail again.'),
  },
  gone: {
    status: 410,
    title: 'This link has ended',
    body: paragraphs(
      'It was used, a newer one was sent, it is too old, the call that asked for it has ended, or the account was changed since. Sign in to the board and ask for a new one.',
    ),
  },
  tooLarge: {
    status: 413,
    title: 'That is too much',
    body: paragraphs('The form was larger than this page accepts. Nothing was changed.'),
  },
  wrongType: {
    status: 415,
    title: 'This is not a form',
    body: paragraphs('Nothing was changed. Open the link from the mail and use that page.'),
  },
  misdirected: {
    status: 421,
    title: 'This is not the board you asked for',
    body: paragraphs('Use the address that stands in the mail.'),
  },
  tooMany: {
    status: 429,
    title: 'Too many requests',
    body: paragraphs('Wait some minutes, then open the page again.'),
  },
  failed: {
    status: 500,
    title: 'Something went wrong',
    body: paragraphs('Nothing was changed. Try again, and tell the sysop if it stays like this.'),
  },
  tryLater: {
    status: 503,
    title: 'Please try again in a moment',
    body: paragraphs('The board could not record it just now, so nothing was changed.'),
  },
  unsure: {
    status: 503,
    title: 'It may have been saved',
    body: paragraphs(
      'The board cannot tell whether it was saved. Open the link again: if it has ended, it was.',
    ),
  },
} as const satisfies Record<string, Page>;

/** Used where a board's template file is missing: without style, but with all required content. */
export const BARE_REGISTER_PAGE = `<!doctype html>
<title>%BOARDNAME%</title>
<p>%MESSAGE%</p>
%NOT_ME%
<p>%USERNAME%, scan this with your authenticator app or type the secret into it.</p>
<p><img src="%QR_IMG_DATA%" alt="QR code" width="256" height="256"></p>
<p>%SECRET%</p>
<p>%HINT%</p>
<form method="post" action="%POST_URL%">
<input type="hidden" name="token" value="%TOKEN%">
%WORD_FIELD%
%LABEL_FIELD%
<label>Code <input name="otp" inputmode="numeric" autocomplete="one-time-code"></label>
<button>Switch on</button>
</form>
`;

export const BARE_RESET_PAGE = `<!doctype html>
<title>%BOARDNAME%</title>
<p>%MESSAGE%</p>
<form method="post" action="%POST_URL%">
<input type="hidden" name="token" value="%TOKEN%">
<label>New password <input type="password" name="password" autocomplete="new-password"></label>
<label>Once more <input type="password" name="confirm_password" autocomplete="new-password"></label>
<button>Change it</button>
</form>
`;
