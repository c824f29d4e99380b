import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BoardClock } from '../../src/base/clock';
import { chargeAttempt } from '../../src/store/attempts';
import { Database } from '../../src/store/database';
import type { SharedNode } from '../../src/store/shared-node';
import { findTimelineMark, Timeline } from '../../src/store/timeline';
import { FakeClock } from '../support/fake-clock';
import { MemoryLog } from '../support/memory-log';
import { schemaOf, serverOf, sql } from './database-place';

let folder: string;
let schema: string;
let log: MemoryLog;
const open: (() => Promise<void>)[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-node-'));
  schema = schemaOf(join(folder, 'board'));
  log = new MemoryLog();
});

afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
  sql(`drop schema ${schema} cascade`);
  await rm(folder, { recursive: true });
});

interface Process {
  readonly db: Database;
  readonly node: SharedNode;
  /** Of its machine; it stands still until it is moved. */
  readonly machine: FakeClock;
  readonly clock: BoardClock;
  /** How often its lease was lost. */
  readonly losses: () => number;
}

/** A process of the board, with a timeline, on a machine of its own. */
async function start(startMs = Date.now()): Promise<Process> {
  const machine = new FakeClock(startMs);
  const clock = new BoardClock(machine);
  const db = await Database.open({ server: serverOf(schema), clock, log });
  open.push(() => db.close());
  let losses = 0;
  const node = await db.joinBoard({
    ...{ version: '0', host: 'here', pid: process.pid, clock, log },
    onLost: () => (losses += 1),
    onJoined: () => undefined,
    onCallers: () => undefined,
    onGone: () => undefined,
    onEvents: () => undefined,
  });
  if (node === undefined) throw new Error('not joined');
  open.push(() => node.release());
  const timeline = await Timeline.open({
    db,
    clock,
    log,
    isAlone: () => node.others().length === 0,
  });
  open.push(() => timeline.close());
  return { db, node, machine, clock, losses: () => losses };
}

/** Moves its machine on by steps, in each of which the database answers, until it is so. */
async function goOnUntil(
  what: string,
  on: Process,
  holds: () => Promise<boolean> | boolean,
  stepMs = 1_000,
): Promise<void> {
  for (let passedMs = 0; passedMs < 60_000; passedMs += stepMs) {
    if (await holds()) return;
    await on.machine.advance(stepMs);
    for (let turns = 0; turns < 5; turns += 1) await on.db.run((s) => s.raw('select 1'));
  }
  throw new Error(`waited in vain: ${what}`);
}

/** Moves its machine on, and waits until the others can know. */
async function leap(process: Process, byMs: number): Promise<void> {
  const atMs = process.clock.timelineMs() + byMs;
  process.machine.skip(byMs);
  await goOnUntil('its mark', process, async () => {
    const mark = await process.db.run(findTimelineMark);
    return mark !== undefined && mark.timelineMs >= atMs;
  });
}

test('a process whose machine stood still has the timeline of the others before it grants anything again (rules A11, L13)', async () => {
  const first = await start();
  const second = await start();
  await leap(first, 1_000_000);
  const { id } = second.node;
  sql(`delete from ${schema}.node where id = ${id}`);
  await goOnUntil('it to join again', second, () => ![0, id].includes(second.node.id));
  expect(second.node.isHeld()).toBe(true);
  expect(second.losses()).toBe(1);
  // At most what passed between the last mark and now.
  expect(first.clock.timelineMs() - second.clock.timelineMs()).toBeLessThan(10_000);
  const rule = { free: 5, firstWaitMs: 30_000, mostWaitMs: 900_000 };
  const key = { subject: 'u:1', factor: 'password', budget: '' } as const;
  const kinds: string[] = [];
  for (let guess = 0; guess < 20; guess += 1) {
    const { db, clock } = guess % 2 === 0 ? first : second;
    const options = { rule, timelineMs: clock.timelineMs(), about: { account: 1 } };
    kinds.push((await chargeAttempt(db, key, options)).kind);
  }
  expect(kinds.filter((kind) => kind === 'charged')).toHaveLength(5);
});

test('a process that is behind catches up with its next beat, and its mark takes nothing back (rule L13)', async () => {
  const first = await start();
  const second = await start();
  await leap(first, 40_000);
  const { id } = second.node;
  await goOnUntil('it to catch up', second, () => log.of('clock.caught-up').length > 0);
  expect(first.clock.timelineMs() - second.clock.timelineMs()).toBeLessThan(10_000);
  expect([second.node.id, second.losses()]).toEqual([id, 0]);
});

test('a process that starts beside others has their timeline, whatever its clock says (rules D2, L13)', async () => {
  const first = await start();
  const second = await start(Date.now() + 3_600_000);
  const third = await start(Date.now() - 3_600_000);
  for (const { clock } of [second, third])
    expect(Math.abs(clock.timelineMs() - first.clock.timelineMs())).toBeLessThan(10_000);
});

/** Cuts the connection of its lease, and lets it make no other. */
async function cutLink(by: Database): Promise<void> {
  const held = by.holdAlone();
  sql(
    "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'" +
      ` and granted and mode = 'ShareLock' and classid = '${schema}'::regnamespace::oid`,
  );
  const hold = await held;
  open.push(() => hold.release());
}

test('a process that has lost its link alone ends its calls within fifteen seconds (rules I6, J2)', async () => {
  const only = await start();
  const startedMs = only.clock.monotonicMs();
  await cutLink(only.db);
  await goOnUntil('the loss', only, () => only.losses() > 0, 100);
  expect(only.clock.monotonicMs() - startedMs).toBeLessThanOrEqual(15_000);
  expect([only.node.isHeld(), only.node.id, only.losses()]).toEqual([false, 0, 1]);
});

test('a process that the database does not answer at all keeps its calls', async () => {
  const only = await start();
  const other = await Database.open({ server: serverOf(schema), clock: only.clock, log });
  open.push(() => other.close());
  await cutLink(other);
  jest.spyOn(only.db, 'run').mockRejectedValue(new Error('no answer'));
  for (let seconds = 0; seconds < 40; seconds += 1) await only.machine.advance(1_000);
  expect([only.node.isHeld(), only.losses()]).toEqual([false, 0]);
  jest.restoreAllMocks();
  await goOnUntil('the loss', only, () => only.losses() > 0);
});

test('numbers that are taken while somebody else is buried stay taken, although the burial fails', async () => {
  const only = await start();
  sql(
    `insert into ${schema}.node (host, pid, version, started_at, lease_until) values ('gone', 1, '0', 0, 0);` +
      ` create function ${schema}.refuse() returns trigger language plpgsql as` +
      " $$ begin raise exception 'not now'; end $$;" +
      ` create trigger refuse before delete on ${schema}.node for each row execute function ${schema}.refuse()`,
  );
  const numbers: number[] = [];
  for (let beat = 0; beat < 5; beat += 1) {
    const failures = log.of('node.not-renewed').length;
    await only.machine.advance(5_000);
    for (let taken = 0; taken < 20; taken += 1) numbers.push(...(await only.node.reserve(1, 0)));
    if (beat === 0) expect(log.of('node.not-renewed').length).toBe(failures + 1);
  }
  const rows = await only.db.run((s) => s('node_slot').pluck('number'));
  expect(numbers).toHaveLength(100);
  expect(numbers.filter((number) => !rows.includes(number))).toEqual([]);
  sql(`drop trigger refuse on ${schema}.node`);
});
