import type { Clock } from '../../base/clock';
import { addAudit } from '../../store/audit';
import type { Budgets } from '../../store/budget';
import type { Database } from '../../store/database';
import { addOneliner } from '../../store/oneliners';
import type { User } from '../../store/users';
import { sanitizeUserText } from '../../terminal/untrusted';
import type { Caller } from './caller';

/** Most letters of a one-liner, whatever a menu allows. */
const MAX_CHARACTERS = 120;

/** What callers write for all to read: how often, how long, and the record of it. */
export class Wall {
  constructor(
    private readonly parts: {
      readonly db: Pick<Database, 'transaction'>;
      readonly clock: Clock;
      readonly budgets: Budgets;
    },
  ) {}

  /** Adds a line within the budget of its writer. */
  async write(
    writer: { readonly caller: Caller; readonly user: User },
    typed: string,
  ): Promise<'written' | 'empty' | 'too-many'> {
    const text = onelinerText(typed);
    if (text === '') return 'empty';
    const { db, clock, budgets } = this.parts;
    const { node, server, remoteIp, log } = writer.caller;
    const userId = writer.user.id;
    const spend = { expense: 'oneliner', spender: { node, server, remoteIp }, userId } as const;
    const result = await db.transaction({ account: userId }, async (sql) => {
      const spent = await budgets.take(sql, spend);
      if (spent !== undefined) {
        await budgets.recordRefusal(sql, spend, spent);
        return 'too-many';
      }
      const atMs = clock.nowMs();
      await addOneliner(sql, { userId, text, writtenAtMs: atMs });
      await addAudit(sql, {
        ...{ atMs, node, server, source: remoteIp, userId },
        ...{ factor: 0, kind: 'oneliner', result: 'done', reason: '' },
      });
      return 'written';
    });
    log.info('oneliner.stored', { outcome: result });
    return result;
  }
}

/** What a caller typed, as it stands on the wall: one line of plain text, so long and no longer. */
export function onelinerText(typed: string): string {
  return [...sanitizeUserText(typed, 'utf8')].slice(0, MAX_CHARACTERS).join('').trim();
}
