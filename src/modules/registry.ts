import type { MenuModule } from '../menu/module';
import { absentModule } from './absent-module';
import { ABSENT_MODULES } from './absent-modules';
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

/** What callers meet: those modules, and stand-ins for the ones that boards elsewhere have. */
export function modulesForCallers(): ReadonlyMap<string, MenuModule> {
  const standIns = [...ABSENT_MODULES].map(
    ([name, why]) => [name, absentModule(name, why)] as const,
  );
  return new Map([...standIns, ...moduleTable()]);
}
