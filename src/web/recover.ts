import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { FactorRecovery } from '../auth/factor-recovery';
import { PATHS } from '../mail/links';
import { hoursText } from '../mail/recovery-letter';
import { escapeHtml } from '../mail/template';
import type { Say } from '../texts/texts';
import { sendProblem, paragraphs, sendPage, type Page } from './page';
import type { WebParts } from './parts';
import { limitRequests, createRouteCounter, readForm, singleValue } from './route-guard';

type Recovery = Pick<FactorRecovery, 'look' | 'start' | 'lookStop' | 'stopByLink'>;
type Found = Awaited<ReturnType<Recovery['look']>>;
type FoundStop = Awaited<ReturnType<Recovery['lookStop']>>;

/** One link: what it finds, and what its button does. */
interface LinkPages<State> {
  look(token: string): Promise<State | undefined>;
  act(token: string, remoteIp: string): Promise<State | undefined>;
  page(say: Say, state: State, token: string): Page;
}

/**
 * The pages of the links that begin and stop the waiting time of a lost second factor (rule N6). Each has a
 * button, because mail scanners open links; pressed again it finds the same (rule D4).
 */
export function addRecoverRoutes(
  routes: FastifyInstance,
  parts: WebParts,
  recovery: Recovery,
): void {
  const begin = pagesOf<NonNullable<Found>>(parts, {
    look: (token) => recovery.look(token),
    act: (token, remoteIp) => recovery.start(token, { server: 'web', remoteIp }),
    page: beginPage,
  });
  routes.get(PATHS.recover, begin.get);
  routes.post(PATHS.recover, begin.post);
  const stop = pagesOf<NonNullable<FoundStop>>(parts, {
    look: (token) => recovery.lookStop(token),
    act: (token, remoteIp) => recovery.stopByLink(token, { server: 'web', remoteIp }),
    page: stopPage,
  });
  routes.get(PATHS.stopRecovery, stop.get);
  routes.post(PATHS.stopRecovery, stop.post);
}

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

function pagesOf<State>(
  parts: WebParts,
  link: LinkPages<State>,
): { readonly get: Handler; readonly post: Handler } {
  const { config, clock } = parts;
  const gets = createRouteCounter(clock);
  const posts = createRouteCounter(clock);
  const answer = (reply: FastifyReply, state: State | undefined, token: string): FastifyReply =>
    state === undefined
      ? sendProblem(reply, 'gone', parts)
      : sendPage(reply, link.page(parts.say, state, token), parts);
  return {
    get: async (request, reply) => {
      const most = config().contentServers.web.rateLimits.otpRegGet;
      if (!(await limitRequests({ request, reply }, { counter: gets, most }, parts))) return reply;
      const token = singleValue(request.query, 'token');
      if (token === undefined) return sendProblem(reply, 'badRequest', parts);
      return answer(reply, await link.look(token), token);
    },
    post: async (request, reply) => {
      const most = config().contentServers.web.rateLimits.otpRegPost;
      if (!(await limitRequests({ request, reply }, { counter: posts, most }, parts))) return reply;
      const fields = await readForm(request, reply, parts);
      if (fields === undefined) return reply;
      const token = fields.get('token');
      if (token === undefined) return sendProblem(reply, 'badRequest', parts);
      return answer(reply, await link.act(token, request.remoteIp), token);
    },
  };
}

function beginPage(say: Say, state: NonNullable<Found>, token: string): Page {
  const { name } = state.user;
  if (state.kind === 'waits') {
    return {
      status: 200,
      title: say('recover-page.begun'),
      body: `${paragraphs(say('recover-page.begun-until', { name }))}
<p class="secret">${escapeHtml(timeText(state.wait.endsAtMs))}</p>
${paragraphs(say('recover-page.begun-then'), say('recover-page.begun-mail'))}`,
    };
  }
  return {
    status: 200,
    title: say('recover-page.ask'),
    body: `${paragraphs(
      say('recover-page.hello', { name }),
      say('recover-page.ask-time', { time: hoursText(say, state.waitHours) }),
      say('recover-page.ask-not-you'),
    )}
${button(PATHS.recover, token, say('recover-page.ask-button'))}`,
  };
}

function stopPage(say: Say, { user, waits }: NonNullable<FoundStop>, token: string): Page {
  const { name } = user;
  if (waits) {
    return {
      status: 200,
      title: say('recover-page.stop'),
      body: `${paragraphs(say('recover-page.hello', { name }), say('recover-page.stop-then'))}
${button(PATHS.stopRecovery, token, say('recover-page.stop-button'))}`,
    };
  }
  return {
    status: 200,
    title: say('recover-page.stopped'),
    body: paragraphs(
      say('recover-page.stopped-then', { name }),
      say('recover-page.stopped-not-you'),
    ),
  };
}

/** In one zone, because the page does not know the reader's. */
function timeText(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function button(path: string, token: string, text: string): string {
  return `<form method="post" action="${path}">
<input type="hidden" name="token" value="${escapeHtml(token)}">
<button>${escapeHtml(text)}</button>
</form>`;
}
