import { createHash } from 'node:crypto';
import { sleep } from '../base/clock';
import { accountSubject, nameSubject } from '../store/attempts';
import type { Sql } from '../store/database';
import {
  addTyped,
  findLineAsk,
  listOtherAsks,
  removeLineAsk,
  writeLineAsk,
} from '../store/line-asks';
import { listSheetNumbers } from '../store/sheets';
import { foldName } from '../store/user-name';
import { canonicalBackupCode, useBackupCode } from './backup-codes';
import { readNamed } from './charged-attempt';
import { heardNotice } from './code-notices';
import { KNOWN_SOURCE_MS } from './known-places';
import type { LineQuestion } from './login';
import type { LoginDeps } from './login-attempt';
import type { Sealing } from './sealing';
import { canonicalSheetCode, SHEET_CODE_COUNT, spendHeard, useSheetCode } from './sheet-codes';

/** Longer than a sign-in may take; for calls whose end no process saw. */
const ASK_MS = 10 * 60_000;
const DAY_MS = 86_400_000;
/** Questions of one call, each of which is written: far more than its tries need. */
const MAX_ASKS = 40;
/** Answers of one call that are begun, each of which is written. */
const MAX_BEGUN = 12;
/** Numbers of one account that calls of one source are asked for at a time. */
const MOST_PER_SOURCE = 2;
/** How long a code is looked for in other calls of its name before it is taken: a burst of keys is through by then. */
const SETTLE_MS = 1_000;
/** Who heard so many digits of a code has the rest to guess; fewer are typed by chance. */
const FIRST_DIGITS = /^\d{3}/;

/**
 * What one call is asked for in place of the password. While it lasts, no other call is asked for the same
 * number: whoever listens to this one and calls as well is asked for another code (rule N8).
 */
export class LineAsking implements LineQuestion {
  private asks = 0;
  /** Of the name that was asked about last. */
  private subject = '';
  private readonly begun = new Set<string>();

  constructor(
    private readonly parts: Pick<LoginDeps, 'db' | 'clock' | 'secondFactor' | 'log' | 'notifier'>,
    /** Names the call. */
    readonly askedAs: string,
    /** Where the call is from; callers who share an address have no limit of their own. */
    private readonly place: {
      readonly source: string;
      readonly isShared: boolean;
      readonly remoteIp: string;
    },
  ) {}

  async ask(userName: string): Promise<number | undefined> {
    const { db, clock } = this.parts;
    this.asks += 1;
    if (this.asks > MAX_ASKS) return undefined;
    const sinceMs = clock.timelineMs() - KNOWN_SOURCE_MS;
    const place = { source: this.place.source, sinceMs };
    const {
      user,
      userName: name,
      ...found
    } = await db.run((sql) => readNamed(sql, userName, place));
    const subject = user === undefined ? nameSubject(name) : accountSubject(user.id);
    this.subject = subject;
    const isKnownPlace = found.isKnownPlace && !this.place.isShared;
    const number = await db.transaction(lockOf(subject), (sql) =>
      this.choose(sql, { subject, name, userId: user?.id ?? 0, isKnownPlace }),
    );
    return number === 0 ? undefined : number;
  }

  /** The lowest number that is left and that no other call is asked for; 0 where there is none for this call. */
  private async choose(
    sql: Sql,
    who: {
      readonly subject: string;
      readonly name: string;
      readonly userId: number;
      readonly isKnownPlace: boolean;
    },
  ): Promise<number> {
    const { subject, isKnownPlace } = who;
    const { source, isShared } = this.place;
    const timelineMs = this.parts.clock.timelineMs();
    const own = await listSheetNumbers(sql, who.userId);
    const numbers = own.length > 0 ? own : this.numbersOfNobody(who.name, timelineMs);
    const asked = await findLineAsk(sql, this.askedAs, timelineMs);
    const exceptSession = this.askedAs;
    const all = await listOtherAsks(sql, { subject, exceptSession, timelineMs });
    if (asked?.subject === subject && numbers.includes(asked.number)) return asked.number;
    const others = all.filter((each) => each.number > 0);
    const ofSource = others.filter((each) => each.source === source).length;
    const ofStrangers = others.filter((each) => !each.isKnownPlace).length;
    // Half of the numbers are left to places that the account was signed in from (rule N8).
    const isSpent =
      (!isShared && ofSource >= MOST_PER_SOURCE) ||
      (!isKnownPlace && ofStrangers >= Math.ceil(numbers.length / 2));
    const free = numbers.find((each) => !others.some(({ number }) => number === each));
    const number = isSpent ? 0 : (free ?? 0);
    const untilMs = timelineMs + ASK_MS;
    // Asked anew, and not typed anew: what was begun for this name was heard.
    const typed = asked?.subject === subject ? asked.typed : [];
    const ask = { subject, number, source, isKnownPlace, typed };
    await writeLineAsk(sql, { ...ask, sessionId: this.askedAs, timelineMs, untilMs });
    return number;
  }

