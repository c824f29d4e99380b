import type { ArtFacts } from './check-art';
import type { ModuleFacts } from './flow-moves';
import type { EntryPoint } from './flow-proof';

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
  /** Names of art that is there, for "did you mean". */
  readonly artNames?: readonly string[];
  /** For `@config:` in view properties; left out, those are not checked. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Where calls begin; without any the flow is not looked at. */
  readonly entries: readonly EntryPoint[];
}
