import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BoardProcess, removeBoardFiles } from '../test/support/board-process';
import { median, ms, spread, type Figure, type Scale } from './figures';

/** From the start of the process to the moment that it says where it listens. */
export async function benchStart({ full }: Scale): Promise<readonly Figure[]> {
  const dataDir = join(mkdtempSync(join(tmpdir(), 'sallyport-bench-')), 'data');
  const times: number[] = [];
  const cpu: number[] = [];
  const bare: number[] = [];
  for (let count = 0; count <= (full ? 11 : 2); count++) {
    const startedMs = performance.now();
    spawnSync(process.execPath, ['-e', '0']);
    bare.push(performance.now() - startedMs);
    const board = await BoardProcess.start({ dataDir });
    times.push(board.startMs);
    cpu.push(board.usage().cpuMs);
    await board.end('SIGTERM');
  }
  removeBoardFiles(dataDir);
  const [first = NaN, ...later] = times;
  const rounds = `${later.length} starts`;
  return [
    {
      name: 'start to listening',
      value: spread(later, ms),
      beside: `${ms(median(bare))} node -e 0`,
      ratio: median(later) / median(bare),
      target: '<= 1000 ms',
      reached: median(later) <= 1_000,
      rounds,
    },
    { name: 'CPU of a start, both cores', value: spread(cpu.slice(1), ms), rounds },
    {
      name: 'the first start of all, which makes keys, certificate and database',
      value: ms(first),
      rounds: '1 start',
    },
  ];
}
