import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBbs } from '../../src/app/bbs';
import type { RunningBbs } from '../../src/app/embedding';
import { systemClock } from '../../src/base/clock';
import type { ConfigInput } from '../../src/config/schema';
import { type AuditRow, listAudit } from '../../src/store/audit';
import { Database } from '../../src/store/database';
import { selectRows } from '../../src/store/dialect';
import { TIMELINE } from '../../src/store/postgres-hosts';
import { sayFigure, TRY_LATER } from '../faults/at-the-door';
import { decodeBase32, hotp } from '../support/authenticator';
import { openBackOffice, type BackOffice } from '../support/back-office';
import { withFreePorts } from '../support/board-process';
import { dialTelnet, KEYS, type DialledCaller } from '../support/dial';
import { MemoryLog } from '../support/memory-log';
import { giveCode, goToMainMenu, signIn } from '../support/sign-in';
import { Cluster } from './cluster';

jest.setTimeout(240_000);

const IN = 'Both doors are open.';
const UNSURE = 'The board cannot tell whether that worked.';
const ANSWER = new RegExp(`${TRY_LATER}|${UNSURE}|${IN}|Wrong code`);
/** Five seconds, and as much again on a busy machine. */
const BACK_MS = 10_000;

const addressOf = (...servers: readonly Cluster[]): string => {
  const folders = servers.map(({ folder }) => folder).join(',');
  return `postgres://board@localhost/board?host=${encodeURIComponent(folders)}`;
};

interface Fault {
  readonly fault: string;
  begin(primary: Cluster): void;
  end(primary: Cluster): void;
}

describe.each<Fault>([
  {
    fault: 'crashes',
    begin: (primary) => primary.halt('immediate'),
    end: () => undefined,
  },
  {
    fault: 'stands still',
    begin: (primary) => primary.freeze(),
    end: (primary) => primary.thaw(),
  },
])('a primary server that $fault', ({ fault, begin, end }) => {
  let primary: Cluster;
  let replica: Cluster;
  let dataDir: string;
  let bbs: RunningBbs;
  let backend: BackOffice;

  beforeAll(async () => {
    primary = Cluster.start();
    replica = Cluster.standbyOf(primary);
    dataDir = await mkdtemp(join(tmpdir(), 'sallyport-failover-'));
    const config: ConfigInput = {
      database: { client: 'postgres', connection: addressOf(replica, primary) },
    };
    backend = await openBackOffice(dataDir, { config });
    bbs = await startBbs({ dataDir, config: withFreePorts(config) });
  });
  afterAll(async () => {
    end(primary);
    await backend.close();
    await bbs.close();
    replica.remove();
    primary.remove();
    await rm(dataDir, { recursive: true, force: true });
  });

  const telnet = (): Promise<DialledCaller> =>
    dialTelnet({ port: bbs.addresses['telnet']?.port ?? 0 });

  const grants = async (userId: number): Promise<number> => {
    const read = (): Promise<readonly AuditRow[]> =>
      backend.db.run((sql) => listAudit(sql, { userId, limit: 10_000 }));
    // It has not heard of the promotion before it asks.
    const startedMs = performance.now();
    let rows: readonly AuditRow[] | undefined;
    while (rows === undefined)
      rows = await read().catch(async (error: unknown) => {
        if (performance.now() - startedMs > BACK_MS) throw error;
        await new Promise((resolve) => setTimeout(resolve, 50));
        return undefined;
      });
    return rows.filter(({ result, factor }) => result === 'accepted' && factor === 2).length;
  };

  /** What a caller with the right password and this code is told. */
  const answerTo = async (code: string): Promise<string> => {
    const caller = await telnet();
    await signIn(caller, 'runner');
    const first = await caller.sees(new RegExp(`${ANSWER.source}|One-time code`));
    if (first.includes('One-time code')) await giveCode(caller, code);
    const answer = ANSWER.exec(await caller.sees(ANSWER))?.[0] ?? '';
    caller.hangUp();
    return answer;
  };

  test('is replaced by its replica: nobody is let in between, callers in menus stay, and no code that was spent is taken again', async () => {
    const userId = await backend.addAccount('runner', 'a quiet harbour 7');
    const { secret } = await backend.bind('runner', 'rfc4266_HOTP');
    const codeAt = (counter: number): string => hotp(decodeBase32(secret), counter);
    await backend.addAccount('member', 'a quiet harbour 7');
    const member = await telnet();
    await signIn(member, 'member');
    await goToMainMenu(member);
    expect(await answerTo(codeAt(1))).toBe(IN);
    begin(primary);
    const beganMs = performance.now();
    expect(await answerTo(codeAt(2))).toBe(TRY_LATER);
    const toldMs = performance.now() - beganMs;
    expect(toldMs).toBeLessThan(6_000);
    replica.promote();
    const promotedMs = performance.now();
    let tries = 0;
    let answer: string;
    do {
      tries += 1;
      answer = await answerTo(codeAt(2));
    } while (answer !== IN && performance.now() - promotedMs < BACK_MS);
    const backMs = performance.now() - promotedMs;
    expect(answer).toBe(IN);
    expect(await grants(userId)).toBe(2);
    // The one that stood still goes on, and nobody goes back to it.
    end(primary);
    for (const counter of [1, 2]) expect(await answerTo(codeAt(counter))).toBe('Wrong code');
    expect(await answerTo(codeAt(3))).toBe(IN);
    expect(await grants(userId)).toBe(3);
    member.type(`L${KEYS.return}`);
    await member.sees('member');
    member.hangUp();
    sayFigure(
      `a primary that ${fault}: told in ${toldMs.toFixed(0)} ms, in again ${backMs.toFixed(0)} ms after the promotion by ${tries} tries`,
    );
  });
});

