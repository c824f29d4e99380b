import { countCalls, listCalls } from '../store/calls';
import type { Database } from '../store/database';
import type { CallHistory } from './services';

/** Past calls as menus ask for them, straight from the store. */
export function createCallHistory(db: Database): CallHistory {
  return {
    last: async (limit) =>
      (await db.run((sql) => listCalls(sql, { limit }))).map((call) => ({
        userId: call.userId,
        userName: call.userName,
        server: call.server,
        atMs: call.startedAtMs,
      })),
    count: (sinceMs) => db.run((sql) => countCalls(sql, sinceMs)),
  };
}
