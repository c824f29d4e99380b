import { WAYS_IN } from '../../protocols/ways-in';
import type { Socket } from 'node:net';
import type { Connection as SshConnection, ServerChannel } from 'ssh2';
import type { Login, LoginOrigin } from '../../auth/login';
import type { Clock } from '../../base/clock';
import { firstMenuOf } from '../../config/login-servers';
import { LIMITS } from '../../base/limits';
import type { Log } from '../../base/log';
import type { Config } from '../../config/schema';
import { isLostWord } from '../../auth/factor-recovery';
import { waysWithoutApp } from '../../menu/run/login-answer';
import { disagreements, type OfferRecorder } from './client-offer';
import type { Accepted } from '../listener';
import type { LiveLogins, LoginWatch } from '../live-logins';
import { Connection, type ClientHints, type Serve } from '../connection';
import type { NodeSlot, Nodes } from '../nodes';
import { SshAuth, type HangUpReason } from './ssh-auth';
import type { HostKey } from './host-key';
import { algorithmsWith, PROFILES, type ProfileAlgorithms, type SshProfile } from './ssh-profile';
import type { Say } from '../../texts/texts';
import { SshRefusals } from './ssh-refusals';
import { endWithSentence } from '../../protocols/ssh-packets';
import { acceptOneShell } from './ssh-shell';
import { tellSignatureAlgorithms } from './signature-algorithms';

/** Creates the logins that check credentials, for all ways in (invariant 1). */
export interface LoginAuthenticator {
  begin(origin: LoginOrigin): Login;
  /**
   * Whether the account has this key; counts and changes nothing. Without it every key may be
   * tried.
   */
  hasKey?(userName: string, key: { algorithm: string; blob: Buffer }): Promise<boolean>;
}

export interface SshCallerOptions {
  readonly say: Say;
  readonly config: () => Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly authenticator: LoginAuthenticator;
  readonly nodes: Nodes;
  readonly logins: LiveLogins;
  readonly profile: SshProfile;
  /** What of the profile is offered. */
  readonly offered: ProfileAlgorithms;
  readonly hostKeys: readonly HostKey[];
  readonly serve: Serve;
  /** True for a caller who has heard that none are taken now, and is not let in. */
  readonly isTurnedAway?: boolean;
}

// ssh2 queues its own replies without a limit; this is enough for a window of output and some
// replies.
const MAX_UNREAD_BYTES = 2 * LIMITS.outputQueueBytes;
const GOODBYE_MS = 500;

/** One SSH caller, from TCP accept to the end of the shell. */
export class SshCaller {
  private readonly log: Log;
  private readonly auth: SshAuth;
  private client: SshConnection | undefined;
  private connection: Connection | undefined;
  private login: Login | undefined;
  private watching: LoginWatch | undefined;
  private node: NodeSlot | undefined;
  private gone = false;
  private hungUp = false;

  constructor(
    private readonly accepted: Accepted,
    private readonly recorder: OfferRecorder,
    private readonly options: SshCallerOptions,
  ) {
    const { socket, remoteIp } = accepted;
    this.log = options.log.with({ remoteIp });
    this.auth = new SshAuth({
      say: options.say,
      log: this.log,
      login: () => this.beginLogin(),
      isNewUserName: (name) => this.isNewUserName(name),
      // This way in is a secure one.
      waysWithoutApp: () =>
        waysWithoutApp(options.say, { mailsLinks: this.mailsLinks, hasSecureWay: true }),
      isForScreen: (typed) => this.mailsLinks && isLostWord(typed),
      hasKey: (userName, algorithm, blob) =>
        options.authenticator.hasKey?.(userName, { algorithm, blob }) ?? Promise.resolve(true),
      isGone: () => this.gone || this.hungUp,
      hangUp: (reason, sentence) => this.hangUp(reason, sentence),
    });
    accepted.slot.isCall(() => this.login?.tried === true);
    socket.on('data', (chunk) => this.watch(chunk));
    socket.once('close', () => this.closed());
  }

