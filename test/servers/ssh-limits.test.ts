import { LIMITS } from '../../src/base/limits';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Client,
  utils,
  type AnyAuthMethod,
  type ClientChannel,
  type ConnectConfig,
  type PseudoTtyOptions,
} from 'ssh2';
import { parseOffer } from '../../src/servers/ssh/client-offer';
import { EchoServers, type EchoOptions } from '../support/echo-servers';
import { RawCaller, eventually } from '../support/raw-caller';
import { sendPacket, sshText as text } from '../support/ssh-packets';

let servers: EchoServers;
const clients: Client[] = [];
const relays: Server[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  for (const relay of relays.splice(0)) relay.close();
  await servers.close();
});

async function start(options: EchoOptions = {}): Promise<number> {
  servers = new EchoServers({ accounts: { ann: { password: 'right' } }, ...options });
  return servers.ssh();
}

async function letIn(port: number): Promise<Client> {
  const client = dial(port, { password: 'right' });
  await new Promise<void>((resolve, reject) => {
    client.once('ready', resolve).once('error', reject);
  });
  return client;
}

function dial(port: number, more: Partial<ConnectConfig>): Client {
  const client = new Client();
  clients.push(client);
  client.on('error', () => undefined);
  client.connect({ host: '127.0.0.1', port, username: 'ann', ...more });
  return client;
}

function shellOf(
  client: Client,
  pty: PseudoTtyOptions | false = {},
  env: Record<string, string> = {},
): Promise<ClientChannel> {
  return new Promise((resolve, reject) =>
    client.shell(pty as PseudoTtyOptions, { env }, (error, channel) =>
      error === undefined ? resolve(channel) : reject(error),
    ),
  );
}

describe('what the server offers before it knows anybody (rule E5)', () => {
  async function offered(profile: 'modern' | 'retro'): Promise<Record<string, readonly string[]>> {
    return offeredBy(await start({ config: { loginServers: { ssh: { profile } } } }));
  }

  async function offeredBy(port: number): Promise<Record<string, readonly string[]>> {
    const caller = await RawCaller.dial(port);
    caller.send('SSH-2.0-test\r\n');
    await caller.until('to see a KEXINIT', () => parseOffer(caller.received).lists !== undefined);
    caller.socket.destroy();
    return parseOffer(caller.received).lists as Record<string, readonly string[]>;
  }

  test('is strict key exchange and nothing that is weak (rule E5)', async () => {
    const lists = await offered('modern');
    expect(lists.kex).toEqual([
      'curve25519-sha256@libssh.org',
      'curve25519-sha256',
      'kex-strict-s-v00@openssh.com',
    ]);
    expect(lists.serverHostKey).toEqual(['ssh-ed25519']);
    expect(lists.cipher?.every((name) => /gcm|ctr|chacha20/.test(name))).toBe(true);
    expect(lists.hmac?.every((name) => /^hmac-sha2-\d+-etm@/.test(name))).toBe(true);
    expect(lists.compress).toEqual(['none']);
    expect(Object.values(lists).flat().join(' ')).not.toMatch(/cbc|3des|arcfour|sha1|md5|ssh-rsa/);
  });

  test('signs by SHA-2 alone where the host key is an RSA key (rule E5)', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sallyport-keys-'));
    const file = join(folder, 'rsa');
    await writeFile(file, utils.generateKeyPairSync('rsa', { bits: 2048 }).private, {
      mode: 0o600,
    });
    const port = await start({ config: { loginServers: { ssh: { privateKeyPem: file } } } });
    const lists = await offeredBy(port);
    expect(lists.serverHostKey).toEqual(['rsa-sha2-512', 'rsa-sha2-256']);
    for (const serverHostKey of [['rsa-sha2-512'], ['rsa-sha2-256']] as const) {
      const algorithms = { serverHostKey: [...serverHostKey] };
      const client = dial(port, { password: 'right', algorithms });
      await once(client, 'ready');
      client.end();
    }
    await rm(folder, { recursive: true });
  });

  test('has old algorithms only by the retro profile, after everything better (rule E5)', async () => {
    const lists = await offered('retro');
    expect(lists.kex).toContain('kex-strict-s-v00@openssh.com');
    expect(lists.kex?.[0]).toBe('curve25519-sha256@libssh.org');
    expect(lists.kex).toContain('diffie-hellman-group1-sha1');
    expect(lists.cipher?.indexOf('3des-cbc')).toBe((lists.cipher?.length ?? 0) - 1);
  });

  test('is narrowed by ssh.algorithms, never widened, and never to nothing (rule E5)', async () => {
    const algorithms = {
      kex: ['diffie-hellman-group1-sha1', 'curve25519-sha256'],
      cipher: ['3des-cbc', 'aes256-ctr', 'aes256-gcm@openssh.com'],
      hmac: ['hmac-md5', 'hmac-sha1'],
    };
    const lists = await offeredBy(
      await start({ config: { loginServers: { ssh: { algorithms } } } }),
    );
    expect(lists.kex).toEqual(['curve25519-sha256', 'kex-strict-s-v00@openssh.com']);
    expect(lists.cipher).toEqual(['aes256-gcm@openssh.com', 'aes256-ctr']);
    expect(lists.hmac).toEqual(['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com']);
    expect(lists.compress).toEqual(['none']);
  });
});

