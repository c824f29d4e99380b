import { sayStock } from '../../src/texts/texts';
import { once } from 'node:events';
import { connect } from 'node:net';
import { Client, type ClientChannel } from 'ssh2';
import { type Clock, systemClock } from '../../src/base/clock';
import type { MenuModule } from '../../src/menu/run/module';
import { runMenus } from '../../src/menu/run/runner';
import type { TakenConnection } from '../../src/menu/run/caller';
import { TelnetCodec } from '../../src/protocols/telnet-codec';
import { OPTION } from '../../src/protocols/telnet-protocol';
import type { WayInName } from '../../src/protocols/ways-in';
import type { IncomingCall } from '../../src/servers/connection';
import { terminalOpener } from '../../src/servers/open-terminal';
import { Session } from '../../src/servers/session';
import { EchoServers } from './echo-servers';
import { MenuBoard } from './menu-board';
import { eventually } from './raw-caller';
import { WebSocketCaller } from './web-socket-caller';

/** A client that sends and receives bytes; what is specific to its protocol is inside. */
export interface ByteClient {
  send(bytes: Buffer): void;
  pause(): void;
  resume(): void;
  resize?(columns: number, rows: number): void;
  /** Closes the client's half of the connection. */
  endInput?(): void;
  hangUp(): void;
  /** Ends the connection at once, where a hang-up leaves the board time for its first screen. */
  reset?(): void;
}

/** The clients answer no question of the terminal; the board waits for that a twentieth of a second. */
const IMPATIENT: Clock = {
  ...systemClock,
  after: (ms, work) => systemClock.after(Math.min(ms, 50), work),
};

/** What a web proxy says of a caller. */
const THROUGH_PROXY = { 'x-forwarded-for': '203.0.113.9', 'x-forwarded-proto': 'https' };

/** The key that has the connection taken over. */
export const TAKE_KEY = Buffer.from('\x1bOP');

const MENU = {
  module: 'taker',
  art: 'FIRST',
  config: { area: 'login', interrupt: 'realtime' },
  form: {
    0: {
      mci: { ET1: { argName: 'name', focus: true } },
      actionKeys: [{ keys: ['f1'], action: '@method:take' }],
    },
  },
};

/** Login servers with one menu, whose module takes the connection over and runs `work`. */
export class TakeOverBoard {
  work: (taken: TakenConnection) => Promise<void> = () => Promise.resolve();
  /** How often the connection was taken over. */
  began = 0;
  sessionsEnded = 0;
  /** True once the client has seen the end of its connection. */
  isClosed = false;
  readonly servers: EchoServers;
  private dialled: ByteClient | undefined;
  private received: Buffer = Buffer.alloc(0);
  private pieces: Buffer[] = [];
  /** Called with the bytes of the client as well, as soon as they come. */
  onBytes: (bytes: Buffer) => void = () => undefined;

  private constructor(private readonly menus: MenuBoard) {
    this.servers = new EchoServers({
      serve: (call) => this.serve(call),
      accounts: { ann: { password: 'right' } },
      config: { proxies: ['127.0.0.1'], forwardedHeader: 'x-forwarded-for' },
    });
  }

  static async open(): Promise<TakeOverBoard> {
    const opened: { board?: TakeOverBoard } = {};
    const taker: MenuModule = {
      ...{ name: 'taker', doc: 'Takes the connection over.', needs: 'none', views: [] },
      methods: {
        take: async (context) => {
          await context.takeOver((taken) => {
            const { board } = opened;
            if (board === undefined) throw new Error('the board is not open yet');
            board.began += 1;
            return board.work(taken);
          });
          return { kind: 'stay' };
        },
      },
    };
    const menus = await MenuBoard.open({
      menus: { menus: { first: MENU } },
      art: { FIRST: 'The first menu %ET1' },
      modules: [taker],
    });
    opened.board = new TakeOverBoard(menus);
    return opened.board;
  }

  get client(): ByteClient {
    if (this.dialled === undefined) throw new Error('nobody has dialled');
    return this.dialled;
  }

  /** Dials and waits for the menu. */
  async dial(way: WayInName): Promise<void> {
    await this.dialBy(() =>
      DIALS[way](this.servers, {
        take: (bytes) => {
          const own = Buffer.from(bytes);
          this.pieces.push(own);
          this.onBytes(own);
        },
        closed: () => (this.isClosed = true),
      }),
    );
  }

  /** The same with a client of the test's own, which passes on what it receives. */
  async dialBy(
    open: (take: (bytes: Buffer) => void) => ByteClient | Promise<ByteClient>,
  ): Promise<void> {
    this.dialled = await open((bytes) => this.pieces.push(Buffer.from(bytes)));
    await this.sees('The first menu');
    this.forget();
  }

  /** Presses the key, and waits until the connection is taken over. */
  async take(): Promise<void> {
    const { began } = this;
    this.client.send(TAKE_KEY);
    await eventually('the taking', () => this.began > began);
  }

