import type { Connection as SshConnection, ServerChannel } from 'ssh2';
import { LIMITS } from '../../base/limits';
import type { Log } from '../../base/log';
import { BbsError } from '../../base/errors';

interface SshRefusalsOptions {
  readonly log: Log;
  readonly isLetIn: () => boolean;
  /**
   * The client exceeds the limit of refused requests, or breaks the protocol; the connection should
   * end.
   */
  readonly onAbuse: (what: string) => void;
}

/**
 * Requests that OpenSSH makes by itself or with common options: each is free once per connection,
 * because it does no harm to its user.
 */
const FREE_ONCE: ReadonlySet<string> = new Set([
  'no-more-sessions@openssh.com',
  'hostkeys-prove-00@openssh.com',
  'x11-req',
  'auth-agent-req@openssh.com',
]);
/** Each client uses a name of its own for it. */
const KEEP_ALIVE = /^keepalive@/;

/**
 * Counts the refused requests of a client (rule E6): one line in the log per connection, and its
 * end at the tenth. Requests that ssh2 refuses by itself are counted too, and data beyond the
 * window ends the connection at once.
 */
export class SshRefusals {
  private readonly asked = new Set<string>();
  private refusals = 0;
  private shell: ServerChannel | undefined;
  private isOver = false;

  constructor(
    connection: SshConnection,
    private readonly options: SshRefusalsOptions,
  ) {
    watchMessages(connection, {
      channelOpen: (type) => {
        // The shell's session; a second one is refused by ssh-shell.
        if (type !== 'session' || !options.isLetIn()) this.note(`channel ${type}`);
        return !this.isOver;
      },
      globalRequest: (name) => {
        if (!KEEP_ALIVE.test(name)) this.noteRepeated(name);
        return !this.isOver;
      },
      // Others are served (ssh-shell), or are messages about the channel itself: PuTTY's winadj,
      // signals, breaks.
      channelRequest: (type) => {
        if (FREE_ONCE.has(type)) this.noteRepeated(type);
        return !this.isOver;
      },
      channelData: (channel, bytes) => this.isWithinWindow(channel, bytes),
      extendedData: () => {
        this.note('extended data');
        return !this.isOver;
      },
    });
  }

  /** Starts to track the window of this channel. */
  opened(shell: ServerChannel): void {
    this.shell = shell;
  }

  /** Counts one refusal. */
  note(what: string): void {
    if (this.isOver) return;
    this.refusals += 1;
    if (this.refusals === 1) this.options.log.info('ssh.request-refused', { what: clean(what) });
    if (this.refusals >= LIMITS.sshRefusals) this.abuse('too many refused requests');
  }

  private noteRepeated(what: string): void {
    const isFree = FREE_ONCE.has(what) && !this.asked.has(what);
    if (isFree) this.asked.add(what);
    else this.note(what);
  }

  private isWithinWindow(channel: number, bytes: number): boolean {
    const incoming = (this.shell as unknown as { readonly incoming?: IncomingWindow } | undefined)
      ?.incoming;
    if (incoming?.id === channel && bytes > incoming.window) this.abuse('data beyond the window');
    return !this.isOver;
  }

  private abuse(what: string): void {
    if (this.isOver) return;
    this.isOver = true;
    this.options.onAbuse(what);
  }
}

/** What ssh2 lets a client send on a channel (RFC 4254 section 5.2). */
interface IncomingWindow {
  readonly id: number;
  readonly window: number;
}

/** Sanitizes a client's text for the log. */
function clean(what: string): string {
  return what.replace(/[^\x20-\x7e]/g, '').slice(0, LIMITS.terminalTypeCharacters);
}

/** Called for a client's messages before ssh2 processes them. `false` keeps a message from ssh2. */
interface MessageWatch {
  readonly channelOpen: (type: string) => boolean;
  readonly globalRequest: (name: string) => boolean;
  readonly channelRequest: (type: string) => boolean;
  readonly channelData: (channel: number, bytes: number) => boolean;
  readonly extendedData: () => boolean;
}

type Handler = (protocol: unknown, ...fields: readonly unknown[]) => void;

/** Private handlers of ssh2 1.17 per message; it has no events for what it refuses by itself. */
interface Handled {
  readonly _protocol?: { readonly _handlers?: Record<string, Handler | undefined> };
}

/** Watches a connection's messages of RFC 4254, from now on. */
function watchMessages(connection: SshConnection, watch: MessageWatch): void {
  const handlers = (connection as unknown as Handled)._protocol?._handlers;
  const before = (message: string, isPassed: (fields: readonly unknown[]) => boolean): void => {
    const handle = handlers?.[message];
    if (handlers === undefined || handle === undefined)
      throw new BbsError('INTERNAL', `this ssh2 has no handler for ${message}; see package.json`);
    handlers[message] = (protocol, ...fields) => {
      if (isPassed(fields)) handle(protocol, ...fields);
    };
  };
  before('CHANNEL_OPEN', ([info]) => watch.channelOpen((info as { readonly type: string }).type));
  before('GLOBAL_REQUEST', ([name]) => watch.globalRequest(String(name)));
  before('CHANNEL_REQUEST', ([, type]) => watch.channelRequest(String(type)));
  before('CHANNEL_DATA', ([channel, data]) =>
    watch.channelData(channel as number, (data as Buffer).length),
  );
  before('CHANNEL_EXTENDED_DATA', () => watch.extendedData());
}
