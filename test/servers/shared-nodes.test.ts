import { takeSeat } from '../../src/app/board-seat';
import { BoardClock } from '../../src/base/clock';
import { configSchema } from '../../src/config/schema';
import type { Caller } from '../../src/menu/run/caller';
import { NodeTalk } from '../../src/menu/run/node-talk';
import { DoorSeats } from '../../src/servers/door-seats';
import { type NodeHandle, Nodes } from '../../src/servers/nodes';
import { SharedNodes } from '../../src/servers/shared-nodes';
import { getUser } from '../../src/store/users';
import { openAccounts, type TestAccounts } from '../support/accounts';
import { MemoryLog } from '../support/memory-log';
import { eventually } from '../support/raw-caller';
import { StatementLog } from '../support/statement-log';
import { TestLimiter } from '../support/test-limiter';

let accounts: TestAccounts;
beforeEach(async () => {
  accounts = await openAccounts();
});
afterEach(() => {
  jest.restoreAllMocks();
  return accounts.close();
});

test('of two sign-ins of one account at once, on two processes, the later event stays on both', async () => {
  const { db, clock } = accounts;
  const door = new TestLimiter({ known: [], isExempt: () => false });
  const nodes = new Nodes({ clock, most: () => 0 });
  const shared = new SharedNodes({ db, node: { id: 1 }, nodes, clock, log: new MemoryLog() });
  const numbers = [5];
  nodes.share(
    {
      take: () => numbers.shift(),
      giveBack: () => undefined,
      elsewhere: () => 0,
      processes: () => 2,
      whenFree: () => Promise.resolve(),
    },
    shared,
  );
  const ended: number[] = [];
  const handle: NodeHandle = {
    post: () => undefined,
    takenOver: (byNode) => ended.push(byNode),
    kicked: () => undefined,
    cutOff: () => undefined,
  };
  const slot = nodes.take('telnet', door.slot('192.0.2.1', false));
  slot?.attach(handle);
  slot?.signedIn({ id: 3, name: 'ann', sessionId: 'one' });
  const told = { userId: 3, node: 9, by: 2 };
  // Its own event gets the number 1.
  await shared.signedInElsewhere(0, told);
  await shared.signedInElsewhere(2, { ...told, by: 1 });
  await shared.signedInElsewhere(2, { ...told, userId: 4 });
  expect(ended).toEqual([]);
  await shared.signedInElsewhere(2, told);
  expect(ended).toEqual([9]);
  await shared.close();
});

test('the more callers there are elsewhere, the longer changes among them are gathered', async () => {
  const { db, clock, fake } = accounts;
  await accounts.addUser('ann');
  await db.run(async (sql) => {
    const row = { id: 2, host: 'two', pid: 1, version: '1', started_at: 1, lease_until: 1 };
    await sql('node').insert(row);
    await sql.raw(
      'insert into node_slot (number, node_id, user_id, user_name, session_id, server, connected_at)' +
        " with recursive n(x) as (select 1 union all select x + 1 from n where x < 2000) select x, 2, 1, 'ann', 'one', 'telnet', 1 from n",
    );
  });
  const nodes = new Nodes({ clock, most: () => 0 });
  const shared = new SharedNodes({ db, node: { id: 1 }, nodes, clock, log: new MemoryLog() });
  const log = StatementLog.open();
  const reads = (): number => log.statements.filter((text) => /node_slot/.test(text)).length;
  shared.changed();
  await fake.advance(50);
  await eventually('the first look', () => shared.list().length === 2_000);
  expect(reads()).toBe(1);
  for (let times = 0; times < 10; times += 1) shared.changed();
  await fake.advance(199);
  expect(reads()).toBe(1);
  await fake.advance(1);
  await shared.close();
  expect(reads()).toBe(2);
});

test('what one caller writes to another on another process is in no table once it is delivered, and ten a minute are', async () => {
  const { db, clock, fake, budgets } = accounts;
  const log = new MemoryLog();
  const [ann, bob] = [await accounts.addUser('ann'), await accounts.addUser('bob')];
  // The process that ann is on.
  const nodes = new Nodes({ clock, most: () => 0 });
  const seat = await takeSeat(db, {
    nodes,
    doorSeats: new DoorSeats({ clock, log }),
    config: () => configSchema.parse({}),
    clock: new BoardClock(fake),
    log,
  });
  seat.attach({
    accountEvents: { hear: () => Promise.resolve() },
    reload: () => undefined,
    drain: () => undefined,
    endSession: () => Promise.resolve(),
  });
  const heard: string[] = [];
  const nothing = (): void => undefined;
  const door = new TestLimiter({ known: [], isExempt: () => false });
  const slot = nodes.take('telnet', door.slot('192.0.2.1', false));
  slot?.attach({
    ...{ takenOver: nothing, kicked: nothing, cutOff: nothing },
    post: ({ text }) => heard.push(text),
  });
  slot?.signedIn({ id: ann, name: 'ann', sessionId: 'one' });
  await db.run(async (sql) => {
    const row = { id: 2, host: 'two', pid: 1, version: '1', started_at: 1, lease_until: 1 };
    await sql('node').insert(row);
    const who = { user_id: ann, user_name: 'ann', session_id: 'one', server: 'telnet' };
    await sql('node_slot').insert({ number: 1, node_id: 2, ...who, connected_at: 1 });
  });
  // The process that bob is on.
  const sending = new Nodes({ clock, most: () => 0 });
  const shared = new SharedNodes({ db, node: { id: 1 }, nodes: sending, clock, log });
  sending.share(
    {
      take: () => 2,
      giveBack: nothing,
      elsewhere: () => 1,
      processes: () => 2,
      whenFree: () => Promise.resolve(),
    },
    shared,
  );
  shared.changed();
  await fake.advance(50);
  await eventually('ann to be seen there', () => sending.list().length === 1);
  const talk = new NodeTalk({ db, clock, budgets, nodes: sending });
  const user = await db.run((sql) => getUser(sql, bob));
  const caller = { node: 2, server: 'telnet', remoteIp: '192.0.2.2', log } as unknown as Caller;
  const results: string[] = [];
  for (let count = 0; count < 11; count += 1) {
    const to = talk.receiversFor(2);
    const message = { text: 'a secret' };
    const { kind } = await talk.send({ caller, user }, { expense: 'node-message', to, message });
    results.push(kind);
  }
  expect(results).toEqual([...Array.from({ length: 10 }, () => 'sent'), 'too-many']);
  const kept = (): Promise<number> =>
    db.run(async (sql) => (await sql('board_event').where('payload', 'like', '%secret%')).length);
  for (let count = 0; count < 10;) count = await kept();
  await fake.advance(500);
  await eventually('all to be heard', () => heard.length === 10);
  await seat.release();
  expect(await kept()).toBe(0);
  await shared.close();
});
