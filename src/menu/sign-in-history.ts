import { listSignIns } from '../store/audit';
import type { Database } from '../store/database';
import type { SignInHistory } from './services';

/** What happened to one's own account, straight from the audit. */
export function createSignInHistory(db: Database): SignInHistory {
  return {
    of: async (userId, limit) =>
      (await db.run((sql) => listSignIns(sql, { userId, limit }))).map((row) => ({
        atMs: row.atMs,
        server: row.server,
        source: row.source,
        kind: row.kind,
        result: row.result,
        reason: row.reason,
      })),
  };
}
