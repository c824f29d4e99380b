import { parseAsset } from '../menu/load/asset';
import type { Choice, Finding, MenuEntry, MenuSet, Target } from '../menu/load/menu-entry';
import type { Place } from '../base/errors';
import { moduleOfPath } from './flow-moves';
import type { MenuRegistries } from './registries';

/**
 * What the login area names and refuses to callers who are not signed in as far as their accounts
 * require (rule M4): modules, methods of modules, and validators that read accounts.
 */
export function checkNeeds(
  set: MenuSet,
  registries: MenuRegistries,
  severity: Finding['severity'] = 'warning',
): readonly Finding[] {
  return [...set.menus.values()]
    .filter(({ loginArea }) => loginArea)
    .flatMap((menu) =>
      [...closedUses(menu, registries)].map((use) => findingOf(menu, use, severity)),
    );
}

interface Use {
  readonly what: string;
  readonly place: Place;
}

function* closedUses(menu: MenuEntry, registries: MenuRegistries): Iterable<Use> {
  const isClosed = (name: string): boolean => registries.modules.get(name)?.needs === 'complete';
  if (menu.module.kind !== 'standard' && isClosed(menu.module.name)) {
    yield { what: `the module ${menu.module.name}`, place: menu.module.place ?? menu.place };
  }
  for (const { value, place } of targetsOf(menu)) {
    if (value.kind !== 'method' || value.location === undefined) continue;
    const name = moduleOfPath(value.location);
    if (isClosed(name)) yield { what: `the method ${value.name} of the module ${name}`, place };
  }
  for (const { properties, placeOf } of menu.forms.flatMap(({ views }) => views)) {
    const { validate } = properties;
    const asset = typeof validate === 'string' ? parseAsset(validate) : undefined;
    if (asset?.kind !== 'systemMethod') continue;
    if (registries.closedValidators?.includes(asset.name) !== true) continue;
    yield { what: `the validator ${asset.name}`, place: placeOf('validate') };
  }
}

function targetsOf(menu: MenuEntry): readonly Choice<Target>['options'][number][] {
  const rules = menu.forms.flatMap(({ submit, actionKeys }) => [
    ...[...submit.values()].flat(),
    ...actionKeys,
  ]);
  const actions = [...rules, ...menu.submit].map(({ action }) => action);
  return [menu.next, ...actions].flatMap((choice) => choice?.options ?? []);
}

function findingOf(menu: MenuEntry, { what, place }: Use, severity: Finding['severity']): Finding {
  const text = `${what} shows or changes account data, and this menu is in the login area; callers who are not fully signed in are refused there; lead to it from a menu behind the sign-in`;
  return { severity, rule: 'needs-sign-in', place, subject: menu.name, text };
}
