import { isMailAddress } from '../base/mail-address';
import { toError } from '../base/errors';
import { labelOfWay } from '../protocols/ways-in';
import type { Call } from '../store/calls';
import { actorOf, userOf } from '../menu/run/caller';
import { isOfProgram } from '../auth/own-accounts';
import { findLacks, showLinkAnswer } from '../menu/run/login-answer';
import type { MenuContext, MenuModule, Transition } from '../menu/run/module';
import { proveAgain } from '../menu/run/proof-of-person';
import { DATE_TIME_KEY, fillList, LIST_VIEW, ownPattern, showRange, whenText } from './user-list';

const MAX_SHOWN = 100;

/** Keys of what the menu remembers: the calls as they are listed, and a sentence for the next drawing. */
const LISTED = 'calls';
const TOLD = 'told';

/** The caller's own calls: ends one that was left open, and disowns what was somebody else's. */
export const myCallsModule: MenuModule = {
  name: 'my_calls',
  doc: "The caller's own calls, open and past, in `%VM1`: {ts} {when} {server} {from} {node} {state}. `@method:endCall` ends the chosen one; `@method:notMe` ends all others and shuts the password, after password and code.",
  needs: 'complete',
  configKeys: DATE_TIME_KEY,
  views: [LIST_VIEW],
  methods: { endCall, notMe },
  ready,
  changed: showRange,
};

async function ready(context: MenuContext): Promise<void> {
  const { screen, services, caller, memory } = context;
  const calls = await services.ownCalls.list(userOf(caller).id, MAX_SHOWN);
  memory.set(LISTED, calls);
  fillList(
    context,
    calls.map((call) => describe(context, call)),
    'No call of yours is on record.',
  );
  const told = memory.get(TOLD);
  memory.delete(TOLD);
  if (typeof told === 'string') screen.message(told);
}

function describe(context: MenuContext, call: Call) {
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
  if (call.sessionId === context.caller.login.sessionId) return 'this call';
  if (call.endedAtMs !== undefined) return durationText(call.endedAtMs - call.startedAtMs);
  // The end of a call is not on record where its board was killed.
  return call.startedAtMs < context.services.startedAtMs ? 'end not known' : 'open';
}

function durationText(ms: number): string {
  const minutes = Math.max(0, Math.round(ms / 60_000));
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function chosenCall({ memory, screen }: MenuContext): Call | undefined {
  const calls = memory.get(LISTED) as readonly Call[] | undefined;
  return calls?.[Number(screen.value(LIST_VIEW))];
}

async function endCall(context: MenuContext): Promise<Transition> {
  const { caller, services } = context;
  const call = chosenCall(context);
  if (call === undefined) return { kind: 'stay', message: 'There is no call to end.' };
  if (call.sessionId === caller.login.sessionId) {
    return { kind: 'stay', message: 'That is this call. G in the main menu logs you off.' };
  }
  const done = await services.ownCalls.end(userOf(caller).id, call, actorOf(caller));
  return redraw(context, done ? 'That call is ended.' : 'That call is over already.');
}

async function notMe(context: MenuContext): Promise<Transition> {
  const { caller, services } = context;
  const user = userOf(caller);
  const ofProgram = isOfProgram(user);
  const mails = !ofProgram && mailsReset(context);
  const next = mails
    ? 'a link by mail is the way to a new one'
    : 'only the sysop can set a new one';
  const text = ofProgram
    ? [
        'All your other calls end. Your password is kept elsewhere:',
        'it lets people in until you change it there.',
      ]
    : ['All your other calls end, and your password is shut:', `${next}.`];
  const proof = await proveAgain(context, {
    title: 'A call here was not me',
    text,
  });
  if (proof.kind === 'out') return proof.transition;
  if (proof.kind === 'cancelled') return redraw(context, 'Nothing was changed.');
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
    return redraw(context, 'The board cannot save this right now. Please try again later.');
  }
  if (mails) services.passwordReset.request(user.name, actorOf(caller));
  const address = user.properties.get('email_address') ?? '';
  await showLinkAnswer(context, ofProgram ? NEXT_ELSEWHERE : whatNext(address, mails));
  return { kind: 'redraw' };
}

/** True where the owner can get a link for a new password by mail. */
function mailsReset(context: MenuContext): boolean {
  const address = userOf(context.caller).properties.get('email_address') ?? '';
  const { sendsMail } = context.services.mailer;
  return sendsMail && isMailAddress(address) && findLacks(context, 'account').length === 0;
}

const LAST_STEPS = [
  '2. Look at your SSH keys (SSH in the main menu): remove what is not yours.',
  '3. Look at your second factor (2FA), and make new backup codes.',
  '4. Tell the sysop.',
] as const;

/** For accounts whose password a program keeps (rule P6). */
const NEXT_ELSEWHERE = [
  'Your other calls are ended. Your password still lets people in.',
  '',
  '1. Change it now in the program that keeps it: this board cannot.',
  ...LAST_STEPS,
] as const;

function whatNext(address: string, mails: boolean): readonly string[] {
  return [
    'Your other calls are ended, and your password lets nobody in any more.',
    '',
    mails
      ? `1. A link for a new password is on its way to ${address}. Use it now.`
      : '1. Ask the sysop for a new password: this board cannot mail you a link.',
    ...LAST_STEPS,
  ];
}

function redraw(context: MenuContext, text: string): Transition {
  context.memory.set(TOLD, text);
  return { kind: 'redraw' };
}
