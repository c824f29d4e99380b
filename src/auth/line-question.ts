import { accountSubject, nameSubject } from '../store/attempts';
import type { Sql } from '../store/database';
import { findLineAsk, listAskedNumbers, removeLineAsk, writeLineAsk } from '../store/line-asks';
import { listSheetNumbers } from '../store/sheets';
import { foldName, withoutHaste } from '../store/user-name';
import { findUserByName } from '../store/users';
import type { LineQuestion } from './login';
import type { LoginDeps } from './login-attempt';
import { canonicalSheetCode, SHEET_CODE_COUNT, spendHeard, useSheetCode } from './sheet-codes';

/** Longer than a sign-in may take; for calls whose end no process saw. */
const ASK_MS = 10 * 60_000;
const DAY_MS = 86_400_000;
/** Questions of one call, each of which is written: far more than its tries need. */
const MAX_ASKS = 40;

/**
 * What one call is asked for in place of the password. While it lasts, no other call is asked for the same
 * number: whoever listens to this one and calls as well is asked for another code (rule N8).
 */
export class LineAsking implements LineQuestion {
  private asks = 0;

  constructor(
    private readonly parts: Pick<LoginDeps, 'db' | 'clock' | 'secondFactor' | 'log'>,
    /** Names the call. */
    readonly askedAs: string,
  ) {}

  async ask(userName: string): Promise<number | undefined> {
    const { db } = this.parts;
    this.asks += 1;
    if (this.asks > MAX_ASKS) return undefined;
    const [name, user] = await db.run((sql) => readName(sql, userName));
    const subject = user === undefined ? nameSubject(name) : accountSubject(user.id);
    const about = user === undefined ? 'nothing-shared' : { account: user.id };
    const number = await db.transaction(about, (sql) =>
      this.choose(sql, { subject, name, userId: user?.id ?? 0 }),
    );
    return number === 0 ? undefined : number;
  }

  /** The lowest number that is left and that no other call is asked for; 0 where there is none. */
  private async choose(
    sql: Sql,
    who: { readonly subject: string; readonly name: string; readonly userId: number },
  ): Promise<number> {
    const { subject } = who;
    const timelineMs = this.parts.clock.timelineMs();
    const own = await listSheetNumbers(sql, who.userId);
    const numbers = own.length > 0 ? own : this.numbersOfNobody(who.name, timelineMs);
    const asked = await findLineAsk(sql, this.askedAs, timelineMs);
    const exceptSession = this.askedAs;
    const others = await listAskedNumbers(sql, { subject, exceptSession, timelineMs });
    if (asked?.subject === subject && numbers.includes(asked.number)) return asked.number;
    const number = numbers.find((each) => !others.includes(each)) ?? 0;
    const untilMs = timelineMs + ASK_MS;
    await writeLineAsk(sql, { subject, number, sessionId: this.askedAs, timelineMs, untilMs });
    return number;
  }

  /**
   * Numbers for a name without a sheet, as if one were used every few days: the board does not tell strangers
   * which names have one (rule C4).
   */
  private numbersOfNobody(name: string, timelineMs: number): readonly number[] {
    const { hash } = this.parts.secondFactor.sealing.hash(`sheet-of:${foldName(name)}`);
    const bits = Buffer.from(hash, 'hex');
    const days = 2 + (bits.readUInt8(0) % 8);
    const used = Math.floor(timelineMs / DAY_MS / days + bits.readUInt8(1) / 256);
    const first = (bits.readUInt32BE(2) + used) % SHEET_CODE_COUNT;
    return Array.from({ length: SHEET_CODE_COUNT - first }, (_, at) => first + at + 1);
  }

  async heard(typed: string): Promise<void> {
    const { db, clock, secondFactor, log } = this.parts;
    const asked = await db.run((sql) => findLineAsk(sql, this.askedAs, clock.timelineMs()));
    const userId = Number(/^u:(\d+)$/.exec(asked?.subject ?? '')?.[1]);
    if (asked === undefined || !(userId > 0)) return;
    const { number } = asked;
    const given = { userId, number, nowMs: clock.nowMs() };
    const code = canonicalSheetCode(typed);
    const isSpent = await db.transaction({ account: userId }, async (sql) => {
      if (await secondFactor.spendHeard(sql, userId, typed)) return true;
      // A whole one may be right for another number.
      return code === undefined
        ? spendHeard(sql, secondFactor.sealing, { ...given, typed })
        : (await useSheetCode(sql, secondFactor.sealing, { ...given, code })) !== 'wrong';
    });
    if (isSpent) log.info('line-code.heard', { userId, number });
  }

  async end(): Promise<void> {
    await this.parts.db.transaction('nothing-shared', (sql) => removeLineAsk(sql, this.askedAs));
  }
}

/** The name without the mark of `NAME!`, and its account, where there is one. */
async function readName(sql: Sql, typed: string) {
  const user = await findUserByName(sql, typed);
  const meant = user === undefined ? withoutHaste(typed) : undefined;
  if (meant === undefined) return [typed, user] as const;
  return [meant, await findUserByName(sql, meant)] as const;
}
