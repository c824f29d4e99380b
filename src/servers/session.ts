import type { Login } from '../auth/login';
import type { Cancel, Clock } from '../base/clock';
import { toError } from '../base/errors';
import { LIMITS } from '../base/limits';
import type { Log } from '../base/log';
import type { Config } from '../config/schema';
import {
  factsOf,
  SessionEnd,
  type CallEnd,
  type Caller,
  type CallerPlace,
  type EndReason,
  type TakenConnection,
  type TakesOver,
} from '../menu/run/caller';
import { Inbox, type NodeMessage } from '../menu/run/inbox';
import { lastWords } from '../menu/screen/message-line';
import { BELL, requestTaps } from '../terminal/ansi';
import type { Say } from '../texts/texts';
import type { Connection, IncomingCall } from './connection';
import type { LiveLogins, LoginWatch } from './live-logins';
import type { NodeHandle, NodeSlot, Nodes } from './nodes';
import { type OpenTerminal, ResizePace } from './open-terminal';
import { SessionLimits } from './session-limits';
import type { LoginAuthenticator } from './ssh/ssh-caller';

/** What a session needs from the rest of the board. */
export interface SessionOptions {
  readonly config: () => Config;
  readonly clock: Clock;
  readonly log: Log;
  /** The board's sentences, in the words of the theme of who is not signed in. */
  readonly say: Say;
  readonly authenticator: LoginAuthenticator;
  readonly nodes: Nodes;
  readonly logins: LiveLogins;
  /** Creates the caller's terminal and probes it; finished within a second or so. */
  readonly openTerminal: (connection: Connection, settled: Promise<void>) => OpenTerminal;
  /** Shows menus until the call is over (menu/runner). */
  readonly run: (caller: Caller, firstMenu: string) => Promise<EndReason>;
  /** Called when the call begins; never throws. */
  readonly onBegan?: (caller: Caller) => void;
  /** Called when the call is over, with why and for how long; never throws. */
  readonly onLeft?: (caller: Caller, left: CallEnd) => void;
  /** Called once for each call that was counted. */
  readonly onEnded: (caller: Caller) => Promise<void>;
}

// Time for menus to finish after the end of a call, before the session is cleaned up without them.
const LET_GO_MS = 2_000;

/**
 * One caller's session: node, terminal, menus, end. A failure in it ends this call and no other.
 */
export class Session implements NodeHandle {
  readonly login: Login;
  private readonly inbox = new Inbox();
  private readonly ending = new AbortController();
  private readonly limits: SessionLimits;
  private readonly resizes: ResizePace;
  private readonly log: Log;
  private readonly caller: Caller;
  private readonly open: OpenTerminal;
  private readonly watch: LoginWatch;
  private farewell = '';
  private online = false;

  constructor(
    private readonly call: IncomingCall,
    private readonly node: NodeSlot,
    private readonly options: SessionOptions,
  ) {
    const { connection } = call;
    const { clock, authenticator } = options;
    const { server, secure, remoteIp } = connection;
    this.log = options.log.with({ remoteIp, node: node.node });
    const { isShared } = call.slot;
    const origin = { server, secure, remoteIp, isShared, node: node.node };
    this.login = call.login ?? authenticator.begin(origin);
    call.slot.isCall(() => this.login.tried);
    this.limits = new SessionLimits({
      clock,
      users: options.config().users,
      say: options.say,
      warn: (text) => this.post({ text, urgent: true }),
      end: (sentence) => this.end('idle', sentence),
    });
    this.open = options.openTerminal(connection, call.settled);
    this.resizes = new ResizePace(clock, () => this.takeHints());
    this.watch = options.logins.watch(this.login, {
      log: this.log,
      end: (why) => this.end('ended', options.say(this.login.farewell ?? `call.account-${why}`)),
    });
    this.caller = this.makeCaller();
  }

  /** Runs the call; resolves when everything is cleaned up, and never rejects. */
  async live(): Promise<void> {
    const startedMs = this.options.clock.monotonicMs();
    this.log.info('call.began', { server: this.call.connection.server });
    let reason: EndReason;
    this.options.onBegan?.(this.caller);
    try {
      this.listen();
      reason = await this.untilEnd();
    } catch (error) {
      reason = this.whyEnded(error);
    }
    await this.clearUp(reason);
    const seconds = Math.round((this.options.clock.monotonicMs() - startedMs) / 1000);
    this.log.info('call.ended', { reason, user: this.login.user?.name, seconds });
    this.options.onLeft?.(this.caller, { reason, seconds });
  }

