import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import type { Peer } from '../../src/base/source';
import { PageConnectionLimiter } from '../../src/throttle/page-connection-limiter';
import { ProxyDoor } from '../../src/throttle/proxy-door';
import type { ConfigInput } from '../../src/config/schema';
import { configSchema } from '../../src/config/schema';
import { dialSsh } from '../support/dial';
import { EchoServers, type EchoOptions } from '../support/echo-servers';
import { FakeClock } from '../support/fake-clock';
import { binaryHeader, proxyHeader } from '../support/proxy-headers';
import { eventually, RawCaller } from '../support/raw-caller';
import { Relay } from '../support/relay';
import { TestLimiter } from '../support/test-limiter';
import { WebSocketCaller } from '../support/web-socket-caller';

const CALLER = '203.0.113.9';
const IAC = 255;
const BEHIND = { proxyProtocol: 'required' } as const;

function behind(proxies: string[], rest: ConfigInput = {}): ConfigInput {
  return {
    ...{ proxies, ...rest },
    loginServers: { telnet: BEHIND, rlogin: BEHIND, ssh: BEHIND, webSocket: { wss: BEHIND } },
  };
}

let servers: EchoServers;
const relays: Relay[] = [];
afterEach(async () => {
  for (const relay of relays.splice(0)) await relay.close();
  await servers.close();
});

function start(options: EchoOptions = {}): EchoServers {
  servers = new EchoServers({ config: behind(['127.0.0.1']), ...options });
  return servers;
}

async function relayTo(port: number, header: Buffer, together = false): Promise<number> {
  const relay = await Relay.open(port, () => header, { together });
  relays.push(relay);
  return relay.port;
}

/** The reasons of the refusals that were logged so far. */
const refused = (): readonly unknown[] =>
  servers.log.of('proxy.refused').map(({ reason }) => reason);
const ipOf = (call: number): string | undefined => servers.calls[call]?.connection.remoteIp;

/** What is answered to these bytes until the connection is closed, by a reset at once too. */
function answerTo(port: number, bytes: Buffer): Promise<Buffer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.once('close', () => resolve(Buffer.concat(chunks)));
    socket.write(bytes);
  });
}

