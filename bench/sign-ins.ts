import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBackOffice } from '../test/support/back-office';
import { readUsage, removeBoardFiles } from '../test/support/board-process';
import { median, ms, spread, type Figure, type Scale } from './figures';
import type { CallsReport } from './load/calls';
import type { HashesReport } from './load/hashes';
import type { LoginsOrder, LoginsReport } from './load/logins';
import { populate } from './population';
import { Helper, measure, startBoard } from './processes';

type Way = LoginsOrder['way'];

interface Storm extends LoginsReport {
  /** What the board took for each sign-in. */
  readonly cpuMsEach: number;
}

const CPU_TARGET_MS: Readonly<Record<Way, number>> = { telnet: 4, ssh: 6 };

/** Full sign-ins by password and HOTP code against hashes and nothing else, on the same machine. */
export async function benchSignIns(scale: Scale): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const way of ['telnet', 'ssh'] as const)
    figures.push(...(await rate(way, scale)), ...(await withoutHash(way, scale)));
  return figures;
}

/** As many as come through, between two looks at what the machine could do if a sign-in were a hash. */
async function rate(way: Way, { full }: Scale): Promise<readonly Figure[]> {
  const seconds = full ? 15 : 3;
  const rounds = full ? 3 : 1;
  const hashes: HashesReport[] = [];
  const storms: Storm[] = [];
  const ratios: number[] = [];
  await withStorm(way, { hashed: true }, async (storm) => {
    await storm({ seconds, callers: 48 });
    for (let round = 0; round < rounds; round++) {
      const before = await bareHashes(seconds / 3);
      const stormed = await storm({ seconds, callers: 48 });
      const after = await bareHashes(seconds / 3);
      storms.push(stormed);
      hashes.push(before, after);
      const limit = (before.perSecond + after.perSecond) / 2;
      ratios.push(stormed.logins / stormed.seconds / limit);
    }
  });
  const perSecond = (value: number): string => `${value.toFixed(1)}/s`;
  const ownCpu = median(storms.map(({ cpuMsEach }) => cpuMsEach));
  const hashCpu = median(hashes.map(({ cpuMsEach }) => cpuMsEach));
  const failures = storms.reduce((sum, storm) => sum + storm.failures, 0);
  return [
    {
      name: `full sign-ins by ${way}, 48 callers at once on the same two cores`,
      value: spread(
        storms.map((storm) => storm.logins / storm.seconds),
        perSecond,
      ),
      beside: `${perSecond(median(hashes.map((report) => report.perSecond)))} argon2id alone`,
      ratio: median(ratios),
      target: '>= 0.85',
      reached: median(ratios) >= 0.85,
      rounds: `${rounds} x ${seconds} s`,
    },
    {
      name: `the board's CPU for one of them by ${way}, hash and all`,
      value: ms(ownCpu),
      beside: `${ms(hashCpu)} argon2id alone`,
      ratio: hashCpu / ownCpu,
      rounds: `${rounds} x ${seconds} s`,
    },
    ...(failures === 0
      ? []
      : [{ name: `sign-ins by ${way} that failed`, value: String(failures), rounds: '' }]),
  ];
}

/** What is left is the board's own work, whoever else uses the cores. */
async function withoutHash(way: Way, { full }: Scale): Promise<readonly Figure[]> {
  const seconds = full ? 10 : 3;
  const rounds = full ? 3 : 1;
  const storms: Storm[] = [];
  await withStorm(way, { hashed: false }, async (storm) => {
    // So that no screen is made and no code compiled for the first time.
    for (let count = 0; count < rounds; count++) await storm({ seconds, callers: 8 });
    for (let count = 0; count < rounds; count++) storms.push(await storm({ seconds, callers: 8 }));
  });
  const cpu = storms.map(({ cpuMsEach }) => cpuMsEach);
  const bare = await bareCall(way, seconds);
  const most = CPU_TARGET_MS[way];
  return [
    {
      name: `the board's CPU for a sign-in by ${way} without the hash`,
      value: spread(cpu, ms),
      beside: `${ms(bare)} a call to a bare ${way === 'ssh' ? 'ssh2 shell' : 'socket'}`,
      // Beside a socket, any work at all is a hundred times as much.
      ...(way === 'ssh' ? { ratio: median(cpu) / bare } : {}),
      target: `<= ${most} ms`,
      reached: median(cpu) <= most,
      rounds: `${rounds} x ${seconds} s, ${storms.reduce((sum, { logins }) => sum + logins, 0)} sign-ins`,
    },
  ];
}

/** CPU of a server for a caller whom it lets in without a look. */
async function bareCall(way: Way, seconds: number): Promise<number> {
  const server = Helper.start('bare-server', way);
  try {
    const order = { way, port: await server.says<number>(), seconds, callers: 8 };
    await measure<CallsReport>('calls', order);
    const before = readUsage(server.pid).cpuMs;
    const { calls } = await measure<CallsReport>('calls', order);
    return (readUsage(server.pid).cpuMs - before) / calls;
  } finally {
    await server.stop();
  }
}

function bareHashes(seconds: number): Promise<HashesReport> {
  return measure('hashes', { seconds, atOnce: 2 });
}

type RunStorm = (wanted: Pick<LoginsOrder, 'seconds' | 'callers'>) => Promise<Storm>;

/** One board, and callers from a process of their own. */
async function withStorm(
  way: Way,
  { hashed }: { readonly hashed: boolean },
  use: (storm: RunStorm) => Promise<void>,
): Promise<void> {
  const dataDir = join(mkdtempSync(join(tmpdir(), 'sallyport-bench-')), 'data');
  const nodeOptions = hashed ? [] : ['--require', join(__dirname, 'no-hash.cjs')];
  const board = await startBoard({ dataDir, nodeOptions });
  const backend = await openBackOffice(dataDir);
  let stormNumber = 0;
  try {
    await use(async ({ seconds, callers }) => {
      const prefix = `storm${(stormNumber += 1)}x`;
      const wanted = { prefix, count: callers * 4, factor: 'rfc4266_HOTP' } as const;
      const accounts = await populate(backend, wanted);
      const order: LoginsOrder = { way, seconds, callers, port: board.port(way), accounts };
      const before = board.usage().cpuMs;
      const report = await measure<LoginsReport>('logins', order);
      return { ...report, cpuMsEach: (board.usage().cpuMs - before) / report.logins };
    });
  } finally {
    await backend.close();
    await board.end('SIGTERM');
    removeBoardFiles(dataDir);
  }
}
