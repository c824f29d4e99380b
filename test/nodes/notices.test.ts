import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { startBbs } from '../../src/app/bbs';
import { addBoardEvent } from '../../src/store/board-events';
import { schemaOf, serverOf, sql } from '../pg/database-place';
import { MemoryLog } from '../support/memory-log';
import { ToldNode } from '../support/told-nodes';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-notices-'));
const schema = schemaOf(join(folder, 'board'));
const server = serverOf(schema);
const open: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});
afterAll(() => {
  sql(`drop schema ${schema} cascade`);
  rmSync(folder, { recursive: true });
});

const log = new MemoryLog();

async function joined(): Promise<ToldNode> {
  const node = await ToldNode.join(server, log);
  open.push(() => node.leave());
  return node;
}

const median = (values: readonly number[]): number =>
  values.toSorted((x, y) => x - y)[Math.floor(values.length / 2)] ?? 0;

test('a board on which nothing happens makes no statement but its beat', async () => {
  const asked: string[] = [];
  const off = { enabled: false };
  const board = await startBbs({
    dataDir: join(folder, 'data'),
    config: {
      database: { client: 'postgres', connection: server.address },
      loginServers: { telnet: { port: 0 }, ssh: off, webSocket: { wss: off } },
      contentServers: { web: { https: off } },
      logging: { level: 'silent' },
    },
  });
  open.push(() => board.close());
  // The first reads of what a start has changed.
  await new Promise((resolve) => setTimeout(resolve, 6_000));
  const original = Client.prototype.query as (...args: unknown[]) => unknown;
  jest.spyOn(Client.prototype, 'query').mockImplementation(function (
    this: unknown,
    ...args: unknown[]
  ) {
    const [query] = args;
    asked.push(typeof query === 'string' ? query : (query as { readonly text: string }).text);
    return original.apply(this, args);
  } as never);
  // Two beats and a bit: it is time itself that is looked at.
  await new Promise((resolve) => setTimeout(resolve, 11_000));
  expect(asked.filter((text) => !text.startsWith('with mine as'))).toEqual([]);
  expect(asked.length).toBeLessThanOrEqual(3);
  expect(asked.length).toBeGreaterThanOrEqual(2);
});

test('an event of a transaction that commits after later ones is read all the same', async () => {
  const here = await joined();
  const there = await joined();
  const late = there.hears('late');
  await here.db.transaction('nothing-shared', async (s) => {
    await addBoardEvent(s, { kind: 'x', payload: 'late' });
    for (let round = 0; round < 3; round += 1) await there.tell(there, `early ${round}`);
    // More than any window of ids would remember.
    await there.db.run((q) =>
      q.raw(`insert into board_event (kind, payload) select 'y', '0' from generate_series(1, 500)`),
    );
    await there.tell(there, 'early too');
  });
  await late;
});

// The last one: afterwards nothing is notified.
test('what one process tells is with another within 20 ms, half of the times, and within 2 s where nothing is notified', async () => {
  const here = await joined();
  const there = await joined();
  const fast: number[] = [];
  for (let round = 0; round < 50; round += 1) fast.push(await here.tell(there, `fast ${round}`));
  const silent =
    "create or replace function board_tell() returns trigger language plpgsql as 'begin return null; end'";
  sql(`set search_path = ${schema}; ${silent}`);
  const isDeaf = (): boolean => log.of('node.hears-nothing').length === 2;
  while (!isDeaf()) await new Promise((resolve) => setTimeout(resolve, 50));
  const slow: number[] = [];
  for (let round = 0; round < 5; round += 1) slow.push(await here.tell(there, `slow ${round}`));
  console.log(
    `notified: median ${median(fast).toFixed(1)} ms, most ${Math.max(...fast).toFixed(1)} ms;` +
      ` not notified: most ${Math.max(...slow).toFixed(0)} ms`,
  );
  expect(median(fast)).toBeLessThan(20);
  expect(Math.max(...slow)).toBeLessThan(2_000);
});
