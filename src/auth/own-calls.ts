import { sourceOf } from '../base/source';
import type { Clock } from '../base/clock';
import type { Log } from '../base/log';
import { addAccountEvent } from '../store/account-events';
import { type Call, endCallOf, listCalls } from '../store/calls';
import type { Database } from '../store/database';
import type { Notifier } from '../store/notice';
import { removePassword } from '../store/passwords';
import { removeSheet } from '../store/sheets';
import { replaceSources } from '../store/sources';
import { getUser } from '../store/users';
import { type Actor, endLinks, recordChange } from './account-change';
import { isOfProgram } from './own-accounts';

interface OwnCallsOptions {
  readonly db: Pick<Database, 'run' | 'transaction'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly notifier?: Notifier;
  /** Called after a commit that ends calls, so that those of this process end at once. */
  readonly changed?: () => void;
}

/** A caller who acts on the calls of the own account. */
type Caller = Actor & { readonly sessionId: string; readonly remoteIp: string };

/** The calls of an account, for its owner. */
export class OwnCalls {
  constructor(private readonly parts: OwnCallsOptions) {}

  /** The newest first, the open ones among them. */
  list(userId: number, limit: number): Promise<readonly Call[]> {
    return this.parts.db.run((sql) => listCalls(sql, { userId, limit }));
  }

  /** Ends an open call of the account, on whatever node; false where it is over. */
  async end(
    userId: number,
    call: Pick<Call, 'sessionId' | 'source'>,
    actor: Actor,
  ): Promise<boolean> {
    const { db, clock } = this.parts;
    const { sessionId } = call;
    const done = await db.transaction({ account: userId }, async (sql) => {
      const nowMs = clock.nowMs();
      if (!(await endCallOf(sql, { userId, sessionId, nowMs }))) return false;
      await addAccountEvent(sql, { userId, kind: 'call-ended', sessionId, nowMs });
      await recordChange(sql, { userId, actor, nowMs, audit: 'call-ended', reason: call.source });
      return true;
    });
    if (done) this.parts.changed?.();
    return done;
  }

  /**
   * For an owner who has found a call that was not their own: ends every other session of the account, and
   * its links, forgets every place but the caller's own, and removes the sheet and the password, which
   * somebody else may know (rule N2). A new one is chosen by a mailed link, or set by the sysop. A password that a program
   * keeps is not the board's to remove (rule P6): the mail says so.
   */
  async disown(userId: number, caller: Caller): Promise<void> {
    const { db, clock, log, notifier } = this.parts;
    const { remoteIp } = caller;
    await db.transaction({ account: userId }, async (sql) => {
      const nowMs = clock.nowMs();
      const ofProgram = isOfProgram(await getUser(sql, userId));
      await removePassword(sql, userId);
      await removeSheet(sql, userId);
      await endLinks(sql, userId);
      const own = { source: sourceOf(remoteIp), timelineMs: clock.timelineMs() };
      await replaceSources(sql, userId, own);
      const change = { userId, actor: caller, nowMs, event: 'password' } as const;
      const audit = ofProgram ? 'call-ended' : 'password-shut';
      await recordChange(sql, { ...change, audit, reason: 'disowned a call' });
      const notice = { kind: 'password-shut', userId, remoteIp } as const;
      await notifier?.notify(sql, { ...notice, ...(ofProgram && { ofProgram }) });
    });
    log.warn('call.disowned', { userId, remoteIp });
    this.parts.changed?.();
  }
}
