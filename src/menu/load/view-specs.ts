import type { Placement } from '../../art/render';
import type { Config } from '../../config/schema';
import { PLAIN } from '../../terminal/style';
import type { ViewSpec } from '../../views/view';
import { parseAsset } from './asset';
import type { ViewEntry } from './menu-entry';
import { asTree, type Tree } from './theme';

/** The properties of views from the menu and the theme, by view (`ET1`). */
export function viewTree(views: readonly ViewEntry[]): Tree {
  return Object.fromEntries(views.map((view) => [view.mci, view.properties]));
}

/**
 * The views of a screen: those placed by the art, with the properties of the menu, and those with a
 * `position` in the menu. A view without a place is left out.
 */
export function viewSpecs(
  placements: readonly Placement[],
  views: Tree,
  config: Config,
): readonly ViewSpec[] {
  const byArt = placements.map((place) => ({
    code: place.code,
    id: place.id,
    row: place.row,
    column: place.column,
    style: place.style,
    focusStyle: place.focusStyle,
    properties: resolveProperties(propertiesFor(place, views), config),
  }));
  const placed = new Set(byArt.map((view) => view.id));
  return [...byArt, ...positioned(views, config).filter((view) => !placed.has(view.id))];
}

/** By `ET1`; a code without a number in the menu stands for the unnumbered one in the art. */
function propertiesFor(place: Placement, views: Tree): Tree {
  const exact = views[`${place.code}${place.id}`];
  return asTree(exact ?? (place.id >= 100 ? views[place.code] : undefined));
}

function positioned(views: Tree, config: Config): readonly ViewSpec[] {
  return Object.entries(views).flatMap(([mci, value]) => {
    const [, code, id] = /^([A-Z]{2})(\d{1,3})$/.exec(mci) ?? [];
    const properties = asTree(value);
    const position = asTree(properties['position']);
    const row = Number(position['row']);
    const column = Number(position['col'] ?? position['column']);
    if (code === undefined || !(row >= 1) || !(column >= 1)) return [];
    return [
      {
        code,
        id: Number(id),
        row,
        column,
        style: PLAIN,
        focusStyle: undefined,
        properties: resolveProperties(properties, config),
      },
    ];
  });
}

/** Resolves `@config:` and `@sysStat:`; addresses of methods stay. */
function resolveProperties(properties: Tree, config: Config): Tree {
  return Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [name, resolveValue(value, config)]),
  );
}

function resolveValue(value: unknown, config: Config): unknown {
  const asset = typeof value === 'string' ? parseAsset(value) : undefined;
  if (asset?.kind === 'config') return configValue(config, asset.name);
  if (asset?.kind === 'sysStat') return sysStat(config, asset.name);
  return value;
}

function configValue(config: Config, path: string): unknown {
  let at: unknown = config;
  for (const key of path.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Tree)[key];
  }
  return at;
}

function sysStat(config: Config, name: string): string {
  const { sysOp } = config.general;
  switch (name) {
    case 'sysop_username':
      return sysOp.username;
    case 'sysop_real_name':
      return sysOp.realName;
    default:
      return '';
  }
}
