import { findViewType } from '../../views/registry';
import type { Choice, FormEntry, Target, ViewEntry } from './menu-entry';
import { asTree, type Tree } from './theme';

/** What `@systemMethod:login` reads: the values of the views with these names. */
export const SIGN_IN_FIELDS: readonly string[] = ['username', 'password'];

/** By the method that reads them: the fields without which no caller gets in. */
const FIELDS_OF: Readonly<Record<string, readonly string[]>> = {
  login: SIGN_IN_FIELDS,
  login2FA_OTP: ['token'],
};

interface Rule {
  readonly action: Choice<Target> | undefined;
}

/** All that a form does: what its views submit, and its keys. */
export function rulesOf({ submit, actionKeys }: FormEntry): readonly Rule[] {
  return [...[...submit.values()].flat(), ...actionKeys];
}

/**
 * The fields that callers must fill in to get in by these rules: name and password, or the code. None where
 * the form does not ask for all that is read.
 */
export function neededFields(
  views: readonly ViewEntry[],
  rules: Iterable<Rule>,
): readonly ViewEntry[] {
  const targets = [...rules].flatMap(({ action }) => action?.options ?? []);
  const methods = targets.flatMap(({ value }) =>
    value.kind === 'system-method' && Object.hasOwn(FIELDS_OF, value.name) ? [value.name] : [],
  );
  return [...new Set(methods)].flatMap((method) => fieldsNamed(views, FIELDS_OF[method] ?? []));
}

/** The views that have a value of these names; none where one of the names has no view. */
export function fieldsNamed(
  views: readonly ViewEntry[],
  names: readonly string[],
): readonly ViewEntry[] {
  const fields = names.flatMap(
    (name) =>
      views.find(
        ({ code, properties }) =>
          properties['argName'] === name && findViewType(code)?.hasValue === true,
      ) ?? [],
  );
  return fields.length < names.length ? [] : fields;
}

/** Those of these fields that stand nowhere: art does not place them, and neither menu nor theme has a `position`. */
export function unplacedFields(
  fields: readonly ViewEntry[],
  placed: readonly { readonly code: string; readonly id: number }[],
  themed: Tree = {},
): readonly ViewEntry[] {
  return fields.filter(
    ({ mci, code, id, properties }) =>
      id !== undefined &&
      { ...properties, ...asTree(themed[mci]) }['position'] === undefined &&
      !placed.some((place) => place.id === id && place.code === code),
  );
}
