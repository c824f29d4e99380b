import type { ConfigInput } from '../../src/config/schema';
import type { CutLine } from '../pg/cut-line';
import type { SeededRandom } from '../support/seeded-random';
import type { BackOffice } from '../support/back-office';
import type { BoardProcess } from '../support/board-process';

/** What a kind of round has to work with. */
export interface Scene {
  readonly random: SeededRandom;
  readonly dataDir: string;
  /** The configuration of those that work beside the board. */
  readonly workerConfig: ConfigInput;
  /** The accounts, from this process, which is never killed. */
  readonly backend: BackOffice;
  /** The way from the board to its database; undefined where there is none. */
  readonly line: CutLine | undefined;
  /** The board that runs now. */
  board(): BoardProcess;
  /** Kills the board and starts it again; resolves when it listens. */
  crashBoard(): Promise<void>;
  /** Resolves when the database does nothing any more for a killed worker. */
  workerSettled(): Promise<void>;
  /** Reports a broken promise; the run goes on and fails at its end. */
  broken(what: string): void;
  /** Counts something for the report. */
  count(what: string, by?: number): void;
}

/** One kind of work to be killed in. */
export interface CrashKind {
  readonly name: string;
  /** Works, is killed somewhere in it, and is looked at afterwards. */
  round(scene: Scene): Promise<void>;
}