describe('the address that a proxy names is the address of the caller (rule G3)', () => {
  test.each(['v1', 'v2'] as const)(
    'by telnet, %s: what comes with the header is not lost',
    async (version) => {
      const port = await start().telnet();
      const caller = await RawCaller.dial(port);
      caller.send(
        Buffer.concat([
          proxyHeader(version, CALLER),
          Buffer.from([IAC, 251, 31, IAC, 250, 31, 0, 132, 0, 60, IAC, 240]),
          Buffer.from('typed ahead'),
        ]),
      );
      await caller.sees('typed ahead');
      expect(servers.calls[0]?.connection).toMatchObject({
        remoteIp: CALLER,
        columns: 132,
        rows: 60,
      });
      caller.send('and afterwards');
      await caller.sees('and afterwards');
      expect(servers.log.of('proxy.refused')).toEqual([]);
    },
  );

  test.each([
    ['v1', false],
    ['v1', true],
    ['v2', false],
    ['v2', true],
  ] as const)(
    'by SSH, %s, with the first bytes of the client in one piece: %s',
    async (version, together) => {
      const port = await start({ accounts: { alice: { password: 'a quiet harbour 7' } } }).ssh();
      const caller = await dialSsh({
        port: await relayTo(port, proxyHeader(version, '2001:db8::9'), together),
        ...{ userName: 'alice', password: 'a quiet harbour 7' },
      });
      await eventually('the shell', () => servers.calls.length === 1);
      expect(ipOf(0)).toBe('2001:db8::9');
      expect(servers.authenticator.origins).toMatchObject([{ remoteIp: '2001:db8::9' }]);
      caller.hangUp();
    },
  );

  test.each([
    ['v1', false],
    ['v1', true],
    ['v2', false],
    ['v2', true],
  ] as const)(
    'by secure WebSocket, %s, with the first bytes of the client in one piece: %s',
    async (version, together) => {
      const port = await start().webSocket();
      const caller = await WebSocketCaller.dial({
        port: await relayTo(port, proxyHeader(version, CALLER), together),
        ca: servers.ca,
      });
      caller.send('hello');
      await caller.sees('hello');
      expect(ipOf(0)).toBe(CALLER);
      caller.socket.terminate();
    },
  );

  test('a second header is what the caller says, and is not believed', async () => {
    const caller = await RawCaller.dial(await start().telnet());
    caller.send(Buffer.concat([proxyHeader('v2', CALLER), proxyHeader('v1', '198.51.100.1')]));
    await caller.sees('198.51.100.1');
    expect(ipOf(0)).toBe(CALLER);
  });

  test('nothing is sent before the last byte of the header, and nothing is counted for the proxy', async () => {
    start();
    const ports = [await servers.telnet(), await servers.ssh(), await servers.webSocket()];
    const header = proxyHeader('v1', CALLER);
    const waiting = await Promise.all(ports.map((port) => RawCaller.dial(port)));
    for (const caller of waiting) caller.send(header.subarray(0, -1));
    // Who has sent all of it is served meanwhile.
    const served = await RawCaller.dial(ports[1] ?? 0);
    served.send(header);
    await served.sees('SSH-2.0-Sallyport');
    expect(waiting.map(({ received }) => received.length)).toEqual([0, 0, 0]);
    expect(servers.limiter.open.total).toBe(1);
    for (const caller of waiting) caller.send(header.subarray(-1));
    await waiting[0]?.sees(Buffer.from([IAC, 251, 1]));
    await waiting[1]?.sees('SSH-2.0-Sallyport');
    await eventually('all to be counted', () => servers.limiter.open.total === 4);
  });

  test('limits, penalties and early ends go by it, and others of the proxy come in', async () => {
    start({ config: behind(['127.0.0.1'], { security: { maxPreAuthPerSource: 2 } }) });
    const port = await servers.telnet();
    const call = async (source: string): Promise<RawCaller> => {
      const caller = await RawCaller.dial(port);
      caller.send(proxyHeader('v2', source));
      await caller.until('an answer', () => caller.closed || caller.received.length > 0);
      return caller;
    };
    expect([(await call(CALLER)).closed, (await call(CALLER)).closed]).toEqual([false, false]);
    expect((await call(CALLER)).closed).toBe(true);
    expect(servers.log.of('call.refused')).toMatchObject([
      { remoteIp: CALLER, reason: 'source-pre-auth' },
    ]);
    const rude = '198.51.100.7';
    for (let calls = 0; calls < 2; calls += 1) {
      const caller = await call(rude);
      caller.send(Array.from({ length: 300 }, (_, at) => [IAC, 251, at % 200]).flat());
      await caller.isClosed();
    }
    expect(servers.guard.charges.map(({ ip }) => ip)).toEqual([rude, rude]);
    expect((await call(rude)).closed).toBe(true);
    expect((await call('198.51.100.8')).closed).toBe(false);
  });

  test('who is named nobody counts as the proxy and is limited, also where the proxy is exempt', async () => {
    start({ config: behind(['127.0.0.1'], { security: { maxPreAuthPerSource: 1 } }) });
    const port = await servers.telnet();
    const unnamed = Buffer.from('PROXY UNKNOWN\r\n');
    const itself = binaryHeader({ version: 0x20, family: 0, body: Buffer.alloc(0) });
    const answers: boolean[] = [];
    for (const header of [unnamed, unnamed, itself]) {
      const caller = await RawCaller.dial(port);
      caller.send(header);
      await caller.until('an answer', () => caller.closed || caller.received.length > 0);
      answers.push(caller.closed);
    }
    // The exempt proxy itself has no limit: its health checks are not callers.
    expect(answers).toEqual([false, true, false]);
    expect([ipOf(0), ipOf(1)]).toEqual(['127.0.0.1', '127.0.0.1']);
  });
});

