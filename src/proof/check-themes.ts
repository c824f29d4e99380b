import { formatPlace, type Place } from '../base/errors';
import { nearestName } from '../base/nearest';
import { toPlain, type Entry, type ObjectNode, type SourceNode } from '../config/source-tree';
import { isThemed, THEMED_CONFIG_KEYS } from '../menu/load/menu-config';
import type { Finding, MenuEntry, MenuSet } from '../menu/load/menu-entry';
import { PROTECTED_PROPERTIES, THEME_KEYS, type Theme } from '../menu/load/theme';
import { kindOfCode } from '../menu/screen/mci-codes';
import { whyAbsentPath } from '../menu/run/follow';
import { checkProperty } from '../views/properties';
import { findProperty, findViewType, VIEW_TYPES } from '../views/registry';
import { fieldsOfKey, fieldsOfRows, findUnknown, ROW_FORMATS } from './check-fields';
import type { MenuRegistries } from './registries';

type Known = Pick<MenuRegistries, 'modules' | 'absentModules' | 'art'>;

/** What the board's own theme files hold that this board does not know, each with its place. */
export function checkThemes(
  themes: readonly Theme[],
  set: MenuSet,
  registries: Known,
): readonly Finding[] {
  return themes.flatMap(({ source }) =>
    source === undefined ? [] : new ThemeChecker(set, registries).check(source),
  );
}

/** Menus of docs/onward.md that the stock themes draw for boards that add them. */
export const PREPARED_MENUS: readonly string[] = ['boards', 'account'];
/** Those, and the one that a gate does without (`sallyport init --gate`). */
const LACKED_MENUS: readonly string[] = [...PREPARED_MENUS, 'mainMenu'];

interface FormRules {
  readonly keys: readonly string[];
  readonly hasForms: boolean;
  /** Those of the screen, where they are known. */
  readonly views?: ReadonlySet<string> | undefined;
}

class ThemeChecker {
  private readonly findings: Finding[] = [];

  constructor(
    private readonly set: MenuSet,
    private readonly registries: Known,
  ) {}

  check(root: ObjectNode): readonly Finding[] {
    const known: readonly string[] = THEME_KEYS.root;
    const used = placesIn(known.map((key) => root.entries.get(key)?.node));
    for (const [key, { keyPlace, node }] of root.entries) {
      // Blocks of the file's own are there to be referred to.
      if (known.includes(key) || [...placesIn([node])].some((place) => used.has(place))) continue;
      const text = `a theme has no block '${key}', and no @reference: leads to it`;
      this.note('', keyPlace, text, nearestName(key, known));
    }
    for (const path of ['info', 'info.area', 'customization', 'customization.defaults'] as const)
      this.checkKeys(blockAt(root, path.split('.')), THEME_KEYS[path], path);
    const defaults = blockAt(root, ['customization', 'defaults']);
    for (const [key, inner] of Object.entries(THEME_KEYS.defaults))
      this.checkKeys(blockAt(defaults, [key]), inner, key);
    for (const [name, entry] of entriesAt(root, ['customization', 'menus']))
      this.checkMenu(name, entry);
    for (const [name, entry] of entriesAt(root, ['customization', 'prompts']))
      this.checkPrompt(name, entry);
    return this.findings;
  }

  private checkMenu(name: string, { keyPlace, node }: Entry): void {
    const menu = this.set.menus.get(name);
    if (menu === undefined && LACKED_MENUS.includes(name)) return;
    if (menu === undefined) return this.missing('menu', name, keyPlace, this.set.menus.keys());
    const { module } = menu;
    const facts = this.registries.modules.get(module.name);
    const isAbsent =
      this.registries.absentModules?.has(module.name) === true ||
      whyAbsentPath(module.name) !== undefined;
    // Nobody knows what forms and settings of a module that is not here may hold.
    if (module.kind !== 'standard' && (facts === undefined || isAbsent)) return;
    const views = this.viewsOf(menu);
    this.checkForm(name, node, { keys: ['config', 'mci'], hasForms: true, views });
    const config = blockAt(node, ['config']);
    this.checkConfig(name, config, facts?.configKeys ?? []);
    for (const [key, { node: value }] of config?.entries ?? []) {
      const format = { subject: name, format: toPlain(value), place: value.place };
      this.findings.push(...findUnknown({ ...format, what: key }, fieldsOfKey(facts, key)));
    }
  }

