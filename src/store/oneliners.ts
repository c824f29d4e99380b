import { existsSync } from 'node:fs';
import { BbsError, toError } from '../base/errors';
import type { Log } from '../base/log';
import { readDatabase, type Database, type Sql } from './database';

/** One line that an account wrote on the wall of the board; it goes with its account. */
export interface Oneliner {
  readonly userId: number;
  readonly text: string;
  readonly writtenAtMs: number;
}

/** Older lines go when a new one comes. */
const MOST_KEPT = 250;

type Stored = Readonly<Record<string, unknown>>;

/** Adds a line and keeps the newest. */
export async function addOneliner(
  sql: Sql,
  { userId, text, writtenAtMs }: Oneliner,
): Promise<void> {
  await sql('oneliner').insert({ user_id: userId, text, written_at: writtenAtMs });
  const newest = await sql('oneliner').max<{ id: number }[]>({ id: 'id' }).first();
  await sql('oneliner')
    .where('id', '<=', Number(newest?.id ?? 0) - MOST_KEPT)
    .delete();
}

/** A line with the number by which the sysop names it. */
interface StoredOneliner extends Oneliner {
  readonly id: number;
}

/** The newest lines, the last one at the end. */
export async function listOneliners(sql: Sql, most: number): Promise<readonly StoredOneliner[]> {
  const rows = (await sql('oneliner').orderBy('id', 'desc').limit(most)) as readonly Stored[];
  return [...rows].reverse().map((row) => ({
    id: Number(row['id']),
    userId: Number(row['user_id']),
    text: String(row['text']),
    writtenAtMs: Number(row['written_at']),
  }));
}

/** Removes a line; undefined where there is none of this number. */
export async function removeOneliner(sql: Sql, id: number): Promise<Oneliner | undefined> {
  const found = (await sql('oneliner').where({ id }).first()) as Stored | undefined;
  if (found === undefined) return undefined;
  await sql('oneliner').where({ id }).delete();
  return {
    userId: Number(found['user_id']),
    text: String(found['text']),
    writtenAtMs: Number(found['written_at']),
  };
}

/** The database in which ENiGMA½ keeps its one-liners, by the name of the module there. */
export const OLD_ONELINERS = 'codes.l33t.enigma.onelinerz.sqlite3';

/** The row of `tally` that says that the lines were taken over. */
const DONE = 'old-oneliners';

/**
 * Takes over the one-liners of ENiGMA½, once, where their database lies beside the user database: those of accounts
 * that are here, before all that were written here. A file that cannot be read is logged and tried again at the
 * next start. Returns how many were taken over.
 */
export async function adoptOneliners(parts: {
  readonly db: Database;
  /** The database, which may not be there. */
  readonly file: string;
  readonly log: Log;
  /** A line as it may be shown. */
  readonly clean: (text: string) => string;
}): Promise<number> {
  const { db, file, log, clean } = parts;
  if (!existsSync(file) || (await db.run(isDone))) return 0;
  let lines: readonly Stored[];
  try {
    lines = await readDatabase({ file, log }, (sql) =>
      sql('onelinerz')
        .orderBy('id', 'desc')
        .limit(MOST_KEPT)
        .select<Stored[]>('user_id', 'oneliner', 'timestamp'),
    );
  } catch (error) {
    const reason = error instanceof BbsError ? error.message : toError(error).message;
    log.warn('oneliners.not-adopted', { file, reason });
    return 0;
  }
  const adopted = await db.transaction('board', (sql) =>
    writeOld(sql, lines.map(toOneliner(clean))),
  );
  log.info('oneliners.adopted', { adopted });
  return adopted;
}

function toOneliner(clean: (text: string) => string): (row: Stored) => Oneliner {
  return (row) => ({
    userId: Number(row['user_id']),
    text: clean(String(row['oneliner'] ?? '')),
    writtenAtMs: Date.parse(String(row['timestamp'])),
  });
}

async function isDone(sql: Sql): Promise<boolean> {
  return (await sql('tally').where({ name: DONE }).first('total')) !== undefined;
}

/** Writes lines, the newest first, below the numbers of those that are there. */
async function writeOld(sql: Sql, lines: readonly Oneliner[]): Promise<number> {
  if (await isDone(sql)) return 0;
  const people = new Set((await sql('user').pluck<number[]>('id')).map(Number));
  const known = lines.filter(
    ({ userId, text, writtenAtMs }) =>
      people.has(userId) && text !== '' && Number.isSafeInteger(writtenAtMs),
  );
  const oldest = await sql('oneliner').min<{ id: number | null }[]>({ id: 'id' }).first();
  const isEmpty = oldest?.id === null || oldest?.id === undefined;
  let id = isEmpty ? known.length + 1 : Number(oldest.id);
  for (const { userId, text, writtenAtMs } of known) {
    id -= 1;
    await sql('oneliner').insert({ id, user_id: userId, text, written_at: writtenAtMs });
  }
  await sql('tally').insert({ name: DONE, total: known.length });
  return known.length;
}
