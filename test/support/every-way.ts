import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WAY_IN_NAMES, WAYS_IN, type WayInName } from '../../src/protocols/ways-in';
import { TestBoard } from './board';
import { dialBare, dialRlogin, type DialledCaller } from './dial';
import { PASSWORD, signIn } from './sign-in';
import { dialWebSocket } from './web-socket-caller';

/** Secure ways in and those in clear text, each by its name. */
export const WAYS = WAY_IN_NAMES.map((way) => [way, WAYS_IN[way].secure] as const);

type PasswordLogin = 'allow' | 'with-otp' | 'refuse' | 'never';

const PROXY = '127.0.0.9';

/** Signs in by a password where the protocol needs a client of its own. */
const SIGN_IN: Partial<Record<WayInName, (board: TestBoard) => Promise<DialledCaller>>> = {
  telnet: async (board) => {
    const caller = await board.telnet();
    await signIn(caller, 'alice');
    return caller;
  },
  // The password comes in the greeting, as SyncTERM sends it.
  rlogin: (board) =>
    dialRlogin(board.bbs.addresses.rlogin?.port ?? 0, { first: PASSWORD, second: 'alice' }),
  ssh: (board) => board.ssh({ userName: 'alice', password: PASSWORD }),
  wss: async (board) => {
    const ca = await readFile(join(board.dataDir, 'keys', 'web_cert.pem'));
    const caller = await dialWebSocket({ port: board.wssPort, ca });
    await signIn(caller, 'alice');
    return caller;
  },
  // By a proxy of the board, which says how its caller came to it.
  ws: async (board) => {
    const caller = await dialWebSocket({
      ...{ port: board.bbs.addresses.ws?.port ?? 0, localAddress: PROXY },
      headers: { 'x-forwarded-for': '203.0.113.9', 'x-forwarded-proto': 'https' },
    });
    await signIn(caller, 'alice');
    return caller;
  },
};

/** Signs alice in. A way in that is new in the table is tried with a bare TCP client until it has one of its own. */
export async function signInBy(way: WayInName, board: TestBoard): Promise<DialledCaller> {
  const own = SIGN_IN[way];
  if (own !== undefined) return own(board);
  const caller = await dialBare(board.bbs.addresses[way]?.port ?? 0);
  await signIn(caller, 'alice');
  return caller;
}

/** A board with every way in of the table, where alice has an account. */
export async function startOnEveryWay(
  passwordLogin: PasswordLogin,
  twoFactorAuth: object = {},
): Promise<TestBoard> {
  const config: Sections = {};
  Object.assign(sectionOf(config, 'users'), { twoFactorAuth });
  for (const way of WAY_IN_NAMES)
    Object.assign(sectionOf(config, WAYS_IN[way].configKey), { enabled: true, port: 0 });
  Object.assign(sectionOf(config, 'loginServers.telnet'), { passwordLogin });
  const board = await TestBoard.start({
    config: { ...config, proxies: [PROXY], forwardedHeader: 'x-forwarded-for' },
  });
  await board.addUser('alice', PASSWORD);
  return board;
}

interface Sections {
  [key: string]: Sections;
}

/** The section of a dotted key, made where it is missing. */
function sectionOf(config: Sections, key: string): Sections {
  return key.split('.').reduce((section, name) => (section[name] ??= {}), config);
}
