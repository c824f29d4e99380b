import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'ssh2';
import { openBackOffice } from '../test/support/back-office';
import { removeBoardFiles } from '../test/support/board-process';
import { areaUnderCurve, quantile, type Figure, type Scale } from './figures';
import { LeanCaller } from './lean-caller';
import { populate } from './population';
import { startBoard } from './processes';

const WRONG = 'not the password';
/** One at a time would be purer and take an hour; who waits for the hash waits alike. */
const LANES = 3;

/** What the time of a rejection tells about an account: nothing, when the area is one half (rules C4, L15). */
export async function benchTiming({ full }: Scale): Promise<readonly Figure[]> {
  const times = full ? 240 : 9;
  const dataDir = join(mkdtempSync(join(tmpdir(), 'sallyport-bench-')), 'data');
  const board = await startBoard({ dataDir });
  const office = await openBackOffice(dataDir);
  const figures: Figure[] = [];
  try {
    for (const way of ['telnet', 'ssh'] as const) {
      // Each name is guessed at once, so that every guess is looked at.
      const names: Readonly<Record<string, readonly string[]>> = {
        'a wrong password': (await populate(office, { prefix: `${way}w`, count: times })).map(
          nameOf,
        ),
        'no such account': Array.from({ length: times }, (_, index) => `${way}n${index}`),
        'a locked account': (
          await populate(office, { prefix: `${way}l`, count: times, status: 3 })
        ).map(nameOf),
      };
      const samples = new Map<string, number[]>(Object.keys(names).map((kind) => [kind, []]));
      const guess = way === 'telnet' ? guessByTelnet : guessBySsh;
      // All kinds in turn, so that a busy moment of the machine falls on each of them.
      const order = Array.from({ length: times }, (_, index) =>
        Object.keys(names).map((kind) => ({ kind, name: names[kind]?.[index] ?? '' })),
      ).flat();
      const lane = async (): Promise<void> => {
        for (let next = order.shift(); next !== undefined; next = order.shift())
          samples.get(next.kind)?.push(await guess(board.port(way), next.name));
      };
      await Promise.all(Array.from({ length: LANES }, lane));
      const wrong = samples.get('a wrong password') ?? [];
      for (const kind of ['no such account', 'a locked account']) {
        const other = samples.get(kind) ?? [];
        const area = areaUnderCurve(wrong, other);
        const apart = quantile(other, 0.5) - quantile(wrong, 0.5);
        figures.push({
          name: `${way}: ${kind} against a wrong password, ${times} guesses each`,
          value: `AUC ${area.toFixed(3)}, medians ${apart.toFixed(1)} ms apart`,
          target: '0.47 to 0.53',
          reached: area >= 0.47 && area <= 0.53,
        });
      }
    }
    return figures;
  } finally {
    await office.close();
    await board.end('SIGTERM');
    removeBoardFiles(dataDir);
  }
}

function nameOf({ name }: { readonly name: string }): string {
  return name;
}

async function guessByTelnet(port: number, name: string): Promise<number> {
  const caller = await LeanCaller.telnet(port);
  await caller.hears('Sign in');
  await caller.ask('\r', 'User');
  const startedMs = performance.now();
  await caller.ask(`${name}\r${WRONG}\r`, 'Wrong');
  const tookMs = performance.now() - startedMs;
  caller.hangUp();
  return tookMs;
}

/** From the handshake, whose time is not what is measured, to the refusal. */
function guessBySsh(port: number, username: string): Promise<number> {
  return new Promise((resolve) => {
    const client = new Client();
    let startedMs = NaN;
    client.on('handshake', () => (startedMs = performance.now()));
    client.on('error', () => {
      resolve(performance.now() - startedMs);
      client.destroy();
    });
    client.connect({
      host: '127.0.0.1',
      port,
      username,
      password: WRONG,
      authHandler: ['password'],
      readyTimeout: 120_000,
    });
  });
}
