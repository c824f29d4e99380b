import { type AttemptPlace, readSignInByName, type SignInFacts } from '../store/sign-in';
import type { Sql } from '../store/database';
import { withoutHaste } from '../store/user-name';
import {
  type AttemptContext,
  type CheckResult,
  type Failure,
  type LoginDeps,
  recordFailure,
  type Rejection,
} from './login-attempt';
import type { AttemptBy, Charged } from './regulator';

/** What a sign-in by a name needs to know of its account. */
export interface NamedFacts extends SignInFacts {
  readonly userName: string;
  readonly asksForHaste?: true;
}

/**
 * The account of this name, else the one of `NAME!` without its mark. Whether there is one or not, it is charged as the
 * name without the mark: a budget of its own would tell that there is none (rule C4).
 */
export async function readNamed(
  sql: Sql,
  userName: string,
  place: AttemptPlace,
): Promise<NamedFacts> {
  const found = await readSignInByName(sql, userName, place);
  const hasty = found.user === undefined ? withoutHaste(userName) : undefined;
  if (hasty === undefined) return { ...found, userName };
  const meant = await readSignInByName(sql, hasty, place);
  if (meant.user === undefined) return { ...found, userName: hasty };
  return { ...meant, userName: hasty, asksForHaste: true };
}

/** What an attempt is charged to, and how it is recorded where it is not checked. */
interface Charging extends Omit<AttemptBy, 'source' | 'userId'> {
  readonly failure: Pick<Failure, 'kind' | 'factor' | 'user'>;
}

/** Charges, then runs `check`; an attempt whose budget is used up is recorded and rejected unchecked (rule A11). */
export async function attemptCharged<T extends CheckResult<unknown>>(
  parts: LoginDeps,
  attemptContext: AttemptContext,
  { failure, ...by }: Charging,
  check: (charged: Charged) => Promise<T>,
): Promise<T | Rejection> {
  const { source } = attemptContext;
  const userId = failure.user?.id;
  const attempted = await parts.regulator.attempt({ ...by, source, userId }, check);
  switch (attempted.kind) {
    case 'checked':
      return attempted.value;
    case 'stopped':
      return recordFailure(parts, attemptContext, {
        ...failure,
        why: 'factor-disabled',
        reason: 'factor-disabled',
      });
    case 'busy':
      return recordFailure(parts, attemptContext, { ...failure, why: 'busy', reason: 'busy' });
    case 'wait': {
      const { retryAfterMs } = attempted;
      const wait = { why: 'wait', reason: 'wait', retryAfterMs } as const;
      return recordFailure(parts, attemptContext, { ...failure, ...wait });
    }
  }
}
