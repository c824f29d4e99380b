import { mkdtempSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls, TLSSocket } from 'node:tls';
import { Client } from 'ssh2';
import { openBackOffice } from '../support/back-office';
import { BoardProcess, removeBoardFiles } from '../support/board-process';
import { SeededRandom } from '../support/seeded-random';
import { PASSWORD, signIn } from '../support/sign-in';
import { GREETINGS, KEYS, TELNET } from './bytes';
import { HostileBoards, VISITORS } from './boards';
import { cut, mutate } from './mutate';

/** A way in, and what strangers send by it. */
export interface SocketTarget {
  readonly name: string;
  /** Calls, sends, and resolves when the call is over; rejects where a promise is broken. */
  call(random: SeededRandom, caller: number): Promise<void>;
  /** Callers at once. */
  readonly atOnce?: number;
}

export interface SocketOutcome {
  readonly name: string;
  readonly inputs: number;
  readonly seconds: number;
  readonly slowestMs: number;
  readonly faults: readonly string[];
}

export interface SocketTargets {
  readonly targets: readonly SocketTarget[];
  run(target: SocketTarget, seed: number, forMs: number): Promise<SocketOutcome>;
  /** Looks at the board when all is over: alive, well, and nothing unexpected in its log. */
  inspect(): Promise<readonly string[]>;
  close(): Promise<void>;
}

const AT_ONCE = 48;
/** A call of ours ends after this whatever the board does. */
const CALL_MS = 400;
/** What queues, caches and freed memory that is not given back may come to. */
const MAX_GROWTH_BYTES = 256 * 1024 * 1024;
/** A caller who signs in meanwhile is through within this; a hang would keep him for good. */
const MAX_SIGN_IN_MS = 20_000;

export async function openSocketTargets(): Promise<SocketTargets> {
  const dataDir = join(mkdtempSync(join(tmpdir(), 'sallyport-fuzz-')), 'data');
  const hostile = await new HostileBoards().open();
  const board = await BoardProcess.start({
    dataDir,
    config: {
      general: { menuFile: await hostile.menuFile() },
      security: { earlyDrop: '5000:30:10000' },
      loginServers: {
        rlogin: { enabled: true, port: 0 },
        webSocket: { wss: { enabled: true, port: 0 } },
      },
    },
  });
  const backend = await openBackOffice(dataDir);
  await backend.addAccount('watch', PASSWORD);
  await backend.addAccount('member', PASSWORD);
  for (const name of VISITORS) await backend.addAccount(name, PASSWORD);
  await backend.close();
  const atFirst = board.usage().rssBytes;
  const log = (): string => readFileSync(join(dataDir, 'logs', 'sallyport.log'), 'utf8');

  async function watchSignsIn(): Promise<number> {
    const startedMs = performance.now();
    const caller = await board.telnet();
    await signIn(caller, 'watch');
    await caller.sees('Both doors are open.');
    caller.hangUp();
    return performance.now() - startedMs;
  }

  return {
    targets: [
      { name: 'telnet sockets', call: (random) => callTelnet(board.port('telnet'), random) },
      { name: 'rlogin sockets', call: (random) => callRlogin(board.port('rlogin'), random) },
      { name: 'SSH handshakes', call: (random) => callSsh(board.port('ssh'), random) },
      { name: 'SSH packets', call: (random) => sendPackets(board.port('ssh'), random) },
      { name: 'HTTP requests', call: (random) => callTls(board.port('https'), HTTP, random) },
      {
        name: 'WebSocket requests and frames',
        call: (random) => callTls(board.port('wss'), WSS, random),
      },
      {
        name: 'boards behind the gate',
        atOnce: VISITORS.length,
        call: (random, caller) => hostile.visit(board, VISITORS[caller] ?? 'nobody', random),
      },
    ],
    async run(target, seed, forMs) {
      const faults: string[] = [];
      const startedMs = performance.now();
      let inputs = 0;
      const stranger = async (caller: number): Promise<void> => {
        while (performance.now() - startedMs < forMs && board.alive && faults.length < 5) {
          inputs += 1;
          const own = seed + inputs;
          try {
            await target.call(new SeededRandom(own), caller);
          } catch (error) {
            faults.push(`--seed ${own}: ${String(error)}`);
          }
        }
      };
      const atOnce = target.atOnce ?? AT_ONCE;
      const strangers = Promise.all(Array.from({ length: atOnce }, (_, at) => stranger(at)));
      let slowestMs = 0;
      try {
        slowestMs = await watchSignsIn();
        if (slowestMs > MAX_SIGN_IN_MS) faults.push(`a caller waited for ${slowestMs} ms`);
      } catch (error) {
        faults.push(`nobody can sign in meanwhile: ${String(error)}`);
      }
      await strangers;
      if (!board.alive) faults.push('the board has ended');
      const seconds = (performance.now() - startedMs) / 1000;
      return { name: target.name, inputs, seconds, slowestMs, faults };
    },
    async inspect() {
      const faults: string[] = [];
      try {
        await watchSignsIn();
      } catch (error) {
        faults.push(`nobody can sign in afterwards: ${String(error)}`);
      }
      const { rssBytes } = board.usage();
      const mib = (bytes: number): string => (bytes / 1024 / 1024).toFixed(0);
      console.log(
        `  resident memory of the board: ${mib(atFirst)} MiB at first, ${mib(rssBytes)} MiB now`,
      );
      if (rssBytes > atFirst + MAX_GROWTH_BYTES) faults.push('the board keeps what strangers sent');
      const wrong = log()
        .split('\n')
        .filter((line) => line.includes('"level":"error"'));
      return [...faults, ...new Set(wrong.slice(0, 20))];
    },
    async close() {
      await board.end('SIGTERM');
      await hostile.close();
      removeBoardFiles(dataDir);
    },
  };
}

