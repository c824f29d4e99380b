import type { Config } from '../config/schema';
import type { ModuleFacts } from './flow-moves';
import type { EntryPoint } from './flow-proof';
import type { MenuModule } from '../menu/module';

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
        views: module.views,
        menus: module.menus ?? [],
        signsIn: module.signsIn === true,
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
