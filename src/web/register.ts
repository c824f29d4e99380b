import type { FastifyInstance, FastifyReply } from 'fastify';
import { toString as drawQr } from 'qrcode';
import { groupSecret } from '../auth/otp';
import { type AppProblem, MAX_LABEL_COLUMNS } from '../auth/factor-apps';
import type { PendingEnrollment } from '../auth/set-up';
import { PATHS } from '../mail/links';
import { OTP_TYPES } from '../base/otp-types';
import { escapeHtml, fillHtml } from '../mail/template';
import {
  sendProblem,
  paragraphs,
  sendPage,
  type Page,
  BARE_REGISTER_PAGE,
  errorPrefix,
  fieldError,
  wordsAround,
} from './page';
import type { WebParts } from './parts';
import { limitRequests, createRouteCounter, readForm, singleValue } from './route-guard';
import { labelOfWay } from '../protocols/ways-in';
import { SET_UP_PAGE } from '../texts/form-page-texts';
import { textVariables, wordingOf, type Say, type TextId } from '../texts/texts';

/**
 * The page of a registration link (contract A4.5): the pending secret as QR and text, and fields
 * for its first code and, where a session started it, for the word that this session shows (rule
 * M2). Opening it changes nothing; the secret and the type never come from the browser.
 */
export function addRegisterRoutes(routes: FastifyInstance, parts: WebParts): void {
  const { enrollment, config, clock, say } = parts;
  const gets = createRouteCounter(clock);
  const posts = createRouteCounter(clock);

  routes.get(PATHS.register, async (request, reply) => {
    const most = config().contentServers.web.rateLimits.otpRegGet;
    if (!(await limitRequests({ request, reply }, { counter: gets, most }, parts))) return reply;
    const token = singleValue(request.query, 'token');
    if (token === undefined) return sendProblem(reply, 'badRequest', parts);
    const pending = await enrollment.find(token);
    if (pending === undefined) return sendProblem(reply, 'gone', parts);
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
      return disown(reply, parts, { token, remoteIp: request.remoteIp });
    }
    if (token === undefined || code === undefined) {
      return sendProblem(reply, 'badRequest', parts);
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
        result.label === undefined
          ? donePage(say, result.backupCodes)
          : addedPage(say, result.label);
      return sendPage(reply, page, parts);
    }
    if (pending === undefined || result.kind === 'gone') {
      return sendProblem(reply, 'gone', parts);
    }
    const form = { pending, token, label: fields.get('label') };
    if (result.kind === 'malformed') {
      const message = malformedText(say, result.what, fields.get('word'));
      return sendForm(reply, parts, { ...form, status: 400, message, at: result.what });
    }
    if (result.kind === 'unnamed') {
      const message = unnamedText(say, result.why);
      return sendForm(reply, parts, { ...form, status: 400, message, at: 'label' });
    }
    if (result.triesLeft === 0) return sendProblem(reply, 'usedUp', parts);
    return sendForm(reply, parts, {
      ...form,
      status: 401,
      at: result.what,
      message: say(`set-up-answer.wrong-${result.what}`, {
        left: triesText(say, result.triesLeft),
      }),
    });
  });
}

function malformedText(say: Say, what: 'code' | 'word', typed = ''): string {
  if (what === 'code') return say('set-up-answer.code-shape');
  return typed.trim() === ''
    ? say('set-up-answer.word-missing')
    : say('set-up-answer.word-shape', { signs: NEVER_IN_A_WORD });
}

/** What the words of set-ups leave out, for it looks like something else or makes words. */
export const NEVER_IN_A_WORD = 'A B E I L O S U Z 0 1 2 5 8';

function unnamedText(say: Say, why: AppProblem): string {
  switch (why) {
    case 'too-long':
      return say('set-up-answer.label-too-long', { most: MAX_LABEL_COLUMNS });
    case 'bad-characters':
      return say('set-up-answer.label-bad-characters');
    case 'taken':
      return say('set-up-answer.label-taken');
    case 'empty':
    case 'too-many':
    case 'gone':
      return say('set-up-answer.label-other');
  }
}

/** Ends a set-up that the reader of the mail did not ask for. */
async function disown(
  reply: FastifyReply,
  parts: WebParts,
  { token, remoteIp }: { readonly token: string; readonly remoteIp: string },
): Promise<FastifyReply> {
  const { say } = parts;
  if (!(await parts.enrollment.disown(token, { server: 'web', remoteIp })))
    return sendProblem(reply, 'gone', parts);
  parts.log.warn('web.set-up-disowned', { remoteIp });
  const body = paragraphs(
    say('set-up-answer.disowned-then'),
    say('set-up-answer.disowned-password'),
  );
  return sendPage(reply, { status: 200, title: say('set-up-answer.disowned'), body }, parts);
}

