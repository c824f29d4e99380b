import { toError } from '../../base/errors';
import { passwordRule } from '../../config/login-servers';
import { secureCall, secureWayTo } from '../../mail/links';
import type { Say } from '../../texts/texts';
import type { Caller } from './caller';
import type { Services } from './services';

/** What a menu remembers while its caller is asked for a code: the sentence that stands on the message line. */
export const STANDING_NOTE = 'standing-note';

/** Windows with fewer columns get a sentence of one line of 40. */
const NARROW_COLUMNS = 60;

interface Asking {
  readonly caller: Pick<Caller, 'login' | 'terminal' | 'secure'>;
  readonly services: Pick<Services, 'config'>;
  readonly say: Say;
}

/** True where this caller is asked for a code in place of the password (rule N7). */
export function asksForLineCode({
  caller,
  services,
}: Pick<Asking, 'services'> & { readonly caller: Pick<Caller, 'secure'> }): boolean {
  return passwordRule(services.config(), caller) === 'never';
}

/** Asks for the code by its number; returns the question, in a few words where they stand behind others. */
export async function askLineCode(
  asking: Asking,
  userName: string,
  { isAgain = false } = {},
): Promise<string> {
  return questionOf(asking, await asking.caller.login.line.ask(userName), { isAgain });
}

function questionOf(
  { say, caller }: Asking,
  number: number | undefined,
  { isAgain }: { readonly isAgain: boolean },
): string {
  const isShort = isAgain || isNarrow(caller);
  if (number === undefined) return say('sign-in.ask-app-code');
  return isShort
    ? say('sign-in.ask-code-again', { number })
    : say('sign-in.ask-code-number', { number });
}

/**
 * Answers what cannot be a code, with the question again. It was read along:
 * the code that is asked for is spent where a part of it was right (rule N8), and then the answer says so.
 */
export async function answerSlip(
  asking: Asking & { readonly memory: Map<string, unknown> },
  userName: string,
  { typed, problem }: { readonly typed: string; readonly problem: string },
): Promise<string> {
  const { say, caller, memory } = asking;
  const { line } = caller.login;
  const number = await line.ask(userName);
  await line.heard(typed);
  const next = await line.ask(userName);
  memory.set(STANDING_NOTE, questionOf(asking, next, { isAgain: false }));
  const isSpent = number !== undefined && next !== number;
  const spent = isNarrow(caller) ? 'narrow.line-code-spent' : 'sign-in.line-code-spent';
  const sentence = isSpent ? say(spent, { number }) : problem;
  return `${sentence} ${questionOf(asking, next, { isAgain: true })}`;
}

/** For who types the word for lost codes where no password is asked for: the same for every name (rule C4). */
export function lostOnLine(
  services: Pick<Services, 'config' | 'listening'>,
  { say, caller }: Pick<Asking, 'say' | 'caller'>,
): string {
  if (isNarrow(caller)) return say('narrow.lost-line');
  const secureWay = secureWayOf(services);
  return secureWay === undefined
    ? say('sign-in.lost-line')
    : say('sign-in.lost-line-call', { secureWay });
}

function isNarrow({ terminal }: Pick<Caller, 'terminal'>): boolean {
  return terminal.width < NARROW_COLUMNS;
}

/** Tells what stands in the fields, key by key: of two calls with one code the first keys show. */
export async function noteTyped(
  { login, log }: Pick<Caller, 'login' | 'log'>,
  typed: readonly string[],
): Promise<void> {
  try {
    for (const text of typed) await login.line.typed(text);
  } catch (thrown) {
    // The code is then taken while no other call is asked for one.
    log.warn('line-code.not-noted', { error: toError(thrown) });
  }
}

/**
 * Ends the question with the menu or the call: what stands in the fields was read along, so a code that is
 * nearly right is spent.
 */
export async function leaveLineCode(
  { login, log }: Pick<Caller, 'login' | 'log'>,
  typed: readonly string[],
): Promise<void> {
  try {
    for (const text of typed) await login.line.heard(text);
    await login.line.end();
  } catch (thrown) {
    // The call goes on or is over; the question ends by itself, and the code is spent at its next use.
    log.warn('line-code.not-left', { error: toError(thrown) });
  }
}

/** "SSH, port 8889", where a secure way in is on. */
export function secureWayOf(services: Pick<Services, 'config' | 'listening'>): string | undefined {
  const way = secureWayTo(services.listening());
  return way === undefined ? undefined : secureCall(services.config(), way);
}
