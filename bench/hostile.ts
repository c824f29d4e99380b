import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openBackOffice } from '../test/support/back-office';
import { removeBoardFiles } from '../test/support/board-process';
import { ATTACKS, ATTACK_NAMES, type AttackName, type AttackOrder } from './attacks';
import { median, ms, quantile, type Figure, type Scale } from './figures';
import type { AttackReport } from './load/hostile';
import type { TypistReport } from './load/typist';
import { populate } from './population';
import { Helper, measure, startBoard } from './processes';

/** What four hostile callers may add to the echo of anybody else (rule M8). */
const MAX_ADDED_MS = 20;
/** Until all four do what they are there for. */
const WARM_UP_MS = 1_500;

/** What four hostile callers, in a process of their own, add to the echo of a quiet one: each attack in turn. */
export async function benchHostile({ full }: Scale): Promise<readonly Figure[]> {
  const dataDir = join(mkdtempSync(join(tmpdir(), 'sallyport-bench-')), 'data');
  const board = await startBoard({ dataDir });
  const backend = await openBackOffice(dataDir);
  const bare = Helper.start('bare-server', 'echo');
  try {
    const accounts = await populate(backend, { prefix: 'hostile', count: 4 });
    const barePort = await bare.says<number>();
    const keys = full ? 200 : 30;
    const seconds = full ? 9 : 3;
    const type = (): Promise<TypistReport> =>
      measure('typist', { port: board.port('telnet'), barePort, keys, seconds });
    const figures: Figure[] = [];
    for (const attack of ATTACK_NAMES) {
      const idle = await type();
      const order = {
        attack,
        ports: { telnet: board.port('telnet'), ssh: board.port('ssh') },
        names: accounts.map(({ name }) => name),
        seconds: seconds + 4,
      } satisfies AttackOrder;
      const hostile = Helper.start('hostile', order);
      await delay(WARM_UP_MS);
      const beset = await type();
      const { calls } = await hostile.says<AttackReport>();
      figures.push(addedFigure(attack, { idle, beset, calls }));
    }
    return figures;
  } finally {
    await bare.stop();
    await backend.close();
    await board.end('SIGKILL');
    removeBoardFiles(dataDir);
  }
}

function addedFigure(
  attack: AttackName,
  measured: { readonly idle: TypistReport; readonly beset: TypistReport; readonly calls: number },
): Figure {
  const { idle, beset, calls } = measured;
  const added = (of: 'ours' | 'bare', share: number): number =>
    quantile(beset[of], share) - quantile(idle[of], share);
  const three = (of: 'ours' | 'bare'): string =>
    [0.5, 0.95, 1].map((share) => added(of, share).toFixed(1)).join(' / ');
  return {
    name: `added to the echo of another caller: ${ATTACKS[attack].what}; median / p95 / worst`,
    value: `${three('ours')} ms (idle ${ms(median(idle.ours))}, worst ${ms(quantile(idle.ours, 1))})`,
    beside: `${three('bare')} ms bare echo server`,
    target: `median, p95 <= ${MAX_ADDED_MS} ms`,
    reached: added('ours', 0.5) <= MAX_ADDED_MS && added('ours', 0.95) <= MAX_ADDED_MS,
    rounds: `${beset.ours.length} keys, ${calls} calls`,
  };
}
