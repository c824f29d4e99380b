import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/base/clock';
import { LIMITS } from '../../src/base/limits';
import { Database } from '../../src/store/database';
import { PostgresPulse } from '../../src/store/postgres-pulse';
import { MemoryLog } from '../support/memory-log';
import { CutLine } from './cut-line';
import { schemaOf, serverOf, SOCKET, useSocket } from './database-place';

let line: CutLine;
let folder: string;
let db: Database;
let log: MemoryLog;

beforeEach(async () => {
  line = await CutLine.open(SOCKET);
  folder = await mkdtemp(join(tmpdir(), 'sallyport-silence-'));
  log = new MemoryLog();
  const schema = schemaOf(join(folder, 'board'));
  useSocket(line.folder, SOCKET);
  db = await Database.open({ server: serverOf(schema), clock: systemClock, log });
  useSocket(SOCKET);
});
afterEach(async () => {
  await db.close();
  await line.close();
  await rm(folder, { recursive: true });
});

const events = (): readonly string[] => log.entries.map(({ event }) => event);
const read = (): Promise<readonly unknown[]> => db.run((sql) => sql('unfinished'));
const add = (): Promise<unknown> =>
  db.transaction('nothing-shared', (sql) => sql('unfinished').insert({ task: 'purge' }));

/** What a call says, and after how many milliseconds. */
async function refusal(call: Promise<unknown>): Promise<{ code: unknown; tookMs: number }> {
  const startedMs = performance.now();
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return { code, tookMs: performance.now() - startedMs };
}

test('a commit that a silent server does not answer is unknown, who comes then is refused at once, and all goes on when it answers', async () => {
  await read();
  line.silenceAt((sent) => sent.includes('COMMIT'));
  const first = await refusal(add());
  expect(first.code).toBe('STORE_UNSURE');
  expect(first.tookMs).toBeLessThan(LIMITS.storeMs - 1_000);
  for (const call of [read, add, read]) {
    const { code, tookMs } = await refusal(call());
    expect(code).toBe('STORE_FAILED');
    expect(tookMs).toBeLessThan(500);
  }
  line.mend();
  const mendedMs = performance.now();
  let rows: readonly unknown[] | undefined;
  while (rows === undefined && performance.now() - mendedMs < 5_000)
    rows = await read().catch(async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return undefined;
    });
  // It was kept once, and nothing that was refused was done.
  expect(rows).toHaveLength(1);
  expect(events().filter((event) => /^store\.(silent|works)/.test(event))).toEqual([
    'store.silent',
    'store.works-again',
  ]);
});

test('a statement that takes long on a server that answers is waited for', async () => {
  await db.run((sql) => sql.raw('select pg_sleep(3)'));
  expect(events()).not.toContain('store.silent');
});

test('a call that waits for its turn in the pool is refused with those that it waits for', async () => {
  await read();
  line.silenceAt(() => true);
  const calls = await Promise.all(Array.from({ length: 30 }, async () => refusal(read())));
  expect(new Set(calls.map(({ code }) => code))).toEqual(new Set(['STORE_FAILED']));
  expect(Math.max(...calls.map(({ tookMs }) => tookMs))).toBeLessThan(LIMITS.storeMs - 1_000);
});

test('a proxy that takes connections and breaks them off says nothing of the server behind it', async () => {
  let cuts = 0;
  const broken = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
  const ask = (): Promise<void> => Promise.reject(broken);
  const pulse = new PostgresPulse({ where: 'the database', log, ask, cut: () => (cuts += 1) });
  try {
    const waits = new Promise<void>((_, reject) => {
      const look = setInterval(() => {
        if (cuts === 0) return;
        clearInterval(look);
        reject(broken);
      }, 10);
    });
    await expect(pulse.during(() => waits)).rejects.toBe(broken);
    await expect(
      pulse.turn(
        () => Promise.resolve(),
        () => Promise.resolve(),
      ),
    ).rejects.toMatchObject({ code: 'TIMED_OUT' });
  } finally {
    pulse.close();
  }
});
