import { isLostWord } from '../../auth/factor-recovery';
import type { LoginResult } from '../../auth/login';
import type { Encoding } from '../../terminal/terminal';
import {
  findLacks,
  showLinkAnswer,
  showLacks,
  answerRejection,
  type Tried,
  typingProblem,
} from './login-answer';
import { answerLostCodes, isAskForRecovery } from './lost-codes';
import { SAID_LINES } from '../screen/line-screen';
import {
  asksForLineCode,
  askLineCode,
  answerSlip,
  lostOnLine,
  STANDING_NOTE,
} from './line-sign-in';
import type { SignInNeed } from './menu-access';
import type { MenuContext, MenuMethod, Submission, Transition } from './module';

/** A method that `@systemMethod:` names in `action` and `next` (contract A2.4). */
interface SystemMethod {
  /** One sentence for docs/menus.md. */
  readonly doc: string;
  /** The sign-in that it needs (rule M4). */
  readonly needs: SignInNeed;
  readonly run: MenuMethod;
  /** True where its form asks for the name of an account that is there. */
  readonly takesName?: true;
}

export const SYSTEM_METHODS: Readonly<Record<string, SystemMethod>> = {
  login: {
    doc: 'Signs in with the fields `username` and `password`, then follows `next`; where `passwordLogin` is never, the second field takes a code in place of the password.',
    needs: 'none',
    run: login,
    takesName: true,
  },
  login2FA_OTP: {
    doc: 'Submits the field `token`, a one-time or backup code, then follows `next`.',
    needs: 'none',
    run: submitCode,
  },
  logoff: { doc: 'Ends the call.', needs: 'none', run: () => go({ kind: 'log-off' }) },
  prevMenu: {
    doc: 'Goes back to the previous menu.',
    needs: 'none',
    run: () => go({ kind: 'previous' }),
  },
  redrawMenu: {
    doc: 'Draws the menu again, with its fields empty.',
    needs: 'none',
    run: (context, submission) => {
      context.memory.delete(SAID_LINES);
      return go(redrawOrBack(submission));
    },
  },
  lineByLine: {
    doc: 'Shows every screen as text line by line from here on, for screen readers; chosen again, as screens.',
    needs: 'none',
    run: switchLines,
  },
  help: {
    doc: 'Shows the help page of the menu: its commands and the keys that work there.',
    needs: 'none',
    run: (_context, { submitId }) =>
      go({ kind: 'help', ...(submitId === undefined ? {} : { clear: [submitId] }) }),
  },
  unknownCommand: {
    doc: 'Says that there is no such command, and empties the field; an empty one is no command.',
    needs: 'none',
    run: unknownCommand,
  },
  nextMenu: { doc: "Follows the menu's `next`.", needs: 'none', run: () => go({ kind: 'next' }) },
  setClientEncoding: {
    doc: 'Sets the encoding from `extraArgs.encoding` or a field `encoding`: `utf8` or `cp437`.',
    needs: 'none',
    run: setClientEncoding,
  },
  sendForgotPasswordEmail: {
    doc: 'Mails a reset link to the account in `username`, if there is one; goes to `extraArgs.next` or follows `next` either way.',
    needs: 'none',
    run: sendForgotPasswordEmail,
    takesName: true,
  },
  prevConf: {
    doc: 'This board has no message conferences; says so.',
    needs: 'none',
    run: noConferences,
  },
  nextConf: {
    doc: 'This board has no message conferences; says so.',
    needs: 'none',
    run: noConferences,
  },
  prevArea: { doc: 'This board has no message areas; says so.', needs: 'none', run: noConferences },
  nextArea: { doc: 'This board has no message areas; says so.', needs: 'none', run: noConferences },
  optimizeDatabases: {
    doc: 'The database looks after itself; says so.',
    needs: 'none',
    run: ({ say }) => go({ kind: 'stay', message: say('menu.no-upkeep') }),
  },
};

