import type { Cancel } from '../base/clock';
import { toError } from '../base/errors';
import {
  BEAT,
  BURY,
  type Beat,
  LEASE_MS,
  NEWS,
  type News,
  NOW,
  REGISTER,
  RESERVE,
  SET_STATE,
} from './node-statements';
import type { PostgresLink } from './postgres-link';
import type { BoardEvent, JoinOptions, NodeState, OtherNode, SharedNode } from './shared-node';

const BEAT_MS = 5_000;
const AGAIN_MS = 1_000;
/** After the end of somebody's lease. */
const MARGIN_MS = 50;
/**
 * Nobody is taken for dead by a process that has not reached the database itself for this long: a server
 * that stood still for a while has kept everybody from it.
 */
const TRUST_MS = LEASE_MS - BEAT_MS - 2_000;
/** Notifications of one's own beat are there within this time, or none are. */
const NOTICE_MS = 1_000;
/** How often it is looked for news where notifications do not arrive. */
const LOOK_MS = 500;
/** Rows of `BURY`. */
interface Buried {
  readonly nodes: readonly number[];
  readonly sessions: readonly string[];
}

const PRUNE_EVERY_MS = 300_000;
const KEEP_EVENTS_MS = 600_000;
/** For a lease that is over and a database that answers, until this process is taken for cut off from it. */
const GRACE_MS = 400;
/** By less a process is behind the others' timeline between two beats, which is not reported. */
const BEHIND_MS = 2_000;

/** A board process on a PostgreSQL database: its lease, its node numbers, and what the others tell it. */
export class PostgresNode implements SharedNode {
  private nodeId = 0;
  private heldUntilMs = -Infinity;
  private known: readonly OtherNode[] = [];
  private state: NodeState = { state: 'open' };
  /** False while the row does not have the state. */
  private isStateWritten = true;
  private cancel: Cancel = () => undefined;
  private turning: Promise<void> = Promise.resolve();
  private closed = false;
  private isBeatFailing = false;
  /** Events of transactions before this one are all read. */
  private horizon = '0';
  private readonly read = new Map<number, bigint>();
  private looking: Promise<void> | undefined;
  private lookAgain = false;
  private hears = false;
  private heardAtMs = -Infinity;
  private changes = 0;
  private prunedAtMs: number;
  private mayBuryAtMs = -Infinity;
  private cancelCheck: Cancel = () => undefined;
  private cancelEnd: Cancel = () => undefined;

  private constructor(
    private readonly link: PostgresLink,
    private readonly options: JoinOptions,
  ) {
    this.prunedAtMs = options.clock.monotonicMs();
  }

  static async join(link: PostgresLink, options: JoinOptions): Promise<PostgresNode> {
    const node = new PostgresNode(link, options);
    link.listen({ onNotice: (payload) => node.heard(payload), onUp: () => node.catchUp() });
    await node.register();
    await node.beat();
    node.schedule(BEAT_MS);
    return node;
  }

  get id(): number {
    return this.nodeId;
  }

  /** Stands still while notifications arrive and nothing changes; undefined where nobody can know. */
  readMark(): string | undefined {
    return this.hears && this.link.isUp ? String(this.changes) : undefined;
  }

  isHeld(): boolean {
    return this.nodeId !== 0 && this.options.clock.monotonicMs() < this.heldUntilMs;
  }

  others(): readonly OtherNode[] {
    return this.known;
  }

  async reserve(count: number, most: number): Promise<readonly number[]> {
    if (!this.isHeld() || count <= 0) return [];
    const highest = most === 0 ? 1_000_000 : most;
    const rows = await this.link.query<{ readonly number: number }>(RESERVE, [
      ...[this.nodeId, highest, count],
    ]);
    return rows.map(({ number }) => number);
  }

  async giveBack(numbers: readonly number[]): Promise<void> {
    const { nodeId } = this;
    await this.link.query('delete from node_slot where node_id = $1 and number = any($2)', [
      ...[nodeId, numbers],
    ]);
  }

  setState(state: NodeState): void {
    if (state.state === this.state.state && state.endsAtMs === this.state.endsAtMs) return;
    this.state = state;
    this.isStateWritten = false;
    this.schedule(0);
  }

  async release(): Promise<void> {
    this.closed = true;
    this.cancel();
    this.cancelCheck();
    this.cancelEnd();
    try {
      await this.turning;
      await this.link.query('delete from node where id = $1', [this.nodeId]);
    } catch (error) {
      // Its lease ends by itself.
      this.options.log.debug('node.not-signed-off', { reason: toError(error).message });
    }
    this.nodeId = 0;
    await this.link.close();
  }