  /** ssh2 has received the client's version line and created a connection. */
  identified(client: SshConnection): void {
    this.client = client;
    tellSignatureAlgorithms(client);
    const { socket } = this.accepted;
    client.on('error', (error: Error & { readonly level?: string }) => this.failed(error));
    // ssh2 keeps its timers while a half of the socket stays open, and throws when they fire too
    // late.
    client.on('end', () => socket.destroySoon());
    client.on('handshake', () => this.recorder.forget());
    client.on('authentication', (context) => {
      // Before a credential is looked at: a code would be spent for nothing.
      if (this.options.isTurnedAway === true) this.hangUp('turned-away');
      else this.auth.handle(context);
    });
    let isLetIn = false;
    const refusals = new SshRefusals(client, {
      log: this.log,
      isLetIn: () => isLetIn,
      onAbuse: (what) => this.abused(what),
    });
    client.once('ready', () => {
      isLetIn = true;
      this.log.debug('ssh.let-in', { as: this.auth.outcome });
      acceptOneShell(client, {
        onShell: (channel, hints) => {
          refusals.opened(channel);
          this.shell(channel, hints);
        },
        onHints: (hints) => this.connection?.hinted(hints),
        onRefused: (what) => refusals.note(what),
        say: this.options.say,
      });
    });
  }

  private watch(chunk: Buffer): void {
    const { deadline, slot, socket } = this.accepted;
    deadline.heard();
    slot.heard();
    this.recorder.record(chunk);
    if (socket.writableLength <= MAX_UNREAD_BYTES) return;
    this.log.info('call.too-slow', { reason: 'full' });
    socket.destroy();
  }

  private get mailsLinks(): boolean {
    return this.options.config().users.twoFactorAuth.recoveryMail.enabled;
  }

  private beginLogin(): Login {
    if (this.login === undefined) {
      this.node = this.options.nodes.take('ssh', this.accepted.slot);
      this.login = this.options.authenticator.begin({
        server: 'ssh',
        secure: WAYS_IN.ssh.secure,
        remoteIp: this.accepted.remoteIp,
        isShared: this.accepted.slot.isShared,
        node: this.node?.node ?? 0,
      });
      // From the first credential on, because an accepted caller may wait before opening a shell
      // (rule M1).
      this.watching = this.options.logins.watch(this.login, {
        log: this.log,
        end: (why) => this.hangUp(why === 'changed' ? 'account-changed' : 'failure'),
      });
    }
    return this.login;
  }

  private isNewUserName(name: string): boolean {
    const { general, users } = this.options.config();
    const wanted = name.toLowerCase();
    return (
      !general.closedSystem && users.newUserNames.some((each) => each.toLowerCase() === wanted)
    );
  }

  private shell(channel: ServerChannel, hints: ClientHints): void {
    const { socket, remoteIp, deadline, slot, onNodesBusy } = this.accepted;
    const connection = new Connection({
      server: 'ssh',
      turns: this.accepted.turns,
      remoteIp,
      clock: this.options.clock,
      transport: {
        send: (piece, done) => send(channel, socket, { piece, done }),
        finish: () => this.finish(channel),
        destroy: () => socket.destroy(),
        flow: (on) => void (on ? channel.resume() : channel.pause()),
      },
      onOverrun: (reason) => this.log.info('call.too-slow', { reason }),
    });
    this.connection = connection;
    connection.hinted(this.auth.asksForLines ? { ...hints, asksForLines: true } : hints);
    channel.on('error', () => socket.destroy());
    // The dialogue has no room for the answer: the code screen gives it, and does not ask for the word again.
    if (this.auth.forScreen !== undefined)
      connection.received(Buffer.from(`${this.auth.forScreen}\r`));
    channel.on('data', (bytes: Buffer) => connection.received(bytes));
    channel.on('end', () => connection.inputEnded());
    // EOF does not end the call: `ssh -T` with its input at an end still wants to see the answer.
    channel.on('close', () => this.client?.end());
    void this.options.serve({
      connection,
      settled: Promise.resolve(),
      deadline,
      slot,
      onNodesBusy,
      firstMenu: firstMenuOf(this.options.config(), 'ssh', {
        signedIn: this.auth.outcome !== 'new-user',
      }),
      login: this.beginLogin(),
      node: this.node,
    });
    // From here on the session watches by itself, and tells the caller why it ends.
    this.watching?.stop();
  }

