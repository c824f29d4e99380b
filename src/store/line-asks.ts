import type { Sql } from './database';

/** A call that is asked for a code in place of the password: the account or name, and the number of the code. */
interface LineAsk {
  /** As attempts are charged: `accountSubject` or `nameSubject`. */
  readonly subject: string;
  /** 0 where no number was free. */
  readonly number: number;
  /** Where the call is from, as its attempts are counted. */
  readonly source: string;
  /** True where the account was signed in to from there of late. */
  readonly isKnownPlace: boolean;
}

/** A question with what was typed in answer to it. */
interface OpenLineAsk extends LineAsk {
  /** Keyed hashes of the first digits of each answer that was begun. */
  readonly typed: readonly string[];
}

interface Others {
  readonly subject: string;
  readonly exceptSession: string;
  readonly timelineMs: number;
}

/** What this call is asked for. */
export async function findLineAsk(
  sql: Sql,
  sessionId: string,
  timelineMs: number,
): Promise<OpenLineAsk | undefined> {
  const [row] = await sql('line_ask')
    .where({ session_id: sessionId })
    .andWhere('until_at', '>', timelineMs)
    .select<readonly LineAskRow[]>(COLUMNS);
  return row && toLineAsk(row);
}

/** What other calls are asked for now with the same name. */
export async function listOtherAsks(sql: Sql, others: Others): Promise<readonly OpenLineAsk[]> {
  const rows = await sql('line_ask')
    .where({ subject: others.subject })
    .andWhere('until_at', '>', others.timelineMs)
    .whereNot({ session_id: others.exceptSession })
    .select<readonly LineAskRow[]>(COLUMNS);
  return rows.map(toLineAsk);
}

/** Writes what a call is asked for, in place of what it was asked for before. */
export async function writeLineAsk(
  sql: Sql,
  ask: OpenLineAsk & {
    readonly sessionId: string;
    readonly timelineMs: number;
    readonly untilMs: number;
  },
): Promise<void> {
  const { subject, number, sessionId, source } = ask;
  await removeLineAsk(sql, sessionId);
  // Those of calls that ended with their process.
  await sql('line_ask').where('until_at', '<=', ask.timelineMs).delete();
  await sql('line_ask').insert({
    ...{ session_id: sessionId, subject, number, source, until_at: ask.untilMs },
    ...{ known: ask.isKnownPlace ? 1 : 0, typed: ask.typed.join(' ') },
  });
}

/** Adds what was begun to be typed to the question of a call, while that lasts. */
export async function addTyped(sql: Sql, sessionId: string, hash: string): Promise<void> {
  await sql('line_ask')
    .where({ session_id: sessionId })
    .update({ typed: sql.raw("typed || ' ' || cast(? as varchar(64))", [hash]) });
}

export async function removeLineAsk(sql: Sql, sessionId: string): Promise<void> {
  await sql('line_ask').where({ session_id: sessionId }).delete();
}

const COLUMNS = ['subject', 'number', 'source', 'known', 'typed'] as const;

interface LineAskRow {
  readonly subject: string;
  readonly number: number;
  readonly source: string;
  readonly known: number;
  readonly typed: string;
}

function toLineAsk({ subject, number, source, known, typed }: LineAskRow): OpenLineAsk {
  return {
    ...{ subject, number: Number(number), source, isKnownPlace: Number(known) === 1 },
    typed: typed.split(' ').filter((hash) => hash !== ''),
  };
}
