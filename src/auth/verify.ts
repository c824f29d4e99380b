import { isUnknownOutcome } from '../store/database';
import { BbsError } from '../base/errors';
import { sourceOf } from '../base/source';
import { findUserByName } from '../store/users';
import { readSignInByName } from '../store/sign-in';
import type { User } from '../store/users';
import { attemptCharged } from './charged-attempt';
import { hasSecondFactor } from './factor-kinds';
import { checkFirstFactor } from './first-factor';
import type { LoginOrigin } from './login';
import {
  type AttemptContext,
  type LoginDeps,
  placeOfAttempt,
  recordFailure,
  type Rejection,
} from './login-attempt';
import { checkSecondFactor } from './second-step';

/** Every answer to "is this right for this account?", with its meaning. */
export const VERDICTS = {
  ok: 'all that was given is right, and is all that the account asks for; a code is used up by it',
  missing: 'a code is asked for as well, or there is no such account',
  wrong:
    'the password or the code is wrong, or nobody may sign in to the account, or there is none',
  spent: 'the code was right, and was used before',
  none: 'no password was given, and the account has no second factor: there is nothing to ask for',
  throttled: 'too many wrong ones before this one, which was not looked at',
  'try-later': 'the board cannot tell now; nothing was charged',
} as const satisfies Record<string, string>;

export interface Verdict {
  readonly result: keyof typeof VERDICTS;
  /** For throttled, where waiting helps. */
  readonly retryAfterSeconds?: number;
}

/** A question of a program that trusts this board with its accounts. */
export interface Question {
  readonly userName: string;
  /** Left out where the one who asks has checked it. */
  readonly password?: string | undefined;
  readonly code?: string | undefined;
  readonly origin: LoginOrigin;
  /** False where the origin is that of a program and not of a person, who alone is penalized for guesses. */
  readonly isOfPerson: boolean;
  /** True where the board asks a second factor of an account (rule P1). */
  readonly isDemanded: (user: User) => boolean;
}

/**
 * Checks what a person gave to another program by the operations of the sign-in, with its budgets, waits, spending and
 * record (rule P8); nobody is signed in by it. A code alone is checked for whoever vouches for the first factor.
 */
export async function verifyCredentials(given: LoginDeps, question: Question): Promise<Verdict> {
  const parts = question.isOfPerson ? given : { ...given, penalize: () => undefined };
  const startedMs = parts.clock.monotonicMs();
  if (!parts.mayGrant()) return LATER;
  try {
    const verdict = (await parts.room.run(() => verify(parts, question))) ?? LATER;
    // One time for all that could tell something of an account (rule C4).
    if (verdict.result !== 'ok' && verdict.result !== 'try-later')
      await parts.delayRejection(question.userName, startedMs);
    return verdict;
  } catch (error) {
    const isKnown = error instanceof BbsError && error.code === 'STORE_FAILED';
    if (!isKnown && !isUnknownOutcome(error)) throw error;
    const { remoteIp, server, node } = question.origin;
    parts.log.error('login.not-recorded', { remoteIp, server, node, error });
    return LATER;
  }
}

const LATER: Verdict = { result: 'try-later' };

async function verify(parts: LoginDeps, question: Question): Promise<Verdict> {
  const { userName, password, code, origin } = question;
  // Without a session: a proof, as that of somebody who is signed in.
  const attempt = { origin, source: sourceOf(origin.remoteIp), sessionId: undefined };
  let user: User | undefined;
  // Who must have a factor and has none gets in nowhere without it.
  const isOpen = (of: User): boolean => of.status === 2 && !question.isDemanded(of);
  if (password === undefined) {
    user = await parts.db.run((sql) => findUserByName(sql, userName));
    if (user === undefined) return verifyNobody(parts, attempt, { userName, code });
    if (!hasSecondFactor(user)) return { result: isOpen(user) ? 'none' : 'missing' };
  } else {
    const first = await checkFirstFactor(parts, attempt, { kind: 'password', userName, password });
    if (first.kind === 'rejected') return verdictOf(first);
    user = first.value.user;
    if (!hasSecondFactor(user)) return { result: isOpen(user) ? 'ok' : 'missing' };
  }
  if (code === undefined) return { result: 'missing' };
  const second = await checkSecondFactor(parts, attempt, {
    ...{ code, proven: user, isVouched: password === undefined },
  });
  return second.kind === 'rejected' ? verdictOf(second) : { result: 'ok' };
}

/** A name that no account has is answered as an account with a factor, after the same work. */
async function verifyNobody(
  parts: LoginDeps,
  attempt: AttemptContext,
  { userName, code }: Pick<Question, 'userName' | 'code'>,
): Promise<Verdict> {
  if (code === undefined) return { result: 'missing' };
  const place = placeOfAttempt(parts, attempt);
  const { isKnownPlace } = await parts.db.run((sql) => readSignInByName(sql, userName, place));
  const failure = { kind: 'second-factor', factor: 1, user: undefined } as const;
  const by = { userName, factor: 'second', isKnownPlace, failure } as const;
  const checked = await attemptCharged(parts, attempt, by, async () => {
    await parts.db.transaction('nothing-shared', (sql) => parts.secondFactor.verify(sql, 0, code));
    return recordFailure(parts, attempt, { ...failure, why: 'unknown', reason: 'bad-credential' });
  });
  return verdictOf(checked);
}

function verdictOf({ reason, retryAfterMs, isSpent }: Rejection): Verdict {
  switch (reason) {
    case 'wait':
      return { result: 'throttled', retryAfterSeconds: Math.ceil((retryAfterMs ?? 0) / 1000) };
    case 'factor-disabled':
    case 'too-many':
      return { result: 'throttled' };
    case 'busy':
    case 'try-later':
    case 'unsure':
    case 'changed':
      return LATER;
    default:
      return { result: isSpent === true ? 'spent' : 'wrong' };
  }
}
