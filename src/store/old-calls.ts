import { existsSync } from 'node:fs';
import { BbsError, toError } from '../base/errors';
import type { Log } from '../base/log';
import { readDatabase, type Database, type Sql } from './database';
import { selectRows } from './dialect';

/** Calls that an older system recorded were made by no way in that is here, from no known place. */
export const OLD_CALL_SERVER = '';

/** Of a longer history the newest: lists show far fewer, and the total does not come from the rows. */
const MOST_CALLS = 10_000;
/** Few enough for a statement of any database. */
const AT_ONCE = 100;
/** The row of `tally` that says that the history was taken over. */
const DONE = 'old-calls';

interface OldCall {
  readonly userId: number;
  readonly atMs: number;
}

interface OldHistory {
  /** Newest first. */
  readonly calls: readonly OldCall[];
  /** How many there ever were. */
  readonly total: number;
}

/**
 * Takes over the history of calls that ENiGMA½ keeps in `system.sqlite3`, once, where that lies beside
 * the user database: who called last, and how many calls there ever were. A file that cannot be read is
 * logged and tried again at the next start. Returns the calls that were taken over.
 */
export async function adoptCalls(parts: {
  readonly db: Database;
  /** `system.sqlite3`, which may not be there. */
  readonly file: string;
  readonly log: Log;
}): Promise<number> {
  const { db, file, log } = parts;
  if (!existsSync(file)) return 0;
  if (await db.run(isDone)) return 0;
  let history: OldHistory;
  try {
    history = await readDatabase({ file, log }, readHistory);
  } catch (error) {
    // Calls of old are decoration: without them the board opens all the same.
    const reason = error instanceof BbsError ? error.message : toError(error).message;
    log.warn('calls.not-adopted', { file, reason });
    return 0;
  }
  const adopted = await db.transaction('board', (sql) => writeHistory(sql, history));
  log.info('calls.adopted', { adopted, total: history.total });
  return adopted;
}

/** `user_login_history` of the event log and `login_count` of the figures (contract A1.2). */
async function readHistory(sql: Sql): Promise<OldHistory> {
  const rows: readonly { readonly timestamp: unknown; readonly log_value: unknown }[] = await sql(
    'system_event_log',
  )
    .where({ log_name: 'user_login_history' })
    .orderBy('id', 'desc')
    .limit(MOST_CALLS)
    .select('timestamp', 'log_value');
  const counted: { readonly stat_value: unknown } | undefined = await sql('system_stat')
    .where({ stat_name: 'login_count' })
    .first('stat_value');
  const calls = rows.flatMap(({ timestamp, log_value: value }) => {
    const userId = userIdOf(String(value));
    const atMs = Date.parse(String(timestamp));
    return userId === undefined || Number.isNaN(atMs) ? [] : [{ userId, atMs }];
  });
  const count = Math.trunc(Number(counted?.stat_value ?? 0));
  return { calls, total: Math.max(calls.length, isCount(count) ? count : 0) };
}

/** The account's number alone, or JSON with it. */
function userIdOf(value: string): number | undefined {
  let id: unknown = Number(value);
  if (value.trim().startsWith('{')) {
    try {
      id = Number((JSON.parse(value) as { readonly userId?: unknown }).userId);
    } catch {
      return undefined;
    }
  }
  return isCount(id) && id > 0 ? id : undefined;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) < 2 ** 31;
}

async function isDone(sql: Sql): Promise<boolean> {
  return (await sql('tally').where({ name: DONE }).first('total')) !== undefined;
}

async function writeHistory(sql: Sql, { calls, total }: OldHistory): Promise<number> {
  // Another process may have been first.
  if (await isDone(sql)) return 0;
  const people: readonly { readonly id: number; readonly user_name: string }[] = await sql(
    'user',
  ).select('id', 'user_name');
  const names = new Map(people.map(({ id, user_name: name }) => [id, name]));
  const known = calls.filter(({ userId }) => names.has(userId));
  await moveUp(sql, total);
  // Ids count the calls: the newest of old comes before the first one here.
  const rows = known.map(({ userId, atMs }, at) => ({
    ...{ id: total - at, user_id: userId, user_name: names.get(userId) ?? '' },
    ...{ session_id: `old-${total - at}`, node: 0, server: OLD_CALL_SERVER, source: '' },
    ...{ started_at: atMs, ended_at: atMs },
  }));
  for (let from = 0; from < rows.length; from += AT_ONCE)
    await sql('call').insert(rows.slice(from, from + AT_ONCE));
  await sql('tally').insert({ name: DONE, total: known.length });
  return known.length;
}

/** Calls that were made here already come after all of the old ones. */
async function moveUp(sql: Sql, total: number): Promise<void> {
  // By way of negative numbers, so that no row meets another one on its way.
  await selectRows(sql, 'update "call" set id = -id - ?', [total]);
  await selectRows(sql, 'update "call" set id = -id', []);
}