/** Between screens and lines, for the rest of the call; a terminal without a cursor has no choice. */
function switchLines(context: MenuContext, submission: Submission): Promise<Transition> {
  const { terminal } = context.caller;
  if (!terminal.canDraw) {
    return go({ kind: 'stay', message: context.say('menu.text-only') });
  }
  terminal.chosenLines = !terminal.isLineByLine;
  context.memory.delete(SAID_LINES);
  return go(redrawOrBack(submission));
}

function unknownCommand(context: MenuContext, submission: Submission): Promise<Transition> {
  const { submitId } = submission;
  if (submitId === undefined) return go({ kind: 'stay' });
  const typed = context.screen.text(submitId).trim();
  const message = typed === '' ? '' : context.say('menu.no-command', { typed });
  return go({ kind: 'stay', message, clear: [submitId] });
}

async function login(context: MenuContext, submission: Submission): Promise<Transition> {
  if (asksForLineCode(context)) return signInByCode(context, submission);
  const userName = fieldText(submission, 'username');
  const password = fieldText(submission, 'password');
  const problem = typingProblem(context.say, { userName, password }, context.caller.terminal);
  if (problem !== undefined) return typeAgain(context, problem);
  const result = await context.caller.login.submit({ kind: 'password', userName, password });
  const clear = viewsToClear(context, submission);
  return fromTheName(context, await afterSubmit(context, result, { factor: 1, clear }), userName);
}

/** Line by line the name may be the wrong one and no screen shows it: it is asked for again, and Enter keeps it. */
function fromTheName(context: MenuContext, next: Transition, userName: string): Transition {
  const { caller, screen } = context;
  if (next.kind !== 'stay' || !caller.terminal.isLineByLine) return next;
  const holdsName = (id: number): boolean =>
    screen.has(id) && !screen.secretViews.includes(id) && screen.text(id) === userName;
  const focus = [1, 2, 3, 4, 5].find(holdsName);
  return focus === undefined ? next : { ...next, focus };
}

/** The field of the password takes the code: what is typed there is compared with no password (rule N7). */
async function signInByCode(context: MenuContext, submission: Submission): Promise<Transition> {
  const { caller, memory, say } = context;
  const { login, terminal } = caller;
  const userName = fieldText(submission, 'username');
  const code = fieldText(submission, 'password');
  const clear = viewsToClear(context, submission);
  const problem = isLostWord(code)
    ? lostOnLine(context.services, context)
    : typingProblem(say, { userName, code, isLineCode: true }, terminal);
  if (problem !== undefined) {
    if (userName.trim() !== '')
      return typeAgain(
        context,
        await answerSlip(context, userName, { typed: code, problem }),
        clear,
      );
    await login.line.heard(code);
    return typeAgain(context, problem);
  }
  memory.set(STANDING_NOTE, await askLineCode(context, userName));
  const result = await login.submit({ kind: 'line-code', userName, code });
  const next = await afterSubmit(context, result, { factor: 'line', clear });
  if (next.kind !== 'stay') return next;
  const question = await askLineCode(context, userName, { isAgain: true });
  memory.set(STANDING_NOTE, question);
  return { ...next, message: `${next.message ?? ''} ${question}` };
}

async function submitCode(context: MenuContext, submission: Submission): Promise<Transition> {
  const code = fieldText(submission, 'token');
  if (isAskForRecovery(context, code)) {
    const answer = await answerLostCodes(context);
    if (answer === 'answered') return { kind: 'redraw' };
    return submitAs(context, submission, code);
  }
  const problem = typingProblem(context.say, { code }, context.caller.terminal);
  if (problem !== undefined) return typeAgain(context, problem, viewsToClear(context, submission));
  return submitAs(context, submission, code);
}

async function submitAs(
  context: MenuContext,
  submission: Submission,
  code: string,
): Promise<Transition> {
  const result = await context.caller.login.submit({ kind: 'second-factor', code });
  return afterSubmit(context, result, { factor: 2, clear: viewsToClear(context, submission) });
}

