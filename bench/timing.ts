import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'ssh2';
import { systemRandom } from '../src/base/random';
import { writeProperties } from '../src/store/properties';
import { renameUser } from '../src/store/users';
import { openBackOffice, type BackOffice } from '../test/support/back-office';
import { removeBoardFiles, type BoardProcess } from '../test/support/board-process';
import { timingFigure, type Figure, type Scale } from './figures';
import { LeanCaller } from './lean-caller';
import { populate } from './population';
import { startBoard } from './processes';

const WRONG = 'not the password';
const KINDS = ['a wrong password', 'no such account', 'a locked account'] as const;
type Kind = (typeof KINDS)[number];

/** One at a time would be purer and take hours; so few that none waits for a hash beyond the floor. */
const LANES = 5;

interface Guess {
  readonly name: string;
  readonly kind: Kind;
}

/** What the time of a rejection tells about an account: nothing, when the area is one half (rules C4, L15). */
export async function benchTiming({ full }: Scale): Promise<readonly Figure[]> {
  const names = full ? 2_000 : 12;
  const dataDir = join(mkdtempSync(join(tmpdir(), 'sallyport-bench-')), 'data');
  const board = await startBoard({ dataDir });
  const backend = await openBackOffice(dataDir);
  try {
    const figures: Figure[] = [];
    for (const way of ['telnet', 'ssh'] as const) {
      const samples = await sampleAll({ board, backend, way, names });
      for (const kind of KINDS.slice(1)) {
        const name = `${way}: ${kind} against ${KINDS[0]}`;
        figures.push(timingFigure(name, samples[KINDS[0]], samples[kind]));
      }
    }
    return figures;
  } finally {
    await backend.close();
    await board.end('SIGTERM');
    removeBoardFiles(dataDir);
  }
}

/**
 * Each name is guessed once as each kind: names have a delay of their own, which must not look like a
 * difference between kinds. In every round all kinds come mixed, so that a busy moment falls on each, and
 * none is always the first of those who come at once.
 */
async function sampleAll(what: {
  readonly board: BoardProcess;
  readonly backend: BackOffice;
  readonly way: 'telnet' | 'ssh';
  readonly names: number;
}): Promise<Readonly<Record<Kind, number[]>>> {
  const { board, backend, way } = what;
  const samples: Record<Kind, number[]> = {
    'a wrong password': [],
    'no such account': [],
    'a locked account': [],
  };
  const inhabitants = await populate(backend, { prefix: way, count: what.names });
  const ids = await Promise.all(inhabitants.map(({ name }) => backend.userId(name)));
  const guess = way === 'telnet' ? guessByTelnet : guessBySsh;
  for (let round = 0; round < KINDS.length; round++) {
    const order = inhabitants.map(({ name }, index): Guess => {
      const kind = KINDS[(index + round) % KINDS.length] ?? KINDS[0];
      return { name, kind };
    });
    await makeTrue(backend, order, ids);
    shuffle(order);
    const lane = async (): Promise<void> => {
      for (let next = order.shift(); next !== undefined; next = order.shift())
        samples[next.kind].push(await guess(board.port(way), next.name));
    };
    await Promise.all(Array.from({ length: LANES }, lane));
  }
  return samples;
}

function shuffle(guesses: Guess[]): void {
  for (let last = guesses.length - 1; last > 0; last--) {
    const other = systemRandom.below(last + 1);
    const [a, b] = [guesses[last], guesses[other]];
    if (a === undefined || b === undefined) return;
    guesses[last] = b;
    guesses[other] = a;
  }
}

async function makeTrue(
  backend: BackOffice,
  guesses: readonly Guess[],
  ids: readonly number[],
): Promise<void> {
  await backend.db.transaction('board', async (sql) => {
    for (const [index, { name, kind }] of guesses.entries()) {
      const id = ids[index] ?? 0;
      await renameUser(sql, id, kind === 'no such account' ? `away-${name}` : name);
      await writeProperties(sql, id, { account_status: kind === 'a locked account' ? '3' : '2' });
    }
  });
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
  return new Promise((resolve, reject) => {
    const client = new Client();
    let startedMs = NaN;
    client.on('handshake', () => (startedMs = performance.now()));
    client.on('error', (error: Error & { readonly level?: string }) => {
      client.destroy();
      if (error.level === 'client-authentication') resolve(performance.now() - startedMs);
      else reject(error);
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
