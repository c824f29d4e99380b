import { passwordRule } from '../../config/login-servers';
import { WAYS_IN } from '../../protocols/ways-in';
import {
  secureCall,
  secureWayTo,
  lackSentence,
  missingForLink,
  type LinkPurpose,
  type Prerequisite,
} from '../../mail/links';
import type { Factor, LoginResult } from '../../auth/login';
import { isCodeShaped } from '../../auth/second-factor';
import { canonicalSheetCode } from '../../auth/sheet-codes';
import type { Say, TextId } from '../../texts/texts';
import type { MenuContext, Transition } from './module';

/** What was tried: the first factor, the second, or a code in place of the password. */
export type Tried = Exclude<Factor, 0> | 'line';

/** Result of a rejection: the caller stays on the form, or is logged off. */
interface Answer {
  readonly sentence: string;
  readonly leaves: boolean;
  /** `config` keys of the menu that may name a menu of its own for this case (contract A2.3, A2.6). */
  readonly menus?: readonly string[];
}

/** What an answer to a rejection depends on. */
type AnswerContext = Pick<MenuContext, 'caller' | 'services' | 'say' | 'config' | 'hasMenu'>;

type Rejection = LoginResult & { kind: 'rejected' };

/** What a form or a dialogue asks for; what is not asked for is left out. */
interface Typed {
  readonly userName?: string;
  readonly password?: string;
  readonly code?: string;
  /** The code stands in place of the password. */
  readonly isLineCode?: true;
}

/** Windows with fewer columns get sentences of one line of 40. */
const NARROW_COLUMNS = 60;

/** The screen that a sentence is for; a dialogue without one has room for any. */
interface Room {
  readonly width: number;
}

/**
 * What is missing in what was typed, as a sentence; undefined where it may be submitted. Looks at
 * the text alone, so it tells nothing of an account; what it refuses is no attempt (rule E3).
 */
export function typingProblem(say: Say, typed: Typed, room?: Room): string | undefined {
  const narrow = isNarrow(room);
  const problem = findProblem(typed, narrow);
  if (problem === undefined) return undefined;
  return narrow ? say(problem) : say('sign-in.not-counted', { sentence: say(problem) });
}

function findProblem({ userName, password, code, isLineCode }: Typed, narrow: boolean) {
  if (userName?.trim() === '') return 'sign-in.no-name';
  if (password === '') return 'sign-in.no-password';
  if (code === undefined || isCodeShaped(code)) return undefined;
  if (code.trim() === '') return 'sign-in.no-code';
  if (isLineCode === true) {
    if (canonicalSheetCode(code) !== undefined) return undefined;
    return narrow ? 'narrow.no-line-code' : 'sign-in.no-line-code';
  }
  return narrow ? 'narrow.no-code-shape' : 'sign-in.no-code-shape';
}

function isNarrow(room: Room | undefined): boolean {
  return room !== undefined && room.width < NARROW_COLUMNS;
}

/**
 * The transition after a rejected credential: a sentence on the form; for an account that cannot be used
 * the menu in `config.<reason>`, or else the sentence and log-off.
 */
export function answerRejection(
  context: AnswerContext,
  result: Rejection,
  tried: { readonly factor: Tried; readonly clear: readonly number[] },
): Transition {
  const answer = describeRejection(context, result, tried.factor);
  const menu = answer.menus
    ?.map((key) => context.config[key])
    .find((name): name is string => typeof name === 'string' && context.hasMenu(name));
  if (menu !== undefined && answer.leaves)
    return { kind: 'goto', menu, lastWords: answer.sentence };
  if (menu !== undefined) return { kind: 'goto', menu };
  if (answer.leaves) {
    const reason = result.reason === 'too-many' ? 'too-many' : 'ended';
    return { kind: 'log-off', message: answer.sentence, reason };
  }
  const focus = tried.clear[0];
  return {
    kind: 'stay',
    message: answer.sentence,
    clear: tried.clear,
    ...(focus === undefined ? {} : { focus }),
  };
}

