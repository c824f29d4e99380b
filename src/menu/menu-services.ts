import type { KeyTurns } from './key-turns';
import type { MenuModule } from './module';
import type { Services } from './services';

/** What the menus run on: the board around them, and the modules that a menu file may name. */
export interface MenuServices extends Services {
  /** Shared by all callers of the board. */
  readonly keyTurns: KeyTurns;
  readonly modules: ReadonlyMap<string, MenuModule>;
}
