import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBackOffice } from '../test/support/back-office';
import { removeBoardFiles } from '../test/support/board-process';
import { median, ms, spread, type Figure, type Scale } from './figures';
import type { BurstOrder, BurstReport } from './load/burst';
import type { HashesReport } from './load/hashes';
import { populate } from './population';
import { measure, startBoard } from './processes';

const CALLERS = 20;

/** Twenty at once on a board that has just started, and on the same board again, beside twenty hashes. */
export async function benchBurst({ full }: Scale): Promise<readonly Figure[]> {
  const rounds = full ? 7 : 1;
  const dataDir = join(mkdtempSync(join(tmpdir(), 'sallyport-bench-')), 'data');
  // So that the accounts have tables, and the board a key.
  await (await startBoard({ dataDir })).end('SIGTERM');
  const backend = await openBackOffice(dataDir);
  const wanted = { prefix: 'burst', count: CALLERS, factor: 'rfc4266_HOTP' } as const;
  const accounts = await populate(backend, wanted);
  await backend.close();
  const took: { readonly coldMs: number; readonly againMs: number; readonly hashesMs: number }[] =
    [];
  for (let round = 0; round < rounds; round++) {
    const board = await startBoard({ dataDir });
    const burst = async (counter: number): Promise<number> => {
      const order: BurstOrder = { port: board.port('telnet'), accounts, counter };
      return (await measure<BurstReport>('burst', order)).tookMs;
    };
    const coldMs = await burst(2 * round);
    const againMs = await burst(2 * round + 1);
    await board.end('SIGTERM');
    const { perSecond } = await measure<HashesReport>('hashes', { seconds: 2, atOnce: 2 });
    took.push({ coldMs, againMs, hashesMs: (CALLERS / perSecond) * 1000 });
  }
  removeBoardFiles(dataDir);
  const beside = `${ms(median(took.map(({ hashesMs }) => hashesMs)))} for ${CALLERS} hashes`;
  const figure = (name: string, of: 'coldMs' | 'againMs'): Figure => {
    const ratio = median(took.map((each) => each[of] / each.hashesMs));
    return {
      ...{ name, beside, ratio },
      value: spread(
        took.map((each) => each[of]),
        ms,
      ),
      target: '<= 2',
      reached: ratio <= 2,
      rounds: `${rounds} starts`,
    };
  };
  return [
    figure(`${CALLERS} sign-ins by telnet at once, on a board that has just started`, 'coldMs'),
    figure(`the same on the same board again`, 'againMs'),
  ];
}
