import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { openSealing } from '../src/auth/sealing';
import { systemRandom } from '../src/base/random';
import type { ConfigInput } from '../src/config/schema';
import { openBackOffice, type BackOffice } from '../test/support/back-office';
import { removeBoardFiles, type BoardProcess } from '../test/support/board-process';
import { MemoryLog } from '../test/support/memory-log';
import { ToldNode } from '../test/support/told-nodes';
import { Cluster, findServer } from '../test/pg/cluster';
import { median, ms, quantile, type Figure, type Scale } from './figures';
import type { LoginsOrder, LoginsReport } from './load/logins';
import { populate } from './population';
import { measure, startBoard } from './processes';

const PROCESSES = [1, 2, 4] as const;
const CALLERS = 48;
/** As a server has it that may lose power; the clusters of tests do without. */
const SETTINGS = [
  '-c fsync=on',
  '-c full_page_writes=on',
  '-c shared_preload_libraries=pg_stat_statements',
];

/** What the server has done so far. */
interface ServerWork {
  readonly statements: number;
  /** Of the log: several commits at once share one. */
  readonly syncs: number;
  readonly walBytes: number;
  readonly cpuMs: number;
}

/** Full sign-ins by telnet on a board of several processes on one PostgreSQL, all on this machine. */
export async function benchNodes({ full }: Scale): Promise<readonly Figure[]> {
  if (findServer() === undefined)
    return [{ name: 'several nodes', value: 'no PostgreSQL on this machine', rounds: '' }];
  const board = await NodesBoard.open();
  try {
    const figures: Figure[] = [];
    for (const count of PROCESSES) figures.push(...(await board.withProcesses(count, full)));
    figures.push(await board.toldDelay(full ? 200 : 20));
    return figures;
  } finally {
    await board.close();
  }
}

class NodesBoard {
  private readonly folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'));
  private readonly boards: BoardProcess[] = [];
  private storms = 0;

  private constructor(
    private readonly cluster: Cluster,
    private readonly admin: Client,
  ) {}

  static async open(): Promise<NodesBoard> {
    const cluster = Cluster.start(SETTINGS);
    const admin = new Client({ host: cluster.folder, user: 'postgres', database: 'board' });
    await admin.connect();
    await admin.query('create extension pg_stat_statements');
    await admin.query('create schema board authorization board');
    return new NodesBoard(cluster, admin);
  }

  private get address(): string {
    const host = encodeURIComponent(this.cluster.folder);
    return `postgres://board@localhost/board?host=${host}&schema=board`;
  }

  private get config(): ConfigInput {
    const sealingKeyFile = join(this.folder, 'sealing.json');
    // Made by the first who asks for it.
    const how = { random: systemRandom, mayCreate: true, mayLack: false };
    openSealing({ file: sealingKeyFile, ...how }).currentKeyId();
    return {
      database: { client: 'postgres', connection: this.address },
      security: { sealingKeyFile },
    };
  }

  /** Without the hash, so that what is left is the board's own work and the database's. */
  async withProcesses(count: number, full: boolean): Promise<readonly Figure[]> {
    while (this.boards.length < count) {
      const dataDir = join(this.folder, `node${this.boards.length + 1}`);
      mkdirSync(dataDir, { mode: 0o700 });
      const nodeOptions = ['--require', join(__dirname, 'no-hash.cjs')];
      this.boards.push(await startBoard({ dataDir, config: this.config, nodeOptions }));
    }
    const seconds = full ? 10 : 3;
    await this.storm(seconds);
    const rounds = full ? 3 : 1;
    const stormed: Storm[] = [];
    for (let round = 0; round < rounds; round++) stormed.push(await this.storm(seconds));
    const of = (value: (storm: Storm) => number): number => median(stormed.map(value));
    const failures = stormed.reduce((sum, storm) => sum + storm.failures, 0);
    const name = `${count} ${count === 1 ? 'process' : 'processes'} on one PostgreSQL`;
    const round = `${rounds} x ${seconds} s, ${stormed.reduce((sum, { logins }) => sum + logins, 0)} sign-ins`;
    return [
      {
        name: `${name}: sign-ins by telnet without the hash`,
        value: `${of(({ logins, seconds: took }) => logins / took).toFixed(1)}/s`,
        rounds: round,
      },
      {
        name: `${name}: CPU for each, boards / server`,
        value: `${ms(of(({ cpuMs, logins }) => cpuMs / logins))} / ${ms(of(({ server, logins }) => server.cpuMs / logins))}`,
        rounds: round,
      },
      {
        name: `${name}: statements / syncs / WAL for each`,
        value:
          `${of(({ server, logins }) => server.statements / logins).toFixed(1)} / ` +
          `${of(({ server, logins }) => server.syncs / logins).toFixed(1)} / ` +
          `${(of(({ server, logins }) => server.walBytes / logins) / 1024).toFixed(1)} KiB`,
        rounds: round,
      },
      {
        name: `${name}: code to next screen, median / p99`,
        value: `${ms(median(stormed.flatMap(({ otpMs }) => otpMs)))} / ${ms(
          quantile(
            stormed.flatMap(({ otpMs }) => otpMs),
            0.99,
          ),
        )}`,
        rounds: round,
      },
      ...(failures === 0
        ? []
        : [{ name: `${name}: sign-ins that failed`, value: String(failures), rounds: round }]),
    ];
  }

