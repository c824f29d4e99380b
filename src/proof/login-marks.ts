import type { Choice, MenuEntry, MenuSet, Target } from '../menu/load/menu-entry';

/** A menu that callers may get to before they have signed in, and how. */
interface Way {
  readonly name: string;
  /** True where a caller chose it in a form: then it goes back there where it leads nowhere. */
  readonly chosen: boolean;
}

/**
 * The menus before sign-in that only show art and lead on to the login area, or back to it. Callers who
 * have not signed in are turned away at them unless they are marked (invariant 2). A menu that does more,
 * has a condition or leads elsewhere is left to the sysop.
 */
export function findLoginMarks(set: MenuSet, firstMenus: readonly string[]): readonly string[] {
  const marks = new Set<string>();
  const seen = new Set<string>();
  const queue: string[] = [];
  const consider = ({ name, chosen }: Way): void => {
    const menu = set.menus.get(name);
    if (menu === undefined || seen.has(name)) return;
    if (!menu.loginArea && !leadsToLogin({ set, chosen }, menu, new Set())) return;
    seen.add(name);
    if (!menu.loginArea) marks.add(name);
    queue.push(name);
  };
  for (const name of firstMenus) consider({ name, chosen: false });
  for (const name of queue) {
    const menu = set.menus.get(name);
    if (menu !== undefined) waysOn(menu).forEach(consider);
  }
  return [...marks].sort();
}

function leadsToLogin(
  at: { readonly set: MenuSet; readonly chosen: boolean },
  menu: MenuEntry,
  open: ReadonlySet<string>,
): boolean {
  if (menu.art === undefined || !menu.autoNext || menu.acs !== undefined) return false;
  if (menu.module.kind !== 'standard' || open.has(menu.name)) return false;
  const targets = menu.next?.options.map(({ value }) => value) ?? [];
  if (targets.length === 0) return at.chosen;
  const within = new Set([...open, menu.name]);
  const after = { ...at, chosen: false };
  return targets.every((target) => {
    if (target.kind === 'system-method') return ENDS.has(target.name);
    if (target.kind !== 'menu') return false;
    const next = at.set.menus.get(target.name);
    return next !== undefined && (next.loginArea || leadsToLogin(after, next, within));
  });
}

/** Methods that lead no further into the board. */
const ENDS: ReadonlySet<string> = new Set(['prevMenu', 'logoff']);

/** Where a menu leads to without a sign-in: `next` of a form is where callers are who signed in there. */
function waysOn(menu: MenuEntry): readonly Way[] {
  if (menu.autoNext) return menusOf(menu.next).map((name) => ({ name, chosen: false }));
  const rules = [
    ...menu.submit,
    ...menu.forms.flatMap(({ submit, actionKeys }) => [
      ...[...submit.values()].flat(),
      ...actionKeys,
    ]),
  ];
  return rules.flatMap(({ action }) => menusOf(action)).map((name) => ({ name, chosen: true }));
}

function menusOf(choice: Choice<Target> | undefined): readonly string[] {
  return (choice?.options ?? []).flatMap(({ value }) =>
    value.kind === 'menu' ? [value.name] : [],
  );
}
