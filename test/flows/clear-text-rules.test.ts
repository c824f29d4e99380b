import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WAY_IN_NAMES, WAYS_IN, type WayInName } from '../../src/protocols/ways-in';
import { TestBoard } from '../support/board';
import { dialBare, dialRlogin, KEYS, type DialledCaller } from '../support/dial';
import { readKeyUri } from '../support/authenticator';
import { readQrCode } from '../support/photograph';
import { giveCode, goToMainMenu, PASSWORD, signIn } from '../support/sign-in';
import { dialWebSocket } from '../support/web-socket-caller';

type PasswordLogin = 'allow' | 'with-otp' | 'refuse';

const PROXY = '127.0.0.9';
const IN = 'Both doors are open.';
const REFUSED = /Nobody can sign in by|is for accounts with a second factor/;

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

/** A way in that is new in the table is tried with a bare TCP client until it has one of its own. */
async function signInBy(way: WayInName, board: TestBoard): Promise<DialledCaller> {
  const own = SIGN_IN[way];
  if (own !== undefined) return own(board);
  const caller = await dialBare(board.bbs.addresses[way]?.port ?? 0);
  await signIn(caller, 'alice');
  return caller;
}

/** Secure ways in and those in clear text, each by its name. */
const WAYS = WAY_IN_NAMES.map((way) => [way, WAYS_IN[way].secure] as const);

describe.each(['refuse', 'with-otp'] as const)(
  'a password of an account without a second factor, where passwordLogin is %s',
  (passwordLogin) => {
    let board: TestBoard;
    beforeAll(async () => {
      board = await startBoard(passwordLogin);
    });
    afterAll(() => board.remove());

    it.each(WAYS)('by %s signs in: %s (rules F8, M9)', async (way, secure) => {
      const caller = await signInBy(way, board);
      await caller.sees(secure ? IN : REFUSED);
      caller.hangUp();
    });
  },
);

describe('a second factor', () => {
  let board: TestBoard;
  beforeAll(async () => {
    board = await startBoard('allow');
  });
  afterAll(() => board.remove());

  it.each(WAYS)('is set up by %s: %s (rules D16, M9)', async (way, secure) => {
    const caller = await signInBy(way, board);
    await goToMainMenu(caller);
    caller.type(`2fa${KEYS.return}`);
    await caller.sees(secure ? 'Kind of code' : /SSH/);
    caller.hangUp();
  });
});

describe('who must have a second factor and has none', () => {
  let board: TestBoard;
  beforeAll(async () => {
    board = await startBoard('allow', { required: 'AF1', graceLogins: 0 });
  });
  afterAll(() => board.remove());

  it.each(WAYS)('by %s is led to the set-up: %s (rules P1, M9)', async (way, secure) => {
    const caller = await signInBy(way, board);
    if (secure) {
      await caller.sees('Set it up now? (y/n)');
      // Nothing typed opens a way past it, and leaving it ends the call.
      caller.type(`${KEYS.return}n${KEYS.return}`);
    }
    const text = await caller.isHungUpOn();
    expect(text).toContain('Two-factor sign-in is asked of you here');
    expect(text.includes('please call by SSH')).toBe(!secure);
    expect(text).not.toContain(IN);
  });

  it('goes on with it by SSH, and is asked for the code from then on', async () => {
    const { secret, caller } = await setUpBySsh(board);
    await caller.sees(IN);
    caller.hangUp();
    const next = await board.ssh({ userName: 'alice', password: PASSWORD });
    await giveCode(next, board.freshCode(secret));
    await next.sees(IN);
    next.hangUp();
  });
});

/** Through the set-up on the screen by a real SSH client. */
async function setUpBySsh(
  board: TestBoard,
): Promise<{ readonly secret: string; readonly caller: DialledCaller }> {
  const caller = await board.ssh({ userName: 'alice', password: PASSWORD });
  await caller.sees('Set it up now? (y/n)');
  caller.type(`y${KEYS.return}`);
  await caller.sees(/Type the code\s+that the[^]*Esc: back/);
  const { secret } = readKeyUri(readQrCode(caller.screen) ?? '');
  caller.type(`${board.code(secret)}${KEYS.return}`);
  const codes = await caller.sees('Your backup codes');
  const [first = ''] = /\b[a-z]{5}(?:-[a-z]{5}){3}\b/.exec(codes) ?? [];
  caller.type(`${first}${KEYS.return}`);
  return { secret, caller };
}

async function startBoard(
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
