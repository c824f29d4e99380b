import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { TestBoard } from '../support/board';
import type { DialledCaller } from '../support/dial';
import { PASSWORD, signIn } from '../support/sign-in';
import { dialWebSocket } from '../support/web-socket-caller';

const RESET = '/_enig/sec/reset_password?token=none';
const ELSEWHERE = '127.0.0.2';

describe('a board behind a web proxy that names callers in X-Forwarded-For (rule G3)', () => {
  let board: TestBoard;
  beforeEach(async () => {
    board = await TestBoard.start({
      config: {
        ...{ proxies: ['127.0.0.1'], forwardedHeader: 'x-forwarded-for' },
        loginServers: { webSocket: { wss: { enabled: true } } },
        security: { exemptNetworks: [], maxPreAuthPerSource: 2 },
      },
    });
    await board.addUser('alice', PASSWORD);
  });
  afterEach(() => board.remove());

  const certificate = (): Buffer => readFileSync(join(board.dataDir, 'keys', 'web_cert.pem'));

  function page(path: string, headers: Record<string, string>, localAddress?: string) {
    return new Promise<number>((resolve, reject) => {
      const asking = request({
        ...{ host: '127.0.0.1', port: board.httpsPort, path, ca: certificate(), agent: false },
        ...{ servername: 'localhost', localAddress },
        headers: { host: `localhost:${board.httpsPort}`, ...headers },
      });
      asking.on('response', (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      asking.on('error', reject);
      asking.end();
    });
  }

  function webSocket(forwarded: string, localAddress = '127.0.0.1'): Promise<DialledCaller> {
    return dialWebSocket({
      ...{ port: board.wssPort, ca: certificate(), localAddress },
      headers: { 'x-forwarded-for': forwarded, forwarded: 'for=192.0.2.66' },
    });
  }

  it('counts requests of pages by it, and reads it of nobody else', async () => {
    const ask = (forwarded: string, from?: string): Promise<number> =>
      page(RESET, { 'x-forwarded-for': forwarded, forwarded: 'for=192.0.2.66' }, from);
    const answers: number[] = [];
    for (let call = 0; call < 11; call += 1)
      answers.push(await ask(`198.51.100.${call}, 203.0.113.9`));
    expect(answers.slice(9)).toEqual([answers[0], 429]);
    expect(await ask('203.0.113.9, 203.0.113.10')).toBe(answers[0]);
    // Whoever calls past the proxy may claim what he likes.
    for (let call = 0; call < 10; call += 1)
      expect(await ask(`198.51.100.${call}`, ELSEWHERE)).toBe(answers[0]);
    expect(await ask('198.51.100.200', ELSEWHERE)).toBe(429);
    // One line for all of them; the others are counted.
    expect(board.events('proxy.forged')).toMatchObject([
      { server: 'https', reason: 'forged-header', remoteIp: ELSEWHERE, calls: 1 },
    ]);
  });

  it('is the address of a caller by WebSocket, in audit, log and limits', async () => {
    const alice = await webSocket('198.51.100.1, 203.0.113.9');
    await signIn(alice, 'alice');
    await alice.sees('Both doors are open.');
    const direct = await webSocket('198.51.100.1', ELSEWHERE);
    await signIn(direct, 'alice');
    await direct.sees('Both doors are open.');
    const [first, second] = board.events('login.accepted').map(({ remoteIp }) => remoteIp);
    expect([first, second]).toEqual(['203.0.113.9', ELSEWHERE]);
    expect(board.events('proxy.forged')).toMatchObject([{ server: 'wss', remoteIp: ELSEWHERE }]);
    expect(await board.oputil('audit', '--user', 'alice')).toContain('203.0.113.9');
    await webSocket('203.0.113.20');
    await webSocket('203.0.113.20');
    await expect(webSocket('203.0.113.20')).rejects.toThrow();
    await webSocket('203.0.113.21');
    expect(board.events('call.refused')).toMatchObject([
      { remoteIp: '203.0.113.20', reason: 'source-pre-auth', server: 'wss' },
    ]);
  });

  it('shuts out who is banned, by page and by WebSocket, and nobody else of the proxy', async () => {
    await board.oputil('ban', 'add', '203.0.113.9');
    // Within the second that a running board takes to learn of it.
    for (let status = 0; status !== 403;)
      status = await page('/_enig/health', { 'x-forwarded-for': '203.0.113.9' });
    expect(await page('/_enig/health', { 'x-forwarded-for': '203.0.113.10' })).toBe(200);
    await expect(webSocket('203.0.113.9')).rejects.toThrow();
    await webSocket('203.0.113.10');
  });

  it('refuses a request whose last address is none, with a line in the log', async () => {
    expect(await page('/_enig/health', { 'x-forwarded-for': '203.0.113.9, unknown' })).toBe(403);
    await expect(webSocket('unknown')).rejects.toThrow();
    expect(board.events('proxy.refused')).toMatchObject([
      { server: 'https', reason: 'bad-header', remoteIp: '127.0.0.1' },
      { server: 'wss', reason: 'bad-header', remoteIp: '127.0.0.1' },
    ]);
    // A proxy that asks for itself, as for the board's health, names nobody.
    expect(await page('/_enig/health', {})).toBe(200);
  });
});
