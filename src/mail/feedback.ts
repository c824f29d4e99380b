import type { Clock } from '../base/clock';
import type { Log } from '../base/log';
import { labelOfWay } from '../protocols/ways-in';
import { addAudit } from '../store/audit';
import type { Budgets } from '../store/budget';
import type { Database } from '../store/database';
import type { Notifier, NoticeResult } from '../store/notice';

/** A letter to the sysop from a caller. */
interface FeedbackLetter {
  readonly from: string;
  readonly subject: string;
  readonly text: string;
  /** The account of a caller who is fully signed in; without it even the name is only what was typed. */
  readonly accountId?: number;
}

interface FeedbackOrigin {
  readonly server: string;
  readonly remoteIp: string;
  readonly node: number;
}

/** Accepts letters to the sysop, above all from people who cannot sign in. */
export class FeedbackBox {
  constructor(
    private readonly parts: {
      readonly db: Database;
      readonly clock: Clock;
      readonly log: Log;
      readonly notifier: Notifier;
      readonly budgets: Budgets;
    },
  ) {}

  async send(letter: FeedbackLetter, origin: FeedbackOrigin): Promise<NoticeResult> {
    const { db, clock, log, notifier, budgets } = this.parts;
    const { remoteIp, server, node } = origin;
    const result = await db.transaction('board', async (sql): Promise<NoticeResult> => {
      const { accountId: userId, ...typed } = letter;
      const spend = { expense: 'feedback', spender: origin, userId } as const;
      const spent = await budgets.take(sql, spend);
      if (spent !== undefined) {
        await budgets.recordRefusal(sql, spend, spent);
        return 'too-many';
      }
      const from = `${letter.from} [${labelOfWay(server)} ${remoteIp}]`;
      const queued = await notifier.notify(sql, {
        ...{ kind: 'feedback', userId: 0, ...typed, from },
        ...(userId === undefined ? {} : { accountId: userId }),
      });
      await addAudit(sql, {
        atMs: clock.nowMs(),
        ...{ node, server },
        source: remoteIp,
        userId,
        factor: 0,
        kind: 'feedback',
        result: 'done',
        reason: queued,
      });
      return queued;
    });
    log.info('feedback.stored', { remoteIp, outcome: result });
    return result;
  }
}
