import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSealing } from '../../src/auth/sealing';
import { systemClock } from '../../src/base/clock';
import { systemRandom } from '../../src/base/random';
import type { ConfigInput } from '../../src/config/schema';
import { runOputil } from '../../src/oputil/program';
import { schemaOf, serverOf, sql } from '../pg/database-place';
import { openBackOffice, type BackOffice } from '../support/back-office';
import { BoardProcess, removeBoardFiles } from '../support/board-process';
import { PASSWORD } from '../support/sign-in';

const PATIENCE_MS = 40_000;

/** One board on one PostgreSQL database, run by as many real processes as a test starts. */
export class SharedBoard {
  readonly folder = mkdtempSync(join(tmpdir(), 'sallyport-nodes-'));
  private readonly schema = schemaOf(join(this.folder, 'board'));
  private readonly processes = new Map<string, BoardProcess>();

  constructor(private readonly boardDir?: string) {
    // The same on every node, as a sysop would have it.
    openSealing({
      file: this.keyFile,
      random: systemRandom,
      mayCreate: true,
      mayLack: false,
    }).currentKeyId();
  }

  private get keyFile(): string {
    return join(this.folder, 'sealing.json');
  }

  /** Starts a process with a data folder of its own. */
  async start(name: string, more: ConfigInput = {}): Promise<BoardProcess> {
    const dataDir = this.dataDir(name);
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const config: ConfigInput = {
      ...this.configWith(more),
      contentServers: more.contentServers ?? { web: { https: { enabled: false } } },
      logging: { level: 'debug' },
    };
    const started = await BoardProcess.start({ dataDir, config, boardDir: this.boardDir });
    this.processes.set(name, started);
    return started;
  }

  /** The accounts and mails, from this process; a process of the board has made the tables before. */
  office(): Promise<BackOffice> {
    return openBackOffice(this.dataDir('office'), { config: this.configWith({}) });
  }

  process(name: string): BoardProcess {
    const found = this.processes.get(name);
    if (found === undefined) throw new Error(`no process ${name}`);
    return found;
  }

  /** The rows of a statement, each column as text. */
  sql(statement: string): readonly (readonly string[])[] {
    const out = sql(`set search_path = ${this.schema}; ${statement}`);
    return out === '' ? [] : out.split('\n').map((line) => line.split('|'));
  }

  /** Resolves with how long it took until the statement gives these rows. */
  async until(statement: string, wanted: readonly (readonly string[])[]): Promise<number> {
    return this.untilHolds(statement, () => {
      return JSON.stringify(this.sql(statement)) === JSON.stringify(wanted);
    });
  }

  async untilHolds(what: string, holds: () => boolean): Promise<number> {
    const startedMs = performance.now();
    while (!holds()) {
      if (performance.now() - startedMs > PATIENCE_MS) throw new Error(`waited for ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return performance.now() - startedMs;
  }

  /** The sysop's tool, with the files of one of the processes. */
  async oputil(name: string, ...args: readonly string[]): Promise<string> {
    let out = '';
    let err = '';
    const dataDir = this.dataDir(name);
    const code = await runOputil(['--data', dataDir, '--config', `${dataDir}.hjson`, ...args], {
      out: (text) => (out += text),
      err: (text) => (err += text),
      readLine: () => Promise.resolve(''),
      env: {},
      clock: systemClock,
    });
    if (code !== 0) throw new Error(`oputil ${args.join(' ')} ended with ${code}: ${err}${out}`);
    return out;
  }

  async addUser(name: string, on = 'a'): Promise<void> {
    const mail = `${name}@example.org`;
    await this.oputil(on, 'user', 'add', name, '--password', PASSWORD, '--email', mail);
  }

  /** What a process has logged of an event. */
  events(name: string, event: string): readonly Record<string, unknown>[] {
    const folder = join(this.dataDir(name), 'logs');
    return readdirSync(folder)
      .flatMap((file) => readFileSync(join(folder, file), 'utf8').split('\n'))
      .filter((line) => line.endsWith('}'))
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter((fields) => fields['event'] === event);
  }

  logged(name: string, event: string, count = 1): Promise<number> {
    return this.untilHolds(
      `${count} ${event} of ${name}`,
      () => this.events(name, event).length >= count,
    );
  }

  async remove(): Promise<void> {
    for (const each of this.processes.values()) await each.end();
    sql(`drop schema ${this.schema} cascade`);
    for (const name of this.processes.keys()) removeBoardFiles(this.dataDir(name));
    rmSync(this.folder, { recursive: true, force: true });
  }

  private configWith(more: ConfigInput): ConfigInput {
    return {
      ...more,
      database: { client: 'postgres', connection: serverOf(this.schema).address },
      security: { ...more.security, sealingKeyFile: this.keyFile },
    };
  }

  private dataDir(name: string): string {
    return join(this.folder, name);
  }
}
