import { hostname } from 'node:os';
import type { Clock } from '../base/clock';
import type { Log } from '../base/log';
import { VERSION } from '../base/version';
import type { Config } from '../config/schema';
import type { Nodes } from '../servers/nodes';
import { SharedNumbers } from '../servers/shared-numbers';
import type { Database } from '../store/database';

interface SeatOptions {
  readonly nodes: Nodes;
  readonly config: () => Config;
  readonly clock: Clock;
  readonly log: Log;
}

/** This process among those that run the board. */
export interface BoardSeat {
  /** False while nobody may be signed in here. */
  isHeld(): boolean;
  /** True where no other process runs the board now. */
  isAlone(): boolean;
  release(): Promise<void>;
}

/** Registers this process where several may run on the database; node numbers are shared from then on. */
export async function takeSeat(db: Database, options: SeatOptions): Promise<BoardSeat> {
  const { nodes, config, clock, log } = options;
  const known: { numbers?: SharedNumbers } = {};
  const node = await db.joinBoard({
    ...{ version: VERSION, host: hostname(), pid: process.pid, clock, log },
    onLost: () => {
      known.numbers?.lose();
      nodes.cutOff();
    },
    onJoined: () => void known.numbers?.fill(),
    onEvents: () => undefined,
    onCallers: () => undefined,
    onGone: () => undefined,
  });
  if (node === undefined) {
    const always = (): boolean => true;
    return { isHeld: always, isAlone: always, release: () => Promise.resolve() };
  }
  const numbers = new SharedNumbers({ node, log, most: () => config().general.maxConnections });
  known.numbers = numbers;
  nodes.share(numbers);
  await numbers.fill();
  return {
    isHeld: () => node.isHeld(),
    isAlone: () => node.others().length === 0,
    release: () => node.release(),
  };
}
