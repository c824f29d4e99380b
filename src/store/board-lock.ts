import { randomBytes } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { Database as Connection } from 'sqlite3';
import { BbsError, toError } from '../base/errors';
import { checkNoLink, makePrivateFile } from '../base/private-file';

/** A data folder's lock: held by the board that runs on it, released by the kernel when it dies. */
type BoardLock =
  | { readonly kind: 'taken'; release(): Promise<void> }
  /** Another board holds it; `pid` where it is known. */
  | { readonly kind: 'held'; readonly pid: number | undefined };

/** The lock's file in a data folder. */
export function boardLockFile(dataDir: string): string {
  return join(dataDir, 'board.lock');
}

/** Time that a start waits for a tool that reads the lock. */
const PATIENCE_MS = 2_000;

/**
 * Takes the lock: an open write transaction on an SQLite file of its own, which no kill -9 leaves
 * behind, and which also tells two boards in one process apart. Nothing else may open the file in this
 * process: closing any descriptor of it would release the lock (POSIX).
 */
export async function takeBoardLock(file: string, pid: number): Promise<BoardLock> {
  try {
    checkNoLink(file);
    makePrivateFile(file, '');
    return await take(file, pid);
  } catch (error) {
    throw new BbsError(
      'DATABASE_UNAVAILABLE',
      `cannot use the lock ${file}: ${toError(error).message}; the data folder must be writable and on a local disk`,
      { cause: error },
    );
  }
}

/** The holder of the lock; undefined when it is free. */
export async function findLockHolder(
  file: string,
): Promise<{ readonly pid: number | undefined } | undefined> {
  if (lstatSync(file, { throwIfNoEntry: false })?.isFile() !== true) return undefined;
  const connection = await open(file);
  try {
    await run(connection, 'PRAGMA busy_timeout = 0');
    return (await begin(connection)) ? undefined : { pid: await readPid(connection) };
  } catch {
    // This user may not even try to take the lock: the permissions of the files themselves decide
    // what the user may do.
    return undefined;
  } finally {
    await close(connection);
  }
}

async function take(file: string, pid: number): Promise<BoardLock> {
  const connection = await open(file);
  let isHeld = false;
  try {
    await run(connection, `PRAGMA busy_timeout = ${PATIENCE_MS}`);
    // Readers see only committed rows, so the process id is committed first, and the lock taken
    // again: a process that came between has written its own id, and keeps the lock.
    const mark = `${pid}-${randomBytes(8).toString('hex')}`;
    if (await begin(connection)) {
      await run(connection, 'CREATE TABLE IF NOT EXISTS holder (mark TEXT NOT NULL)');
      await run(connection, 'DELETE FROM holder');
      await run(connection, `INSERT INTO holder VALUES ('${mark}')`);
      await run(connection, 'COMMIT');
      isHeld = (await begin(connection)) && (await readMark(connection)) === mark;
    }
    if (isHeld) return { kind: 'taken', release: () => close(connection) };
    return { kind: 'held', pid: await readPid(connection) };
  } finally {
    if (!isHeld) await close(connection);
  }
}

function open(file: string): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const connection: Connection = new Connection(file, (error) =>
      error === null ? resolve(connection) : reject(error),
    );
  });
}

/** False when another connection holds the lock. */
async function begin(connection: Connection): Promise<boolean> {
  try {
    await run(connection, 'BEGIN IMMEDIATE');
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'SQLITE_BUSY') return false;
    throw error;
  }
}

async function readPid(connection: Connection): Promise<number | undefined> {
  const pid = Number.parseInt((await readMark(connection)) ?? '', 10);
  return Number.isNaN(pid) ? undefined : pid;
}

/** Undefined until the first board has written it. */
function readMark(connection: Connection): Promise<string | undefined> {
  return new Promise((resolve) => {
    connection.get<{ mark: string } | undefined>('SELECT mark FROM holder', (error, row) =>
      resolve(error === null ? row?.mark : undefined),
    );
  });
}

function run(connection: Connection, statement: string): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.run(statement, (error) => (error === null ? resolve() : reject(error)));
  });
}

/** Closes the connection, which ends the transaction. */
function close(connection: Connection): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.close((error) => (error === null ? resolve() : reject(error)));
  });
}
