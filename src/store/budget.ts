import type { Sql } from './database';

/** Whose share of what: a source, an account, a mailbox, or '' for the whole board. */
export interface BudgetKey {
  readonly kind: string;
  readonly holder: string;
}

export interface BudgetRule {
  readonly most: number;
  readonly spanMs: number;
}

/**
 * Counts one thing, in one conditional statement: false when the budget is spent. The span begins with
 * the first thing that is counted; when it has ended, the next one begins another.
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

/** Gives back what was taken for something that did not happen. */
export async function returnBudget(sql: Sql, key: BudgetKey): Promise<void> {
  await sql('budget').where(key).andWhere('used', '>', 0).decrement('used', 1);
}

/** Counts a refusal; which one it is in this span. */
export async function countRefusal(sql: Sql, key: BudgetKey): Promise<number> {
  const rows: readonly { refused: number }[] = await sql('budget')
    .where(key)
    .update({ refused: sql.raw('refused + 1') }, ['refused']);
  return Number(rows[0]?.refused ?? 0);
}

/** Ended spans, and those that end later than any can: a clock that was wrong began them. */
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

/** Who asks for something that costs others, for the audit. */
interface Spender {
  readonly node?: number | undefined;
  readonly server?: string | undefined;
  readonly remoteIp?: string | undefined;
}

/** What a caller can make the board do. A reset is asked for by name, and mailed where there is an account. */
type Expense =
  | 'application'
  | 'confirm-mail'
  | 'reset-request'
  | 'reset-mail'
  | 'feedback'
  /** From one caller to others who are online. */
  | 'node-message'
  /** Of the sysop, by a caller. */
  | 'page'
  | 'oneliner';

/** Which budget had nothing left. */
export type SpentScope = 'source' | 'board' | 'account' | 'recipient';

/**
 * Counts what callers cause, in the transaction that stores it (rule M5). A refusal takes nothing.
 */
export interface Budgets {
  /** undefined when all budgets had room, and have one place less now. */
  take(sql: Sql, spend: Spend): Promise<SpentScope | undefined>;
  /** Takes back what `take` counted, for something that did not happen. */
  giveBack(sql: Sql, spend: Spend): Promise<void>;
  /** Counts a refusal, whose transaction may have been rolled back, and puts it on record. */
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
