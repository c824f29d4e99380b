import type { Sql } from './database';
import { OLD_CALL_SERVER } from './old-calls';
import { send } from './sending';

/** One complete sign-in; a caller who stopped at the second factor has none (rule J2). */
export interface Call {
  readonly id: number;
  readonly userId: number;
  readonly userName: string;
  readonly sessionId: string;
  readonly node: number;
  readonly server: string;
  readonly source: string;
  readonly startedAtMs: number;
  readonly endedAtMs: number | undefined;
}

type Stored = Readonly<Record<string, unknown>>;

/** Adds a call and keeps the newest `keep`, or all where that is negative. */
export async function addCall(
  sql: Sql,
  call: Omit<Call, 'id' | 'endedAtMs'>,
  keep: number,
): Promise<void> {
  const row = {
    user_id: call.userId,
    user_name: call.userName,
    session_id: call.sessionId,
    node: call.node,
    server: call.server,
    source: call.source,
    started_at: call.startedAtMs,
  };
  await send(sql, sql('call').insert(row));
  if (keep < 0) return;
  // Counted by rows: ids have gaps where a transaction took one and was rolled back.
  const newest = sql('call').orderBy('id', 'desc').limit(1).offset(keep).select('id');
  await send(sql, sql('call').where('id', '<=', newest).delete());
}

/** Records the end of a call; a second end changes nothing. */
export async function endCall(sql: Sql, sessionId: string, nowMs: number): Promise<void> {
  await sql('call')
    .where({ session_id: sessionId })
    .whereNull('ended_at')
    .update({ ended_at: nowMs });
}

/** Records the end of a call of this account; false where it has none of this session that is open. */
export async function endCallOf(
  sql: Sql,
  call: { readonly userId: number; readonly sessionId: string; readonly nowMs: number },
): Promise<boolean> {
  const ended = await sql('call')
    .where({ user_id: call.userId, session_id: call.sessionId })
    .whereNull('ended_at')
    .update({ ended_at: call.nowMs });
  return ended > 0;
}

/** The newest call of an account from one place. */
export async function findCallFrom(
  sql: Sql,
  userId: number,
  source: string,
): Promise<Call | undefined> {
  const row: Stored | undefined = await sql('call')
    .where({ user_id: userId, source })
    .orderBy('id', 'desc')
    .first();
  return row === undefined ? undefined : toCall(row);
}

/** True for a session whose call is over. */
export async function hasEnded(sql: Sql, sessionId: string): Promise<boolean> {
  const row: Stored | undefined = await sql('call')
    .where({ session_id: sessionId })
    .whereNotNull('ended_at')
    .first('id');
  return row !== undefined;
}

/** Newest first, of everybody; or of one account, without those whose place an older system did not keep. */
export async function listCalls(
  sql: Sql,
  query: { readonly limit: number; readonly userId?: number },
): Promise<readonly Call[]> {
  const rows = sql('call').limit(query.limit);
  // Each in the order of an index, so that no more rows are read than are returned.
  if (query.userId === undefined) void rows.orderBy('id', 'desc');
  else {
    void rows
      .where({ user_id: query.userId })
      .whereNot({ server: OLD_CALL_SERVER })
      .orderBy('started_at', 'desc');
  }
  return ((await rows) as readonly Stored[]).map(toCall);
}

/** Number of calls that began at or after `sinceMs`; of all calls ever when it is absent. */
export async function countCalls(sql: Sql, sinceMs?: number): Promise<number> {
  if (sinceMs === undefined) {
    // Ids rise by one: the newest counts the calls without reading them.
    const newest = await sql('call').max<{ id: number | null }[]>({ id: 'id' }).first();
    return Number(newest?.id ?? 0);
  }
  const row = await sql('call')
    .where('started_at', '>=', sinceMs)
    .count<{ count: number }[]>({ count: '*' })
    .first();
  return Number(row?.count ?? 0);
}

function toCall(row: Stored): Call {
  return {
    id: Number(row['id']),
    userId: Number(row['user_id']),
    userName: String(row['user_name']),
    sessionId: String(row['session_id']),
    node: Number(row['node']),
    server: String(row['server']),
    source: String(row['source']),
    startedAtMs: Number(row['started_at']),
    endedAtMs: row['ended_at'] === null ? undefined : Number(row['ended_at']),
  };
}