const WINDOW_AND_PACKET = Buffer.from([0, 0, 0, 0, 0, 16, 0, 0, 0, 0, 128, 0]);
/** What belongs behind the sign-in: global requests, channels and all that happens on them. */
const CONNECTION_MESSAGES: readonly (readonly [string, Buffer])[] = [
  [
    'a request to forward a port',
    Buffer.concat([Buffer.of(80), text('tcpip-forward'), Buffer.of(1), text(''), Buffer.alloc(4)]),
  ],
  ['a session', Buffer.concat([Buffer.of(90), text('session'), WINDOW_AND_PACKET])],
  [
    'a tunnel',
    Buffer.concat([
      Buffer.of(90),
      text('direct-tcpip'),
      WINDOW_AND_PACKET,
      text('127.0.0.1'),
      Buffer.of(0, 0, 0, 22),
      text('127.0.0.1'),
      Buffer.of(0, 0, 0, 9),
    ]),
  ],
  [
    'a shell on a channel that is none',
    Buffer.concat([Buffer.of(98, 0, 0, 0, 0), text('shell'), Buffer.of(1)]),
  ],
  [
    'a command on a channel that is none',
    Buffer.concat([Buffer.of(98, 0, 0, 0, 0), text('exec'), Buffer.of(1), text('id')]),
  ],
  ['data on a channel that is none', Buffer.concat([Buffer.of(94, 0, 0, 0, 0), text('hello')])],
  ...Array.from(
    { length: 21 },
    (_, at) => [`message ${80 + at} with nothing in it`, Buffer.of(80 + at)] as const,
  ),
];

describe('before the sign-in (rule E6)', () => {
  test.each(CONNECTION_MESSAGES)('%s leads nowhere (rule E6)', async (_what, packet) => {
    const port = await start();
    const asked: ((method: AnyAuthMethod | false) => void)[] = [];
    let answered: () => void = () => undefined;
    const client = dial(port, {
      authHandler: (_left, _partial, next) => {
        asked.push(next as (method: AnyAuthMethod | false) => void);
        answered();
      },
    });
    const hears = (): Promise<void> =>
      new Promise((resolve) => {
        answered = resolve;
        client.once('close', () => resolve());
      });
    await hears();
    sendPacket(client, packet);
    // Whatever came of it: the connection was ended, or the sign-in is where it was.
    const after = hears();
    asked[0]?.({ type: 'none', username: 'ann' });
    await after;
    expect(servers.calls).toEqual([]);
    expect(servers.authenticator.submitted).toEqual([]);
    expect(servers.nodes.list()).toEqual([]);
  });
});

