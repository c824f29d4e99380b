import { createHash } from 'node:crypto';
import type { Clock } from '../base/clock';
import type { Log } from '../base/log';
import { mailboxOf } from '../base/mail-address';
import { ConfiguredNetworks, sourceOf } from '../base/source';
import type { Config } from '../config/schema';
import { addAudit } from '../store/audit';
import { countRefusal, returnBudget, takeBudget } from '../store/budget';
import type { BudgetKey, BudgetRule, Budgets, Spend, SpentScope } from '../store/budget';
import type { Sql } from '../store/database';

const MINUTE_MS = 60_000;
const HOUR_MS = 3600_000;
const DAY_MS = 24 * HOUR_MS;

/** Confirmation mails a day to an address that callers entered (rule M5). */
const MAX_PER_RECIPIENT = 1;

/** Limits of one account (rule M5), which the configuration does not change. */
const PER_ACCOUNT: Readonly<Partial<Record<Spend['expense'], BudgetRule>>> = {
  'confirm-mail': { most: 3, spanMs: HOUR_MS },
  'recovery-link': { most: 3, spanMs: DAY_MS },
  feedback: { most: 5, spanMs: DAY_MS },
  'node-message': { most: 10, spanMs: MINUTE_MS },
  page: { most: 1, spanMs: 5 * MINUTE_MS },
  oneliner: { most: 10, spanMs: HOUR_MS },
};

interface Limit {
  readonly scope: SpentScope;
  readonly key: BudgetKey;
  readonly rule: BudgetRule;
}

interface BudgetsOptions {
  readonly config: () => Config;
  readonly clock: Clock;
  readonly log: Log;
  /**
   * True for sources without limits of their own (security.exemptNetworks); other budgets count
   * them too.
   */
  readonly isExempt?: (ip: string) => boolean;
}

/** The budgets that the configuration sets, counted in the store. */
export class StoredBudgets implements Budgets {
  private readonly proxies: ConfiguredNetworks;

  constructor(private readonly parts: BudgetsOptions) {
    this.proxies = new ConfiguredNetworks('proxies', () => parts.config().proxies);
  }

  async take(sql: Sql, spend: Spend): Promise<SpentScope | undefined> {
    const timelineMs = this.parts.clock.timelineMs();
    const taken: BudgetKey[] = [];
    for (const { scope, key, rule } of this.limitsOf(spend)) {
      if (await takeBudget(sql, key, { rule, timelineMs })) {
        taken.push(key);
        continue;
      }
      for (const other of taken) await returnBudget(sql, other);
      return scope;
    }
    return undefined;
  }

  async giveBack(sql: Sql, spend: Spend): Promise<void> {
    for (const { key } of this.limitsOf(spend)) await returnBudget(sql, key);
  }

  async recordRefusal(sql: Sql, spend: Spend, scope: SpentScope): Promise<void> {
    const { clock, log } = this.parts;
    const limit = this.limitsOf(spend).find((each) => each.scope === scope);
    if (limit === undefined) return;
    const refusals = await countRefusal(sql, limit.key);
    // One row for each power of ten: a row for each refusal would let a flood fill the disk.
    if (!isPowerOfTen(refusals)) return;
    const { spender, expense, userId } = spend;
    const reason = `${expense}, ${scope}, refusal ${refusals}`;
    await addAudit(sql, {
      atMs: clock.nowMs(),
      node: spender.node ?? 0,
      server: spender.server ?? 'system',
      source: spender.remoteIp ?? '',
      userId,
      factor: 0,
      kind: 'budget',
      result: 'rejected',
      reason,
    });
    log.warn('budget.spent', { remoteIp: spender.remoteIp, expense, scope, refusals });
  }

  /** The board's budget is the first: once it is spent, no rows are added for the others. */
  private limitsOf(spend: Spend): readonly Limit[] {
    const { expense, spender, userId, recipient } = spend;
    const { remoteIp } = spender;
    const { perHour, perSourceAndDay } = this.ratesOf(expense);
    const limits: Limit[] = [];
    const add = (scope: SpentScope, limit: BudgetKey & BudgetRule): void => {
      const { kind, holder, most, spanMs } = limit;
      limits.push({ scope, key: { kind, holder }, rule: { most, spanMs } });
    };
    if (perHour !== undefined) {
      add('board', { kind: expense, holder: '', most: perHour, spanMs: HOUR_MS });
    }
    const counted = remoteIp !== undefined && !this.isExempt(remoteIp);
    // A letter of somebody who is signed in counts for the account alone.
    const byAccount = expense === 'feedback' && userId !== undefined;
    if (perSourceAndDay !== undefined && counted && !byAccount) {
      const holder = sourceOf(remoteIp);
      add('source', { kind: expense, holder, most: perSourceAndDay, spanMs: DAY_MS });
    }
    const rule = PER_ACCOUNT[expense];
    if (rule !== undefined && userId !== undefined) {
      add('account', { kind: expense, holder: `u:${userId}`, ...rule });
    }
    if (recipient !== undefined) {
      // Hashed, so that the table does not list addresses.
      const holder = createHash('sha256').update(mailboxOf(recipient)).digest('hex');
      add('recipient', { kind: 'recipient', holder, most: MAX_PER_RECIPIENT, spanMs: DAY_MS });
    }
    return limits;
  }

  /** Callers whom no proxy names have its address, and a limit also where that is exempt (rule G3). */
  private isExempt(remoteIp: string): boolean {
    return this.parts.isExempt?.(remoteIp) === true && !this.proxies.has(remoteIp);
  }

  private ratesOf(expense: Spend['expense']): {
    readonly perHour?: number;
    readonly perSourceAndDay?: number;
  } {
    const { applications, confirmMails, resetMails, feedback } =
      this.parts.config().security.budgets;
    switch (expense) {
      case 'application':
        return applications;
      case 'confirm-mail':
        return confirmMails;
      case 'reset-request':
        return { perSourceAndDay: resetMails.perSourceAndDay };
      case 'reset-mail':
        return { perHour: resetMails.perHour };
      case 'recovery-link':
        return resetMails;
      case 'feedback':
        return feedback;
      case 'node-message':
      case 'page':
      case 'oneliner':
        return {};
    }
  }
}

function isPowerOfTen(count: number): boolean {
  return /^10*$/.test(String(count));
}
