import { firstMenuOf } from '../../config/login-servers';
import type { MenuEntry, Target } from '../load/menu-entry';
import type { ScreenController } from '../screen/screen-controller';
import type { CallContext } from './call-context';
import { passingText } from './follow';
import { asksForLineCode } from './line-sign-in';
import { answerRejection, typingProblem } from './login-answer';
import type { Transition } from './module';
import { SYSTEM_METHODS } from './system-methods';

/** The field of a form for the name of an account. */
const NAME_FIELD = 'username';
/** What a menu remembers once the name was filled in. */
const FILLED_IN = 'name-filled-in';

/**
 * Submits the password of a greeting, like one that is typed into the sign-in. A right one leads to the menu of
 * callers who have shown a first factor; any other to where the call begins anyway, with a sentence there.
 */
export async function signInByGreeting(
  call: CallContext,
  firstMenu: string,
): Promise<Extract<Transition, { kind: 'goto' | 'log-off' }>> {
  const { caller, services, say } = call;
  const begins = { kind: 'goto', menu: firstMenu } as const;
  const { userName = '', password } = caller.greeting ?? {};
  if (password === undefined) return begins;
  if (typingProblem(say, { userName, password }) !== undefined) return begins;
  try {
    const result = await caller.login.submit({ kind: 'password', userName, password });
    if (result.kind !== 'rejected') {
      await caller.signedIn();
      const menu = firstMenuOf(services.config(), caller.server, { signedIn: true });
      return { kind: 'goto', menu };
    }
    const context = { ...{ caller, services, say }, config: {}, hasMenu: () => false };
    const answer = answerRejection(context, result, { factor: 1, clear: [] });
    if (answer.kind === 'log-off') return answer;
    call.tell(answer.kind === 'stay' ? answer.message : undefined);
  } catch (thrown) {
    const text = passingText(thrown);
    if (text === undefined || caller.signal.aborted) throw thrown;
    call.tell(say(text));
  }
  return begins;
}

/** Fills in the name of the greeting where a form asks for the name of an account, once for each menu. */
export function fillInName(
  call: CallContext,
  menu: MenuEntry,
  at: { readonly screen: ScreenController; readonly memory: Map<string, unknown> },
): void {
  const { greeting, login } = call.caller;
  const { screen, memory } = at;
  if (greeting === undefined || greeting.userName === '' || login.user !== undefined) return;
  if (memory.has(FILLED_IN) || !asksForName(menu)) return;
  memory.set(FILLED_IN, true);
  const { views } = screen.composition.form;
  const field = views.find(({ argName }) => argName === NAME_FIELD);
  if (field === undefined) return;
  screen.setText(field.id, greeting.userName);
  const [secret] = screen.secretViews;
  // The code is asked for by its number behind the name.
  if (secret !== undefined && !asksForLineCode(call)) screen.focus(secret);
}

/** True where a form or the prompt of the menu is for a method that takes the name of an account that is there. */
function asksForName({ forms, submit }: MenuEntry): boolean {
  const rules = [...submit, ...forms.flatMap((form) => [...form.submit.values()].flat())];
  return rules.some(({ action }) => action?.options.some(takesName) === true);
}

function takesName({ value }: { readonly value: Target }): boolean {
  return value.kind === 'system-method' && SYSTEM_METHODS[value.name]?.takesName === true;
}
