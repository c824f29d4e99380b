import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initGate } from '../src/config/init-gate';
import { openBackOffice } from '../test/support/back-office';
import { removeBoardFiles } from '../test/support/board-process';
import { median, ms, quantile, spread, type Figure, type Scale } from './figures';
import type { Carrier, Place } from './load/far-stream';
import type { VisitorReport } from './load/visitor';
import { PASSWORD, populate } from './population';
import { Helper, measure, startBoard } from './processes';

const MEGABYTE = 1024 * 1024;

interface Way {
  readonly caller: 'telnet' | 'ssh';
  readonly board: 'telnet' | 'rlogin' | 'ssh';
  readonly content: 'text' | 'file';
}

const WAYS: readonly Way[] = [
  { caller: 'telnet', board: 'telnet', content: 'text' },
  { caller: 'telnet', board: 'rlogin', content: 'text' },
  { caller: 'telnet', board: 'telnet', content: 'file' },
  { caller: 'ssh', board: 'telnet', content: 'text' },
  { caller: 'ssh', board: 'ssh', content: 'text' },
];

const carrierOf = (protocol: Way['caller' | 'board']): Carrier =>
  protocol === 'ssh' ? 'ssh' : 'tcp';

/**
 * What the gate adds between a caller and a board behind it, beside two sockets of the same Node.js; by SSH, beside
 * two ends of ssh2.
 */
export async function benchBridge(scale: Scale): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const way of WAYS) figures.push(...(await figuresOf(way, scale)));
  return figures;
}

async function figuresOf(way: Way, scale: Scale): Promise<readonly Figure[]> {
  const { board: kind, content } = way;
  const [from, to] = [carrierOf(way.caller), carrierOf(kind)];
  const bytes = (scale.full ? 16 : 4) * MEGABYTE;
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'));
  const dataDir = join(folder, 'data');
  const far = Helper.start('far-board', { bytes, content, by: to });
  const { port, fingerprint } = await far.says<Place>();
  const relay = Helper.start('relay', { port, from, to });
  const account = { hostKey: fingerprint, username: 'gate', password: 'gate' };
  await initGate(join(folder, 'gate'), [
    `${kind}://${kind === 'ssh' ? 'gate@' : ''}127.0.0.1:${port}#Behind`,
  ]);
  const behind = { kind, name: 'Behind', host: '127.0.0.1', port };
  const board = await startBoard({
    dataDir,
    config: {
      general: { menuFile: join(folder, 'gate', 'config', 'menu.hjson') },
      destinations: { behind: { ...behind, ...(kind === 'ssh' ? account : {}) } },
    },
  });
  const backend = await openBackOffice(dataDir);
  try {
    const [visitor] = await populate(backend, { prefix: 'visitor', count: 1 });
    const report = await measure<VisitorReport>('visitor', {
      ...{ by: from, content, bytes, port: board.port(way.caller) },
      ...{ relayPort: (await relay.says<Place>()).port, name: visitor?.name, password: PASSWORD },
      ...(scale.full ? { rounds: 15, keys: 300 } : { rounds: 2, keys: 40 }),
    });
    const what = content === 'file' ? 'bytes of a file' : 'text';
    return [
      ...(content === 'file' ? [] : [addedFigure(way, report.echo)]),
      speedFigure(way, `${what} from`, { bytes, pair: report.down }),
      speedFigure(way, `${what} to`, { bytes, pair: report.up }),
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

const besideOf = ({ caller, board }: Way): string =>
  caller === 'ssh' || board === 'ssh' ? 'bare relay of ssh2' : 'bare relay';

function addedFigure(way: Way, { ours, relay }: Pair): Figure {
  const both = (samples: readonly number[]): string =>
    `${ms(median(samples))} / ${ms(quantile(samples, 0.99))}`;
  const added = median(ours) - median(relay);
  return {
    name: `echo of a key by a board by ${way.board}, the caller by ${way.caller}, median / p99`,
    value: `${both(ours)}, ${added.toFixed(2)} ms added at the median`,
    beside: `${both(relay)} ${besideOf(way)}`,
    target: '<= 1 ms added',
    reached: added <= 1,
    rounds: `${ours.length} keys in turn`,
  };
}

function speedFigure(
  way: Way,
  what: string,
  { bytes, pair: { ours, relay } }: { readonly bytes: number; readonly pair: Pair },
): Figure {
  const rates = (samples: readonly number[]): readonly number[] =>
    samples.map((duration) => bytes / MEGABYTE / (duration / 1000));
  const format = (rate: number): string => `${rate.toFixed(0)} MiB/s`;
  // Of each round by itself: both were measured while the machine did the same otherwise.
  const ratio = median(rates(ours).map((rate, round) => rate / (rates(relay)[round] ?? NaN)));
  return {
    name: `${what} a board by ${way.board}, the caller by ${way.caller}`,
    value: spread(rates(ours), format),
    beside: `${spread(rates(relay), format)} ${besideOf(way)}`,
    ratio,
    target: '>= 0.8',
    reached: ratio >= 0.8,
    rounds: `${ours.length} x ${bytes / MEGABYTE} MiB in turn`,
  };
}
