import type { MenuConfig, MenuEntry } from './menu-entry';
import { asTree, themedConfig, type Theme } from './theme';

/**
 * A menu's `config` under a theme, typed and whole. A theme may change how a screen is shown; what
 * decides where callers may go (`acs`, `area`, flags) stays the menu's.
 */
export function configUnder(theme: Theme, menu: MenuEntry): MenuConfig {
  const change = asTree(asTree(theme.menus[menu.name])['config']);
  if (Object.keys(change).length === 0) return menu.config;
  const all = themedConfig(menu.config.all, theme, menu.name);
  // A wait that leads on is a way out of the screen: a theme may change its length and not add one,
  // or the proof, which reads menus, would not know of it.
  const leadsOn = menu.autoNext || menu.config.nextTimeoutMs !== undefined;
  const { nextTimeoutMs, ...shown } = theme.shown.get(menu.name) ?? {};
  const wait = leadsOn && nextTimeoutMs !== undefined ? { nextTimeoutMs } : {};
  return { ...menu.config, ...shown, ...wait, all };
}
