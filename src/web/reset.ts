import type { FastifyInstance, FastifyReply } from 'fastify';
import { PATHS } from '../mail/links';
import { fillHtml } from '../mail/template';
import type { User } from '../store/users';
import {
  sendProblem,
  paragraphs,
  sendPage,
  type Page,
  BARE_RESET_PAGE,
  errorPrefix,
  fieldError,
} from './page';
import type { WebParts } from './parts';
import { limitRequests, createRouteCounter, readForm, singleValue } from './route-guard';
import { RESET_PAGE } from '../texts/form-page-texts';
import { textVariables, type Say, type TextId } from '../texts/texts';

/**
 * The page of a link for a forgotten password. Opening it changes nothing; two-factor sign-in stays
 * on (rule C8).
 */
export function addResetRoutes(routes: FastifyInstance, parts: WebParts): void {
  const { passwordReset, config, clock, say } = parts;
  const gets = createRouteCounter(clock);
  const posts = createRouteCounter(clock);

  routes.get(PATHS.resetPassword, async (request, reply) => {
    const most = config().contentServers.web.rateLimits.pwResetGet;
    if (!(await limitRequests({ request, reply }, { counter: gets, most }, parts))) return reply;
    const token = singleValue(request.query, 'token');
    if (token === undefined) return sendProblem(reply, 'badRequest', parts);
    const user = await passwordReset.find(token);
    if (user === undefined) return sendProblem(reply, 'gone', parts);
    return sendForm(reply, parts, { user, token, status: 200, message: '' });
  });

  routes.post(PATHS.resetPassword, async (request, reply) => {
    const most = config().contentServers.web.rateLimits.pwResetPost;
    if (!(await limitRequests({ request, reply }, { counter: posts, most }, parts))) return reply;
    const fields = await readForm(request, reply, parts);
    if (fields === undefined) return reply;
    const token = fields.get('token');
    const password = fields.get('password');
    const again = fields.get('confirm_password');
    if (token === undefined || password === undefined || again === undefined) {
      return sendProblem(reply, 'badRequest', parts);
    }
    const user = await passwordReset.find(token);
    if (user === undefined) return sendProblem(reply, 'gone', parts);
    const form = { user, token, status: 400 };
    if (password !== again) {
      const message = say('account.passwords-differ');
      return sendForm(reply, parts, { ...form, message, at: 'confirm_password' });
    }
    const actor = { server: 'web', remoteIp: request.remoteIp };
    const result = await passwordReset.complete(token, password, actor);
    if (result === undefined) return sendProblem(reply, 'gone', parts);
    if (result.kind === 'refused') {
      return sendForm(reply, parts, { ...form, message: result.says(say), at: 'password' });
    }
    parts.log.info('web.password-reset', { remoteIp: request.remoteIp, userId: user.id });
    return sendPage(reply, donePage(say), parts);
  });
}

function donePage(say: Say): Page {
  return {
    status: 200,
    title: say('reset-page.done'),
    doors: 'open',
    body: paragraphs(say('reset-page.done-then'), say('reset-page.done-calls')),
  };
}

const WORDS = Object.keys(RESET_PAGE.texts) as TextId[];

async function sendForm(
  reply: FastifyReply,
  parts: WebParts,
  form: {
    readonly user: User;
    readonly token: string;
    readonly status: number;
    readonly message: string;
    /** The field that the message is about. */
    readonly at?: 'password' | 'confirm_password';
  },
): Promise<FastifyReply> {
  const config = parts.config();
  const { say } = parts;
  const { resetPageTemplate } = config.contentServers.web.resetPassword;
  const { user, token, message, at } = form;
  const values = {
    BOARDNAME: config.general.boardName,
    LANGUAGE: config.general.language,
    USERNAME: user.name,
    TOKEN: token,
    RESET_URL: PATHS.resetPassword,
    POST_URL: PATHS.resetPassword,
    PASSWORD_MIN: String(config.users.passwordMin),
    MESSAGE: message,
    ERROR_PREFIX: message === '' ? '' : errorPrefix(say),
    ...textVariables(say, WORDS, { name: user.name, least: config.users.passwordMin }),
  };
  const first = fieldError('password', at === 'password' ? message : '');
  const again = fieldError('confirm_password', at === 'confirm_password' ? message : '');
  const html = fillHtml((await parts.findTemplate(resetPageTemplate)) ?? BARE_RESET_PAGE, values, {
    PASSWORD_ERROR: first.error,
    PASSWORD_STATE: first.state,
    CONFIRM_ERROR: again.error,
    CONFIRM_STATE: again.state,
  });
  return reply.code(form.status).type('text/html; charset=utf-8').send(html);
}
