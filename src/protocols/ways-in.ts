/** A login server, as everything above the protocols sees it. */
export interface WayIn {
  /** Its name on screens. */
  readonly label: string;
  /** As a sentence names it: "SSH or secure WebSocket". */
  readonly inWords: string;
  /** Completes "call by". */
  readonly callBy: string;
  /**
   * True where the caller's input is encrypted in transit. Rules about clear text (F8, D16, `SC`)
   * check this, never the name (rule M9).
   */
  readonly secure: boolean;
  /** The section of config.hjson with its address and port (config/schema-servers.ts). */
  readonly configKey: string;
  /** Whether a new board listens at all, and on which port. */
  readonly listens: { readonly enabled: boolean; readonly port: number };
  /** Where its calls begin; the first is the usual one. */
  readonly firstMenus: readonly [FirstMenu, ...FirstMenu[]];
  /** True where nobody but the board's own proxies may connect: what it carries is not encrypted there. */
  readonly onlyProxies?: true;
  /** What a caller types into a shell; undefined where a browser calls. */
  readonly command: ((host: string, port: number) => string) | undefined;
}

/** A menu where calls begin. */
interface FirstMenu {
  /** The key of config.hjson that names the menu. */
  readonly key: string;
  /** True where the protocol itself has checked a first factor before the menu. */
  readonly signedIn: boolean;
}

const TELNET_MENU = { key: 'loginServers.telnet.firstMenu', signedIn: false } as const;
const SIGNED_IN_MENU = { key: 'loginServers.ssh.firstMenu', signedIn: true } as const;

/** The one table of ways in. What another table says of each is a mapped type over `WayInName`. */
export const WAYS_IN = {
  telnet: {
    label: 'Telnet',
    inWords: 'telnet',
    callBy: 'telnet',
    secure: false,
    configKey: 'loginServers.telnet',
    listens: { enabled: true, port: 8888 },
    firstMenus: [TELNET_MENU],
    command: (host, port) => `telnet ${host} ${port}`,
  },
  rlogin: {
    label: 'Rlogin',
    inWords: 'rlogin',
    callBy: 'rlogin',
    secure: false,
    configKey: 'loginServers.rlogin',
    listens: { enabled: false, port: 8513 },
    // The second one after a password in the greeting.
    firstMenus: [TELNET_MENU, SIGNED_IN_MENU],
    command: (host, port) => `rlogin -p ${port} -l YOURNAME ${host}`,
  },
  ssh: {
    label: 'SSH',
    inWords: 'SSH',
    callBy: 'SSH',
    secure: true,
    configKey: 'loginServers.ssh',
    listens: { enabled: true, port: 8889 },
    firstMenus: [SIGNED_IN_MENU, { key: 'loginServers.ssh.firstMenuNewUser', signedIn: false }],
    command: (host, port) => `ssh -p ${port} YOURNAME@${host}`,
  },
  wss: {
    label: 'WebSocket',
    inWords: 'secure WebSocket',
    callBy: 'browser',
    secure: true,
    configKey: 'loginServers.webSocket.wss',
    listens: { enabled: false, port: 8811 },
    firstMenus: [TELNET_MENU],
    command: undefined,
  },
  ws: {
    label: 'WebSocket',
    inWords: 'WebSocket through a proxy with TLS',
    callBy: 'browser',
    // As far as the proxy says so of a call (protocols/forwarded.ts).
    secure: true,
    onlyProxies: true,
    configKey: 'loginServers.webSocket.ws',
    listens: { enabled: false, port: 8810 },
    firstMenus: [TELNET_MENU],
    command: undefined,
  },
} as const satisfies Readonly<Record<string, WayIn>>;

export type WayInName = keyof typeof WAYS_IN;

/** The ways in that are secure. */
export type SecureWayInName = {
  [Name in WayInName]: (typeof WAYS_IN)[Name]['secure'] extends true ? Name : never;
}[WayInName];

export const WAY_IN_NAMES = Object.keys(WAYS_IN) as readonly WayInName[];

export const SECURE_WAYS = WAY_IN_NAMES.filter(
  (name): name is SecureWayInName => WAYS_IN[name].secure,
);

/** In the order in which callers are told of them: the secure ones first. */
export const WAYS_TO_TELL: readonly WayInName[] = [
  ...SECURE_WAYS,
  ...WAY_IN_NAMES.filter((name) => !WAYS_IN[name].secure),
];

/** The ways in that browsers call, the one with TLS of its own first. */
export const BROWSER_WAYS = WAY_IN_NAMES.filter((name) => WAYS_IN[name].command === undefined);

/** True where nobody but the board's own proxies may connect. */
export function isForProxies(name: WayInName): boolean {
  const { onlyProxies }: WayIn = WAYS_IN[name];
  return onlyProxies === true;
}

/** One value for each way in. */
export function mapWays<Value>(
  valueOf: (name: WayInName) => Value,
): Readonly<Record<WayInName, Value>> {
  return Object.fromEntries(WAY_IN_NAMES.map((name) => [name, valueOf(name)])) as Readonly<
    Record<WayInName, Value>
  >;
}

/** True where the protocol itself checks a credential before the first menu. */
export function signsInFirst(name: WayInName): boolean {
  return WAYS_IN[name].firstMenus[0].signedIn;
}

/**
 * The label of a record's origin: a way in, the pages (`web`), or any other origin by its own name.
 */
export function labelOfWay(name: string): string {
  if (name === 'web') return 'Web';
  return Object.hasOwn(WAYS_IN, name) ? WAYS_IN[name as WayInName].label : name;
}
