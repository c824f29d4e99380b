import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { request } from 'node:http';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { ConfigInput } from '../../src/config/schema';
import { describeStart } from '../../src/app/start-message';
import { TestBoard } from '../support/board';
import { BoardDir } from '../support/board-dir';
import { dialSsh, dialTelnet } from '../support/dial';
import { proxyHeader } from '../support/proxy-headers';
import { leaveStale } from '../support/stale-socket';
import { PASSWORD, signIn } from '../support/sign-in';
import { dialWebSocket } from '../support/web-socket-caller';

const IN = 'Both doors are open.';
const BEHIND = { proxyProtocol: 'required' } as const;
const PROXIES = { proxies: ['unix'], forwardedHeader: 'x-forwarded-for' } as const;

const opened: (() => Promise<void>)[] = [];

/** A proxy before a Unix socket, which names its callers in order; returns its port. */
async function proxyBefore(path: string, callers: readonly string[] = []): Promise<number> {
  const left = [...callers];
  const server = createServer((socket) => {
    const board = connect(path);
    const caller = left.shift();
    if (caller !== undefined) board.write(proxyHeader('v2', caller));
    socket.pipe(board).pipe(socket);
    for (const each of [socket, board]) each.on('error', () => undefined);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  opened.push(() => new Promise((done) => void server.close(() => done())));
  return (server.address() as AddressInfo).port;
}

describe('servers on Unix sockets, for proxies (rule G3)', () => {
  let dir: BoardDir;
  beforeEach(async () => {
    dir = await BoardDir.make({});
  });
  afterEach(async () => {
    for (const close of opened.splice(0).reverse()) await close();
    await dir.remove();
  });
  const at = (name: string): string => join(dir.path, 'run', name);

  async function start(config: ConfigInput): Promise<TestBoard> {
    const board = await TestBoard.start({
      boardDir: dir.path,
      config: { ...PROXIES, proxies: [...PROXIES.proxies], ...config },
    });
    opened.push(() => board.remove());
    await board.addUser('alice', PASSWORD);
    await board.addUser('bruno', PASSWORD);
    return board;
  }

  const accepted = (board: TestBoard): unknown[] =>
    board
      .events('login.accepted')
      .map(({ server, remoteIp, userName }) => [server, remoteIp, userName]);

  it('a caller is whom the PROXY header names, by telnet and by SSH, also where two call at once', async () => {
    const board = await start({
      loginServers: {
        telnet: { ...BEHIND, socket: 'run/telnet.sock' },
        ssh: { ...BEHIND, socket: 'run/ssh.sock' },
      },
    });
    const telnet = await dialTelnet({
      port: await proxyBefore(at('telnet.sock'), ['203.0.113.9']),
    });
    await signIn(telnet, 'alice');
    await telnet.sees(IN);
    telnet.hangUp();
    const port = await proxyBefore(at('ssh.sock'), ['203.0.113.10', '203.0.113.11']);
    const first = await dialSsh({ port, userName: 'alice', password: PASSWORD });
    const second = await dialSsh({ port, userName: 'bruno', password: PASSWORD });
    for (const each of [first, second]) await each.sees(IN);
    expect(accepted(board)).toEqual([
      ['telnet', '203.0.113.9', 'alice'],
      ['ssh', '203.0.113.10', 'alice'],
      ['ssh', '203.0.113.11', 'bruno'],
    ]);
    for (const each of [first, second]) each.hangUp();
    const said = describeStart(board.bbs, { isTerminal: false });
    expect(said).toContain(`unix:${at('telnet.sock')}   (for the proxy alone`);
  });

  it('what begins with no header is refused, with a line in the log', async () => {
    const board = await start({ loginServers: { telnet: { ...BEHIND, socket: 'run/t.sock' } } });
    const socket = connect(at('t.sock'));
    const ended = new Promise<void>((done) => void socket.once('close', () => done()));
    socket.on('error', () => undefined).write('hello, this is no header\r\n');
    await ended;
    await board.logged('proxy.refused', {
      server: 'telnet',
      reason: 'no-header',
      remoteIp: 'unix',
    });
  });

  it('a request names the caller of WebSocket and pages, and says how he came', async () => {
    const board = await start({
      loginServers: { webSocket: { ws: { enabled: true, socket: 'run/ws.sock' } } },
      contentServers: {
        web: {
          domain: 'bbs.example.org',
          https: { enabled: false },
          http: { enabled: true, socket: 'run/pages.sock' },
        },
      },
    });
    const headers = { 'x-forwarded-for': '203.0.113.12', 'x-forwarded-proto': 'https' };
    const caller = await dialWebSocket({ port: await proxyBefore(at('ws.sock')), headers });
    await signIn(caller, 'alice');
    await caller.sees(IN);
    caller.hangUp();
    expect(accepted(board)).toEqual([['ws', '203.0.113.12', 'alice']]);
    const page = (more: Record<string, string>): Promise<number | undefined> =>
      new Promise((done, reject) => {
        const path = '/_enig/sec/reset_password?token=none';
        const asking = request({
          ...{ socketPath: at('pages.sock'), path, agent: false },
          headers: { host: 'bbs.example.org', ...more },
        });
        asking.on('response', (response) => {
          response.resume();
          done(response.statusCode);
        });
        asking.on('error', reject).end();
      });
    expect(await page({ 'x-forwarded-for': '203.0.113.12' })).toBe(403);
    for (let asked = 0; asked < 10; asked += 1) expect(await page(headers)).toBe(410);
    expect(await page(headers)).toBe(429);
    expect(await page({ ...headers, 'x-forwarded-for': '203.0.113.13' })).toBe(410);
  });

  it("are the board user's alone, or a group's, take the place of dead ones and are gone with the board", async () => {
    const socket = 'run/telnet.sock';
    const first = await start({ loginServers: { telnet: { ...BEHIND, socket } } });
    expect(lstatSync(join(dir.path, 'run')).mode & 0o777).toBe(0o700);
    expect(lstatSync(at('telnet.sock')).mode & 0o777).toBe(0o600);
    await first.bbs.close();
    expect(readdirSync(join(dir.path, 'run'))).toEqual([]);
    await leaveStale(at('telnet.sock'));
    const group = { ...BEHIND, socket, socketForGroup: true };
    const second = await start({ loginServers: { telnet: group } });
    expect(lstatSync(at('telnet.sock')).mode & 0o777).toBe(0o660);
    const taken = start({ loginServers: { telnet: group } });
    await expect(taken).rejects.toMatchObject({ code: 'ADDRESS_IN_USE' });
    await second.bbs.close();
    expect(existsSync(at('telnet.sock'))).toBe(false);
  });

  it('are for pages of a proxy, which ends TLS: https has none, and a board that asks for it does not start', async () => {
    const https = { enabled: true, socket: 'run/pages.sock' };
    const wrong = { contentServers: { web: { domain: 'bbs.example.org', https } } };
    await expect(start(wrong as ConfigInput)).rejects.toThrow(
      /https has no key 'socket'.*contentServers\.web\.http\.socket/,
    );
  });

  it.each([
    ['proxies lacks "unix"', { proxies: ['127.0.0.1'] }, BEHIND],
    ['proxyProtocol is off', {}, {}],
  ] as const)('do not open where %s', async (why, config, telnet) => {
    const proxies = 'proxies' in config ? [...config.proxies] : ['unix'];
    const loginServers = { telnet: { ...telnet, socket: 'run/telnet.sock' } };
    await expect(start({ proxies, loginServers })).rejects.toThrow(why);
  });
});