describe('what is refused where a header is required (rule G3)', () => {
  test('a header from outside the proxies is not read, and its sender is no caller', async () => {
    start({ config: behind(['192.0.2.0/24']) });
    const { telnet, rlogin, ssh, webSocket } = servers;
    for (const open of [telnet, rlogin, ssh, webSocket]) {
      const port = await open.call(servers);
      expect(await answerTo(port, proxyHeader('v1', CALLER))).toHaveLength(0);
    }
    expect(servers.log.of('proxy.refused')).toMatchObject(
      ['telnet', 'rlogin', 'ssh', 'wss'].map((server) => ({
        ...{ remoteIp: '127.0.0.1', server, reason: 'not-a-proxy' },
      })),
    );
    expect(servers.calls).toEqual([]);
    expect(servers.guard.charges).toEqual([]);
    expect(JSON.stringify(servers.log.entries)).not.toContain(CALLER);
  });

  test.each([
    ['no header', Buffer.from('new\r\n'), 'no-header'],
    ['a broken one', Buffer.from('PROXY TCP4 1.2.3.4\r\n'), 'bad-header'],
    ['4 kB of one', binaryHeader({ family: 0x11, body: Buffer.alloc(4096) }), 'bad-header'],
    ['nobody’s address', proxyHeader('v1', '0.0.0.0'), 'impossible-address'],
    ['nobody’s address of IPv6', proxyHeader('v2', '::'), 'impossible-address'],
  ])('%s ends the connection, with a line in the log', async (_name, bytes, reason) => {
    const port = await start().telnet();
    const caller = await RawCaller.dial(port);
    caller.send(bytes);
    await caller.isClosed();
    expect(caller.received).toHaveLength(0);
    expect(refused()).toEqual([reason]);
    expect(servers.limiter.open.total).toBe(0);
  });

  test('a header that does not come within five seconds ends the connection, however it drips', async () => {
    const clock = new FakeClock();
    const port = await start({ clock }).telnet();
    const silent = await RawCaller.dial(port);
    const dripping = await RawCaller.dial(port);
    const served = await RawCaller.dial(port);
    dripping.send('PROXY TCP4 203.');
    served.send(proxyHeader('v1', CALLER));
    await served.sees(Buffer.from([IAC, 251, 1]));
    await clock.advance(4_999);
    dripping.send('0');
    expect([silent.closed, dripping.closed]).toEqual([false, false]);
    await clock.advance(1);
    await silent.isClosed();
    await dripping.isClosed();
    expect(served.closed).toBe(false);
    // One line a minute for a network, as of all refusals.
    expect(refused()).toEqual(['no-header']);
  });

  test('a proxy that looks whether the port is open is not logged', async () => {
    const port = await start().telnet();
    const look = await RawCaller.dial(port);
    look.socket.end();
    await look.isClosed();
    const served = await RawCaller.dial(port);
    served.send(proxyHeader('v1', CALLER));
    await served.sees(Buffer.from([IAC, 251, 1]));
    expect(refused()).toEqual([]);
  });

  test('a flood without headers ends only itself: callers through the proxy and past it get in', async () => {
    start({
      mostConnections: 80,
      config: { proxies: ['127.0.0.1'], loginServers: { telnet: BEHIND } },
    });
    const port = await servers.telnet();
    const flood = await Promise.all(Array.from({ length: 60 }, () => RawCaller.dial(port)));
    // A quarter of the connections may wait.
    await eventually('40 to be ended', () => flood.filter(({ closed }) => closed).length === 40);
    const proxied = await RawCaller.dial(port);
    proxied.send(proxyHeader('v2', CALLER));
    await proxied.sees(Buffer.from([IAC, 251, 1]));
    const direct = await RawCaller.dial(await servers.ssh());
    await direct.sees('SSH-2.0-Sallyport');
    expect(refused()).toEqual(['headers-waiting']);
    expect(servers.limiter.open.total).toBe(2);
  });

  test('where no descriptor is left a few may wait, so that a favoured caller is not kept out', () => {
    const door = new TestLimiter({ mostConnections: 40 });
    const slots = Array.from({ length: 36 }, (_, at) => door.slot(`198.51.${at}.7`));
    let ended = 0;
    for (let wait = 0; wait < 30; wait += 1) door.limiter.awaitHeader(() => (ended += 1));
    expect(ended).toBe(14);
    expect(slots).toHaveLength(36);
  });

  test('a caller on the loopback is believed of a proxy on this machine only', async () => {
    start();
    const config = configSchema.parse({ proxies: ['127.0.0.1', '192.0.2.1'] });
    const reasons: string[] = [];
    const door = new ProxyDoor({
      ...{ config: () => config, clock: new FakeClock(), limiter: servers.limiter },
      isRequired: () => true,
      onRefused: (_remoteIp, reason) => reasons.push(reason),
    });
    const peers: Peer[] = [];
    let from: string | undefined;
    const server = createServer((socket: Socket) => {
      socket.on('error', () => undefined);
      if (from !== undefined) Object.defineProperty(socket, 'remoteAddress', { value: from });
      door.pass(socket, (peer) => {
        peers.push(peer);
        socket.destroy();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    for (from of [undefined, '192.0.2.1']) {
      const caller = await RawCaller.dial(port);
      caller.send(proxyHeader('v2', '127.0.0.7'));
      await caller.isClosed();
    }
    await new Promise((resolve) => server.close(resolve));
    expect(peers).toEqual([{ remoteIp: '127.0.0.7', isLocal: false, isShared: false }]);
    expect(reasons).toEqual(['impossible-address']);
  });

  test('a failure after the header ends one connection to the pages, and is logged', async () => {
    start();
    const config = configSchema.parse({
      proxies: ['127.0.0.1'],
      contentServers: { web: { https: BEHIND } },
    });
    const { limiter, log } = servers;
    const pages = new PageConnectionLimiter({
      ...{ config: () => config, clock: new FakeClock(), limiter, log, server: 'https' },
    });
    const server = createServer((socket: Socket) => {
      pages.accept(socket, () => {
        throw new Error('no page for anybody');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const caller = await RawCaller.dial((server.address() as AddressInfo).port);
    caller.send(proxyHeader('v2', CALLER));
    await caller.isClosed();
    await new Promise((resolve) => server.close(resolve));
    pages.close();
    expect(log.of('web.failed')).toMatchObject([{ remoteIp: CALLER }]);
  });

  test('who is named nobody is charged, also where the proxy is exempt', () => {
    const { guard, limiter } = new TestLimiter({ isExempt: () => true });
    for (const isShared of [true, false]) {
      const result = limiter.accept({ remoteIp: '192.0.2.1', isShared, end: () => undefined });
      if (result.ok) result.slot.charge('protocol');
    }
    expect(guard.charges).toEqual([{ ip: '192.0.2.1', kind: 'protocol' }]);
  });
});
