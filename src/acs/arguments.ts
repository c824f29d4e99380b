import { isDigits, onlyNumber } from './codes';
import type { AcsCode } from './codes';
import type { AcsArgument } from './parse';

/** What is wrong with a code's argument. One that is not usable makes the code like one that there is not. */
interface ArgumentProblem {
  readonly text: string;
  readonly isUsable: boolean;
}

/** Describes a problem with a code's argument. ENiGMA½ gives some missing and surplus ones a meaning (contract A3.1). */
export function findArgumentProblem(
  entry: AcsCode,
  argument: AcsArgument,
): ArgumentProblem | undefined {
  const { code, form } = entry;
  const isMissing = argument.number === undefined && argument.items === undefined;
  if (form === 'none') {
    const text = `${code} takes no argument; what stands behind it is ignored`;
    return isMissing ? undefined : { text, isUsable: true };
  }
  if (isMissing && (form === 'least' || code === 'AF')) {
    return { text: `${code} needs a number; without one it counts as ${code}0`, isUsable: true };
  }
  const text = findWrongForm(entry, argument);
  return text === undefined
    ? undefined
    : { text: `${text}; as it stands it is never true`, isUsable: false };
}

/** What an argument would have to be, where it is something else. */
function findWrongForm(entry: AcsCode, argument: AcsArgument): string | undefined {
  const { code, form } = entry;
  const { number, items } = argument;
  switch (form) {
    case 'none':
    case 'any':
      return undefined;
    case 'factor': {
      // One of a list that there is not adds nothing, as long as another is there.
      const wanted = items ?? [String(number ?? '')];
      const known = code === 'AR' ? [1, 2] : [0, 1, 2];
      return wanted.every(isDigits) && wanted.some((item) => known.includes(Number(item)))
        ? undefined
        : `${code} needs a digit up to 2 behind it, or a list of them: ${code}1, ${code}[1,2]`;
    }
    case 'digit':
      return number === 0 || number === 1
        ? undefined
        : `${code} needs 0 or 1 behind it, e.g. ${code}1`;
    case 'least':
      return onlyNumber(argument) === undefined
        ? `${code} takes one number, e.g. ${code}10`
        : undefined;
    case 'numbers':
      return (items ?? [String(number ?? '')]).every(isDigits)
        ? undefined
        : `${code} needs a number or a list of numbers, e.g. ${code}[1,2]`;
    case 'names':
      return items === undefined ? `${code} needs a list in square brackets` : undefined;
    case 'property':
      return items?.length === 2
        ? undefined
        : `${code} needs a name and a value: ${code}[name,value]`;
  }
}

/** The problem of an argument that makes its code like one that there is not. */
export function findUnusable(entry: AcsCode, argument: AcsArgument): string | undefined {
  const problem = findArgumentProblem(entry, argument);
  return problem?.isUsable === false ? problem.text : undefined;
}