/** The sentence for a rejection; it tells no more than the result of the login. */
export function rejectionSentence(
  say: Say,
  rejected: Rejection,
  tried: Tried,
  room?: Room,
): string {
  const { reason, retryAfterMs, clockIsOff } = rejected;
  switch (reason) {
    case 'bad-credential':
      return isNarrow(room)
        ? shortWrongSentence(say, rejected, tried)
        : withTries(say, wrongText(tried, clockIsOff), rejected.triesLeft);
    case 'wait':
      return retryAfterMs === undefined
        ? say('sign-in.wait')
        : say('sign-in.wait-for', { time: durationText(say, retryAfterMs) });
    case 'disabled':
      return say('sign-in.disabled');
    case 'inactive':
      return say('sign-in.inactive');
    case 'locked':
      return say('sign-in.locked');
    case 'factor-disabled':
      return say('sign-in.factor-locked');
    case 'not-allowed':
      return say('sign-in.not-allowed');
    case 'too-many':
      return tooManySentence(say, rejected);
    case 'not-here':
      return say('sign-in.not-here');
    case 'busy':
      return say('sign-in.busy');
    case 'try-later':
      return say('sign-in.try-later');
    case 'unsure':
      return say(tried !== 1 ? 'sign-in.unsure-code' : 'sign-in.unsure');
    case 'one-call':
      return say(isNarrow(room) ? 'narrow.one-call' : 'sign-in.one-call');
    case 'changed':
      return say('call.account-changed');
    case 'secure-only':
      if (tried === 'line') return say(isNarrow(room) ? 'narrow.code-heard' : 'sign-in.code-heard');
      return say(isNarrow(room) ? 'narrow.secure-only' : 'sign-in.secure-only');
  }
}

function wrongText(tried: Tried, clockIsOff: true | undefined) {
  if (tried === 'line') return 'sign-in.wrong-line';
  if (tried === 1) return 'sign-in.wrong';
  return clockIsOff ? 'sign-in.wrong-code-clock' : 'sign-in.wrong-code';
}

function shortWrongSentence(say: Say, rejected: Rejection, tried: Tried): string {
  if (tried === 2 && rejected.clockIsOff) return say('narrow.wrong-code-clock');
  const sentence = say(SHORT_WRONG[tried]);
  const { triesLeft: count } = rejected;
  if (count === undefined) return sentence;
  return count === 1
    ? say('narrow.one-try-left', { sentence })
    : say('narrow.tries-left', { sentence, count });
}

const SHORT_WRONG = {
  1: 'narrow.wrong',
  2: 'narrow.wrong-code',
  line: 'narrow.wrong-line',
} as const satisfies Record<Tried, TextId>;

function tooManySentence(say: Say, { retryAfterMs, clockIsOff }: Rejection): string {
  if (retryAfterMs === undefined) {
    return say(clockIsOff ? 'sign-in.too-many-clock' : 'sign-in.too-many');
  }
  const time = durationText(say, retryAfterMs);
  return clockIsOff
    ? say('sign-in.too-many-clock-for', { time })
    : say('sign-in.too-many-for', { time });
}

/** A sentence about something wrong, with the tries of this call that are left. */
export function withTries(
  say: Say,
  id: Extract<TextId, `sign-in.wrong${string}`>,
  count: number | undefined,
): string {
  const sentence = say(id);
  if (count === undefined) return sentence;
  return count === 1
    ? say('sign-in.one-try-left', { sentence })
    : say('sign-in.tries-left', { sentence, count });
}

function describeRejection(context: AnswerContext, result: Rejection, tried: Tried): Answer {
  const sentence = rejectionSentence(context.say, result, tried, context.caller.terminal);
  switch (result.reason) {
    case 'too-many':
      return { sentence, leaves: true, menus: ['toomany', 'tooMany'] };
    case 'disabled':
    case 'inactive':
    case 'locked':
      return { sentence, leaves: true, menus: [result.reason] };
    case 'factor-disabled':
    case 'not-allowed':
    case 'changed':
      return { sentence, leaves: true };
    case 'not-here': {
      const menus = context.caller.login.complete ? ['tooNodeMenu'] : [];
      return { sentence: notHereSentence(context) ?? sentence, leaves: false, menus };
    }
    case 'secure-only': {
      return { sentence: heardSentence(context, tried) ?? sentence, leaves: false };
    }
    case 'bad-credential':
    case 'wait':
    case 'busy':
    case 'try-later':
    case 'one-call':
    case 'unsure':
      return { sentence, leaves: false };
  }
}

