import type { AccountProblem, Refused } from '../auth/account-rules';
import type { MailChangeBegun } from '../auth/mail-change';
import { readMailAddress } from '../base/mail-address';
import { toError } from '../base/errors';
import type { Config } from '../config/schema';
import { signsInFirst } from '../protocols/ways-in';
import { lackSentence } from '../mail/links';
import { findLacks, rejectionSentence } from '../menu/run/login-answer';
import { asksForLineCode, secureWayOf } from '../menu/run/line-sign-in';
import type {
  AskedFields,
  MenuContext,
  MenuModule,
  Submission,
  Transition,
} from '../menu/run/module';
import { mailAddressProblem } from '../menu/run/validators';
import { askYesOrNo } from '../menu/run/yes-or-no';
import type { User } from '../store/users';
import type { Say } from '../texts/texts';
import { actorOf } from '../menu/run/caller';
import { passwordsMatch } from './user-config';
import { PERSONAL_FIELDS, readPersonalData } from './personal-data';

/** Views of the contract's art NUA that have a part in what is said about an application. */
const VIEWS = {
  userName: 1,
  realName: 2,
  birthdate: 3,
  sex: 4,
  location: 5,
  affils: 6,
  email: 7,
  web: 8,
  password: 9,
  confirm: 10,
  errors: 11,
  about: 13,
} as const;

/** Applying for an account (contract A7): makes it, and signs its owner in by the ordinary login. */
export const newUserModule: MenuModule = {
  name: 'nua',
  doc: 'The application of a new user: makes the account, and signs in whoever need not wait for the sysop.',
  needs: 'none',
  views: [VIEWS.userName, VIEWS.password, VIEWS.confirm, VIEWS.errors],
  messageView: VIEWS.errors,
  signsIn: true,
  isApplication: true,
  methods: { submitApplication, leave },
  validators: { validatePassConfirmMatch: passwordsMatch },
  enter,
  asked,
};

type FieldName = keyof Config['users']['applicationFields'];

/** The fields that `users.applicationFields` puts in a group, in its order. */
function fieldsThatAre(
  { services }: MenuContext,
  kind: 'required' | 'optional' | 'off',
): readonly FieldName[] {
  const fields = services.config().users.applicationFields;
  return (Object.keys(fields) as FieldName[]).filter((name) => fields[name] === kind);
}

function asked(context: MenuContext): AskedFields {
  const optional: readonly string[] = fieldsThatAre(context, 'optional');
  return {
    leftOut: fieldsThatAre(context, 'off'),
    marked: fieldsThatAre(context, 'required'),
    help: (name, help) =>
      optional.includes(name) ? context.say('apply.may-stay-empty', { help }) : help,
  };
}

interface Application {
  readonly userName: string;
  readonly password: string;
  readonly email: string;
  readonly confirm: string;
}

async function enter(context: MenuContext): Promise<Transition | undefined> {
  if (context.caller.login.factor > 0) {
    await context.showPages({ lines: [context.say('apply.signed-in')] });
    return { kind: 'previous' };
  }
  if (asksForLineCode(context)) {
    const way = secureWayOf(context.services);
    const sentence =
      way === undefined
        ? context.say('sign-in.no-application')
        : context.say('sign-in.no-application-call', { way });
    await context.showPages({ lines: [sentence] });
    return turnBack(context);
  }
  const { general, users } = context.services.config();
  if (general.closedSystem) {
    await context.showPages({ lines: [context.say('apply.closed')] });
    return turnBack(context);
  }
  return !users.inviteOnly || (await askForInvite(context)) ? undefined : turnBack(context);
}

/** The invite that the caller has shown, in the memory of the menu. */
const INVITE = 'invite';
const MAX_INVITE_TRIES = 3;

/** Asks for an invite code; false where the caller has none that is good. */
async function askForInvite(context: MenuContext): Promise<boolean> {
  const { services, caller, memory } = context;
  let message: string | undefined;
  for (let tries = 0; tries < MAX_INVITE_TRIES;) {
    const answer = await context.ask({
      prompt: 'inviteCode',
      title: context.say('apply.by-invitation'),
      text: [context.say('apply.invite-why')],
      fields: [{ name: 'code', label: context.say('apply.invite-code'), maxLength: 64 }],
      ...(message === undefined ? {} : { message, isAgain: true }),
    });
    if (answer === undefined) return false;
    const typed = (answer['code'] ?? '').trim();
    message = context.say('apply.type-invite');
    if (typed === '') continue;
    const invite = await services.invites.find(typed);
    if (invite !== undefined) {
      memory.set(INVITE, invite);
      return true;
    }
    tries += 1;
    caller.log.info('new-user.invite-refused', { tries });
    message = context.say('apply.no-such-invite');
  }
  await context.showPages({ lines: [context.say('apply.no-invite')] });
  return false;
}

