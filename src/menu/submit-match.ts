import type { FieldMatch, SubmitRule } from './menu-entry';

/** The first rule whose every condition the values meet (contract A2.2). */
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
  // hjson reads an unquoted 1 as a number while a field holds text: both mean the same here.
  return value === condition.equals || String(value) === String(condition.equals);
}
