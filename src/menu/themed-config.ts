import type { MenuConfig, MenuEntry } from './menu-entry';
import { asTree, themedConfig, type Theme, type Tree } from './theme';

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
  const { nextTimeoutMs, ...shown } = shownBy(change);
  const wait = leadsOn && nextTimeoutMs !== undefined ? { nextTimeoutMs } : {};
  return { ...menu.config, ...shown, ...wait, all };
}

/** What a theme's `config` says in a form that we understand; the rest counts as not said. */
function shownBy(change: Tree): Partial<MenuConfig> {
  const { cls, pause, pausePrompt, pausePosition, nextTimeout, baudRate, font } = change;
  const row = Number(asTree(pausePosition)['row']);
  const column = Number(asTree(pausePosition)['col']);
  return {
    ...(typeof cls === 'boolean' ? { cls } : {}),
    ...(pause === undefined ? {} : { pause: pauseOf(pause) }),
    ...(pausePrompt === undefined ? {} : { pausePrompt: pausePromptOf(pausePrompt) }),
    ...(row >= 1 && column >= 1 ? { pausePosition: { row, column } } : {}),
    ...(typeof nextTimeout === 'number' && nextTimeout >= 0 ? { nextTimeoutMs: nextTimeout } : {}),
    ...(typeof baudRate === 'number' && baudRate >= 300 ? { baudRate } : {}),
    ...(typeof font === 'string' ? { font } : {}),
  };
}

function pauseOf(value: unknown): MenuConfig['pause'] {
  if (value === true || value === 'end') return 'end';
  if (value === 'pageBreak') return 'pageBreak';
  return typeof value === 'string' && value !== '' ? { prompt: value } : undefined;
}

function pausePromptOf(value: unknown): MenuConfig['pausePrompt'] {
  if (typeof value === 'string') return { end: value };
  const { end, page } = asTree(value);
  return {
    ...(typeof end === 'string' ? { end } : {}),
    ...(typeof page === 'string' ? { page } : {}),
  };
}