  private schedule(afterMs: number): void {
    this.cancel();
    if (this.closed) return;
    this.cancel = this.options.clock.after(afterMs, () => {
      this.turning = this.turning.then(() => this.turn());
    });
  }

  private async turn(): Promise<void> {
    const { log, clock } = this.options;
    try {
      if (this.nodeId === 0) await this.register();
      await this.beat();
      await this.writeState();
      this.isBeatFailing = false;
      await this.prune();
      const nextMs = Math.min(BEAT_MS, ...this.known.map(({ leftMs }) => leftMs + MARGIN_MS));
      this.schedule(Math.max(MARGIN_MS, nextMs));
    } catch (error) {
      if (!this.closed && !this.isBeatFailing)
        log.warn('node.not-renewed', {
          node: this.nodeId,
          leftMs: Math.round(this.heldUntilMs - clock.monotonicMs()),
          error: toError(error),
        });
      this.isBeatFailing = true;
      this.schedule(AGAIN_MS);
    }
  }

  private async register(): Promise<void> {
    const { host, pid, version, clock, log } = this.options;
    const askedMs = clock.monotonicMs();
    const values = [host, pid, version];
    const [row] = await this.link.query<Pick<Beat, 'id' | 'timeline'>>(REGISTER, values);
    if (row === undefined) throw new Error('the node was not registered');
    // Before anything is granted by it.
    this.catchUpWith(row.timeline);
    this.nodeId = row.id;
    this.isStateWritten = this.state.state === 'open';
    this.hold(askedMs + LEASE_MS);
    // What was told before is not for this node.
    await this.look(() => undefined);
    log.info('node.joined', { node: row.id });
    this.options.onJoined();
  }

  private async beat(): Promise<void> {
    const { clock } = this.options;
    const { nodeId } = this;
    const askedMs = clock.monotonicMs();
    const { timelineMs = null, offsetMs = null } = clock.mark ?? {};
    const rows = await this.link.query<Beat>(BEAT, [nodeId, timelineMs, offsetMs]);
    const [first] = rows;
    // Another process has found the lease over, or this one has while it waited for the answer.
    if (first === undefined || nodeId !== this.nodeId) {
      this.lose();
      return this.register();
    }
    this.catchUpWith(first.timeline);
    this.hold(askedMs + LEASE_MS);
    const others = rows.filter(({ id }) => id !== nodeId);
    this.known = others.map(({ id, slots, left_ms: leftMs }) => ({
      ...{ id, slots },
      leftMs: leftMs > 0 ? leftMs : BEAT_MS,
    }));
    this.expectNotice(askedMs);
    const dead = others.filter(({ left_ms: leftMs }) => leftMs <= 0).map(({ id }) => id);
    const nowMs = clock.monotonicMs();
    if (first.since_ms > TRUST_MS) this.mayBuryAtMs = nowMs + BEAT_MS;
    if (dead.length > 0 && nowMs >= this.mayBuryAtMs) await this.bury(dead);
  }

  /** The timeline of the board is that of the process that is ahead (rule L13). */
  private catchUpWith(timelineMs: number | null): void {
    const { clock, log } = this.options;
    if (timelineMs === null || clock.mark === undefined) return;
    const behindMs = clock.catchUp(timelineMs);
    if (behindMs >= BEHIND_MS) log.warn('clock.caught-up', { bySeconds: behindMs / 1000 });
  }

  private hold(untilMs: number): void {
    this.heldUntilMs = untilMs;
    this.endAfter(untilMs - this.options.clock.monotonicMs(), GRACE_MS);
  }

  private endAfter(delayMs: number, graceMs: number): void {
    this.cancelEnd();
    if (this.closed) return;
    this.cancelEnd = this.options.clock.after(Math.max(0, delayMs), () => void this.over(graceMs));
  }

  /**
   * The lease is over by this process's own clock. While the database answers it, it may answer others,
   * who give the numbers out again; while it answers nobody, nobody loses anything.
   */
  private async over(graceMs: number): Promise<void> {
    const { nodeId, options } = this;
    const answers = await options.answers().catch(() => false);
    if (this.closed || this.isHeld() || nodeId === 0 || nodeId !== this.nodeId) return;
    // One that is back has all processes beat first.
    if (!answers) return this.endAfter(AGAIN_MS, BEAT_MS);
    this.cancelEnd();
    this.cancelEnd = options.clock.after(graceMs, () => {
      if (!this.isHeld() && nodeId === this.nodeId) this.lose();
    });
  }