  /** The views of a menu by its forms and its art; undefined where they cannot be known. */
  private viewsOf({ module, prompt, art, forms }: MenuEntry): ReadonlySet<string> | undefined {
    const { art: drawn } = this.registries;
    if (module.kind !== 'standard' || prompt !== undefined || drawn === undefined) return undefined;
    const pictures = (art?.options ?? []).map(({ value }) => drawn.get(value) ?? []);
    if (pictures.some((files) => files.length === 0)) return undefined;
    return new Set([
      ...pictures.flat().flatMap(({ views }) => views.map(({ code, id }) => `${code}${id}`)),
      ...forms.flatMap(({ views }) => views.map(({ mci }) => mci)),
    ]);
  }

  private checkPrompt(name: string, { keyPlace, node }: Entry): void {
    const { prompts } = this.set;
    if (!prompts.has(name)) return this.missing('prompt', name, keyPlace, prompts.keys());
    this.checkForm(name, node, { keys: ['config', 'mci'], hasForms: false });
  }

  private missing(what: string, name: string, place: Place, names: Iterable<string>): void {
    const text = `there is no ${what} '${name}', which this theme changes`;
    this.note('', place, text, nearestName(name, names));
  }

  /** `{ mci }`, with forms inside by number, and their variants by the codes of their views. */
  private checkForm(subject: string, node: SourceNode, { keys, hasForms, views }: FormRules): void {
    if (node.kind !== 'object') return this.notABlock(subject, node);
    const isForm = keys.includes('config') ? /^\d+$/ : /^(?:[A-Z]{2})+$/;
    for (const [key, entry] of node.entries) {
      if (key === 'mci') this.checkViews(subject, entry.node, views);
      else if (hasForms && isForm.test(key)) {
        const isVariant = !keys.includes('config');
        this.checkForm(subject, entry.node, { keys: ['mci'], hasForms: !isVariant, views });
      } else if (!keys.includes(key)) {
        const text = `'${key}' means nothing in a theme's changes of a screen`;
        this.note(subject, entry.keyPlace, text, nearestName(key, keys));
      }
    }
  }

  private checkViews(subject: string, node: SourceNode, views?: ReadonlySet<string>): void {
    if (node.kind !== 'object') return this.notABlock(subject, node);
    for (const [mci, { keyPlace, node: view }] of node.entries) {
      const type = /^[A-Z]{2}\d{0,3}$/.test(mci) ? findViewType(mci.slice(0, 2)) : undefined;
      if (type === undefined && kindOfCode(mci.slice(0, 2)) === 'value') {
        const text = `'${mci}' is a value that the art places, and has the width and colours that it has there`;
        this.note(subject, keyPlace, text);
      } else if (type === undefined) {
        const text = `'${mci}' is no view: that is the code of a kind and a number, like VM1`;
        const nearest = nearestName(mci.slice(0, 2), Object.keys(VIEW_TYPES));
        this.note(subject, keyPlace, text, nearest);
      } else if (view.kind !== 'object') this.notABlock(subject, view);
      else if (views?.has(mci) === false && !view.entries.has('position')) {
        const text = `there is no view ${mci} on this screen: neither the menu nor its art has it`;
        this.note(subject, keyPlace, text, nearestName(mci, views));
      } else {
        for (const [name, entry] of view.entries) this.checkView(subject, mci, [name, entry]);
        this.checkRows(subject, mci, view);
      }
    }
  }

