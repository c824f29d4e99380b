import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeBackupCode } from '../src/auth/backup-codes';
import { systemRandom } from '../src/base/random';
import { removeBackupCodes } from '../src/store/backup-codes';
import { decodeBase32, hotp } from '../test/support/authenticator';
import { openBackOffice, type BackOffice } from '../test/support/back-office';
import { removeBoardFiles, type BoardProcess } from '../test/support/board-process';
import { timingFigure, type Figure, type Scale } from './figures';
import { LeanCaller } from './lean-caller';
import { PASSWORD, populate, type Inhabitant } from './population';
import { startBoard } from './processes';

const FACTOR = 'rfc4266_HOTP';
/** Of ten counters that are looked at: the first, one in the middle, the last. */
const POSITIONS = [0, 5, 9] as const;
const LANES = 12;

/** What the time of an answer to a code tells: not where it matched, nor whether there was one (A8, B7, L15). */
export async function benchCodeTiming({ full }: Scale): Promise<readonly Figure[]> {
  const times = full ? 2_000 : 8;
  const dataDir = join(mkdtempSync(join(tmpdir(), 'sallyport-bench-')), 'data');
  // Passwords are not what is measured here; hashes would only make noise.
  const nodeOptions = ['--require', join(__dirname, 'no-hash.cjs')];
  const board = await startBoard({ dataDir, nodeOptions });
  const backend = await openBackOffice(dataDir);
  try {
    return [
      ...(await timePositions(board, backend, times)),
      await timeBackupCodes(board, backend, times),
    ];
  } finally {
    await backend.close();
    await board.end('SIGTERM');
    removeBoardFiles(dataDir);
  }
}

/** Right codes, one caller at a time: an acceptance waits for no floor that could hide a difference. */
async function timePositions(
  board: BoardProcess,
  backend: BackOffice,
  times: number,
): Promise<readonly Figure[]> {
  const accounts = await populate(backend, { prefix: 'place', count: 16, factor: FACTOR });
  const counters = accounts.map(() => 0);
  const samples: readonly number[][] = POSITIONS.map(() => []);
  const turns = times * POSITIONS.length;
  // The first hundred find a program that has just started.
  for (let turn = -100; turn < turns; turn++) {
    const place = Math.abs(turn) % POSITIONS.length;
    const at = Math.abs(turn) % accounts.length;
    const account = accounts[at] ?? { name: '', secret: '' };
    const counter = (counters[at] ?? 0) + (POSITIONS[place] ?? 0);
    counters[at] = counter + 1;
    const code = hotp(decodeBase32(account.secret), counter);
    const tookMs = await answerMs(board, account, { code, answer: 'Both' });
    if (turn >= 0) samples[place]?.push(tookMs);
  }
  return POSITIONS.slice(1).map((position, index) =>
    timingFigure(
      `right code that matches at look-ahead ${position} against the first`,
      samples[0] ?? [],
      samples[index + 1] ?? [],
    ),
  );
}

/** Wrong backup codes; each account is asked once with codes and once with none. */
async function timeBackupCodes(
  board: BoardProcess,
  backend: BackOffice,
  times: number,
): Promise<Figure> {
  const accounts = await populate(backend, { prefix: 'spare', count: times, factor: FACTOR });
  const ids = await Promise.all(accounts.map(({ name }) => backend.userId(name)));
  const withCodes: number[] = [];
  const withNone: number[] = [];
  for (const round of [0, 1]) {
    for (const [index, id] of ids.entries()) {
      if (index % 2 === round) await backend.db.run((sql) => removeBackupCodes(sql, id));
      else if (round === 1) await backend.enrollment.regenerateBackupCodes(id);
    }
    const order = accounts.map((account, index) => ({ account, none: index % 2 === round }));
    const lane = async (): Promise<void> => {
      for (let next = order.shift(); next !== undefined; next = order.shift()) {
        const code = makeBackupCode(systemRandom);
        const tookMs = await answerMs(board, next.account, { code, answer: 'Wrong' });
        (next.none ? withNone : withCodes).push(tookMs);
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
  }
  return timingFigure(
    'wrong backup code: account with none against one with ten',
    withCodes,
    withNone,
  );
}

async function answerMs(
  board: BoardProcess,
  { name }: Inhabitant,
  { code, answer }: { readonly code: string; readonly answer: string },
): Promise<number> {
  const caller = await LeanCaller.telnet(board.port('telnet'));
  await caller.hears('Sign in');
  await caller.ask(`\r${name}\r${PASSWORD}\r`, 'One-time');
  const startedMs = performance.now();
  await caller.ask(`${code}\r`, answer);
  const tookMs = performance.now() - startedMs;
  caller.hangUp();
  return tookMs;
}
