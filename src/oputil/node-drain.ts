import type { Command } from 'commander';
import { setTimeout as delay } from 'node:timers/promises';
import { BbsError } from '../base/errors';
import {
  type DrainOrder,
  readRunFile,
  removeDrainOrder,
  writeDrainOrder,
} from '../config/run-file';
import { addBoardEvent } from '../store/board-events';
import { listNodes, listOnlineCallers } from '../store/node-slots';
import { type CommandContext, wholeNumber } from './command-context';

const HELP = `
Before a restart: drain tells the balancer (/_enig/ready answers 503), takes
callers for some seconds more, until it knows, then turns new ones away with a
sentence. Those who are on stay until they leave, or until --limit, of which
they are told. A start ends it, and so does undrain. Without a number it is the
process of this data folder.

  oputil node drain --wait --limit 30 && systemctl restart sallyport
  oputil node drain 3 --wait     process 3 of node list, on any machine`;

/** How soon a board that runs has answered. */
const ANSWER_MS = 10_000;
const LOOK_MS = 200;
const MOST_ID = 999_999_999;

/** `node drain` and `node undrain`. */
export function addNodeDrain(node: Command, context: CommandContext): void {
  const id = wholeNumber(1, MOST_ID);
  node
    .command('drain')
    .description('take no new callers in a process; who is on may stay')
    .argument('[process]', 'its number in node list', id)
    .addHelpText('after', HELP)
    .option('--lead <seconds>', 'time in which callers are still taken', wholeNumber(0, 3_600), 10)
    .option('--limit <minutes>', 'end the last calls after it', wholeNumber(1, 1_440))
    .option('--wait', 'come back when the last caller has left')
    .action((number: number | undefined, options: DrainOptions) => drain(context, number, options));
  node
    .command('undrain')
    .description('take callers again')
    .argument('[process]', 'its number in node list', id)
    .action((number: number | undefined) => undrain(context, number));
}

interface DrainOptions {
  readonly lead: number;
  readonly limit?: number;
  readonly wait?: boolean;
}

/** What a process says of itself. */
interface Seen {
  readonly state: string;
  readonly callers: number;
}

/** A process that can be emptied. */
interface Drained {
  /** As messages name it. */
  readonly name: string;
  /** undefined has it take callers again. */
  order(order: DrainOrder | undefined): Promise<void>;
  /** undefined once it has ended. */
  look(): Promise<Seen | undefined>;
}

async function drain(
  context: CommandContext,
  number: number | undefined,
  options: DrainOptions,
): Promise<void> {
  const board = await find(context, number);
  await board.order({
    leadSeconds: options.lead,
    ...(options.limit === undefined ? {} : { limitMinutes: options.limit }),
  });
  const { state, callers } = await stateOf(board, (found) => found !== 'open');
  if (options.wait !== true) {
    const end = options.limit === undefined ? '' : `, for ${options.limit} minutes at most`;
    const again = number === undefined ? '' : ` ${number}`;
    context.show(
      [
        `New callers are turned away in ${options.lead} s; ${callers} on it may stay${end}.`,
        `oputil node undrain${again} takes callers again; so does a start.`,
      ],
      { state, callers },
    );
    return;
  }
  if (!context.json) context.note(`waiting for ${callers} callers to leave`);
  let seen = await board.look();
  for (; seen?.state === 'draining'; seen = await board.look()) await delay(LOOK_MS);
  if (seen?.state === 'open')
    throw new BbsError('USER_INVALID', 'the board takes callers again: somebody has ended it');
  context.show('Nobody is on it any more.', { state: 'drained', callers: 0 });
}

async function undrain(context: CommandContext, number: number | undefined): Promise<void> {
  const board = await find(context, number);
  await board.order(undefined);
  await stateOf(board, (state) => state === 'open');
  context.show('The board takes callers.', { state: 'open' });
}

async function find(context: CommandContext, number: number | undefined): Promise<Drained> {
  return number === undefined ? processHere(context) : processOf(context, number);
}

/** The process of the data folder, which reads its orders there, whatever the database does. */
async function processHere(context: CommandContext): Promise<Drained> {
  const { dataDir } = await context.board();
  if ((await context.running())?.listening === undefined) {
    const others = 'see --board and --data, or name a process of node list';
    throw new BbsError('PREREQUISITE_MISSING', `no board runs on ${dataDir}; ${others}`);
  }
  return {
    name: `the board on ${dataDir}`,
    order: async (order) => {
      if (order === undefined) removeDrainOrder(dataDir);
      else writeDrainOrder(dataDir, order);
      return Promise.resolve();
    },
    look: async () => {
      const run = readRunFile(dataDir);
      if (run?.state === undefined || (await context.running()) === undefined) return undefined;
      return { state: run.state, callers: run.callers ?? 0 };
    },
  };
}

/** A process on any machine, by the database. */
async function processOf(context: CommandContext, number: number): Promise<Drained> {
  const { db } = await context.backend();
  if (db.kind === 'sqlite')
    throw new BbsError('USER_INVALID', 'this board is one process: leave its number out');
  const row = (await context.read(listNodes)).find(({ id }) => id === number);
  if (row === undefined)
    throw new BbsError('USER_INVALID', `there is no process ${number}; see 'oputil node list'`);
  return {
    name: `process ${number} (${row.host}, pid ${row.pid})`,
    order: async (order) => {
      const event = order === undefined ? 'undrain' : 'drain';
      const told = { kind: event, nodeId: number, payload: order ?? {} };
      await db.run((sql) => addBoardEvent(sql, told));
    },
    look: async () => {
      const [nodes, callers] = await context.read(
        async (sql) => [await listNodes(sql), await listOnlineCallers(sql)] as const,
      );
      const found = nodes.find(({ id }) => id === number);
      if (found === undefined) return undefined;
      const count = callers.filter(({ nodeId }) => nodeId === number).length;
      return { state: found.state, callers: count };
    },
  };
}

/** What the process says of itself, as soon as it is what was ordered. */
async function stateOf(board: Drained, isIt: (state: string) => boolean): Promise<Seen> {
  for (let waitedMs = 0; waitedMs < ANSWER_MS; waitedMs += LOOK_MS) {
    const seen = await board.look();
    if (seen !== undefined && isIt(seen.state)) return seen;
    await delay(LOOK_MS);
  }
  throw new BbsError('TIMED_OUT', `${board.name} does not answer; see its log`);
}
