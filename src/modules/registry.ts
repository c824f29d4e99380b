import type { MenuModule } from '../menu/module';
import { lastCallersModule } from './last-callers';
import { newUserModule } from './new-user';
import { preAuthFeedbackModule } from './pre-auth-feedback';
import { showArtModule } from './show-art';
import { signInHistoryModule } from './sign-in-history';
import { sshKeyConfigModule } from './ssh-key-config';
import { standardModule } from './standard';
import { twoFactorConfigModule } from './two-factor-config';
import { userConfigModule } from './user-config';
import { userListModule } from './user-list';
import { whosOnlineModule } from './whos-online';

/** Every module that `module:` in a menu can name; checks, docs and the runner read this one list. */
export const MODULES: readonly MenuModule[] = [
  standardModule,
  showArtModule,
  newUserModule,
  userConfigModule,
  twoFactorConfigModule,
  sshKeyConfigModule,
  lastCallersModule,
  whosOnlineModule,
  userListModule,
  signInHistoryModule,
  preAuthFeedbackModule,
];

/** The modules by name. */
export function moduleTable(): ReadonlyMap<string, MenuModule> {
  return new Map(MODULES.map((module) => [module.name, module]));
}
