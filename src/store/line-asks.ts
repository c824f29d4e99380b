import type { Sql } from './database';

/** A call that is asked for a code in place of the password: the account or name, and the number of the code. */
export interface LineAsk {
  /** As attempts are charged: `accountSubject` or `nameSubject`. */
  readonly subject: string;
  /** 0 where no number was free. */
  readonly number: number;
}

/** What this call is asked for, and how many others are asked for the same name now. */
export async function findLineAsk(
  sql: Sql,
  sessionId: string,
  timelineMs: number,
): Promise<(LineAsk & { readonly others: number }) | undefined> {
  const row = (await sql('line_ask')
    .where({ session_id: sessionId })
    .andWhere('until_at', '>', timelineMs)
    .first('subject', 'number')) as { subject: string; number: number } | undefined;
  if (row === undefined) return undefined;
  const { subject } = row;
  const taken = await listAskedNumbers(sql, { subject, exceptSession: sessionId, timelineMs });
  return { subject, number: Number(row.number), others: taken.length };
}

/** Numbers that other calls are asked for now with the same name. */
export async function listAskedNumbers(
  sql: Sql,
  query: {
    readonly subject: string;
    readonly exceptSession: string;
    readonly timelineMs: number;
  },
): Promise<readonly number[]> {
  return sql('line_ask')
    .where({ subject: query.subject })
    .andWhere('until_at', '>', query.timelineMs)
    .whereNot({ session_id: query.exceptSession })
    .pluck<number[]>('number');
}

/** Writes what a call is asked for, in place of what it was asked for before. */
export async function writeLineAsk(
  sql: Sql,
  ask: LineAsk & {
    readonly sessionId: string;
    readonly timelineMs: number;
    readonly untilMs: number;
  },
): Promise<void> {
  const { subject, number, sessionId } = ask;
  await removeLineAsk(sql, sessionId);
  // Those of calls that ended with their process.
  await sql('line_ask').where('until_at', '<=', ask.timelineMs).delete();
  await sql('line_ask').insert({ session_id: sessionId, subject, number, until_at: ask.untilMs });
}

export async function removeLineAsk(sql: Sql, sessionId: string): Promise<void> {
  await sql('line_ask').where({ session_id: sessionId }).delete();
}
