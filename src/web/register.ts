import type { FastifyInstance, FastifyReply } from 'fastify';
import { toString as drawQr } from 'qrcode';
import { groupSecret } from '../auth/otp';
import { type AppProblem, MAX_LABEL_COLUMNS } from '../auth/factor-apps';
import type { PendingEnrollment } from '../auth/set-up';
import { PATHS } from '../mail/links';
import { OTP_TYPES } from '../base/otp-types';
import { escapeHtml, fillHtml } from '../mail/template';
import {
  PROBLEM_PAGES,
  paragraphs,
  sendPage,
  type Page,
  BARE_REGISTER_PAGE,
  ERROR_PREFIX,
  fieldError,
} from './page';
import type { WebParts } from './parts';
import { limitRequests, createRouteCounter, readForm, singleValue } from './route-guard';
import { labelOfWay } from '../protocols/ways-in';

/**
 * The page of a registration link (contract A4.5): the pending secret as QR and text, and fields
 * for its first code and, where a session started it, for the word that this session shows (rule
 * M2). Opening it changes nothing; the secret and the type never come from the browser.
 */
export function addRegisterRoutes(routes: FastifyInstance, parts: WebParts): void {
  const { enrollment, config, clock } = parts;
  const gets = createRouteCounter(clock);
  const posts = createRouteCounter(clock);

  routes.get(PATHS.register, async (request, reply) => {
    const most = config().contentServers.web.rateLimits.otpRegGet;
    if (!(await limitRequests({ request, reply }, { counter: gets, most }, parts))) return reply;
    const token = singleValue(request.query, 'token');
    if (token === undefined) return sendPage(reply, PROBLEM_PAGES.badRequest, config());
    const pending = await enrollment.find(token);
    if (pending === undefined) return sendPage(reply, PROBLEM_PAGES.gone, config());
    return sendForm(reply, parts, { pending, token, status: 200, message: '' });
  });

  routes.post(PATHS.register, async (request, reply) => {
    const most = config().contentServers.web.rateLimits.otpRegPost;
    if (!(await limitRequests({ request, reply }, { counter: posts, most }, parts))) return reply;
    const fields = await readForm(request, reply, parts);
    if (fields === undefined) return reply;
    const token = fields.get('token');
    const code = fields.get('otp');
    if (token !== undefined && fields.get(NOT_ME.name) === NOT_ME.value) {
      return sendPage(reply, await disown(parts, token, request.remoteIp), config());
    }
    if (token === undefined || code === undefined) {
      return sendPage(reply, PROBLEM_PAGES.badRequest, config());
    }
    // Read before the confirmation, which removes it.
    const pending = await enrollment.find(token);
    const result = await enrollment.confirm(token, code, {
      ...{ server: 'web', remoteIp: request.remoteIp },
      ...{ word: fields.get('word'), label: fields.get('label') },
    });
    if (result.kind === 'confirmed') {
      parts.log.info('web.second-factor-on', { remoteIp: request.remoteIp, userId: result.userId });
      const page =
        result.label === undefined ? donePage(result.backupCodes) : addedPage(result.label);
      return sendPage(reply, page, config());
    }
    if (pending === undefined || result.kind === 'gone') {
      return sendPage(reply, PROBLEM_PAGES.gone, config());
    }
    const form = { pending, token, label: fields.get('label') };
    if (result.kind === 'malformed') {
      const message = MALFORMED[result.what](fields.get('word'));
      return sendForm(reply, parts, { ...form, status: 400, message, at: result.what });
    }
    if (result.kind === 'unnamed') {
      const message = `${UNNAMED[result.why]} Nothing was counted.`;
      return sendForm(reply, parts, { ...form, status: 400, message, at: 'label' });
    }
    if (result.triesLeft === 0) return sendPage(reply, USED_UP_PAGE, config());
    return sendForm(reply, parts, {
      ...form,
      status: 401,
      at: result.what,
      message: `${WRONG[result.what]} ${triesText(result.triesLeft)}`,
    });
  });
}

const MALFORMED = {
  code: () => 'A code has six digits. That was something else; nothing was counted.',
  word: (typed = '') =>
    typed.trim() === ''
      ? 'Type the word as well: four letters and digits, on the screen of the call that asked for this. Nothing was counted.'
      : `That cannot be the word: it has four letters and digits, and none of ${NEVER_IN_A_WORD}. Nothing was counted.`,
} as const satisfies Record<string, (typed?: string) => string>;

/** What the words of set-ups leave out, for it looks like something else or makes words. */
export const NEVER_IN_A_WORD = 'A B E I L O S U Z 0 1 2 5 8';

