import { cp, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBbs } from '../../src/app/bbs';
import { systemClock } from '../../src/base/clock';
import type { BbsError } from '../../src/base/errors';
import { Database } from '../../src/store/database';
import type { PostgresServer } from '../../src/base/postgres-address';
import { writeProperties } from '../../src/store/properties';
import { findUserByName, insertUser, renameUser } from '../../src/store/users';
import { MemoryLog } from '../support/memory-log';
import { schemaOf, serverOf, sql } from './database-place';

let folder: string;
let schema: string;
let log: MemoryLog;
const open: Database[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-postgres-'));
  schema = schemaOf(join(folder, 'board'));
  log = new MemoryLog();
});

afterEach(async () => {
  for (const db of open.splice(0)) await db.close();
  sql(`drop schema ${schema} cascade`);
  await rm(folder, { recursive: true });
});

async function start(server: PostgresServer = serverOf(schema)): Promise<Database> {
  const db = await Database.open({ server, clock: systemClock, log });
  open.push(db);
  return db;
}

const changed = (from: string | RegExp, to: string): PostgresServer => ({
  ...serverOf(schema),
  address: serverOf(schema).address.replace(from, to),
});

/** What a start says, and the exit code of the program. */
async function refusal(server: PostgresServer): Promise<readonly [number, string]> {
  const error = await start(server).catch((thrown: unknown) => thrown as BbsError);
  if (error instanceof Database) throw new Error('it started');
  expect(error.message).not.toContain('\n');
  expect(`${error.message} ${JSON.stringify(log)}`).not.toContain('hunter2');
  return [error.exitCode, error.message];
}

/** A message of the server's about the sign-in: SASL is 10, its continuation 11. */
function authentication(kind: number, text: string): Buffer {
  const head = Buffer.from('R........');
  head.writeInt32BE(8 + text.length, 1);
  head.writeInt32BE(kind, 5);
  return Buffer.concat([head, Buffer.from(text, 'latin1')]);
}

describe('a start says in one line, without the password, that', () => {
  test('the database does not exist', async () => {
    const [code, text] = await refusal(changed('/board?', '/nowhere?'));
    expect(text).toContain('the database nowhere on');
    expect(text).toContain('does not exist');
    expect(code).toBe(78);
  });

  test('the role is not known', async () => {
    const [code, text] = await refusal(changed('board@', 'stranger:hunter2@'));
    expect(text).toContain('refuses the user');
    expect(code).toBe(78);
  });

  test('a password is wanted and none is said', async () => {
    const asked: Socket[] = [];
    const asking = createServer((socket) => {
      asked.push(socket);
      socket.on('error', () => undefined);
      socket.once('data', () => {
        socket.once('data', (first) => {
          const nonce = /r=(\S+)/.exec(first.toString('latin1'))?.[1] ?? '';
          socket.write(authentication(11, `r=${nonce}x,s=c2FsdA==,i=4096`));
        });
        socket.write(authentication(10, 'SCRAM-SHA-256\0\0'));
      });
    });
    await new Promise<void>((resolve) => asking.listen(0, '127.0.0.1', resolve));
    const { port } = asking.address() as AddressInfo;
    const [code, text] = await refusal({
      ...serverOf(schema),
      address: `postgres://board@127.0.0.1:${port}/board`,
      tls: { enabled: false, rejectUnauthorized: true, ca: '' },
    });
    for (const socket of asked) socket.destroy();
    await new Promise((resolve) => asking.close(resolve));
    expect(text).toContain('wants a password; put it into database.connection');
    expect(code).toBe(78);
  });

  test('the address is none', async () => {
    const [code, text] = await refusal(changed(/^.*/, 'postgres:hunter2'));
    expect(text).toContain('database.connection');
    expect(code).toBe(78);
    const [, parameter] = await refusal(changed(/$/, '&sslmode=disable'));
    expect(parameter).toContain('database.tls');
  });

  test('there is no server, which may change, so that a supervisor tries again', async () => {
    const address = 'postgres://board:hunter2@127.0.0.1:9/board';
    const [code, text] = await refusal({ ...serverOf(schema), address });
    expect(text).toContain('cannot reach the database board on 127.0.0.1:9: ');
    expect(code).toBe(1);
  });

  test('there is no schema, or none to make tables in', async () => {
    const [code, text] = await refusal(changed(schema, 'missing'));
    expect(text).toContain('has no schema that the role may use');
    expect(code).toBe(78);
    const [, rights] = await refusal(changed(schema, 'information_schema'));
    expect(rights).toContain('grant it CREATE');
  });

  test('a newer program has migrated it', async () => {
    const db = await start();
    await db.run((s) => s('schema_migration').insert({ id: 900, name: '0900-x', applied_at: 1 }));
    const [code, text] = await refusal(serverOf(schema));
    expect(text).toContain('newer sallyport');
    expect(code).toBe(78);
  });
});