  /** From the commit of an event until another process has read it. */
  async toldDelay(rounds: number): Promise<Figure> {
    const server = {
      address: this.address,
      pool: 4,
      tls: { enabled: true, rejectUnauthorized: true, ca: '' },
    };
    const [here, there] = [
      await ToldNode.join(server, new MemoryLog()),
      await ToldNode.join(server, new MemoryLog()),
    ];
    try {
      const delays: number[] = [];
      for (let round = 0; round < rounds; round++)
        delays.push(await here.tell(there, `mark ${round}`));
      return {
        name: 'from the commit of an event to another process that has read it, median / p99',
        value: `${ms(median(delays))} / ${ms(quantile(delays, 0.99))}`,
        target: 'median <= 20 ms',
        reached: median(delays) <= 20,
        rounds: `${rounds} events`,
      };
    } finally {
      await there.leave();
      await here.leave();
    }
  }

  async close(): Promise<void> {
    for (const board of this.boards) await board.end('SIGTERM');
    await this.admin.end();
    this.cluster.remove();
    for (const { dataDir } of this.boards) removeBoardFiles(dataDir);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async storm(seconds: number): Promise<Storm> {
    const callers = CALLERS / this.boards.length;
    const storm = (this.storms += 1);
    const orders: LoginsOrder[] = [];
    const [first] = this.boards;
    if (first === undefined) throw new Error('no board runs');
    const backend: BackOffice = await openBackOffice(first.dataDir, { config: this.config });
    try {
      for (const [at, board] of this.boards.entries()) {
        const prefix = `storm${storm}n${at}x`;
        const wanted = { prefix, count: callers * 4, factor: 'rfc4266_HOTP' } as const;
        const accounts = await populate(backend, wanted);
        orders.push({ way: 'telnet', seconds, callers, port: board.port('telnet'), accounts });
      }
    } finally {
      await backend.close();
    }
    const before = { server: await this.serverWork(), cpuMs: this.boardsCpuMs() };
    const reports = await Promise.all(
      orders.map((order) => measure<LoginsReport>('logins', order)),
    );
    const after = { server: await this.serverWork(), cpuMs: this.boardsCpuMs() };
    const sum = (of: (report: LoginsReport) => number): number =>
      reports.reduce((total, report) => total + of(report), 0);
    return {
      logins: sum(({ logins }) => logins),
      failures: sum(({ failures }) => failures),
      seconds: Math.max(...reports.map((report) => report.seconds)),
      otpMs: reports.flatMap(({ otpMs }) => otpMs),
      cpuMs: after.cpuMs - before.cpuMs,
      server: {
        statements: after.server.statements - before.server.statements,
        syncs: after.server.syncs - before.server.syncs,
        walBytes: after.server.walBytes - before.server.walBytes,
        cpuMs: after.server.cpuMs - before.server.cpuMs,
      },
    };
  }

  private boardsCpuMs(): number {
    return this.boards.reduce((sum, board) => sum + board.usage().cpuMs, 0);
  }

  /** Statements without BEGIN, COMMIT, the locks of a transaction, and the question for its number. */
  private async serverWork(): Promise<ServerWork> {
    const { rows } = await this.admin.query<Record<'statements' | 'syncs' | 'wal', string>>(`
      select
        (select coalesce(sum(calls), 0) from pg_stat_statements s
          join pg_roles r on r.oid = s.userid where r.rolname = 'board'
          and query not like 'select pg_advisory_xact_lock%'
          and query !~* '^(begin|commit|rollback)'
          and query not like 'select pg_current_xact_id()%') as statements,
        (select wal_sync from pg_stat_wal) as syncs,
        pg_current_wal_lsn() - '0/0'::pg_lsn as wal`);
    const [row] = rows;
    return {
      statements: Number(row?.statements),
      syncs: Number(row?.syncs),
      walBytes: Number(row?.wal),
      cpuMs: this.cluster.cpuMs(),
    };
  }
}

interface Storm extends LoginsReport {
  /** CPU time of all boards. */
  readonly cpuMs: number;
  readonly server: ServerWork;
}
