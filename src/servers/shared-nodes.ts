import type { Cancel, Clock } from '../base/clock';
import { toError } from '../base/errors';
import type { Log } from '../base/log';
import type { NodeMessage } from '../menu/run/inbox';
import type { NodeInfo } from '../menu/run/node-talk';
import { WAY_IN_NAMES } from '../protocols/ways-in';
import { addBoardEvent } from '../store/board-events';
import type { Database } from '../store/database';
import { listOnlineCallers, type OnlineCaller, writeCaller } from '../store/node-slots';
import type { SharedNode } from '../store/shared-node';
import type { Neighbours, Nodes, OnlineInfo } from './nodes';

interface SharedNodesOptions {
  readonly db: Database;
  readonly node: Pick<SharedNode, 'id'>;
  readonly nodes: Nodes;
  readonly clock: Clock;
  readonly log: Log;
}

/** How long changes are gathered. */
const GATHER_MS = 50;
/**
 * Callers that are read in a millisecond, on the average: all of them are read at once, and somebody among
 * thousands moves all the time.
 */
const READ_PER_MS = 10;
const AGAIN_MS = 1_000;

/** Who is online on the other processes of the board, and what passes between them and this one. */
export class SharedNodes implements Neighbours {
  private others: readonly OnlineCaller[] = [];
  private unwritten = new Map<number, OnlineInfo | undefined>();
  private readonly arrivals = new Map<number, { eventId: Promise<number> }>();
  private work: Promise<void> = Promise.resolve();
  private cancelWrite: Cancel | undefined;
  private cancelRead: Cancel | undefined;
  private closed = false;

  constructor(private readonly options: SharedNodesOptions) {}

  list(): readonly NodeInfo[] {
    return this.others.flatMap(({ userId, userName, ...caller }) => {
      const server = WAY_IN_NAMES.find((name) => name === caller.server);
      const user = { id: userId, name: userName };
      return server === undefined ? [] : [{ ...caller, server, user }];
    });
  }

  post(node: number, message: NodeMessage): boolean {
    const there = this.others.find((each) => each.node === node);
    if (there === undefined) return false;
    const { nodeId, userId } = there;
    void this.send({ kind: 'message', nodeId, payload: { node, userId, message } });
    return true;
  }

  tell(node: number, info: OnlineInfo | undefined): void {
    if (info === undefined) this.arrivals.delete(node);
    this.unwritten.set(node, info);
    this.cancelWrite ??= this.options.clock.after(GATHER_MS, () => this.next(() => this.write()));
  }

  arrived(userId: number, node: number): void {
    const payload = { userId, node, by: this.options.node.id };
    const arrival = { eventId: Promise.resolve(0) };
    this.arrivals.set(node, arrival);
    const isThere = (): boolean => this.arrivals.get(node) === arrival;
    arrival.eventId = this.sendUntilDone({ kind: 'signed-in', payload }, isThere);
  }

  /**
   * An account has signed in on another process: its earlier calls here end. Of two that arrive at once
   * the one whose event has the higher number stays, here and there.
   */
  async signedInElsewhere(
    eventId: number,
    {
      userId = 0,
      node: byNode = 0,
      by,
    }: { readonly userId?: number; readonly node?: number; readonly by?: number },
  ): Promise<void> {
    if (by === this.options.node.id) return;
    for (const { node, handle } of this.options.nodes.callsOf(userId)) {
      const arrival = this.arrivals.get(node);
      const ownId = (await arrival?.eventId) ?? 0;
      if (ownId < eventId && this.arrivals.get(node) === arrival) handle.takenOver(byNode);
    }
  }

  /** The others' callers may have changed. */
  changed(): void {
    if (this.closed) return;
    const afterMs = Math.max(GATHER_MS, this.others.length / READ_PER_MS);
    this.cancelRead ??= this.options.clock.after(afterMs, () => this.next(() => this.read()));
  }

  /** What was to be written is somebody else's by now. */
  lose(): void {
    this.unwritten.clear();
    this.arrivals.clear();
  }

  async close(): Promise<void> {
    this.closed = true;
    this.cancelRead?.();
    this.cancelWrite?.();
    await this.work;
  }

  private next(job: () => Promise<void>): void {
    this.work = this.work.then(job).catch((error: unknown) => {
      // Written and read again soon: who is online is late meanwhile.
      this.options.log.warn('node.callers-not-shared', { error: toError(error) });
    });
  }

  private async write(): Promise<void> {
    this.cancelWrite = undefined;
    const { db, node, clock } = this.options;
    const batch = this.unwritten;
    this.unwritten = new Map();
    const nodeId = node.id;
    try {
      await db.transaction('nothing-shared', async (sql) => {
        for (const [number, info] of [...batch].sort(([a], [b]) => a - b))
          await writeCaller(sql, { node: number, nodeId }, info && toCaller(info));
      });
    } catch (error) {
      if (nodeId === node.id) this.unwritten = new Map([...batch, ...this.unwritten]);
      this.cancelWrite ??= clock.after(AGAIN_MS, () => this.next(() => this.write()));
      throw error;
    }
  }

  private async read(): Promise<void> {
    this.cancelRead = undefined;
    const { db, node, clock } = this.options;
    try {
      const all = await db.run(listOnlineCallers);
      this.others = all.filter(({ nodeId }) => nodeId !== node.id);
    } catch (error) {
      this.cancelRead ??= clock.after(AGAIN_MS, () => this.next(() => this.read()));
      throw error;
    }
  }

  private async send(event: Parameters<typeof addBoardEvent>[1]): Promise<void> {
    const { db, log } = this.options;
    await db
      .run((sql) => addBoardEvent(sql, event))
      .catch((error: unknown) => {
        log.warn('node.not-told', { kind: event.kind, error: toError(error) });
      });
  }

  /** Its number, once the database has it; tried again for as long as the caller is there. */
  private async sendUntilDone(
    event: Parameters<typeof addBoardEvent>[1],
    isThere: () => boolean,
  ): Promise<number> {
    const { db, clock, log } = this.options;
    for (;;) {
      try {
        return await db.run((sql) => addBoardEvent(sql, event));
      } catch (error) {
        log.warn('node.not-told', { kind: event.kind, error: toError(error) });
        await new Promise<void>((resolve) => clock.after(AGAIN_MS, resolve));
        if (this.closed || !isThere()) return 0;
      }
    }
  }
}

function toCaller({ user, ...info }: OnlineInfo): Omit<OnlineCaller, 'node' | 'nodeId'> {
  const { server, description, connectedAtMs, isVisible, isAvailable } = info;
  return {
    ...{ server, description, connectedAtMs, isVisible, isAvailable },
    ...{ userId: user.id, userName: user.name, sessionId: user.sessionId },
  };
}
