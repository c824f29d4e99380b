import { mkdtempSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openBackOffice } from '../test/support/back-office';
import { removeBoardFiles } from '../test/support/board-process';
import { ms, quantile, type Figure, type Scale } from './figures';
import { LeanCaller } from './lean-caller';
import { PASSWORD, populate } from './population';
import { Helper, startBoard } from './processes';

/** How long people wait: for the first screen, and for the key they have just typed. */
export async function benchLatency({ full }: Scale): Promise<readonly Figure[]> {
  const dataDir = join(mkdtempSync(join(tmpdir(), 'sallyport-bench-')), 'data');
  const board = await startBoard({ dataDir });
  const office = await openBackOffice(dataDir);
  try {
    const accounts = await populate(office, {
      prefix: 'storm',
      count: 256,
      factor: 'rfc4266_HOTP',
    });
    await populate(office, { prefix: 'calm', count: 1 });
    const times = full ? 40 : 5;
    const figures: Figure[] = [
      await firstScreen('telnet, client that answers', times, () =>
        LeanCaller.telnet(board.port('telnet')).then((caller) => seen(caller, 'Sign in')),
      ),
      await firstScreen('telnet, netcat that says nothing', Math.ceil(times / 4), () =>
        silent(board.port('telnet')),
      ),
      await firstScreen('SSH, password to welcome', times, () =>
        LeanCaller.ssh(board.port('ssh'), { username: 'calm0', password: PASSWORD }).then(
          (caller) => seen(caller, 'Both'),
        ),
      ),
    ];
    const caller = await LeanCaller.telnet(board.port('telnet'));
    await caller.hears('Sign in');
    await caller.ask('\r', 'User');
    figures.push(echoFigure('nobody else calls', await typeAlong(caller, full ? 400 : 40), 50));
    const storm = Helper.start('logins', {
      ...{ way: 'telnet', port: board.port('telnet'), accounts, callers: 64 },
      seconds: full ? 20 : 4,
    });
    await delay(1_500);
    figures.push(
      echoFigure('a storm of 64 signing in', await typeAlong(caller, full ? 400 : 40), 150),
    );
    await storm.stop();
    caller.hangUp();
    return figures;
  } finally {
    await office.close();
    await board.end('SIGTERM');
    removeBoardFiles(dataDir);
  }
}

function echoFigure(when: string, samples: readonly number[], mostMs: number): Figure {
  const p99 = quantile(samples, 0.99);
  return {
    name: `echo of a key while ${when}, median / p99`,
    value: `${ms(quantile(samples, 0.5))} / ${ms(p99)}`,
    target: `p99 <= ${mostMs} ms`,
    reached: p99 <= mostMs,
  };
}

async function typeAlong(caller: LeanCaller, keys: number): Promise<readonly number[]> {
  const samples: number[] = [];
  for (let typed = 0; typed < keys; typed++) {
    samples.push(await caller.echo('x'));
    await delay(10);
    await caller.echo('\x7f');
    await delay(10);
  }
  return samples;
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
  return {
    name: `connect to first screen, ${what}, median / slowest`,
    value: `${ms(quantile(samples, 0.5))} / ${ms(Math.max(...samples))}`,
  };
}

async function seen(caller: LeanCaller, word: string): Promise<void> {
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
