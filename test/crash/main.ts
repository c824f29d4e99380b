import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkKeys, rotateKeys } from '../../src/auth/key-rotation';
import { systemClock } from '../../src/base/clock';
import type { ConfigInput } from '../../src/config/schema';
import { createLog } from '../../src/base/log';
import { selectRows } from '../../src/store/dialect';
import { hashToken } from '../../src/store/tokens';
import type { CutLine } from '../pg/cut-line';
import { openBackOffice, type BackOffice } from '../support/back-office';
import { runCommand, UsageError, Verdicts, wholeNumber } from '../support/command';
import { BoardProcess, removeBoardFiles } from '../support/board-process';
import { SeededRandom } from '../support/seeded-random';
import { SkippingClock } from '../support/skipping-clock';
import { SmtpCatcher } from '../support/smtp-catcher';
import { type CrashDatabase, openPostgres, sqlite } from './databases';
import type { CrashKind, Scene } from './round';
import { addCallers, signInByBackupCode, signInByOneTimeCode, signInByPassword } from './sign-ins';
import { addWorkers, enrolment, outbox, regeneration, rotation } from './workers';
import { WRITE_POINTS, writePoints } from './write-points';

const USAGE =
  'usage: npm run test:crash -- [--postgres] [--rounds N] [--seconds N] [--seed N] [--only NAME] [--report FILE]';
const DEFAULT_ROUNDS = 28;
/** Rule L9: so long after the start of the process the board listens again. */
const MAX_START_MS = 3_000;

/** Kills the board, or who works beside it, at random instants, and looks at what is left. */
class CrashRun implements Scene {
  readonly random: SeededRandom;
  private running: BoardProcess | undefined;
  private readonly startsMs: number[] = [];
  private readonly faults = new Map<string, string[]>();
  private readonly counts = new Map<string, number>();
  private kind = '';
  private now = '';

  constructor(
    seed: number,
    readonly dataDir: string,
    readonly backend: BackOffice,
    private readonly database: CrashDatabase,
    private readonly config: ConfigInput,
  ) {
    this.random = new SeededRandom(seed);
  }

  get line(): CutLine | undefined {
    return this.database.line;
  }

  get workerConfig(): ConfigInput {
    return this.database.configOf('worker');
  }

  board(): BoardProcess {
    if (this.running === undefined) throw new Error('no board runs');
    return this.running;
  }

  async startBoard(): Promise<void> {
    this.running = await BoardProcess.start({ dataDir: this.dataDir, config: this.config });
    this.startsMs.push(this.running.startMs);
  }

  async crashBoard(): Promise<void> {
    await this.board().end('SIGKILL');
    await this.database.settled('board', this.backend.db);
    await this.startBoard();
  }

  async workerSettled(): Promise<void> {
    await this.database.settled('worker', this.backend.db);
  }

  /** As a sysop does; what it leaves to be sent is then nobody else's. */
  async stopBoard(): Promise<void> {
    this.begin('stopping');
    const exitCode = await this.board().end('SIGTERM');
    if (exitCode !== 0) this.broken(`the board ended with ${exitCode}`);
  }

  broken(what: string): void {
    const { kind } = this;
    this.faults.set(kind, [...(this.faults.get(kind) ?? []), `${this.now}: ${what}`]);
    console.log(`  BROKEN in ${this.now}: ${what}`);
  }

  count(what: string, by = 1): void {
    const name = `${this.kind}: ${what}`;
    this.counts.set(name, (this.counts.get(name) ?? 0) + by);
  }

  async round(kind: CrashKind, number: number): Promise<void> {
    this.begin(kind.name, number);
    await kind.round(this);
    this.count('rounds');
    await this.checkDatabase();
    if (!this.board().alive) this.broken('the board ended by itself');
  }

  /** What is found from here on belongs to this part of the run. */
  begin(kind: string, number = 0): void {
    this.kind = kind;
    this.now = number === 0 ? kind : `${kind}, round ${number}`;
    if (!this.faults.has(kind)) this.faults.set(kind, []);
  }

