import type { Database } from './database';

/** One visit to a door, by the process that the caller is connected to. */
export interface DoorSeat {
  /** Of the row in `node`, with which it goes. */
  readonly nodeId: number;
  /** Its number in that process. */
  readonly visit: number;
}

/** More than there can be callers. */
const NO_LIMIT = 2_147_483_647;
/** Longest name that is kept. */
const NAME_CHARACTERS = 300;

/**
 * Counts a caller in, unless `most` are in this door on all processes of the board (0 is no limit); false where it is
 * full. Doing it again for the same seat changes nothing.
 */
export async function takeDoorSeat(
  db: Pick<Database, 'runAtLeastOnce'>,
  { nodeId, visit }: DoorSeat,
  { door, most }: { readonly door: string; readonly most: number },
): Promise<boolean> {
  const name = door.slice(0, NAME_CHARACTERS);
  const rows = await db.runAtLeastOnce<{ readonly visit: number }>('board', (sql) =>
    sql.raw(
      'insert into door_seat (node_id, visit, door)' +
        ' select cast(? as integer), cast(? as integer), cast(? as varchar(300))' +
        ' where (select count(*) from door_seat where door = ? and (node_id <> ? or visit <> ?)) < ?' +
        ' on conflict (node_id, visit) do update set door = excluded.door returning visit',
      [nodeId, visit, name, name, nodeId, visit, most === 0 ? NO_LIMIT : most],
    ),
  );
  return rows.length > 0;
}

/**
 * Counts them out, after all that asked before to be counted in: who is told that the database does not answer may be
 * counted in by it later.
 */
export async function leaveDoorSeats(
  db: Pick<Database, 'runAtLeastOnce'>,
  nodeId: number,
  visits: readonly number[],
): Promise<void> {
  if (visits.length === 0) return;
  await db.runAtLeastOnce('board', (sql) =>
    sql.raw(
      `delete from door_seat where node_id = ? and visit in (${visits.map(() => '?').join(',')}) returning visit`,
      [nodeId, ...visits],
    ),
  );
}
