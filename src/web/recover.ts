import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { FactorRecovery } from '../auth/factor-recovery';
import { PATHS } from '../mail/links';
import { hoursText } from '../mail/recovery-letter';
import { escapeHtml } from '../mail/template';
import { sayStock } from '../texts/texts';
import type { User } from '../store/users';
import { PROBLEM_PAGES, paragraphs, sendPage, type Page } from './page';
import type { WebParts } from './parts';
import { limitRequests, createRouteCounter, readForm, singleValue } from './route-guard';

type Recovery = Pick<FactorRecovery, 'look' | 'start' | 'lookStop' | 'stopByLink'>;
type Found = Awaited<ReturnType<Recovery['look']>>;
type FoundStop = Awaited<ReturnType<Recovery['lookStop']>>;

/** One link: what it finds, and what its button does. */
interface LinkPages<State> {
  look(token: string): Promise<State | undefined>;
  act(token: string, remoteIp: string): Promise<State | undefined>;
  page(state: State, token: string): Page;
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
    sendPage(reply, state === undefined ? PROBLEM_PAGES.gone : link.page(state, token), config());
  return {
    get: async (request, reply) => {
      const most = config().contentServers.web.rateLimits.otpRegGet;
      if (!(await limitRequests({ request, reply }, { counter: gets, most }, parts))) return reply;
      const token = singleValue(request.query, 'token');
      if (token === undefined) return sendPage(reply, PROBLEM_PAGES.badRequest, config());
      return answer(reply, await link.look(token), token);
    },
    post: async (request, reply) => {
      const most = config().contentServers.web.rateLimits.otpRegPost;
      if (!(await limitRequests({ request, reply }, { counter: posts, most }, parts))) return reply;
      const fields = await readForm(request, reply, parts);
      if (fields === undefined) return reply;
      const token = fields.get('token');
      if (token === undefined) return sendPage(reply, PROBLEM_PAGES.badRequest, config());
      return answer(reply, await link.act(token, request.remoteIp), token);
    },
  };
}

function beginPage(state: NonNullable<Found>, token: string): Page {
  if (state.kind === 'waits') {
    return {
      status: 200,
      title: 'The waiting time has begun',
      body: `${paragraphs(`${greeting(state.user)} It is over at:`)}
<p class="secret">${escapeHtml(timeText(state.wait.endsAtMs))}</p>
${paragraphs(
  'Then sign in to the board with your password over a secure line, by SSH for instance, and type LOST where it asks for a code: it leads you to the set-up of a new second factor.',
  'Until then everything stays as it was. A mail with a link to stop it is on its way to you.',
)}`,
    };
  }
  return {
    status: 200,
    title: 'Have you lost your second factor?',
    body: `${paragraphs(
      greeting(state.user),
      `If app and backup codes are lost, a waiting time of ${hoursText(sayStock, state.waitHours)} begins here. After it your password leads to the set-up of a new second factor.`,
      'You did not ask for this? Then somebody else knows your password: close this page, and change your password on the board.',
    )}
${button(PATHS.recover, token, 'Begin the waiting time')}`,
  };
}

function stopPage({ user, waits }: NonNullable<FoundStop>, token: string): Page {
  if (waits) {
    return {
      status: 200,
      title: 'Keep your second factor?',
      body: `${paragraphs(
        greeting(user),
        'A waiting time runs, after which your second factor can be replaced. This stops it, and your codes go on as before.',
      )}
${button(PATHS.stopRecovery, token, 'Stop it')}`,
    };
  }
  return {
    status: 200,
    title: 'Your second factor stays',
    body: paragraphs(
      `${greeting(user)} No waiting time runs, and your codes work as before.`,
      'If it was not you who began it, somebody knows your password and reads your mail: change both passwords.',
    ),
  };
}

function greeting({ name }: User): string {
  return `Hello ${name}.`;
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
