import { acceptedKinds, hasSecondFactor, questionFor } from '../../auth/factor-kinds';
import { secureCall, secureWayTo } from '../../mail/links';
import { secureWayOf } from './line-sign-in';
import { rejectionSentence, typingProblem } from './login-answer';
import { offerSetUp } from './owed-factor';
import type { SetUpContext } from './set-up-here';

/** How a step up to factor 2 ended. */
type StepUpEnd =
  | { readonly kind: 'go-on' }
  | { readonly kind: 'stay'; readonly sentence: string }
  | { readonly kind: 'log-off'; readonly sentence: string };

/**
 * Brings a caller of factor 1 to factor 2 for a menu that asks for it (rule P3): by a code where the account has
 * a second factor, counted as at a sign-in; by the set-up of one where it has none.
 */
export async function stepUp(context: SetUpContext): Promise<StepUpEnd> {
  const { user, byLineCode } = context.caller.login;
  // Two codes of one app are one factor, and this line is none for a second (rule N7).
  if (byLineCode === true) return { kind: 'stay', sentence: elsewhere(context) };
  if (user !== undefined && hasSecondFactor(user)) {
    return askForCode(context, questionFor(acceptedKinds(user)));
  }
  const { registration } = context.services.config().users.twoFactorAuth;
  if (!context.caller.secure || !registration.includes('terminal')) {
    return { kind: 'stay', sentence: elsewhere(context) };
  }
  const text = (): string => context.say('factor.without-closed');
  const end = await offerSetUp(context, { title: context.say('factor.step-up'), text });
  return end === 'no' ? { kind: 'stay', sentence: context.say('factor.step-up-closed') } : end;
}

async function askForCode(context: SetUpContext, label: string): Promise<StepUpEnd> {
  const { login, terminal } = context.caller;
  let message: string | undefined;
  for (;;) {
    const answer = await context.ask({
      prompt: 'twoFactorStepUp',
      title: context.say('factor.step-up'),
      text: [context.say('factor.step-up-code')],
      fields: [{ name: 'code', label, password: true, maxLength: 40 }],
      ...(message === undefined ? {} : { message }),
    });
    if (answer === undefined)
      return { kind: 'stay', sentence: context.say('factor.step-up-closed') };
    const code = answer['code'] ?? '';
    message = typingProblem(context.say, { code }, terminal);
    if (message !== undefined) continue;
    const result = await login.submit({ kind: 'second-factor', code });
    if (result.kind !== 'rejected') {
      await context.caller.signedIn();
      return { kind: 'go-on' };
    }
    message = rejectionSentence(context.say, result, 2, terminal);
    const { reason } = result;
    if (reason !== 'bad-credential' && reason !== 'wait' && reason !== 'busy') {
      return { kind: 'log-off', sentence: message };
    }
  }
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
