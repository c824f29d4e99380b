import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import { TestBoard } from '../support/board';
import { dialSsh, dialTelnet, KEYS } from '../support/dial';
import { BEHIND_PROXY, proxyHeader } from '../support/proxy-headers';
import { Relay } from '../support/relay';
import { goToMainMenu, PASSWORD, signIn } from '../support/sign-in';
import { dialWebSocket } from '../support/web-socket-caller';

const WRONG = /wrong user name or password/i;

describe('a board behind a proxy that speaks the PROXY protocol (rule G3)', () => {
  let board: TestBoard;
  const relays: Relay[] = [];
  const through = async (port: number, source: string): Promise<number> => {
    const relay = await Relay.open(port, () => proxyHeader('v2', source));
    relays.push(relay);
    return relay.port;
  };
  const certificate = (): Buffer => readFileSync(join(board.dataDir, 'keys', 'web_cert.pem'));

  /** The status of a page, or `undefined` where the connection is closed. */
  async function page(path: string, source: string): Promise<number | undefined> {
    const port = await through(board.httpsPort, source);
    return new Promise((resolve) => {
      const asking = request({
        ...{ host: '127.0.0.1', port, path, ca: certificate(), servername: 'localhost' },
        ...{ agent: false, headers: { host: `localhost:${board.httpsPort}` } },
      });
      asking.on('response', (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      asking.on('error', () => resolve(undefined));
      asking.end();
    });
  }

  beforeAll(async () => {
    board = await TestBoard.start({ config: BEHIND_PROXY });
    await board.addUser('alice', PASSWORD);
  });
  afterAll(async () => {
    for (const relay of relays) await relay.close();
    await board.remove();
  });

  it('writes the address of the caller to audit, log and the screen of the next call, by every way in', async () => {
    const telnet = await dialTelnet({ port: await through(board.telnetPort, '203.0.113.5') });
    await signIn(telnet, 'alice');
    await goToMainMenu(telnet);
    telnet.hangUp();
    const ssh = await dialSsh({
      port: await through(board.sshPort, '203.0.113.6'),
      ...{ userName: 'alice', password: PASSWORD },
    });
    await ssh.sees('from 203.0.113.5');
    ssh.hangUp();
    const wss = await dialWebSocket({
      port: await through(board.wssPort, '2001:db8::7'),
      ca: certificate(),
    });
    await signIn(wss, 'alice');
    await wss.sees('from 203.0.113.6');
    wss.hangUp();
    const audit = await board.oputil('audit', '--user', 'alice');
    for (const source of ['203.0.113.5', '203.0.113.6', '2001:db8::7'])
      expect(audit).toContain(source);
    expect(audit).not.toContain('127.0.0.1');
    expect(board.events('login.accepted').map(({ remoteIp }) => remoteIp)).toEqual([
      '203.0.113.5',
      '203.0.113.6',
      '2001:db8::7',
    ]);
  });

  it('shuts out who guesses, and nobody else who calls through the same proxy', async () => {
    const guesser = '198.51.100.9';
    const first = await dialTelnet({ port: await through(board.telnetPort, guesser) });
    await signIn(first, 'alice', 'wrong 1');
    await first.sees(WRONG);
    for (const wrong of ['wrong 2', 'wrong 3']) first.type(`${KEYS.return}${wrong}${KEYS.return}`);
    await first.isHungUpOn();
    const second = await dialTelnet({ port: await through(board.telnetPort, guesser) });
    await signIn(second, 'nobody', 'wrong 4');
    await second.sees(WRONG);
    second.hangUp();
    const third = await dialTelnet({ port: await through(board.telnetPort, guesser) });
    await third.isHungUpOn();
    expect(await page('/', guesser)).toBeUndefined();
    const bans = await board.bansWith(guesser);
    expect(bans).not.toContain('127.0.0.1');
    // What fail2ban reads names the caller and not the proxy, whom it would shut out with everybody.
    for (const { remoteIp } of board.events('login.rejected')) expect(remoteIp).toBe(guesser);
    const other = await dialTelnet({ port: await through(board.telnetPort, '198.51.100.10') });
    await signIn(other, 'alice');
    await other.sees('Both doors are open.');
    other.hangUp();
    expect(await page('/terminal', '198.51.100.10')).toBe(200);
  });

  it('counts requests of pages by the address of the caller', async () => {
    const reset = '/_enig/sec/reset_password?token=none';
    const answers: (number | undefined)[] = [];
    for (let call = 0; call < 11; call += 1) answers.push(await page(reset, '192.0.2.77'));
    expect(answers.slice(9)).toEqual([answers[0], 429]);
    expect(await page(reset, '192.0.2.78')).toBe(answers[0]);
  });

  it('answers nothing by any port to who sends no header', async () => {
    const ports = [board.telnetPort, board.sshPort, board.wssPort, board.httpsPort];
    for (const port of ports) {
      const received = await new Promise<number>((resolve) => {
        let bytes = 0;
        const socket = connect(port, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\n\r\n'));
        socket.on('data', (chunk) => (bytes += chunk.length));
        socket.on('error', () => undefined);
        socket.once('close', () => resolve(bytes));
      });
      expect(received).toBe(0);
    }
    expect(board.events('proxy.refused')).toMatchObject(
      ['telnet', 'ssh', 'wss', 'https'].map((server) => ({ server, reason: 'no-header' })),
    );
  });
});
