import { defaultConfig, type Config } from '../../config/schema';
import { sayStock, type Say } from '../../texts/texts';
import type { ObjectNode } from '../../config/source-tree';
import { isThemed } from './menu-config';
import type { Finding, ShownConfig, MenuConfig, MenuEntry } from './menu-entry';

/** A value of a sysop's file: plain data whose size and keys were checked when it was read. */
export type Tree = Readonly<Record<string, unknown>>;

/** Formats that a theme may set for every screen (contract A10.4). */
interface ThemeDefaults {
  readonly passwordChar: string | undefined;
  readonly date: { readonly short: string; readonly long: string };
  readonly time: { readonly short: string; readonly long: string };
  readonly dateTime: { readonly short: string; readonly long: string };
  /** Colours of what callers are told, as colour codes; those of the view where nothing is said. */
  readonly sentences: Readonly<Partial<Record<SentenceColor, string>>>;
}

/** Kinds of sentences that a theme may give a colour; `help` is that of a field in focus. */
const SENTENCE_COLORS = ['problem', 'done', 'note', 'help'] as const;
export type SentenceColor = (typeof SENTENCE_COLORS)[number];

/** The theme of the package; it has the art that other themes lack. */
export const STOCK_THEME = defaultConfig().theme.default;

/** One theme: the folders of its art, and its changes of menus and prompts. */
export interface Theme {
  readonly id: string;
  readonly name: string;
  readonly author: string;
  readonly group: string;
  readonly enabled: boolean;
  /** Columns and rows that its art needs; 0 when the theme does not set them. */
  readonly columns: number;
  readonly rows: number;
  /** Its screens are pictures with little but words in them: not for callers who read line by line. */
  readonly isDrawn: boolean;
  /** What its screens are made for, in the middle of a larger window; undefined for the whole window. */
  readonly area: { readonly width: number; readonly height: number } | undefined;
  /** The theme that callers with a window wide enough for it get instead. */
  readonly wide: string | undefined;
  /** Folders of its art: the board's own, the package's, then those of the theme that it is based on. */
  readonly directories: readonly string[];
  readonly defaults: ThemeDefaults;
  readonly menus: Tree;
  readonly prompts: Tree;
  /** Its changes of each menu's `config`: valid values of keys that a theme may set. */
  readonly shown: ReadonlyMap<string, Partial<ShownConfig>>;
  /** The board's sentences in the words of this theme. */
  readonly say: Say;
  /** Errors in these changes; the menu's own value is used then. */
  readonly problems: readonly Finding[];
  /** True where the board has a folder of it, beside one that the package may have. */
  readonly isOwn: boolean;
  /** What its theme.hjson holds, where that is the board's own and can be used; not that of its base. */
  readonly source?: ObjectNode | undefined;
}

/** What a theme.hjson may hold in each of its blocks. */
export const THEME_KEYS = {
  root: ['info', 'customization', 'texts'],
  info: ['name', 'author', 'group', 'enabled', 'columns', 'rows', 'drawn', 'area', 'base', 'wide'],
  'info.area': ['columns', 'rows'],
  customization: ['defaults', 'menus', 'prompts'],
  'customization.defaults': [
    ...['passwordChar', 'dateFormat', 'timeFormat', 'dateTimeFormat', 'sentences'],
  ],
  defaults: {
    dateFormat: ['short', 'long'],
    timeFormat: ['short', 'long'],
    dateTimeFormat: ['short', 'long'],
    sentences: SENTENCE_COLORS,
  },
} as const;

export interface ThemeSet {
  find(id: string): Theme | undefined;
  /** The board's sentences where no theme words them in its own way. */
  readonly say: Say;
  /** What is wrong in the board's own texts. */
  readonly textProblems: readonly Finding[];
  /** Enabled themes by id; `*` in the configuration selects one of these. */
  list(): readonly Theme[];
  /** These, and those that are shown instead of one of them in a wide window. */
  shown(): readonly Theme[];
}

/** The board's sentences where no menu is open, in the words of a theme; `*` has none of its own. */
export function sayOf(themes: ThemeSet, theme: string): Say {
  return themes.find(theme)?.say ?? themes.say;
}

/** View properties that only the menu sets, so that no theme weakens a form (contract A2.1). */
export const PROTECTED_PROPERTIES = ['maxLength', 'argName', 'submit', 'validate', 'omit'] as const;

/** Used when a board has no theme: no art, no changes. */
export const BARE_THEME: Theme = {
  id: 'none',
  name: 'none',
  author: '',
  group: '',
  enabled: true,
  columns: 0,
  rows: 0,
  isDrawn: false,
  area: undefined,
  wide: undefined,
  directories: [],
  defaults: themeDefaults({}),
  menus: {},
  prompts: {},
  shown: new Map(),
  say: sayStock,
  problems: [],
  isOwn: false,
};

/** What a caller has to see themes in. */
interface ThemeWindow {
  readonly width: number;
  readonly height: number;
  /** True where screens are read line by line: pictures are nothing there. */
  readonly isRead: boolean;
}

/**
 * The theme, or the best fitting one of the others when its art is too large for the window; the narrowest
 * when the window is narrower than all of them. A theme without a width always fits, and never replaces another.
 * Of several as wide the board's own comes first, then one that is drawn, which does not fit who reads line by line.
 */
