import { WAYS_TO_TELL, type WayInName } from '../protocols/ways-in';
import { sleep } from '../base/clock';
import { BbsError, toError } from '../base/errors';
import type { Random } from '../base/random';
import { firstMenuOf, loginServer } from '../config/login-servers';
import type { AccountEvents } from '../store/account-events';
import type { LiveCertificate } from '../tls/live-certificate';
import type { ConnectionLimiter } from '../throttle/connection-limiter';
import type { IncomingCall } from './connection';
import { hostKeyOptions, loadHostKeys } from './ssh/host-key';
import { LiveLogins } from './live-logins';
import { Listener, type Accepted, type BoundAddress, type Unnamed } from './listener';
import { Session, type SessionOptions } from './session';
import { RloginCaller } from './rlogin/rlogin';
import { SshEndpoint } from './ssh/ssh';
import { offeredAlgorithms } from './ssh/ssh-profile';
import { TelnetCaller } from './telnet/telnet';
import { WebSocketEndpoint } from './websocket/web-socket';

interface ServersOptions extends Omit<SessionOptions, 'logins'> {
  readonly dataDir: string;
  readonly random: Random;
  /** For secure WebSocket; a board without TLS has none. */
  readonly certificate?: LiveCertificate | undefined;
  /** Resolves a file name of the config to a path. */
  readonly resolveFile: (name: string) => string;
  readonly accountEvents: Pick<AccountEvents, 'follow'>;
  /** Decides which connections are accepted; the pages use the same one. */
  readonly limiter: ConnectionLimiter;
  /** True for an origin of the board's own pages (rule G2). */
  readonly isOwnOrigin: (origin: string, remoteIp: string) => boolean;
  /** The sentence for new callers while none are taken; undefined while they are. */
  readonly refusal?: () => 'call.no-new-callers' | undefined;
}

/** Why calls are not taken, or end all at once. */
type EndText = 'call.going-down' | 'call.no-new-callers' | 'call.maintenance';

/** Takes over each accepted caller of a way in. */
type TakesCaller = ((accepted: Accepted) => void) & {
  /** Set where a request names the caller of a web proxy's connection. */
  readonly unnamed?: (unnamed: Unnamed) => void;
};

/** The login servers of a board and the calls on them. */
export class Servers {
  private readonly sessions = new Set<Session>();
  private readonly logins = new LiveLogins();
  private readonly living = new Set<Promise<void>>();
  private readonly listeners = new Map<WayInName, Listener>();
  /** Readies the protocol of each way in, before its port is opened. */
  private readonly protocols: Readonly<
    Record<WayInName, (shared: ServersOptions) => Promise<TakesCaller>>
  > = {
    telnet: (shared) => this.readyTelnet(shared),
    rlogin: (shared) => this.readyRlogin(shared),
    ssh: (shared) => this.readySsh(shared),
    wss: (shared) => this.readySecureWebSocket(shared),
    ws: (shared) => this.readyWebSocket('ws', shared),
  };
  private stopFollowing: () => void = () => undefined;
  private closing = false;

  private constructor(private readonly options: ServersOptions) {}

  /** Starts every enabled server, or none: a problem with one is thrown as a BbsError. */
  static async start(options: ServersOptions): Promise<Servers> {
    const servers = new Servers(options);
    try {
      await servers.open();
    } catch (error) {
      await servers.close(0);
      throw error;
    }
    return servers;
  }

  get addresses(): Readonly<Partial<Record<WayInName, BoundAddress>>> {
    return Object.fromEntries(
      [...this.listeners].map(([name, listener]) => [name, listener.address]),
    );
  }

  /**
   * Refuses new callers, notifies the present ones, and resolves when all are gone, at most after
   * `graceMs`.
   */
  async close(graceMs: number): Promise<void> {
    this.closing = true;
    this.stopFollowing();
    for (const listener of this.listeners.values()) listener.stop();
    this.endCallers('call.going-down');
    const cancel = new AbortController();
    // Whichever comes first; the other is cancelled or no longer needed.
    await Promise.race([
      Promise.all([...this.living]),
      sleep(this.options.clock, graceMs, cancel.signal).catch(() => undefined),
    ]);
    cancel.abort(new Error('all calls have ended'));
    for (const listener of this.listeners.values()) await listener.close();
  }

  /** Ends all calls with a sentence; new ones are taken as before. */
  endCallers(text: EndText): void {
    const sentence = this.options.say(text);
    for (const session of this.sessions) session.end('shutdown', sentence);
  }

