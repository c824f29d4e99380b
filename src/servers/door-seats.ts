import type { Cancel, Clock } from '../base/clock';
import { toError } from '../base/errors';
import type { Log } from '../base/log';
import type { Database } from '../store/database';
import { leaveDoorSeats, takeDoorSeat } from '../store/door-seats';
import type { SharedNode } from '../store/shared-node';

interface DoorSeatsOptions {
  readonly clock: Clock;
  readonly log: Log;
}

interface Shared {
  readonly db: Pick<Database, 'runAtLeastOnce'>;
  readonly node: Pick<SharedNode, 'id'>;
}

/** Until what the database did not take is said again. */
const AGAIN_MS = 1_000;

/**
 * Callers in each door, by its name: those of this process, or of all that run the board. What a process has in doors
 * goes with its lease.
 */
export class DoorSeats {
  private readonly inside = new Map<string, number>();
  private shared: Shared | undefined;
  private visits = 0;
  /** Ended visits that the database still counts, by the node that they were of. */
  private readonly left = new Map<number, number[]>();
  private work: Promise<void> = Promise.resolve();
  private cancel: Cancel = () => undefined;
  private closed = false;

  constructor(private readonly options: DoorSeatsOptions) {}

  /** Counts with the other processes of the board, before the first caller. */
  share(shared: Shared): void {
    this.shared = shared;
  }

  /**
   * Counts a caller in; undefined where `most` are in the door, unless that is 0. Returns what counts the caller out,
   * to be called once. Rejects with STORE_FAILED where processes share the count and the database does not answer.
   */
  async take(door: string, most: number): Promise<(() => void) | undefined> {
    if (this.shared !== undefined) return this.takeShared(this.shared, { door, most });
    const count = this.inside.get(door) ?? 0;
    if (most > 0 && count >= most) return undefined;
    this.inside.set(door, count + 1);
    return () => {
      const rest = (this.inside.get(door) ?? 1) - 1;
      if (rest > 0) this.inside.set(door, rest);
      else this.inside.delete(door);
    };
  }

  /** Says nothing any more; what is left goes with the lease. */
  async close(): Promise<void> {
    this.closed = true;
    this.cancel();
    await this.work;
  }

  private async takeShared(
    { db, node }: Shared,
    wanted: { readonly door: string; readonly most: number },
  ): Promise<(() => void) | undefined> {
    this.visits += 1;
    const seat = { nodeId: node.id, visit: this.visits };
    const leave = (): void => {
      this.left.set(seat.nodeId, [...(this.left.get(seat.nodeId) ?? []), seat.visit]);
      this.tell();
    };
    try {
      return (await takeDoorSeat(db, seat, wanted)) ? leave : undefined;
    } catch (error) {
      // It may be counted all the same.
      leave();
      throw error;
    }
  }

  private tell(): void {
    this.cancel();
    this.work = this.work.then(() => this.tellLeft());
  }

  private async tellLeft(): Promise<void> {
    const { shared, options } = this;
    if (shared === undefined) return;
    for (const [nodeId, visits] of [...this.left]) {
      this.left.delete(nodeId);
      try {
        await leaveDoorSeats(shared.db, nodeId, visits);
      } catch (error) {
        this.left.set(nodeId, [...visits, ...(this.left.get(nodeId) ?? [])]);
        options.log.warn('door.seat-not-freed', { error: toError(error) });
        this.cancel();
        if (!this.closed) this.cancel = options.clock.after(AGAIN_MS, () => this.tell());
      }
    }
  }
}
