import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { databaseFile } from '../../src/backend';
import { sleep } from '../../src/base/clock';
import { createLog } from '../../src/base/log';
import type { ConfigInput } from '../../src/config/schema';
import { startBoard } from '../../src/app/bbs';
import type { BbsOptions, RunningBbs } from '../../src/index';
import { runOputil } from '../../src/oputil/program';
import { decodeBase32, hotp, totp } from './authenticator';
import { CHEAP_HASH } from './authenticator-context';
import { withFreePorts } from './board-process';
import {
  dialSsh,
  dialTelnet,
  type DialledCaller,
  type DialOptions,
  type SshDialOptions,
} from './dial';
import { browse, type BrowsedPage, type BrowseOptions } from './browse';
import { readLetter, type Letter } from './letter';
import { IS_POSTGRES } from './is-postgres';
import { SkippingClock } from './skipping-clock';
import { writeUnusedDatabase } from './unused-database';

const STEP_MS = 30_000;
/** How long a test waits for an event before it fails; never a measure of speed. */
const PATIENCE_MS = 40_000;

export interface TestBoardOptions extends Omit<
  BbsOptions,
  'dataDir' | 'configFile' | 'config' | 'env' | 'log' | 'clock' | 'mail'
> {
  readonly dataDir?: string;
  readonly config?: ConfigInput;
  /** The clock of another board, where both share one. */
  readonly clock?: SkippingClock;
}

interface Parts {
  readonly bbs: RunningBbs;
  readonly dataDir: string;
  readonly logLines: readonly string[];
  /** Called for each log line. */
  readonly heard: Set<() => void>;
  readonly clock: SkippingClock;
  readonly options: TestBoardOptions;
}

/** A real board on free loopback ports, with a data folder of its own. */
export class TestBoard {
  readonly bbs: RunningBbs;
  readonly dataDir: string;
  readonly logLines: readonly string[];
  readonly clock: SkippingClock;
  private readonly callers: DialledCaller[] = [];

  private constructor(private readonly parts: Parts) {
    this.bbs = parts.bbs;
    this.dataDir = parts.dataDir;
    this.logLines = parts.logLines;
    this.clock = parts.clock;
  }

