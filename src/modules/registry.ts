import type { MenuModule } from '../menu/module';
import { showArtModule } from './show-art';
import { standardModule } from './standard';
import { twoFactorConfigModule } from './two-factor-config';

/** Every module that `module:` in a menu can name; checks, docs and the runner read this one list. */
export const MODULES: readonly MenuModule[] = [
  standardModule,
  showArtModule,
  twoFactorConfigModule,
];

/** The modules by name. */
export function moduleTable(): ReadonlyMap<string, MenuModule> {
  return new Map(MODULES.map((module) => [module.name, module]));
}
