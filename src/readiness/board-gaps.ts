import type { Board } from '../config/board';
import type { Config } from '../config/schema';
import type { Listening } from '../mail/prerequisites';
import type { Backend } from '../backend';
import { findAccountGaps } from './account-gaps';
import { findDataGaps } from './data-gaps';
import type { Gap } from './gap';
import { findConfigGaps } from './public-gaps';

/** What a board lacks for the public: the start counts what `oputil doctor` names. Nothing is changed. */
export async function findBoardGaps(
  config: Config,
  state: {
    readonly board: Pick<Board, 'boardDir' | 'dataDir'>;
    readonly nowMs: number;
    readonly listening: Listening;
    /** Opened only where there is a database. */
    readonly backend: () => Promise<Pick<Backend, 'db' | 'sealing'>>;
  },
): Promise<readonly Gap[]> {
  const { dataDir } = state.board;
  return [
    ...findConfigGaps(config, state),
    // Opening the database closes its file to others again, so this comes first.
    ...findDataGaps(dataDir),
    ...(await findAccountGaps(config, dataDir, state.backend)),
  ];
}
