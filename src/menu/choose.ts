import { evaluateAcs } from '../acs/acs';
import type { AcsSubject } from '../acs/subject';
import type { Random } from '../base/random';
import type { Choice } from './menu-entry';

/** What a `next`, `action` or `art` comes to for this caller; undefined when no condition holds. */
export function choose<Value>(
  choice: Choice<Value>,
  subject: AcsSubject,
  random: Random,
): Value | undefined {
  if (choice.pick === 'random') {
    return choice.options.length === 0
      ? undefined
      : choice.options[random.below(choice.options.length)]?.value;
  }
  return choice.options.find(
    (option) => option.acs === undefined || evaluateAcs(option.acs, subject),
  )?.value;
}
