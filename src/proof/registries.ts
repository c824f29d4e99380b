import type { ArtFacts } from './check-art';
import type { ModuleFacts } from './flow-moves';
import type { EntryPoint } from './flow-proof';
import type { PassedOver } from './passed-over-art';
import type { EarlyTheme } from './sign-in-fields';
import { WAYS_IN, WAY_IN_NAMES } from '../protocols/ways-in';
import type { Place } from '../base/errors';
import { loginServer, valueAt } from '../config/login-servers';
import type { Config } from '../config/schema';
import type { MenuModule } from '../menu/run/module';

/** What menus may name, as plain tables: a check needs no sockets, no database and no terminal. */
export interface MenuRegistries {
  readonly modules: ReadonlyMap<string, ModuleFacts>;
  /** Modules that sysops know from elsewhere and that are not here, each with the reason. */
  readonly absentModules?: ReadonlyMap<string, string>;
  readonly systemMethods: readonly string[];
  readonly validators: readonly string[];
  /** Those of them that need a complete sign-in. */
  readonly closedValidators?: readonly string[];
  /** Art by spec, each variant and theme for itself; left out, art is not checked. */
  readonly art?: ReadonlyMap<string, readonly ArtFacts[]>;
  /** What callers see before they sign in; left out, it is not asked whether art places the sign-in's fields. */
  readonly earlyThemes?: readonly EarlyTheme[];
  /** Pictures that callers do not see, since they lack fields of a form by which callers get in. */
  readonly passedOver?: readonly PassedOver[];
  /** Files of art that cannot be shown, each with the reason. */
  readonly unusableArt?: ReadonlyMap<string, string>;
  /** Names of art that is there, for "did you mean". */
  readonly artNames?: readonly string[];
  /** For `@config:` in view properties; left out, those are not checked. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** True where a line that others can read takes a code in place of the password. */
  readonly asksForCodes?: boolean;
  /** Where calls begin; without any the flow is not looked at. */
  readonly entries: readonly EntryPoint[];
}

/** The modules as checks and proof need them. */
export function factsOfModules(
  modules: ReadonlyMap<string, MenuModule>,
): ReadonlyMap<string, ModuleFacts> {
  return new Map(
    [...modules].map(([name, module]) => [
      name,
      {
        methods: Object.keys(module.methods),
        validators: Object.keys(module.validators ?? {}),
        configKeys: Object.keys(module.configKeys ?? {}),
        artKeys: module.artKeys,
        configProblems: module.configProblems,
        fields: module.fields,
        views: module.views,
        menus: module.menus ?? [],
        signsIn: module.signsIn === true,
        needs: module.needs,
      },
    ]),
  );
}

/** Where calls begin, by config. Servers that are off count too: they may be on tomorrow. */
export function entryPoints(
  config: Config,
  placeOf?: (path: readonly string[]) => Place,
): readonly EntryPoint[] {
  return WAY_IN_NAMES.flatMap((server) =>
    WAYS_IN[server].firstMenus.map(({ key, signedIn }, index) => ({
      ...{ server, secure: WAYS_IN[server].secure, key, signedIn },
      isNeeded: index === 0 && loginServer(config, server).enabled,
      menu: valueAt(config, key) as string,
      place: placeOf?.(key.split('.')),
    })),
  );
}
