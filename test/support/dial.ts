import { connect, type Socket } from 'node:net';
import {
  Client,
  type AuthHandlerMiddleware,
  type ClientChannel,
  type ConnectConfig,
  type PseudoTtyOptions,
} from 'ssh2';
import { ScreenEmulator } from './screen';

/** How long a test waits for an event before it fails; never a measure of speed. */
const PATIENCE_MS = 40_000;

export const KEYS = {
  return: '\r',
  escape: '\x1b',
  tab: '\t',
  up: '\x1b[A',
  down: '\x1b[B',
  right: '\x1b[C',
  left: '\x1b[D',
  backspace: '\x7f',
} as const;

/** A caller at a terminal: types, and reads the screen. */
export class DialledCaller {
  readonly screen: ScreenEmulator;
  private readonly watchers = new Set<() => void>();
  private gone = false;

  constructor(
    screen: ScreenEmulator,
    private readonly transport: {
      send(bytes: Buffer): void;
      hangUp(): void;
      /** Reports another window size to the board. */
      resize?(width: number, height: number): void;
    },
  ) {
    this.screen = screen;
    screen.answerTo((bytes) => transport.send(bytes));
  }

  /** Bytes from the board. */
  receive(bytes: Buffer): void {
    this.screen.write(bytes);
    void this.screen.settled().then(() => this.wake());
  }

  closed(): void {
    this.gone = true;
    void this.screen.settled().then(() => this.wake());
  }

  get hungUp(): boolean {
    return this.gone;
  }

  type(text: string): void {
    this.send(Buffer.from(text, 'utf8'));
  }

  /** Sends raw bytes that no keyboard sends. */
  send(bytes: Buffer): void {
    this.transport.send(bytes);
  }

  /** Changes the window size. */
  resize(width: number, height: number): void {
    this.screen.resize(width, height);
    this.transport.resize?.(width, height);
  }

  hangUp(): void {
    this.transport.hangUp();
  }

  /** Resolves with the screen's text as soon as it shows `wanted`. */
  async sees(wanted: string | RegExp): Promise<string> {
    return this.until(`the screen to show ${String(wanted)}`, () => this.screen.shows(wanted));
  }

  /** Resolves with the screen's text once `unwanted` is no longer on it. */
  async seesNoMore(unwanted: string): Promise<string> {
    return this.until(`the screen to show ${unwanted} no more`, () => !this.screen.shows(unwanted));
  }

  /** Resolves once the board has sent this, whether or not it is still on the screen. */
  async receives(wanted: string): Promise<string> {
    return this.until(`${wanted} from the board`, () =>
      Buffer.concat(this.screen.sent).includes(wanted),
    );
  }

  /** Resolves with the screen's text once the board has closed the connection. */
  async isHungUpOn(): Promise<string> {
    return this.until('the board to hang up', () => this.gone);
  }

  /** Resolves with the screen's text once this holds of it. */
  async until(what: string, holds: () => boolean): Promise<string> {
    await this.screen.settled();
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void): void => {
        clearTimeout(timer);
        this.watchers.delete(look);
        settle();
      };
      const look = (): void => {
        if (holds()) finish(() => resolve(this.screen.text()));
        else if (this.gone) {
          finish(() =>
            reject(
              new Error(`hung up while waiting for ${what}; it shows:\n${this.screen.text()}`),
            ),
          );
        }
      };
      const timer = setTimeout(
        () =>
          finish(() => reject(new Error(`waited for ${what}; it shows:\n${this.screen.text()}`))),
        PATIENCE_MS,
      );
      this.watchers.add(look);
      look();
    });
  }

  private wake(): void {
    for (const look of [...this.watchers]) look();
  }
}

export interface DialOptions {
  readonly port: number;
  readonly width?: number;
  readonly height?: number;
  readonly terminalType?: string;
  readonly encoding?: 'cp437' | 'utf8';
  /** Answers no query of the board, neither of telnet nor of the terminal: like netcat. */
  readonly silent?: boolean;
  /** Address of the board; 127.0.0.1 by default. */
  readonly host?: string;
  /** Another address of this machine to call from, such as 127.0.0.2. */
  readonly localAddress?: string;
}

