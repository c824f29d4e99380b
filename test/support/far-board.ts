import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { eventually } from './raw-caller';

/** A board that callers are handed on to: it keeps what it receives, and sends what a test says. */
export class FarBoard {
  readonly calls: FarCall[] = [];

  private constructor(private readonly server: Server) {}

  /** `answer` is called with each connection as soon as it is there. */
  static async open(answer: (call: FarCall) => void = () => undefined): Promise<FarBoard> {
    const server = createServer({ allowHalfOpen: true });
    const board = new FarBoard(server);
    server.on('connection', (socket) => {
      const call = new FarCall(socket);
      board.calls.push(call);
      answer(call);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return board;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** The next call that comes, or the one that has come. */
  async call(number = 1): Promise<FarCall> {
    await eventually(`call ${number} at the far board`, () => this.calls.length >= number);
    const call = this.calls[number - 1];
    if (call === undefined) throw new Error('no call');
    return call;
  }

  async close(): Promise<void> {
    for (const { socket } of this.calls) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

export class FarCall {
  private pieces: Buffer[] = [];
  bytes = 0;
  isEnded = false;

  constructor(readonly socket: Socket) {
    socket.on('data', (chunk) => {
      this.pieces.push(chunk);
      this.bytes += chunk.length;
    });
    socket.on('end', () => (this.isEnded = true));
    socket.on('close', () => (this.isEnded = true));
    socket.on('error', () => undefined);
  }

  received(): Buffer {
    const all = Buffer.concat(this.pieces);
    this.pieces = [all];
    return all;
  }

  forget(): void {
    this.pieces = [];
    this.bytes = 0;
  }

  sees(wanted: string | Buffer): Promise<void> {
    return eventually(`${JSON.stringify(wanted)} at the far board`, () =>
      this.received().includes(wanted),
    );
  }

  send(bytes: string | Buffer): void {
    this.socket.write(bytes);
  }
}
