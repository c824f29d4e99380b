import { acceptedKinds, questionFor } from '../../auth/factor-kinds';
import { rejectionSentence, triesSentence, typingProblem } from './login-answer';
import type { AskField, MenuContext, Transition } from './module';

/** The result of asking a caller to prove the identity again. */
type Proof =
  | { readonly kind: 'proved' }
  | { readonly kind: 'cancelled' }
  /** The session may not go on. */
  | { readonly kind: 'out'; readonly transition: Extract<Transition, { kind: 'log-off' }> };

const PASSWORD: AskField = { name: 'password', label: 'Password', password: true, maxLength: 128 };
const CODE: Omit<AskField, 'label'> = { name: 'code', password: true, maxLength: 32 };

/**
 * Asks for the password, and for a current code where the account has a second factor, before
 * something sensitive (rule D18). Counted and throttled like a sign-in, by the login itself.
 */
export async function proveAgain(
  context: Pick<MenuContext, 'caller' | 'ask'>,
  question: { readonly title: string; readonly text: readonly string[] },
): Promise<Proof> {
  const { login } = context.caller;
  // Who came in by an entry code has no code; the password is all that can be asked for (rule N1).
  const hasCode = login.user !== undefined && login.bindsFirst !== true;
  const kinds = hasCode && login.user !== undefined ? acceptedKinds(login.user) : [];
  const withCode = kinds.length > 0;
  const fields = withCode ? [PASSWORD, { ...CODE, label: questionFor(kinds) }] : [PASSWORD];
  let message: string | undefined;
  for (;;) {
    const answer = await context.ask({
      prompt: withCode ? 'proofPasswordAndCode' : 'proofPassword',
      title: question.title,
      text: question.text,
      fields,
      ...(message === undefined ? {} : { message }),
    });
    if (answer === undefined) return { kind: 'cancelled' };
    const password = answer['password'] ?? '';
    const code = withCode ? (answer['code'] ?? '') : undefined;
    const typed = { password, ...(code === undefined ? {} : { code }) };
    message = typingProblem(typed, context.caller.terminal);
    if (message !== undefined) continue;
    const result = await login.confirm({ password, code });
    if (result.kind === 'accepted') return { kind: 'proved' };
    const rejected = result.kind === 'rejected' ? result : undefined;
    if (rejected?.reason === 'bad-credential' || rejected === undefined) {
      const tries = triesSentence(rejected?.triesLeft);
      message = `${withCode ? wrongProof(rejected?.clockIsOff) : 'Wrong password.'}${tries}`;
      continue;
    }
    message = rejectionSentence(rejected, 2, context.caller.terminal);
    if (rejected.reason === 'too-many' || rejected.reason === 'changed') {
      const reason = rejected.reason === 'changed' ? 'ended' : 'too-many';
      return { kind: 'out', transition: { kind: 'log-off', message, reason } };
    }
  }
}

function wrongProof(clockIsOff: true | undefined): string {
  return `Wrong password or code. ${clockIsOff ? 'Check the clock of your phone.' : 'Each code works only once.'}`;
}
