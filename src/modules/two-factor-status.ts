import { toError } from '../base/errors';
import { DEFAULT_OTP_TYPE, OTP_TYPE_NAMES } from '../base/otp-types';
import { otpTypeOf } from '../auth/factor-kinds';
import { userOf } from '../menu/run/caller';
import type { MenuContext, SentenceKind, Transition } from '../menu/run/module';
import { infoText, kindOf, statusText, type InfoText, type StatusText } from './two-factor-texts';

/** Views of the contract's art 2FACONFSCR: off or on, and the kind of code. */
export const TOGGLE = 1;
export const TYPE = 2;

/** Says about a view what its choice means. */
export function showInfo(context: MenuContext, about: typeof TOGGLE | typeof TYPE): void {
  const key = infoKey(context, about);
  setInfo(context, infoText(context, key));
}

function infoKey({ screen, caller }: MenuContext, about: typeof TOGGLE | typeof TYPE): InfoText {
  const index = Number(screen.value(about));
  if (about === TYPE) return OTP_TYPE_NAMES[index] ?? DEFAULT_OTP_TYPE;
  const isOn = screen.has(TOGGLE) ? index === 1 : otpTypeOf(userOf(caller)) !== undefined;
  return isOn ? 'enabled' : 'disabled';
}

/** A status takes the place of the info text, which is where people look on this screen. */
export function setInfo(context: MenuContext, text: string, as?: SentenceKind): void {
  context.screen.setCustom('menuInfoFormat', { infoText: text }, as);
}

export function status(context: MenuContext, key: StatusText): string {
  return statusText(context, key);
}

/** Says a status on the screen as it is. */
export function say(context: MenuContext, key: StatusText): Transition {
  return sayText(context, status(context, key), kindOf(key));
}

export function sayText(context: MenuContext, text: string, as: SentenceKind): Transition {
  setInfo(context, text, as);
  return { kind: 'stay' };
}

/** The same where the screen was covered or shows another state now: the status waits for the screen. */
export function said(context: MenuContext, key: StatusText): Transition {
  return redraw(context, status(context, key), kindOf(key));
}

export function redraw(context: MenuContext, text: string, as: SentenceKind): Transition {
  const told: Told = { text, as };
  context.memory.set('status', told);
  return { kind: 'redraw' };
}

/** A status that waits for its screen. */
interface Told {
  readonly text: string;
  readonly as: SentenceKind;
}

/** Shows the status that waits, if there is one. */
export function showWaiting(context: MenuContext): boolean {
  const told = context.memory.get('status');
  context.memory.delete('status');
  if (!isTold(told)) return false;
  setInfo(context, told.text, told.as);
  return true;
}

function isTold(value: unknown): value is Told {
  return typeof value === 'object' && value !== null && 'text' in value && 'as' in value;
}

export function failed(context: MenuContext, event: string, thrown: unknown): Transition {
  context.caller.signal.throwIfAborted();
  context.caller.log.error(event, { error: toError(thrown) });
  return said(context, 'tryLater');
}
