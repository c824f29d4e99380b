import { sayStock } from '../../src/texts/texts';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemRandom } from '../../src/base/random';
import { configSchema, type Config, type ConfigInput } from '../../src/config/schema';
import type { Caller, EndReason, TakenConnection } from '../../src/menu/run/caller';
import { Nodes } from '../../src/servers/nodes';
import { terminalOpener } from '../../src/servers/open-terminal';
import { ConnectionLimiter } from '../../src/throttle/connection-limiter';
import { Servers } from '../../src/servers/servers';
import type { AccountEvent } from '../../src/store/account-events';
import { FakeClock } from './fake-clock';
import { MemoryLog } from './memory-log';
import { RawCaller } from './raw-caller';
import { SmallAuthenticator } from './small-authenticator';
import { SourceLedger } from './source-ledger';

export const FIRST_SCREEN = 'Who are you? ';

const IN_MENU = { loginArea: true, isApplication: false };

/**
 * The login servers with sessions and real terminals, on a clock of the test's, and with a runner that
 * asks for `name password` or a code instead of menus. `!` fails, `.` leaves, `+` opens the new-user form,
 * `~` has the connection taken over.
 */
export class QuizServers {
  readonly clock = new FakeClock();
  readonly log = new MemoryLog();
  readonly authenticator = new SmallAuthenticator({
    ann: { password: 'right' },
    bob: { password: 'right', code: '123456' },
  });
  readonly callers: Caller[] = [];
  readonly signedIn: string[] = [];
  readonly ended: string[] = [];
  readonly nodes: Nodes;
  readonly config: Config;
  servers: Servers | undefined;
  /** Set by a test in which recording a sign-in has to fail. */
  failToRecord = false;
  /** Runs with the connection of a caller who sends `~`. */
  work: (taken: TakenConnection) => Promise<void> = () => Promise.resolve();
  private readonly listeners = new Set<(event: AccountEvent) => void>();
  private dataDir = '';

  constructor(config: ConfigInput = {}) {
    this.config = configSchema.parse({
      ...config,
      loginServers: {
        ...config.loginServers,
        telnet: { port: 0, ...config.loginServers?.telnet },
        ssh: { port: 0, ...config.loginServers?.ssh },
      },
    });
    this.nodes = new Nodes({
      clock: this.clock,
      most: () => this.config.general.maxConnections,
    });
    this.noteSignIns();
  }

  async start(): Promise<Servers> {
    this.dataDir = await mkdtemp(join(tmpdir(), 'sallyport-servers-'));
    const { clock, log, authenticator, nodes } = this;
    const config = (): Config => this.config;
    const guard = new SourceLedger();
    this.servers = await Servers.start({
      config,
      clock,
      random: systemRandom,
      log,
      say: sayStock,
      authenticator,
      nodes,
      limiter: new ConnectionLimiter({
        ...{ config, clock, guard, random: systemRandom },
        isKnown: () => false,
        isExempt: () => true,
        mostConnections: undefined,
      }),
      isOwnOrigin: () => false,
      dataDir: this.dataDir,
      resolveFile: (name) => name,
      accountEvents: {
        follow: (listener) => {
          this.listeners.add(listener);
          return () => this.listeners.delete(listener);
        },
      },
      openTerminal: terminalOpener({ config, clock }),
      run: (caller) => this.run(caller),
      onEnded: (caller) => {
        this.ended.push(caller.login.user?.name ?? '?');
        return Promise.resolve();
      },
    });
    return this.servers;
  }

  /** Calls by telnet and waits for the first screen. */
  async call(): Promise<RawCaller> {
    const caller = await RawCaller.dial(this.servers?.addresses.telnet?.port ?? 0);
    await caller.sees(Buffer.from([255, 253, 31]));
    await this.passProbe();
    await caller.sees(FIRST_SCREEN);
    return caller;
  }

  /** Advances the time by the wait for a client that answers no query. */
  async passProbe(): Promise<void> {
    await this.clock.advance(250);
    await this.clock.advance(950);
  }

  /** Notes who is put online, or fails at that. */
  private noteSignIns(): void {
    const { nodes } = this;
    const take = nodes.take.bind(nodes);
    nodes.take = (...by) => {
      const slot = take(...by);
      if (slot === undefined) return undefined;
      return {
        ...slot,
        signedIn: (user) => {
          if (this.failToRecord) throw new Error('the disk is full');
          this.signedIn.push(user.name);
          return slot.signedIn(user);
        },
      };
    };
  }

  announce(event: Pick<AccountEvent, 'userId' | 'kind'>): void {
    for (const listener of this.listeners)
      listener({
        id: 1,
        sessionId: undefined,
        loginVersion: undefined,
        endsLogins: true,
        ...event,
      });
  }

  async close(): Promise<void> {
    await this.servers?.close(0);
    if (this.dataDir !== '') await rm(this.dataDir, { recursive: true, force: true });
  }

  private async run(caller: Caller): Promise<EndReason> {
    this.callers.push(caller);
    const { terminal, login } = caller;
    const atDoor = { ...IN_MENU, menu: 'matrix', description: 'At the door' };
    caller.entered(atDoor);
    const stop = caller.inbox.listen(() => {
      for (const { text } of caller.inbox.take('all')) terminal.write(`\r\n<${text}>\r\n`);
    });
    try {
      terminal.write(FIRST_SCREEN);
      for (;;) {
        const line = await this.readLine(caller);
        if (line === '.') return 'log-off';
        if (line === '!') throw new Error('a fault of ours');
        if (line === '~') {
          await caller.takeOver(this.work);
          terminal.write('given back.\r\n');
          continue;
        }
        if (line === '+') {
          const description = 'Applying';
          caller.entered({ ...IN_MENU, menu: 'applyForm', description, isApplication: true });
          continue;
        }
        if (line === '-') {
          const description = 'Reading';
          caller.entered({ ...IN_MENU, menu: 'newUserHouseRules', description });
          continue;
        }
        const [userName = '', password] = line.split(' ', 2);
        const result = await login.submit(
          password === undefined
            ? { kind: 'second-factor', code: line }
            : { kind: 'password', userName, password },
        );
        if (result.kind !== 'rejected') await caller.signedIn();
        terminal.write(`\r\n${result.kind}.\r\n`);
      }
    } finally {
      stop();
    }
  }

  private async readLine(caller: Caller): Promise<string> {
    let line = '';
    for (;;) {
      const key = await caller.terminal.readKey(caller.signal);
      if (key.name === 'return') return line;
      line += key.text;
    }
  }
}