const OTHER_NAME = 'This name cannot be used. Give another one, or none.';

const UNNAMED: Readonly<Record<AppProblem, string>> = {
  'too-long': `A name has up to ${MAX_LABEL_COLUMNS} letters, digits and signs.`,
  'bad-characters': 'This name has letters or signs that cannot be shown everywhere.',
  taken: 'Another app of yours is called so, or nearly so. Give another name.',
  empty: OTHER_NAME,
  'too-many': OTHER_NAME,
  gone: OTHER_NAME,
};

const WRONG = {
  code: 'That code is not right. Wait for the next one and type that.',
  word: 'That word is not the one on the screen of the call that asked for this. The code was not used up.',
} as const;

/** Ends a set-up that the reader of the mail did not ask for. */
async function disown(parts: WebParts, token: string, remoteIp: string): Promise<Page> {
  if (!(await parts.enrollment.disown(token, { server: 'web', remoteIp }))) {
    return PROBLEM_PAGES.gone;
  }
  parts.log.warn('web.set-up-disowned', { remoteIp });
  return DISOWNED_PAGE;
}

async function sendForm(
  reply: FastifyReply,
  parts: WebParts,
  form: {
    readonly pending: PendingEnrollment;
    readonly token: string;
    readonly status: number;
    readonly message: string;
    /** The field that the message is about. */
    readonly at?: 'code' | 'word' | 'label';
    /** What was typed as the name of the app. */
    readonly label?: string | undefined;
  },
): Promise<FastifyReply> {
  const { pending, token, message, at } = form;
  const config = parts.config();
  const { registerPageTemplate } = config.users.twoFactorAuth.otp;
  const template = (await parts.findTemplate(registerPageTemplate)) ?? BARE_REGISTER_PAGE;
  const page = pending.begunBy === undefined ? template : withPlaces(template);
  if (page === undefined) {
    // The word is always required; a page without its field would only produce errors.
    parts.log.warn('template.without-form', { template: registerPageTemplate });
  }
  const values = {
    BOARDNAME: config.general.boardName,
    USERNAME: pending.userName,
    TOKEN: token,
    OTP_TYPE: pending.type,
    TYPE_NAME: OTP_TYPES[pending.type].label,
    POST_URL: PATHS.register,
    QR_IMG_DATA: await qrImage(pending.uri),
    SECRET: groupSecret(pending.secret),
    KEY_URI: pending.uri,
    MESSAGE: message,
    HINT: OTP_TYPES[pending.type].hint,
    ERROR_PREFIX: message === '' ? '' : ERROR_PREFIX,
  };
  const code = fieldError('otp', at === 'code' ? message : '');
  const html = fillHtml(page ?? BARE_REGISTER_PAGE, values, {
    ...sessionParts(pending, token, at === 'word' ? message : ''),
    LABEL_FIELD: labelField(form.label ?? pending.label ?? '', at === 'label' ? message : ''),
    CODE_ERROR: code.error,
    CODE_STATE: code.state,
  });
  return reply.code(form.status).type('text/html; charset=utf-8').send(html);
}

function labelField(value: string, error: string): string {
  const label = fieldError('label', error, 'label-help');
  return `<label for="label">Name this app (may stay empty).</label>
${label.error}<input id="label" name="label" value="${escapeHtml(value)}" autocomplete="off" maxlength="${MAX_LABEL_COLUMNS}" ${label.state}>
<p class="quiet" id="label-help">For example <i>My phone</i>: your list of apps on the board has it.</p>`;
}

