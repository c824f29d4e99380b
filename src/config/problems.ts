import { BbsError, formatPlace } from '../base/errors';
import type { ErrorCode, Place } from '../base/errors';

/** One problem in a sysop's file, with its place. */
export interface Problem {
  readonly place: Place;
  readonly message: string;
  /** What kind of problem it is: those of one kind are told in one line (`warning-kinds.ts`). */
  readonly kind?: string;
  /** One that a start goes on with and that an edit of a running board must not bring. */
  readonly isMistake?: true;
  /** The end of the message that tells what a start does in place of what was written. */
  readonly instead?: string;
}

/** A mistake that a start goes on with, and what it does in place of what was written. */
export function passedOver(problem: Problem, instead: string): Problem {
  return { ...problem, message: `${problem.message}; ${instead}`, isMistake: true, instead };
}

/** The same where an edit of a running board brought it: nothing of the edit counts. */
export function asRefused(problem: Problem): Problem {
  const { message, instead } = problem;
  if (instead === undefined) return problem;
  const wrong = message.slice(0, -instead.length);
  return { ...problem, message: `${wrong}the board goes on with what it had` };
}

/** One that no line of a file is to blame for: what a default names is missing. */
export type UnplacedProblem = Pick<Problem, 'message' | 'kind'> & {
  readonly place?: Place | undefined;
};

export function formatProblem({ place, message }: UnplacedProblem): string {
  return place === undefined ? message : `${formatPlace(place)}: ${message}`;
}

/** All problems of a file at once, so that they can be corrected together. */
export class InvalidFileError extends BbsError {
  readonly problems: readonly UnplacedProblem[];

  constructor(code: ErrorCode, problems: readonly [UnplacedProblem, ...UnplacedProblem[]]) {
    const [first, ...others] = problems;
    const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
    super(code, `${first.message}${more}`, { place: first.place });
    this.problems = problems;
  }

  /** One line for each problem. */
  override describe(): string {
    return this.problems.map(formatProblem).join('\n');
  }
}

/** Throws all of them as one InvalidFileError; does nothing when there are none. */
export function throwProblems(code: ErrorCode, problems: readonly Problem[]): void {
  const [first, ...others] = [...problems].sort(byPlace);
  if (first !== undefined) throw new InvalidFileError(code, [first, ...others]);
}

/** By file, line and column. */
export function byPlace(
  { place: a }: Pick<Problem, 'place'>,
  { place: b }: Pick<Problem, 'place'>,
): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}

/** Returns the place of each position in a text. */
export function placeFinder(text: string, file: string): (at: number) => Place {
  const lineStarts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
    lineStarts.push(at + 1);
  }
  // Most are asked for in the order of the text, so the line is that of the one before, or the next.
  let line = 0;
  const begins = (index: number): number => lineStarts[index] ?? Infinity;
  return (at) => {
    if (begins(line) <= at && at >= begins(line + 1)) line += 1;
    if (at < begins(line) || at >= begins(line + 1)) line = lineOf(lineStarts, at);
    return { file, line: line + 1, column: at - begins(line) + 1 };
  };
}

/** The last line that begins at the position or before it. */
function lineOf(lineStarts: readonly number[], at: number): number {
  let low = 0;
  let high = lineStarts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((lineStarts[middle] ?? 0) <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}
