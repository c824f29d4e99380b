import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { EchoServers, type EchoOptions } from '../support/echo-servers';
import { FakeClock } from '../support/fake-clock';
import { RawCaller, eventually } from '../support/raw-caller';
import { WebSocketCaller, dialTls, type WebSocketDial } from '../support/web-socket-caller';

const CHARGED = { security: { exemptNetworks: [] } };

let servers: EchoServers;
let port: number;
afterEach(() => servers.close());

async function open(options: EchoOptions = {}): Promise<void> {
  servers = new EchoServers(options);
  port = await servers.webSocket();
}

const dial = (options: Partial<WebSocketDial> = {}): Promise<WebSocketCaller> =>
  WebSocketCaller.dial({ port, ca: servers.ca, ...options });

/** What the server says to these bytes, until it closes. */
async function say(bytes: string): Promise<string> {
  const socket = await dialTls(port, servers.ca);
  socket.write(bytes);
  return readAll(socket);
}

function readAll(socket: TLSSocket): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text));
  });
}

/** A frame as RFC 6455 section 5.2 has it, masked with zeros. */
function frame(first: number, length: number): Buffer {
  const header =
    length < 126
      ? Buffer.from([first, 0x80 | length])
      : Buffer.from([first, 0x80 | 127, 0, 0, 0, 0, ...u32(length)]);
  return Buffer.concat([header, Buffer.alloc(4)]);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** A WebSocket in bytes, for frames that no library sends. */
async function upgraded(): Promise<TLSSocket> {
  const socket = await dialTls(port, servers.ca);
  socket.write(request());
  await new Promise<void>((resolve) => socket.once('data', () => resolve()));
  return socket;
}

function request(headers = ''): string {
  return (
    `GET / HTTP/1.1\r\nhost: localhost\r\nupgrade: websocket\r\nconnection: upgrade\r\n` +
    `sec-websocket-key: ${randomBytes(16).toString('base64')}\r\nsec-websocket-version: 13\r\n${headers}\r\n`
  );
}

describe('a call by secure WebSocket', () => {
  test('carries bytes both ways, is secure, and enters by its first menu', async () => {
    await open();
    const caller = await dial();
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    caller.send(bytes);
    await eventually('the echo', () => caller.received.equals(bytes));
    expect(servers.calls).toMatchObject([
      { firstMenu: 'first', connection: { server: 'wss', secure: true, remoteIp: '127.0.0.1' } },
    ]);
    expect(caller.socket.extensions).toBe('');
  });

  test('takes size and type from the address, as hints that are made harmless', async () => {
    await open();
    await dial({ path: '/terminal?cols=132&rows=50&term=Xterm-256%1bcolor' });
    await dial({ path: '/?cols=99999&rows=-1&term=%1b%5b2J' });
    await dial({ path: '/?cols=&rows=x&cols=7' });
    await dial();
    expect(
      servers.calls.map(({ connection: { columns, rows, terminalType } }) => [
        columns,
        rows,
        terminalType,
      ]),
    ).toEqual([
      [132, 50, 'xterm-256color'],
      [500, undefined, '2j'],
      [undefined, undefined, undefined],
      [undefined, undefined, undefined],
    ]);
  });

  test('takes the sub-protocol "binary" out of several, and a client without one', async () => {
    await open();
    expect((await dial({ protocols: ['base64', 'binary'] })).socket.protocol).toBe('binary');
    expect((await dial()).socket.protocol).toBe('');
    await expect(dial({ protocols: ['plain'] })).rejects.toThrow('no subprotocol');
  });

  test('keeps what is typed before the session listens', async () => {
    let listen: () => void = () => undefined;
    await open({
      serve: ({ connection }) => {
        listen = () => connection.onData((bytes) => connection.write(bytes));
        return Promise.resolve();
      },
    });
    const caller = await dial();
    caller.send('early ');
    caller.send('bird');
    await new Promise<void>((resolve) => {
      caller.socket.once('pong', () => resolve());
      caller.socket.ping();
    });
    listen();
    await caller.sees('early bird');
  });

  test('ends with what was written last, and with 1000; with 1001 when the board goes down', async () => {
    await open({
      serve: ({ connection }) => {
        connection.write(Buffer.alloc(100_000, 'a'));
        connection.write(Buffer.from('good-bye'));
        connection.end();
        return Promise.resolve();
      },
    });
    const first = await dial();
    expect(await first.isClosed()).toBe(1000);
    expect(first.received.subarray(-8).toString()).toBe('good-bye');
    servers.closing = true;
    expect(await (await dial()).isClosed()).toBe(1001);
  });

  test('is over at once when the caller closes it or is cut off, and frees his place', async () => {
    await open();
    const polite = await dial();
    const cut = await dial();
    expect(servers.limiter.open.total).toBe(2);
    polite.socket.close();
    cut.socket.terminate();
    await eventually('both to be gone', () => servers.limiter.open.total === 0);
    expect(servers.calls.map(({ connection }) => connection.signal.aborted)).toEqual([true, true]);
    expect(servers.guard.charges).toEqual([]);
  });
});

describe('rule G1: sizes, fragments, binary frames, ten seconds for the handshake', () => {
  test('64 KiB are taken; a message of more is refused with 1009 and charged', async () => {
    await open({ config: CHARGED });
    const caller = await dial();
    caller.send(Buffer.alloc(64 * 1024, 'x'));
    await eventually('the echo', () => caller.received.length === 64 * 1024);
    caller.send(Buffer.alloc(64 * 1024 + 1));
    expect(await caller.isClosed()).toBe(1009);
    expect(servers.guard.charges).toEqual([{ ip: '127.0.0.1', kind: 'protocol' }]);
    expect(servers.calls[0]?.connection.signal.aborted).toBe(true);
  });

  test('a frame that announces a gigabyte is refused before a byte of it comes', async () => {
    await open();
    const socket = await upgraded();
    const answer = readAll(socket);
    socket.write(frame(0x82, 1 << 30));
    expect(await answer).toContain('\x88\x02\x03\xf1');
  });

  test('64 fragments make a message; ten thousand are refused with 1008', async () => {
    await open({ config: CHARGED });
    const caller = await dial();
    const fragments = (count: number): void => {
      for (let sent = 1; sent < count; sent += 1)
        caller.socket.send('f', { binary: true, fin: false });
      caller.socket.send('f', { binary: true, fin: true });
    };
    fragments(64);
    await caller.sees('f'.repeat(64));
    fragments(10_000);
    expect(await caller.isClosed()).toBe(1008);
    expect(servers.guard.charges).toEqual([{ ip: '127.0.0.1', kind: 'protocol' }]);
  });

  test('ten thousand empty fragments are too many as well', async () => {
    await open();
    const socket = await upgraded();
    const answer = readAll(socket);
    socket.write(
      Buffer.concat([frame(0x02, 0), ...Array.from({ length: 10_000 }, () => frame(0x00, 0))]),
    );
    expect(await answer).toContain('\x88\x02\x03\xf0');
  });

  test('a text frame is refused with 1003, and reaches no session', async () => {
    await open({ config: CHARGED });
    const caller = await dial();
    caller.socket.send('text');
    expect(await caller.isClosed()).toBe(1003);
    expect(caller.received).toHaveLength(0);
    expect(servers.guard.charges).toEqual([]);
  });

  test('what is no frame ends the call with 1002', async () => {
    await open();
    const socket = await upgraded();
    const answer = readAll(socket);
    socket.write(Buffer.from([0xf2, 0x80, 0, 0, 0, 0]));
    expect(await answer).toContain('\x88\x02\x03\xea');
    expect(servers.log.of('wss.abuse')).toHaveLength(1);
  });

  test('a flood of pings is refused with 1008', async () => {
    await open({ clock: new FakeClock(), config: CHARGED });
    const caller = await dial();
    for (let sent = 0; sent < 100; sent += 1) caller.socket.ping();
    expect(await caller.isClosed()).toBe(1008);
    expect(servers.guard.charges).toEqual([{ ip: '127.0.0.1', kind: 'protocol' }]);
  });

  test('pings at an ordinary rate are answered with what they carry', async () => {
    await open();
    const caller = await dial();
    const answer = new Promise<Buffer>((resolve) => caller.socket.once('pong', resolve));
    caller.socket.ping('are you there');
    expect((await answer).toString()).toBe('are you there');
  });

  test('nothing is compressed, whatever the client offers', async () => {
    await open();
    const answer = await dialTls(port, servers.ca).then((socket) => {
      socket.write(request('sec-websocket-extensions: permessage-deflate\r\n'));
      return new Promise<string>((resolve) => socket.once('data', (data) => resolve(String(data))));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 101 /);
    expect(answer.toLowerCase()).not.toContain('sec-websocket-extensions');
  });

  test('TLS and the request must be there within ten seconds of the accept', async () => {
    const clock = new FakeClock();
    await open({ clock, config: CHARGED });
    const silent = await RawCaller.dial(port);
    const onlyTls = await dialTls(port, servers.ca);
    const slow = await dialTls(port, servers.ca);
    slow.write('GET / HTTP/1.1\r\nhost: localhost\r\n');
    const closed = Promise.all([readAll(onlyTls), readAll(slow)]);
    const quick = await dial();
    await eventually('four connections', () => servers.limiter.open.total === 4);
    await clock.advance(9_999);
    expect(silent.closed).toBe(false);
    await clock.advance(1);
    await silent.isClosed();
    expect(await closed).toEqual(['', '']);
    expect(servers.guard.charges).toEqual(
      Array.from({ length: 3 }, () => ({ ip: '127.0.0.1', kind: 'no-auth' })),
    );
    quick.send('still here');
    await quick.sees('still here');
  });

  test('a session that nobody signs in to ends with the time to sign in', async () => {
    const clock = new FakeClock();
    await open({ clock, config: { users: { loginGraceSeconds: 25 } } });
    const caller = await dial();
    await clock.advance(25_000);
    expect(await caller.isClosed()).toBe(1006);
  });
});

describe('rule G2: only TLS, and only pages that may', () => {
  test('a foreign Origin is answered with 403 and never reaches a session', async () => {
    await open({ origins: ['https://bbs.example.org'], config: CHARGED });
    for (const origin of [
      'https://evil.example',
      'http://bbs.example.org',
      'https://bbs.example.org.evil.example',
      'https://bbs.example.org:444',
      'null',
      '',
    ])
      await expect(dial({ headers: { origin } })).rejects.toThrow('refused: 403');
    expect(servers.calls).toHaveLength(0);
    expect(servers.log.of('wss.origin-refused')[0]).toMatchObject({
      remoteIp: '127.0.0.1',
      origin: 'https://evil.example',
    });
    // Or a page anywhere could shut its visitors out of the board.
    expect(servers.guard.charges).toEqual([]);
  });

  test('an allowed one calls, and so does a client that is no browser', async () => {
    await open({ origins: ['https://bbs.example.org'] });
    await dial({ origin: 'https://bbs.example.org' });
    await dial();
    expect(servers.calls).toHaveLength(2);
  });

  test('the Origin of an older protocol version counts the same, and one of two is not enough', async () => {
    await open({ origins: ['https://bbs.example.org'] });
    const [fine, foreign] = ['https://bbs.example.org', 'https://evil.example'];
    const ask = (headers: string): Promise<string> => say(request(headers));
    expect(await ask(`sec-websocket-origin: ${foreign}\r\n`)).toMatch(/^HTTP\/1\.1 403 /);
    expect(await ask(`origin: ${fine}\r\nsec-websocket-origin: ${foreign}\r\n`)).toMatch(/ 403 /);
    expect(await ask(`origin: ${fine}\r\norigin: ${foreign}\r\n`)).toMatch(/ 403 /);
    expect(servers.calls).toHaveLength(0);
  });

  test('plain ws:// gets nowhere: the port speaks TLS only', async () => {
    await open();
    const plain = await RawCaller.dial(port);
    plain.send(request());
    await plain.isClosed();
    expect(plain.received.toString('latin1')).not.toContain('HTTP');
    expect(servers.calls).toHaveLength(0);
  });

  test('TLS below 1.2 gets nowhere', async () => {
    await open();
    const old = new Promise((_resolve, reject) => {
      const socket = connectTls({
        ...{ host: '127.0.0.1', port, ca: servers.ca, servername: 'localhost' },
        ...{ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' },
      } as const);
      socket.on('secureConnect', _resolve);
      socket.on('error', reject);
    });
    await expect(old).rejects.toThrow('alert protocol version');
  });

  test('the client address is that of the connection, whatever X-Forwarded-For says (rule G3)', async () => {
    await open({ config: CHARGED });
    const headers = {
      'x-forwarded-for': '203.0.113.9',
      'x-forwarded-proto': 'http',
      forwarded: 'for=203.0.113.9',
    };
    const caller = await dial({ headers });
    expect(servers.calls[0]?.connection).toMatchObject({ remoteIp: '127.0.0.1', secure: true });
    caller.send(Buffer.alloc(70_000));
    await caller.isClosed();
    expect(servers.guard.charges).toEqual([{ ip: '127.0.0.1', kind: 'protocol' }]);
    expect(JSON.stringify(servers.log.entries)).not.toContain('203.0.113.9');
  });

  test('a PROXY header is no TLS and is not read (rule G3)', async () => {
    await open();
    const caller = await RawCaller.dial(port);
    caller.send('PROXY TCP4 203.0.113.9 192.0.2.1 56324 8811\r\n');
    await caller.isClosed();
    expect(JSON.stringify(servers.log.entries)).not.toContain('203.0.113.9');
  });
});

describe('rule G4: pings, and readers that are too slow', () => {
  test('a peer that lets a ping pass is cut off within 70 seconds', async () => {
    const clock = new FakeClock();
    await open({ clock, config: { users: { loginGraceSeconds: 600 } } });
    const silent = await dial({ autoPong: false });
    const answering = await dial();
    await silent.isPinged(1);
    await answering.isPinged(1);
    // Their answer, or the lack of it, has arrived when this has.
    answering.send('one');
    await answering.sees('one');
    await clock.advance(30_000);
    expect(await silent.isClosed()).toBe(1006);
    expect(servers.log.of('wss.gone')).toHaveLength(1);
    for (const round of [2, 3, 4]) {
      await answering.isPinged(round);
      answering.send(`round ${round}`);
      await answering.sees(`round ${round}`);
      await clock.advance(30_000);
    }
    expect(answering.status).toBeUndefined();
  });

  test('a peer whose input waits on its side is not held to be gone, and goes on afterwards', async () => {
    const clock = new FakeClock();
    let stream: Duplex | undefined;
    await open({
      ...{ clock, config: { users: { loginGraceSeconds: 600 } } },
      serve: ({ connection }) => {
        const decoded = Buffer.alloc(0);
        const ignore = (): void => undefined;
        stream = connection.takeOver({ decoded, onInput: ignore, onOutput: ignore });
        return new Promise((resolve) =>
          connection.signal.addEventListener('abort', () => resolve()),
        );
      },
    });
    const caller = await dial();
    for (let piece = 0; piece < 8; piece += 1) caller.send(Buffer.alloc(32 * 1024));
    await eventually('input that waits', () => (stream?.readableLength ?? 0) >= 32 * 1024);
    for (const round of [1, 2, 3, 4]) {
      await caller.isPinged(round);
      await clock.advance(30_000);
    }
    expect(servers.log.of('wss.gone')).toEqual([]);
    let size = 0;
    stream?.on('data', (chunk: Buffer) => (size += chunk.length));
    await eventually('the rest', () => size === 8 * 32 * 1024);
    caller.socket.terminate();
    await caller.isClosed();
  });

  test('a reader who takes nothing is cut off before he fills our memory', async () => {
    await open({
      clock: new FakeClock(),
      serve: async ({ connection }) => {
        const screen = Buffer.alloc(64 * 1024, 'x');
        while (!connection.signal.aborted) {
          connection.write(screen);
          await new Promise((resolve) => setImmediate(resolve));
        }
      },
    });
    const caller = await dial();
    caller.socket.pause();
    await eventually('the call to end', () => servers.calls[0]?.connection.signal.aborted === true);
    expect(servers.log.of('call.too-slow')).toMatchObject([{ reason: 'full' }]);
    caller.socket.terminate();
  });
});

describe('what is no WebSocket', () => {
  test('a browser is told what the port is for, with strict headers', async () => {
    await open();
    const answer = await say('GET /x HTTP/1.1\r\nhost: localhost\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 426 /);
    expect(answer).toContain('This port is for terminals');
    expect(answer.toLowerCase()).toContain("content-security-policy: default-src 'none'");
    expect(answer.toLowerCase()).toContain('connection: close');
  });

  test.each([
    ['nonsense', 'nonsense\r\n\r\n', 400],
    ['headers without end', `GET / HTTP/1.1\r\nx: ${'y'.repeat(9_000)}\r\n\r\n`, 400],
    ['a body', 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n\r\n', 426],
    ['another protocol', request().replace('upgrade: websocket', 'upgrade: h2c'), 400],
    ['no key', request().replace(/sec-websocket-key: .*\r\n/, ''), 400],
    ['a version of the future', request().replace('version: 13', 'version: 99'), 400],
    ['another method', request().replace('GET', 'PUT'), 405],
  ])('%s is refused', async (_what, bytes, status) => {
    await open();
    expect(await say(bytes)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(servers.calls).toHaveLength(0);
    await eventually('the place to be free', () => servers.limiter.open.total === 0);
  });

  test('bytes at random end at most their own call', async () => {
    await open();
    const witness = await dial();
    for (let round = 0; round < 40; round += 1) {
      const raw = await RawCaller.dial(port);
      raw.send(randomBytes(1 + ((round * 97) % 2_000)));
      const tls = await upgraded();
      tls.on('error', () => undefined);
      tls.write(randomBytes(1 + ((round * 131) % 2_000)));
      if (round % 3 === 0) tls.destroy();
      else tls.end();
      raw.socket.destroy();
    }
    witness.send('alive');
    await witness.sees('alive');
  });
});

describe('what is no handshake of RFC 6455', () => {
  test.each([
    ['HTTP/1.0', 'GET / HTTP/1.0', 'Host: localhost'],
    ['a body', 'GET / HTTP/1.1', 'Host: localhost\r\nContent-Length: 5'],
    ['a body in chunks', 'GET / HTTP/1.1', 'Host: localhost\r\nTransfer-Encoding: chunked'],
    ['two hosts', 'GET / HTTP/1.1', 'Host: localhost\r\nHost: evil.example'],
  ])('is refused: %s (rule G2)', async (_what, request, headers) => {
    await open();
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connectTls({ host: '127.0.0.1', port, ca: servers.ca }, () =>
        socket.write(
          `${request}\r\n${headers}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
            'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
        ),
      );
      socket.once('data', (chunk: Buffer) => resolve(chunk.toString('latin1')));
      socket.once('error', reject);
      socket.once('close', () => resolve('closed'));
    });
    expect(answer).not.toContain(' 101 ');
    expect(servers.calls).toEqual([]);
  });
});
