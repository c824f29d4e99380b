import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConfigInput } from '../../src/config/schema';
import { TestBoard } from '../support/board';
import { KEYS, type DialledCaller } from '../support/dial';
import { goToMainMenu, PASSWORD, signIn } from '../support/sign-in';
import { dialWebSocket } from '../support/web-socket-caller';
import { proxyHeader } from '../support/proxy-headers';
import { Relay } from '../support/relay';

const PROXY = '127.0.0.1';
const NO_PROXY = '127.0.0.2';
const CALLER = '203.0.113.9';

const opened: { remove(): Promise<void> }[] = [];
afterAll(async () => {
  for (const each of opened) await each.remove();
});

async function start(config: ConfigInput): Promise<TestBoard> {
  const board = await TestBoard.start({ config });
  opened.push(board);
  await board.addUser('alice', PASSWORD);
  return board;
}

const portOf = (board: TestBoard): number => board.bbs.addresses.ws?.port ?? 0;

/** What the screen of the second factor, which is for secure calls, answers. */
async function openTwoFactor(caller: DialledCaller): Promise<'secure' | 'in clear'> {
  await signIn(caller, 'alice');
  await goToMainMenu(caller);
  caller.type(`2fa${KEYS.return}`);
  await caller.seesNoMore('Command');
  const text = await caller.sees(/Kind of code|SSH/);
  caller.hangUp();
  return text.includes('Kind of code') ? 'secure' : 'in clear';
}

describe('WebSocket without TLS, behind a web proxy (rule G3)', () => {
  let board: TestBoard;
  const dial = (headers: Record<string, string>, localAddress = PROXY): Promise<DialledCaller> =>
    dialWebSocket({ port: portOf(board), localAddress, headers });

  beforeAll(async () => {
    board = await start({
      ...{ proxies: [PROXY], forwardedHeader: 'x-forwarded-for' },
      loginServers: { webSocket: { ws: { enabled: true, port: 0 } } },
    });
  });

  it('is secure where the proxy says that its caller came by TLS', async () => {
    const caller = await dial({ 'x-forwarded-for': CALLER, 'x-forwarded-proto': 'https' });
    expect(await openTwoFactor(caller)).toBe('secure');
    expect(board.events('login.accepted').at(-1)).toMatchObject({ server: 'ws', remoteIp: CALLER });
  });

  it.each([
    ['http', { 'x-forwarded-proto': 'http' }],
    ['https and http', { 'x-forwarded-proto': 'https, http' }],
    ['nothing', {}],
    ['https in the header that is not read', { forwarded: `for=${CALLER};proto=https` }],
  ])('is clear text where the proxy says %s', async (_said, headers) => {
    const caller = await dial({ 'x-forwarded-for': CALLER, ...headers });
    expect(await openTwoFactor(caller)).toBe('in clear');
  });

  it('is closed to everybody else, with a line in the log', async () => {
    const headers = { 'x-forwarded-for': CALLER, 'x-forwarded-proto': 'https' };
    await expect(dial(headers, NO_PROXY)).rejects.toThrow();
    expect(board.events('proxy.refused')).toMatchObject([
      { server: 'ws', reason: 'not-a-proxy', remoteIp: NO_PROXY },
    ]);
  });

  it('is called by the terminal page, at the same port of the proxy', async () => {
    const { body } = await board.browse(`https://localhost:${board.httpsPort}/terminal`);
    expect(body).toContain(`data-board="wss://localhost:${portOf(board)}/"`);
  });
});

it('by the PROXY protocol as well, a call is secure where the proxy says so', async () => {
  const board = await start({
    proxies: [PROXY],
    loginServers: { webSocket: { ws: { enabled: true, port: 0, proxyProtocol: 'required' } } },
  });
  const relay = await Relay.open(portOf(board), () => proxyHeader('v2', CALLER));
  opened.unshift({ remove: () => relay.close() });
  for (const [proto, is] of [
    ['https', 'secure'],
    ['http', 'in clear'],
  ] as const) {
    const headers = { 'x-forwarded-proto': proto };
    const caller = await dialWebSocket({ port: relay.port, headers });
    expect(await openTwoFactor(caller)).toBe(is);
  }
  expect(board.events('login.accepted').at(-1)).toMatchObject({ remoteIp: CALLER });
});

it('a call by TLS from a proxy whose caller came without it is clear text', async () => {
  const board = await start({
    ...{ proxies: [PROXY], forwardedHeader: 'forwarded' },
    loginServers: { webSocket: { wss: { enabled: true, port: 0 } } },
  });
  const ca = await readFile(join(board.dataDir, 'keys', 'web_cert.pem'));
  for (const [proto, is] of [
    ['http', 'in clear'],
    ['https', 'secure'],
  ] as const) {
    const headers = { forwarded: `for=${CALLER};proto=${proto}` };
    const caller = await dialWebSocket({ port: board.wssPort, ca, headers });
    expect(await openTwoFactor(caller)).toBe(is);
  }
});

it.each([
  ['proxies', {}, /it has no TLS and is for proxies alone/],
  ['who says who calls', { proxies: [PROXY] }, /forwardedHeader is off/],
] as const)('starts with %s alone', async (_what, config, why) => {
  const loginServers = { webSocket: { ws: { enabled: true, port: 0 } } };
  const proxies: string[] = 'proxies' in config ? [...config.proxies] : [];
  await expect(TestBoard.start({ config: { ...config, proxies, loginServers } })).rejects.toThrow(
    why,
  );
});
