import { WAYS_IN, WAY_IN_NAMES, type WayIn, type WayInName } from '../protocols/ways-in';
import type { Config } from './schema';

/** What every login server has in the configuration. */
interface LoginServer {
  readonly enabled: boolean;
  readonly address: string;
  readonly port: number;
  readonly proxyProtocol: Config['loginServers']['telnet']['proxyProtocol'];
  /** Empty where it listens on an address. */
  readonly socket: string;
  readonly socketForGroup: boolean;
}

/** The dotted keys of all values of a type. */
type KeyOf<Section, Wanted, Before extends string> = {
  [Key in keyof Section & string]: Section[Key] extends Wanted
    ? `${Before}${Key}`
    : Section[Key] extends object
      ? KeyOf<Section[Key], Wanted, `${Before}${Key}.`>
      : never;
}[keyof Section & string];

type Servers = Config['loginServers'];

/** The table of ways in, held to the schema: a section or menu that the schema lacks does not compile. */
const WAYS: Readonly<
  Record<
    WayInName,
    {
      readonly configKey: KeyOf<Servers, LoginServer, 'loginServers.'>;
      readonly firstMenus: readonly {
        readonly key: KeyOf<Servers, string, 'loginServers.'>;
      }[];
    }
  >
> = WAYS_IN;

/** The login server of a way in. */
export function loginServer(config: Config, way: WayInName): LoginServer {
  return valueAt(config, WAYS[way].configKey) as LoginServer;
}

/** The key of `passwordRule`. */
export const PASSWORD_RULE_KEY = 'loginServers.telnet.passwordLogin';

/**
 * What a password may do over a connection: the sysop limits it where it is in clear text (rules F8,
 * M9).
 */
export function passwordRule(
  config: Config,
  { secure }: { readonly secure: boolean },
): Servers['telnet']['passwordLogin'] {
  return secure ? 'allow' : config.loginServers.telnet.passwordLogin;
}

/** Every login server with its key, whether it is enabled or not. */
export function listLoginServers(config: Config): readonly (LoginServer & {
  readonly way: WayInName;
  readonly path: string;
})[] {
  return WAY_IN_NAMES.map((way) => ({
    ...{ way, path: WAYS[way].configKey },
    ...loginServer(config, way),
  }));
}

/** The servers of the pages: with TLS, and the one for proxies without. */
export type PageServerName = 'https' | 'http';

/** True where the board has pages, with TLS or behind a proxy that has it. */
export function hasPages({ contentServers: { web } }: Config): boolean {
  return web.https.enabled || web.http.enabled;
}

/** The same with the pages, `https` and `http`. */
export function listServers(
  config: Config,
): readonly (LoginServer & { readonly name: string; readonly path: string })[] {
  return [
    ...listLoginServers(config).map((server) => ({ ...server, name: server.way })),
    ...(['https', 'http'] as const).map((name) => ({
      ...{ socket: '', socketForGroup: false, ...config.contentServers.web[name] },
      ...{ name, path: `contentServers.web.${name}` },
    })),
  ];
}

/** The menu where a call begins: the usual one, or that of callers whom the protocol has or has not signed in. */
export function firstMenuOf(
  config: Config,
  way: WayInName,
  caller: { readonly signedIn?: boolean } = {},
): string {
  const { firstMenus }: WayIn = WAYS_IN[way];
  const { key } = firstMenus.find(({ signedIn }) => signedIn === caller.signedIn) ?? firstMenus[0];
  return valueAt(config, key) as string;
}

/** The value of a dotted key. */
export function valueAt(config: Config, path: string): unknown {
  let at: unknown = config;
  for (const key of path.split('.')) at = (at as Readonly<Record<string, unknown>>)[key];
  return at;
}
