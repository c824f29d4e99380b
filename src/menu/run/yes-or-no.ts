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
  let { message } = question;
  for (;;) {
    const answer = await context.ask({
      ...question,
      fields: [{ name: FIELD, label, maxLength: 3 }],
      isYesOrNo: true,
      ...(message === undefined ? {} : { message }),
    });
    if (answer === undefined) return undefined;
    const typed = (answer[FIELD] ?? '').trim().toLowerCase();
    if (typed === 'y' || typed === 'yes') return true;
    if (typed === 'n' || typed === 'no') return false;
    message = context.say('factor.yes-or-no');
  }
}
