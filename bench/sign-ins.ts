import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBackOffice } from '../test/support/back-office';
import { removeBoardFiles } from '../test/support/board-process';
import { ms, quantile, type Figure, type Scale } from './figures';
import type { HashesReport } from './load/hashes';
import type { LoginsOrder, LoginsReport } from './load/logins';
import { populate } from './population';
import { measure, startBoard } from './processes';

/** Full sign-ins by password and HOTP code against hashes and nothing else, on the same machine. */
export async function benchSignIns({ full }: Scale): Promise<readonly Figure[]> {
  const seconds = full ? 20 : 3;
  const figures: Figure[] = [];
  const bare = (): Promise<HashesReport> => measure('hashes', { seconds: seconds / 4, atOnce: 2 });
  for (const way of ['telnet', 'ssh'] as const) {
    const before = await bare();
    const stormed = await storm({ way, seconds, callers: 48 });
    const after = await bare();
    const limit = (before.perSecond + after.perSecond) / 2;
    const rate = stormed.logins / stormed.seconds;
    figures.push({
      name: `full sign-ins by ${way}, two cores, callers on the same`,
      value: `${rate.toFixed(1)}/s`,
      beside: `${limit.toFixed(1)} argon2id/s`,
      ratio: rate / limit,
      target: '>= 0.85',
      reached: rate / limit >= 0.85,
    });
    // What is left is the board's own work, whoever else uses the cores.
    const free = await storm({ way, seconds: seconds / 2, callers: 8, withoutHash: true });
    const cpuMs = free.cpuMs / free.logins;
    const most = way === 'telnet' ? 1.5 : 4;
    figures.push({
      name: `CPU of a sign-in by ${way} without the hash`,
      value: ms(cpuMs),
      beside: `${ms((before.cpuMsEach + after.cpuMsEach) / 2)} the hash`,
      target: `<= ${most} ms`,
      reached: cpuMs <= most,
    });
    figures.push({
      name: `code to next screen by ${way}, eight at a time, median / p99`,
      value: `${ms(quantile(free.otpMs, 0.5))} / ${ms(quantile(free.otpMs, 0.99))}`,
    });
    if (stormed.failures + free.failures > 0)
      figures.push({
        name: `sign-ins by ${way} that failed`,
        value: `${stormed.failures + free.failures}`,
      });
  }
  return figures;
}

async function storm(
  wanted: Pick<LoginsOrder, 'way' | 'seconds' | 'callers'> & { readonly withoutHash?: boolean },
): Promise<LoginsReport & { readonly cpuMs: number }> {
  const dataDir = join(mkdtempSync(join(tmpdir(), 'sallyport-bench-')), 'data');
  const board = await startBoard({
    dataDir,
    nodeOptions: wanted.withoutHash === true ? ['--require', join(__dirname, 'no-hash.cjs')] : [],
  });
  const office = await openBackOffice(dataDir);
  try {
    const { way, seconds, callers } = wanted;
    const run = async (prefix: string, forSeconds: number): Promise<LoginsReport> => {
      const factor = 'rfc4266_HOTP';
      const accounts = await populate(office, { prefix, count: callers * 4, factor });
      const order = { way, seconds: forSeconds, callers, port: board.port(way), accounts };
      return measure<LoginsReport>('logins', order satisfies LoginsOrder);
    };
    // So that no screen is made and no code compiled for the first time.
    await run('early', seconds / 2);
    const cpuBefore = board.usage().cpuMs;
    const report = await run('caller', seconds);
    return { ...report, cpuMs: board.usage().cpuMs - cpuBefore };
  } finally {
    await office.close();
    await board.end('SIGTERM');
    removeBoardFiles(dataDir);
  }
}
