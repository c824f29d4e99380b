import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const NAME = '.s.PGSQL.5432';

/** What is cut: before the server has the statement, or when it has answered and nobody has heard. */
export type Cut = 'before' | 'after';

/** A way to a PostgreSQL server that is cut at a statement. */
export class CutLine {
  readonly folder = mkdtempSync(join(tmpdir(), 'sallyport-cut-'));
  private readonly sockets = new Set<Socket>();
  private armed: { isIt: (sent: string) => boolean; readonly cut: Cut } | undefined;
  private isOpen = true;
  private isSilent = false;

  private constructor(
    private readonly server: Server,
    private readonly target: string,
  ) {}

  static async open(target: string): Promise<CutLine> {
    const server = createServer();
    const line = new CutLine(server, join(target, NAME));
    server.on('connection', (client) => line.join(client));
    await new Promise<void>((resolve) => server.listen(join(line.folder, NAME), resolve));
    return line;
  }

  /** Cuts the connection of the next statement for which this is true, once; `thenClosed` lets nobody in after it. */
  cutAt(
    isIt: (sent: string) => boolean,
    cut: Cut,
    { thenClosed = false }: { readonly thenClosed?: boolean } = {},
  ): void {
    this.armed = {
      cut,
      isIt: (sent) => {
        if (!isIt(sent)) return false;
        this.armed = undefined;
        this.isOpen = !thenClosed;
        return true;
      },
    };
  }

  /** From the next statement on for which this is true, which the server does, nobody hears anything of it. */
  silenceAt(isIt: (sent: string) => boolean): void {
    this.armed = {
      cut: 'after',
      isIt: (sent) => {
        this.isSilent ||= isIt(sent);
        return false;
      },
    };
  }

  /** Lets everybody in again, and cuts nothing. */
  mend(): void {
    this.armed = undefined;
    this.isOpen = true;
    this.isSilent = false;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
    rmSync(this.folder, { recursive: true });
  }

  private join(client: Socket): void {
    if (!this.isOpen) {
      client.destroy();
      return;
    }
    const server = connect(this.target);
    let isDeaf = false;
    for (const socket of [client, server]) {
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => {
        this.sockets.delete(socket);
        client.destroy();
        server.destroy();
      });
    }
    server.on('data', (bytes: Buffer) => {
      // Its answer means that the statement was done.
      if (isDeaf) client.destroy();
      else if (!this.isSilent) client.write(bytes);
    });
    client.on('data', (bytes: Buffer) => {
      const { armed } = this;
      if (armed?.isIt(bytes.toString('latin1')) !== true) server.write(bytes);
      else if (armed.cut === 'before') client.destroy();
      else {
        isDeaf = true;
        server.write(bytes);
      }
    });
  }
}
