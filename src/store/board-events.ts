import type { Cancel, Clock } from '../base/clock';
import type { Log } from '../base/log';
import type { Database, Sql } from './database';
import type { BoardEvent } from './shared-node';

/** Adds an event; the processes that it is for hear of it after the commit. Returns its id. */
export async function addBoardEvent(
  sql: Sql,
  event: { readonly kind: string; readonly nodeId?: number | undefined; readonly payload: unknown },
): Promise<number> {
  const row = {
    kind: event.kind,
    node_id: event.nodeId ?? null,
    payload: JSON.stringify(event.payload),
  };
  const added: readonly { readonly id: number }[] = await sql('board_event').insert(row, ['id']);
  return added[0]?.id ?? 0;
}

/** Removes an event that has had its effect. */
export async function removeBoardEvent(sql: Sql, id: number): Promise<void> {
  await sql('board_event').where({ id }).delete();
}

const LOOK_MS = 500;
/** More than the board needs to read them. */
const KEPT = 100;

interface EventsOptions {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly onEvents: (events: readonly BoardEvent[]) => void;
}

/**
 * Reads what `oputil` tells the one process of a board, where nothing notifies it: on SQLite, whose
 * transactions commit in the order of ids.
 */
export class BoardEventReader {
  private cancel: Cancel = () => undefined;
  private closed = false;
  private turning: Promise<void> = Promise.resolve();
  private readonly changes;

  private constructor(
    private readonly options: EventsOptions,
    private newest: number,
  ) {
    this.changes = options.db.followChanges();
    this.wait();
  }

  static async open(options: EventsOptions): Promise<BoardEventReader> {
    const row: { id?: number | null } | undefined = await options.db.run((sql) =>
      sql('board_event').max({ id: 'id' }).first(),
    );
    return new BoardEventReader(options, Number(row?.id ?? 0));
  }

  async close(): Promise<void> {
    this.closed = true;
    this.cancel();
    await this.turning;
  }

  private wait(): void {
    if (this.closed) return;
    this.cancel = this.options.clock.after(LOOK_MS, () => {
      this.turning = this.changes
        .whenChanged(() => this.look())
        .catch((error: unknown) => {
          // The rows stay: the next look finds them.
          this.options.log.warn('board-events.unread', { error });
        })
        .then(() => this.wait());
    });
  }

  private async look(): Promise<void> {
    const { db, onEvents } = this.options;
    const rows: readonly { id: number; kind: string; payload: string }[] = await db.run((sql) =>
      sql('board_event').where('id', '>', this.newest).orderBy('id'),
    );
    if (rows.length === 0) return;
    this.newest = rows.at(-1)?.id ?? this.newest;
    onEvents(rows.map(({ id, kind, payload }) => ({ id, kind, payload, nodeId: undefined })));
    await db.run((sql) =>
      sql('board_event')
        .where('id', '<=', this.newest - KEPT)
        .delete(),
    );
  }
}
