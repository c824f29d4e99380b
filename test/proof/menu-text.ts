import { finish } from '../../src/base/steps';
import { parseHjsonNodes } from '../../src/config/hjson';
import type { ModuleFacts } from '../../src/proof/flow-moves';
import type { EntryPoint } from '../../src/proof/flow-proof';
import type { MenuSet } from '../../src/menu/load/menu-entry';
import { parseMenusInSteps } from '../../src/menu/load/menu-file';
import type { MenuRegistries } from '../../src/proof/registries';
import { SYSTEM_METHODS } from '../../src/menu/run/system-methods';
import { VALIDATORS } from '../../src/menu/run/validators';

/** A menu set from the text of a menu file. */
export function menusFrom(text: string): MenuSet {
  return finish(parseMenusInSteps(parseHjsonNodes(text, 'menu.hjson')));
}

/** Calls begin at `telnetConnected`, where there is such a menu also at `sshConnected`. */
export function entriesOf(set: MenuSet): readonly EntryPoint[] {
  const all: readonly EntryPoint[] = [
    { server: 'telnet', menu: 'telnetConnected', secure: false, signedIn: false },
    { server: 'wss', menu: 'telnetConnected', secure: true, signedIn: false },
    { server: 'ssh', menu: 'sshConnected', secure: true, signedIn: true },
  ];
  return all.filter(({ menu }) => set.menus.has(menu));
}

/** What the program itself has, for checks. */
export function registriesFor(
  set: MenuSet,
  modules: Readonly<Record<string, ModuleFacts>> = {},
): MenuRegistries {
  return {
    modules: new Map(Object.entries(modules)),
    systemMethods: Object.keys(SYSTEM_METHODS),
    validators: Object.keys(VALIDATORS),
    entries: entriesOf(set),
  };
}
