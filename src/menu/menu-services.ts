import type { MenuModule } from './module';
import type { Services } from './services';

/** What the menus run on: the board around them, and the modules that a menu file may name. */
export interface MenuServices extends Services {
  readonly modules: ReadonlyMap<string, MenuModule>;
}
