import type { Connection as SshConnection, ServerChannel, Session } from 'ssh2';
import { LIMITS } from '../base/limits';
import type { TerminalHints } from './live-connection';
import { sizeOf, terminalTypeOf } from './terminal-hints';

export interface ShellEvents {
  /** The one shell was opened; everything else on the connection is refused. */
  readonly onShell: (channel: ServerChannel, hints: TerminalHints) => void;
  readonly onHints: (hints: TerminalHints) => void;
  /** A request that a board does not serve. */
  readonly onRefused: (what: string) => void;
}

const NOT_A_SHELL =
  'This is a bulletin board: it runs no commands and moves no files. ' +
  'Call without a command to get in.\r\n';

/** Names of variables that a caller's side may set; they say how to draw, never who it is (rule E8). */
const ENVIRONMENT = /^(?:TERM|LANG|LC_[A-Z]{1,20}|ROWS|COLUMNS)$/;

/**
 * What may be opened on a connection once it is let in: one session channel with one shell, with or
 * without a pty (rule E6). ssh2 refuses by itself what nobody listens for: forwards, X11, the agent; see
 * SshRefusals.
 */
export function acceptOneShell(connection: SshConnection, events: ShellEvents): void {
  let sessions = 0;
  connection.on('session', (accept, reject) => {
    sessions += 1;
    if (sessions > 1) {
      reject();
      events.onRefused('second session');
      return;
    }
    new ShellSession(accept(), events);
  });
}

class ShellSession {
  private hints: TerminalHints = {};
  private variables = 0;
  private offers = 0;
  private hasShell = false;

  constructor(
    session: Session,
    private readonly events: ShellEvents,
  ) {
    // ssh2 passes undefined for `accept` and `reject` where the client wants no reply.
    session.on('pty', (accept: (() => void) | undefined, _reject, info) => {
      this.hint({
        terminalType: terminalTypeOf(String(info.term)),
        columns: sizeOf(info.cols),
        rows: sizeOf(info.rows),
      });
      accept?.();
    });
    session.on('window-change', (accept: (() => void) | undefined, _reject, info) => {
      this.hint({ columns: sizeOf(info.cols), rows: sizeOf(info.rows) });
      accept?.();
    });
    session.on(
      'env',
      (accept: (() => void) | undefined, reject: (() => void) | undefined, info) => {
        if (this.takeVariable(info.key, info.val)) accept?.();
        else reject?.();
      },
    );
    session.on('shell', (accept, reject) => {
      if (this.hasShell) {
        (reject as (() => void) | undefined)?.();
        this.events.onRefused('second shell');
        return;
      }
      this.hasShell = true;
      this.events.onShell(accept(), this.hints);
    });
    session.on('exec', (accept) => this.refuse(accept, 'exec'));
    // Where nobody listens for `sftp`, ssh2 brings it here too.
    session.on('subsystem', (accept) => this.refuse(accept, 'subsystem'));
  }

  private hint(hints: TerminalHints): void {
    this.hints = { ...this.hints, ...hints };
    if (this.hasShell) this.events.onHints(hints);
  }

  private takeVariable(name: string, value: string): boolean {
    // `SendEnv *` offers the whole environment, which is no harm; ten thousand of them are.
    this.offers += 1;
    if (this.offers > LIMITS.environmentOffers) this.events.onRefused('variable');
    if (!ENVIRONMENT.test(name) || Buffer.byteLength(value) > LIMITS.environmentBytes) return false;
    this.variables += 1;
    if (this.variables > LIMITS.environmentCount) return false;
    // A pty says it better; these are for callers without one (ssh -T, plink -T).
    if (name === 'TERM') this.hints = { terminalType: terminalTypeOf(value), ...this.hints };
    else if (name === 'COLUMNS') this.hints = { columns: sizeOf(Number(value)), ...this.hints };
    else if (name === 'ROWS') this.hints = { rows: sizeOf(Number(value)), ...this.hints };
    return true;
  }

  /** Accepted only so far that the sentence gets through; nothing is run. */
  private refuse(accept: () => ServerChannel, what: string): void {
    this.events.onRefused(what);
    if (this.hasShell) return;
    this.hasShell = true;
    const channel = accept();
    channel.on('error', () => undefined);
    channel.stderr.write(NOT_A_SHELL);
    channel.exit(1);
    channel.end();
  }
}
