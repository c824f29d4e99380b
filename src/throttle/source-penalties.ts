import type { Cancel, Clock } from '../base/clock';
import type { Log } from '../base/log';
import { sourceOf } from '../base/source';
import type { ChangeMark } from '../store/change-mark';
import type { Database } from '../store/database';
import {
  listChangedPenalties,
  listPenalties,
  prunePenalties,
  raisePenalty,
} from '../store/penalties';
import type { Charge, PenaltyRow } from '../store/penalties';

/** What a source can be charged with (rule K1). */
export type PenaltyKind = 'auth-failure' | 'unknown-user' | 'no-auth' | 'grace' | 'protocol';

interface SourcePenaltiesOptions {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
  /** Sources that are never charged. */
  readonly isExempt: (ip: string) => boolean;
  readonly sourcesPerFamily?: number;
}

/** Milliseconds each offence adds. */
const PENALTY_MS: Readonly<Record<PenaltyKind, number>> = {
  'auth-failure': 5_000,
  'unknown-user': 5_000,
  'no-auth': 1_000,
  grace: 10_000,
  protocol: 10_000,
};

/** Below this a penalty is only remembered: one mistyped password shuts nobody out. */
const ENFORCED_FROM_MS = 15_000;
const MAX_MS = 600_000;
const SOURCES_PER_FAMILY = 65_536;
const TURN_MS = 1_000;
/** Clocks of other nodes may be this far behind. */
const OVERLAP_MS = 30_000;
const PRUNE_AFTER_MS = 3_600_000;
/** Rows written in one transaction. */
const BATCH = 500;

/**
 * Penalties per source, asked at every TCP accept: answered from memory, and kept in the store so that
 * they outlive a restart, hold on every node, and are the sysop's to change.
 */
export class SourcePenalties {
  private readonly families = {
    4: new Map<string, PenaltyRow>(),
    6: new Map<string, PenaltyRow>(),
  };
  private readonly unwritten = new Map<string, Charge>();
  private readUntilMs: number;
  private prunedAtMs = -Infinity;
  private working: Promise<void> = Promise.resolve();
  private cancel: Cancel;
  private closed = false;
  private readonly changes: ChangeMark;

  private constructor(
    private readonly options: SourcePenaltiesOptions,
    rows: readonly PenaltyRow[],
  ) {
    this.readUntilMs = options.clock.timelineMs();
    this.changes = options.db.followChanges();
    for (const row of rows) this.learn(row);
    this.cancel = options.clock.after(TURN_MS, () => this.turn());
  }

  /** Reads what is in force and begins to keep store and memory alike. */
  static async open(options: SourcePenaltiesOptions): Promise<SourcePenalties> {
    const timelineMs = options.clock.timelineMs();
    const most = 2 * (options.sourcesPerFamily ?? SOURCES_PER_FAMILY);
    const rows = await options.db.run((sql) => listPenalties(sql, { timelineMs, limit: most }));
    return new SourcePenalties(options, rows);
  }

  /** Sources remembered now. */
  get size(): number {
    return this.families[4].size + this.families[6].size;
  }

  admit(ip: string): { readonly ok: true } | { readonly ok: false; readonly retryAfterMs: number } {
    const source = sourceOf(ip);
    const known = this.family(source);
    const penalty = known.get(source);
    if (penalty === undefined) return { ok: true };
    const leftMs = this.leftMs(penalty);
    if (leftMs <= 0) known.delete(source);
    return leftMs > 0 && penalty.enforced ? { ok: false, retryAfterMs: leftMs } : { ok: true };
  }