/** Leaves the caller in the first field that is empty; nothing was submitted. */
function typeAgain(
  context: MenuContext,
  message: string,
  clear: readonly number[] = [],
): Transition {
  const { screen } = context;
  const empty = [1, 2, 3, 4, 5].find((id) => screen.has(id) && screen.text(id).trim() === '');
  const focus = clear[0] ?? empty;
  return { kind: 'stay', message, clear, ...(focus === undefined ? {} : { focus }) };
}

/** Follows the menu's own `next`, evaluated with the caller's new factor. */
async function afterSubmit(
  context: MenuContext,
  result: LoginResult,
  tried: { readonly factor: Tried; readonly clear: readonly number[] },
): Promise<Transition> {
  switch (result.kind) {
    case 'accepted':
    case 'need':
      await context.caller.signedIn();
      return { kind: 'next' };
    case 'rejected':
      return answerRejection(context, result, tried);
  }
}

/** Secrets are typed again; so is what a form without any was submitted from (the code). */
function viewsToClear(context: MenuContext, submission: Submission): readonly number[] {
  const { secretViews } = context.screen;
  if (secretViews.length > 0) return secretViews;
  return submission.submitId === undefined ? [] : [submission.submitId];
}

function fieldText(submission: Submission, name: string): string {
  const value = submission.value[name];
  return typeof value === 'string' ? value : '';
}

const ENCODINGS: Readonly<Record<string, Encoding>> = {
  utf8: 'utf8',
  'utf-8': 'utf8',
  cp437: 'cp437',
};

function setClientEncoding(
  context: MenuContext,
  submission: Submission,
  extraArgs: unknown,
): Promise<Transition> {
  const wanted = encodingName(extraArgs) ?? encodingName(submission.value);
  const encoding = ENCODINGS[(wanted ?? '').toLowerCase()];
  if (encoding === undefined) {
    context.caller.log.warn('menu.encoding-unknown', { menu: context.menu, encoding: wanted });
    return go({ kind: 'previous' });
  }
  context.caller.terminal.setEncoding(encoding);
  return go(redrawOrBack(submission));
}

/** Called by `next` the menu has been shown already: drawing it again would never end. */
function redrawOrBack(submission: Submission): Transition {
  const byForm = submission.submitId !== undefined || submission.key !== undefined;
  return byForm ? { kind: 'redraw' } : { kind: 'previous' };
}

function encodingName(from: unknown): string | undefined {
  if (typeof from === 'string') return from;
  if (typeof from !== 'object' || from === null || !('encoding' in from)) return undefined;
  return typeof from.encoding === 'string' ? from.encoding : undefined;
}

async function sendForgotPasswordEmail(
  context: MenuContext,
  submission: Submission,
  extraArgs: unknown,
): Promise<Transition> {
  const { server, remoteIp, node } = context.caller;
  const origin = { server, remoteIp, node };
  const { passwordReset, mailer } = context.services;
  // The same for any name: the answer depends on the board and on no account.
  const missing = findLacks(context, 'account');
  if (missing.length > 0) {
    await showLacks(context, missing);
    return { kind: 'previous' };
  }
  passwordReset.request(fieldText(submission, 'username'), origin);
  if (!mailer.sendsMail) {
    await showLinkAnswer(context, [
      context.say('mail.no-server'),
      '',
      context.say('page.ask-sysop'),
    ]);
    return { kind: 'previous' };
  }
  const next = nextMenuOf(extraArgs);
  return next === undefined ? { kind: 'next' } : { kind: 'goto', menu: next };
}

function nextMenuOf(extraArgs: unknown): string | undefined {
  if (typeof extraArgs !== 'object' || extraArgs === null || !('next' in extraArgs))
    return undefined;
  return typeof extraArgs.next === 'string' ? extraArgs.next.replace(/^@menu:/, '') : undefined;
}

function noConferences({ say }: MenuContext): Promise<Transition> {
  return go({ kind: 'stay', message: say('menu.no-areas') });
}

function go(transition: Transition): Promise<Transition> {
  return Promise.resolve(transition);
}
