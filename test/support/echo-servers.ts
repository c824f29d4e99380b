import { sayStock } from '../../src/texts/texts';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock, type Clock } from '../../src/base/clock';
import { pemSource } from '../../src/base/pem-source';
import { systemRandom } from '../../src/base/random';
import { configSchema, type Config, type ConfigInput } from '../../src/config/schema';
import { ConnectionLimiter } from '../../src/throttle/connection-limiter';
import type { IncomingCall } from '../../src/servers/connection';
import { loadHostKeys } from '../../src/servers/ssh/host-key';
import { LiveLogins } from '../../src/servers/live-logins';
import { Listener } from '../../src/servers/listener';
import { Nodes } from '../../src/servers/nodes';
import { ConfiguredNetworks } from '../../src/base/source';
import { SourceLedger } from './source-ledger';
import { RloginCaller } from '../../src/servers/rlogin/rlogin';
import { offeredAlgorithms } from '../../src/servers/ssh/ssh-profile';
import { SshEndpoint } from '../../src/servers/ssh/ssh';
import { TelnetCaller } from '../../src/servers/telnet/telnet';
import { WebSocketEndpoint } from '../../src/servers/websocket/web-socket';
import { makeSelfSigned } from '../../src/tls/self-signed';
import { MemoryLog } from './memory-log';
import { SmallAuthenticator, type SmallAccount } from './small-authenticator';

export interface EchoOptions {
  readonly config?: ConfigInput;
  readonly clock?: Clock;
  readonly accounts?: Readonly<Record<string, SmallAccount>>;
  readonly mostConnections?: number;
  /** Origins whose pages may connect by WebSocket. */
  readonly origins?: readonly string[];
  /** Handles a call; by default its input is echoed. */
  readonly serve?: (call: IncomingCall) => Promise<void>;
}

/** The login servers alone, on a free loopback port, with a session that echoes its input. */
export class EchoServers {
  readonly calls: IncomingCall[] = [];
  readonly authenticator: SmallAuthenticator;
  readonly nodes: Nodes;
  readonly logins = new LiveLogins();
  readonly guard: SourceLedger;
  readonly limiter: ConnectionLimiter;
  readonly log = new MemoryLog();
  readonly config: Config;
  /** The certificate of the WebSocket server. */
  ca = '';
  closing = false;
  private readonly clock: Clock;
  private readonly listeners: Listener[] = [];
  private readonly folders: string[] = [];

  constructor(private readonly options: EchoOptions = {}) {
    this.clock = options.clock ?? systemClock;
    this.config = configSchema.parse(options.config ?? {});
    this.authenticator = new SmallAuthenticator(options.accounts ?? {});
    this.nodes = new Nodes({ clock: this.clock, most: () => this.config.general.maxConnections });
    const exempt = new ConfiguredNetworks(
      'security.exemptNetworks',
      () => this.config.security.exemptNetworks,
    );
    const isExempt = (ip: string): boolean => exempt.has(ip);
    this.guard = new SourceLedger(isExempt);
    this.limiter = new ConnectionLimiter({
      config: () => this.config,
      clock: this.clock,
      random: systemRandom,
      isKnown: () => false,
      guard: this.guard,
      isExempt,
      mostConnections: options.mostConnections,
    });
  }

  async telnet(): Promise<number> {
    const shared = this.shared();
    const listener = await Listener.open({
      ...shared,
      server: 'telnet',
      address: '127.0.0.1',
      port: 0,
      onAccepted: (accepted) =>
        new TelnetCaller(accepted, { ...shared, firstMenu: () => 'first' }).start(),
    });
    this.listeners.push(listener);
    return listener.address.port;
  }

  async rlogin(): Promise<number> {
    const shared = this.shared();
    const listener = await Listener.open({
      ...shared,
      ...{ server: 'rlogin', address: '127.0.0.1', port: 0 },
      onAccepted: (accepted) =>
        void new RloginCaller(accepted, { ...shared, firstMenu: () => 'first' }),
    });
    this.listeners.push(listener);
    return listener.address.port;
  }

  async ssh(): Promise<number> {
    const keysDir = await mkdtemp(join(tmpdir(), 'sallyport-keys-'));
    this.folders.push(keysDir);
    const { profile, algorithms, keepAliveSeconds, privateKeyPem } = this.config.loginServers.ssh;
    const hostKeys = await loadHostKeys({
      keysDir,
      profile,
      given: pemSource('privateKeyPem', privateKeyPem, (name) => name),
      passphrase: '',
      log: this.log,
    });
    const shared = this.shared();
    const endpoint = new SshEndpoint({
      ...shared,
      say: sayStock,
      authenticator: this.authenticator,
      nodes: this.nodes,
      logins: this.logins,
      profile,
      offered: offeredAlgorithms(profile, algorithms),
      hostKeys,
      keepAliveSeconds,
      trace: false,
    });
    const listener = await Listener.open({
      ...shared,
      server: 'ssh',
      address: '127.0.0.1',
      port: 0,
      onAccepted: (accepted) => endpoint.take(accepted),
    });
    this.listeners.push(listener);
    return listener.address.port;
  }

  async webSocket(server: 'wss' | 'ws' = 'wss'): Promise<number> {
    const shared = this.shared();
    const { certPem, keyPem } = makeSelfSigned({
      names: ['localhost', '127.0.0.1'],
      nowMs: Date.now(),
      random: systemRandom,
    });
    this.ca = certPem;
    const certificate = { cert: certPem, key: keyPem };
    const endpoint = new WebSocketEndpoint({
      say: sayStock,
      ...{ ...shared, server },
      ...(server === 'wss' ? { tls: () => certificate } : {}),
      isAllowedOrigin: (origin) => this.options.origins?.includes(origin) === true,
      isClosing: () => this.closing,
      firstMenu: () => 'first',
    });
    const listener = await Listener.open({
      ...shared,
      ...{ server, address: '127.0.0.1', port: 0 },
      onUnnamed: (unnamed) => endpoint.takeUnnamed(unnamed),
      onAccepted: (accepted) => endpoint.take(accepted),
    });
    this.listeners.push(listener);
    return listener.address.port;
  }

  async close(): Promise<void> {
    for (const listener of this.listeners) await listener.close();
    for (const folder of this.folders) await rm(folder, { recursive: true, force: true });
  }

  private shared() {
    return {
      clock: this.clock,
      log: this.log,
      config: () => this.config,
      limiter: this.limiter,
      serve: (call: IncomingCall) => {
        this.calls.push(call);
        return this.options.serve?.(call) ?? echo(call);
      },
    };
  }
}

function echo(call: IncomingCall): Promise<void> {
  const { connection } = call;
  connection.onData((bytes) => connection.write(Buffer.from(bytes)));
  return new Promise((resolve) => connection.signal.addEventListener('abort', () => resolve()));
}