  private checkView(subject: string, mci: string, [name, entry]: readonly [string, Entry]): void {
    const type = findViewType(mci.slice(0, 2));
    if (type === undefined) return;
    const { keyPlace, node } = entry;
    const property = findProperty(type, name);
    if (property === undefined) {
      const names = type.properties.map((each) => each.name);
      const text = `${mci} of this theme: a ${type.name} has no property '${name}'`;
      this.note(subject, keyPlace, text, nearestName(name, names));
    } else if ((PROTECTED_PROPERTIES as readonly string[]).includes(name)) {
      const text = `'${name}' of ${mci} is not a theme's to change: the menu's own counts`;
      this.note(subject, keyPlace, text);
    } else {
      const wrong = isAddress(node) ? undefined : checkProperty(property, toPlain(node));
      if (wrong === undefined) return;
      this.note(subject, keyPlace, `'${name}' of ${mci} in this theme ${wrong}`);
    }
  }

  /** Fields that nothing fills in the formats of a list, whose items are the theme's or the menu's. */
  private checkRows(subject: string, mci: string, view: ObjectNode): void {
    const menu = this.set.menus.get(subject);
    if (menu === undefined) return;
    const written = menu.forms.flatMap(({ views }) => views).filter((each) => each.mci === mci);
    const own = view.entries.get('items')?.node;
    const lists = [
      ...(own === undefined ? [] : [toPlain(own)]),
      ...written.map(({ properties }) => properties['items']),
    ];
    const items = lists.filter((each): each is unknown[] => Array.isArray(each)).flat();
    const id = Number(mci.slice(2));
    const known = fieldsOfRows(menu, this.registries.modules.get(menu.module.name), { id, items });
    for (const name of ROW_FORMATS) {
      const node = view.entries.get(name)?.node;
      if (node === undefined) continue;
      const format = { subject, format: toPlain(node), place: node.place };
      this.findings.push(...findUnknown({ ...format, what: `${name} of ${mci}` }, known));
    }
  }

  private checkConfig(subject: string, node: ObjectNode | undefined, own: readonly string[]): void {
    const known = [...THEMED_CONFIG_KEYS, ...own.map((key) => key.split('.', 1)[0] ?? key)];
    for (const [key, { keyPlace }] of node?.entries ?? []) {
      if (known.includes(key) || /Format\d\d$/.test(key)) continue;
      const text = isThemed(key)
        ? `'${key}' means nothing in the config of this menu`
        : `'${key}' is not a theme's to change: the menu's own counts`;
      this.note(subject, keyPlace, text, isThemed(key) ? nearestName(key, known) : undefined);
    }
  }

  private checkKeys(node: ObjectNode | undefined, known: readonly string[], what: string): void {
    for (const [key, { keyPlace }] of node?.entries ?? []) {
      if (known.includes(key)) continue;
      const text = `'${key}' means nothing in '${what}' of a theme`;
      this.note('', keyPlace, text, nearestName(key, known));
    }
  }

  private notABlock(subject: string, { place }: SourceNode): void {
    this.note(subject, place, 'this is a block in braces: { ... }');
  }

  private note(subject: string, place: Place, text: string, nearest?: string): void {
    const finding = { severity: 'warning', rule: 'theme-key', place, subject, text } as const;
    this.findings.push(nearest === undefined ? finding : { ...finding, nearest });
  }
}

function isAddress(node: SourceNode): boolean {
  return node.kind === 'scalar' && typeof node.value === 'string' && node.value.startsWith('@');
}

function blockAt(root: SourceNode | undefined, path: readonly string[]): ObjectNode | undefined {
  let at = root;
  for (const key of path) at = at?.kind === 'object' ? at.entries.get(key)?.node : undefined;
  return at?.kind === 'object' ? at : undefined;
}

function entriesAt(root: ObjectNode, path: readonly string[]): Iterable<[string, Entry]> {
  return blockAt(root, path)?.entries ?? [];
}

/** The places of all values in these; a reference has those of what it leads to. */
function placesIn(
  nodes: readonly (SourceNode | undefined)[],
  found = new Set<string>(),
): ReadonlySet<string> {
  for (const node of nodes) {
    if (node === undefined) continue;
    found.add(formatPlace(node.place));
    if (node.kind === 'array') placesIn(node.items, found);
    if (node.kind === 'object')
      placesIn(
        [...node.entries.values()].map((entry) => entry.node),
        found,
      );
  }
  return found;
}