  /** What holds whenever nobody is in the middle of something. */
  async checkDatabase(): Promise<void> {
    const all = { ...MUST_BE_EMPTY, ...this.database.mustBeEmpty };
    for (const [name, statement] of Object.entries(all)) {
      const rows = await this.backend.db.run((sql) => selectRows<object>(sql, statement, []));
      if (rows.length > 0) this.broken(`${name}: ${JSON.stringify(rows.slice(0, 3))}`);
    }
  }

  /** Prints the figures, and says of each part whether its promises were kept. */
  report(): Verdicts {
    this.begin('listening again');
    for (const [name, count] of [...this.counts].sort())
      console.log(`  ${name.padEnd(40)} ${count}`);
    // The first start makes keys, a certificate and the database.
    const starts = this.startsMs.slice(1).sort((a, b) => a - b);
    const at = (share: number): string =>
      (starts[Math.floor((starts.length - 1) * share)] ?? 0).toFixed(0);
    console.log(`  listening again: median ${at(0.5)} ms, slowest ${at(1)} ms`);
    // The slowest may have met a busy moment of the machine; half of them cannot have.
    if ((starts[Math.floor((starts.length - 1) / 2)] ?? 0) > MAX_START_MS)
      this.broken('half of the starts took more than 3 s');
    const verdicts = new Verdicts();
    for (const [kind, faults] of this.faults) verdicts.note(kind, faults);
    return verdicts;
  }

  async close(): Promise<void> {
    await this.running?.end('SIGKILL');
    await this.backend.close();
  }
}

const MUST_BE_EMPTY: Readonly<Record<string, string>> = {
  'a factor without its ten backup codes':
    'SELECT user_id FROM otp_factor WHERE (SELECT count(*) FROM backup_code ' +
    'WHERE backup_code.user_id = otp_factor.user_id) <> 10',
  'backup codes without a factor':
    'SELECT user_id FROM backup_code WHERE user_id NOT IN (SELECT user_id FROM otp_factor)',
  'a secret that waits without a link':
    'SELECT user_id FROM otp_pending WHERE user_id NOT IN ' +
    `(SELECT user_id FROM token WHERE purpose = 'otp-register')`,
  'a link without a secret that waits':
    `SELECT user_id FROM token WHERE purpose = 'otp-register' AND user_id NOT IN ` +
    '(SELECT user_id FROM otp_pending)',
};

/** Mails under way in one process, so that a kill can double no more. */
const MAX_AT_ONCE = 5;

function transportTo(catcher: SmtpCatcher): Record<string, unknown> {
  return { host: '127.0.0.1', port: catcher.port, secure: false, ignoreTLS: true };
}

/** Sends what the killed processes left, and compares it with what was promised. */
async function checkMail(
  run: CrashRun,
  catcher: SmtpCatcher,
  promised: ReadonlySet<string>,
  kills: number,
): Promise<void> {
  const clock = new SkippingClock();
  const config = { ...run.workerConfig, email: { transport: transportTo(catcher) } };
  const backend = await openBackOffice(run.dataDir, { clock, config });
  // Past the claims of those who died while sending.
  clock.skip(5 * 60_000);
  await backend.mailer.deliver();
  const live: readonly { token_hash: string }[] = await backend.db.run((sql) =>
    sql('token').where({ purpose: 'otp-register' }).select('token_hash'),
  );
  const hashes = new Set(live.map((row) => row.token_hash));
  await backend.close();
  const byMessage = new Map<string, number>();
  const delivered = new Set<string>();
  for (const { raw } of catcher.mails) {
    const id = /^Message-ID: (.*)$/im.exec(raw)?.[1] ?? '';
    byMessage.set(id, (byMessage.get(id) ?? 0) + 1);
    const body = raw.replace(/=\r\n/g, '');
    for (const token of promised) if (body.includes(token)) delivered.add(token);
  }
  for (const token of promised) {
    // A link that a newer one replaced need not be sent any more.
    if (!delivered.has(token) && hashes.has(hashToken(token)))
      run.broken('a promised mail is lost');
  }
  const twice = [...byMessage.values()].filter((count) => count > 1).length;
  if (twice > MAX_AT_ONCE * kills) run.broken(`${twice} mails were handed over twice`);
  console.log(
    `  mails promised ${promised.size}, sent ${catcher.mails.length}; handed over again under the ` +
      `same Message-ID after a kill between the server's OK and our commit: ${twice}`,
  );
}

