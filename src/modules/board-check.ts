import { compileAcs } from '../acs/acs';
import type { ArtStore } from '../art/art-store';
import type { Place } from '../base/errors';
import { nearestName } from '../base/nearest';
import { listLoginServers, passwordRule } from '../config/login-servers';
import type { Config } from '../config/schema';
import { inTurns } from '../base/steps';
import { checkMenusInSteps, type CheckOptions } from '../proof/check';
import { artSpecsOf, readArtFacts } from '../proof/check-art';
import { asSeen, findPassedOver, readChains } from '../proof/passed-over-art';
import { checkThemeArt } from '../proof/check-theme-art';
import { checkThemes } from '../proof/check-themes';
import type { Finding, MenuSet } from '../menu/load/menu-entry';
import { entryPoints, factsOfModules, type MenuRegistries } from '../proof/registries';
import { weigh } from '../proof/severity';
import { signInArt, type EarlyTheme } from '../proof/sign-in-fields';
import { WAYS_IN } from '../protocols/ways-in';
import { SYSTEM_METHODS } from '../menu/run/system-methods';
import { STOCK_THEME, type ThemeSet } from '../menu/load/theme';
import { VALIDATORS } from '../menu/run/validators';
import { ABSENT_MODULES } from './absent-modules';
import { findDestinationProblems } from './destinations';
import { NO_OWN_PARTS, type OwnParts } from './own-parts';
import { moduleTable } from './registry';

/** One edition of what a sysop wrote. */
export interface BoardParts {
  readonly config: Config;
  readonly menus: MenuSet;
  readonly themes: ThemeSet;
  readonly art: ArtStore;
  /** What the program that runs the board, and mods/, add to it. */
  readonly own?: OwnParts | undefined;
  /** Where a key of the configuration stands. */
  readonly configPlace?: (path: readonly string[]) => Place;
}

type PolicyParts = Pick<BoardParts, 'config' | 'configPlace'>;

/** Everything that can be wrong with what a sysop wrote (design part 4); an error keeps it from going live. */
export async function checkBoard(
  parts: BoardParts,
  options: CheckOptions = {},
): Promise<readonly Finding[]> {
  const config = [
    ...findConfigFindings(parts),
    ...findPolicyProblems(parts),
    ...findFieldsNotAsked(parts),
  ];
  const registries = await boardRegistries(parts);
  const themes = await findThemeFindings(parts, registries);
  const menus = await inTurns(checkMenusInSteps(parts.menus, registries, options));
  return weigh([...config, ...themes, ...menus], options);
}

/** What is wrong in the configuration that only the board's themes and modules can tell. */
export function findConfigFindings(parts: BoardParts): readonly Finding[] {
  return [
    ...findDestinationProblems(parts.config, parts.configPlace, parts.own?.acs),
    ...findThemeProblems(parts),
  ];
}

/** Themes that the configuration names and the board has not: callers would see another one. */
function findThemeProblems({ config, themes, configPlace }: BoardParts): readonly Finding[] {
  const ids = themes.list().map(({ id }) => id);
  return (['default', 'preLogin'] as const).flatMap((key) => {
    const name = config.theme[key];
    if (name === '*' || ids.length === 0 || themes.find(name)?.enabled === true) return [];
    const place = configPlace?.(['theme', key]) ?? { file: 'config.hjson' };
    const nearest = nearestName(name, ids);
    const text = `theme.${key} names a theme that is not there or is off: '${name}'`;
    const base = { rule: 'unknown-theme', place, subject: '', text };
    const finding: Finding = { severity: 'error', ...base };
    return [nearest === undefined ? finding : { ...finding, nearest }];
  });
}

/** Fields that an application must have, and that the form of one lacks: they cannot be filled in there. */
function findFieldsNotAsked({ config, menus, own = NO_OWN_PARTS }: BoardParts): readonly Finding[] {
  const modules = moduleTable(own.modules);
  const required = Object.entries(config.users.applicationFields)
    .filter(([, kind]) => kind === 'required')
    .map(([name]) => name);
  return [...menus.menus.values()]
    .filter(({ module }) => modules.get(module.name)?.isApplication === true)
    .flatMap(({ name: subject, forms }) =>
      forms.flatMap(({ views, place }) => {
        const asked = views.map(({ properties }) => properties['argName']);
        return required
          .filter((name) => !asked.includes(name))
          .map((name): Finding => {
            const text = `users.applicationFields.${name} is required, and no view of this form has argName: ${name}`;
            return { severity: 'warning', rule: 'not-asked', place, subject, text };
          });
      }),
    );
}