async function submitApplication(
  context: MenuContext,
  submission: Submission,
  extraArgs: unknown,
): Promise<Transition> {
  const { services, caller } = context;
  const value = { ...submission.value };
  // What was typed before the sysop switched a field off is not kept.
  for (const name of fieldsThatAre(context, 'off')) delete value[name];
  // A form of the sysop's own need not have every field.
  const empty = fieldsThatAre(context, 'required').find((name) => isLeftEmpty(value[name]));
  if (empty !== undefined) return stay(context.say('apply.must-fill'), VIEWS[empty]);
  const application: Application = {
    userName: textOf(value['username']).trim(),
    password: textOf(value['password']),
    confirm: textOf(value['passwordConfirm'] ?? value['password']),
    email: readMailAddress(textOf(value['email'])),
  };
  const { general, users } = services.config();
  const invite = context.memory.get(INVITE);
  if (general.closedSystem || (users.inviteOnly && typeof invite !== 'string'))
    return turnBack(context);
  const typed = Object.entries(PERSONAL_FIELDS).map(([name, property]) => [
    property,
    textOf(value[name]),
  ]);
  const personal = readPersonalData(context.say, Object.fromEntries(typed), services.clock.nowMs());
  if (personal.kind === 'refused') return stay(personal.text, VIEWS.birthdate);
  const problem = findProblem(context, application);
  if (problem !== undefined) return problem;
  const { userName: name, password, email } = application;
  // The address counts once the link that goes there was opened (rule D14).
  const made = await services.accounts.create(
    {
      ...{ name, password, properties: personal.properties, givenMail: email },
      ...(users.inviteOnly && typeof invite === 'string'
        ? { admits: (sql) => services.invites.take(sql, invite) }
        : {}),
    },
    actorOf(caller),
  );
  if (made.kind === 'refused' && made.problem === 'not-now') return lostInvite(context);
  if (made.kind === 'refused') return stayRefused(context, made);
  caller.log.info('new-user.applied', { userId: made.user.id, userName: made.user.name });
  const welcome = await askForMailProof(context, made.user, application.email);
  return made.user.status === 2
    ? signIn(context, application, welcome)
    : letWait(context, extraArgs, welcome);
}

/** Somebody else has used the code up meanwhile, or its time is over. */
async function lostInvite(context: MenuContext): Promise<Transition> {
  context.memory.delete(INVITE);
  await context.showPages({ lines: [context.say('apply.invite-ended')] });
  return turnBack(context);
}

/** What the account itself does not check: the address is not part of it yet. */
function findProblem(context: MenuContext, application: Application): Transition | undefined {
  const { accounts } = context.services;
  const { userName, password, confirm, email } = application;
  if (password !== confirm) return staySecret(context.say('account.passwords-differ'));
  const weakness = accounts.passwordProblem(password, { userName, email });
  if (weakness !== undefined) return staySecret(weakness(context.say));
  const badAddress = mailAddressProblem(context.say, email);
  return badAddress === undefined ? undefined : stay(badAddress, VIEWS.email);
}

/** Every rule of signing in holds here too; an account that may not come in now is there all the same. */
async function signIn(
  context: MenuContext,
  application: Application,
  welcome: readonly string[],
): Promise<Transition> {
  const { caller } = context;
  const { userName, password } = application;
  const result = await caller.login.submit({ kind: 'password', userName, password });
  if (result.kind !== 'rejected') {
    await caller.signedIn();
    if (welcome.length > 0) await tell(context, welcome);
    return { kind: 'next' };
  }
  const why = rejectionSentence(context.say, result, 1);
  await tell(context, [context.say('apply.made-not-in'), why, ...welcome]);
  return turnBack(context);
}

