import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openBackOffice } from '../test/support/back-office';
import { removeBoardFiles } from '../test/support/board-process';
import { decodeBase32, hotp } from '../test/support/authenticator';
import { median, ms, type Figure, type Scale } from './figures';
import { LeanCaller } from './lean-caller';
import { PASSWORD, populate } from './population';
import { Helper, mostFiles, startBoard } from './processes';

/** Ten thousand by telnet and two thousand by SSH, all there at once, and one more who signs in. */
export async function benchCrowd({ full }: Scale): Promise<readonly Figure[]> {
  // Each is a descriptor of the board, which keeps some thousand for itself.
  const most = Math.min(12_000, mostFiles() - 2_000);
  const byTelnet = full ? Math.floor((most * 5) / 6) : 200;
  const bySsh = full ? Math.floor(most / 6) : 40;
  const dataDir = join(mkdtempSync(join(tmpdir(), 'sallyport-bench-')), 'data');
  const board = await startBoard({
    dataDir,
    nodeOptions: ['--max-old-space-size=4096'],
  });
  const backend = await openBackOffice(dataDir);
  const helpers: Helper[] = [];
  try {
    const guests = await populate(backend, { prefix: 'guest', count: bySsh });
    const accounts = await populate(backend, { prefix: 'late', count: 20, factor: 'rfc4266_HOTP' });
    const emptyBytes = board.usage().rssBytes;
    const dial = (order: unknown): Promise<{ callers: number; seconds: number }> => {
      const helper = Helper.start('idle', order);
      helpers.push(helper);
      return helper.says();
    };
    const telnet = await dial({
      ...{ way: 'telnet', port: board.port('telnet'), callers: byTelnet, atOnce: 64 },
      word: 'Sign in',
    });
    const ssh = await dial({
      ...{ way: 'ssh', port: board.port('ssh'), callers: bySsh, atOnce: 16, word: 'Both' },
      names: guests.map(({ name }) => name),
    });
    const cpuBefore = board.usage().cpuMs;
    await delay(10_000);
    const idleCpu = (board.usage().cpuMs - cpuBefore) / 10_000;
    const samples: number[] = [];
    for (const { name, secret } of accounts) {
      const startedMs = performance.now();
      const caller = await LeanCaller.telnet(board.port('telnet'));
      await caller.hears('Sign in');
      await caller.ask(`\r${name}\r${PASSWORD}\r`, 'One-time');
      await caller.ask(`${hotp(decodeBase32(secret), 0)}\r`, 'Both');
      samples.push(performance.now() - startedMs);
      caller.hangUp();
    }
    const slowest = Math.max(...samples);
    return [
      {
        name: `a full sign-in among ${telnet.callers} telnet and ${ssh.callers} SSH callers, median / slowest`,
        value: `${ms(median(samples))} / ${ms(slowest)}`,
        target: '<= 2000 ms',
        reached: slowest <= 2_000,
        rounds: `${samples.length} sign-ins`,
      },
      {
        name: 'memory of the board with all of them',
        value: `${((board.usage().rssBytes - emptyBytes) / 2 ** 20).toFixed(0)} MiB`,
        beside: `${(emptyBytes / 2 ** 20).toFixed(0)} MiB without`,
        target: '<= 1536 MiB',
        reached: board.usage().rssBytes <= 1536 * 2 ** 20,
        rounds: 'once',
      },
      {
        name: 'CPU of one core that they take while they are idle',
        value: `${(idleCpu * 100).toFixed(1)} %`,
        // Of a board with a thousand callers.
        target: '<= 0.5 %',
        reached: idleCpu <= 0.005,
        rounds: '10 s',
      },
      {
        name: 'calls taken, telnet to first screen / SSH to welcome',
        value: `${(telnet.callers / telnet.seconds).toFixed(0)}/s / ${(ssh.callers / ssh.seconds).toFixed(0)}/s`,
        rounds: `${telnet.seconds.toFixed(0)} s / ${ssh.seconds.toFixed(0)} s`,
      },
    ];
  } finally {
    for (const helper of helpers) await helper.stop();
    await backend.close();
    await board.end('SIGKILL');
    removeBoardFiles(dataDir);
  }
}
