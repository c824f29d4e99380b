import type { Config } from '../config/schema';
import type { ModuleFacts } from './flow-moves';
import type { EntryPoint } from './flow-proof';
import type { MenuModule } from './module';

/** What modules do to the flow beyond their methods: menus they know by name, and signing people in. */
const FLOW_OF_MODULES: Readonly<Record<string, Partial<ModuleFacts>>> = {
  nua: { signsIn: true },
  user_2fa_otp_config: {
    menus: ['userTwoFactorAuthOTPConfigShowDetails', 'userTwoFactorAuthOTPSecConnRequired'],
  },
};

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
        views: module.views,
        ...FLOW_OF_MODULES[name],
      },
    ]),
  );
}

/** Where calls begin, by config. Servers that are off count too: they may be on tomorrow. */
export function entryPoints(config: Config): readonly EntryPoint[] {
  const { telnet, ssh } = config.loginServers;
  return [
    { server: 'telnet', menu: telnet.firstMenu, secure: false, signedIn: false },
    { server: 'wss', menu: telnet.firstMenu, secure: true, signedIn: false },
    { server: 'ssh', menu: ssh.firstMenu, secure: true, signedIn: true },
    { server: 'ssh', menu: ssh.firstMenuNewUser, secure: true, signedIn: false },
  ];
}