function describe(rounds: number, seconds: number): string {
  return Number.isFinite(rounds) ? `${rounds} rounds` : `rounds for ${seconds} s`;
}

async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      postgres: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      only: { type: 'string' },
      report: { type: 'string' },
    },
  });
  const seed = wholeNumber(values.seed, '--seed', 0);
  const seconds =
    values.seconds === undefined ? Infinity : wholeNumber(values.seconds, '--seconds');
  const byDefault = Number.isFinite(seconds) ? Infinity : DEFAULT_ROUNDS;
  const rounds = values.rounds === undefined ? byDefault : wholeNumber(values.rounds, '--rounds');
  const catcher = await SmtpCatcher.start();
  const promised = new Set<string>();
  const isWanted = ({ name }: CrashKind): boolean =>
    values.only === undefined || name === values.only;
  const atRandom = [
    ...[signInByPassword, signInByOneTimeCode, signInByBackupCode, enrolment, regeneration],
    ...[rotation, outbox(catcher, promised)],
  ];
  const kinds = atRandom.filter(isWanted);
  // Where each statement can be seen: one write after the other, before the rounds at random.
  const points = values.postgres ? writePoints() : undefined;
  const inTurn = points !== undefined && isWanted(points) ? Array(WRITE_POINTS).fill(points) : [];
  if (kinds.length + inTurn.length === 0) {
    const names = [...atRandom, ...(points === undefined ? [] : [points])].map(({ name }) => name);
    throw new UsageError(`--only is one of: ${names.join(', ')}`);
  }
  const database = values.postgres ? await openPostgres() : sqlite;
  // Said already; where it may not be missing that is a failure.
  if (database === undefined) return process.env['SALLYPORT_ALL_POSTGRES'] === undefined;
  console.log(`crash: ${database.name}, ${describe(rounds, seconds)}, --seed ${seed}`);
  const dataDir = join(mkdtempSync(join(tmpdir(), 'sallyport-crash-')), 'data');
  const config = { ...database.configOf('board'), email: { transport: transportTo(catcher) } };
  // The board makes the database and the keys; the office opens what is there.
  const first = await BoardProcess.start({ dataDir, config });
  await first.end('SIGTERM');
  const backend = await openBackOffice(dataDir, { config: database.configOf('judge') });
  const run = new CrashRun(seed, dataDir, backend, database, config);
  try {
    await addCallers(run);
    await addWorkers(backend);
    await run.startBoard();
    const untilMs = performance.now() + seconds * 1000;
    let kills = 0;
    for (const kind of inTurn) await run.round(kind, (kills += 1));
    for (let round = 0; round < rounds && performance.now() < untilMs; round++) {
      const kind = kinds[round % kinds.length];
      if (kind === undefined) break;
      await run.round(kind, (kills += 1));
    }
    await run.stopBoard();
    run.begin('promised mails');
    await checkMail(run, catcher, promised, kills);
    run.begin('keys after the rotations');
    const log = createLog({ level: 'silent', write: () => undefined, nowMs: () => 0 });
    // No process runs, whatever the killed ones have left of their leases.
    await rotateKeys({ ...backend, clock: systemClock, log, isOwnNode: () => true });
    const keys = await checkKeys(backend);
    for (const { id, sealed } of keys.keys)
      if (sealed > 0 && id !== keys.currentKeyId) run.broken(`${sealed} values wait under ${id}`);
    return run.report().report(values.report);
  } finally {
    await run.close();
    await catcher.close();
    await database.close();
    removeBoardFiles(dataDir);
  }
}

runCommand(USAGE, main);
