import type { Clock } from '../base/clock';
import type { Log } from '../base/log';
import { SourceCounter } from '../base/source-counter';
import { addAudit } from '../store/audit';
import type { Database } from '../store/database';
import type { Notifier, NoticeResult } from '../store/notice';

/** A letter to the sysop from a caller who is not signed in: all of it is what he typed. */
export interface FeedbackLetter {
  readonly from: string;
  readonly subject: string;
  readonly text: string;
}

export interface FeedbackOrigin {
  readonly server: string;
  readonly remoteIp: string;
  readonly node: number;
}

/** Takes letters for the sysop from people who cannot sign in. */
export interface FeedbackBox {
  send(letter: FeedbackLetter, origin: FeedbackOrigin): Promise<NoticeResult>;
}

/** Letters per source and day; how many the sysop gets in all is the notifier's to limit. */
const MOST_PER_SOURCE = 5;
const DAY_MS = 24 * 3600_000;

export function createFeedbackBox(parts: {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly notifier: Notifier;
}): FeedbackBox {
  const { db, clock, log, notifier } = parts;
  const letters = new SourceCounter(clock, DAY_MS);
  return {
    async send(letter, origin) {
      const { remoteIp, server, node } = origin;
      if (letters.count(remoteIp, MOST_PER_SOURCE) !== undefined) {
        log.warn('feedback-refused', { remoteIp });
        return 'too-many';
      }
      const result = await db.transaction(async (sql) => {
        const from = `${letter.from} [${server} ${remoteIp}]`;
        const queued = await notifier.notify(sql, { kind: 'feedback', userId: 0, ...letter, from });
        await addAudit(sql, {
          atMs: clock.nowMs(),
          ...{ node, server },
          source: remoteIp,
          userId: undefined,
          factor: 0,
          kind: 'feedback',
          result: 'done',
          reason: queued,
        });
        return queued;
      });
      log.info('feedback', { remoteIp, outcome: result });
      return result;
    },
  };
}