test('a board does not start on a replica alone, and not on several servers before one of them takes writes', async () => {
  const primary = Cluster.start();
  const replica = Cluster.standbyOf(primary);
  const open = (address: string): Promise<Database> =>
    Database.open({
      server: { address, pool: 2, tls: { enabled: true, rejectUnauthorized: true, ca: '' } },
      clock: systemClock,
      log: new MemoryLog(),
    });
  await expect(open(addressOf(replica))).rejects.toMatchObject({
    exitCode: 78,
    message: expect.stringContaining('is read-only: a replica') as unknown,
  });
  primary.halt('fast');
  await expect(open(addressOf(primary, replica))).rejects.toMatchObject({
    exitCode: 1,
    message: expect.stringContaining('none of the servers takes writes') as unknown,
  });
  replica.promote();
  await (await open(addressOf(primary, replica))).close();
  primary.remove();
  replica.remove();
});

test('a server that was read-only for a while takes writes again on connections of the time after it', async () => {
  const cluster = Cluster.start();
  const tls = { enabled: true, rejectUnauthorized: true, ca: '' };
  const server = { address: addressOf(cluster), pool: 1, tls };
  const db = await Database.open({ server, clock: systemClock, log: new MemoryLog() });
  const add = (task: string): Promise<unknown> =>
    db.transaction('board', (sql) => sql('unfinished').insert({ task }));
  const ofNewSessions = 'alter database board set default_transaction_read_only';
  // Those that are there stay as they are, in both directions.
  cluster.asAdmin(`${ofNewSessions} = on`);
  cluster.asAdmin("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'board'");
  await expect(add('first')).rejects.toMatchObject({ code: 'STORE_FAILED' });
  await expect(db.run((sql) => sql('unfinished').insert({ task: 'second' }))).rejects.toMatchObject(
    { code: 'STORE_FAILED' },
  );
  cluster.asAdmin(`${ofNewSessions} = off`);
  await add('third');
  expect(await db.run((sql) => sql('unfinished').pluck('task'))).toEqual(['third']);
  await db.close();
  cluster.remove();
});

