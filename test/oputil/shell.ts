import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { databaseFile } from '../../src/backend';
import type { Clock } from '../../src/base/clock';
import { runOputil } from '../../src/oputil/program';
import { CHEAP_HASH } from '../support/authenticator-context';
import { writeUnusedDatabase } from '../support/unused-database';

export interface Ran {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

/** A sysop at the tool, with a data folder of his own and no board running on it. */
export class Shell {
  /** Lines that are typed when something is asked, in order; then nothing. */
  answers: string[] = [];
  /** What was asked, as a terminal would show it. */
  readonly questions: string[] = [];
  interactive = false;
  colors = false;
  /** Of the terminal; a pipe has none. */
  columns: number | undefined;
  env: Record<string, string> = {};
  /** In place of the machine's. */
  clock: Clock | undefined;

  private constructor(readonly folder: string) {}

  /** On a database that nobody has used. */
  static async open(): Promise<Shell> {
    const shell = await Shell.openEmpty();
    await writeUnusedDatabase(databaseFile(shell.dataDir));
    return shell;
  }

  /** On a data folder that is not there yet. */
  static async openEmpty(): Promise<Shell> {
    return new Shell(await mkdtemp(join(tmpdir(), 'sallyport-oputil-')));
  }

  get dataDir(): string {
    return join(this.folder, 'data');
  }

  /** Runs a command, whatever becomes of it. */
  async try(...args: string[]): Promise<Ran> {
    let out = '';
    let err = '';
    const exitCode = await runOputil(['--data', this.dataDir, ...args], {
      out: (text) => (out += text),
      err: (text) => (err += text),
      readLine: (prompt, secret = false) => {
        this.questions.push(secret ? `${prompt}(hidden)` : prompt);
        return Promise.resolve(this.answers.shift() ?? '');
      },
      env: this.env,
      interactive: this.interactive,
      colors: this.colors,
      columns: this.columns,
      ...(this.clock && { clock: this.clock }),
      hashCost: CHEAP_HASH,
    });
    return { exitCode, out, err };
  }

  /** What a command prints; throws when it fails. */
  async run(...args: string[]): Promise<string> {
    const ran = await this.try(...args);
    if (ran.exitCode !== 0) throw new Error(`${args.join(' ')}: ${ran.exitCode} ${ran.err}`);
    return ran.out;
  }

  async json<T>(...args: string[]): Promise<T> {
    return JSON.parse(await this.run(...args, '--json')) as T;
  }

  /** Writes a file beside the data folder and returns its path. */
  async file(name: string, text: string): Promise<string> {
    const path = join(this.folder, name);
    await writeFile(path, text);
    return path;
  }

  read(name: string): Promise<string> {
    return readFile(join(this.folder, name), 'utf8');
  }

  async close(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

export const PASSWORD = 'trumpet vine 88';
