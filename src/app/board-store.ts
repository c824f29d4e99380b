import { KnownPlaces } from '../auth/known-places';
import { openBoardDatabase } from '../backend';
import type { BoardClock } from '../base/clock';
import type { Board } from '../config/board';
import type { Database } from '../store/database';
import { Timeline } from '../store/timeline';
import { SourcePenalties } from '../throttle/source-penalties';
import { takeSeat, type BoardSeat } from './board-seat';
import { ClockWatch } from './clock-watch';
import type { Closers } from './closers';
import type { Basics } from './start-servers';

/** The database, and what of it is held in memory. */
export interface BoardStore {
  readonly db: Database;
  readonly seat: BoardSeat;
  readonly penalties: SourcePenalties;
  readonly knownPlaces: KnownPlaces;
  readonly clockWatch: ClockWatch;
}

/** Opens the database, resumes the board's timeline, and reads what memory holds of it. */
export async function openBoardStore(
  {
    log,
    isExempt,
    shared,
    nodes,
    doorSeats,
  }: Pick<Basics, 'log' | 'isExempt' | 'shared' | 'nodes' | 'doorSeats'>,
  {
    board,
    clock,
    newDatabase,
    closers,
  }: {
    readonly board: Board;
    readonly clock: BoardClock;
    readonly newDatabase: boolean | undefined;
    /** Gets what ends each part. */
    readonly closers: Closers;
  },
): Promise<BoardStore> {
  const db = await openBoardDatabase({ ...shared, board, clock, newDatabase });
  closers.push(() => db.close());
  const clockWatch = await ClockWatch.open({ db, clock, log });
  closers.push(() => clockWatch.close());
  const seat = await takeSeat(db, { ...shared, nodes, doorSeats });
  closers.push(() => seat.release());
  const timeline = await Timeline.open({ db, clock, log, isAlone: () => seat.isAlone() });
  closers.push(() => timeline.close());
  const penalties = await SourcePenalties.open({ db, clock, log, isExempt });
  closers.push(() => penalties.close());
  const knownPlaces = await KnownPlaces.open({ db, clock, log });
  closers.push(() => knownPlaces.close());
  return { db, seat, penalties, knownPlaces, clockWatch };
}