describe('before the sign-in, more than once (rule E6)', () => {
  test('the tenth channel ends it (rule E6)', async () => {
    const client = dial(await start(), { authHandler: () => undefined });
    await once(client, 'handshake');
    const [, packet] = CONNECTION_MESSAGES[1] as (typeof CONNECTION_MESSAGES)[number];
    const closed = once(client, 'close');
    for (let sent = 0; sent < 10; sent += 1) sendPacket(client, packet);
    await closed;
    expect(servers.log.of('ssh.abuse')).toHaveLength(1);
    expect(servers.log.of('ssh.request-refused')).toHaveLength(1);
  });
});

describe('after the sign-in (rule E6)', () => {
  test('nine more channels are refused, and the first goes on (rule E6)', async () => {
    const client = await letIn(await start());
    const shell = await shellOf(client);
    const results = await Promise.allSettled(Array.from({ length: 9 }, () => shellOf(client)));
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(9);
    shell.write('still here');
    const echoed = await new Promise((resolve) => shell.once('data', resolve));
    expect(String(echoed)).toBe('still here');
    expect(servers.calls).toHaveLength(1);
    expect(servers.log.of('ssh.request-refused')).toHaveLength(1);
  });

  const open = (type: string): Buffer =>
    Buffer.concat([Buffer.of(90), text(type), WINDOW_AND_PACKET]);
  const globally = (name: string): Buffer =>
    Buffer.concat([Buffer.of(80), text(name), Buffer.of(1)]);
  /** On channel 0, the shell's. */
  const onShell = (type: string, more: Buffer = Buffer.alloc(0)): Buffer =>
    Buffer.concat([Buffer.of(98, 0, 0, 0, 0), text(type), Buffer.of(1), more]);

  test.each([
    ['sessions', open('session'), 10],
    ['channels of a type that nobody knows', open('coffee@example.org'), 10],
    ['forwarded ports', globally('tcpip-forward@example.org'), 10],
    ['shells', onShell('shell'), 10],
    ['commands', onShell('exec', text('id')), 10],
    ['subsystems', onShell('subsystem', text('sftp')), 10],
    ['agents', onShell('auth-agent-req@openssh.com'), 11],
    [
      'variables',
      onShell('env', Buffer.concat([text('FOO'), text('1')])),
      LIMITS.environmentOffers + 10,
    ],
    ['pieces of extended data', Buffer.concat([Buffer.of(95), Buffer.alloc(8), text('x')]), 10],
  ])(
    'of too many %s the tenth refusal ends it, with one line each (rule E6)',
    async (_what, packet, last) => {
      const client = await letIn(await start());
      const shell = await shellOf(client);
      for (let sent = 1; sent < last; sent += 1) sendPacket(client, packet);
      // Its echo says that all before it have been looked at.
      shell.write('x');
      await once(shell, 'data');
      expect(servers.log.of('ssh.abuse')).toEqual([]);
      const closed = once(client, 'close');
      sendPacket(client, packet);
      await closed;
      expect(servers.log.of('ssh.abuse')).toMatchObject([{ what: 'too many refused requests' }]);
      expect(servers.log.of('ssh.request-refused')).toHaveLength(1);
    },
  );

  test('keep-alives and what PuTTY says of its channel are answered for ever (rule E6)', async () => {
    const client = await letIn(await start());
    const shell = await shellOf(client);
    for (let sent = 0; sent < 300; sent += 1) {
      sendPacket(client, globally('keepalive@openssh.com'));
      sendPacket(client, onShell('winadj@putty.projects.tartarus.org'));
    }
    shell.write('still here');
    const echoed = await new Promise((resolve) => shell.once('data', resolve));
    expect(String(echoed)).toBe('still here');
    expect(servers.log.of('ssh.request-refused')).toEqual([]);
  });

  test('data beyond the window ends it (rule E6)', async () => {
    const port = await start({
      serve: ({ connection, deadline }) => {
        deadline.end();
        connection.onData(() => undefined);
        return new Promise((resolve) =>
          connection.signal.addEventListener('abort', () => resolve()),
        );
      },
    });
    const client = await letIn(port);
    const shell = await shellOf(client);
    // Two windows of 2 MiB are filled, and the session takes a few bytes in each turn.
    const packet = Buffer.concat([Buffer.of(94, 0, 0, 0, 0), text('x'.repeat(32_000))]);
    const closed = once(client, 'close');
    for (let sent = 0; sent < 200; sent += 1) sendPacket(client, packet);
    shell.resume();
    await closed;
    expect(servers.log.of('ssh.abuse')).toMatchObject([{ what: 'data beyond the window' }]);
  });
});

