import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { Client, type ClientChannel } from 'ssh2';
import { systemClock } from '../../src/base/clock';
import type { MenuModule } from '../../src/menu/run/module';
import { runMenus } from '../../src/menu/run/runner';
import type { CallerFacts, TakenConnection } from '../../src/menu/run/taken-connection';
import { TelnetCodec } from '../../src/protocols/telnet-codec';
import { OPTION } from '../../src/protocols/telnet-protocol';
import type { IncomingCall } from '../../src/servers/incoming-call';
import { openTerminal } from '../../src/servers/open-terminal';
import { Session } from '../../src/servers/session';
import { EchoServers } from '../support/echo-servers';
import { MenuBoard } from '../support/menu-board';
import { eventually } from '../support/raw-caller';
import { WebSocketCaller } from '../support/web-socket-caller';

type Way = 'telnet' | 'ssh' | 'wss';
const WAYS: readonly Way[] = ['telnet', 'ssh', 'wss'];
const MEGABYTE = 1024 * 1024;

/** A client that sends and receives bytes; what is specific to its protocol is inside. */
interface Client8 {
  send(bytes: Buffer): void;
  pause(): void;
  resume(): void;
  resize?(columns: number, rows: number): void;
  hangUp(): void;
}

describe('a connection that is taken over', () => {
  let board: MenuBoard;
  let servers: EchoServers;
  let work: (taken: TakenConnection) => Promise<void>;
  let received: Buffer;
  let pieces: Buffer[];
  let client: Client8;
  let sessionsEnded: number;

  const taker: MenuModule = {
    name: 'taker',
    doc: 'Takes the connection over.',
    needs: 'none',
    views: [],
    methods: {
      take: async (context) => {
        await context.takeOver((taken) => work(taken));
        return { kind: 'stay' };
      },
    },
  };

  const serve = async (call: IncomingCall): Promise<void> => {
    const node = call.node ?? servers.nodes.take(call.connection.server, call.slot);
    if (node === undefined) throw new Error('no free node');
    const { config, log, nodes, logins, authenticator } = servers;
    const session = new Session(call, node, {
      ...{ config: () => config, clock: systemClock, log, authenticator, nodes, logins },
      openTerminal: (connection, settled) =>
        openTerminal(connection, { settled, config: () => config, clock: systemClock }),
      run: (caller) => runMenus(caller, 'first', board.services),
      onSignedIn: () => Promise.resolve(),
      onEnded: () => Promise.resolve(),
    });
    // Bytes before the sign-in are limited (rule F5); a hand-off comes after it.
    call.slot.signedIn();
    call.deadline.end();
    await session.live();
    sessionsEnded += 1;
  };

  beforeEach(async () => {
    sessionsEnded = 0;
    received = Buffer.alloc(0);
    pieces = [];
    board = await MenuBoard.open({
      menus: {
        menus: {
          first: {
            module: 'taker',
            art: 'FIRST',
            config: { area: 'login' },
            form: {
              0: {
                mci: { ET1: { argName: 'name', focus: true } },
                actionKeys: [{ keys: ['f1'], action: '@method:take' }],
              },
            },
          },
        },
      },
      art: { FIRST: 'The first menu %ET1' },
      modules: [taker],
    });
    servers = new EchoServers({ serve, accounts: { ann: { password: 'right' } } });
  });
  afterEach(async () => {
    client.hangUp();
    await eventually('the end of the session', () => sessionsEnded === 1);
    await servers.close();
  });

  const take = (bytes: Buffer): void => void pieces.push(Buffer.from(bytes));
  const heard = (): Buffer => {
    received = Buffer.concat([received, ...pieces]);
    pieces = [];
    return received;
  };
  const sees = (text: string): Promise<void> =>
    eventually(`${text} on the wire`, () => heard().includes(text));
  const forget = (): void => {
    heard();
    received = Buffer.alloc(0);
  };

  /** Dials and waits for the menu. */
  const dial = async (way: Way): Promise<void> => {
    client = await DIALS[way](servers, take);
    await sees('The first menu');
    forget();
  };
  const F1 = Buffer.from('\x1bOP');

  test.each(WAYS)('a megabyte of random bytes passes unchanged both ways, by %s', async (way) => {
    const toBoard = randomBytes(MEGABYTE);
    const ahead = Buffer.from('typed ahead \x1b[A\x1b[5~\xe9', 'latin1');
    const toCaller = randomBytes(MEGABYTE);
    const got: Buffer[] = [];
    let size = 0;
    let began = false;
    work = async ({ stream }) => {
      began = true;
      stream.write(toCaller);
      await new Promise<void>((resolve) => {
        stream.on('data', (chunk: Buffer) => {
          got.push(chunk);
          size += chunk.length;
          if (size >= MEGABYTE + ahead.length) resolve();
        });
      });
    };
    await dial(way);
    // In one piece with the key: these bytes are decoded as keys before the connection is taken.
    client.send(Buffer.concat([F1, ahead]));
    await eventually('the taking', () => began);
    client.send(toBoard);
    await eventually('all bytes at the taker', () => size >= MEGABYTE + ahead.length);
    expect(Buffer.concat(got).equals(Buffer.concat([ahead, toBoard]))).toBe(true);
    await eventually('all bytes at the caller', () => heard().length >= MEGABYTE);
    expect(heard().subarray(0, MEGABYTE).equals(toCaller)).toBe(true);
  });

  test.each(WAYS)('what is written to the caller comes unchanged, by %s', async (way) => {
    const toCaller = randomBytes(MEGABYTE);
    work = async ({ stream }) => {
      if (!stream.write(toCaller)) await once(stream, 'drain');
    };
    await dial(way);
    client.send(F1);
    await eventually('all bytes at the caller', () => heard().length >= MEGABYTE);
    expect(heard().subarray(0, MEGABYTE).equals(toCaller)).toBe(true);
  });

  test.each(WAYS)(
    'the menu is drawn again afterwards and reads what was left, by %s',
    async (way) => {
      let takings = 0;
      work = async ({ stream }) => {
        takings += 1;
        const [chunk] = (await once(stream, 'data')) as [Buffer];
        stream.write(`got ${chunk.toString()}.`);
      };
      await dial(way);
      client.send(F1);
      client.send(Buffer.from('data'));
      await sees('got data.');
      await sees('The first menu');
      forget();
      client.send(Buffer.from('x'));
      await sees('x');
      client.send(F1);
      await eventually('the second taking', () => takings === 2);
      client.send(Buffer.from('more'));
      await sees('got more.');
    },
  );

  test.each(WAYS)('a hang-up ends the stream and the signal, by %s', async (way) => {
    let ended = false;
    let began = false;
    work = async ({ stream, signal }) => {
      began = true;
      stream.resume();
      await Promise.race([once(stream, 'end'), once(stream, 'close')]).catch(() => undefined);
      ended = true;
      if (!signal.aborted) stream.end();
    };
    await dial(way);
    client.send(F1);
    await eventually('the taking', () => began);
    client.hangUp();
    await eventually('the end of the stream', () => ended);
  });

  test.each(['telnet', 'ssh'] as const)('a change of size is told, by %s', async (way) => {
    const facts: CallerFacts[] = [];
    let began = false;
    work = async (taken) => {
      began = true;
      await new Promise<void>((resolve) => {
        taken.onResize(() => {
          facts.push(taken.facts);
          resolve();
        });
      });
    };
    await dial(way);
    client.send(F1);
    await eventually('the taking', () => began);
    client.resize?.(100, 40);
    await eventually('the size', () => facts.length === 1);
    expect(facts).toMatchObject([
      { server: way, remoteIp: '127.0.0.1', size: { width: 100, height: 40 } },
    ]);
  });

  test.each(WAYS)('a caller who does not read holds the writer up, by %s', async (way) => {
    let written = 0;
    let isHeldUp = false;
    work = async ({ stream, signal }) => {
      const piece = Buffer.alloc(MEGABYTE, 'x');
      while (!signal.aborted && written < 64 * MEGABYTE) {
        written += piece.length;
        if (stream.write(piece)) continue;
        isHeldUp = true;
        await once(stream, 'drain', { signal }).catch(() => undefined);
        isHeldUp = false;
      }
    };
    await dial(way);
    client.pause();
    client.send(F1);
    // The kernel's buffers take some megabytes; after that nothing more is taken.
    let before = -1;
    await eventually('the writer to be held up', () => {
      const stands = isHeldUp && written === before;
      before = written;
      return stands;
    });
    expect(written).toBeLessThan(64 * MEGABYTE);
    client.resume();
    await eventually('the writer to go on', () => written > before);
  });
});

