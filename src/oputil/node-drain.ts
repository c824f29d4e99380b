import type { Command } from 'commander';
import { setTimeout as delay } from 'node:timers/promises';
import { BbsError } from '../base/errors';
import {
  type DrainOrder,
  readRunFile,
  removeDrainOrder,
  writeDrainOrder,
} from '../config/run-file';
import { type CommandContext, wholeNumber } from './command-context';

const HELP = `
Before a restart: drain tells the balancer (/_enig/ready answers 503), takes
callers for some seconds more, until it knows, then turns new ones away with a
sentence. Those who are on stay until they leave, or until --limit, of which
they are told. A start ends it, and so does undrain.

  oputil node drain --wait --limit 30 && systemctl restart sallyport`;

/** How soon a board that runs has answered. */
const ANSWER_MS = 5_000;
const LOOK_MS = 200;

/** `node drain` and `node undrain`. */
export function addNodeDrain(node: Command, context: CommandContext): void {
  node
    .command('drain')
    .description('take no new callers in the process of this data folder; who is on may stay')
    .addHelpText('after', HELP)
    .option('--lead <seconds>', 'time in which callers are still taken', wholeNumber(0, 3_600), 10)
    .option('--limit <minutes>', 'end the last calls after it', wholeNumber(1, 1_440))
    .option('--wait', 'come back when the last caller has left')
    .action((options: DrainOptions) => drain(context, options));
  node
    .command('undrain')
    .description('take callers again')
    .action(() => undrain(context));
}

interface DrainOptions {
  readonly lead: number;
  readonly limit?: number;
  readonly wait?: boolean;
}

async function drain(context: CommandContext, options: DrainOptions): Promise<void> {
  const { dataDir } = await runningBoard(context);
  const order: DrainOrder = {
    leadSeconds: options.lead,
    ...(options.limit === undefined ? {} : { limitMinutes: options.limit }),
  };
  writeDrainOrder(dataDir, order);
  const found = await stateOf(context, dataDir, (state) => state !== 'open');
  const { callers = 0 } = found;
  if (options.wait !== true) {
    const end = options.limit === undefined ? '' : `, for ${options.limit} minutes at most`;
    context.show(
      [
        `New callers are turned away in ${options.lead} s; ${callers} on it may stay${end}.`,
        'oputil node undrain takes callers again; so does a start.',
      ],
      { state: found.state, callers },
    );
    return;
  }
  if (!context.json) context.note(`waiting for ${callers} callers to leave`);
  while (readRunFile(dataDir)?.state === 'draining' && (await context.running()) !== undefined)
    await delay(LOOK_MS);
  const state = readRunFile(dataDir)?.state;
  if (state === 'open')
    throw new BbsError('USER_INVALID', 'the board takes callers again: somebody has ended it');
  context.show('Nobody is on it any more.', { state: 'drained', callers: 0 });
}

async function undrain(context: CommandContext): Promise<void> {
  const { dataDir } = await runningBoard(context);
  removeDrainOrder(dataDir);
  await stateOf(context, dataDir, (state) => state === 'open');
  context.show('The board takes callers.', { state: 'open' });
}

async function runningBoard(context: CommandContext): Promise<{ readonly dataDir: string }> {
  const { dataDir } = await context.board();
  if ((await context.running())?.listening !== undefined) return { dataDir };
  throw new BbsError('PREREQUISITE_MISSING', `no board runs on ${dataDir}; see --board and --data`);
}

/** What the board says of itself, as soon as it is what was ordered. */
async function stateOf(
  context: CommandContext,
  dataDir: string,
  isIt: (state: string) => boolean,
): Promise<NonNullable<ReturnType<typeof readRunFile>>> {
  for (let waitedMs = 0; waitedMs < ANSWER_MS; waitedMs += LOOK_MS) {
    const run = readRunFile(dataDir);
    if (run?.state !== undefined && isIt(run.state)) return run;
    await delay(LOOK_MS);
  }
  throw new BbsError('TIMED_OUT', `the board on ${dataDir} does not answer; see its log`);
}
