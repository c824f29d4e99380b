import type { Sql } from './database';

/** A caller who is signed in, as processes of the board tell each other. */
export interface OnlineCaller {
  readonly node: number;
  /** The process that the caller is connected to. */
  readonly nodeId: number;
  readonly userId: number;
  readonly userName: string;
  readonly sessionId: string;
  readonly server: string;
  readonly description: string;
  readonly connectedAtMs: number;
  readonly isVisible: boolean;
  readonly isAvailable: boolean;
}

/** A process that runs the board. */
export interface NodeRow {
  readonly id: number;
  readonly host: string;
  readonly pid: number;
  readonly version: string;
  /** `open`, `draining` or `drained`. */
  readonly state: string;
  /** When those who stay are ended; undefined lets them stay. */
  readonly drainUntilMs: number | undefined;
  readonly startedAtMs: number;
}

type Stored = Readonly<Record<string, unknown>>;

const NOBODY = {
  ...{ user_id: null, user_name: null, session_id: null, server: null, description: null },
  ...{ connected_at: null, is_visible: 1, is_available: 1 },
};

/** Sets who is on a node number of this process; nobody where there is no caller. */
export async function writeCaller(
  sql: Sql,
  place: { readonly node: number; readonly nodeId: number },
  caller: Omit<OnlineCaller, 'node' | 'nodeId'> | undefined,
): Promise<void> {
  const row =
    caller === undefined
      ? NOBODY
      : {
          ...{ user_id: caller.userId, user_name: caller.userName, session_id: caller.sessionId },
          ...{ server: caller.server, description: caller.description },
          connected_at: caller.connectedAtMs,
          is_visible: caller.isVisible ? 1 : 0,
          is_available: caller.isAvailable ? 1 : 0,
        };
  await sql('node_slot').where({ number: place.node, node_id: place.nodeId }).update(row);
}

/** Who is signed in on all processes, by node number. */
export async function listOnlineCallers(sql: Sql): Promise<readonly OnlineCaller[]> {
  const rows: readonly Stored[] = await sql('node_slot').whereNotNull('user_id').orderBy('number');
  return rows.map((row) => ({
    node: Number(row['number']),
    nodeId: Number(row['node_id']),
    userId: Number(row['user_id']),
    userName: String(row['user_name']),
    sessionId: String(row['session_id']),
    server: String(row['server']),
    description: String(row['description']),
    connectedAtMs: Number(row['connected_at']),
    isVisible: Number(row['is_visible']) === 1,
    isAvailable: Number(row['is_available']) === 1,
  }));
}

/** Callers of a board that is one process: the calls that began since it started and have not ended. */
export async function listOpenCalls(sql: Sql, sinceMs: number): Promise<readonly OnlineCaller[]> {
  const rows: readonly Stored[] = await sql('call')
    .whereNull('ended_at')
    .andWhere('started_at', '>=', sinceMs)
    .orderBy('node');
  return rows.map((row) => ({
    node: Number(row['node']),
    nodeId: 0,
    userId: Number(row['user_id']),
    userName: String(row['user_name']),
    sessionId: String(row['session_id']),
    server: String(row['server']),
    description: '',
    connectedAtMs: Number(row['started_at']),
    isVisible: true,
    isAvailable: true,
  }));
}

export async function listNodes(sql: Sql): Promise<readonly NodeRow[]> {
  const rows: readonly Stored[] = await sql('node').orderBy('id');
  return rows.map((row) => ({
    id: Number(row['id']),
    host: String(row['host']),
    pid: Number(row['pid']),
    version: String(row['version']),
    state: String(row['state']),
    drainUntilMs: row['drain_until'] === null ? undefined : Number(row['drain_until']),
    startedAtMs: Number(row['started_at']),
  }));
}
