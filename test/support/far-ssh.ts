import { createHash } from 'node:crypto';
import { Server, utils, type Connection, type PseudoTtyInfo, type ServerChannel } from 'ssh2';
import { connect, type AddressInfo } from 'node:net';
import { eventually } from './raw-caller';
import { ed25519Pair } from './ssh-keys';

interface Account {
  readonly userName: string;
  readonly password?: string;
  /** The line of a .pub file. */
  readonly publicKey?: string;
}

/** A board with SSH that callers are handed on to. */
export class FarSsh {
  readonly shells: FarShell[] = [];
  /** Names and methods that were offered, in order. */
  readonly offered: string[] = [];
  /** Variables that shells were given, `NAME=value`. */
  readonly variables: string[] = [];
  /** `host:port` of the connections that were opened from here. */
  readonly tunnels: string[] = [];
  refusesTunnels = false;
  private readonly connections: Connection[] = [];

  private constructor(
    private readonly server: Server,
    readonly fingerprint: string,
  ) {}

  static async open(account: Account): Promise<FarSsh> {
    const hostKey = ed25519Pair();
    const blob = Buffer.from(hostKey.public.split(' ')[1] ?? '', 'base64');
    const print = createHash('sha256').update(blob).digest('base64').replace(/=+$/, '');
    const server = new Server({ hostKeys: [hostKey.private] });
    const board = new FarSsh(server, `SHA256:${print}`);
    server.on('connection', (connection) => board.take(connection, account));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return board;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async shell(number = this.shells.length + 1): Promise<FarShell> {
    await eventually(`shell ${number} there`, () => this.shells.length >= number);
    const shell = this.shells[number - 1];
    if (shell === undefined) throw new Error('no shell');
    return shell;
  }

  async close(): Promise<void> {
    for (const connection of this.connections) connection.end();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private take(connection: Connection, account: Account): void {
    this.connections.push(connection);
    connection.on('error', () => undefined);
    connection.on('authentication', (context) => {
      this.offered.push(`${context.username} ${context.method}`);
      const isName = context.username === account.userName;
      if (isName && context.method === 'password' && context.password === account.password) {
        context.accept();
        return;
      }
      const key = utils.parseKey(account.publicKey ?? '');
      const isKey =
        context.method === 'publickey' &&
        !(key instanceof Error) &&
        context.key.data.equals(key.getPublicSSH());
      if (isName && isKey) context.accept();
      else context.reject(['password', 'publickey']);
    });
    connection.on('tcpip', (accept, refuse, { destIP, destPort }) => {
      if (this.refusesTunnels) {
        refuse();
        return;
      }
      this.tunnels.push(`${destIP}:${destPort}`);
      const channel = accept();
      const socket = connect({ host: '127.0.0.1', port: destPort });
      for (const end of [channel, socket]) end.on('error', () => undefined);
      channel.pipe(socket).pipe(channel);
    });
    connection.on('session', (accept) => {
      const session = accept();
      let terminal: PseudoTtyInfo | undefined;
      session.on('pty', (agree, _refuse, info) => {
        terminal = info;
        agree?.();
      });
      session.on('env', (agree, _refuse, { key, val }) => {
        this.variables.push(`${key}=${val}`);
        agree?.();
      });
      session.on('window-change', (agree, _refuse, { cols, rows }) => {
        agree?.();
        const shell = this.shells.at(-1);
        if (shell !== undefined) shell.size = `${cols}x${rows}`;
      });
      session.on('shell', (agree) => {
        this.shells.push(new FarShell(agree(), connection, terminal));
      });
    });
  }
}

export class FarShell {
  size: string;
  readonly terminalType: string;
  isEnded = false;
  private received = Buffer.alloc(0);

  constructor(
    readonly channel: ServerChannel,
    connection: Connection,
    terminal: PseudoTtyInfo | undefined,
  ) {
    this.size = `${terminal?.cols}x${terminal?.rows}`;
    this.terminalType = terminal?.term ?? 'none';
    channel.on('data', (chunk: Buffer) => {
      this.received = Buffer.concat([this.received, chunk]);
    });
    channel.on('error', () => undefined);
    connection.on('close', () => (this.isEnded = true));
  }

  sees(wanted: string): Promise<void> {
    return eventually(`${JSON.stringify(wanted)} in the shell there`, () =>
      this.received.includes(wanted),
    );
  }

  /** Until the window there has this size, as `100x40`. */
  hasSize(wanted: string): Promise<void> {
    return eventually(`a window of ${wanted} there`, () => this.size === wanted);
  }

  /** Says something and leaves, as a program that ends. */
  end(text: string): void {
    this.channel.write(text);
    this.channel.exit(0);
    this.channel.end();
  }
}
