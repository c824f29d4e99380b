import { InvalidArgumentError } from 'commander';
import { closeSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Actor } from '../auth/account-change';
import {
  type Backend,
  databaseFile,
  databasePlace,
  mayHaveDatabase,
  openBackend,
} from '../backend';
import { BoardClock } from '../base/clock';
import { BbsError } from '../base/errors';
import { LIMITS } from '../base/limits';
import { createLog, type Log } from '../base/log';
import { openPrivateLog } from '../base/private-file';
import { systemRandom } from '../base/random';
import { type Board, makeDataDir, resolveBoard } from '../config/board';
import { loadConfig, type LoadedConfig } from '../config/load';
import { readRunFile } from '../config/run-file';
import type { Config } from '../config/schema';
import { configuredServers, type Listening } from '../mail/links';
import { mapWays } from '../protocols/ways-in';
import { boardLockFile, findLockHolder } from '../store/board-lock';
import type { Sql } from '../store/database';
import { explainFailure } from '../store/sqlite';
import { findTimelineMark, writeTimelineMark } from '../store/timeline';
import type { Say } from '../texts/texts';
import { findBoardWords } from './board-words';
import type { HarmlessIo } from './oputil-io';
import { type Column, formatTable, TableParts } from './table';

/** Options of every verb. */
export interface Globals {
  readonly board?: string;
  readonly data?: string;
  readonly config?: string;
  readonly json?: boolean;
  /** False with -n. */
  readonly prompt?: boolean;
}

/** The actor of this tool's changes in the audit. */
export const ACTOR: Actor = { server: 'oputil' };

/** A list whose rows are printed as they come. */
interface OpenList {
  add(rows: readonly (readonly string[])[], data: readonly unknown[]): void;
  /** The lines below the table. */
  end(lines: readonly string[]): void;
}

/** The board that a command works on; configuration and database are opened at first use. */
export class CommandContext {
  readonly clock: BoardClock;
  readonly random = systemRandom;
  /** Exit code of the program when nothing is thrown. */
  exitCode = 0;
  private boardFound: Promise<Board> | undefined;
  private configLoaded: Promise<LoadedConfig> | undefined;
  private backendOpened: Promise<Backend> | undefined;

  constructor(
    readonly io: HarmlessIo,
    private readonly globals: () => Globals,
  ) {
    this.clock = new BoardClock(io.clock);
  }

  get json(): boolean {
    return this.globals().json === true;
  }

  /** False with --no-prompt. */
  get mayAsk(): boolean {
    return this.globals().prompt !== false;
  }

  board(): Promise<Board> {
    const { board, data, config } = this.globals();
    this.boardFound ??= resolveBoard({ board, data, config, env: this.io.env });
    return this.boardFound;
  }

  loadedConfig(): Promise<LoadedConfig> {
    this.configLoaded ??= this.readConfig();
    return this.configLoaded;
  }

  async config(): Promise<Config> {
    return (await this.loadedConfig()).config;
  }

  /**
   * Accounts, factors, keys and mail. Throws DATABASE_UNAVAILABLE where there is no database:
   * --data may be wrong.
   */
  async backend(): Promise<Backend> {
    this.backendOpened ??= this.openBackend(false);
    return this.backendOpened;
  }

  /** The same, but creates data folder, keys and database where they are missing. */
  async makeBackend(): Promise<Backend> {
    this.backendOpened ??= this.openBackend(true);
    return this.backendOpened;
  }