/** Users that the sysop has to let in first go where the menu says (contract A7). */
async function letWait(
  context: MenuContext,
  extraArgs: unknown,
  welcome: readonly string[],
): Promise<Transition> {
  if (welcome.length > 0) await tell(context, welcome);
  const named =
    typeof extraArgs === 'object' && extraArgs !== null && 'inactive' in extraArgs
      ? extraArgs.inactive
      : undefined;
  return typeof named === 'string' && context.hasMenu(named)
    ? { kind: 'goto', menu: named }
    : { kind: 'next' };
}

/**
 * Lines for the new user about the mail address; the account is created whether or not the mail is
 * sent.
 */
async function askForMailProof(
  context: MenuContext,
  user: User,
  email: string,
): Promise<readonly string[]> {
  if (email === '') return [];
  const { services, caller } = context;
  try {
    const missing = findLacks(context, 'account');
    if (missing.length > 0)
      return [lackSentence(context.say, missing), '', context.say('apply.no-address-yet')];
    const begun = await services.mailChange.begin(user.id, email, actorOf(caller));
    return mailLines(context.say, begun, { email, sendsMail: services.mailer.sendsMail });
  } catch (thrown) {
    caller.signal.throwIfAborted();
    caller.log.error('new-user.mail-failed', { userId: user.id, error: toError(thrown) });
    return mailLines(context.say, 'too-many', { email, sendsMail: false });
  }
}

function mailLines(
  say: Say,
  begun: MailChangeBegun,
  { email, sendsMail }: { readonly email: string; readonly sendsMail: boolean },
): readonly string[] {
  if (begun === 'accepted') {
    return [
      ...(sendsMail
        ? [say('apply.mail-goes-to')]
        : [say('mail.no-server'), say('apply.ask-link-for')]),
      `   ${email}`,
      '',
      `${say(sendsMail ? 'apply.open-link' : 'apply.open-it')} ${say('apply.used-for')}`,
      say('apply.one-mail-a-day'),
    ];
  }
  return [
    say('apply.no-mail-to'),
    `   ${email}`,
    '',
    ...(begun === 'too-many' ? [say('mail.too-many')] : []),
    say('apply.no-address-yet'),
  ];
}

/** Address and names are the caller's text, so all of it is shown as data (rule H2). */
function tell(context: MenuContext, lines: readonly string[]): Promise<void> {
  return context.showPages({
    data: lines.map((text) => ({ color: '|07', text })),
  });
}

/** An application that was begun is thrown away only by who says so. */
async function leave(context: MenuContext): Promise<Transition> {
  const { screen, say, caller, services } = context;
  const fields = Object.values(VIEWS).filter((view) => view !== VIEWS.errors && screen.has(view));
  if (fields.some((view) => !isLeftEmpty(screen.text(view)))) {
    const isUnwanted = await askYesOrNo(context, {
      title: say('apply.unsent'),
      text: [say('letter.throw-away')],
      label: say('letter.yes-or-no'),
    });
    if (isUnwanted !== true) return { kind: 'stay', message: say('apply.kept'), as: 'note' };
  }
  const [name] = services.config().users.newUserNames;
  if (!signsInFirst(caller.server) || name === undefined) return turnBack(context);
  return { kind: 'log-off', message: say('apply.call-again', { name }) };
}

/** Who applies by a way that signs in first has no menu to go back to. */
function turnBack({ caller, say }: MenuContext): Transition {
  if (!signsInFirst(caller.server)) return { kind: 'previous' };
  return { kind: 'log-off', message: say('apply.good-bye') };
}

function stayRefused({ say }: MenuContext, refused: Refused): Transition {
  const view = viewOf(refused.problem);
  const text = refused.says(say);
  return view === VIEWS.password ? staySecret(text) : stay(text, view);
}

function viewOf(problem: AccountProblem): number | undefined {
  if (problem.startsWith('name-')) return VIEWS.userName;
  if (problem.startsWith('password-')) return VIEWS.password;
  return problem === 'bad-email' ? VIEWS.email : undefined;
}

function staySecret(message: string): Transition {
  const clear = [VIEWS.password, VIEWS.confirm];
  return { kind: 'stay', message, clear, about: VIEWS.password };
}

function stay(message: string, about: number | undefined): Transition {
  return { kind: 'stay', message, ...(about === undefined ? {} : { about }) };
}

/** True for a field that the form has, with nothing in it; the marks of a mask are nothing. */
function isLeftEmpty(value: unknown): boolean {
  return typeof value === 'string' && !/[\p{L}\p{N}]/u.test(value);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
