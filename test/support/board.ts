import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog } from '../../src/base/log';
import type { ConfigInput } from '../../src/config/schema';
import { startBbs, type BbsOptions, type RunningBbs } from '../../src/index';
import { runOputil } from '../../src/oputil/program';

export interface TestBoardOptions extends Pick<BbsOptions, 'clock' | 'random' | 'boardDir'> {
  readonly dataDir?: string;
  readonly config?: ConfigInput;
}

/** A real board on free loopback ports, with a data folder of its own. */
export class TestBoard {
  private constructor(
    readonly bbs: RunningBbs,
    readonly dataDir: string,
    readonly logLines: string[],
    private readonly options: TestBoardOptions,
  ) {}

  static async start(options: TestBoardOptions = {}): Promise<TestBoard> {
    const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'sallyport-')));
    const logLines: string[] = [];
    const log = createLog({
      level: 'debug',
      write: (line) => logLines.push(line),
      nowMs: () => Date.now(),
    });
    const bbs = await startBbs({
      ...options,
      dataDir,
      log,
      env: {},
      config: withFreePorts(options.config ?? {}),
    });
    return new TestBoard(bbs, dataDir, logLines, options);
  }

  get telnetPort(): number {
    return this.port('telnet');
  }

  get sshPort(): number {
    return this.port('ssh');
  }

  get httpsPort(): number {
    return this.port('https');
  }

  /** What the sysop's tool prints; rejects when it fails. */
  async oputil(...args: string[]): Promise<string> {
    const result = await this.tryOputil(...args);
    if (result.exitCode !== 0) {
      throw new Error(`oputil ${args.join(' ')} ended with ${result.exitCode}: ${result.err}`);
    }
    return result.out;
  }

  async tryOputil(...args: string[]): Promise<{ exitCode: number; out: string; err: string }> {
    let out = '';
    let err = '';
    const exitCode = await runOputil(
      [
        '--data',
        this.dataDir,
        ...(this.options.boardDir ? ['--board', this.options.boardDir] : []),
        ...args,
      ],
      {
        out: (text) => (out += text),
        err: (text) => (err += text),
        readLine: () => Promise.resolve(''),
        env: {},
      },
    );
    return { exitCode, out, err };
  }

  /** Adds a caller; returns the Base32 secret where `otp` asks for a second factor. */
  async addUser(name: string, password: string, otp?: 'google' | 'totp' | 'hotp'): Promise<string> {
    await this.oputil(
      'user',
      'add',
      name,
      '--password',
      password,
      '--email',
      `${name}@example.org`,
    );
    return otp === undefined ? '' : this.bindOtp(name, otp);
  }

  async bindOtp(name: string, type: 'google' | 'totp' | 'hotp'): Promise<string> {
    const out = await this.oputil('user', '2fa-otp', name, type);
    const secret = /Secret\s+: (\S+)/.exec(out)?.[1];
    if (secret === undefined) throw new Error(`no secret in:\n${out}`);
    return secret;
  }

  /** Mails dropped so far, oldest first. */
  async mails(): Promise<string[]> {
    const folder = join(this.dataDir, 'mail');
    const names = await readdir(folder).catch(() => []);
    return Promise.all(names.sort().map((name) => readFile(join(folder, name), 'utf8')));
  }

  events(event: string): Record<string, unknown>[] {
    return this.logLines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter((fields) => fields.event === event);
  }

  /** Stops the board and leaves its data, as a restart does. */
  async stop(): Promise<void> {
    await this.bbs.close();
  }

  async remove(): Promise<void> {
    await this.stop();
    await rm(this.dataDir, { recursive: true, force: true });
  }

  private port(name: string): number {
    const address = this.bbs.addresses[name];
    if (address === undefined) throw new Error(`this board has no ${name} server`);
    return address.port;
  }
}

function withFreePorts(config: ConfigInput): ConfigInput {
  return {
    ...config,
    loginServers: {
      ...config.loginServers,
      telnet: { port: 0, ...config.loginServers?.telnet },
      ssh: { port: 0, ...config.loginServers?.ssh },
    },
    contentServers: {
      web: {
        ...config.contentServers?.web,
        https: { port: 0, ...config.contentServers?.web?.https },
      },
    },
  };
}
