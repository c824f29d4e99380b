import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initGate } from '../src/config/init-gate';
import { openBackOffice } from '../test/support/back-office';
import { removeBoardFiles } from '../test/support/board-process';
import { median, ms, quantile, spread, type Figure, type Scale } from './figures';
import type { VisitorReport } from './load/visitor';
import { PASSWORD, populate } from './population';
import { Helper, measure, startBoard } from './processes';

const MEGABYTE = 1024 * 1024;

/** What the gate adds between a telnet caller and a board behind it, beside two sockets of the same Node.js. */
export async function benchBridge(scale: Scale): Promise<readonly Figure[]> {
  const bytes = (scale.full ? 16 : 4) * MEGABYTE;
  const figures: Figure[] = [];
  for (const kind of ['telnet', 'rlogin'] as const)
    figures.push(...(await figuresOf(kind, bytes, scale)));
  return figures;
}

async function figuresOf(
  kind: 'telnet' | 'rlogin',
  bytes: number,
  scale: Scale,
): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'));
  const dataDir = join(folder, 'data');
  const far = Helper.start('far-board', { bytes });
  const port = await far.says<number>();
  const relay = Helper.start('relay', { port });
  await initGate(join(folder, 'gate'), [`${kind}://127.0.0.1:${port}#Behind`]);
  const board = await startBoard({
    dataDir,
    config: {
      general: { menuFile: join(folder, 'gate', 'config', 'menu.hjson') },
      destinations: { behind: { kind, name: 'Behind', host: '127.0.0.1', port } },
    },
  });
  const backend = await openBackOffice(dataDir);
  try {
    const [visitor] = await populate(backend, { prefix: 'visitor', count: 1 });
    const report = await measure<VisitorReport>('visitor', {
      ...{ port: board.port('telnet'), relayPort: await relay.says<number>() },
      ...{ name: visitor?.name, password: PASSWORD, bytes },
      ...(scale.full ? { rounds: 7, keys: 300 } : { rounds: 2, keys: 40 }),
    });
    return [
      addedFigure(kind, report.echo),
      speedFigure(`from a board by ${kind}`, bytes, report.down),
      speedFigure(`to a board by ${kind}`, bytes, report.up),
    ];
  } finally {
    await backend.close();
    await board.end('SIGTERM');
    await relay.stop();
    await far.stop();
    removeBoardFiles(dataDir);
  }
}

type Pair = VisitorReport['echo'];

function addedFigure(kind: string, { ours, relay }: Pair): Figure {
  const both = (samples: readonly number[]): string =>
    `${ms(median(samples))} / ${ms(quantile(samples, 0.99))}`;
  const added = median(ours) - median(relay);
  return {
    name: `echo of a key by a board behind the gate (${kind}), median / p99`,
    value: `${both(ours)}, ${added.toFixed(2)} ms added at the median`,
    beside: `${both(relay)} bare relay`,
    target: '<= 1 ms added',
    reached: added <= 1,
    rounds: `${ours.length} keys in turn`,
  };
}

function speedFigure(way: string, bytes: number, { ours, relay }: Pair): Figure {
  const rates = (samples: readonly number[]): readonly number[] =>
    samples.map((duration) => bytes / MEGABYTE / (duration / 1000));
  const format = (rate: number): string => `${rate.toFixed(0)} MiB/s`;
  const ratio = median(rates(ours)) / median(rates(relay));
  return {
    name: `data ${way}, the caller by telnet`,
    value: spread(rates(ours), format),
    beside: `${spread(rates(relay), format)} bare relay`,
    ratio,
    target: '>= 0.8',
    reached: ratio >= 0.8,
    rounds: `${ours.length} x ${bytes / MEGABYTE} MiB in turn`,
  };
}
