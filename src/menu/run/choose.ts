import { evaluateAcs } from '../../acs/acs';
import type { AcsSubject } from '../../acs/subject';
import type { Random } from '../../base/random';
import type { Choice, FieldMatch, SubmitRule } from '../load/menu-entry';

/** Evaluates `next`, `action` or `art` for this caller; undefined when no condition holds. */
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

/** The first rule whose conditions all match the values (contract A2.2). */
export function matchSubmit(
  rules: readonly SubmitRule[],
  values: Readonly<Record<string, unknown>>,
): SubmitRule | undefined {
  return rules.find((rule) => rule.match.every((condition) => matches(condition, values)));
}

function matches(condition: FieldMatch, values: Readonly<Record<string, unknown>>): boolean {
  if (!Object.hasOwn(values, condition.field)) return false;
  if (condition.equals === null) return true;
  const value = values[condition.field];
  // hjson reads an unquoted 1 as a number while a field holds text; they are equal here.
  return value === condition.equals || String(value) === String(condition.equals);
}
