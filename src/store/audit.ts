import type { Sql } from './database';
import { send } from './sending';

/** One step of a sign-in or one change of an account. Rows are added and never changed (rule H5). */
export interface AuditEntry {
  readonly atMs: number;
  readonly node: number;
  /** telnet, rlogin, ssh, wss, web, embedder; oputil and system for what nobody dialled in for. */
  readonly server: string;
  /** Address of the caller, empty where there is none. */
  readonly source: string;
  /** undefined for a name that no account has; the name itself could be a mistyped password. */
  readonly userId: number | undefined;
  readonly factor: 0 | 1 | 2;
  /** password, public-key, second-factor, confirm, password-change, status, ... */
  readonly kind: string;
  readonly result: 'accepted' | 'rejected' | 'done';
  readonly reason: string;
}

export interface AuditRow extends AuditEntry {
  readonly id: number;
}

interface AuditQuery {
  readonly userId?: number;
  readonly sinceMs?: number;
  /** Rows older than this one, for paging. */
  readonly beforeId?: number;
  readonly limit: number;
}

type Stored = Readonly<Record<string, unknown>>;

export async function addAudit(sql: Sql, entry: AuditEntry): Promise<void> {
  const row = {
    at: entry.atMs,
    node: entry.node,
    server: entry.server,
    source: entry.source,
    user_id: entry.userId ?? null,
    factor: entry.factor,
    kind: entry.kind,
    result: entry.result,
    reason: entry.reason,
  };
  await send(sql, sql('audit').insert(row));
}

/** Newest first. */
export async function listAudit(sql: Sql, query: AuditQuery): Promise<readonly AuditRow[]> {
  const rows = sql('audit').orderBy('id', 'desc').limit(query.limit);
  if (query.userId !== undefined) void rows.where({ user_id: query.userId });
  if (query.sinceMs !== undefined) void rows.where('at', '>=', query.sinceMs);
  if (query.beforeId !== undefined) void rows.where('id', '<', query.beforeId);
  return ((await rows) as readonly Stored[]).map(toRow);
}

/** The newest row of a kind about an account since then. */
export async function findAuditAfter(
  sql: Sql,
  query: {
    readonly userId: number;
    readonly kind: string;
    readonly sinceMs: number;
    readonly afterId?: number;
  },
): Promise<AuditRow | undefined> {
  const row: Stored | undefined = await sql('audit')
    .where({ user_id: query.userId, kind: query.kind })
    .andWhere('at', '>=', query.sinceMs)
    .andWhere('id', '>', query.afterId ?? 0)
    .orderBy('id', 'desc')
    .first();
  return row === undefined ? undefined : toRow(row);
}

/** Changes that decide who can sign in to an account (rule A15). */
const CHANGE_KINDS = [
  'second-factor-pending',
  'second-factor-on',
  'second-factor-off',
  'second-factor-shut',
  'second-factor-locked',
  'app-added',
  'app-removed',
  'backup-codes-new',
  'entry-code-made',
  'recovery-asked',
  'recovery-started',
  'recovery-stopped',
  'sheet-new',
  'sheet-gone',
  'line-codes-stopped',
  'ssh-key-added',
  'ssh-key-removed',
  'key-remembered',
  'key-forgotten',
  'password-changed',
  'password-shut',
  'call-ended',
  'mail-change-request',
  'mail-changed',
  'status',
  'unlocked',
];

/** Attempts to sign in to an account by these kinds of credential and changes of how that is done, newest first. */
export async function listSignIns(
  sql: Sql,
  query: { readonly userId: number; readonly kinds: readonly string[]; readonly limit: number },
): Promise<readonly AuditRow[]> {
  const rows: readonly Stored[] = await sql('audit')
    .where({ user_id: query.userId })
    .andWhere((due) => {
      void due
        .whereIn('kind', [...query.kinds, ...CHANGE_KINDS])
        // Of what the sysop sets, the address alone counts: links go there.
        .orWhere(
          (set) => void set.where('kind', 'properties').whereLike('reason', '%email_address%'),
        );
    })
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(query.limit);
  return rows.map(toRow);
}

/** Addresses from which signing in to an account failed, the latest first. */
export async function listFailedSources(
  sql: Sql,
  query: { readonly userId: number; readonly limit: number },
): Promise<readonly string[]> {
  return sql('audit')
    .where({ user_id: query.userId, result: 'rejected' })
    .orderBy('id', 'desc')
    .limit(query.limit)
    .pluck<string[]>('source');
}

function toRow(row: Stored): AuditRow {
  return {
    id: Number(row['id']),
    atMs: Number(row['at']),
    node: Number(row['node']),
    server: String(row['server']),
    source: String(row['source']),
    userId: row['user_id'] === null ? undefined : Number(row['user_id']),
    factor: Number(row['factor']) as 0 | 1 | 2,
    kind: String(row['kind']),
    result: String(row['result']) as AuditEntry['result'],
    reason: String(row['reason']),
  };
}
