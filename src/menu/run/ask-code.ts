import { acceptedKinds, questionFor } from '../../auth/factor-kinds';
import type { User } from '../../store/users';
import { rejectionSentence, typingProblem } from './login-answer';
import type { SetUpContext } from './set-up-here';

/** How a step up to factor 2 ended. */
export type StepUpEnd =
  | { readonly kind: 'go-on' }
  | { readonly kind: 'stay'; readonly sentence: string }
  | { readonly kind: 'log-off'; readonly sentence: string };

/** Asks a caller of factor 1 for a code of the second factor, counted as at a sign-in. */
export async function askForCode(
  context: SetUpContext,
  user: User,
  { endsCall = false }: { readonly endsCall?: boolean } = {},
): Promise<StepUpEnd> {
  const label = questionFor(acceptedKinds(user));
  const { login, terminal } = context.caller;
  let message: string | undefined;
  for (;;) {
    const answer = await context.ask({
      prompt: 'twoFactorStepUp',
      title: context.say('factor.step-up'),
      text: [context.say('factor.step-up-code')],
      fields: [{ name: 'code', label, password: true, maxLength: 40 }],
      endsCall,
      ...(message === undefined ? {} : { message, isAgain: true }),
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
