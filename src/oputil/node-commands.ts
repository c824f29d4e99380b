import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { BbsError } from '../base/errors';
import { readRunFile } from '../config/run-file';
import { labelOfWay } from '../protocols/ways-in';
import { addAudit } from '../store/audit';
import { addBoardEvent } from '../store/board-events';
import {
  listNodes,
  listOnlineCallers,
  listOpenCalls,
  type NodeRow,
  type OnlineCaller,
} from '../store/node-slots';
import { minuteOf } from './account';
import { type CommandContext, wholeNumber } from './command-context';
import { addNodeDrain } from './node-drain';

const HELP = `
Works from any machine that has the board's configuration and database: each
process of the board hears of it within a second.`;

const MAX_NODE = 999_999_999;

/** `oputil node ...`: the processes of the board and who is on them. */
export function addNodeCommands(program: Command, context: CommandContext): void {
  const node = program.command('node').description('processes of the board, and who is online');
  node.addHelpText('after', HELP);
  node
    .command('list')
    .description('show them, by process and by node number')
    .action(() => list(context));
  node
    .command('kick')
    .description('end the call on a node; the caller may call again')
    .argument('<number>', 'as node list shows it', wholeNumber(1, MAX_NODE))
    .action((number: number) => kick(context, number));
  node
    .command('message')
    .description('show a line to the caller on a node, or to everybody')
    .argument('<number>', "as node list shows it, or 'all'")
    .argument('<text...>')
    .action((to: string, words: readonly string[]) => message(context, to, words.join(' ')));
  node
    .command('reload')
    .description('have every process read configuration, menus and art again')
    .action(() => reload(context));
  addNodeDrain(node, context);
}

/** With the time at which a drain ends the last calls. */
function stateOf({ state, drainUntilMs }: NodeRow): string {
  return state !== 'draining' || drainUntilMs === undefined
    ? state
    : `${state} to ${minuteOf(drainUntilMs).slice(11)}`;
}

interface Found {
  /** Empty where the board is one process. */
  readonly nodes: readonly NodeRow[];
  readonly callers: readonly OnlineCaller[];
  /** Whether a board that is one process takes new callers. */
  readonly state?: string | undefined;
}

/** Who is online; throws where no board runs. */
async function find(context: CommandContext): Promise<Found> {
  const { db } = await context.backend();
  const nodes = await context.read(listNodes);
  if (db.kind === 'postgres' && nodes.length > 0)
    return { nodes, callers: await context.read(listOnlineCallers) };
  const running = db.kind === 'sqlite' ? await context.running() : undefined;
  if (running === undefined) throw new BbsError('USER_INVALID', 'the board does not run');
  const { dataDir } = await context.board();
  // Calls that began before it started were cut short by a kill.
  const startedMs = statSync(join(dataDir, 'run.json'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const callers = await context.read((sql) => listOpenCalls(sql, Math.floor(startedMs) - 1_000));
  return { nodes, callers, state: readRunFile(dataDir)?.state };
}

async function list(context: CommandContext): Promise<void> {
  const { nodes, callers, state } = await find(context);
  const processes = context.table(
    ['Process', 'Host', 'Pid', 'Version', 'State', 'Callers', 'Since (UTC)'].map((title) => ({
      title,
    })),
    nodes.map((row) => [
      ...[String(row.id), row.host, String(row.pid), row.version, stateOf(row)],
      String(callers.filter(({ nodeId }) => nodeId === row.id).length),
      minuteOf(row.startedAtMs),
    ]),
  );
  const online = context.table(
    ['Node', 'User', 'By', 'Process', 'Since (UTC)', 'Where'].map((title) => ({ title })),
    callers.map((caller) => [
      ...[String(caller.node), caller.userName, labelOfWay(caller.server)],
      ...[caller.nodeId === 0 ? '-' : String(caller.nodeId), minuteOf(caller.connectedAtMs)],
      caller.description,
    ]),
  );
  context.show(
    [
      ...(nodes.length === 0 ? [] : [...processes, '']),
      ...(callers.length === 0 ? ['nobody is online'] : online),
      ...(state === undefined || state === 'open' ? [] : [`it takes no new callers: ${state}`]),
    ],
    {
      ...(state === undefined ? {} : { state }),
      processes: nodes,
      callers: callers.map((caller) => ({ ...caller, sessionId: undefined })),
    },
  );
}

async function callerOn(context: CommandContext, number: number): Promise<OnlineCaller> {
  const { callers } = await find(context);
  const there = callers.find(({ node }) => node === number);
  if (there !== undefined) return there;
  throw new BbsError(
    'USER_INVALID',
    `nobody is signed in on node ${number}; see 'oputil node list'`,
  );
}

async function kick(context: CommandContext, number: number): Promise<void> {
  const { node, nodeId, userId, userName } = await callerOn(context, number);
  const { db } = await context.backend();
  await db.transaction('nothing-shared', async (sql) => {
    await addAudit(sql, {
      ...{ atMs: context.clock.nowMs(), node, server: 'oputil', source: '', factor: 0, userId },
      ...{ kind: 'call-kicked', result: 'done', reason: '' },
    });
    await addBoardEvent(sql, { ...toNode(nodeId), kind: 'kick', payload: { node, userId } });
  });
  context.show(`${userName} is sent off node ${node}`, { node, user: userName });
}

async function message(context: CommandContext, to: string, text: string): Promise<void> {
  const { db } = await context.backend();
  const line = { text: `From the sysop: ${text}`, from: 'SysOp', urgent: true };
  if (to === 'all') {
    const { callers } = await find(context);
    await db.run((sql) => addBoardEvent(sql, { kind: 'announce', payload: { message: line } }));
    return context.show(`told everybody: ${callers.length} online`, { to: callers.length });
  }
  const number = wholeNumber(1, MAX_NODE)(to);
  const { node, nodeId, userId, userName } = await callerOn(context, number);
  const payload = { node, userId, message: line };
  await db.run((sql) => addBoardEvent(sql, { ...toNode(nodeId), kind: 'message', payload }));
  context.show(`told ${userName} on node ${node}`, { node, user: userName });
}

async function reload(context: CommandContext): Promise<void> {
  const { nodes } = await find(context);
  const { db } = await context.backend();
  await db.run((sql) => addBoardEvent(sql, { kind: 'reload', payload: {} }));
  const count = Math.max(1, nodes.length);
  context.show(
    count === 1 ? 'the board reads its files again' : `${count} processes read their files again`,
    { processes: count },
  );
}

/** To the process that has the caller; a board that is one process reads all. */
function toNode(nodeId: number): { readonly nodeId?: number } {
  return nodeId === 0 ? {} : { nodeId };
}