const TLS = { enabled: true, rejectUnauthorized: true, ca: '' };

test('a primary that goes on after its replica was promoted keeps no connection once that is seen and gets none at a start, and what was begun on it is done on the new one', async () => {
  const primary = Cluster.start();
  const replica = Cluster.standbyOf(primary);
  // It commits alone, as one does that has another replica.
  primary.asAdmin("alter system set synchronous_standby_names = ''");
  primary.asAdmin('select pg_reload_conf()');
  const server = { address: addressOf(primary, replica), pool: 2, tls: TLS };
  const log = new MemoryLog();
  const db = await Database.open({ server, clock: systemClock, log });
  const detailsOf = (event: string): readonly unknown[] => [
    ...new Set(log.of(event).map(({ detail }) => detail)),
  ];
  const begun: string[] = [];
  await db.transaction('nothing-shared', async (sql) => {
    const [row] = await selectRows<{ readonly timeline: string }>(
      sql,
      `select ${TIMELINE} as timeline`,
      [],
    );
    begun.push(row?.timeline ?? '');
    if (begun.length === 1) {
      replica.promote();
      primary.shut();
      // Needs a connection of its own, and that is to the new one.
      await db.run((other) => other.raw('select 1'));
      await db.run((other) => other.raw('select 1'));
    }
    await sql('unfinished').insert({ task: 'purge' });
  });
  primary.thaw();
  expect(begun).toEqual(['00000001', '00000002']);
  expect(detailsOf('store.commits-alone')).toContain(`${primary.folder}:5432`);
  expect(log.of('store.promoted')).toMatchObject([
    { level: 'warn', detail: `${replica.folder}:5432`, timeline: 2 },
  ]);
  expect(log.of('store.promoted')[0]?.['connections']).toBeGreaterThan(0);
  // A process that starts now takes the new one as well, though the old one is named first and answers.
  const later = await Database.open({ server, clock: systemClock, log });
  expect(detailsOf('store.old-primary')).toEqual([`${primary.folder}:5432`]);
  expect(detailsOf('store.server-away')).toEqual([]);
  for (const each of [db, later])
    expect(await each.run((sql) => sql('unfinished').pluck('task'))).toEqual(['purge']);
  await later.close();
  await db.close();
  // A process that cannot ask the new one cannot know of it, and says which one it did not ask.
  replica.halt('fast');
  const alone = await Database.open({ server, clock: systemClock, log });
  expect(detailsOf('store.server-away')).toEqual([`${replica.folder}:5432`]);
  await alone.close();
  replica.remove();
  primary.remove();
});

test('after a time in which the server was read-only the first call is answered, whichever connections are left of that time', async () => {
  const cluster = Cluster.start();
  const server = { address: addressOf(cluster), pool: 4, tls: TLS };
  const db = await Database.open({ server, clock: systemClock, log: new MemoryLog() });
  const connect = (): Promise<unknown> =>
    Promise.all(
      Array.from({ length: server.pool }, () => db.run((sql) => sql.raw('select pg_sleep(0.3)'))),
    );
  const add = (task: string): Promise<unknown> =>
    db.runAtLeastOnce('board', (sql) =>
      sql.raw('insert into unfinished (task) values (?) returning task', [task]),
    );
  const ofNewSessions = 'alter database board set default_transaction_read_only';
  const endAll = "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'board'";
  for (const again of ['charged', 'changed']) {
    cluster.asAdmin(`${ofNewSessions} = on`);
    cluster.asAdmin(endAll);
    await connect();
    cluster.asAdmin(`${ofNewSessions} = off`);
    if (again === 'charged') await add(again);
    else await db.transaction('board', (sql) => sql('unfinished').insert({ task: again }));
  }
  expect(await db.run((sql) => sql('unfinished').orderBy('task').pluck('task'))).toEqual([
    'changed',
    'charged',
  ]);
  await db.close();
  cluster.remove();
});