/** The same with where to call, where the window has room for it and a secure way in is on. */
function heardSentence({ caller, services, say }: AnswerContext, tried: Tried): string | undefined {
  const secure = secureWayTo(services.listening());
  if (secure === undefined || isNarrow(caller.terminal)) return undefined;
  const secureWay = secureCall(services.config(), secure);
  return say(tried === 'line' ? 'sign-in.code-heard-call' : 'sign-in.secure-only-call', {
    secureWay,
  });
}

function notHereSentence({ caller, services, say }: AnswerContext): string | undefined {
  if (caller.login.complete) return say('sign-in.already');
  const { label: way } = WAYS_IN[caller.server];
  const secure = secureWayTo(services.listening());
  const secureWay = secure === undefined ? undefined : secureCall(services.config(), secure);
  switch (passwordRule(services.config(), caller)) {
    case 'refuse':
      return secureWay === undefined
        ? say('sign-in.way-off', { way })
        : say('sign-in.way-off-call', { way, secureWay });
    case 'with-otp':
      return secureWay === undefined
        ? say('sign-in.way-with-factor', { way })
        : say('sign-in.way-with-factor-call', { way, secureWay });
    case 'never':
      return secureWay === undefined
        ? say('sign-in.no-passwords', { way })
        : say('sign-in.no-passwords-call', { way, secureWay });
    case 'allow':
      return undefined;
  }
}

/** "30 seconds", in the unit that people use for such a time. */
function durationText(say: Say, ms: number): string {
  const count = Math.max(1, Math.ceil(ms / 1000));
  if (count === 1) return say('time.second');
  return count < 120
    ? say('time.seconds', { count })
    : say('time.minutes', { count: Math.ceil(count / 60) });
}

const HOUR_MS = 3600_000;

/** "71 hours", "3 days": for waiting times, rounded up. */
export function hoursText(say: Say, ms: number): string {
  const minutes = Math.max(1, Math.ceil(ms / 60_000));
  if (minutes === 1) return say('time.minute');
  if (ms < 2 * HOUR_MS) return say('time.minutes', { count: minutes });
  const count = Math.ceil(ms / HOUR_MS);
  return count > 96
    ? say('time.days', { count: Math.ceil(count / 24) })
    : say('time.hours', { count });
}

/** What is left without app and backup codes. The sysop's entry codes need a secure way in. */
export function waysWithoutApp(
  say: Say,
  board: { readonly mailsLinks: boolean; readonly hasSecureWay: boolean },
): string {
  if (board.mailsLinks) return say('code.lost-both-mail');
  return say(board.hasSecureWay ? 'code.lost-both' : 'code.lost-both-ask');
}

/** The missing prerequisites of a mailed link; empty when there are none. */
export function findLacks(
  { services }: Pick<MenuContext, 'services'>,
  purpose: LinkPurpose,
): readonly Prerequisite[] {
  return missingForLink(services.config(), services.listening(), purpose);
}

/** Shows on a screen of its own why no link can be sent; only the sysop can change that. */
export async function showLacks(
  context: MenuContext,
  missing: readonly Prerequisite[],
): Promise<void> {
  await showLinkAnswer(context, [
    lackSentence(context.say, missing),
    '',
    context.say('page.tell-sysop'),
  ]);
}

/** Shows sentences about a link, wrapped to the width of the screen. */
export function showLinkAnswer(context: MenuContext, lines: readonly string[]): Promise<void> {
  return context.showPages({
    data: lines.map((text) => ({ color: '|07', text })),
  });
}
