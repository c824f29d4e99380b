import type { ChildProcess } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join, resolve } from 'node:path';
import { TestBoard } from '../support/board';
import { dialRlogin, dialSsh, dialTelnet } from '../support/dial';
import { BEHIND_PROXY } from '../support/proxy-headers';
import { freePort } from '../support/relay';
import { PASSWORD, signIn } from '../support/sign-in';
import { dialWebSocket } from '../support/web-socket-caller';
import { endProgram, talkTo, whenItAnswers } from './programs';

const MISC = resolve(__dirname, '../../misc');
/** Debian's; without it nginx has no block stream { }. */
const STREAM_MODULE = '/usr/lib/nginx/modules/ngx_stream_module.so';
const CALLER = '127.0.0.2';

/** Public port and board port of each section of the samples. */
const PORTS = {
  telnet: [23, 8888],
  rlogin: [513, 8513],
  ssh: [22, 8889],
  wss: [8811, 8811],
  https: [443, 8443],
} as const;
type Way = keyof typeof PORTS;
const WAYS = Object.keys(PORTS) as readonly Way[];

type Front = ReadonlyMap<Way, number>;
type Start = (board: TestBoard, front: Front) => Promise<ChildProcess>;

const haproxy =
  (option: string): Start =>
  async (board, front) => {
    const sample = await readFile(join(MISC, 'haproxy', 'haproxy.cfg'), 'utf8');
    // The sample has rlogin as comments: few boards have it on.
    let text = sample.replaceAll(/^# (listen rlogin| {4}\S.*)$/gm, '$1');
    text = text.replaceAll('send-proxy-v2', option);
    for (const [way, port] of front) {
      const [publicPort, boardPort] = PORTS[way];
      text = text
        .replace(`\${BBS_ADDRESS}:${publicPort}"`, `127.0.0.1:${port}"`)
        .replace(`127.0.0.1:${boardPort} send`, `127.0.0.1:${board.bbs.addresses[way]?.port} send`);
    }
    text = text.replace('hdr Host localhost', `hdr Host localhost:${board.httpsPort}`);
    const file = join(board.dataDir, 'haproxy.cfg');
    await writeFile(file, text);
    return talkTo('haproxy', ['-db', '-f', file]);
  };

const nginx: Start = async ({ dataDir, bbs }, front) => {
  let text = await readFile(join(MISC, 'nginx', 'stream.conf'), 'utf8');
  for (const [way, port] of front) {
    const [publicPort, boardPort] = PORTS[way];
    text = text
      .replace(`BBS_ADDRESS:${publicPort};`, `127.0.0.1:${port};`)
      .replace(
        `proxy_pass 127.0.0.1:${boardPort};`,
        `proxy_pass 127.0.0.1:${bbs.addresses[way]?.port};`,
      );
  }
  const file = join(dataDir, 'nginx.conf');
  const own = `load_module ${STREAM_MODULE};\ndaemon off; pid ${dataDir}/nginx.pid; error_log stderr; events {}`;
  await writeFile(file, `${own}\n${text}`);
  return talkTo('nginx', ['-p', dataDir, '-c', file]);
};

describe.each([
  ['HAProxy', 'misc/haproxy', 'version 1', haproxy('send-proxy')],
  ['HAProxy', 'misc/haproxy', 'version 2', haproxy('send-proxy-v2')],
  ['nginx', 'misc/nginx', 'version 1', nginx],
])('%s as %s has it, by %s of the PROXY protocol (rule G3)', (_name, _where, _version, start) => {
  let board: TestBoard;
  let proxy: ChildProcess;
  const front = new Map<Way, number>();
  const port = (way: Way): number => front.get(way) ?? 0;

  beforeAll(async () => {
    board = await TestBoard.start({ config: BEHIND_PROXY });
    await board.addUser('alice', PASSWORD);
    for (const way of WAYS) front.set(way, await freePort());
    proxy = await start(board, front);
  });
  afterAll(async () => {
    await endProgram(proxy);
    await board.remove();
  });

  it('brings alice by telnet, rlogin, SSH and WebSocket, and the board knows where she calls from', async () => {
    await whenItAnswers(proxy, async () => {
      expect(await page('/_enig/health')).toBe(200);
    });
    const telnet = await dialTelnet({ port: port('telnet'), localAddress: CALLER });
    await signIn(telnet, 'alice');
    await telnet.sees('Both doors are open.');
    telnet.hangUp();
    const fields = { first: PASSWORD, second: 'alice' };
    const rlogin = await dialRlogin(port('rlogin'), fields, { localAddress: CALLER });
    await rlogin.sees('Both doors are open.');
    rlogin.hangUp();
    const ssh = await dialSsh({
      ...{ port: port('ssh'), localAddress: CALLER, userName: 'alice', password: PASSWORD },
    });
    await ssh.sees('Both doors are open.');
    ssh.hangUp();
    const ca = await certificate();
    const wss = await dialWebSocket({ port: port('wss'), ca, localAddress: CALLER });
    await signIn(wss, 'alice');
    await wss.sees('Both doors are open.');
    wss.hangUp();
    const accepted = board.events('login.accepted');
    expect(accepted.map(({ server, remoteIp }) => [server, remoteIp])).toEqual([
      ['telnet', CALLER],
      ['rlogin', CALLER],
      ['ssh', CALLER],
      ['wss', CALLER],
    ]);
    const audit = await board.oputil('audit', '--user', 'alice');
    expect(audit).toContain(CALLER);
    expect(audit).not.toContain('127.0.0.1');
  });

  it('finds the board healthy, and none of its connections is refused', async () => {
    // The proxy itself asks as often as the sample says; a refusal would have a line in the log.
    expect(await page('/_enig/health')).toBe(200);
    expect(board.events('proxy.refused')).toEqual([]);
    expect(board.events('call.refused')).toEqual([]);
  });

  it('counts requests of pages by the address of the caller', async () => {
    const reset = '/_enig/sec/reset_password?token=none';
    const answers: number[] = [];
    for (let call = 0; call < 11; call += 1) answers.push(await page(reset));
    expect(answers.slice(9)).toEqual([answers[0], 429]);
    expect(await page(reset, '127.0.0.3')).toBe(answers[0]);
  });

  const certificate = (): Promise<Buffer> => readFile(join(board.dataDir, 'keys', 'web_cert.pem'));

  async function page(path: string, localAddress = CALLER): Promise<number> {
    const ca = await certificate();
    return new Promise((done, reject) => {
      const asking = request({
        ...{ host: '127.0.0.1', port: port('https'), path, localAddress, ca, agent: false },
        ...{ servername: 'localhost', headers: { host: `localhost:${board.httpsPort}` } },
      });
      asking.on('response', (response) => {
        response.resume();
        done(response.statusCode ?? 0);
      });
      asking.on('error', reject);
      asking.end();
    });
  }
});
