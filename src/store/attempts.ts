import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import type { Database, Sql } from './database';
import type { Subject } from './dialect';
import { send } from './sending';
import { foldName } from './user-name';

/**
 * The factor of an attempt. Keys are not counted: they cannot be guessed (rule M12). `line`: codes in place of the
 * password, which strangers can guess at; they leave the owner's second factor alone (rule N7).
 */
export type AttemptFactor = 'password' | 'second' | 'line';

/** One count of failures: the account, the factor, and the budget of the source. */
export interface AttemptKey {
  readonly subject: string;
  readonly factor: AttemptFactor;
  /** A source that is known for the account, or '' for everybody else. */
  readonly budget: string;
}

export interface ChargeRule {
  /** Failures before waits begin. */
  readonly free: number;
  readonly firstWaitMs: number;
  readonly mostWaitMs: number;
  /** Failures in all budgets together after which no attempt is checked any more. */
  readonly stopAt?: number;
}

type Charge =
  | { readonly kind: 'charged'; readonly failures: number }
  | { readonly kind: 'wait'; readonly untilMs: number }
  | { readonly kind: 'stopped' };

export function accountSubject(userId: number): string {
  return `u:${userId}`;
}

/**
 * Names that no account has share 2^20 counts: enough that they behave like accounts, few enough
 * that a stranger cannot fill the disk, and too few to recognise the name from the row.
 */
export function nameSubject(name: string): string {
  const digest = createHash('sha256').update(foldName(name)).digest();
  return `n:${digest.readUInt32BE(0) >>> 12}`;
}

/**
 * Counts one attempt before it is looked at, in one conditional statement that is committed when this
 * returns (rule A11). Of any number at once, on any number of processes, `free` get through.
 */
export async function chargeAttempt(
  db: Database,
  key: AttemptKey,
  options: ChargeOptions & { readonly about: Subject },
): Promise<Charge> {
  const { timelineMs } = options;
  // More than once only where the row changed between the statements.
  for (let tries = 0; tries < 3; tries++) {
    const [charged] = await db.runAtLeastOnce<{ readonly failures: number }>(options.about, (sql) =>
      raiseFailures(sql, key, options),
    );
    if (charged !== undefined) return { kind: 'charged', failures: Number(charged.failures) };
    const refused = await db.run((sql) => refusalOf(sql, key, options));
    if (refused !== undefined) return refused;
  }
  return { kind: 'wait', untilMs: timelineMs + 1_000 };
}

export interface ChargeOptions {
  readonly rule: ChargeRule;
  readonly timelineMs: number;
}

/** Why nothing was charged; undefined where nothing forbids it any more. */
async function refusalOf(
  sql: Sql,
  key: AttemptKey,
  { rule, timelineMs }: ChargeOptions,
): Promise<Exclude<Charge, { kind: 'charged' }> | undefined> {
  const stopAt = rule.stopAt ?? Infinity;
  if ((await sumFailures(sql, key.subject, key.factor)) >= stopAt) return { kind: 'stopped' };
  const row = await sql('attempt').where(key).first<{ wait_until: number } | undefined>();
  if (row === undefined || Number(row.wait_until) <= timelineMs) return undefined;
  return { kind: 'wait', untilMs: Number(row.wait_until) };
}

/**
 * Adds one failure to the row of a budget, which is made where it is not there, and returns its failures; no row where
 * a wait or the stop forbids it.
 */
export function raiseFailures(sql: Sql, key: AttemptKey, options: ChargeOptions): Knex.Raw {
  const { rule, timelineMs } = options;
  const { subject, factor, budget } = key;
  const waits = waitSteps(rule);
  const waitUntil = (failures: string): string =>
    `case when ${failures} < ? then cast(0 as bigint) else case ${failures}` +
    ` ${waits.map(() => 'when ? then cast(? as bigint)').join(' ')} else cast(? as bigint) end end`;
  const waitBindings = [
    rule.free,
    ...waits.flatMap((waitMs, step) => [rule.free + step, timelineMs + waitMs]),
    timelineMs + rule.mostWaitMs,
  ];
  return sql.raw(
    'insert into attempt (subject, factor, budget, failures, wait_until, charged_at)' +
      ' select cast(? as varchar(24)), cast(? as varchar(10)), cast(? as varchar(45)), 1,' +
      ` ${waitUntil('1')}, cast(? as bigint)` +
      ' where (select coalesce(sum(failures), 0) from attempt as every where every.subject = ? and every.factor = ?) < ?' +
      ' on conflict (subject, factor, budget) do update set failures = attempt.failures + 1,' +
      ` wait_until = ${waitUntil('attempt.failures + 1')}, charged_at = excluded.charged_at` +
      // No wait is too long to count: to a process whose timeline is behind, those of the others look so.
      ' where attempt.wait_until <= ? returning failures',
    [
      ...[subject, factor, budget, ...waitBindings, timelineMs],
      ...[subject, factor, rule.stopAt ?? Number.MAX_SAFE_INTEGER],
      ...[...waitBindings, timelineMs],
    ],
  );
}

