import type { Connection as SshConnection, ServerChannel, Session } from 'ssh2';
import { LIMITS } from '../../base/limits';
import { rejectChannel } from '../../protocols/ssh-packets';
import type { Encoding } from '../../terminal/terminal';
import type { Say } from '../../texts/texts';
import { type ClientHints, sizeOf, terminalTypeOf } from '../connection';

interface ShellEvents {
  /** The one shell was opened; all other requests on the connection are refused. */
  readonly onShell: (channel: ServerChannel, hints: ClientHints) => void;
  readonly onHints: (hints: ClientHints) => void;
  readonly say: Say;
  /** Called for a request that a board does not serve. */
  readonly onRefused: (what: string) => void;
}

/** Names of variables that a client may set; they affect display, never identity (rule E8). */
const ENVIRONMENT = /^(?:TERM|LANG|LC_[A-Z]{1,20}|ROWS|COLUMNS|NO_COLOR)$/;

/**
 * Accepts on an authenticated connection one session channel with one shell, with or without a pty
 * (rule E6). Requests without a listener are refused by ssh2 itself: forwards, X11, the agent; see
 * SshRefusals.
 */
export function acceptOneShell(connection: SshConnection, events: ShellEvents): void {
  let sessions = 0;
  connection.on('session', (accept, reject) => {
    sessions += 1;
    if (sessions > 1) {
      // Not accepted to be told so: OpenSSH, refused here, calls by a connection of its own.
      rejectChannel(connection, reject, events.say('call.second-session'));
      events.onRefused('second session');
      return;
    }
    new ShellSession(accept(), events);
  });
}

/** What decides about the character set in a locale, most decisive first. */
const LOCALE_NAMES = ['LC_ALL', 'LC_CTYPE', 'LANG'] as const;

class ShellSession {
  private readonly locale = new Map<string, string>();
  private hints: ClientHints = {};
  private variables = 0;
  private offers = 0;
  private hasShell = false;
  private hasPty = false;

  constructor(
    session: Session,
    private readonly events: ShellEvents,
  ) {
    // ssh2 passes undefined for `accept` and `reject` where the client wants no reply.
    session.on('pty', (accept: (() => void) | undefined, _reject, info) => {
      this.hasPty = true;
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
      this.events.onShell(accept(), this.shellHints());
    });
    session.on('exec', (accept) => this.refuse(accept, 'exec'));
    // Without a listener for `sftp`, ssh2 emits it here too.
    session.on('subsystem', (accept) => this.refuse(accept, 'subsystem'));
  }

  /** Who has no pty and names no terminal reads a stream: a pipe, a program, an editor's shell. */
  private shellHints(): ClientHints {
    const isStream = !this.hasPty && this.hints.terminalType === undefined;
    return isStream ? { ...this.hints, asksForLines: true } : this.hints;
  }

  private hint(hints: ClientHints): void {
    this.hints = { ...this.hints, ...hints };
    if (this.hasShell) this.events.onHints(hints);
  }

  private takeVariable(name: string, value: string): boolean {
    // `SendEnv *` offers the whole environment, which does no harm; ten thousand variables do.
    this.offers += 1;
    if (this.offers > LIMITS.environmentOffers) this.events.onRefused('variable');
    if (!ENVIRONMENT.test(name) || Buffer.byteLength(value) > LIMITS.environmentBytes) return false;
    this.variables += 1;
    if (this.variables > LIMITS.environmentCount) return false;
    // A pty is more accurate; these are for callers without one (ssh -T, plink -T).
    if (name === 'TERM') this.hints = { terminalType: terminalTypeOf(value), ...this.hints };
    else if (name === 'COLUMNS') this.hints = { columns: sizeOf(Number(value)), ...this.hints };
    else if (name === 'ROWS') this.hints = { rows: sizeOf(Number(value)), ...this.hints };
    else if (name === 'NO_COLOR') this.hint({ hasNoColor: value !== '' });
    else if (value !== '') {
      this.locale.set(name, value);
      this.hint({ charset: charsetOf(LOCALE_NAMES.map((each) => this.locale.get(each))) });
    }
    return true;
  }

  /** Accepted only to send the sentence; nothing is run. */
  private refuse(accept: () => ServerChannel, what: string): void {
    this.events.onRefused(what);
    if (this.hasShell) return;
    this.hasShell = true;
    const channel = accept();
    channel.on('error', () => undefined);
    channel.stderr.write(`${this.events.say('call.no-commands')}\r\n`);
    channel.exit(1);
    channel.end();
  }
}

/** The encoding of the first locale that is set, such as `en_US.UTF-8`; undefined for any other. */
function charsetOf(locales: readonly (string | undefined)[]): Encoding | undefined {
  const [, name] = /\.([A-Za-z0-9-]+)/.exec(locales.find(Boolean) ?? '') ?? [];
  if (name === undefined) return undefined;
  if (/^utf-?8$/i.test(name)) return 'utf8';
  return /^(?:cp|ibm)-?437$/i.test(name) ? 'cp437' : undefined;
}