/** Dials in by telnet, answering TTYPE and NAWS as a plain client does. */
export async function dialTelnet(options: DialOptions): Promise<DialledCaller> {
  const screen = screenFor(options);
  const { host = '127.0.0.1', port, localAddress } = options;
  const socket = connect({
    ...{ host, port, noDelay: true },
    ...(localAddress === undefined ? {} : { localAddress }),
  });
  await connected(socket);
  const protocol = new TelnetClientProtocol(socket, options);
  const caller = new DialledCaller(screen, {
    send: (bytes) => void (socket.writable && socket.write(bytes)),
    // Simulates a lost connection. After a regular close the board would finish its first screen
    // first.
    hangUp: () => socket.resetAndDestroy(),
    resize: (width, height) => protocol.sendSize(width, height),
  });
  if (options.silent === true) screen.answerTo(() => undefined);
  socket.on('data', (chunk) => {
    const text = protocol.receive(chunk);
    if (text.length > 0) caller.receive(text);
  });
  socket.on('error', () => undefined);
  socket.on('close', () => caller.closed());
  return caller;
}

/** A terminal on a bare TCP connection, for protocols that have no bytes of their own. */
export async function dialBare(
  port: number,
  /** Sends a new size of the window, where the protocol can. */
  resize?: (socket: Socket, width: number, height: number) => void,
  from: { readonly localAddress?: string } = {},
): Promise<DialledCaller> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true, ...from });
  await connected(socket);
  const caller = new DialledCaller(screenFor({}), {
    send: (bytes) => void socket.write(bytes),
    hangUp: () => socket.resetAndDestroy(),
    resize: (width, height) => resize?.(socket, width, height),
  });
  socket.on('data', (chunk: Buffer) => caller.receive(chunk));
  socket.on('error', () => undefined);
  socket.on('close', () => caller.closed());
  return caller;
}

/** The fields of an rlogin greeting; SyncTERM sends the password in the first and the name in the second. */
export interface RloginFields {
  readonly first?: string;
  readonly second?: string;
  readonly terminal?: string;
}

/** Dials in by rlogin (RFC 1282); the byte by which the board takes the call is shown as nothing. */
export async function dialRlogin(
  port: number,
  fields: RloginFields,
  from: { readonly localAddress?: string } = {},
): Promise<DialledCaller> {
  const sendSize = (socket: Socket, width: number, height: number): void => {
    const size = Buffer.alloc(12);
    size.write('\xff\xffss', 'latin1');
    size.writeUInt16BE(height, 4);
    size.writeUInt16BE(width, 6);
    socket.write(size);
  };
  const caller = await dialBare(port, sendSize, from);
  const { first = '', second = '', terminal = 'ansi-bbs/115200' } = fields;
  caller.type(`\0${first}\0${second}\0${terminal}\0`);
  return caller;
}

export interface SshDialOptions extends DialOptions {
  readonly userName: string;
  readonly password?: string;
  readonly privateKey?: string | Buffer;
  /** Answers to keyboard-interactive prompts, in order of asking. */
  readonly answers?: readonly string[];
  readonly authHandler?: AuthHandlerMiddleware | ConnectConfig['authHandler'];
  /** False as by `ssh -T`; the type and the size of the terminal are not told then. */
  readonly pty?: false;
  /** Variables that the client sends. */
  readonly env?: Readonly<Record<string, string>>;
  /** Collects the prompts and texts of keyboard-interactive, in order. */
  readonly prompts?: string[];
}

/** Dials in by SSH and opens a shell; rejects when the board refuses the credentials. */
export async function dialSsh(options: SshDialOptions): Promise<DialledCaller> {
  const client = new Client();
  // A refused client may see its connection reset as well; only the first error counts.
  client.on('error', () => undefined);
  client.on('banner', (text) => options.prompts?.push(text.trimEnd()));
  const answers = [...(options.answers ?? [])];
  client.on('keyboard-interactive', (_name, instructions, _language, prompts, finish) => {
    if (instructions !== '') options.prompts?.push(instructions);
    options.prompts?.push(...prompts.map((prompt) => prompt.prompt));
    finish(prompts.map(() => answers.shift() ?? ''));
  });
  await new Promise<void>((resolve, reject) => {
    client.once('ready', resolve);
    client.once('error', reject);
    client.once('close', () => reject(new Error('the board closed the connection')));
    client.connect({
      host: '127.0.0.1',
      port: options.port,
      username: options.userName,
      readyTimeout: PATIENCE_MS,
      ...(options.localAddress === undefined ? {} : { localAddress: options.localAddress }),
      ...(options.password === undefined ? {} : { password: options.password }),
      ...(options.privateKey === undefined ? {} : { privateKey: options.privateKey }),
      ...(options.answers === undefined ? {} : { tryKeyboard: true }),
      ...(options.authHandler === undefined
        ? {}
        : { authHandler: options.authHandler as NonNullable<ConnectConfig['authHandler']> }),
    });
  });
  const shell = await openShell(client, options);
  const caller = new DialledCaller(screenFor({ encoding: 'utf8', ...options }), {
    send: (bytes) => void (shell.writable && shell.write(bytes)),
    hangUp: () => client.destroy(),
    resize: (width, height) => shell.setWindow(height, width, 0, 0),
  });
  shell.on('data', (chunk: Buffer) => caller.receive(chunk));
  client.on('close', () => caller.closed());
  return caller;
}