/** 30 s, 60 s, 120 s ... up to the longest wait. */
function waitSteps(rule: ChargeRule): readonly number[] {
  const steps: number[] = [];
  for (let waitMs = rule.firstWaitMs; waitMs < rule.mostWaitMs; waitMs *= 2) steps.push(waitMs);
  return steps.length === 0 ? [rule.mostWaitMs] : steps;
}

/** Takes back a charge that was never checked, or whose credential was right. */
export async function undoCharge(sql: Sql, key: AttemptKey, failures: number): Promise<void> {
  const undone = await sql('attempt')
    .where({ ...key, failures })
    .update({ failures: failures - 1, wait_until: 0 });
  if (undone > 0) return;
  await sql('attempt').where(key).andWhere('failures', '>', 0).decrement('failures', 1);
}

/** Removes failures: of one budget, or of all when none is given. */
export async function clearAttempts(
  sql: Sql,
  key: Pick<AttemptKey, 'subject' | 'factor'> & { readonly budget?: string },
): Promise<void> {
  await send(sql, sql('attempt').where(key).update({ failures: 0, wait_until: 0 }));
}

/** Removes every count of a subject. */
export async function removeAttempts(sql: Sql, subject: string): Promise<void> {
  await sql('attempt').where({ subject }).delete();
}

/** Failures of all budgets together. */
export async function sumFailures(
  sql: Sql,
  subject: string,
  factor: AttemptFactor,
): Promise<number> {
  const row = await sql('attempt')
    .where({ subject, factor })
    .sum<{ sum: number | null }[]>({ sum: 'failures' })
    .first();
  return Number(row?.sum ?? 0);
}

/** Accounts whose failures of all budgets together have reached `stopAt`. */
export async function listStopped(
  sql: Sql,
  options: { readonly factor: AttemptFactor; readonly stopAt: number },
): Promise<readonly number[]> {
  const rows: readonly { subject: string }[] = await sql('attempt')
    .where({ factor: options.factor })
    .andWhere('failures', '>', 0)
    .groupBy('subject')
    .havingRaw('sum(failures) >= ?', [options.stopAt])
    .select('subject');
  return rows.flatMap(({ subject }) => {
    const id = /^u:(\d+)$/.exec(subject)?.[1];
    return id === undefined ? [] : [Number(id)];
  });
}

/** Counts of a subject that make callers wait now. */
export async function listWaits(
  sql: Sql,
  subject: string,
  timelineMs: number,
): Promise<
  readonly (Pick<AttemptKey, 'factor' | 'budget'> & {
    readonly failures: number;
    readonly untilMs: number;
  })[]
> {
  const rows: readonly Record<string, unknown>[] = await sql('attempt')
    .where({ subject })
    .andWhere('wait_until', '>', timelineMs)
    .orderBy('wait_until', 'desc');
  return rows.map((row) => ({
    factor: row['factor'] as AttemptFactor,
    budget: String(row['budget']),
    failures: Number(row['failures']),
    untilMs: Number(row['wait_until']),
  }));
}

/** Drops counts of unknown names that nobody has tried since `beforeMs`. */
export async function pruneAttempts(sql: Sql, beforeMs: number): Promise<number> {
  return (
    sql('attempt')
      // Not a range: what comes between 'n:' and 'n;' depends on the order that a database sorts by.
      .where('subject', 'like', 'n:%')
      .andWhere('charged_at', '<', beforeMs)
      .delete()
  );
}
