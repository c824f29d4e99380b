import type { ChildProcess } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join, resolve } from 'node:path';
import type { ConfigInput } from '../../src/config/schema';
import { TestBoard } from '../support/board';
import { BoardDir } from '../support/board-dir';
import { KEYS } from '../support/dial';
import { freePort } from '../support/relay';
import { PASSWORD, signIn } from '../support/sign-in';
import { dialWebSocket } from '../support/web-socket-caller';
import { endProgram, talkTo, whenItAnswers } from './programs';

const MISC = resolve(__dirname, '../../misc');
const CALLER = '127.0.0.2';
const CLAIM = {
  'x-forwarded-for': '203.0.113.66',
  forwarded: 'for=203.0.113.66',
  'x-forwarded-proto': 'http',
};

/** Where a proxy listens and what is behind it. */
interface Ports {
  readonly pages: number;
  readonly terminal: number;
  /** What each proxy calls the board's servers. */
  readonly board: { readonly pages: Place; readonly terminal: Place };
}

/** A port of this machine, or the path of a Unix socket. */
type Place = number | string;

const forNginx = (place: Place): string =>
  typeof place === 'number' ? `127.0.0.1:${place}` : `unix:${place}`;
const forHaproxy = (place: Place): string =>
  typeof place === 'number' ? `127.0.0.1:${place}` : `unix@${place}`;
const forCaddy = (place: Place): string =>
  typeof place === 'number' ? `127.0.0.1:${place}` : `unix/${place}`;

async function startNginx(dataDir: string, ports: Ports, scheme: string): Promise<ChildProcess> {
  const keys = join(dataDir, 'keys');
  const { pages, terminal, board } = ports;
  const sample = (await readFile(join(MISC, 'nginx', 'sallyport.conf'), 'utf8'))
    .replace('BBS_ADDRESS:443', `127.0.0.1:${pages}`)
    .replace('BBS_ADDRESS:8811', `127.0.0.1:${terminal}`)
    .replace('https://127.0.0.1:8443', `${scheme}://${forNginx(board.pages)}`)
    .replace('https://127.0.0.1:8811', `${scheme}://${forNginx(board.terminal)}`)
    .replace('/etc/ssl/bbs/fullchain.pem', join(keys, 'web_cert.pem'))
    .replace('/etc/ssl/bbs/key.pem', join(keys, 'web_key.pem'));
  const file = join(dataDir, 'nginx.conf');
  // Who may open the board's sockets; without the rights of root it is the board's user in any case.
  const user = process.getuid?.() === 0 ? 'user root; ' : '';
  const own = `${user}daemon off; pid ${dataDir}/nginx.pid; error_log stderr; events {}`;
  await writeFile(file, `${own}\nhttp {\naccess_log off;\n${sample}}\n`);
  return talkTo('nginx', ['-p', dataDir, '-c', file]);
}

async function startCaddy(dataDir: string, ports: Ports): Promise<ChildProcess> {
  const keys = join(dataDir, 'keys');
  const { pages, terminal, board } = ports;
  // The sample gets its certificate from an authority; here it is the board's own.
  const tls = `bind 127.0.0.1\n\ttls ${join(keys, 'web_cert.pem')} ${join(keys, 'web_key.pem')}`;
  const sample = (await readFile(join(MISC, 'caddy', 'Caddyfile'), 'utf8'))
    .replace('bbs.example.org {', `https://localhost:${pages} {\n\t${tls}`)
    .replace('bbs.example.org:8810 {', `https://localhost:${terminal} {\n\t${tls}`)
    .replace('127.0.0.1:8080', forCaddy(board.pages))
    .replace('127.0.0.1:8810', forCaddy(board.terminal));
  const file = join(dataDir, 'Caddyfile');
  const own = `{\n\tadmin off\n\tauto_https disable_redirects\n\tstorage file_system ${dataDir}/caddy\n}`;
  await writeFile(file, `${own}\n${sample}`);
  // What it runs with it saves below its home.
  const home = `XDG_CONFIG_HOME=${dataDir}/caddy`;
  return talkTo('env', [home, 'caddy', 'run', '--config', file, '--adapter', 'caddyfile']);
}