  /** Ends the call, with a sentence for the caller. Only the first reason counts. */
  end(reason: EndReason, sentence = ''): void {
    if (this.ending.signal.aborted) return;
    this.farewell = sentence;
    this.ending.abort(new SessionEnd(reason));
  }

  post(message: NodeMessage): void {
    if (message.bell === true) this.open.terminal.write(BELL);
    this.inbox.post(message);
  }

  takenOver(byNode: number): void {
    this.log.info('call.taken-over', { byNode });
    this.end('ended', this.options.say('call.signed-in-elsewhere', { node: byNode }));
  }

  kicked(): void {
    this.log.info('call.kicked');
    this.end('ended', this.options.say('call.kicked'));
  }

  cutOff(): void {
    this.end('ended', this.options.say('call.cut-off'));
  }

  private listen(): void {
    const { connection, deadline } = this.call;
    const { terminal } = this.open;
    this.node.attach(this);
    if (connection.signal.aborted) this.end('hung-up');
    connection.signal.addEventListener('abort', () => this.end('hung-up'), { once: true });
    deadline.onLastWords((limit) => this.end('idle', this.options.say(`call.sign-in-${limit}`)));
    connection.onHints(() => this.resizes.changed());
    connection.onData((bytes) => {
      this.heard();
      try {
        terminal.feed(bytes);
      } catch (error) {
        this.fail(error);
      }
    });
  }

  /** Applies what the client reports of its terminal; a change of size repaints the screen. */
  private takeHints(): void {
    const { terminalType, columns, rows, asksForLines } = this.call.connection;
    const { terminal } = this.open;
    terminal.asksForLines ||= asksForLines === true;
    if (terminalType !== undefined) terminal.setType(terminalType);
    terminal.resize(columns, rows);
  }

  private async untilEnd(): Promise<EndReason> {
    await this.untilReady();
    // Where SSH checked the credentials, the account may have changed before the session started
    // (rule M1).
    if (this.login.user !== undefined) await this.watch.look();
    this.ending.signal.throwIfAborted();
    if (this.login.complete) await this.signedIn();
    const menus = this.options.run(this.caller, this.call.firstMenu);
    const { promise: letGo, cancel } = this.letGo();
    try {
      return await Promise.race([menus, letGo]);
    } finally {
      cancel();
    }
  }

  private async untilReady(): Promise<void> {
    const { signal } = this.ending;
    const ended = whenAborted(signal);
    await Promise.race([this.open.ready, ended.promise]).finally(ended.cancel);
    signal.throwIfAborted();
  }

  /**
   * Rejects some time after the end of the call: menus that do not finish must not keep its node.
   */
  private letGo(): { readonly promise: Promise<never>; readonly cancel: () => void } {
    const { signal } = this.ending;
    let cancel: Cancel = () => undefined;
    const promise = new Promise<never>((_resolve, reject) => {
      const onAbort = (): void => {
        cancel = this.options.clock.after(LET_GO_MS, () => reject(signal.reason as Error));
      };
      signal.addEventListener('abort', onAbort, { once: true });
      cancel = () => signal.removeEventListener('abort', onAbort);
    });
    return { promise, cancel: () => cancel() };
  }

  private whyEnded(error: unknown): EndReason {
    const { reason } = this.ending.signal as { reason: unknown };
    if (reason instanceof SessionEnd) return reason.reason;
    this.fail(error);
    return 'failure';
  }

  private fail(error: unknown): void {
    this.log.error('call.failed', { error: toError(error) });
    this.end('failure', this.options.say('call.failed'));
  }

  private async clearUp(reason: EndReason): Promise<void> {
    const { connection, deadline } = this.call;
    this.end(reason);
    this.limits.stop();
    this.resizes.stop();
    this.watch.stop();
    deadline.end();
    if (this.farewell !== '') this.say(this.farewell);
    connection.end(this.farewell);
    this.node.release();
    if (!this.online) return;
    await this.options.onEnded(this.caller).catch((error: unknown) => {
      // The call is over in any case; only its end is not recorded.
      this.log.error('call.end-unrecorded', { error: toError(error) });
    });
  }

