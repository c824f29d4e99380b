import { mkdtempSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openBackOffice } from '../test/support/back-office';
import { removeBoardFiles, type BoardProcess } from '../test/support/board-process';
import { median, ms, quantile, type Figure, type Scale } from './figures';
import { LeanCaller } from './lean-caller';
import type { LoginsReport } from './load/logins';
import type { TypistReport } from './load/typist';
import { PASSWORD, populate } from './population';
import { Helper, measure, startBoard } from './processes';

const STORM = 64;

/** How long people wait: for the first screen, for the next one, and for the key they have just typed. */
export async function benchLatency(scale: Scale): Promise<readonly Figure[]> {
  const dataDir = join(mkdtempSync(join(tmpdir(), 'sallyport-bench-')), 'data');
  const board = await startBoard({ dataDir });
  const backend = await openBackOffice(dataDir);
  const bare = Helper.start('bare-server', 'echo');
  try {
    const times = scale.full ? 40 : 5;
    const seconds = scale.full ? 12 : 3;
    const factor = 'rfc4266_HOTP';
    const calm = await populate(backend, { prefix: 'calm', count: 8, factor });
    const stormy = await populate(backend, { prefix: 'storm', count: 4 * STORM, factor });
    await populate(backend, { prefix: 'plain', count: 1 });
    const figures: Figure[] = [...(await firstScreens(board, times))];
    for (const way of ['telnet', 'ssh'] as const) {
      const accounts = calm.slice(way === 'telnet' ? 0 : 4, way === 'telnet' ? 4 : 8);
      const order = { way, port: board.port(way), accounts, callers: 1, seconds };
      const { otpMs } = await measure<LoginsReport>('logins', order);
      figures.push(waitFigure(`one-time code to next screen, ${way}, nobody else calls`, otpMs));
    }
    const keys = scale.full ? 600 : 40;
    const ports = { port: board.port('telnet'), barePort: await bare.says<number>() };
    const alone = await measure<TypistReport>('typist', { ...ports, keys });
    const storm = Helper.start('logins', {
      ...{ way: 'telnet', port: board.port('telnet'), accounts: stormy, callers: STORM },
      seconds: scale.full ? 30 : 6,
    });
    await delay(2_000);
    const beset = await measure<TypistReport>('typist', { ...ports, keys });
    const { otpMs } = await storm.says<LoginsReport>();
    return [
      ...figures,
      waitFigure(`one-time code to next screen, telnet, ${STORM} sign in at once`, otpMs),
      echoFigure('nobody else calls', alone, 50),
      echoFigure(`${STORM} sign in again and again`, beset, 150),
    ];
  } finally {
    await bare.stop();
    await backend.close();
    await board.end('SIGTERM');
    removeBoardFiles(dataDir);
  }
}

async function firstScreens(board: BoardProcess, times: number): Promise<readonly Figure[]> {
  const telnet = (): Promise<LeanCaller> => LeanCaller.telnet(board.port('telnet'));
  const ssh = (): Promise<LeanCaller> =>
    LeanCaller.ssh(board.port('ssh'), { username: 'plain0', password: PASSWORD });
  return [
    await firstScreen('telnet client that answers', times, () => seen(telnet(), 'Sign in')),
    await firstScreen('netcat, which says nothing', Math.ceil(times / 4), () =>
      silent(board.port('telnet')),
    ),
    await firstScreen('SSH with a password, hash and all', times, () => seen(ssh(), 'Both')),
  ];
}

function echoFigure(when: string, { ours, bare }: TypistReport, mostMs: number): Figure {
  const p99 = quantile(ours, 0.99);
  const both = (samples: readonly number[]): string =>
    `${ms(median(samples))} / ${ms(quantile(samples, 0.99))}`;
  return {
    name: `echo of a key while ${when}, median / p99`,
    value: both(ours),
    beside: `${both(bare)} bare echo server`,
    target: `p99 <= ${mostMs} ms`,
    reached: p99 <= mostMs,
    rounds: `${ours.length} keys in turn`,
  };
}

function waitFigure(name: string, samples: readonly number[]): Figure {
  return {
    name: `${name}, median / p99`,
    value: `${ms(median(samples))} / ${ms(quantile(samples, 0.99))}`,
    rounds: `${samples.length} times`,
  };
}

async function firstScreen(
  what: string,
  times: number,
  call: () => Promise<void>,
): Promise<Figure> {
  const samples: number[] = [];
  for (let count = 0; count < times; count++) {
    const startedMs = performance.now();
    await call();
    samples.push(performance.now() - startedMs);
  }
  return waitFigure(`connect to first screen, ${what}`, samples);
}

async function seen(calling: Promise<LeanCaller>, word: string): Promise<void> {
  const caller = await calling;
  await caller.hears(word);
  caller.hangUp();
}

function silent(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let heard = '';
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      heard += chunk.toString('latin1');
      if (!heard.includes('Sign in')) return;
      socket.destroy();
      resolve();
    });
  });
}
