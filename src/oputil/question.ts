import type { Desk } from './desk';

/** Asks for a yes; with -n the answer is yes, and whatever is not yes is no. */
export async function confirms(desk: Desk, question: string): Promise<boolean> {
  if (!desk.mayAsk) return true;
  const answer = await desk.io.readLine(`${question} [y/N] `);
  return /^y(es)?$/i.test(answer.trim());
}