const WORDS = Object.keys(SET_UP_PAGE.texts) as TextId[];

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
  const { say } = parts;
  const { word: type } = OTP_TYPES[pending.type];
  const { registerPageTemplate } = config.users.twoFactorAuth.otp;
  const template = (await parts.findTemplate(registerPageTemplate)) ?? BARE_REGISTER_PAGE;
  const page = pending.begunBy === undefined ? template : withPlaces(template);
  if (page === undefined) {
    // The word is always required; a page without its field would only produce errors.
    parts.log.warn('template.without-form', { template: registerPageTemplate });
  }
  const values = {
    BOARDNAME: config.general.boardName,
    LANGUAGE: config.general.language,
    USERNAME: pending.userName,
    TOKEN: token,
    OTP_TYPE: pending.type,
    TYPE_NAME: say(`app.${type}`),
    POST_URL: PATHS.register,
    QR_IMG_DATA: await qrImage(pending.uri),
    SECRET: groupSecret(pending.secret),
    KEY_URI: pending.uri,
    MESSAGE: message,
    HINT: say(`set-up-page.hint-${type}`),
    ERROR_PREFIX: message === '' ? '' : errorPrefix(say),
    ...textVariables(say, WORDS, { name: pending.userName }),
  };
  const code = fieldError('otp', at === 'code' ? message : '');
  const html = fillHtml(page ?? BARE_REGISTER_PAGE, values, {
    ...sessionParts(say, { pending, token, wordError: at === 'word' ? message : '' }),
    ON_THE_PHONE: wordsAround(say, 'set-up-page.on-the-phone', {
      link: `<a href="${escapeHtml(pending.uri)}">${escapeHtml(say('set-up-page.open-app'))}</a>`,
    }),
    LABEL_FIELD: labelField(say, form.label ?? pending.label ?? '', at === 'label' ? message : ''),
    CODE_ERROR: code.error,
    CODE_STATE: code.state,
  });
  return reply.code(form.status).type('text/html; charset=utf-8').send(html);
}

function labelField(say: Say, value: string, error: string): string {
  const example = `<i>${escapeHtml(say('set-up-page.label-example'))}</i>`;
  const label = fieldError('label', error, 'label-help');
  return `<label for="label">${escapeHtml(say('set-up-page.label'))}</label>
${label.error}<input id="label" name="label" value="${escapeHtml(value)}" autocomplete="off" maxlength="${MAX_LABEL_COLUMNS}" ${label.state}>
<p class="quiet" id="label-help">${wordsAround(say, 'set-up-page.label-why', { example })}</p>`;
}

/** As a data URL, which the content security policy allows for images. */
async function qrImage(uri: string): Promise<string> {
  const svg = await drawQr(uri, { type: 'svg', errorCorrectionLevel: 'M', margin: 4 });
  return `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;
}

function triesText(say: Say, count: number): string {
  return count === 1
    ? say('set-up-answer.one-try-left')
    : say('set-up-answer.tries-left', { count });
}

/** The script of the page with the backup codes; without it the page has no buttons to copy and print. */
const CODES_SCRIPT = '/_enig/codes.js';

function donePage(say: Say, codes: readonly string[]): Page {
  const items = codes.map((code) => `<li>${escapeHtml(code)}</li>`).join('\n');
  const html = (id: TextId): string => escapeHtml(wordingOf(say, id));
  return {
    status: 200,
    title: say('set-up-answer.on'),
    doors: 'open',
    script: CODES_SCRIPT,
    body: `${paragraphs(say('set-up-answer.on-then'), say('set-up-answer.on-calls'))}
<h2>${html('set-up-answer.codes')}</h2>
${paragraphs(say('set-up-answer.codes-then'))}
<ul class="codes">
${items}
</ul>
<div class="tools">
<button type="button" data-does="copy" data-done="${html('set-up-answer.codes-copied')}" data-failed="${html('set-up-answer.codes-not-copied')}" hidden>${html('set-up-answer.codes-copy')}</button>
<a class="button" download="backup-codes.txt" href="data:text/plain;charset=utf-8,${encodeURIComponent(codes.map((code) => `${code}\n`).join(''))}">${html('set-up-answer.codes-download')}</a>
<button type="button" data-does="print" hidden>${html('set-up-answer.codes-print')}</button>
<span role="status"></span>
</div>
<p class="quiet">${html('set-up-answer.codes-typed')}</p>`,
  };
}

/** The backup codes of the account stay. */
function addedPage(say: Say, label: string): Page {
  return {
    status: 200,
    title: say('set-up-answer.added'),
    doors: 'open',
    body: paragraphs(say('set-up-answer.added-then', { label }), say('set-up-answer.added-calls')),
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
function sessionParts(
  say: Say,
  {
    pending,
    token,
    wordError,
  }: {
    readonly pending: PendingEnrollment;
    readonly token: string;
    readonly wordError: string;
  },
): SessionParts {
  const { begunBy } = pending;
  if (begunBy === undefined) return { NOT_ME: '', WORD_FIELD: '' };
  const time = new Date(begunBy.atMs).toISOString().slice(0, 16).replace('T', ' ');
  const word = fieldError('word', wordError, 'word-help');
  const place = { way: labelOfWay(begunBy.server), address: begunBy.remoteIp };
  return {
    NOT_ME: `<form class="not-me" method="post" action="${PATHS.register}">
${paragraphs(say('set-up-page.begun-by', { ...place, time }))}
<input type="hidden" name="token" value="${escapeHtml(token)}">
<button name="${NOT_ME.name}" value="${NOT_ME.value}">${escapeHtml(say('set-up-page.not-me'))}</button>
</form>`,
    WORD_FIELD: `<label for="word">${escapeHtml(say('set-up-page.word'))}</label>
${word.error}<input class="code" id="word" name="word" autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="16" ${word.state} required>
<p class="quiet" id="word-help">${escapeHtml(say('set-up-page.word-where'))}</p>`,
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
