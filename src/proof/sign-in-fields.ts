import type {
  Choice,
  FormEntry,
  MenuEntry,
  MenuSet,
  Target,
  ViewEntry,
} from '../menu/load/menu-entry';
import { findViewType } from '../views/registry';

/** What `@systemMethod:login` reads: the values of the views with these names. */
export const SIGN_IN_FIELDS = ['username', 'password'] as const;

interface Rule {
  readonly action: Choice<Target> | undefined;
}

/** Does one of these rules sign the caller in? */
export function doSignIn(rules: Iterable<Rule>): boolean {
  return [...rules].some(({ action }) =>
    action?.options.some(({ value }) => value.kind === 'system-method' && value.name === 'login'),
  );
}

/** The names of the views into which a caller can type or choose. */
function fieldsOf(views: readonly ViewEntry[]): readonly unknown[] {
  return views
    .filter(({ code }) => findViewType(code)?.hasValue === true)
    .map(({ properties }) => properties['argName']);
}

/** Has the menu a form, or a prompt, in which all that a sign-in needs can be filled in? */
export function asksWhoCalls(menu: MenuEntry, set: Pick<MenuSet, 'prompts'>): boolean {
  const prompt = menu.prompt === undefined ? undefined : set.prompts.get(menu.prompt.name);
  const asking = menu.forms.filter((form) => doSignIn(rulesOf(form))).map(({ views }) => views);
  const prompted = [...menu.submit, ...(prompt?.actionKeys ?? [])];
  if (prompt !== undefined && doSignIn(prompted)) asking.push(prompt.views);
  return asking.some((views) => {
    const fields = fieldsOf(views);
    return SIGN_IN_FIELDS.every((field) => fields.includes(field));
  });
}

function rulesOf({ submit, actionKeys }: FormEntry): readonly Rule[] {
  return [...[...submit.values()].flat(), ...actionKeys];
}
