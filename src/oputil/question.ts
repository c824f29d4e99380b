import { BbsError } from '../base/errors';
import type { CommandContext } from './command-context';

/** Asks for a yes; with -n or --yes the answer is yes, and whatever is not yes is no. */
async function confirms(context: CommandContext, question: string, yes = false): Promise<boolean> {
  if (yes || !context.mayAsk) return true;
  const answer = await context.io.readLine(`${question} [y/N] `);
  return /^y(es)?$/i.test(answer.trim());
}

/** The same for what must not be done without a yes. */
export async function confirmOrStop(
  context: CommandContext,
  question: string,
  yes = false,
): Promise<void> {
  if (await confirms(context, question, yes)) return;
  throw new BbsError('USER_INVALID', 'nothing was changed; answer y, or use --yes');
}
