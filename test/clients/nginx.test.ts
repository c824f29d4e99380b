import type { ChildProcess } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join, resolve } from 'node:path';
import { TestBoard } from '../support/board';
import { KEYS } from '../support/dial';
import { freePort } from '../support/relay';
import { PASSWORD, signIn } from '../support/sign-in';
import { dialWebSocket } from '../support/web-socket-caller';
import { talkTo } from './programs';

const SAMPLE = resolve(__dirname, '../../misc/nginx/sallyport.conf');
const CALLER = '127.0.0.2';
const CLAIM = {
  'x-forwarded-for': '203.0.113.66',
  forwarded: 'for=203.0.113.66',
  'x-forwarded-proto': 'http',
};

/** TLS to the board as well, or TLS that ends at nginx. */
describe.each(['wss', 'ws'] as const)('nginx as misc/nginx has it, before %s (rule G3)', (way) => {
  let board: TestBoard;
  let proxy: ChildProcess;
  let pages = 0;
  let terminal = 0;

  beforeAll(async () => {
    board = await TestBoard.start({
      config: {
        ...{ proxies: ['127.0.0.1'], forwardedHeader: 'x-forwarded-for' },
        loginServers: { webSocket: { [way]: { enabled: true, port: 0 } } },
        contentServers: { web: { behindProxy: true } },
      },
    });
    await board.addUser('alice', PASSWORD);
    [pages, terminal] = [await freePort(), await freePort()];
    const { port = 0 } = board.bbs.addresses[way] ?? {};
    const keys = join(board.dataDir, 'keys');
    const sample = (await readFile(SAMPLE, 'utf8'))
      .replace('BBS_ADDRESS:443', `127.0.0.1:${pages}`)
      .replace('BBS_ADDRESS:8811', `127.0.0.1:${terminal}`)
      .replace('127.0.0.1:8443', `127.0.0.1:${board.httpsPort}`)
      .replace('https://127.0.0.1:8811', `${way === 'wss' ? 'https' : 'http'}://127.0.0.1:${port}`)
      .replace('/etc/ssl/bbs/fullchain.pem', join(keys, 'web_cert.pem'))
      .replace('/etc/ssl/bbs/key.pem', join(keys, 'web_key.pem'));
    const file = join(board.dataDir, 'nginx.conf');
    const own = `daemon off; pid ${board.dataDir}/nginx.pid; error_log stderr; events {}`;
    await writeFile(file, `${own}\nhttp {\naccess_log off;\n${sample}}\n`);
    proxy = talkTo('nginx', ['-p', board.dataDir, '-c', file]);
  });
  afterAll(async () => {
    const gone = new Promise((done) => proxy.once('exit', done));
    proxy.kill();
    await gone;
    await board.remove();
  });

  const certificate = (): Promise<Buffer> => readFile(join(board.dataDir, 'keys', 'web_cert.pem'));

  async function page(path: string, localAddress: string): Promise<number> {
    const ca = await certificate();
    return new Promise((done, reject) => {
      const asking = request({
        ...{ host: '127.0.0.1', port: pages, path, localAddress, ca, agent: false },
        ...{ servername: 'localhost', headers: { host: 'localhost', ...CLAIM } },
      });
      asking.on('response', (response) => {
        response.resume();
        done(response.statusCode ?? 0);
      });
      asking.on('error', reject);
      asking.end();
    });
  }

  it('brings alice by WebSocket, and the board knows where she calls from, whatever she claims', async () => {
    // It answers as soon as it listens; until then nobody does.
    for (let status = 0; status !== 200;)
      status = await page('/_enig/health', CALLER).catch(() => 0);
    const ca = await certificate();
    const alice = await dialWebSocket({ port: terminal, ca, localAddress: CALLER, headers: CLAIM });
    await signIn(alice, 'alice');
    await alice.sees('Both doors are open.');
    // Where the second factor is set up, a call is secure.
    alice.type(KEYS.return);
    await alice.sees('Command');
    alice.type(`2fa${KEYS.return}`);
    await alice.sees('Kind of code');
    alice.hangUp();
    expect(board.events('login.accepted')).toMatchObject([{ server: way, remoteIp: CALLER }]);
    expect(await board.oputil('audit', '--user', 'alice')).toContain(CALLER);
  });

  it('counts requests of pages by the address of the caller, whatever he claims', async () => {
    const reset = '/_enig/sec/reset_password?token=none';
    const answers: number[] = [];
    for (let call = 0; call < 11; call += 1) answers.push(await page(reset, CALLER));
    expect(answers.slice(9)).toEqual([answers[0], 429]);
    expect(await page(reset, '127.0.0.3')).toBe(answers[0]);
  });
});