  /** Runs one store function. */
  async read<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    return (await this.backend()).db.run(work);
  }

  /** The board's log, which records changes by the tool and by callers alike. */
  async log(): Promise<Log> {
    return this.openLog(await this.board(), await this.config());
  }

  /** The server that runs on this data folder; undefined when none does. */
  async running(): Promise<RunningBoard | undefined> {
    return findRunning((await this.board()).dataDir);
  }

  /** Servers that listen now; without a running board, those that the configuration enables. */
  async listening(): Promise<Listening> {
    return (await this.running())?.listening ?? configuredServers(await this.config());
  }

  /** Prints lines for people, or `data` as JSON where --json asks for it. */
  show(lines: string | readonly string[], data: unknown): void {
    const text = typeof lines === 'string' ? lines : lines.join('\n');
    if (this.json) this.io.out(`${JSON.stringify(data, undefined, 2)}\n`);
    else if (text !== '') this.io.out(`${text}\n`);
  }

  /** A table as wide as the terminal, or as it needs in a pipe. */
  table(columns: readonly Column[], rows: readonly (readonly string[])[]): readonly string[] {
    return formatTable(columns, rows, this.io.columns);
  }

  /** The same for a table that is printed while it is read; with --json its data are one list. */
  openList(columns: readonly Column[]): OpenList {
    const table = new TableParts(columns, this.io.columns);
    let isEmpty = true;
    return {
      add: (rows, data) => {
        if (!this.json) {
          if (rows.length > 0) this.show(table.add(rows), undefined);
          return;
        }
        for (const item of data) {
          const text = JSON.stringify(item, undefined, 2).replaceAll('\n', '\n  ');
          this.io.out(`${isEmpty ? '[' : ','}\n  ${text}`);
          isEmpty = false;
        }
      },
      end: (lines) => {
        if (this.json) this.io.out(isEmpty ? '[]\n' : '\n]\n');
        else this.io.out(`${lines.join('\n')}\n`);
      },
    };
  }

  /** The same for lines that contain a drawing, whose colour sequences are kept. */
  showDrawing(lines: readonly string[], data: unknown): void {
    if (this.json) this.show(lines, data);
    else this.io.draw(`${lines.join('\n')}\n`);
  }

  /** Writes a line to standard error. */
  note(text: string): void {
    this.io.err(`${text}\n`);
  }

  /**
   * Asks a yes-or-no question before what cannot be undone. The answer is yes with --no-prompt and
   * where `yes` is true; everything but y or yes is no, and throws USER_INVALID.
   */
  async confirmOrStop(question: string, yes = false): Promise<void> {
    if (yes || !this.mayAsk) return;
    const answer = await this.io.readLine(`${question} [y/N] `);
    if (/^y(es)?$/i.test(answer.trim())) return;
    throw new BbsError('USER_INVALID', 'nothing was changed; answer y, or use --yes');
  }

  /** Converts a database error into a BbsError with a remedy; returns any other error unchanged. */
  async explain(error: unknown): Promise<unknown> {
    // Without a board no database was opened.
    const board = await this.board().catch(() => undefined);
    return board === undefined ? error : explainFailure(error, databaseFile(board.dataDir));
  }

  async close(): Promise<void> {
    // A failure to open was reported by the command.
    const backend = await this.backendOpened?.catch(() => undefined);
    await backend?.close();
  }

  private async readConfig(): Promise<LoadedConfig> {
    const board = await this.board();
    return loadConfig({
      file: board.configFile,
      mustExist: board.configMustExist,
      env: this.io.env,
      fallbackFolders: board.configFallbacks,
    });
  }

  private async openBackend(mayMake: boolean): Promise<Backend> {
    const board = await this.board();
    const config = await this.config();
    if (!mayMake && !mayHaveDatabase(databasePlace(board, config))) {
      throw new BbsError(
        'DATABASE_UNAVAILABLE',
        `there is no database in ${board.dataDir}: start the board once, or see --board and --data`,
      );
    }
    const running = await this.running();
    await makeDataDir(board.dataDir);
    // Read once: an import writes thousands of mails, in transactions that a running board waits for.
    let words: Promise<Say> | undefined;
    const findWords = (): Promise<Say> =>
      (words ??= findBoardWords({ board, config, env: this.io.env }, (text) => this.note(text)));
    const backend = await openBackend({
      board,
      config: () => config,
      clock: this.clock,
      random: this.random,
      log: await this.log(),
      env: this.io.env,
      httpsPort: () => running?.httpsPort,
      words: findWords,
      mayLackKey: true,
      storeMs: LIMITS.toolStoreMs,
      hashCost: this.io.hashCost,
    });
    await this.setClock(backend, running !== undefined);
    return backend;
  }

  /** Uses the timeline of the board, by which stored limits end (rule L13). */
  private async setClock({ db }: Backend, isRunning: boolean): Promise<void> {
    const { clock } = this;
    const mark = await db.run(findTimelineMark);
    if (mark === undefined) return;
    if (isRunning) return clock.follow(mark);
    clock.resume(mark);
    const now = { timelineMs: clock.timelineMs(), offsetMs: clock.offsetMs };
    await db.run((sql) => writeTimelineMark(sql, now));
  }

  private openLog(board: Board, config: Config): Log {
    const { level, file } = config.logging;
    const path = join(board.dataDir, 'logs', file);
    const write = (line: string): void => {
      try {
        if (file === '') return this.io.err(line);
        const handle = openPrivateLog(path);
        try {
          writeSync(handle, line);
        } finally {
          closeSync(handle);
        }
      } catch {
        // The audit is in the database; a log line that cannot be written goes to standard error.
        this.io.err(line);
      }
    };
    // On standard error only errors are shown.
    const least = file === '' && level !== 'silent' ? 'error' : level;
    const log = createLog({ level: least, write, nowMs: () => this.clock.nowMs() });
    return log.with({ server: 'oputil' });
  }
}

/** Parser of an option with a whole number; throws InvalidArgumentError outside the bounds. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}

/** A server that runs on a data folder. */
interface RunningBoard {
  /** Undefined while it starts. */
  readonly pid: number | undefined;
  readonly httpsPort: number | undefined;
  /** Undefined while it starts. */
  readonly listening: Listening | undefined;
}

/** The server that holds the lock of a data folder; undefined when none does. */
async function findRunning(dataDir: string): Promise<RunningBoard | undefined> {
  const holder = await findLockHolder(boardLockFile(dataDir));
  if (holder === undefined) return undefined;
  const written = readRunFile(dataDir);
  // A killed process leaves its run file behind, which says nothing about this one.
  const servers = written?.pid === holder.pid ? written?.servers : undefined;
  return {
    pid: holder.pid,
    httpsPort: servers?.['https']?.port,
    listening: servers && {
      ...mapWays((way) => servers[way] !== undefined),
      https: servers['https'] !== undefined || servers['http'] !== undefined,
    },
  };
}