  static async start(options: TestBoardOptions = {}): Promise<TestBoard> {
    const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'sallyport-')));
    if (options.dataDir === undefined) await writeUnusedDatabase(databaseFile(dataDir));
    const logLines: string[] = [];
    const heard = new Set<() => void>();
    const clock = options.clock ?? new SkippingClock({ nearServer: IS_POSTGRES });
    const log = createLog({
      level: 'debug',
      write: (line) => {
        logLines.push(line);
        for (const wake of [...heard]) wake();
      },
      nowMs: () => clock.nowMs(),
    });
    const bbs = await startBoard({
      ...options,
      hashCost: CHEAP_HASH,
      minResponseMs: 0,
      dataDir,
      log,
      clock,
      env: {},
      config: withFreePorts(options.config ?? {}),
    });
    return new TestBoard({ bbs, dataDir, logLines, heard, clock, options });
  }

  get telnetPort(): number {
    return this.port('telnet');
  }

  get sshPort(): number {
    return this.port('ssh');
  }

  get wssPort(): number {
    return this.port('wss');
  }

  get httpsPort(): number {
    return this.port('https');
  }

  /** Output of the sysop's tool; rejects when the tool fails. */
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
        ...(this.parts.options.boardDir ? ['--board', this.parts.options.boardDir] : []),
        ...args,
      ],
      {
        out: (text) => (out += text),
        err: (text) => (err += text),
        readLine: () => Promise.resolve(''),
        env: {},
        clock: this.clock,
        hashCost: CHEAP_HASH,
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
    const out = await this.oputil('user', '2fa-otp', name, type, '--yes');
    const secret = /Secret\s+: (\S+)/.exec(out)?.[1];
    if (secret === undefined) throw new Error(`no secret in:\n${out}`);
    return secret;
  }

  /** Adds an SSH key to an account: a line as in a .pub file. */
  async addSshKey(name: string, line: string): Promise<void> {
    const file = join(this.dataDir, `${name}.pub`);
    await writeFile(file, `${line}\n`);
    await this.oputil('user', 'import-ssh-key', name, file);
  }

  /** The code that the app shows now, or `steps` later. */
  code(secret: string, steps = 0): string {
    return totp(secret, this.clock.nowMs() + steps * STEP_MS);
  }

  /** The code that the app shows after its next change, which cannot have been used. */
  freshCode(secret: string): string {
    this.clock.skip(STEP_MS);
    return this.code(secret);
  }

  /** Mails dropped so far, oldest first. */
  async mails(): Promise<string[]> {
    const folder = join(this.dataDir, 'mail');
    // A mail has another name until it is completely written.
    const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.eml'));
    return Promise.all(names.sort().map((name) => readFile(join(folder, name), 'utf8')));
  }

  /** Connects by telnet; the connection ends with the board at the latest. */
  async telnet(options: Omit<DialOptions, 'port'> = {}): Promise<DialledCaller> {
    const caller = await dialTelnet({ port: this.telnetPort, ...options });
    this.callers.push(caller);
    return caller;
  }

  /** The same by SSH, with a shell open. */
  async ssh(options: Omit<SshDialOptions, 'port'>): Promise<DialledCaller> {
    const caller = await dialSsh({ port: this.sshPort, ...options });
    this.callers.push(caller);
    return caller;
  }

  /** Resolves once the log has `count` lines of this event that match. */
  async logged(
    event: string,
    match: Record<string, unknown> = {},
    count = 1,
  ): Promise<readonly Record<string, unknown>[]> {
    const isIt = (fields: Record<string, unknown>): boolean =>
      fields.event === event &&
      Object.entries(match).every(([key, value]) => fields[key] === value);
    return this.loggedWhere(event, isIt, count);
  }

  /** Resolves once `count` lines of the log match. */
  async loggedWhere(
    what: string,
    isIt: (fields: Record<string, unknown>) => boolean,
    count = 1,
  ): Promise<readonly Record<string, unknown>[]> {
    const { heard } = this.parts;
    const found: Record<string, unknown>[] = [];
    let seen = 0;
    const lookAtNew = (): boolean => {
      for (; seen < this.logLines.length; seen += 1) {
        const fields = JSON.parse(this.logLines[seen] ?? '') as Record<string, unknown>;
        if (isIt(fields)) found.push(fields);
      }
      return found.length >= count;
    };
    if (lookAtNew()) return found;
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void): void => {
        clearTimeout(timer);
        heard.delete(look);
        settle();
      };
      const look = (): void => {
        if (lookAtNew()) finish(() => resolve(found));
      };
      const timer = setTimeout(
        () => finish(() => reject(new Error(`the log has ${found.length} of ${count}: ${what}`))),
        PATIENCE_MS,
      );
      heard.add(look);
    });
  }

  /** Resolves with the list of sources that are kept out once this one is on it: a board writes it down within a second. */
  async bansWith(ip: string): Promise<string> {
    for (;;) {
      const list = await this.oputil('ban', 'list');
      if (list.includes(ip)) return list;
      await sleep(this.clock, 50);
    }
  }

  /** The code of a token at this counter. */
  counterCode(secret: string, counter: number): string {
    return hotp(decodeBase32(secret), counter);
  }

  /** All files in the data folder, as somebody who stole the disk would have them. */
  async files(): Promise<Buffer[]> {
    const names = await readdir(this.dataDir, { recursive: true, withFileTypes: true });
    const files = names.filter((entry) => entry.isFile());
    return Promise.all(files.map((entry) => readFile(join(entry.parentPath, entry.name))));
  }

  /** Resolves with the newest mail to this address whose subject matches, once it is dropped. */
  async letterTo(address: string, subject: RegExp, count = 1): Promise<Letter> {
    for (let dropped = 1; ; dropped += 1) {
      const letters = (await this.mails()).map(readLetter);
      const found = letters.filter((each) => each.to === address && subject.test(each.subject));
      const letter = found[found.length - 1];
      if (letter !== undefined && found.length >= count) return letter;
      await this.logged('mail.dropped', {}, dropped);
    }
  }

  /** A page of this board, by its whole address. */
  browse(address: string, options?: BrowseOptions): Promise<BrowsedPage> {
    return browse(this.dataDir, address, options);
  }

  events(event: string): Record<string, unknown>[] {
    return this.logLines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter((fields) => fields.event === event);
  }

  /** Stops the board and keeps its data, as a restart does. */
  async stop(): Promise<void> {
    for (const caller of this.callers.splice(0)) caller.hangUp();
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
