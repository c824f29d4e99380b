import { toError } from '../base/errors';
import { BACKUP_CODE_COUNT } from '../auth/backup-codes';
import { otpTypeOf } from '../auth/factor-kinds';
import type { OwnEnrollment } from '../auth/set-up';
import { userOf } from '../menu/run/caller';
import type { MenuContext } from '../menu/run/module';
import type { Say } from '../texts/texts';
import { needsSheets } from './one-time-sheet';
import type { RowOf } from './row-fields';

/** The list of what can be done now, where the art has one. */
export const ACTIONS_VIEW = 4;

/** What a caller can do with the second factor: the key of each. */
const KEYS = {
  here: 'O',
  anew: 'O',
  mail: 'M',
  qr: 'Q',
  secret: 'S',
  drop: 'D',
  codes: 'N',
  apps: 'A',
  sheet: 'P',
  off: 'F',
} as const;

export type TwoFactorAction = keyof typeof KEYS;

/** What decides which actions there are. */
interface FactorState {
  readonly isOn: boolean;
  /** The set-up that this call has begun and that waits for its first code. */
  readonly pending: OwnEnrollment | undefined;
  /** undefined where it could not be looked up. */
  readonly codesLeft: number | undefined;
  /** How many authenticator apps the account has. */
  readonly apps: number;
}

/** The set-up that this call has begun; of any other it learns nothing (rule M2). */
export function ownSetUp({ services, caller }: MenuContext): Promise<OwnEnrollment | undefined> {
  return services.enrollment.pendingFor(userOf(caller).id, caller.login.sessionId);
}

/** True where a set-up may be finished in this way here. */
export function offers({ services }: MenuContext, way: 'terminal' | 'email'): boolean {
  return services.config().users.twoFactorAuth.registration.includes(way);
}

export async function readFactorState(context: MenuContext): Promise<FactorState> {
  const user = userOf(context.caller);
  const isOn = otpTypeOf(user) !== undefined;
  try {
    const pending = await ownSetUp(context);
    const status = isOn ? await context.services.enrollment.status(user.id) : undefined;
    const { backupCodesLeft: codesLeft, apps = [] } = status ?? {};
    return { isOn, pending, codesLeft, apps: apps.length };
  } catch (thrown) {
    // The screen is of use without it, e.g. to read what it says.
    context.caller.log.warn('two-factor.show-failed', { error: toError(thrown) });
    return { isOn, pending: undefined, codesLeft: undefined, apps: 0 };
  }
}

/** Shows the state, the way on from it, and what can be done in it; nothing else is offered. */
export function showFactorState(context: MenuContext, state: FactorState): void {
  const { screen } = context;
  if (screen.has(ACTIONS_VIEW)) {
    const actions = actionsIn(context, state);
    screen.setItems(
      ACTIONS_VIEW,
      actions.map((action): RowOf<'user_2fa_otp_config'> => ({
        ...{ key: KEYS[action], text: context.say(`action.${action}`), data: action },
      })),
    );
    screen.select(ACTIONS_VIEW, 0);
  }
  screen.setCustom('stateFormat', factorValues(context.say, state));
}

function actionsIn(context: MenuContext, { isOn, pending }: FactorState): TwoFactorAction[] {
  const isBinding = context.caller.login.bindsFirst === true;
  const can: Readonly<Record<TwoFactorAction, boolean>> = {
    qr: pending !== undefined,
    secret: pending !== undefined,
    here: !isOn && offers(context, 'terminal'),
    codes: isOn && !isBinding,
    apps: isOn && !isBinding,
    anew: isOn && offers(context, 'terminal'),
    mail: offers(context, 'email'),
    drop: pending !== undefined,
    sheet: !isBinding && needsSheets(context),
    off: isOn && !isBinding && !context.mustHaveFactor,
  };
  return (Object.keys(can) as TwoFactorAction[]).filter((action) => can[action]);
}

/** What the formats `stateFormatNN` may hold. */
function factorValues(say: Say, state: FactorState): Readonly<Record<string, string>> {
  const { isOn, pending } = state;
  const waits = pending === undefined ? '' : say('action.state-waits');
  const numbered = Object.fromEntries(
    stepsOf(say, state).flatMap((step, index) => [
      [`step${index + 1}`, step],
      [`number${index + 1}`, step === '' || isSettled(state) ? '' : `${index + 1}  `],
    ]),
  );
  return {
    state: say(isOn ? 'action.state-on' : 'action.state-off'),
    stateOn: isOn ? say('action.state-on') : '',
    stateOff: isOn ? '' : say('action.state-off'),
    heading: headingOf(say, state),
    waits: waits === '' ? '' : `, ${waits}`,
    ...numbered,
  };
}

function headingOf(say: Say, state: FactorState): string {
  if (isSettled(state)) return say('action.heading-codes');
  return say(state.pending === undefined ? 'action.heading-begin' : 'action.heading-finish');
}

/** Nothing is left to be done. */
function isSettled({ isOn, pending }: FactorState): boolean {
  return isOn && pending === undefined;
}

/** Three lines: the way to a second factor, or how many backup codes are left. */
function stepsOf(say: Say, state: FactorState): readonly [string, string, string] {
  const { pending, codesLeft, apps } = state;
  if (isSettled(state)) return [codesSentence(say, codesLeft), appsSentence(say, apps), ''];
  if (pending !== undefined) {
    return [
      say('action.step-scan-this'),
      say('action.step-type-there', { word: pending.word }),
      say('action.step-keep'),
    ];
  }
  return [say('action.step-scan'), say('action.step-type'), say('action.step-keep')];
}

function appsSentence(say: Say, count: number): string {
  return count < 2 ? '' : say('action.apps-count', { count });
}

function codesSentence(say: Say, left: number | undefined): string {
  if (left === undefined) return '';
  if (left === 0) return say('action.no-codes-left');
  return say('action.codes-left', { left, count: BACKUP_CODE_COUNT });
}
