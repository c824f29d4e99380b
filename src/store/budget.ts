import type { Sql } from './database';

/** Key of a budget; `holder` is a source, an account, a mailbox, or '' for the whole board. */
export interface BudgetKey {
  readonly kind: string;
  readonly holder: string;
}

export interface BudgetRule {
  readonly most: number;
  readonly spanMs: number;
}

/**
 * Counts one use in one conditional statement; false when the budget is spent. A span begins with
 * its first use and lasts `rule.spanMs`.
 */
export async function takeBudget(
  sql: Sql,
  key: BudgetKey,
  options: { readonly rule: BudgetRule; readonly timelineMs: number },
): Promise<boolean> {
  const { rule, timelineMs } = options;
  await pruneBudgets(sql, options);
  const taken: readonly unknown[] = await sql('budget')
    .insert({ ...key, used: 1, refused: 0, ends_at: timelineMs + rule.spanMs })
    .onConflict(['kind', 'holder'])
    .merge({ used: sql.raw('budget.used + 1') })
    .where('budget.used', '<', rule.most)
    .returning('used');
  return taken.length === 1;
}

/** Takes back one use, for something that did not happen. */
export async function returnBudget(sql: Sql, key: BudgetKey): Promise<void> {
  await sql('budget').where(key).andWhere('used', '>', 0).decrement('used', 1);
}

/** Counts a refusal and returns its number within the span. */
export async function countRefusal(sql: Sql, key: BudgetKey): Promise<number> {
  const rows: readonly { refused: number }[] = await sql('budget')
    .where(key)
    .update({ refused: sql.raw('refused + 1') }, ['refused']);
  return Number(rows[0]?.refused ?? 0);
}

/** Removes ended spans, and spans that end too late, which a wrong clock has begun. */
async function pruneBudgets(
  sql: Sql,
  { timelineMs, rule }: { readonly timelineMs: number; readonly rule: BudgetRule },
): Promise<void> {
  const longestMs = Math.max(rule.spanMs, MAX_SPAN_MS);
  await sql('budget').where('ends_at', '<=', timelineMs).delete();
  await sql('budget')
    .where('ends_at', '>', timelineMs + longestMs)
    .delete();
}

const MAX_SPAN_MS = 24 * 3600_000;

/** The caller who requests an expense, for the audit. */
interface Spender {
  readonly node?: number | undefined;
  readonly server?: string | undefined;
  readonly remoteIp?: string | undefined;
}

/** What a caller can make the board do; `reset-mail` is counted only where the named account exists. */
export type Expense =
  | 'application'
  | 'confirm-mail'
  | 'reset-request'
  | 'reset-mail'
  /** To the owner of a lost second factor. */
  | 'recovery-link'
  | 'feedback'
  /** From one caller to others who are online. */
  | 'node-message'
  /** Of the sysop, by a caller. */
  | 'page'
  | 'oneliner';

/** The budget that was spent. */
export type SpentScope = 'source' | 'board' | 'account' | 'recipient';

/**
 * Counts what callers cause, in the transaction that stores it (rule M5). A refusal takes nothing.
 */
export interface Budgets {
  /** Counts one use in every budget concerned; returns the first spent one, then nothing is counted. */
  take(sql: Sql, spend: Spend): Promise<SpentScope | undefined>;
  /** Takes back what `take` counted, for something that did not happen. */
  giveBack(sql: Sql, spend: Spend): Promise<void>;
  /** Counts and records a refusal, whose own transaction may have been rolled back. */
  recordRefusal(sql: Sql, spend: Spend, scope: SpentScope): Promise<void>;
}

export interface Spend {
  readonly expense: Expense;
  readonly spender: Spender;
  /** The account that mails are about. */
  readonly userId?: number | undefined;
  /** The address of somebody who may not have asked for it. */
  readonly recipient?: string | undefined;
}
