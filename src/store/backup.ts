import { closeSync, existsSync, linkSync, lstatSync, openSync, unlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { BbsError, toError } from '../base/errors';
import type { Log } from '../base/log';
import { giveToOwnerOf, syncPath } from '../base/private-file';
import { sqliteDialect } from './sqlite';

interface BackupOptions {
  /** The SQLite file; a running board may write to it meanwhile. */
  readonly file: string;
  /** The copy; it must not exist. */
  readonly target: string;
  readonly log: Log;
}

/**
 * Copies the database, as of one moment, into one file of mode 0600 (rule I5). The copy is checked
 * and synced before it gets its name. Throws DATABASE_UNAVAILABLE with the reason.
 */
export async function backUpDatabase(options: BackupOptions): Promise<void> {
  const { file, target } = options;
  if (!existsSync(file))
    throw failed(options, `there is no database ${file}; start the board once`);
  // Not existsSync: a dangling link occupies the name too.
  if (lstatSync(target, { throwIfNoEntry: false }) !== undefined)
    throw failed(options, 'it is there already; choose another name');
  const draft = `${target}.${process.pid}.new`;
  try {
    // SQLite writes into a file that is there if it is empty, and so keeps its mode.
    closeSync(openSync(draft, 'wx', 0o600));
    giveToOwnerOf(dirname(target), draft);
    await copyInto(draft, options);
    await checkCopy(draft, options.log);
    syncPath(draft);
    // Unlike a rename, link() never replaces a file that was created meanwhile.
    linkSync(draft, target);
    syncPath(dirname(target));
  } catch (error) {
    if (error instanceof BbsError) throw error;
    throw failed(options, toError(error).message, error);
  } finally {
    removeDraft(draft);
  }
}

/** Uses a connection of its own: copying may take longer than the time limit of Database. */
async function copyInto(draft: string, { file, log }: BackupOptions): Promise<void> {
  const sql = sqliteDialect(file, log).connect();
  try {
    await sql.raw('VACUUM INTO ?', [draft]);
  } finally {
    await sql.destroy();
  }
}

/** Throws where the database in `draft` is damaged; leaves it as one file. */
export async function checkCopy(draft: string, log: Log): Promise<void> {
  const sql = sqliteDialect(draft, log).connect();
  try {
    const rows: readonly object[] = await sql.raw('PRAGMA integrity_check');
    const verdict = String(Object.values(rows[0] ?? {})[0]);
    if (verdict !== 'ok') throw new Error(`the copy is damaged: ${verdict}`);
    // One file, without a journal beside it.
    await sql.raw('PRAGMA journal_mode = DELETE');
  } finally {
    await sql.destroy();
  }
}

function removeDraft(draft: string): void {
  try {
    unlinkSync(draft);
  } catch {
    // It was never made.
  }
}

function failed({ target }: BackupOptions, why: string, cause?: unknown): BbsError {
  return new BbsError('DATABASE_UNAVAILABLE', `cannot back up to ${target}: ${why}`, { cause });
}
