import { hasSecondFactor } from '../../auth/factor-kinds';
import { secureCall, secureWayTo } from '../../mail/links';
import { askForCode, type StepUpEnd } from './ask-code';
import { secureWayOf } from './line-sign-in';
import { offerSetUp } from './owed-factor';
import type { SetUpContext } from './set-up-here';

/**
 * Brings a caller of factor 1 to factor 2 for a menu that asks for it (rule P3): by a code where the account has
 * a second factor, counted as at a sign-in; by the set-up of one where it has none.
 */
export async function stepUp(context: SetUpContext): Promise<StepUpEnd> {
  const { user, byLineCode } = context.caller.login;
  // Two codes of one app are one factor, and this line is none for a second (rule N7).
  if (byLineCode === true) return { kind: 'stay', sentence: elsewhere(context) };
  if (user !== undefined && hasSecondFactor(user)) {
    return askForCode(context, user);
  }
  const { registration } = context.services.config().users.twoFactorAuth;
  if (!context.caller.secure || !registration.includes('terminal')) {
    return { kind: 'stay', sentence: elsewhere(context) };
  }
  const text = (): string => context.say('factor.without-closed');
  const end = await offerSetUp(context, { title: context.say('factor.step-up'), text });
  return end === 'no' ? { kind: 'stay', sentence: context.say('factor.step-up-closed') } : end;
}

function elsewhere({ caller, services, say }: SetUpContext): string {
  const { user, byLineCode } = caller.login;
  if (byLineCode === true && user !== undefined && hasSecondFactor(user)) {
    const call = secureWayOf(services);
    return call === undefined
      ? say('factor.step-up-ask')
      : say('factor.step-up-call', { way: call });
  }
  const way = caller.secure ? undefined : secureWayTo(services.listening());
  return way === undefined
    ? say('factor.step-up-ask')
    : say('factor.step-up-secure-way', { way: secureCall(services.config(), way) });
}
