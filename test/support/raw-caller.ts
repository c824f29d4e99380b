import { connect, type Socket } from 'node:net';

const PATIENCE_MS = 40_000;

const sockets = new Set<Socket>();
// Programs without jest use this file as well.
if (typeof afterAll === 'function') {
  afterAll(() => {
    for (const socket of sockets) socket.destroy();
  });
}

/** Has a client's socket closed at the end of the test file, if the test has not closed it. */
export function closeAtEnd(socket: Socket): void {
  sockets.add(socket);
  socket.once('close', () => sockets.delete(socket));
}

/** A TCP client that keeps every received byte and sends nothing by itself. */
export class RawCaller {
  received: Buffer = Buffer.alloc(0);
  /** True once the other side has closed its half, or the connection. */
  closed = false;
  private readonly watchers = new Set<() => void>();

  private constructor(readonly socket: Socket) {
    socket.on('data', (chunk) => {
      this.received = Buffer.concat([this.received, chunk]);
      this.wake();
    });
    socket.on('error', () => undefined);
    closeAtEnd(socket);
    for (const event of ['end', 'close'])
      socket.on(event, () => {
        this.closed = true;
        this.wake();
      });
  }

  static async dial(port: number): Promise<RawCaller> {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true, allowHalfOpen: true });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return new RawCaller(socket);
  }

  send(bytes: Buffer | string | readonly number[]): void {
    this.socket.write(Buffer.from(bytes as Buffer));
  }

  async sees(wanted: string | Buffer): Promise<void> {
    await this.until(`to see ${JSON.stringify(wanted)}`, () => this.received.includes(wanted));
  }

  async isClosed(): Promise<void> {
    await this.until('to be closed', () => this.closed);
  }

  until(what: string, holds: () => boolean): Promise<void> {
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
          new Error(`waited ${what}; got ${JSON.stringify(this.received.toString('latin1'))}`),
        );
      }, PATIENCE_MS);
      this.watchers.add(look);
      look();
    });
  }

  private wake(): void {
    for (const look of [...this.watchers]) look();
  }
}

/** Resolves once `holds` is true, checked on each turn of the event loop. */
export async function eventually(what: string, holds: () => boolean): Promise<void> {
  const until = Date.now() + PATIENCE_MS;
  while (!holds()) {
    if (Date.now() > until) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
