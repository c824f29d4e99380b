import { WAYS_IN } from '../protocols/ways-in';
import type { Place } from '../base/errors';
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
  const { telnet, ssh } = config.loginServers;
  const named = (section: string, name: string) => ({
    key: `loginServers.${section}.${name}`,
    place: placeOf?.(['loginServers', section, name]),
  });
  const telnetFirst = { menu: telnet.firstMenu, signedIn: false, ...named('telnet', 'firstMenu') };
  return [
    { server: 'telnet', secure: WAYS_IN.telnet.secure, ...telnetFirst },
    { server: 'wss', secure: WAYS_IN.wss.secure, ...telnetFirst },
    {
      ...{ server: 'ssh', secure: WAYS_IN.ssh.secure, signedIn: true },
      ...{ menu: ssh.firstMenu, ...named('ssh', 'firstMenu') },
    },
    {
      ...{ server: 'ssh', secure: WAYS_IN.ssh.secure, signedIn: false },
      ...{ menu: ssh.firstMenuNewUser, ...named('ssh', 'firstMenuNewUser') },
    },
  ];
}
