import { setTimeout as delay } from 'node:timers/promises';
import type { ConfigInput } from '../../src/config/schema';
import type { Database } from '../../src/store/database';
import { selectRows } from '../../src/store/dialect';
import { Cluster, findServer, SERVERS } from '../pg/cluster';
import { CutLine } from '../pg/cut-line';

/** Who uses the database: the board that is killed, those that are killed beside it, and who looks afterwards. */
export type Role = 'board' | 'worker' | 'judge';

/** The database of a run. */
export interface CrashDatabase {
  readonly name: string;
  /** On whose way each statement can be seen; undefined where there is no way. */
  readonly line: CutLine | undefined;
  configOf(role: Role): ConfigInput;
  /** Resolves when nothing goes on any more of what the killed one had begun. */
  settled(role: Role, db: Database): Promise<void>;
  /** What must have no rows, beside what both databases must not have. */
  readonly mustBeEmpty: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** One file, of which what a killed process had not committed is not part. */
export const sqlite: CrashDatabase = {
  name: 'SQLite',
  line: undefined,
  configOf: () => ({}),
  settled: () => Promise.resolve(),
  mustBeEmpty: {
    integrity: `SELECT * FROM pragma_integrity_check WHERE integrity_check <> 'ok'`,
    'foreign keys': 'SELECT * FROM pragma_foreign_key_check',
  },
  close: () => Promise.resolve(),
};

const PATIENCE_MS = 20_000;

/** A server of its own, which is never killed; undefined where none is installed. */
export async function openPostgres(): Promise<CrashDatabase | undefined> {
  if (findServer() === undefined) {
    console.error(`there is no PostgreSQL in ${SERVERS}: apt-get install postgresql`);
    return undefined;
  }
  const cluster = Cluster.start();
  // Who they are is how the server tells their connections apart.
  for (const role of ['worker', 'judge'])
    cluster.asAdmin(`create role ${role} login in role board`);
  const line = await CutLine.open(cluster.folder);
  return {
    name: 'PostgreSQL',
    line,
    configOf: (role) => {
      const folder = role === 'board' ? line.folder : cluster.folder;
      const connection = `postgres://${role}@localhost/board?host=${encodeURIComponent(folder)}`;
      return { database: { client: 'postgres', connection } };
    },
    async settled(role, db) {
      // The server ends what it has heard of, and then notices that nobody is there.
      const untilMs = performance.now() + PATIENCE_MS;
      const left = 'select pid, state, query from pg_stat_activity where usename = ?';
      for (;;) {
        const rows = await db.run((sql) => selectRows<object>(sql, left, [role]));
        if (rows.length === 0) return;
        if (performance.now() > untilMs)
          throw new Error(`connections of a killed process stay: ${JSON.stringify(rows)}`);
        await delay(5);
      }
    },
    mustBeEmpty: {
      'a transaction that stays open':
        "select pid, usename, query from pg_stat_activity where state = 'idle in transaction'" +
        " and state_change < clock_timestamp() - interval '5 s'",
    },
    async close() {
      await line.close();
      cluster.remove();
    },
  };
}
