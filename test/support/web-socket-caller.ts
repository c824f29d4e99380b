import type { IncomingMessage } from 'node:http';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { WebSocket, type ClientOptions } from 'ws';
import { DialledCaller } from './dial';
import { closeAtEnd } from './raw-caller';
import { ScreenEmulator } from './screen';

const PATIENCE_MS = 40_000;

export interface WebSocketDial {
  readonly port: number;
  /** Certificate to trust; without one there is no TLS. */
  readonly ca?: string | Buffer;
  /** Path of the URL, with its leading slash. */
  readonly path?: string;
  readonly protocols?: readonly string[];
  readonly origin?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether pings are answered. */
  readonly autoPong?: boolean;
  /** Another address of this machine to call from. */
  readonly localAddress?: string;
}

/** A WebSocket client that keeps everything it receives. */
export class WebSocketCaller {
  pings = 0;
  /** Status of the close, once it is closed. */
  status: number | undefined;
  private readonly watchers = new Set<() => void>();
  /** Grows by doubling: copying all of it for each message would take minutes for a long paste. */
  private room = Buffer.alloc(4096);
  private length = 0;

  private constructor(readonly socket: WebSocket) {
    socket.on('message', (data) => {
      this.keep(data as Buffer);
      this.wake();
    });
    socket.on('ping', () => {
      this.pings += 1;
      this.wake();
    });
    socket.on('error', () => undefined);
    socket.on('close', (status) => {
      this.status = status;
      this.wake();
    });
  }

  /** Resolves when the call is open; rejects with the status line of a refusal. */
  static async dial(options: WebSocketDial): Promise<WebSocketCaller> {
    const {
      port,
      ca,
      path = '/',
      protocols = [],
      origin,
      headers = {},
      autoPong,
      localAddress,
    } = options;
    const client: ClientOptions = {
      ...(ca === undefined ? {} : { ca }),
      headers,
      perMessageDeflate: true,
      ...(origin === undefined ? {} : { origin }),
      ...(autoPong === undefined ? {} : { autoPong }),
      ...(localAddress === undefined ? {} : { localAddress }),
    };
    const scheme = ca === undefined ? 'ws' : 'wss';
    const socket = new WebSocket(`${scheme}://127.0.0.1:${port}${path}`, [...protocols], client);
    const caller = new WebSocketCaller(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
      socket.once('unexpected-response', (_request, response: IncomingMessage) => {
        reject(new Error(`refused: ${response.statusCode}`));
        response.destroy();
      });
    });
    return caller;
  }

  get received(): Buffer {
    return this.room.subarray(0, this.length);
  }

  forget(): void {
    this.room = Buffer.alloc(4096);
    this.length = 0;
  }

  send(data: Buffer | string): void {
    this.socket.send(typeof data === 'string' ? Buffer.from(data) : data);
  }

  async sees(wanted: string): Promise<void> {
    let looked = 0;
    await this.until(`to see ${wanted}`, () => {
      const found = this.received.includes(wanted, Math.max(0, looked - wanted.length));
      looked = this.length;
      return found;
    });
  }

  /**
   * Resolves with the status of the board's close; 1006 is a socket that was closed without one.
   */
  async isClosed(): Promise<number> {
    await this.until('to be closed', () => this.status !== undefined);
    return this.status ?? 0;
  }

  async isPinged(times: number): Promise<void> {
    await this.until(`for ${times} pings`, () => this.pings >= times);
  }

  private until(what: string, holds: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (!holds()) return;
        clearTimeout(timer);
        this.watchers.delete(look);
        resolve();
      };
      const timer = setTimeout(() => {
        this.watchers.delete(look);
        reject(
          new Error(
            `waited ${what}; got ${JSON.stringify(this.received.subarray(-2000).toString())}`,
          ),
        );
      }, PATIENCE_MS);
      this.watchers.add(look);
      look();
    });
  }

  private keep(data: Buffer): void {
    const needed = this.length + data.length;
    if (needed > this.room.length) {
      const more = Buffer.alloc(2 * needed);
      this.received.copy(more);
      this.room = more;
    }
    data.copy(this.room, this.length);
    this.length = needed;
  }

  private wake(): void {
    for (const look of [...this.watchers]) look();
  }
}

/** A caller at a terminal who calls by WebSocket, as the page in the browser does. */
export async function dialWebSocket(options: WebSocketDial): Promise<DialledCaller> {
  const screen = new ScreenEmulator({ width: 80, height: 24, encoding: 'utf8' });
  const { socket, received } = await WebSocketCaller.dial({
    path: '/?cols=80&rows=24&term=xterm-256color',
    ...options,
  });
  const caller = new DialledCaller(screen, {
    send: (bytes) => socket.send(bytes),
    hangUp: () => socket.terminate(),
  });
  // Without TLS the board's first message can come together with its answer to the handshake.
  if (received.length > 0) caller.receive(received);
  socket.on('message', (data) => caller.receive(data as Buffer));
  socket.on('close', () => caller.closed());
  return caller;
}

/** A TLS connection, for bytes that no WebSocket library sends. */
export function dialTls(port: number, ca: string | Buffer): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({ host: '127.0.0.1', port, ca, servername: 'localhost' });
    closeAtEnd(socket);
    socket.once('secureConnect', () => resolve(socket));
    socket.once('error', reject);
  });
}