  private say(sentence: string): void {
    try {
      const { terminal } = this.open;
      // Below all that the window shows.
      terminal.drawWithin(undefined);
      terminal.write(`${lastWords(terminal, sentence)}\r\n`);
    } catch (error) {
      // A terminal that cannot show the last sentence is closed without it.
      this.log.error('call.farewell-failed', { error: toError(error) });
    }
  }

  /**
   * Called after each accepted factor; only the first time that the sign-in is complete counts
   * (rule J2).
   */
  private async signedIn(): Promise<void> {
    const { user } = this.login;
    if (!this.login.complete || user === undefined || this.online) return;
    if (!this.node.isHeld()) return this.cutOff();
    this.online = true;
    this.call.deadline.end();
    this.call.slot.signedIn();
    this.limits.signedIn();
    this.open.terminal.allow({ width: LIMITS.ptyMax, height: LIMITS.ptyMax });
    const { sessionId } = this.login;
    for (const other of this.node.signedIn({ id: user.id, name: user.name, sessionId }))
      other.takenOver(this.node.node);
  }

  private entered(place: CallerPlace): void {
    this.node.describe(place.description);
    if (this.online) return;
    if (place.isApplication) this.call.deadline.formOpened();
    else this.call.deadline.formClosed();
  }

  private makeCaller(): Caller {
    const { server, secure, remoteIp } = this.call.connection;
    return {
      node: this.node.node,
      server,
      secure,
      remoteIp,
      terminal: this.open.terminal,
      login: this.login,
      greeting: this.call.greeting,
      log: this.log,
      signal: this.ending.signal,
      connectedMonotonicMs: this.options.clock.monotonicMs(),
      inbox: this.inbox,
      entered: (place) => this.entered(place),
      signedIn: () => this.signedIn(),
      takeOver: (work) => this.runTaken(work),
      end: (reason) => this.end(reason),
    };
  }

  private async runTaken<Result>(work: TakesOver<Result>): Promise<Result> {
    const { connection } = this.call;
    const { signal } = this.ending;
    signal.throwIfAborted();
    const { reportsTaps = false } = connection;
    // The far side has not asked for them.
    if (reportsTaps) this.open.terminal.write(requestTaps(false));
    const stream = connection.takeOver({
      decoded: this.open.terminal.takeInput(),
      onInput: () => this.heard(),
      onOutput: () => this.limits.touched(),
    });
    const resizes = new Set<Cancel>();
    this.limits.holdWarnings(true);
    const onEnd = (): void => connection.giveBack(stream, signal.reason as Error);
    signal.addEventListener('abort', onEnd, { once: true });
    try {
      return await work(this.takenConnection(stream, resizes));
    } finally {
      if (!signal.aborted) await stream.flushed();
      signal.removeEventListener('abort', onEnd);
      connection.giveBack(stream);
      for (const removeListener of resizes) removeListener();
      signal.throwIfAborted();
      this.limits.holdWarnings(false);
      if (reportsTaps) this.open.terminal.write(requestTaps(true));
    }
  }

  private takenConnection(
    stream: TakenConnection['stream'],
    resizes: Set<Cancel>,
  ): TakenConnection {
    const { caller } = this;
    const { terminal } = this.open;
    return {
      stream,
      signal: this.ending.signal,
      onResize: (listener) => {
        const removeListener = terminal.onResize(listener);
        resizes.add(removeListener);
        return removeListener;
      },
      get facts() {
        return factsOf(caller);
      },
    };
  }

  private heard(): void {
    this.limits.touched();
    this.call.slot.heard();
  }
}

/**
 * Rejects with the signal's reason as soon as it is aborted, unless it is cancelled; never
 * resolves.
 */
function whenAborted(signal: AbortSignal): {
  readonly promise: Promise<never>;
  readonly cancel: Cancel;
} {
  let cancel: Cancel = () => undefined;
  const promise = new Promise<never>((_resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    cancel = () => signal.removeEventListener('abort', onAbort);
  });
  return { promise, cancel };
}