/** As a data URL, which the content security policy allows for images. */
async function qrImage(uri: string): Promise<string> {
  const svg = await drawQr(uri, { type: 'svg', errorCorrectionLevel: 'M', margin: 4 });
  return `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;
}

function triesText(left: number): string {
  return left === 1 ? 'One try is left.' : `${left} tries are left.`;
}

const USED_UP_PAGE = {
  ...PROBLEM_PAGES.gone,
  title: 'Five wrong tries: this link has ended',
  body: paragraphs(
    'Your account is as it was. Check that the clock of your phone is set automatically, then sign in to the board and ask for a new link.',
  ),
};

const DISOWNED_PAGE = {
  status: 200,
  title: 'The set-up has ended',
  body: paragraphs(
    'Its link works no longer, every call of the account was ended, and signing in is as it was before.',
    'Whoever began it knows your password: sign in to the board, change your password, and tell the sysop.',
  ),
};

/** The script of the page with the backup codes; without it the page has no buttons to copy and print. */
const CODES_SCRIPT = '/_enig/codes.js';

function donePage(codes: readonly string[]) {
  const items = codes.map((code) => `<li>${escapeHtml(code)}</li>`).join('\n');
  return {
    status: 200,
    title: 'Two-factor sign-in is on',
    doors: 'open' as const,
    script: CODES_SCRIPT,
    body: `${paragraphs(
      'From now on the board asks for a one-time code after your password or key.',
      'Calls of yours that were signed in have ended: sign in again with a code.',
    )}
<h2>Your backup codes</h2>
${paragraphs(
  'Each lets you in once when the app is not at hand. They are shown only now: print, copy or write them down, and keep them where you would keep a key.',
)}
<ul class="codes">
${items}
</ul>
<div class="tools">
<button type="button" data-does="copy" hidden>Copy the codes</button>
<a class="button" download="backup-codes.txt" href="data:text/plain;charset=utf-8,${encodeURIComponent(codes.map((code) => `${code}\n`).join(''))}">Download</a>
<button type="button" data-does="print" hidden>Print</button>
<span role="status"></span>
</div>
<p class="quiet">Capitals, dashes and spaces do not matter when you type one. You can close this page now.</p>`,
  };
}

/** The backup codes of the account stay. */
function addedPage(label: string) {
  return {
    status: 200,
    title: 'The authenticator app is added',
    doors: 'open' as const,
    body: paragraphs(
      `Codes of ${label} let you in from now on, beside those of your other apps. Your backup codes go on working.`,
      'Calls of yours that were signed in have ended: sign in again with a code. You can close this page now.',
    ),
  };
}

/** Parts of the page that only a set-up started by a session has, as finished HTML. */
interface SessionParts {
  /** Who started it, with a button for somebody who did not. */
  readonly NOT_ME: string;
  /** The field for the word that this session shows (rule M2). */
  readonly WORD_FIELD: string;
}

/** The button's name and value in the form data. */
const NOT_ME = { name: 'answer', value: 'not-me' } as const;

/** Both parts, or empty texts where the sysop sent the link. */
function sessionParts(pending: PendingEnrollment, token: string, wordError: string): SessionParts {
  const { begunBy } = pending;
  if (begunBy === undefined) return { NOT_ME: '', WORD_FIELD: '' };
  const at = new Date(begunBy.atMs).toISOString().slice(0, 16).replace('T', ' ');
  const word = fieldError('word', wordError, 'word-help');
  const place = `${labelOfWay(begunBy.server)} from ${begunBy.remoteIp}`;
  return {
    NOT_ME: `<form class="not-me" method="post" action="${PATHS.register}">
<p>This was asked for by ${escapeHtml(place)}, on ${at} UTC. If you did not ask for this on the board just now, somebody else knows your password: choose this button, and the set-up ends.</p>
<input type="hidden" name="token" value="${escapeHtml(token)}">
<button name="${NOT_ME.name}" value="${NOT_ME.value}">This was not me</button>
</form>`,
    WORD_FIELD: `<label for="word">Type the word that the board shows you.</label>
${word.error}<input class="code" id="word" name="word" autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="16" ${word.state} required>
<p class="quiet" id="word-help">Four letters and digits, on the two-factor screen of the call that asked for this.</p>`,
  };
}

/**
 * A template with placeholders for the parts of a session's set-up. An older one has none: they are
 * inserted before the form with the field for the code and into it. Undefined where that form is
 * not found, so that another page has to be used.
 */
function withPlaces(template: string): string | undefined {
  // The same length keeps the positions: placeholders in comments do not count.
  const live = template.replace(/<!--[\s\S]*?(?:-->|$)/g, (comment) => ' '.repeat(comment.length));
  const hasWord = live.includes('%WORD_FIELD%') || /\bname\s*=\s*["']?word\b/i.test(live);
  const hasNotice = live.includes('%NOT_ME%');
  if (hasWord && hasNotice) return template;
  const code = live.search(/<input\b[^>]*\bname\s*=\s*["']?otp["'\s/>]/i);
  const start = code < 0 ? -1 : live.slice(0, code).toLowerCase().lastIndexOf('<form');
  const end = start < 0 ? -1 : live.indexOf('>', start) + 1;
  if (start < 0 || end > code || /<\/form/i.test(live.slice(start, code))) return undefined;
  return [
    template.slice(0, start),
    hasNotice ? '' : '%NOT_ME%\n',
    template.slice(start, end),
    hasWord ? '' : '\n%WORD_FIELD%',
    template.slice(end),
  ].join('');
}
