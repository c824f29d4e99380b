import type { Clock } from '../../base/clock';
import { LIMITS } from '../../base/limits';
import type { Log } from '../../base/log';
import type { Config } from '../../config/schema';
import type { Greeting } from '../../menu/run/caller';
import { readRloginGreeting, RloginInput } from '../../protocols/rlogin-greeting';
import { withoutLinesPrefix } from '../../store/user-name';
import { decodeText } from '../../terminal/encoding';
import { sendPiece } from '../output-queue';
import { Connection, sizeOf, terminalTypeOf, type Serve } from '../connection';
import type { Accepted } from '../listener';

interface RloginOptions {
  readonly config: () => Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly firstMenu: () => string;
  readonly serve: Serve;
}

/** The byte by which a server takes a call (RFC 1282). */
const TAKEN = Buffer.from([0]);

/**
 * One caller by rlogin (RFC 1282). Who the client says it is signs nobody in: the greeting fills in a name, and
 * a password in it is submitted like a typed one.
 */
export class RloginCaller {
  private heard: Buffer = Buffer.alloc(0);
  private connection: Connection | undefined;
  private readonly cancelGreeting: () => void;
  private readonly input = new RloginInput({
    onText: (bytes) => this.connection?.received(bytes),
    onSize: ({ columns, rows }) =>
      this.connection?.hinted({ columns: sizeOf(columns), rows: sizeOf(rows) }),
  });

  constructor(
    private readonly accepted: Accepted,
    private readonly options: RloginOptions,
  ) {
    const { socket, remoteIp, slot, deadline } = accepted;
    this.cancelGreeting = options.clock.after(LIMITS.rloginGreetingMs, () => {
      options.log.info('rlogin.greeting-over', { remoteIp });
      slot.charge('no-auth');
      socket.destroy();
    });
    socket.on('data', (chunk) => {
      if (this.connection === undefined) this.greet(chunk);
      else this.input.receive(chunk);
      deadline.heard();
    });
    socket.once('end', () => {
      if (this.connection?.inputEnded() !== true) socket.destroySoon();
    });
    socket.once('close', () => {
      this.cancelGreeting();
      this.connection?.closed();
    });
  }

  private greet(chunk: Buffer): void {
    this.heard = Buffer.concat([this.heard, chunk]);
    const greeting = readRloginGreeting(this.heard);
    if (greeting.kind === 'more') return;
    this.cancelGreeting();
    const { socket, remoteIp, slot } = this.accepted;
    if (greeting.kind === 'refused') {
      this.options.log.warn('rlogin.abuse', { remoteIp, what: 'no greeting' });
      slot.charge('protocol');
      socket.destroy();
      return;
    }
    socket.write(TAKEN);
    const typed = this.heard.subarray(greeting.length);
    this.heard = Buffer.alloc(0);
    this.start(greeting.fields);
    this.input.receive(typed);
  }

  private start(fields: Readonly<Record<'clientName' | 'serverName' | 'terminal', Buffer>>): void {
    const { socket, remoteIp, turns, deadline, slot, onNodesBusy } = this.accepted;
    const { clock, config, log } = this.options;
    const connection = new Connection({
      ...{ server: 'rlogin', turns, remoteIp, clock },
      transport: {
        send: (piece, done) => void (socket.writable && sendPiece(socket, piece, done)),
        finish: () => socket.end(),
        destroy: () => socket.destroy(),
        flow: (on) => void (on ? socket.resume() : socket.pause()),
        raw: (on) => (this.input.isRaw = on),
      },
      onOverrun: (reason) => log.info('call.too-slow', { remoteIp, reason }),
    });
    this.connection = connection;
    const [clientName, serverName, terminal] = [
      fields.clientName,
      fields.serverName,
      fields.terminal,
    ].map(textOf) as [string, string, string];
    const { password } = config().loginServers.rlogin;
    const greeting = greetingOf({ clientName, serverName }, password);
    const userName = withoutLinesPrefix(greeting.userName);
    connection.hinted({
      // A door's name in place of the type, `xtrn=NAME`, is none.
      ...(terminal.includes('=') ? {} : { terminalType: terminalTypeOf(typeOf(terminal)) }),
      ...(userName === greeting.userName ? {} : { asksForLines: true }),
    });
    void this.options.serve({
      ...{ connection, deadline, slot, onNodesBusy },
      settled: Promise.resolve(),
      firstMenu: this.options.firstMenu(),
      login: undefined,
      node: undefined,
      greeting: { ...greeting, userName },
    });
  }
}

/** The field that holds the name, and the other one as a password, unless it is the same or empty. */
function greetingOf(
  names: { readonly clientName: string; readonly serverName: string },
  password: Config['loginServers']['rlogin']['password'],
): Greeting {
  const [userName, other] =
    password === 'second'
      ? [names.clientName, names.serverName]
      : [names.serverName, names.clientName];
  // A client without a password sends the name in both.
  const isPassword = password !== 'none' && other !== '' && other !== userName;
  return { userName, password: isPassword ? other : undefined };
}

/** Clients say of no field how it is encoded. */
function textOf(bytes: Buffer): string {
  const text = decodeText(bytes, 'utf8');
  return text.includes('\ufffd') ? decodeText(bytes, 'cp437') : text;
}

function typeOf(terminal: string): string {
  return terminal.split('/', 1)[0] ?? '';
}
