import type { Connection as SshConnection, ServerChannel } from 'ssh2';
import { LIMITS } from '../base/limits';
import type { Log } from '../base/log';
import { watchMessages } from './ssh-messages';

export interface SshRefusalsOptions {
  readonly log: Log;
  readonly isLetIn: () => boolean;
  /** The client asks for more than anyone needs, or breaks the protocol; the connection should end. */
  readonly onAbuse: (what: string) => void;
}

/** What OpenSSH asks for once a connection by itself or by its usual options, and gets without harm to its user. */
const FREE_ONCE: ReadonlySet<string> = new Set([
  'no-more-sessions@openssh.com',
  'hostkeys-prove-00@openssh.com',
  'x11-req',
  'auth-agent-req@openssh.com',
]);
/** Each client has a name of its own for it. */
const KEEP_ALIVE = /^keepalive@/;

/**
 * Counts what a client asks for and does not get (rule E6): one line in the log for a connection, and its
 * end at the tenth. What ssh2 refuses by itself is counted too, and data beyond the window ends it at once.
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
      // Others are served (ssh-shell), or said by a client of its channel: PuTTY's winadj, signals, breaks.
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

  /** The channel whose window is kept an eye on. */
  opened(shell: ServerChannel): void {
    this.shell = shell;
  }

  /** One more refusal. */
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

/** A name as a client gave it, for the log. */
function clean(what: string): string {
  return what.replace(/[^\x20-\x7e]/g, '').slice(0, LIMITS.terminalTypeCharacters);
}
