import { isMailAddress } from '../base/mail-address';
import { toError } from '../base/errors';
import { labelOfWay } from '../protocols/ways-in';
import type { Call } from '../store/calls';
import { actorOf, userOf } from '../menu/run/caller';
import { isOfProgram } from '../auth/own-accounts';
import { findLacks, hoursText, showLinkAnswer } from '../menu/run/login-answer';
import type { MenuContext, MenuModule, Transition } from '../menu/run/module';
import { proveAgain } from '../menu/run/proof-of-person';
import {
  DATE_TIME_KEY,
  fillTimes,
  LIST_VIEW,
  minutesText,
  ownPattern,
  showRange,
  whenText,
} from './user-list';
import { FIELDS, type RowOf } from './row-fields';

const MAX_SHOWN = 100;

/** Keys of what the menu remembers: the calls as they are listed, and a sentence for the next drawing. */
const LISTED = 'calls';
const TOLD = 'told';

/** The caller's own calls: ends one that was left open, and disowns what was somebody else's. */
export const myCallsModule: MenuModule = {
  name: 'my_calls',
  fields: FIELDS.my_calls,
  doc: "The caller's own calls, open and past, in `%VM1`: {ts} {when} {server} {from} {node} {state}. `@method:endCall` ends the chosen one; `@method:notMe` ends all others and shuts the password, after password and code; `@method:stopRecovery` stops the replacement of a lost second factor.",
  needs: 'complete',
  configKeys: DATE_TIME_KEY,
  views: [LIST_VIEW],
  methods: { endCall, notMe, stopRecovery },
  ready,
  changed: showRange,
};

async function ready(context: MenuContext): Promise<void> {
  const { screen, services, caller, memory } = context;
  const calls = await services.ownCalls.list(userOf(caller).id, MAX_SHOWN);
  memory.set(LISTED, calls);
  fillTimes(
    context,
    calls.map((call) => describe(context, call)),
    'list.no-own-calls',
  );
  const wait = await services.recovery.waiting(userOf(caller).id);
  if (wait === undefined) screen.withdraw(stopRecovery.name);
  const told = memory.get(TOLD);
  memory.delete(TOLD);
  if (typeof told === 'string') screen.message(told);
  else if (wait !== undefined) showRecovery(context, wait);
}

type Waiting = NonNullable<Awaited<ReturnType<MenuContext['services']['recovery']['waiting']>>>;

/** A waiting time that the owner may not know of (rule N6). */
function showRecovery({ screen, services, say }: MenuContext, wait: Waiting): void {
  const time = hoursText(say, wait.endsAtMs - services.clock.nowMs());
  screen.message(wait.isOver ? say('factor.may-be-replaced') : say('factor.replaced-in', { time }));
}

/** Without a proof of identity: it leaves the account as it is. */
async function stopRecovery(context: MenuContext): Promise<Transition> {
  const { caller, services } = context;
  const done = await services.recovery.stop(userOf(caller).id, actorOf(caller));
  return redraw(context, done ? 'factor.recovery-stopped' : 'factor.recovery-none');
}

function describe(context: MenuContext, call: Call): RowOf<'my_calls'> {
  const pattern = ownPattern(context);
  const state = stateOf(context, call);
  return {
    text: state,
    state,
    ts: context.dateText(call.startedAtMs, pattern),
    when: whenText(context, call.startedAtMs, true),
    isOwn: call.sessionId === context.caller.login.sessionId,
    server: labelOfWay(call.server),
    from: call.source,
    node: String(call.node),
  };
}

function stateOf(context: MenuContext, call: Call): string {
  if (call.sessionId === context.caller.login.sessionId) return context.say('calls.this-call');
  if (call.endedAtMs !== undefined)
    return minutesText(context, Math.round((call.endedAtMs - call.startedAtMs) / 60_000));
  // The end of a call is not on record where its board was killed.
  const isOpen = call.startedAtMs >= context.services.startedAtMs;
  return context.say(isOpen ? 'calls.open' : 'calls.end-not-known');
}

function chosenCall({ memory, screen }: MenuContext): Call | undefined {
  const calls = memory.get(LISTED) as readonly Call[] | undefined;
  return calls?.[Number(screen.value(LIST_VIEW))];
}

async function endCall(context: MenuContext): Promise<Transition> {
  const { caller, services } = context;
  const call = chosenCall(context);
  if (call === undefined) return { kind: 'stay', message: context.say('calls.none-to-end') };
  if (call.sessionId === caller.login.sessionId) {
    return { kind: 'stay', message: context.say('calls.is-this-call') };
  }
  const done = await services.ownCalls.end(userOf(caller).id, call, actorOf(caller));
  return redraw(context, done ? 'calls.ended' : 'calls.over');
}

async function notMe(context: MenuContext): Promise<Transition> {
  const { caller, services } = context;
  const user = userOf(caller);
  const ofProgram = isOfProgram(user);
  const mails = !ofProgram && mailsReset(context);
  const way = ofProgram ? 'elsewhere' : mails ? 'mail' : 'sysop';
  const proof = await proveAgain(context, {
    title: context.say('calls.not-me'),
    text: [
      context.say(ofProgram ? 'calls.not-me-open' : 'calls.not-me-shut'),
      context.say(`calls.not-me-${way}`),
    ],
  });
  if (proof.kind === 'out') return proof.transition;
  if (proof.kind === 'cancelled') return redraw(context, 'factor.left');
  try {
    const { sessionId } = caller.login;
    await services.ownCalls.disown(user.id, {
      ...actorOf(caller),
      sessionId,
      remoteIp: caller.remoteIp,
    });
  } catch (thrown) {
    caller.signal.throwIfAborted();
    caller.log.error('my-calls.not-disowned', { error: toError(thrown) });
    return redraw(context, 'menu.later');
  }
  if (mails) services.passwordReset.request(user.name, actorOf(caller));
  await showLinkAnswer(context, whatNext(context, way));
  return { kind: 'redraw' };
}

/** True where the owner can get a link for a new password by mail. */
function mailsReset(context: MenuContext): boolean {
  const address = userOf(context.caller).properties.get('email_address') ?? '';
  const { sendsMail } = context.services.mailer;
  return sendsMail && isMailAddress(address) && findLacks(context, 'account').length === 0;
}

/** By where a new password comes from: of a program's accounts it is kept elsewhere (rule P6). */
function whatNext(
  { say, caller }: MenuContext,
  way: 'elsewhere' | 'mail' | 'sysop',
): readonly string[] {
  const address = userOf(caller).properties.get('email_address') ?? '';
  return [
    say(way === 'elsewhere' ? 'calls.done-elsewhere' : 'calls.done'),
    '',
    way === 'mail' ? say('calls.step-mail', { address }) : say(`calls.step-${way}`),
    say('calls.step-keys'),
    say('calls.step-factor'),
    say('calls.step-tell'),
  ];
}

function redraw(context: MenuContext, text: Told): Transition {
  context.memory.set(TOLD, context.say(text));
  return { kind: 'redraw' };
}

type Told =
  | 'calls.ended'
  | 'calls.over'
  | 'factor.left'
  | 'factor.recovery-stopped'
  | 'factor.recovery-none'
  | 'menu.later';