  async typed(text: string): Promise<void> {
    const [digits] = FIRST_DIGITS.exec(plainDigits(text)) ?? [];
    const begun = `${this.subject}:${digits}`;
    if (digits === undefined || this.begun.has(begun) || this.begun.size >= MAX_BEGUN) return;
    const { db, clock, secondFactor } = this.parts;
    const asked = await db.run((sql) => findLineAsk(sql, this.askedAs, clock.timelineMs()));
    if (asked === undefined) return;
    this.begun.add(begun);
    const { hash } = secondFactor.sealing.hash(begunOf(asked.subject, digits));
    await db.transaction(lockOf(asked.subject), (sql) => addTyped(sql, this.askedAs, hash));
  }

  /** Before a code is compared: whoever typed it in another call at the same time shows until then. */
  async settle(code: string): Promise<void> {
    if (!FIRST_DIGITS.test(plainDigits(code))) return;
    await this.typed(code);
    const { db, clock } = this.parts;
    const timelineMs = clock.timelineMs();
    const others = await db.run(async (sql) => {
      const asked = await findLineAsk(sql, this.askedAs, timelineMs);
      const { subject } = asked ?? {};
      if (subject === undefined) return [];
      return listOtherAsks(sql, { subject, exceptSession: this.askedAs, timelineMs });
    });
    if (others.length > 0) await sleep(clock, SETTLE_MS);
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
    if (asked === undefined) return;
    const { subject, number } = asked;
    // For a name of nobody the same work, in which nothing is found (rule C4).
    const userId = accountOf(subject) ?? 0;
    const given = { userId, number, nowMs: clock.nowMs() };
    const code = canonicalSheetCode(typed);
    const isSpent = await db.transaction(lockOf(subject), async (sql) => {
      if (await secondFactor.spendHeard(sql, userId, typed)) return true;
      if (await this.spendBackupCode(sql, userId, typed)) return true;
      // A whole one may be right for another number.
      return code === undefined
        ? spendHeard(sql, secondFactor.sealing, { ...given, typed })
        : (await useSheetCode(sql, secondFactor.sealing, { ...given, code })) !== 'wrong';
    });
    if (isSpent) log.info('line-code.heard', { userId, number });
  }

  /** One that was not looked at, because the line waits or is stopped: it is void all the same (rule N7). */
  private async spendBackupCode(sql: Sql, userId: number, typed: string): Promise<boolean> {
    const code = canonicalBackupCode(typed);
    if (code === undefined) return false;
    const { clock, secondFactor, notifier } = this.parts;
    const [nowMs, timelineMs] = [clock.nowMs(), clock.timelineMs()];
    const purposes = ['login', 'disable', 'entry'] as const;
    const given = { userId, code, purposes, nowMs, timelineMs };
    const used = await useBackupCode(sql, secondFactor.sealing, given);
    if (used.kind !== 'right') return false;
    const by = used.purpose === 'entry' ? 'entry-code' : 'backup-code';
    const { remoteIp } = this.place;
    const heard = heardNotice({ by, left: used.left }, { userId, remoteIp });
    if (heard !== undefined) await notifier?.notify(sql, heard);
    return true;
  }

  async end(): Promise<void> {
    await this.parts.db.transaction('nothing-shared', (sql) => removeLineAsk(sql, this.askedAs));
  }
}

/**
 * True where a code of the app was typed in this call and in no other call of its name: whoever hears it and
 * calls as well types it after its owner (rule N8).
 */
export async function isTypedHereAlone(
  sql: Sql,
  sealing: Sealing,
  at: {
    readonly subject: string;
    readonly askedAs: string;
    readonly code: string;
    readonly timelineMs: number;
  },
): Promise<boolean> {
  const { subject, askedAs: exceptSession, timelineMs } = at;
  const others = await listOtherAsks(sql, { subject, exceptSession, timelineMs });
  if (others.length === 0) return true;
  const [digits = ''] = FIRST_DIGITS.exec(plainDigits(at.code)) ?? [];
  const hashes = sealing.hashes(begunOf(subject, digits));
  const isIn = (typed: readonly string[] = []) => hashes.some((hash) => typed.includes(hash));
  const own = await findLineAsk(sql, exceptSession, timelineMs);
  return isIn(own?.typed) && !others.some(({ typed }) => isIn(typed));
}

function plainDigits(text: string): string {
  return text.slice(0, 64).replace(/[ -]/g, '');
}

function begunOf(subject: string, digits: string): string {
  return `line-typed:${subject}:${digits}`;
}

/**
 * The lock of what calls of one name are asked for. A name of nobody has one as well, with a number that no
 * account has, so that calls at the same time are answered alike (rule C4).
 */
function lockOf(subject: string): { readonly account: number } {
  const id = accountOf(subject);
  if (id !== undefined) return { account: id };
  const bits = createHash('sha256').update(subject).digest();
  return { account: -1 - (bits.readUInt32BE(0) >>> 1) };
}

/** The account of a subject; undefined for a name of nobody. */
function accountOf(subject: string): number | undefined {
  const id = /^u:(\d+)$/.exec(subject)?.[1];
  return id === undefined ? undefined : Number(id);
}