type Dial = (servers: EchoServers, take: (bytes: Buffer) => void) => Promise<Client8>;

const DIALS: Readonly<Record<Way, Dial>> = {
  telnet: async (servers, take) => {
    const socket = connect({ host: '127.0.0.1', port: await servers.telnet(), noDelay: true });
    const codec: TelnetCodec = new TelnetCodec({
      clock: systemClock,
      agreed: {
        us: new Set([OPTION.binary, OPTION.suppressGoAhead, OPTION.windowSize]),
        peer: new Set([OPTION.binary, OPTION.echo, OPTION.suppressGoAhead]),
      },
      onEncoded: (bytes) => void socket.write(bytes),
      onText: take,
      onOption: () => undefined,
      onRefused: () => undefined,
      onSub: () => undefined,
      onAreYouThere: () => undefined,
      onAbuse: () => undefined,
    });
    codec.isRaw = true;
    socket.on('data', (chunk) => codec.receive(chunk));
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    return {
      send: (bytes) => codec.send(bytes),
      pause: () => void socket.pause(),
      resume: () => void socket.resume(),
      resize: (columns, rows) =>
        codec.sendSub(OPTION.windowSize, Buffer.from([0, columns, 0, rows])),
      hangUp: () => void socket.destroy(),
    };
  },
  ssh: async (servers, take) => {
    const client = new Client();
    client.on('error', () => undefined);
    client.connect({
      ...{ host: '127.0.0.1', port: await servers.ssh(), username: 'ann', password: 'right' },
    });
    await once(client, 'ready');
    const channel = await new Promise<ClientChannel>((resolve, reject) =>
      client.shell((error, opened) => (error ? reject(error) : resolve(opened))),
    );
    channel.on('data', take);
    return {
      send: (bytes) => void channel.write(bytes),
      pause: () => void channel.pause(),
      resume: () => void channel.resume(),
      resize: (columns, rows) => void channel.setWindow(rows, columns, 0, 0),
      hangUp: () => void client.destroy(),
    };
  },
  wss: async (servers, take) => {
    const { socket } = await WebSocketCaller.dial({
      port: await servers.webSocket(),
      ca: servers.ca,
    });
    socket.on('message', (data) => take(data as Buffer));
    return {
      send: (bytes) => {
        for (let at = 0; at < bytes.length; at += 4096) socket.send(bytes.subarray(at, at + 4096));
      },
      pause: () => socket.pause(),
      resume: () => socket.resume(),
      hangUp: () => socket.terminate(),
    };
  },
};
