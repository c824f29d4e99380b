import type { FastifyInstance } from 'fastify';
import type { MailChange } from '../auth/mail-change';
import { PATHS } from '../mail/links';
import { escapeHtml } from '../mail/template';
import type { Say } from '../texts/texts';
import { sendProblem, paragraphs, sendPage, type Page } from './page';
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
  const { config, clock, say } = parts;
  const gets = createRouteCounter(clock);
  const posts = createRouteCounter(clock);

  routes.get(PATHS.confirmMail, async (request, reply) => {
    const most = config().contentServers.web.rateLimits.otpRegGet;
    if (!(await limitRequests({ request, reply }, { counter: gets, most }, parts))) return reply;
    const token = singleValue(request.query, 'token');
    if (token === undefined) return sendProblem(reply, 'badRequest', parts);
    const pending = await mailChange.find(token);
    if (pending === undefined) return sendProblem(reply, 'gone', parts);
    return sendPage(reply, askPage(say, pending, token), parts);
  });

  routes.post(PATHS.confirmMail, async (request, reply) => {
    const most = config().contentServers.web.rateLimits.otpRegPost;
    if (!(await limitRequests({ request, reply }, { counter: posts, most }, parts))) return reply;
    const fields = await readForm(request, reply, parts);
    if (fields === undefined) return reply;
    const token = fields.get('token');
    if (token === undefined) return sendProblem(reply, 'badRequest', parts);
    const result = await mailChange.confirm(token, { server: 'web', remoteIp: request.remoteIp });
    switch (result.kind) {
      case 'done':
        parts.log.info('web.mail-confirmed', {
          remoteIp: request.remoteIp,
          userId: result.user.id,
        });
        return sendPage(reply, donePage(say, result.address), parts);
      case 'taken':
        return sendProblem(reply, 'addressTaken', parts);
      case 'gone':
        return sendProblem(reply, 'gone', parts);
    }
  });
}

function askPage(
  say: Say,
  pending: { readonly userName: string; readonly address: string },
  token: string,
): Page {
  return {
    status: 200,
    title: say('confirm-page.ask'),
    body: `${paragraphs(say('confirm-page.ask-then', { name: pending.userName }))}
<p class="secret">${escapeHtml(pending.address)}</p>
<form method="post" action="${PATHS.confirmMail}">
<input type="hidden" name="token" value="${escapeHtml(token)}">
<button>${escapeHtml(say('confirm-page.button'))}</button>
</form>`,
  };
}

function donePage(say: Say, address: string): Page {
  return {
    status: 200,
    title: say('confirm-page.done'),
    doors: 'open',
    body: paragraphs(say('confirm-page.done-now', { address }), say('confirm-page.done-before')),
  };
}