  /** What the client has received since `forget`. */
  heard(): Buffer {
    this.received = Buffer.concat([this.received, ...this.pieces]);
    this.pieces = [];
    return this.received;
  }

  forget(): void {
    this.heard();
    this.received = Buffer.alloc(0);
  }

  sees(text: string | Buffer): Promise<void> {
    return eventually(`${String(text)} on the wire`, () => this.heard().includes(text));
  }

  async close(): Promise<void> {
    if (this.dialled?.reset === undefined) this.dialled?.hangUp();
    else this.dialled.reset();
    await eventually('the end of the session', () => this.sessionsEnded === 1);
    await this.servers.close();
    await this.menus.close();
  }

  private async serve(call: IncomingCall): Promise<void> {
    const { config, log, nodes, logins, authenticator } = this.servers;
    const node = call.node ?? nodes.take(call.connection.server, call.slot);
    if (node === undefined) throw new Error('no free node');
    const session = new Session(call, node, {
      ...{ config: () => config, clock: systemClock, log, authenticator, nodes, logins },
      say: sayStock,
      openTerminal: terminalOpener({ config: () => config, clock: IMPATIENT }),
      run: (caller) => runMenus(caller, 'first', this.menus.services),
      onEnded: () => Promise.resolve(),
    });
    // Bytes before the sign-in are limited (rule E6); a hand-off comes after it.
    call.slot.signedIn();
    call.deadline.end();
    await session.live();
    this.sessionsEnded += 1;
  }
}

interface Listeners {
  readonly take: (bytes: Buffer) => void;
  readonly closed: () => void;
}

type Dial = (servers: EchoServers, listeners: Listeners) => Promise<ByteClient>;

const DIALS: Readonly<Record<WayInName, Dial>> = {
  telnet: async (servers, { take, closed }) => {
    const socket = connect({ host: '127.0.0.1', port: await servers.telnet(), noDelay: true });
    const codec: TelnetCodec = new TelnetCodec({
      clock: systemClock,
      agreed: {
        us: new Set([OPTION.binary, OPTION.suppressGoAhead, OPTION.windowSize]),
        peer: new Set([OPTION.binary, OPTION.echo, OPTION.suppressGoAhead]),
      },
      onEncoded: (bytes) => void (socket.writable && socket.write(bytes)),
      onText: take,
      // A client that says its size is not waited for.
      onOption: (side, option, on) => {
        if (side === 'us' && option === OPTION.windowSize && on)
          codec.sendSub(option, Buffer.from([0, 80, 0, 24]));
      },
      onRefused: () => undefined,
      onSub: () => undefined,
      onAreYouThere: () => undefined,
      onAbuse: () => undefined,
    });
    codec.isRaw = true;
    socket.on('data', (chunk) => codec.receive(chunk));
    socket.on('error', () => undefined);
    socket.on('close', closed);
    await once(socket, 'connect');
    return {
      send: (bytes) => codec.send(bytes),
      pause: () => void socket.pause(),
      resume: () => void socket.resume(),
      resize: (columns, rows) =>
        codec.sendSub(OPTION.windowSize, Buffer.from([0, columns, 0, rows])),
      endInput: () => void socket.end(),
      hangUp: () => void socket.destroy(),
      reset: () => void socket.resetAndDestroy(),
    };
  },
  rlogin: async (servers, { take, closed }) => {
    const socket = connect({ host: '127.0.0.1', port: await servers.rlogin(), noDelay: true });
    socket.on('data', take);
    socket.on('error', () => undefined);
    socket.on('close', closed);
    await once(socket, 'connect');
    socket.write('\0\0ann\0ansi/115200\0');
    return {
      send: (bytes) => void (socket.writable && socket.write(bytes)),
      pause: () => void socket.pause(),
      resume: () => void socket.resume(),
      endInput: () => void socket.end(),
      hangUp: () => void socket.destroy(),
    };
  },
  ssh: async (servers, { take, closed }) => {
    const client = new Client();
    client.on('error', () => undefined);
    client.on('close', closed);
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
      endInput: () => void channel.end(),
      hangUp: () => void client.destroy(),
    };
  },
  wss: (servers, listeners) => dialWebSocket(servers, 'wss', listeners),
  ws: (servers, listeners) => dialWebSocket(servers, 'ws', listeners),
};

async function dialWebSocket(
  servers: EchoServers,
  way: 'wss' | 'ws',
  { take, closed }: Listeners,
): Promise<ByteClient> {
  const { socket } = await WebSocketCaller.dial({
    port: await servers.webSocket(way),
    ...(way === 'wss' ? { ca: servers.ca } : { headers: THROUGH_PROXY }),
  });
  socket.on('message', (data) => take(data as Buffer));
  socket.on('close', closed);
  return {
    send: (bytes) => {
      for (let at = 0; at < bytes.length; at += 4096) socket.send(bytes.subarray(at, at + 4096));
    },
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    hangUp: () => socket.terminate(),
  };
}
