import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openBackOffice } from '../test/support/back-office';
import { readUsage, removeBoardFiles } from '../test/support/board-process';
import { kib, median, spread, type Figure, type Scale } from './figures';
import type { IdleOrder } from './load/idle';
import { populate } from './population';
import { Helper, startBoard } from './processes';

const COLLECTING = ['--expose-gc', '--require', join(__dirname, 'gc-on-signal.cjs')];
const SETTLE_MS = 3_000;

/** What an idle caller keeps of the board's memory, beside what he would keep of a bare server's. */
export async function benchMemory({ full }: Scale): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const way of ['telnet', 'ssh'] as const) {
    const callers = full ? (way === 'telnet' ? 4_000 : 1_000) : 50;
    const bare: number[] = [];
    const ours: number[] = [];
    for (let round = 0; round < (full ? 2 : 1); round++) {
      bare.push(await weighBare(way, callers));
      ours.push(await weighBoard(way, callers));
    }
    const ratio = median(ours) / median(bare);
    const mostKib = way === 'telnet' ? 20 : 44;
    figures.push({
      name: `resident memory of an idle ${way} caller`,
      value: spread(ours, kib),
      beside: `${spread(bare, kib)} bare ${way === 'ssh' ? 'ssh2 shell' : 'socket'}`,
      ratio,
      target: `<= ${mostKib} KiB`,
      reached: median(ours) <= mostKib * 1024,
      rounds: `${ours.length} x ${callers} callers`,
    });
  }
  return figures;
}

async function weighBare(way: 'telnet' | 'ssh', callers: number): Promise<number> {
  const server = Helper.start('bare-server', way, COLLECTING);
  try {
    const port = await server.says<number>();
    return await weigh(server.pid, { way, port, callers, atOnce: 16, word: 'Sign in' });
  } finally {
    await server.stop();
  }
}

async function weighBoard(way: 'telnet' | 'ssh', callers: number): Promise<number> {
  const dataDir = join(mkdtempSync(join(tmpdir(), 'sallyport-bench-')), 'data');
  const board = await startBoard({
    dataDir,
    // Memory is weighed here; hashes would only take time.
    nodeOptions: [...COLLECTING, '--require', join(__dirname, 'no-hash.cjs')],
  });
  const backend = await openBackOffice(dataDir);
  try {
    const names =
      way === 'telnet'
        ? []
        : (await populate(backend, { prefix: 'idle', count: callers })).map(({ name }) => name);
    const word = way === 'telnet' ? 'Sign in' : 'Both';
    return await weigh(board.pid, { way, port: board.port(way), callers, atOnce: 16, word, names });
  } finally {
    await backend.close();
    await board.end('SIGKILL');
    removeBoardFiles(dataDir);
  }
}

/** Bytes each caller adds, after a first few have paid for what all share. */
async function weigh(pid: number, order: IdleOrder): Promise<number> {
  const names = order.names ?? [];
  const few = Math.ceil(order.callers / 10);
  const first = Helper.start('idle', { ...order, callers: few, names: names.slice(0, few) });
  await first.says();
  const before = await collected(pid);
  const rest = Helper.start('idle', {
    ...order,
    callers: order.callers - few,
    names: names.slice(few),
  });
  await rest.says();
  const after = await collected(pid);
  await first.stop();
  await rest.stop();
  return (after - before) / (order.callers - few);
}

async function collected(pid: number): Promise<number> {
  await delay(SETTLE_MS);
  process.kill(pid, 'SIGUSR2');
  await delay(SETTLE_MS);
  return readUsage(pid).rssBytes;
}
