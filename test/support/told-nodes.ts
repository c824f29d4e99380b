import { BoardClock, systemClock } from '../../src/base/clock';
import type { Log } from '../../src/base/log';
import { addBoardEvent } from '../../src/store/board-events';
import { Database } from '../../src/store/database';
import type { PostgresServer } from '../../src/base/postgres-address';
import type { SharedNode } from '../../src/store/shared-node';

/** One of several nodes of a board on PostgreSQL, without a board around it, that hears what others tell. */
export class ToldNode {
  private constructor(
    readonly db: Database,
    readonly node: SharedNode,
    private readonly heard: Map<string, () => void>,
  ) {}

  static async join(server: PostgresServer, log: Log): Promise<ToldNode> {
    const db = await Database.open({ server, clock: systemClock, log });
    const heard = new Map<string, () => void>();
    const node = await db.joinBoard({
      ...{ version: '0', host: 'here', pid: process.pid, clock: new BoardClock(systemClock), log },
      onLost: () => undefined,
      onJoined: () => undefined,
      onCallers: () => undefined,
      onGone: () => undefined,
      onEvents: (events) => {
        for (const { payload } of events) heard.get(payload)?.();
      },
    });
    if (node === undefined) throw new Error('not joined');
    return new ToldNode(db, node, heard);
  }

  /** Resolves when an event with this mark is read here, with the time in ms of `performance.now()`. */
  hears(mark: string): Promise<number> {
    return new Promise((resolve) =>
      this.heard.set(JSON.stringify(mark), () => resolve(performance.now())),
    );
  }

  /** Milliseconds from the commit until the other node has read the event. */
  async tell(other: ToldNode, mark: string): Promise<number> {
    const arrived = other.hears(mark);
    await this.db.run((sql) =>
      addBoardEvent(sql, { kind: 'x', nodeId: other.node.id, payload: mark }),
    );
    const committedMs = performance.now();
    return Math.max(0, (await arrived) - committedMs);
  }

  async leave(): Promise<void> {
    await this.node.release();
    await this.db.close();
  }
}
