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
import type { MenuContext, Transition } from './module';

/** Result of a rejection: the caller stays on the form, or is logged off. */
interface Answer {
  readonly sentence: string;
  readonly leaves: boolean;
  /** `config` keys of the menu that may name a menu of its own for this case (contract A2.3, A2.6). */
  readonly menus?: readonly string[];
}

type Rejection = LoginResult & { kind: 'rejected' };

/** What a form or a dialogue asks for; what is not asked for is left out. */
interface Typed {
  readonly userName?: string;
  readonly password?: string;
  readonly code?: string;
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
export function typingProblem(typed: Typed, room?: Room): string | undefined {
  const narrow = isNarrow(room);
  const problem = findProblem(typed, narrow);
  if (problem === undefined) return undefined;
  return narrow ? problem : `${problem} Nothing was counted.`;
}

function findProblem({ userName, password, code }: Typed, narrow: boolean): string | undefined {
  if (userName?.trim() === '') return 'Please type your user name.';
  if (password === '') return 'Please type your password.';
  if (code === undefined || isCodeShaped(code)) return undefined;
  if (code.trim() === '') return 'Please type a code.';
  return `Six digits, or ${narrow ? '' : 'a backup code: '}4 groups of 5 letters.`;
}

function isNarrow(room: Room | undefined): boolean {
  return room !== undefined && room.width < NARROW_COLUMNS;
}

/**
 * The transition after a rejected credential: a sentence on the form; for an account that cannot be used
 * the menu in `config.<reason>`, or else the sentence and log-off.
 */
export function answerRejection(
  context: MenuContext,
  result: Rejection,
  tried: { readonly factor: Exclude<Factor, 0>; readonly clear: readonly number[] },
): Transition {
  const answer = describeRejection(context, result, tried.factor);
  const menu = answer.menus
    ?.map((key) => context.config[key])
    .find((name): name is string => typeof name === 'string' && context.hasMenu(name));
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
  rejected: Rejection,
  tried: Exclude<Factor, 0>,
  room?: Room,
): string {
  const { reason, retryAfterMs, clockIsOff } = rejected;
  switch (reason) {
    case 'bad-credential':
      return isNarrow(room)
        ? shortWrongSentence(rejected, tried)
        : `${wrongSentence(tried, clockIsOff)}${triesSentence(rejected.triesLeft)}`;
    case 'wait':
      return `Too many tries. ${waitSentence(retryAfterMs)}`;
    case 'disabled':
      return 'This account is disabled. Please ask the sysop.';
    case 'inactive':
      return 'This account is not active yet. The sysop has to let you in first.';
    case 'locked':
      return 'This account is locked. Please ask the sysop.';
    case 'factor-disabled':
      return 'Too many wrong codes: your second factor is locked. Please ask the sysop.';
    case 'not-allowed':
      return 'Nobody may sign in with this name.';
    case 'too-many':
      return `Too many tries. ${clockIsOff ? `${CHECK_CLOCK} ` : ''}${callAgainSentence(retryAfterMs)}`;
    case 'not-here':
      return 'This way of signing in is switched off here.';
    case 'busy':
      return 'The board is busy. Please try again in a moment.';
    case 'try-later':
      return 'The board cannot check this right now. Please try again later.';
    case 'unsure':
      return tried === 2
        ? 'The board cannot tell whether that code was used. Please try another one.'
        : 'The board cannot tell whether that worked. Please try again.';
    case 'changed':
      return 'Your account was changed. Please sign in again.';
    case 'secure-only':
      return isNarrow(room)
        ? 'Only over a secure line. It is void now.'
        : 'For a secure line only. This one is void: ask for another.';
  }
}

const CHECK_CLOCK = 'Check the clock of your phone.';

function wrongSentence(tried: Exclude<Factor, 0>, clockIsOff: true | undefined): string {
  if (tried === 1) return 'Wrong user name or password.';
  return `Wrong code. ${clockIsOff ? CHECK_CLOCK : 'Each code works only once.'}`;
}

function shortWrongSentence(rejected: Rejection, tried: Exclude<Factor, 0>): string {
  if (tried === 2 && rejected.clockIsOff) return CHECK_CLOCK;
  const tries = triesSentence(rejected.triesLeft).replace(/ (?:are|is)/, '');
  return tried === 2 ? `Wrong code.${tries}` : `Wrong name or password.${tries}`;
}

/** What is left of the tries of this call, behind a sentence. */
export function triesSentence(left: number | undefined): string {
  if (left === undefined) return '';
  return left === 1 ? ' One try is left.' : ` ${left} tries are left.`;
}

function describeRejection(
  context: MenuContext,
  result: Rejection,
  tried: Exclude<Factor, 0>,
): Answer {
  const sentence = rejectionSentence(result, tried, context.caller.terminal);
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
    case 'bad-credential':
    case 'wait':
    case 'busy':
    case 'try-later':
    case 'secure-only':
    case 'unsure':
      return { sentence, leaves: false };
  }
}

function notHereSentence(context: MenuContext): string | undefined {
  if (context.caller.login.complete) return 'You are signed in already.';
  const { label } = WAYS_IN[context.caller.server];
  const secure = secureWayTo(context.services.listening());
  const way =
    secure === undefined ? '' : ` Please call by ${secureCall(context.services.config(), secure)}.`;
  switch (passwordRule(context.services.config(), context.caller)) {
    case 'refuse':
      return `Nobody can sign in by ${label} here.${way}`;
    case 'with-otp':
      return `${label} is for accounts with a second factor here.${way}`;
    case 'allow':
      return undefined;
  }
}

function waitSentence(ms: number | undefined): string {
  return ms === undefined ? 'Please try again later.' : `Please wait ${durationText(ms)}.`;
}

function callAgainSentence(ms: number | undefined): string {
  return ms === undefined ? 'You may call again.' : `Please call again in ${durationText(ms)}.`;
}

/** "30 seconds", in the unit that people use for such a time. */
function durationText(ms: number): string {
  const seconds = Math.max(1, Math.ceil(ms / 1000));
  if (seconds < 120) return `${seconds} second${seconds === 1 ? '' : 's'}`;
  return `${Math.ceil(seconds / 60)} minutes`;
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
  await showLinkAnswer(context, [lackSentence(missing), '', 'Please tell the sysop.']);
}

/** Shows sentences about a link, wrapped to the width of the screen. */
export function showLinkAnswer(context: MenuContext, lines: readonly string[]): Promise<void> {
  return context.showPages({
    data: ['', ...lines].map((text) => ({ color: '|07', text: `  ${text}` })),
  });
}