describe('what a client says about its terminal (rule E8)', () => {
  const connectionOf = async (): Promise<unknown> => {
    await eventually('a session', () => servers.calls.length === 1);
    return servers.calls[0]?.connection;
  };

  test.each([
    [{ cols: 0, rows: 0 }, undefined, undefined],
    [{ cols: 1, rows: 65_535 }, 1, 500],
    [{ cols: 4_294_967_295, rows: 501 }, 500, 500],
  ])('a size of %j becomes one that a screen can have (rule E8)', async (pty, columns, rows) => {
    const client = await letIn(await start());
    await shellOf(client, pty);
    expect(await connectionOf()).toMatchObject({ columns, rows });
  });

  test('a name keeps forty letters, digits and .+_- of it (rule E8)', async () => {
    const client = await letIn(await start());
    await shellOf(client, { term: `xterm\x1b[31m\r\n;$(id)${'y'.repeat(2000)}` });
    const { terminalType = '' } = (await connectionOf()) as { terminalType?: string };
    expect(terminalType).toMatch(/^xterm31midy+$/);
    expect(terminalType).toHaveLength(40);
  });

  test('eight variables are taken and no more, of 256 bytes at most (rule E8)', async () => {
    const names = ['LC_A', 'LC_B', 'LC_C', 'LC_D', 'LC_E', 'LC_F', 'LC_G'];
    const seven = Object.fromEntries(names.map((name) => [name, 'C']));
    const client = await letIn(await start());
    // The one that is too long does not count; the ninth is one too many.
    await shellOf(client, false, {
      LC_LONG: 'x'.repeat(257),
      ...seven,
      COLUMNS: '90',
      ROWS: '33',
    });
    expect(await connectionOf()).toMatchObject({ columns: 90, rows: undefined });
  });
});

describe('a line that is dead (rule E9)', () => {
  /** Passes everything on until it is cut: then both ends stay open and hear nothing more. */
  async function relayTo(port: number): Promise<{ readonly port: number; cut(): void }> {
    const sockets: Socket[] = [];
    const relay = createServer((near) => {
      const far = connect(port, '127.0.0.1');
      sockets.push(near, far);
      near.pipe(far);
      far.pipe(near);
      for (const socket of [near, far]) socket.on('error', () => undefined);
      far.on('close', () => near.destroy());
    });
    relays.push(relay);
    await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
    return {
      port: (relay.address() as AddressInfo).port,
      cut: () => {
        const [near, far] = sockets;
        near?.unpipe();
        far?.unpipe();
        far?.resume();
      },
    };
  }

  test('is noticed by keep-alives that stay unanswered, and its place is free (rule E9)', async () => {
    const port = await start({ config: { loginServers: { ssh: { keepAliveSeconds: 1 } } } });
    const relay = await relayTo(port);
    const client = await letIn(relay.port);
    await shellOf(client);
    await eventually('a session', () => servers.calls.length === 1);
    relay.cut();
    await eventually('the end of the call', () => servers.limiter.open.total === 0);
    expect(servers.calls[0]?.connection.signal.aborted).toBe(true);
  });
});
