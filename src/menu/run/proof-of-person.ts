import { acceptedKinds, questionFor } from '../../auth/factor-kinds';
import { asksForLineCode, secureWayOf } from './line-sign-in';
import { rejectionSentence, typingProblem, withTries } from './login-answer';
import type { AskField, MenuContext, Transition } from './module';

/** The result of asking a caller to prove the identity again. */
type Proof =
  | { readonly kind: 'proved' }
  | { readonly kind: 'cancelled' }
  /** The session may not go on. */
  | { readonly kind: 'out'; readonly transition: Extract<Transition, { kind: 'log-off' }> };

const PASSWORD: Omit<AskField, 'label'> = { name: 'password', password: true, maxLength: 128 };
const CODE: Omit<AskField, 'label'> = { name: 'code', password: true, maxLength: 32 };

/**
 * Asks for the password, and for a current code where the account has a second factor and none was
 * accepted in this call within `stepUpMinutes`, before something sensitive (rule D18). Counted and throttled like a
 * sign-in, by the login itself. On a line where no password is asked for, it says where to call instead (rule N7).
 */
export async function proveAgain(
  context: Pick<MenuContext, 'caller' | 'services' | 'ask' | 'say' | 'showPages'>,
  question: { readonly title: string; readonly text: readonly string[] },
): Promise<Proof> {
  const { say } = context;
  const { login } = context.caller;
  if (asksForLineCode(context)) {
    const way = secureWayOf(context.services);
    const sentence =
      way === undefined ? say('factor.not-over-line-ask') : say('factor.not-over-line', { way });
    await context.showPages({ title: question.title, lines: [sentence] });
    return { kind: 'cancelled' };
  }
  // Who came in by an entry code has no code; the password is all that can be asked for (rule N1).
  const hasCode = login.user !== undefined && login.bindsFirst !== true;
  const kinds = hasCode && login.user !== undefined ? acceptedKinds(login.user) : [];
  const ownPassword = { ...PASSWORD, label: say('factor.password') };
  const ownCode = { ...CODE, label: questionFor(kinds), help: say('factor.code-help') };
  let message: string | undefined;
  for (;;) {
    const withCode = kinds.length > 0 && login.hasFreshCode !== true;
    const fields = withCode
      ? [{ ...ownPassword, help: say('factor.password-help') }, ownCode]
      : [ownPassword];
    const answer = await context.ask({
      prompt: withCode ? 'proofPasswordAndCode' : 'proofPassword',
      title: question.title,
      text: question.text,
      fields,
      ...(message === undefined ? {} : { message, isAgain: true }),
    });
    if (answer === undefined) return { kind: 'cancelled' };
    const password = answer['password'] ?? '';
    const code = withCode ? (answer['code'] ?? '') : undefined;
    const typed = { password, ...(code === undefined ? {} : { code }) };
    message = typingProblem(say, typed, context.caller.terminal);
    if (message !== undefined) continue;
    const result = await login.confirm({ password, code });
    if (result.kind === 'accepted') return { kind: 'proved' };
    if (result.kind === 'need') {
      // The code has grown old while the password was typed.
      message = say('factor.code-too');
      continue;
    }
    const rejected = result;
    if (rejected.reason === 'bad-credential') {
      const wrong = withCode ? wrongProof(rejected.clockIsOff) : 'sign-in.wrong-password';
      message = withTries(say, wrong, rejected.triesLeft);
      continue;
    }
    message = rejectionSentence(say, rejected, 2, context.caller.terminal);
    if (rejected.reason === 'too-many' || rejected.reason === 'changed') {
      const reason = rejected.reason === 'changed' ? 'ended' : 'too-many';
      return { kind: 'out', transition: { kind: 'log-off', message, reason } };
    }
  }
}

function wrongProof(clockIsOff: true | undefined) {
  return clockIsOff ? 'sign-in.wrong-both-clock' : 'sign-in.wrong-both';
}