function openShell(client: Client, options: SshDialOptions): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    // ssh2 drops its callbacks when the connection closes.
    client.once('close', () => reject(new Error('the board closed the connection')));
    const pty = {
      term: options.terminalType ?? 'xterm-256color',
      cols: options.width ?? 80,
      rows: options.height ?? 24,
    };
    client.shell(
      // The types of ssh2 do not know false beside options.
      (options.pty ?? pty) as PseudoTtyOptions,
      { env: { ...options.env } },
      (error, channel) => (error === undefined ? resolve(channel) : reject(error)),
    );
  });
}

function screenFor(options: Omit<DialOptions, 'port'>): ScreenEmulator {
  return new ScreenEmulator({
    width: options.width ?? 80,
    height: options.height ?? 24,
    encoding: options.encoding ?? 'cp437',
  });
}

function connected(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
}

const IAC = 255;
const SB = 250;
const SE = 240;
const WILL = 251;
const WONT = 252;
const DO = 253;
const DONT = 254;
const TTYPE = 24;
const NAWS = 31;
const AGREED_TO_DO = new Set([0, 3, TTYPE, NAWS]);
const AGREED_FROM_BOARD = new Set([0, 1, 3]);

/**
 * The client's half of RFC 854 and 855, implemented separately from the board's so that neither
 * hides the other's faults.
 */
class TelnetClientProtocol {
  private rest: Buffer = Buffer.alloc(0);

  constructor(
    private readonly socket: Socket,
    private readonly options: DialOptions,
  ) {}

  /** Answers protocol commands; returns the bytes for the screen. */
  receive(chunk: Buffer): Buffer {
    const data = Buffer.concat([this.rest, chunk]);
    this.rest = Buffer.alloc(0);
    const text: number[] = [];
    for (let at = 0; at < data.length; at += 1) {
      const byte = data[at] ?? 0;
      if (byte !== IAC) {
        text.push(byte);
        continue;
      }
      const used = this.command(data.subarray(at));
      if (used === 0) {
        this.rest = data.subarray(at);
        break;
      }
      if (used === 2 && data[at + 1] === IAC) text.push(IAC);
      at += used - 1;
    }
    return Buffer.from(text);
  }

  /** Length of the command at the beginning; 0 while it is incomplete. */
  private command(data: Buffer): number {
    const [, verb, option] = data;
    if (verb === undefined) return 0;
    if (verb === SB) {
      const end = data.indexOf(Buffer.from([IAC, SE]));
      if (end < 0) return 0;
      if (option === TTYPE) this.sendTerminalType();
      return end + 2;
    }
    if (verb < WILL || verb === IAC) return 2;
    if (option === undefined) return 0;
    this.negotiate(verb, option);
    return 3;
  }

  private negotiate(verb: number, option: number): void {
    if (verb === DO) {
      this.send([IAC, AGREED_TO_DO.has(option) ? WILL : WONT, option]);
      if (option === NAWS) this.sendSize(this.options.width ?? 80, this.options.height ?? 24);
    } else if (verb === WILL) {
      this.send([IAC, AGREED_FROM_BOARD.has(option) ? DO : DONT, option]);
    }
  }

  sendSize(width: number, height: number): void {
    const size = [width >> 8, width & 255, height >> 8, height & 255];
    this.send([IAC, SB, NAWS, ...size.flatMap((n) => (n === IAC ? [n, n] : [n])), IAC, SE]);
  }

  private sendTerminalType(): void {
    const name = Buffer.from(this.options.terminalType ?? 'ansi', 'latin1');
    this.send([IAC, SB, TTYPE, 0, ...name, IAC, SE]);
  }

  private send(bytes: readonly number[]): void {
    if (this.options.silent !== true && this.socket.writable) this.socket.write(Buffer.from(bytes));
  }
}