  /** `isShared` is true for a proxy's address that stands for callers: it is charged also where exempt. */
  penalize(ip: string, kind: PenaltyKind, isShared = false): void {
    if (this.closed || (!isShared && this.options.isExempt(ip))) return;
    const timelineMs = this.options.clock.timelineMs();
    const source = sourceOf(ip);
    const known = this.family(source);
    const before = known.get(source);
    // A full memory lets further sources in, so that it can never be used to keep people out.
    if (before === undefined && !this.makeRoom(known)) return;
    if (before?.reason === 'ban' && this.leftMs(before) > 0) return;
    const leftMs = before === undefined ? 0 : Math.max(0, this.leftMs(before));
    const lengthMs = Math.min(MAX_MS, leftMs + PENALTY_MS[kind]);
    const row: PenaltyRow = {
      source,
      untilMs: timelineMs + lengthMs,
      enforced: (leftMs > 0 && before?.enforced === true) || lengthMs >= ENFORCED_FROM_MS,
      reason: kind,
      changedAtMs: timelineMs,
    };
    // Put at the end, so that the map stays in order of the last offence.
    known.delete(source);
    known.set(source, row);
    // Other processes add to the stored one meanwhile; what was over before this offence is not added.
    const waiting = leftMs > 0 ? (this.unwritten.get(source)?.addedMs ?? 0) : 0;
    const addedMs = waiting + PENALTY_MS[kind];
    this.unwritten.set(source, {
      ...{ row, addedMs, mostMs: MAX_MS, enforcedFromMs: ENFORCED_FROM_MS },
    });
  }

  /** Writes what is not written yet, and stops. */
  async close(): Promise<void> {
    this.closed = true;
    this.cancel();
    await this.working;
    await this.write();
  }

  /** A penalty that lasts longer than any can is left over from a clock that was wrong. */
  private leftMs(penalty: PenaltyRow): number {
    const leftMs = penalty.untilMs - this.options.clock.timelineMs();
    return penalty.reason !== 'ban' && leftMs > MAX_MS ? 0 : leftMs;
  }

  private turn(): void {
    this.working = this.synchronize()
      .catch((error: unknown) => {
        // What was not written stays in memory, and in line for the next turn.
        this.options.log.warn('penalties.not-stored', { error });
      })
      .then(() => {
        if (!this.closed) this.cancel = this.options.clock.after(TURN_MS, () => this.turn());
      });
  }

  private async synchronize(): Promise<void> {
    await this.write();
    await this.changes.whenChanged(() => this.readChanged());
  }

  private async readChanged(): Promise<void> {
    const { db, clock } = this.options;
    const sinceMs = this.readUntilMs - OVERLAP_MS;
    const readAtMs = clock.timelineMs();
    const changed = await db.run((sql) => listChangedPenalties(sql, { sinceMs, limit: 10_000 }));
    this.readUntilMs = readAtMs;
    for (const row of changed) this.learn(row);
    if (clock.timelineMs() - this.prunedAtMs < PRUNE_AFTER_MS) return;
    this.prunedAtMs = clock.timelineMs();
    await db.run((sql) => prunePenalties(sql, clock.timelineMs() - PRUNE_AFTER_MS));
  }

  private async write(): Promise<void> {
    while (this.unwritten.size > 0) {
      const written = await this.options.db.transaction('nothing-shared', async (sql) => {
        // Chosen in here: a step of the clock that is stored before this moves them too.
        const batch = [...this.unwritten.values()].slice(0, BATCH);
        // In one order: two processes that write the same rows wait for each other in no circle.
        const ordered = batch.toSorted((a, b) => (a.row.source < b.row.source ? -1 : 1));
        for (const charge of ordered) await raisePenalty(sql, charge);
        return batch;
      });
      for (const charge of written) this.forget(charge);
    }
  }

  /** Of what was charged while it was written only the rest is left to be written. */
  private forget(written: Charge): void {
    const { source } = written.row;
    const now = this.unwritten.get(source);
    if (now === undefined || now === written) this.unwritten.delete(source);
    else if (now.addedMs > written.addedMs)
      this.unwritten.set(source, { ...now, addedMs: now.addedMs - written.addedMs });
  }

  private learn(row: PenaltyRow): void {
    const known = this.family(row.source);
    const before = known.get(row.source);
    const ended = this.leftMs(row) <= 0;
    if (before !== undefined && before.changedAtMs > row.changedAtMs) return;
    if (ended) {
      known.delete(row.source);
    } else if (before !== undefined || this.makeRoom(known)) {
      known.set(row.source, row);
    }
  }

  private family(source: string): Map<string, PenaltyRow> {
    return source.includes(':') ? this.families[6] : this.families[4];
  }

  private makeRoom(known: Map<string, PenaltyRow>): boolean {
    const most = this.options.sourcesPerFamily ?? SOURCES_PER_FAMILY;
    if (known.size < most) return true;
    for (const [source, penalty] of known) {
      // Checking a few from the front is enough: a source with a new offence moves to the end.
      if (this.leftMs(penalty) > 0) break;
      known.delete(source);
    }
    return known.size < most;
  }
}