/** A policy that cannot be read would ask a second factor of everybody or of nobody: it is refused. */
export function findPolicyProblems({ config, configPlace }: PolicyParts): readonly Finding[] {
  const key = ['users', 'twoFactorAuth', 'required'];
  const { required } = config.users.twoFactorAuth;
  if (required === '') return [];
  const place = configPlace?.(key) ?? { file: 'config.hjson' };
  return compileAcs(required).problems.map(({ text, column, nearest }) => ({
    severity: 'error',
    rule: 'policy',
    place,
    subject: '',
    text: `${key.join('.')} cannot be read at its column ${column}: ${text}`,
    ...(nearest === undefined ? {} : { nearest }),
  }));
}

/** What the theme files and the board's texts say in a form that is not understood. */
export function themeFileFindings(themes: ThemeSet): readonly Finding[] {
  return [...themes.textProblems, ...themes.shown().flatMap(({ problems }) => problems)];
}

/** The same, what theme files hold that this board does not know, and which screens a theme does not draw. */
export async function findThemeFindings(
  { themes, menus, art, config }: BoardParts,
  registries: Pick<MenuRegistries, 'modules' | 'absentModules' | 'art'>,
): Promise<readonly Finding[]> {
  const defaultTheme = config.theme.default;
  return [
    ...themeFileFindings(themes),
    ...checkThemes(themes.shown(), menus, registries),
    ...(await checkThemeArt({ menus, themes, art, defaultTheme, registries })),
  ];
}

/** What the menus of this board may name, for checks, pictures and questions about the flow. */
export async function boardRegistries(parts: BoardParts): Promise<MenuRegistries> {
  const { config, menus, themes, art, own = NO_OWN_PARTS } = parts;
  const folders = themes.shown().map((theme) => theme.directories);
  const passedOver = await findPassedOver({
    menus,
    themes,
    art,
    defaultTheme: config.theme.default,
  });
  const modules = factsOfModules(moduleTable(own.modules));
  return {
    modules,
    absentModules: ABSENT_MODULES,
    systemMethods: [...Object.keys(SYSTEM_METHODS), ...own.systemMethods.keys()],
    validators: Object.keys(VALIDATORS),
    closedValidators: Object.entries(VALIDATORS)
      .filter(([, { needs }]) => needs === 'complete')
      .map(([name]) => name),
    art: asSeen(
      await readArtFacts(
        await inTurns(artSpecsOf(menus, modules)),
        art,
        folders.length === 0 ? [[]] : folders,
      ),
      passedOver,
    ),
    passedOver,
    earlyThemes: await readEarlyThemes(parts),
    unusableArt: art.unusable(),
    artNames: await art.names({ themeDirs: folders.flat() }),
    config,
    asksForCodes: asksForCodes(config),
    entries: entryPoints(config, parts.configPlace),
  };
}

/** The theme of callers who have not signed in, or every one of them, with the art of the sign-in. */
function readEarlyThemes({ config, menus, themes, art }: BoardParts): Promise<EarlyTheme[]> {
  const { preLogin, default: defaultTheme } = config.theme;
  const standard = themes.find(defaultTheme) ?? themes.find(STOCK_THEME);
  const named = themes.find(preLogin);
  const shown = named?.enabled === true ? named : standard;
  const specs = signInArt(menus);
  const early = preLogin === '*' || shown === undefined ? themes.list() : [shown];
  const wide = themes.shown().filter(({ id }) => early.some((theme) => theme.wide === id));
  return Promise.all(
    [...early, ...wide].map(async (theme) => ({
      theme,
      art: await readChains(specs, { theme, themes, art, defaultTheme }),
    })),
  );
}

function asksForCodes(config: Config): boolean {
  return listLoginServers(config)
    .filter(({ enabled }) => enabled)
    .some(({ way }) => passwordRule(config, WAYS_IN[way]) === 'never');
}