  /** The numbers may be given out again. */
  private lose(): void {
    if (this.nodeId === 0) return;
    this.options.log.error('node.lease-lost', { node: this.nodeId });
    this.nodeId = 0;
    this.heldUntilMs = -Infinity;
    this.options.onLost();
  }

  private async bury(ids: readonly number[]): Promise<void> {
    const { log, onGone } = this.options;
    const [row] = await this.link.query<Buried>(BURY, [ids]);
    const { nodes: gone = [], sessions = [] } = row ?? {};
    this.known = this.known.filter(({ id }) => !gone.includes(id));
    for (const id of gone) log.warn('node.gone', { node: id, calls: sessions.length });
    if (gone.length > 0) onGone(sessions);
  }

  private async writeState(): Promise<void> {
    if (this.isStateWritten) return;
    const { state, endsAtMs } = this.state;
    const leftMs =
      endsAtMs === undefined ? null : Math.round(endsAtMs - this.options.clock.monotonicMs());
    this.isStateWritten = true;
    try {
      await this.link.query(SET_STATE, [this.nodeId, state, leftMs]);
    } catch (error) {
      this.isStateWritten = false;
      throw error;
    }
  }

  private async prune(): Promise<void> {
    const { clock } = this.options;
    if (clock.monotonicMs() - this.prunedAtMs < PRUNE_EVERY_MS) return;
    this.prunedAtMs = clock.monotonicMs();
    await this.link.query(`delete from board_event where at < ${NOW} - ${KEEP_EVENTS_MS}`);
  }

  /** A beat is told as everything is, to the one who made it as well. */
  private expectNotice(askedMs: number): void {
    this.cancelCheck();
    this.cancelCheck = this.options.clock.after(NOTICE_MS, () => {
      if (this.heardAtMs >= askedMs) return;
      if (this.hears) this.options.log.warn('node.hears-nothing', { everyMs: LOOK_MS });
      this.hears = false;
      this.lookOften();
    });
  }

  private lookOften(): void {
    if (this.hears || this.closed) return;
    this.changed();
    this.options.onCallers();
    this.lookSoon();
    this.cancelCheck = this.options.clock.after(LOOK_MS, () => this.lookOften());
  }

  private heard(payload: string): void {
    this.heardAtMs = this.options.clock.monotonicMs();
    if (!this.hears) {
      this.hears = true;
      // What was told before nobody listened.
      this.catchUp();
    }
    if (payload === 'events') this.lookSoon();
    else if (payload === 'callers') this.options.onCallers();
    else if (payload === 'nodes') this.schedule(MARGIN_MS);
    else if (payload === 'changed') this.changed();
  }

  private catchUp(): void {
    if (this.closed) return;
    this.changed();
    this.options.onCallers();
    this.lookSoon();
    this.schedule(MARGIN_MS);
  }

  private changed(): void {
    this.changes += 1;
  }

  private lookSoon(): void {
    if (this.looking !== undefined) {
      this.lookAgain = true;
      return;
    }
    this.looking = this.lookWhileNew()
      .catch((error: unknown) => {
        // The rows stay: the next look finds them.
        this.options.log.debug('node.events-unread', { reason: toError(error).message });
      })
      .finally(() => {
        this.looking = undefined;
      });
  }

  private async lookWhileNew(): Promise<void> {
    do {
      this.lookAgain = false;
      await this.look((events) => this.options.onEvents(events));
    } while (this.lookAgain && !this.closed);
  }

  /**
   * Reads what was committed since the last look. By the transactions that were still running then, not
   * by ids: a lower id may be committed after a higher one.
   */
  private async look(take: (events: readonly BoardEvent[]) => void): Promise<void> {
    const rows = await this.link.query<News>(NEWS, [this.horizon]);
    const events: BoardEvent[] = [];
    for (const { id, xid, kind, node_id: to, payload } of rows) {
      if (id === null || this.read.has(id)) continue;
      this.read.set(id, BigInt(xid));
      if (to === null || to === this.nodeId)
        events.push({ id, kind, nodeId: to ?? undefined, payload });
    }
    this.horizon = rows[0]?.horizon ?? this.horizon;
    const horizon = BigInt(this.horizon);
    for (const [id, xid] of this.read) if (xid < horizon) this.read.delete(id);
    if (events.length > 0) take(events);
  }
}
