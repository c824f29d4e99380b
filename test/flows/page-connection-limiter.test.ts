import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { TestBoard } from '../support/board';
import type { ConfigInput } from '../../src/config/schema';

describe('the pages of a board stand behind the same admission as its login servers (rules K1, K2, L6)', () => {
  let board: TestBoard;
  const sockets: Socket[] = [];
  const start = async (config: ConfigInput): Promise<void> => {
    board = await TestBoard.start({ config });
  };
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await board.remove();
  });

  /** A connection from 127.0.0.1, kept: whether a page is served on it. */
  function page(path = '/'): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connectTls({
        ...{ host: '127.0.0.1', port: board.httpsPort, rejectUnauthorized: false },
      });
      sockets.push(socket);
      socket.on('error', () => undefined);
      socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost:${board.httpsPort}\r\n\r\n`);
      socket.once('data', (chunk: Buffer) => resolve(chunk.includes('HTTP/1.1 200')));
      socket.once('close', () => resolve(false));
    });
  }

  function telnet(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(board.telnetPort, '127.0.0.1');
      sockets.push(socket);
      socket.on('error', () => undefined);
      socket.once('data', () => resolve(true));
      socket.once('close', () => resolve(false));
    });
  }

  it('a source has so many connections in all, whatever they are', async () => {
    await start({ security: { exemptNetworks: [], maxPreAuthPerSource: 3 } });
    expect([await telnet(), await page(), await page()]).toEqual([true, true, true]);
    expect([await page(), await telnet()]).toEqual([false, false]);
    expect(board.events('call.refused')).toMatchObject([
      { server: 'https', reason: 'source-pre-auth', remoteIp: '127.0.0.1' },
      { server: 'telnet', reason: 'source-pre-auth' },
    ]);
    // A connection that ends gives its place back.
    const [first] = sockets;
    first?.destroy();
    for (let again = false; !again;) again = await page();
  });

  it('a source that is banned sees no page', async () => {
    await start({ security: { exemptNetworks: [] } });
    expect(await page()).toBe(true);
    await board.oputil('ban', 'add', '127.0.0.1');
    // Within the second that a running board takes to learn of it.
    for (let answered = true; answered;) answered = await page();
  });

  it('health from the machine itself is answered even to who has no place for anything else (rule M11)', async () => {
    await start({ security: { exemptNetworks: [], maxPreAuthPerSource: 1 } });
    expect(await telnet()).toBe(true);
    await board.oputil('ban', 'add', '127.0.0.1');
    for (let answered = true; answered;) answered = await page();
    for (let call = 0; call < 5; call += 1) {
      expect(await page('/_enig/health')).toBe(true);
      expect(await page('/_enig/style.css')).toBe(false);
      for (const socket of sockets.splice(1)) socket.destroy();
    }
  });

  it('health from the machine itself is answered past a proxy elsewhere, and nothing else is (rules G3, M11)', async () => {
    await start({
      proxies: ['192.0.2.10'],
      contentServers: { web: { https: { proxyProtocol: 'required' } } },
    });
    expect(await page('/_enig/health')).toBe(true);
    expect(await page('/_enig/style.css')).toBe(false);
  });

  it('a proxy of the sysop calls for many, and has no limit of its own', async () => {
    await start({
      security: { exemptNetworks: [], maxPreAuthPerSource: 1, maxPerSource: 1 },
      contentServers: { web: { behindProxy: true } },
    });
    expect([await page(), await page(), await page()]).toEqual([true, true, true]);
  });
});
