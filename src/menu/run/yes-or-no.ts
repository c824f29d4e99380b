import type { Question } from './module';
import type { SetUpContext } from './set-up-here';

const FIELD = 'answer';

/**
 * Asks until the answer is yes or no; one key answers, and line by line a line of `y`, `yes`, `n` or `no`.
 * undefined where the caller cancels.
 */
export async function askYesOrNo(
  context: Pick<SetUpContext, 'ask' | 'say'>,
  { label, ...question }: Omit<Question, 'fields' | 'check' | 'isYesOrNo'> & { label: string },
): Promise<boolean | undefined> {
  let again: Pick<Question, 'message' | 'isAgain'> = {};
  for (;;) {
    const answer = await context.ask({
      ...question,
      fields: [{ name: FIELD, label, maxLength: 3 }],
      isYesOrNo: true,
      ...again,
    });
    if (answer === undefined) return undefined;
    const typed = (answer[FIELD] ?? '').trim().toLowerCase();
    if (typed === 'y' || typed === 'yes') return true;
    if (typed === 'n' || typed === 'no') return false;
    again = { message: context.say('factor.yes-or-no'), isAgain: true };
  }
}
