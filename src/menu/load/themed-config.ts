import type { MenuConfig, MenuEntry } from './menu-entry';
import { asTree, themedConfig, type Theme } from './theme';

/**
 * A menu's parsed `config` with a theme's changes. A theme may change how a screen is shown; the keys
 * that decide about access (`acs`, `area`, flags) stay those of the menu.
 */
export function configUnder(theme: Theme, menu: MenuEntry): MenuConfig {
  const change = asTree(asTree(theme.menus[menu.name])['config']);
  if (Object.keys(change).length === 0) return menu.config;
  const all = themedConfig(menu.config.all, theme, menu.name);
  // A timeout that leads to `next` is an exit of the screen: a theme may change its length but not add
  // one, because the flow proof reads the menus only.
  const leadsOn = menu.autoNext || menu.config.nextTimeoutMs !== undefined;
  const { nextTimeoutMs, ...shown } = theme.shown.get(menu.name) ?? {};
  const wait = leadsOn && nextTimeoutMs !== undefined ? { nextTimeoutMs } : {};
  return { ...menu.config, ...shown, ...wait, all };
}
