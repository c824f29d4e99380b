import { existsSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { BbsError } from '../base/errors';
import { LIMITS } from '../base/limits';
import { parsePostgresAddress } from '../base/postgres-address';
import { makeDataDir } from '../config/board';
import { boardLockFile, takeBoardLock } from '../store/board-lock';
import { copyDatabase, type CopyProgress } from '../store/copy';
import type { BoardHold, Dialect } from '../store/dialect';
import { postgresDialect } from '../store/postgres';
import { sqliteDialect } from '../store/sqlite';
import type { CommandContext } from './command-context';

const HELP = `
A place is sqlite:FILE, postgres://USER@HOST:5432/DATABASE, or
postgres:@environment:NAME, which keeps a password out of the list of
processes. TLS is as database.tls of the configuration says.

  oputil database copy --from sqlite:data/db/user.sqlite3 \\
      --to postgres:@environment:DATABASE_URL

The boards of both must be stopped, and the target be empty. What was cut short
goes on with the same command; until it is complete no board starts on the
target. Sealed secrets stay sealed: data/keys/ belongs to both.`;

interface Places {
  readonly from: string;
  readonly to: string;
}

/** `oputil database ...`. */
export function addDatabaseCommands(program: Command, context: CommandContext): void {
  const database = program.command('database').description('where accounts are kept');
  database
    .command('copy')
    .description('copy all of it between SQLite and PostgreSQL')
    .requiredOption('--from <place>', 'the database of the board')
    .requiredOption('--to <place>', 'an empty one')
    .addHelpText('after', HELP)
    .action((places: Places) => copy(context, places));
}

async function copy(context: CommandContext, places: Places): Promise<void> {
  const startedMs = context.clock.monotonicMs();
  const from = await placeOf(context, places.from);
  const to = await placeOf(context, places.to);
  if (from.id === to.id) throw new BbsError('USAGE', '--from and --to are the same database');
  if (from.file !== undefined && !existsSync(from.file))
    throw new BbsError('DATABASE_MISSING', `there is no database ${from.file}`);
  const holds: BoardHold[] = [];
  try {
    for (const place of [from, to]) await hold(place, holds);
    const { tables, isResumed } = await copyDatabase({
      ...{ source: from.dialect, target: to.dialect, clock: context.clock },
      log: await context.log(),
      onProgress: progressLines(context),
    });
    const seconds = Math.round((context.clock.monotonicMs() - startedMs) / 1000);
    const rows = tables.reduce((sum, table) => sum + table.rows, 0);
    context.show(
      [
        `${to.dialect.where} has all ${rows} rows of ${tables.length} tables, compared one by one; ${seconds} s.`,
        ...(isResumed ? ['It went on with a copy that had been cut short.'] : []),
        'Next: name it in config/config.hjson (database), and start the board. Keep data/keys/.',
      ],
      { rows, tables, seconds, resumed: isResumed },
    );
  } finally {
    for (const each of holds.reverse()) await each.release();
  }
}

interface DatabaseAt {
  /** The same for the same database. */
  readonly id: string;
  readonly dialect: Dialect;
  readonly file: string | undefined;
}

async function placeOf(context: CommandContext, text: string): Promise<DatabaseAt> {
  const log = await context.log();
  if (text.startsWith('sqlite:') && text.length > 'sqlite:'.length) {
    const file = resolve(text.slice('sqlite:'.length));
    return { id: file, dialect: sqliteDialect(file, log), file };
  }
  const variable = /^postgres:@environment:(.+)$/.exec(text)?.[1];
  const address = variable === undefined ? text : (context.io.env[variable] ?? '');
  if (variable !== undefined && address === '')
    throw new BbsError('USAGE', `the variable ${variable} is not set`);
  if (!/^postgres(ql)?:/.test(address))
    throw new BbsError('USAGE', 'a place is sqlite:FILE or postgres://USER@HOST/DATABASE');
  const { places, database, schema } = parsePostgresAddress(address);
  const { tls } = (await context.config()).database;
  const options = { log, callMs: LIMITS.toolStoreMs };
  return {
    id: JSON.stringify([places, database, schema]),
    dialect: postgresDialect({ address, pool: 2, tls }, options),
    file: undefined,
  };
}

/** Keeps boards off; those of SQLite by the lock of their data folder. */
async function hold({ dialect, file }: DatabaseAt, holds: BoardHold[]): Promise<void> {
  if (file !== undefined && basename(dirname(file)) === 'db') {
    const dataDir = dirname(dirname(file));
    await makeDataDir(dataDir);
    const lock = await takeBoardLock(boardLockFile(dataDir), process.pid);
    if (lock.kind === 'held') {
      const pid = lock.pid === undefined ? '' : ` (process ${lock.pid})`;
      throw new BbsError('DATA_IN_USE', `a board runs on ${dataDir}${pid}: stop it first`);
    }
    holds.push(lock);
  } else if (file !== undefined && !isFolder(dirname(file)))
    throw new BbsError('USAGE', `there is no folder ${dirname(file)}`);
  holds.push(await dialect.holdAlone());
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** A line for each table, and for a long one every two seconds. */
function progressLines(context: CommandContext): (progress: CopyProgress) => void {
  let saidAtMs = context.clock.monotonicMs();
  return ({ table, rows, of }) => {
    if (context.json || of === 0) return;
    const nowMs = context.clock.monotonicMs();
    if (rows < of && nowMs - saidAtMs < 2_000) return;
    saidAtMs = nowMs;
    context.note(`${table}: ${rows} of ${of} rows (${Math.floor((100 * rows) / of)} %)`);
  };
}