test('several starts at once make the tables once', async () => {
  const starts = await Promise.all([start(), start(), start(), start()]);
  const [first] = starts;
  const names = await first.run((s) => s('schema_migration').pluck<string[]>('name'));
  expect(names.length).toBeGreaterThan(10);
  expect(new Set(names).size).toBe(names.length);
});

test('rows of the audit can be neither changed, removed nor emptied out', async () => {
  const db = await start();
  const row = { at: 1, node: 1, server: 'ssh', source: '', factor: 0, kind: 'x', result: 'done' };
  await db.run((s) => s('audit').insert({ ...row, reason: '' }));
  for (const change of [
    db.run((s) => s('audit').update({ node: 2 })),
    db.run((s) => s('audit').delete()),
    db.run((s) => s.raw('truncate audit')),
  ])
    await expect(change).rejects.toMatchObject({ code: 'STORE_FAILED' });
  expect(await db.run((s) => s('audit').count({ n: '*' }))).toEqual([{ n: 1 }]);
});

/** What knex tells of a statement, and of its answer. */
interface Asked {
  readonly sql: string;
  readonly __knexUid: string;
}
interface Answer {
  readonly rows?: readonly { readonly pid?: number }[];
}

describe('transactions', () => {
  /** A transaction that stands until it is let go, and whether another one waits for it. */
  async function waits(
    first: Parameters<Database['transaction']>[0],
    second: Parameters<Database['transaction']>[0],
  ): Promise<boolean> {
    const db = await start();
    let letGo: () => void = () => undefined;
    const events: string[] = [];
    const begun = new Promise<void>((resolve) => {
      void db
        .transaction(first, async (s) => {
          await s.raw('select 1');
          resolve();
          await new Promise<void>((free) => (letGo = free));
        })
        .then(() => events.push('first'));
    });
    await begun;
    let isDone = false;
    const other = db.transaction(second, async () => Promise.resolve()).then(() => (isDone = true));
    const query =
      "select count(*) as n from pg_locks where locktype = 'advisory' and not granted" +
      ' and classid = current_schema()::regnamespace::oid';
    let isWaiting = false;
    while (!isDone && !isWaiting) {
      const { rows } = await db.run((s) => s.raw<{ rows: { n: number }[] }>(query));
      isWaiting = rows[0]?.n !== 0;
    }
    letGo();
    await other;
    return isWaiting;
  }

  test('about one account wait for each other, and about two they do not', async () => {
    expect(await waits({ account: 7 }, { account: 7 })).toBe(true);
    expect(await waits({ account: 7 }, { account: 8 })).toBe(false);
  });

  test('about the board wait for all others, but those that share nothing', async () => {
    expect(await waits('board', { account: 7 })).toBe(true);
    expect(await waits({ account: 7 }, 'board')).toBe(true);
    expect(await waits('board', 'nothing-shared')).toBe(false);
  });

  test('whose connection is killed in the middle fail, and the next one works', async () => {
    const db = await start();
    const work = db.transaction({ account: 2 }, async (s) => {
      const { rows } = await s.raw<{ rows: { pid: number }[] }>('select pg_backend_pid() as pid');
      sql(`select pg_terminate_backend(${rows[0]?.pid ?? 0})`);
      await s('id_sequence').update({ last_id: 99 });
    });
    await expect(work).rejects.toMatchObject({
      code: 'STORE_FAILED',
      message: expect.not.stringContaining('ROLLBACK') as unknown,
    });
    const last = await db.run((s) => s('id_sequence').first('last_id'));
    expect(last).toEqual({ last_id: 1 });
  });

  test('begin on a new connection where all of the pool were killed meanwhile', async () => {
    const db = await start();
    const pids = new Map<string, number>();
    const kill = (pid: number): string => sql(`select pg_terminate_backend(${pid}, 5000)`);
    await db.run(async (s) => {
      s.on('query-response', (answer: Answer | undefined, { __knexUid: uid }: Asked) => {
        const pid = answer?.rows?.[0]?.pid;
        if (pid !== undefined) pids.set(uid, pid);
      });
      // Each connection ends between two statements, when the board gets it out of the pool. BEGIN goes with the first.
      s.on('query', ({ sql: text, __knexUid: uid }: Asked) => {
        const pid = pids.get(uid);
        if (text.includes('id_sequence') && pid !== undefined) kill(pid);
      });
      const ask = 'select pg_backend_pid() as pid, pg_sleep(0.2)';
      await Promise.all([1, 2, 3].map(() => s.raw(ask)));
    });
    expect(pids.size).toBeGreaterThan(1);
    const id = await db.transaction('nothing-shared', (s) => insertUser(s, { name: 'joe' }));
    expect(id).toBe(2);
  });
});

