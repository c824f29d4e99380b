import type { AppFacts } from '../auth/enrollment';
import { MAX_APPS, MAX_LABEL_COLUMNS, type AppProblem } from '../auth/factor-apps';
import { hasSecondFactor } from '../auth/factor-kinds';
import { DEFAULT_OTP_TYPE, OTP_TYPE_NAMES, type OtpType } from '../base/otp-types';
import { actorOf, userOf } from '../menu/run/caller';
import type { AskField, MenuContext, Transition } from '../menu/run/module';
import { formatMoment } from '../menu/screen/date-format';
import { BIND_FIRST } from '../menu/run/menu-access';
import { proveAgain } from '../menu/run/proof-of-person';
import { setUpHere } from '../menu/run/set-up-here';
import { offers } from './two-factor-screen';
import { say as sayStatus, sayText, TYPE } from './two-factor-status';

/** What the screen of the second factor does for this one. */
interface AppActions {
  /** Mails the link by which an app of this name is added. */
  readonly mail: (type: OtpType, label: string) => Promise<Transition>;
  /** Switches two-factor sign-in off: what removing the only app means. */
  readonly switchOff: () => Promise<Transition>;
}

/** What was done with the list: the caller leaves it, or sees it again with a sentence. */
type Outcome = { readonly leave: Transition } | { readonly message: string | undefined };

const CHOICE: Omit<AskField, 'label'> = { name: 'choice', maxLength: 4 };
const LABEL: Omit<AskField, 'label'> = { name: 'label', maxLength: MAX_LABEL_COLUMNS };

/** The authenticator apps of the caller: lists, adds, renames and removes them, one by one. */
export async function manageApps(context: MenuContext, actions: AppActions): Promise<Transition> {
  const { say, services, caller } = context;
  if (!hasSecondFactor(userOf(caller))) return sayStatus(context, 'otpNotEnabled');
  // Who came in by an entry code binds a new factor first, in place of all apps (rule N1).
  if (caller.login.bindsFirst === true) return sayText(context, say(BIND_FIRST), 'problem');
  let message: string | undefined;
  for (;;) {
    const { apps } = await services.enrollment.status(userOf(caller).id);
    if (apps.length === 0) return { kind: 'redraw' };
    const answer = await context.ask({
      prompt: 'twoFactorApps',
      title: say('factor.apps'),
      text: [
        ...appLines(context, apps),
        '',
        say('factor.apps-add'),
        say('factor.apps-rename'),
        say('factor.apps-remove'),
      ],
      fields: [{ ...CHOICE, label: say('factor.apps-choice') }],
      ...(message === undefined ? {} : { message }),
    });
    if (answer === undefined) return { kind: 'redraw' };
    const outcome = await choose(context, actions, { apps, typed: answer['choice'] ?? '' });
    if ('leave' in outcome) return outcome.leave;
    ({ message } = outcome);
  }
}

/** Two rows for each, so that forty columns have room for them. */
function appLines(context: MenuContext, apps: readonly AppFacts[]): readonly string[] {
  const { say } = context;
  return apps.flatMap(({ label, boundAtMs, usedAtMs }, at) => {
    const nowMs = context.services.clock.nowMs();
    const added = formatMoment(boundAtMs, { nowMs, hasTime: false, say });
    return [
      `${at + 1}  ${label}`,
      usedAtMs === undefined
        ? `   ${say('factor.app-unused', { added })}`
        : `   ${say('factor.app-used', { added, used: formatMoment(usedAtMs, { nowMs, hasTime: true, say }) })}`,
    ];
  });
}