/** Sends bytes in pieces, and goes: with a good-bye, with a reset, or when it is cut off. */
function converse(socket: Socket, pieces: readonly Buffer[], random: SeededRandom): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => socket.destroy(), CALL_MS);
    socket.on('error', () => undefined);
    socket.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    socket.resume();
    for (const piece of pieces) socket.write(piece);
    const end = random.below(3);
    if (end === 0) socket.end();
    else if (end === 1) setTimeout(() => reset(socket), random.below(CALL_MS));
  });
}

/** Cuts the line; through TLS only the plain way is left. */
function reset(socket: Socket): void {
  if (socket instanceof TLSSocket) socket.destroy();
  else socket.resetAndDestroy();
}

const TYPED = [
  '\r',
  'joe\r',
  'member\r',
  `${PASSWORD}\r`,
  '\x1b',
  'n',
  'f',
  '\x1b[A',
  '\x1b[B',
  '\t',
  '000000\r',
  'x'.repeat(300),
  '\x1b[24;80R',
  '\x1b[?1;2c',
  '2fa\r',
  'g\r',
  'y\r',
].map((text) => Buffer.from(text));

function callTelnet(port: number, random: SeededRandom): Promise<void> {
  const parts = Array.from({ length: 1 + random.below(12) }, () =>
    random.chance(0.5) ? random.pick(TYPED) : mutate(random, [...TELNET, ...KEYS, ...TYPED], 2000),
  );
  return converse(connect(port, '127.0.0.1'), cut(random, Buffer.concat(parts)), random);
}

function callRlogin(port: number, random: SeededRandom): Promise<void> {
  const greeting = random.chance(0.5)
    ? Buffer.from(`\0${random.pick([PASSWORD, 'member', ''])}\0member\0ansi/115200\0`)
    : mutate(random, GREETINGS, 3_000);
  const parts = Array.from({ length: random.below(8) }, () => random.pick([...TYPED, ...KEYS]));
  const bytes = Buffer.concat([greeting, ...parts]);
  return converse(connect(port, '127.0.0.1'), cut(random, bytes), random);
}

const IDENT = Buffer.from('SSH-2.0-OpenSSH_9.6\r\n');