  private finish(channel: ServerChannel): void {
    // The client closes when it has received status and end of the channel; if it does not, the
    // socket is closed.
    channel.exit(0);
    channel.end();
  }

  private failed(error: Error & { readonly level?: string }): void {
    const { slot, socket } = this.accepted;
    if (error.level !== 'handshake' || !this.explain(error)) {
      this.log.debug('ssh.error', { layer: error.level, reason: error.message });
      if (error.level === 'protocol' || error.level === 'handshake') slot.charge('protocol');
    }
    socket.destroySoon();
    this.destroyAfterGoodbye(socket);
  }

  /**
   * Logs for the sysop what a client that could not agree on algorithms offers, and what would
   * accept it. False when that was not the error.
   */
  private explain(error: Error): boolean {
    const offer = this.recorder.offer();
    const { profile, offered, hostKeys } = this.options;
    const missing = disagreements(offer, algorithmsWith(offered, hostKeys));
    if (missing.length === 0) return false;
    const retroWould = disagreements(offer, PROFILES.retro).length === 0;
    // Scanners do this all day long: information, not a warning.
    this.log.info('ssh.no-agreement', {
      reason: error.message,
      client: offer.ident,
      profile,
      missing,
      remedy:
        profile === 'modern' && retroWould
          ? 'loginServers.ssh.profile "retro" would let it in; better is a newer client'
          : 'a newer client; no profile of this board has what it offers',
    });
    return true;
  }

  private hangUp(reason: HangUpReason, sentence?: string): void {
    if (this.gone || this.hungUp) return;
    this.hungUp = true;
    this.log.info('ssh.hung-up-on', { reason });
    const { socket } = this.accepted;
    if (sentence !== undefined && this.client !== undefined) {
      endWithSentence(this.client, sentence);
      socket.end();
    } else this.client?.end();
    this.destroyAfterGoodbye(socket);
  }

  /** Ends the connection according to the protocol; nothing more is read meanwhile. */
  private abused(what: string): void {
    const { slot, socket } = this.accepted;
    this.log.warn('ssh.abuse', { what });
    slot.charge('protocol');
    this.client?.end();
    socket.pause();
    this.destroyAfterGoodbye(socket);
  }

  private destroyAfterGoodbye(socket: Socket): void {
    const cancel = this.options.clock.after(GOODBYE_MS, () => socket.destroy());
    socket.once('close', cancel);
  }

  private closed(): void {
    this.gone = true;
    this.watching?.stop();
    this.recorder.forget();
    // A session keeps the node until it has cleaned up.
    if (this.connection === undefined) this.node?.release();
    this.connection?.closed();
  }
}

/**
 * Sends one piece into the channel; done when the channel's window and the socket have accepted it, which is
 * mostly at once.
 */
function send(
  channel: ServerChannel,
  socket: Socket,
  job: { readonly piece: Buffer; readonly done: () => void },
): void {
  if (!channel.writable || socket.destroyed) return;
  let waiting: (() => void) | undefined = job.done;
  channel.write(job.piece, () => {
    if (waiting !== undefined && socket.writableNeedDrain) socket.once('drain', waiting);
    else waiting?.();
  });
  if (channel.writableLength > 0 || socket.writableLength > 0) return;
  waiting = undefined;
  job.done();
}
