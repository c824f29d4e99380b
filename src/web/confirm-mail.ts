import type { FastifyInstance } from 'fastify';
import type { MailChange } from '../auth/mail-change';
import { PATHS } from '../mail/links';
import { escapeHtml } from '../mail/template';
import { PROBLEM_PAGES, paragraphs, sendPage } from './page';
import type { WebParts } from './parts';
import { limitRequests, createRouteCounter, readForm, singleValue } from './route-guard';

/**
 * The page of a link that confirms a new mail address. It has a button, because mail scanners open
 * links and opening one must change nothing (rules D4, D14).
 */
export function addConfirmMailRoutes(
  routes: FastifyInstance,
  parts: WebParts,
  mailChange: Pick<MailChange, 'find' | 'confirm'>,
): void {
  const { config, clock } = parts;
  const gets = createRouteCounter(clock);
  const posts = createRouteCounter(clock);

  routes.get(PATHS.confirmMail, async (request, reply) => {
    const most = config().contentServers.web.rateLimits.otpRegGet;
    if (!(await limitRequests({ request, reply }, { counter: gets, most }, parts))) return reply;
    const token = singleValue(request.query, 'token');
    if (token === undefined) return sendPage(reply, PROBLEM_PAGES.badRequest, config());
    const pending = await mailChange.find(token);
    if (pending === undefined) return sendPage(reply, PROBLEM_PAGES.gone, config());
    return sendPage(reply, askPage(pending, token), config());
  });

  routes.post(PATHS.confirmMail, async (request, reply) => {
    const most = config().contentServers.web.rateLimits.otpRegPost;
    if (!(await limitRequests({ request, reply }, { counter: posts, most }, parts))) return reply;
    const fields = await readForm(request, reply, parts);
    if (fields === undefined) return reply;
    const token = fields.get('token');
    if (token === undefined) return sendPage(reply, PROBLEM_PAGES.badRequest, config());
    const result = await mailChange.confirm(token, { server: 'web', remoteIp: request.remoteIp });
    switch (result.kind) {
      case 'done':
        parts.log.info('web.mail-confirmed', {
          remoteIp: request.remoteIp,
          userId: result.user.id,
        });
        return sendPage(reply, donePage(result.address), config());
      case 'taken':
        return sendPage(reply, TAKEN_PAGE, config());
      case 'gone':
        return sendPage(reply, PROBLEM_PAGES.gone, config());
    }
  });
}

function askPage(pending: { readonly userName: string; readonly address: string }, token: string) {
  return {
    status: 200,
    title: 'Confirm your mail address',
    body: `${paragraphs(`Hello ${pending.userName}. The board will send your mail to this address:`)}
<p class="secret">${escapeHtml(pending.address)}</p>
<form method="post" action="${PATHS.confirmMail}">
<input type="hidden" name="token" value="${escapeHtml(token)}">
<button>Use this address</button>
</form>`,
  };
}

function donePage(address: string) {
  return {
    status: 200,
    title: 'Your mail address is confirmed',
    doors: 'open' as const,
    body: paragraphs(
      `Mail of the board now goes to ${address}.`,
      'If you had another address before, a note was sent there. You can close this page now.',
    ),
  };
}

const TAKEN_PAGE = {
  status: 409,
  title: 'Another account uses this address',
  body: paragraphs('Nothing was changed. Choose another address, or tell the sysop.'),
};
