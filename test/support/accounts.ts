import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../src/base/clock';
import { createLog } from '../../src/base/log';
import { systemRandom, type Random } from '../../src/base/random';
import { StoredBudgets } from '../../src/auth/budgets';
import { Enrollment } from '../../src/auth/enrollment';
import { FactorRecovery } from '../../src/auth/factor-recovery';
import { openSealing } from '../../src/auth/sealing';
import { SecondFactor } from '../../src/auth/second-factor';
import { configSchema } from '../../src/config/schema';
import type { ConfigInput } from '../../src/config/schema';
import { Database } from '../../src/store/database';
import type { Notice, NoticeResult } from '../../src/store/notice';
import { writeProperties } from '../../src/store/properties';
import { insertUser } from '../../src/store/users';
import { FakeClock } from './fake-clock';
import { writeUnusedDatabase } from './unused-database';

/** All login versions that an account can have had. */
export const EVER = { after: -1, upTo: 2 ** 31 - 1 };

export const NOON = Date.UTC(2026, 0, 1, 12, 0, 0);

export interface AccountsOptions {
  readonly config?: ConfigInput;
  /** Another process's folder, to open the same database a second time. */
  readonly folder?: string;
  readonly clock?: Clock;
  /** When the clock stands, noon of a January day where nothing is said. */
  readonly startMs?: number;
  /** Where the words of set-ups come from. */
  readonly random?: Random;
}

export type TestAccounts = Awaited<ReturnType<typeof openAccounts>>;

/** A real database file with second factors on it, and a clock that stands at noon. */
export async function openAccounts(options: AccountsOptions = {}) {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'sallyport-accounts-')));
  const fake = new FakeClock(options.startMs ?? NOON);
  const clock = options.clock ?? fake;
  const config = configSchema.parse(options.config ?? {});
  const logLines: string[] = [];
  const log = createLog({
    level: 'debug',
    write: (line) => logLines.push(line),
    nowMs: () => clock.nowMs(),
  });
  const notices: Notice[] = [];
  const answer: { notice: NoticeResult } = { notice: 'queued' };
  const sealing = openSealing({ file: join(folder, 'keys', 'sealing.json'), random: systemRandom });
  const file = join(folder, 'board.sqlite3');
  if (options.folder === undefined) await writeUnusedDatabase(file);
  const db = await Database.open({ file, clock, log });
  const parts = {
    db,
    clock,
    log,
    sealing,
    random: options.random ?? systemRandom,
    config: () => config,
    budgets: new StoredBudgets({ config: () => config, clock, log }),
    notifier: {
      notify: (_sql: unknown, notice: Notice) => {
        if (answer.notice === 'queued') notices.push(notice);
        return Promise.resolve(answer.notice);
      },
    },
  };
  const secondFactor = new SecondFactor(parts);
  return {
    ...parts,
    folder,
    /** Moves the clock; only where no other one was given. */
    fake,
    notices,
    answer,
    logLines,
    secondFactor,
    /** One code in a transaction of its own. */
    verifyCode: (userId: number, code: string) =>
      db.transaction('board', (sql) => secondFactor.verify(sql, userId, code)),
    enrollment: new Enrollment(parts),
    recovery: new FactorRecovery(parts),
    addUser: (name: string, email = `${name}@example.org`): Promise<number> =>
      db.transaction('board', async (sql) => {
        const id = await insertUser(sql, { name });
        if (id === undefined) throw new Error(`${name} is taken`);
        await writeProperties(sql, id, { account_status: '2', email_address: email });
        return id;
      }),
    async close(): Promise<void> {
      await db.close();
      if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}
