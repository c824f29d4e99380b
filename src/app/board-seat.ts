import { hostname } from 'node:os';
import type { BoardClock } from '../base/clock';
import { toError } from '../base/errors';
import type { Log } from '../base/log';
import { VERSION } from '../base/version';
import type { Config } from '../config/schema';
import type { NodeMessage } from '../menu/run/inbox';
import type { DoorSeats } from '../servers/door-seats';
import type { Nodes } from '../servers/nodes';
import { SharedNodes } from '../servers/shared-nodes';
import { SharedNumbers } from '../servers/shared-numbers';
import type { AccountEvents } from '../store/account-events';
import { BoardEventReader, removeBoardEvent } from '../store/board-events';
import type { Database } from '../store/database';
import type { BoardEvent, NodeState } from '../store/shared-node';

interface SeatOptions {
  readonly nodes: Nodes;
  readonly doorSeats: DoorSeats;
  readonly config: () => Config;
  readonly clock: BoardClock;
  readonly log: Log;
}

/** What an event has an effect on, beside the callers. */
interface SeatParts {
  readonly accountEvents: Pick<AccountEvents, 'hear'>;
  /** Reads configuration, menus and art again. */
  readonly reload: () => void;
  /** Empties this process by an order of another machine; undefined ends that. */
  readonly drain: (order: unknown) => void;
  /** Ends what belongs to a session of a process that ended without a word. */
  readonly endSession: (sessionId: string) => Promise<void>;
}

/** This process among those that run the board. */
export interface BoardSeat {
  /** False while nobody may be signed in here. */
  isHeld(): boolean;
  /** True where no other process runs the board now. */
  isAlone(): boolean;
  /** Says whether this process takes callers, where others may ask. */
  setState(state: NodeState): void;
  /** To be called once these are there; what is told before is not missed by them. */
  attach(parts: SeatParts): void;
  release(): Promise<void>;
}

/** Registers this process where several may run on the database; node numbers are shared from then on. */
export async function takeSeat(db: Database, options: SeatOptions): Promise<BoardSeat> {
  const { nodes, doorSeats, config, clock, log } = options;
  const known: { numbers?: SharedNumbers; shared?: SharedNodes; parts?: SeatParts } = {};
  const early: BoardEvent[] = [];
  let cleared = Promise.resolve();
  const take = (event: BoardEvent): void => {
    act(event, { ...options, ...known });
    if (event.kind !== 'message') return;
    // What one caller writes to another is nobody else's; only the one process that it is for reads it.
    cleared = cleared
      .then(() => db.run((sql) => removeBoardEvent(sql, event.id)))
      .catch((error: unknown) => log.warn('node.message-kept', { error: toError(error) }));
  };
  const attach = (parts: SeatParts): void => {
    known.parts = parts;
    for (const event of early.splice(0)) take(event);
  };
  const onEvents = (events: readonly BoardEvent[]): void => {
    if (known.parts === undefined) early.push(...events);
    else for (const event of events) take(event);
  };
  const node = await db.joinBoard({
    ...{ version: VERSION, host: hostname(), pid: process.pid, clock, log, onEvents },
    onLost: () => {
      known.numbers?.lose();
      known.shared?.lose();
      nodes.cutOff();
    },
    onJoined: () => void known.numbers?.fill(),
    onCallers: () => known.shared?.changed(),
    onGone: (sessionIds) => void endSessions(sessionIds, { log, parts: known.parts }),
  });
  if (node === undefined) {
    const reader = await BoardEventReader.open({ db, clock, log, onEvents });
    const always = (): boolean => true;
    return {
      isHeld: always,
      isAlone: always,
      setState: () => undefined,
      attach,
      release: () => reader.close().then(() => cleared),
    };
  }
  const numbers = new SharedNumbers({ node, log, most: () => config().general.maxConnections });
  const shared = new SharedNodes({ db, node, nodes, clock, log });
  Object.assign(known, { numbers, shared });
  nodes.share(numbers, shared);
  doorSeats.share({ db, node });
  await numbers.fill();
  shared.changed();
  return {
    isHeld: () => node.isHeld(),
    isAlone: () => node.others().length === 0,
    setState: (state) => node.setState(state),
    attach,
    release: async () => {
      await shared.close();
      await doorSeats.close();
      await cleared;
      await node.release();
    },
  };
}

/** What `oputil` and the other processes send. */
interface Told {
  readonly node?: number;
  readonly userId?: number;
  readonly by?: number;
  readonly message?: NodeMessage;
}

function act(
  { id, kind, payload }: BoardEvent,
  parts: SeatOptions & { readonly shared?: SharedNodes; readonly parts?: SeatParts },
): void {
  const { nodes, log } = parts;
  try {
    const told = JSON.parse(payload) as Told | number;
    if (typeof told === 'number') {
      if (kind === 'account') void parts.parts?.accountEvents.hear([told]);
      return;
    }
    const { node = 0, userId = 0, message } = told;
    // The number may be somebody else's by now.
    const handle = nodes.callsOf(userId).find((each) => each.node === node)?.handle;
    if (kind === 'signed-in') void parts.shared?.signedInElsewhere(id, told);
    else if (kind === 'kick') handle?.kicked();
    else if (kind === 'message' && message !== undefined) handle?.post(message);
    else if (kind === 'announce' && message !== undefined) nodes.postToAll(message);
    else if (kind === 'reload') parts.parts?.reload();
    else if (kind === 'drain') parts.parts?.drain(told);
    else if (kind === 'undrain') parts.parts?.drain(undefined);
  } catch (error) {
    // An event of another version of the program; what else is told goes on.
    log.warn('node.event-not-understood', { kind, error: toError(error) });
  }
}

async function endSessions(
  sessionIds: readonly string[],
  { log, parts }: { readonly log: Log; readonly parts: SeatParts | undefined },
): Promise<void> {
  for (const sessionId of sessionIds)
    await parts?.endSession(sessionId).catch((error: unknown) => {
      // A set-up that nobody confirms ends by itself.
      log.warn('node.session-not-ended', { error: toError(error) });
    });
}