test('a transaction that has passed over a failed statement is not taken for committed', async () => {
  const db = await start();
  const lost = db.transaction('board', async (transaction) => {
    await insertUser(transaction, { name: 'ada' });
    await transaction.raw('select 1 / 0').catch(() => undefined);
    return 'done';
  });
  await expect(lost).rejects.toThrow(/nothing was committed|database failed/);
  expect(await db.run((all) => findUserByName(all, 'ada'))).toBeUndefined();
  // Its connection is fit for the next one.
  await db.transaction('board', (next) => insertUser(next, { name: 'ada' }));
});

test('text with a NUL character is refused before it reaches the server', async () => {
  const db = await start();
  const id = (await db.transaction('board', (s) => insertUser(s, { name: 'joe' }))) ?? 0;
  const write = db.run((s) => writeProperties(s, id, { location: 'a\0b' }));
  await expect(write).rejects.toMatchObject({ code: 'USER_INVALID' });
});

test('of many renames to one name at once one has it', async () => {
  const db = await start();
  const ids: number[] = [];
  for (const name of ['ann', 'bob', 'cat', 'dan', 'eve', 'fay'])
    ids.push((await db.transaction('board', (s) => insertUser(s, { name }))) ?? 0);
  const done = await Promise.all(
    ids.map((id) => db.transaction('board', (s) => renameUser(s, id, 'Nova'))),
  );
  expect(done.filter((renamed) => renamed)).toHaveLength(1);
});

test('two boards run on one database, and a tool that must be alone is refused until both end', async () => {
  const off = { enabled: false };
  const server = serverOf(schema);
  const config = {
    database: { client: 'postgres', connection: server.address },
    loginServers: {
      telnet: { enabled: true, port: 0 },
      ssh: off,
      webSocket: { ws: off, wss: off },
    },
    contentServers: { web: { https: off } },
    logging: { level: 'silent' },
  } as const;
  const board = (name: string) => startBbs({ dataDir: join(folder, name), config });
  const first = await board('one');
  expect(first.firstSysop?.name).toBe('sysop');
  // The sealing key is the same on all.
  await cp(join(folder, 'one', 'keys'), join(folder, 'two', 'keys'), { recursive: true });
  const second = await board('two');
  expect(second.firstSysop).toBeUndefined();
  await first.close();
  const db = await start();
  await expect(db.holdAlone()).rejects.toMatchObject({
    code: 'DATA_IN_USE',
    message: expect.stringContaining('a board runs on the database board') as unknown,
  });
  await second.close();
  const hold = await db.holdAlone();
  await expect(board('one')).rejects.toMatchObject({ code: 'DATA_IN_USE' });
  await hold.release();
});