async function choose(
  context: MenuContext,
  actions: AppActions,
  { apps, typed }: { readonly apps: readonly AppFacts[]; readonly typed: string },
): Promise<Outcome> {
  const [, letter = '', number = ''] = /^([adr])\s*(\d?)$/i.exec(typed.trim()) ?? [];
  const verb = letter.toLowerCase();
  if (verb === 'a' && number === '') return add(context, actions, apps);
  const app = number === '' && apps.length === 1 ? apps[0] : apps[Number(number) - 1];
  if (verb === '' || verb === 'a' || app === undefined)
    return { message: context.say('factor.apps-unknown') };
  if (verb === 'r') return rename(context, app);
  return apps.length === 1 ? { leave: await actions.switchOff() } : remove(context, app);
}

async function add(
  context: MenuContext,
  { mail }: AppActions,
  apps: readonly AppFacts[],
): Promise<Outcome> {
  const { say, services, caller } = context;
  const { id } = userOf(caller);
  if (apps.length >= MAX_APPS) return { message: say('factor.app-too-many', { count: MAX_APPS }) };
  const answer = await context.ask({
    prompt: 'twoFactorAppName',
    title: say('factor.add-app'),
    text: [say('factor.app-name-text')],
    fields: [{ ...LABEL, label: say('factor.app-name') }],
    check: async ({ label = '' }) => {
      const why = await services.enrollment.whyNotAdded(id, label);
      return why === undefined ? undefined : { message: problem(context, why), field: 'label' };
    },
  });
  if (answer === undefined) return { message: say('factor.left') };
  const label = answer['label'] ?? '';
  const type = OTP_TYPE_NAMES[Number(context.screen.value(TYPE))] ?? DEFAULT_OTP_TYPE;
  if (!offers(context, 'terminal')) return { leave: await mail(type, label) };
  const proof = await proveAgain(context, {
    title: say('factor.add-app'),
    text: [say('factor.add-app-proof')],
  });
  if (proof.kind === 'out') return { leave: proof.transition };
  if (proof.kind === 'cancelled') return { message: say('factor.left') };
  const end = await setUpHere(context, type, label);
  if (end === 'ended') return { leave: farewell(context) };
  return { message: end === 'on' ? say('factor.app-added', { label }) : say(`factor.${end}`) };
}

async function remove(context: MenuContext, { label, binding }: AppFacts): Promise<Outcome> {
  const { say, services, caller } = context;
  const proof = await proveAgain(context, {
    title: say('factor.remove-app'),
    text: [say('factor.remove-app-proof', { label })],
  });
  if (proof.kind === 'out') return { leave: proof.transition };
  if (proof.kind === 'cancelled') return { message: say('factor.left') };
  const { id } = userOf(caller);
  const done = await services.enrollment.removeApp(id, binding, actorOf(caller));
  if ((await caller.login.refresh()) === 'end') return { leave: farewell(context) };
  return { message: done ? say('factor.app-removed', { label }) : say('factor.app-gone') };
}

async function rename(context: MenuContext, app: AppFacts): Promise<Outcome> {
  const { say, services, caller } = context;
  const answer = await context.ask({
    prompt: 'twoFactorAppName',
    title: say('factor.rename-app'),
    text: [say('factor.rename-app-text', { label: app.label })],
    fields: [{ ...LABEL, label: say('factor.app-name') }],
    check: async ({ label = '' }) => {
      const named = { binding: app.binding, label };
      const { id } = userOf(caller);
      const why = await services.enrollment.renameApp(id, named, actorOf(caller));
      return why === undefined ? undefined : { message: problem(context, why), field: 'label' };
    },
  });
  return { message: say(answer === undefined ? 'factor.left' : 'factor.app-renamed') };
}

function problem({ say }: MenuContext, why: AppProblem): string {
  if (why === 'too-many') return say('factor.app-too-many', { count: MAX_APPS });
  if (why === 'too-long') return say('factor.app-too-long', { count: MAX_LABEL_COLUMNS });
  return say(`factor.app-${why}`);
}

/** The other calls of the account end with such a change, and this one where something else happened too. */
function farewell(context: MenuContext): Transition {
  const message = context.say(context.caller.login.farewell ?? 'call.account-changed');
  return { kind: 'log-off', message, reason: 'ended' };
}
