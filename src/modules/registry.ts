import { abracadabraModule } from './abracadabra';
import { absentModule } from '../menu/run/follow';
import type { MenuModule } from '../menu/run/module';
import { ABSENT_MODULES } from './absent-modules';
import { bbsLinkModule } from './bbs-link';
import { destinationsModule } from './destinations';
import { doorPartyModule } from './door-party';
import { lastCallersModule } from './last-callers';
import { letterToSysopModule } from './letter-to-sysop';
import { myCallsModule } from './my-calls';
import { newUserModule } from './new-user';
import { nodeMessageModule } from './node-message';
import { onelinerzModule } from './onelinerz';
import { onwardAccountsModule } from './onward-accounts';
import { pageSysopModule } from './page-sysop';
import { preAuthFeedbackModule } from './pre-auth-feedback';
import { showArtModule } from './show-art';
import { signInHistoryModule } from './sign-in-history';
import { sshKeyConfigModule } from './ssh-key-config';
import { twoFactorConfigModule } from './two-factor-config';
import { rloginModule } from './rlogin';
import { sshBridgeModule } from './ssh-bridge';
import { sysopNewsModule } from './sysop-news';
import { telnetBridgeModule } from './telnet-bridge';
import { userConfigModule } from './user-config';
import { userListModule } from './user-list';
import { userStatusConfigModule } from './user-status-config';
import { whosOnlineModule } from './whos-online';

/** A menu without `module`: art, views and rules, and nothing of its own. */
const standardModule: MenuModule = {
  name: 'standard',
  doc: 'What a menu without `module` is: its art, its form or prompt, and where they lead.',
  needs: 'none',
  views: [],
  methods: {},
};

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
  sysopNewsModule,
  myCallsModule,
  preAuthFeedbackModule,
  userStatusConfigModule,
  nodeMessageModule,
  pageSysopModule,
  onelinerzModule,
  telnetBridgeModule,
  rloginModule,
  sshBridgeModule,
  bbsLinkModule,
  doorPartyModule,
  abracadabraModule,
  destinationsModule,
  onwardAccountsModule,
];

/** The modules by name. */
export function moduleTable(own: OwnModules = new Map()): OwnModules {
  return new Map([...MODULES.map((module) => [module.name, module] as const), ...own]);
}

/** Those of the program that runs the board, and of mods/; none has the name of one of ours. */
type OwnModules = ReadonlyMap<string, MenuModule>;

/** What callers meet: those modules, and stand-ins for the ones that boards elsewhere have. */
export function modulesForCallers(own?: OwnModules): OwnModules {
  const fallbacks = [...ABSENT_MODULES].map(
    ([name, why]) => [name, absentModule(name, why)] as const,
  );
  const letter = [letterToSysopModule.name, letterToSysopModule] as const;
  return new Map([...fallbacks, letter, ...moduleTable(own)]);
}
