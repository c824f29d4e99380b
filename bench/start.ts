import { mkdtempSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BoardProcess, removeBoardFiles } from '../test/support/board-process';
import { ms, quantile, type Figure, type Scale } from './figures';

/** From the start of the process to the moment that it says where it listens. */
export async function benchStart({ full }: Scale): Promise<readonly Figure[]> {
  const dataDir = join(mkdtempSync(join(tmpdir(), 'sallyport-bench-')), 'data');
  const samples: number[] = [];
  const bare: number[] = [];
  for (let count = 0; count <= (full ? 9 : 2); count++) {
    const startedMs = performance.now();
    spawnSync(process.execPath, ['-e', '0']);
    bare.push(performance.now() - startedMs);
    const board = await BoardProcess.start({ dataDir });
    samples.push(board.startMs);
    await board.end('SIGTERM');
  }
  removeBoardFiles(dataDir);
  const [first = NaN, ...later] = samples;
  const median = quantile(later, 0.5);
  return [
    {
      name: 'start to listening, median / slowest',
      value: `${ms(median)} / ${ms(Math.max(...later))}`,
      beside: `${ms(quantile(bare, 0.5))} node -e 0`,
      ratio: median / quantile(bare, 0.5),
      target: '<= 1000 ms',
      reached: median <= 1_000,
    },
    {
      name: 'the first start of all, which makes keys, certificate and database',
      value: ms(first),
    },
  ];
}