function packet(type: number, body: Buffer): Buffer {
  const padding = 8 - ((body.length + 6) % 8) + 4;
  const head = Buffer.alloc(6);
  head.writeUInt32BE(body.length + padding + 2);
  head[4] = padding;
  head[5] = type;
  return Buffer.concat([head, body, Buffer.alloc(padding)]);
}

function field(text: string | Buffer): Buffer {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

const KEXINIT = packet(
  20,
  Buffer.concat([
    Buffer.alloc(16, 5),
    field('curve25519-sha256@libssh.org,curve25519-sha256,kex-strict-c-v00@openssh.com'),
    field('ssh-ed25519'),
    ...[0, 0].map(() => field('aes128-gcm@openssh.com,aes128-ctr')),
    ...[0, 0].map(() => field('hmac-sha2-256-etm@openssh.com,hmac-sha2-256')),
    ...[0, 0].map(() => field('none')),
    ...[0, 0].map(() => field('')),
    Buffer.alloc(5),
  ]),
);
const HANDSHAKES: readonly Buffer[] = [
  Buffer.concat([
    IDENT,
    KEXINIT,
    packet(30, field(Buffer.alloc(32, 9))),
    packet(21, Buffer.alloc(0)),
  ]),
  Buffer.concat([
    IDENT,
    packet(20, Buffer.alloc(40)),
    packet(80, field('x')),
    packet(90, field('session')),
  ]),
  Buffer.from('SSH-1.99-old\r\nSSH-2.0-x y z\nGET / HTTP/1.0\r\n\r\n'),
  Buffer.concat([Buffer.alloc(300, 65), IDENT]),
];

function callSsh(port: number, random: SeededRandom): Promise<void> {
  const bytes = mutate(random, HANDSHAKES, 40_000);
  return converse(connect(port, '127.0.0.1'), cut(random, bytes), random);
}

/** What ssh2 keeps to itself: any packet, encrypted as it should be. */
interface PacketWriter {
  readonly _packetRW: {
    readonly write: {
      readonly allocStart: number;
      alloc(size: number): Buffer;
      finalize(packet: Buffer): Buffer;
    };
  };
  readonly _cipher: { encrypt(packet: Buffer): void };
}

function sendPacket(client: Client, payload: Buffer): void {
  const writer = (client as unknown as { readonly _protocol?: PacketWriter })._protocol;
  if (writer === undefined) return;
  const { write } = writer._packetRW;
  const made = write.alloc(payload.length);
  payload.copy(made, write.allocStart);
  writer._cipher.encrypt(write.finalize(made));
}

const uint32 = (number: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(number);
  return bytes;
};

const PAYLOADS: readonly Buffer[] = [
  Buffer.concat([
    Buffer.from([50]),
    field('member'),
    field('ssh-connection'),
    field('password'),
    Buffer.from([0]),
    field('guess'),
  ]),
  Buffer.concat([
    Buffer.from([50]),
    field('member'),
    field('ssh-connection'),
    field('publickey'),
    Buffer.from([1]),
    field('ssh-ed25519'),
    field(Buffer.alloc(51, 1)),
    field(Buffer.alloc(83, 2)),
  ]),
  Buffer.concat([
    Buffer.from([50]),
    field('other'),
    field('ssh-connection'),
    field('keyboard-interactive'),
    field(''),
    field(''),
  ]),
  Buffer.concat([Buffer.from([61]), uint32(1), field('answer')]),
  Buffer.concat([
    Buffer.from([80]),
    field('tcpip-forward'),
    Buffer.from([1]),
    field('0.0.0.0'),
    uint32(80),
  ]),
  Buffer.concat([
    Buffer.from([90]),
    field('session'),
    uint32(7),
    uint32(0x7fffffff),
    uint32(0x7fffffff),
  ]),
  Buffer.concat([
    Buffer.from([98]),
    uint32(0),
    field('pty-req'),
    Buffer.from([1]),
    field('xterm'),
    uint32(0xffffffff),
    uint32(0),
    uint32(0),
    uint32(0),
    field(''),
  ]),
  Buffer.concat([Buffer.from([98]), uint32(0), field('exec'), Buffer.from([1]), field('id')]),
  Buffer.concat([
    Buffer.from([98]),
    uint32(0),
    field('env'),
    Buffer.from([0]),
    field('LANG'),
    field('x'),
  ]),
  Buffer.concat([Buffer.from([98]), uint32(0), field('shell'), Buffer.from([1])]),
  Buffer.concat([Buffer.from([94]), uint32(0), field('\r\x1b[A')]),
  Buffer.concat([Buffer.from([93]), uint32(0), uint32(0xffffffff)]),
  Buffer.concat([Buffer.from([97]), uint32(0)]),
  Buffer.from([1, 0, 0, 0, 11, 0, 0, 0, 0]),
  Buffer.from([2, 255, 255, 255, 255]),
  KEXINIT.subarray(5),
];

/** A client with a good handshake that then sends packets as they come, before or after sign-in. */
function sendPackets(port: number, random: SeededRandom): Promise<void> {
  return new Promise((resolve) => {
    const client = new Client();
    const timer = setTimeout(() => client.destroy(), 3 * CALL_MS);
    const send = (): void => {
      try {
        for (let count = random.below(20); count >= 0; count--)
          sendPacket(client, mutate(random, PAYLOADS, 20_000));
      } catch {
        // Our own side may have been closed under us.
        client.destroy();
      }
    };
    client.on('error', () => undefined);
    client.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    const signsIn = random.chance(0.4);
    if (signsIn) client.once('ready', send);
    else client.once('handshake', send);
    client.connect({
      host: '127.0.0.1',
      port,
      username: 'member',
      password: PASSWORD,
      // Before sign-in nothing is offered but what the packets say.
      ...(signsIn ? {} : { authHandler: () => undefined }),
    });
  });
}

const HTTP: readonly Buffer[] = [
  'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
  `GET /_enig/2fa/enable_2fa_otp?token=${'A'.repeat(43)} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
  'POST /_enig/2fa/enable_2fa_otp HTTP/1.1\r\nHost: localhost\r\nOrigin: https://localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 20\r\n\r\ntoken=x&otp=123456&a',
  'POST / HTTP/1.1\r\nHost: evil\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\nx\r\n0\r\n\r\n',
  `GET /${'../'.repeat(50)}etc/passwd HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 1.2.3.4\r\nCookie: ${'a=b; '.repeat(40)}\r\n\r\n`,
  'OPTIONS * HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nUpgrade: h2c\r\n\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
].map((text) => Buffer.from(text, 'latin1'));

const UPGRADE =
  'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: binary\r\n\r\n';
const FRAMES = [
  [0x82, 0x81, 1, 2, 3, 4, 0x0c],
  [0x02, 0x80, 0, 0, 0, 0, 0x80, 0x80, 0, 0, 0, 0],
  [0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0],
  [0x89, 0x80, 0, 0, 0, 0, 0x8a, 0x80, 0, 0, 0, 0],
  [0x88, 0x82, 0, 0, 0, 0, 3, 232],
  [0x81, 0x85, 0, 0, 0, 0, 104, 101, 108, 108, 111],
  [0xf2, 0x03, 1, 2, 3],
].map((bytes) => Buffer.from(bytes));
const WSS: readonly Buffer[] = [
  ...FRAMES.map((frame) => Buffer.concat([Buffer.from(UPGRADE), frame])),
  Buffer.concat([Buffer.from(UPGRADE), ...FRAMES]),
  ...HTTP,
];

/** Some spoil the bytes inside TLS, a few the TLS itself. */
function callTls(port: number, corpus: readonly Buffer[], random: SeededRandom): Promise<void> {
  const bytes = random.chance(0.3)
    ? Buffer.concat([random.pick(corpus), mutate(random, corpus, 4000)])
    : mutate(random, corpus, 20_000);
  if (random.chance(0.05)) return converse(connect(port, '127.0.0.1'), [bytes], random);
  const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false });
  return converse(socket, cut(random, bytes), random);
}
