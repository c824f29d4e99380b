import { DoorSeats } from '../../src/servers/door-seats';
import { leaveDoorSeats, takeDoorSeat } from '../../src/store/door-seats';
import { selectRows } from '../../src/store/dialect';
import { openAccounts, type TestAccounts } from '../support/accounts';
import { itOnPostgres } from '../support/database-kind';
import { nextLook } from '../support/next-look';
import { eventually } from '../support/raw-caller';

type Leave = (() => void) | undefined;

/** A process of the board that may have callers in doors. */
interface Process {
  readonly accounts: TestAccounts;
  readonly doors: DoorSeats;
  readonly nodeId: number;
}

let one: Process;
let two: Process;
const open: TestAccounts[] = [];

beforeEach(async () => {
  const accounts = await openAccounts();
  open.push(accounts);
  one = await join(accounts);
  const other = await openAccounts({ folder: accounts.folder });
  open.push(other);
  two = await join(other);
});
afterEach(async () => {
  for (const { doors } of [one, two]) await doors.close();
  for (const accounts of open.splice(0).reverse()) await accounts.close();
});

async function join(accounts: TestAccounts): Promise<Process> {
  const { db, clock, log } = accounts;
  const row = { host: 'here', pid: 1, version: '1', started_at: 1, lease_until: 2 };
  const [added] = await db.run((sql) => sql('node').insert(row, ['id']));
  const nodeId = Number((added as { readonly id: number }).id);
  const doors = new DoorSeats({ clock, log });
  doors.share({ db, node: { id: nodeId } });
  return { accounts, doors, nodeId };
}

const counted = (): Promise<number> =>
  one.accounts.db.run(async (sql) => (await sql('door_seat')).length);

/** Until the database counts so many; no question to it is left open. */
async function count(wanted: number): Promise<void> {
  while ((await counted()) !== wanted) await nextLook();
}

test('of many who come at once to two processes no more get in than the door has places', async () => {
  const all = await Promise.all(
    Array.from({ length: 24 }, (_, at) => (at % 2 === 0 ? one : two).doors.take('lord', 3)),
  );
  const inside = all.filter((leave) => leave !== undefined);
  expect(inside).toHaveLength(3);
  expect(await counted()).toBe(3);
  // Another door has places of its own.
  expect(await one.doors.take('tw2002', 1)).toBeDefined();
  expect(await two.doors.take('tw2002', 1)).toBeUndefined();
});

test('a place is free as soon as its caller has left, on whichever process', async () => {
  const leave: Leave = await one.doors.take('lord', 1);
  expect(await two.doors.take('lord', 1)).toBeUndefined();
  leave?.();
  await count(0);
  expect(await two.doors.take('lord', 1)).toBeDefined();
});

test('a door without a limit counts for a menu that has one', async () => {
  for (let times = 0; times < 3; times += 1) expect(await one.doors.take('lord', 0)).toBeDefined();
  expect(await two.doors.take('lord', 3)).toBeUndefined();
  expect(await two.doors.take('lord', 4)).toBeDefined();
});

test('what a process has in doors goes with its row', async () => {
  await one.doors.take('lord', 1);
  await two.accounts.db.run((sql) => sql('node').where({ id: one.nodeId }).delete());
  expect(await counted()).toBe(0);
  expect(await two.doors.take('lord', 1)).toBeDefined();
});

test('who leaves while the database does not take it is counted out later', async () => {
  const { db, fake, logLines } = one.accounts;
  const leave: Leave = await one.doors.take('lord', 2);
  const other: Leave = await one.doors.take('lord', 2);
  await db.run((sql) => sql.schema.renameTable('door_seat', 'away'));
  leave?.();
  other?.();
  const failed = (): number => logLines.filter((line) => line.includes('seat-not-freed')).length;
  await eventually('two failures', () => failed() === 2);
  await expect(one.doors.take('lord', 2)).rejects.toThrow();
  await db.run((sql) => sql.schema.renameTable('away', 'door_seat'));
  // Who was refused may be counted as well, and is told of once more, before or after the table is back.
  while ((await counted()) > 0) {
    await fake.advance(1_000);
    await nextLook();
  }
});

itOnPostgres(
  'who was given up while still waiting to be counted in is counted out after that',
  async () => {
    const seat = { nodeId: one.nodeId, visit: 99 };
    let work: readonly Promise<unknown>[] = [];
    await two.accounts.db.transaction('board', async (sql) => {
      const waiting = async (): Promise<number> => {
        const [row] = await selectRows<{ readonly count: number }>(
          sql,
          "select count(*) as count from pg_locks where locktype = 'advisory' and not granted",
          [],
        );
        return Number(row?.count);
      };
      const until = async (wanted: number): Promise<void> => {
        while ((await waiting()) < wanted) await nextLook();
      };
      const taken = takeDoorSeat(one.accounts.db, seat, { door: 'lord', most: 1 });
      await until(1);
      const left = leaveDoorSeats(one.accounts.db, seat.nodeId, [seat.visit]);
      await Promise.race([left, until(2)]);
      work = [taken, left];
    });
    await Promise.all(work);
    expect(await counted()).toBe(0);
  },
);

test('the only process of a board counts by itself', async () => {
  const doors = new DoorSeats(one.accounts);
  const leave: Leave = await doors.take('lord', 2);
  const unlimited: Leave = await doors.take('lord', 0);
  expect(await doors.take('lord', 2)).toBeUndefined();
  leave?.();
  expect(await doors.take('lord', 2)).toBeDefined();
  unlimited?.();
  expect(await doors.take('lord', 2)).toBeDefined();
  expect(await counted()).toBe(0);
});