  private async open(): Promise<void> {
    const { options } = this;
    this.stopFollowing = options.accountEvents.follow((event) => this.logins.accountChanged(event));
    const ways = WAYS_TO_TELL.filter((way) => loginServer(options.config(), way).enabled);
    const ready = new Map<WayInName, TakesCaller>();
    for (const way of ways) ready.set(way, await this.protocols[way](options));
    // Making a host key takes time: no port is opened before every protocol is ready.
    for (const [server, onAccepted] of ready) {
      const { address, port, socket, socketForGroup } = loginServer(options.config(), server);
      const unix = { path: options.resolveFile(socket), forGroup: socketForGroup };
      this.listeners.set(
        server,
        await Listener.open({
          ...{ ...options, server, address, port, onAccepted },
          socket: socket === '' ? undefined : unix,
          ...(onAccepted.unnamed === undefined ? {} : { onUnnamed: onAccepted.unnamed }),
        }),
      );
    }
  }

  private readyTelnet(shared: ServersOptions): Promise<TakesCaller> {
    const telnet = {
      ...shared,
      firstMenu: () => firstMenuOf(shared.config(), 'telnet'),
      serve: (call: IncomingCall) => this.serve(call),
    };
    return Promise.resolve((accepted) => new TelnetCaller(accepted, telnet).start());
  }

  private readyRlogin(shared: ServersOptions): Promise<TakesCaller> {
    const rlogin = {
      ...shared,
      firstMenu: () => firstMenuOf(shared.config(), 'rlogin'),
      serve: (call: IncomingCall) => this.serve(call),
    };
    return Promise.resolve((accepted) => void new RloginCaller(accepted, rlogin));
  }

  private async readySsh(shared: ServersOptions): Promise<TakesCaller> {
    const { ssh } = shared.config().loginServers;
    const { profile } = ssh;
    const offered = offeredAlgorithms(profile, ssh.algorithms);
    const hostKeys = await loadHostKeys({
      ...hostKeyOptions(shared.config(), shared),
      log: shared.log,
    });
    if (profile === 'retro') shared.log.warn('ssh.retro-profile', { server: 'ssh' });
    const endpoint = new SshEndpoint({
      ...shared,
      logins: this.logins,
      profile,
      offered,
      hostKeys,
      keepAliveSeconds: ssh.keepAliveSeconds,
      trace: ssh.traceConnections,
      serve: (call: IncomingCall) => this.serve(call),
    });
    return (accepted) => endpoint.take(accepted);
  }

  private readySecureWebSocket(shared: ServersOptions): Promise<TakesCaller> {
    const { certificate } = shared;
    if (certificate === undefined)
      throw new BbsError('INTERNAL', 'secure WebSocket needs a certificate; pass it to Servers');
    return this.readyWebSocket('wss', shared, () => certificate.current);
  }

  private readyWebSocket(
    server: WayInName,
    shared: ServersOptions,
    tls?: () => LiveCertificate['current'],
  ): Promise<TakesCaller> {
    const { config } = shared;
    const endpoint = new WebSocketEndpoint({
      ...{ ...shared, server },
      ...(tls === undefined ? {} : { tls }),
      isAllowedOrigin: (origin, remoteIp) =>
        shared.isOwnOrigin(origin, remoteIp) ||
        config().loginServers.webSocket.allowedOrigins.includes(origin),
      isClosing: () => this.closing,
      firstMenu: () => firstMenuOf(config(), server),
      serve: (call: IncomingCall) => this.serve(call),
    });
    const take = (accepted: Accepted): void => endpoint.take(accepted);
    const unnamed = (proxied: Unnamed): void => endpoint.takeUnnamed(proxied);
    return Promise.resolve(Object.assign(take, { unnamed }));
  }

  private serve(call: IncomingCall): Promise<void> {
    const life = this.live(call).catch((error: unknown) => {
      this.options.log.error('call.failed', {
        remoteIp: call.connection.remoteIp,
        error: toError(error),
      });
      call.connection.destroy();
    });
    this.living.add(life);
    return life.finally(() => this.living.delete(life));
  }

  private async live(call: IncomingCall): Promise<void> {
    const { connection } = call;
    const { nodes, log } = this.options;
    const { server, remoteIp } = connection;
    const refusal = this.closing ? 'call.going-down' : this.options.refusal?.();
    if (call.node === undefined && refusal === undefined) await nodes.whenFree();
    const node = call.node ?? (refusal === undefined ? nodes.take(server, call.slot) : undefined);
    const isCut = node?.isHeld() === false;
    if (node === undefined || isCut || refusal !== undefined) {
      if (refusal !== undefined) log.info('call.turned-away', { remoteIp, server });
      else if (node === undefined) call.onNodesBusy();
      const words = this.options.say(refusal ?? (isCut ? 'call.cut-off' : 'call.all-busy'));
      connection.write(Buffer.from(`${words}\r\n`));
      connection.end();
      node?.release();
      await connection.ended;
      return;
    }
    let session: Session | undefined;
    try {
      session = new Session(call, node, { ...this.options, logins: this.logins });
      this.sessions.add(session);
      await session.live();
      // The board does not close while a session's last output is being sent.
      await connection.ended;
    } finally {
      if (session !== undefined) this.sessions.delete(session);
      node.release();
    }
  }
}
