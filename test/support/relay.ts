import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A port that is free now, for a program that cannot choose one itself. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A proxy on loopback that begins each connection with a header, and then passes bytes. */
export class Relay {
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {}

  /**
   * `together` keeps the header back until the client has sent something, so that both arrive in
   * one piece.
   */
  static async open(
    target: number,
    header: () => Buffer,
    { together = false }: { readonly together?: boolean } = {},
  ): Promise<Relay> {
    const server = createServer((client) => {
      const board = connect({ host: '127.0.0.1', port: target, noDelay: true });
      for (const socket of [client, board]) {
        relay.sockets.add(socket);
        socket.on('error', () => undefined);
        socket.once('close', () => {
          relay.sockets.delete(socket);
          client.destroy();
          board.destroy();
        });
      }
      board.pipe(client);
      if (!together) {
        board.write(header());
        client.pipe(board);
        return;
      }
      client.once('data', (first) => {
        board.write(Buffer.concat([header(), first]));
        client.pipe(board);
      });
    });
    const relay = new Relay(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return relay;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