async function startHaproxy(dataDir: string, ports: Ports): Promise<ChildProcess> {
  const keys = join(dataDir, 'keys');
  const pem = join(dataDir, 'bbs.pem');
  const parts = ['web_cert.pem', 'web_key.pem'].map((name) => readFile(join(keys, name), 'utf8'));
  await writeFile(pem, (await Promise.all(parts)).join('\n'), { mode: 0o600 });
  const { pages, terminal, board } = ports;
  const sample = (await readFile(join(MISC, 'haproxy', 'web.cfg'), 'utf8'))
    .replaceAll('/etc/ssl/bbs/bbs.pem', pem)
    .replace('hdr Host bbs.example.org', 'hdr Host localhost')
    .replace('${BBS_ADDRESS}:443', `127.0.0.1:${pages}`)
    .replace('${BBS_ADDRESS}:8810', `127.0.0.1:${terminal}`)
    .replace('127.0.0.1:8080', forHaproxy(board.pages))
    .replace('server board 127.0.0.1:8810', `server board ${forHaproxy(board.terminal)}`);
  const file = join(dataDir, 'haproxy.cfg');
  await writeFile(file, sample);
  return talkTo('haproxy', ['-db', '-f', file]);
}

/** TLS to the board as well, or TLS that ends at the proxy. */
const nginx = (scheme: string) => (dataDir: string, ports: Ports) =>
  startNginx(dataDir, ports, scheme);
const PROXIES = [
  ['nginx', 'wss', 'ports', nginx('https')],
  ['nginx', 'ws', 'ports', nginx('http')],
  ['nginx', 'ws', 'Unix sockets', nginx('http')],
  ['HAProxy', 'ws', 'ports', startHaproxy],
  ['HAProxy', 'ws', 'Unix sockets', startHaproxy],
  ['Caddy', 'ws', 'ports', startCaddy],
  ['Caddy', 'ws', 'Unix sockets', startCaddy],
] as const;

describe.each(PROXIES)(
  '%s as misc/ has it, before %s and the pages by %s (rule G3)',
  (_name, way, by, start) => {
    const isOnSockets = by === 'Unix sockets';
    let dir: BoardDir;
    let board: TestBoard;
    let proxy: ChildProcess;
    let pages = 0;
    let terminal = 0;

    beforeAll(async () => {
      const web: NonNullable<ConfigInput['contentServers']>['web'] = { behindProxy: true };
      const [terminalSocket, pagesSocket] = isOnSockets
        ? [{ socket: 'run/terminal.sock' }, { socket: 'run/pages.sock' }]
        : [{}, {}];
      dir = await BoardDir.make({});
      board = await TestBoard.start({
        boardDir: dir.path,
        config: {
          // Whoever else connects by a port is none.
          ...{ proxies: [isOnSockets ? 'unix' : '127.0.0.1'], forwardedHeader: 'x-forwarded-for' },
          loginServers: { webSocket: { [way]: { enabled: true, port: 0, ...terminalSocket } } },
          contentServers: { web: { ...web, http: { enabled: way === 'ws', ...pagesSocket } } },
        },
      });
      await board.addUser('alice', PASSWORD);
      [pages, terminal] = [await freePort(), await freePort()];
      const { addresses } = board.bbs;
      const placeOf = (name: string): Place => {
        const { address = '', port = 0 } = addresses[name] ?? {};
        return isOnSockets ? address : port;
      };
      const behind = {
        pages: placeOf(way === 'ws' ? 'http' : 'https'),
        terminal: placeOf(way),
      };
      proxy = await start(board.dataDir, { pages, terminal, board: behind });
    });
    afterAll(async () => {
      await endProgram(proxy);
      await board.remove();
      await dir.remove();
    });

    const certificate = (): Promise<Buffer> =>
      readFile(join(board.dataDir, 'keys', 'web_cert.pem'));

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
      await whenItAnswers(proxy, async () => {
        expect(await page('/_enig/health', CALLER)).toBe(200);
      });
      const ca = await certificate();
      const alice = await dialWebSocket({
        port: terminal,
        ca,
        localAddress: CALLER,
        headers: { host: `localhost:${terminal}`, ...CLAIM },
      });
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
      expect(answers.slice(9)).toEqual([410, 429]);
      expect(await page(reset, '127.0.0.3')).toBe(410);
    });
  },
);