export function fittingTheme(wanted: Theme, themes: ThemeSet, window: ThemeWindow): Theme {
  const suits = ({ isDrawn }: Theme): boolean => !isDrawn || !window.isRead;
  const fits = (theme: Theme): boolean =>
    theme.columns <= window.width && theme.rows <= window.height && suits(theme);
  if (fits(wanted)) return wanted;
  const smaller = themes.list().filter((theme) => theme.columns > 0 && fits(theme));
  const [best] = smaller.sort(
    (left, right) =>
      right.columns - left.columns ||
      Number(right.isOwn) - Number(left.isOwn) ||
      Number(right.isDrawn) - Number(left.isDrawn),
  );
  if (best !== undefined || (wanted.columns <= window.width && suits(wanted)))
    return best ?? wanted;
  // In a window that is too narrow for all of them the narrowest loses least, and words lose less than pictures.
  const sized = [wanted, ...themes.list()].filter((theme) => theme.columns > 0 && suits(theme));
  const [least] = sized.sort(
    (left, right) => left.columns - right.columns || Number(left.isDrawn) - Number(right.isDrawn),
  );
  return least ?? wanted;
}

/**
 * What is shown instead of the theme in a window that is wide enough for it. Of a stock theme for which the board
 * has art of its own that art counts, unless the board's own theme.hjson names the other theme.
 */
export function wideTheme(theme: Theme, themes: ThemeSet, window: ThemeWindow): Theme {
  const wide = window.isRead || theme.wide === undefined ? undefined : themes.find(theme.wide);
  if (wide === undefined || wide.columns > window.width || wide.rows > window.height) return theme;
  return theme.isOwn && theme.source === undefined && !wide.isOwn ? theme : wide;
}

/** Date and time formats of the configuration, for themes without their own. */
export type DateFormats = Pick<Config['theme'], 'dateFormat' | 'timeFormat' | 'dateTimeFormat'>;

/** Reads the date formats of `customization.defaults`; missing ones come from the configuration. */
export function themeDefaults(
  tree: Tree,
  formats: DateFormats = defaultConfig().theme,
): ThemeDefaults {
  const pair = (key: keyof DateFormats) => {
    const value = asTree(tree[key]);
    const { short, long } = formats[key];
    return { short: asText(value['short']) ?? short, long: asText(value['long']) ?? long };
  };
  return {
    passwordChar: asText(tree['passwordChar']),
    date: pair('dateFormat'),
    time: pair('timeFormat'),
    dateTime: pair('dateTimeFormat'),
    sentences: Object.fromEntries(
      SENTENCE_COLORS.flatMap((kind) => {
        const color = asText(asTree(tree['sentences'])[kind]);
        return color === undefined ? [] : [[kind, color]];
      }),
    ),
  };
}

/** A menu's `config` with a theme's changes of what it may change. */
export function themedConfig(config: Tree, theme: Theme, menu: string): Tree {
  const change = Object.entries(asTree(asTree(theme.menus[menu])['config']));
  return mergeTrees(config, Object.fromEntries(change.filter(([key]) => isThemed(key))));
}

interface FormAddress {
  readonly menu: string;
  readonly formId: number;
  /** The sorted view codes that chose the form, e.g. `ETTM`. */
  readonly mciKey: string;
}

/** A form's views with a theme's changes: `{ mci }`, `{ 0: { mci } }` or `{ 0: { ETTM: { mci } } }`. */
export function themedForm(views: Tree, theme: Theme, address: FormAddress): Tree {
  const menu = asTree(theme.menus[address.menu]);
  const form = asTree(menu[String(address.formId)]);
  const layers = [
    ...(address.formId === 0 ? [asTree(menu['mci'])] : []),
    asTree(form['mci']),
    asTree(asTree(form[address.mciKey])['mci']),
  ];
  return layers.reduce(mergeViews, views);
}

/** A prompt's views and config with a theme's changes. */
export function themedPrompt(
  prompt: { readonly mci: Tree; readonly config: Tree },
  theme: Theme,
  name: string,
): { readonly mci: Tree; readonly config: Tree } {
  const change = asTree(theme.prompts[name]);
  return {
    mci: mergeViews(prompt.mci, asTree(change['mci'])),
    config: mergeTrees(prompt.config, asTree(change['config'])),
  };
}

/** Merges a theme's views over a menu's: protected properties stay, new ones are added. */
function mergeViews(views: Tree, change: Tree): Tree {
  const merged: Record<string, unknown> = { ...views };
  for (const [code, properties] of Object.entries(change)) {
    const own = asTree(views[code]);
    const allowed = Object.fromEntries(
      Object.entries(asTree(properties)).filter(
        ([name]) => !(PROTECTED_PROPERTIES as readonly string[]).includes(name),
      ),
    );
    merged[code] = mergeTrees(own, allowed);
  }
  return merged;
}

/** Deep merge; `over` wins, and lists are replaced as a whole. */
export function mergeTrees(under: Tree, over: Tree): Tree {
  const merged: Record<string, unknown> = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    merged[key] = isTree(value) && isTree(below) ? mergeTrees(below, value) : value;
  }
  return merged;
}

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function asTree(value: unknown): Tree {
  return isTree(value) ? value : {};
}

function asText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

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
