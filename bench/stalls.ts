import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ConfigInput } from '../src/config/schema';
import { openBackOffice, type BackOffice } from '../test/support/back-office';
import { BoardProcess } from '../test/support/board-process';
import { ms, type Figure, type Scale } from './figures';
import { LeanCaller } from './lean-caller';
import { PASSWORD, populate } from './population';

const LIMIT_MS = 20;
const PATIENCE_MS = 120_000;
const OPUTIL = join(__dirname, '..', 'dist', 'oputil', 'main.js');

/** How long the board's event loop stands still at most while something large is done: nobody is answered then. */
export async function benchStalls({ full }: Scale): Promise<readonly Figure[]> {
  const size = full
    ? { accounts: 1_000_000, secrets: 100_000, menus: 5_000 }
    : { accounts: 20_000, secrets: 2_000, menus: 300 };
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'));
  const board = await StallBoard.start(folder);
  const backend = await openBackOffice(board.dataDir);
  try {
    await populate(backend, { prefix: 'clerk', count: 1 });
    await addAccounts(backend, size.accounts);
    await addSecrets(backend, size.secrets);
    await delay(1_000);
    const caller = await signIn(board.port);
    await board.longest();
    await delay(3_000);
    const idleMs = await board.longest();
    const figures: Figure[] = [];
    const measure = async (what: string, work: () => Promise<unknown>): Promise<void> => {
      await board.longest();
      const startedMs = performance.now();
      await work();
      const tookMs = performance.now() - startedMs;
      const stallMs = await board.longest();
      figures.push({
        name: `the event loop stands still: ${what}`,
        value: ms(stallMs),
        beside: `${ms(idleMs)} idle`,
        target: `<= ${LIMIT_MS} ms`,
        reached: stallMs <= LIMIT_MS,
        rounds: `once, ${(tookMs / 1000).toFixed(1)} s`,
      });
    };
    const people = `${size.accounts} accounts`;
    await measure(`a caller opens the user list, ${people}`, () => caller.ask('U\r', 'ser list'));
    await measure(`hot reload of ${size.menus} menus`, () => board.reload(size.menus));
    await measure(`oputil user list, the first 20000 of ${people}`, () =>
      board.oputil('user', 'list', '--sort', 'username', '--limit', '20000'),
    );
    await measure(`oputil key rotate, ${size.secrets} secrets`, () =>
      board.oputil('key', 'rotate'),
    );
    await measure(`oputil backup, ${people}`, () => board.oputil('backup', join(folder, 'copy')));
    caller.hangUp();
    return figures;
  } finally {
    await backend.close();
    await board.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A board with many menus that says how long its event loop stood still. */
class StallBoard {
  private constructor(
    private readonly process: BoardProcess,
    private readonly folder: string,
  ) {}

  static async start(folder: string): Promise<StallBoard> {
    writeMenus(folder, 1);
    const config: ConfigInput = {
      general: { menuFile: join(folder, 'menu.hjson') },
      logging: { level: 'info' },
    };
    const dataDir = join(folder, 'data');
    const nodeOptions = ['--require', join(__dirname, 'loop-probe.cjs')];
    return new StallBoard(await BoardProcess.start({ dataDir, config, nodeOptions }), folder);
  }

  get dataDir(): string {
    return this.process.dataDir;
  }

  get port(): number {
    return this.process.port('telnet');
  }

  /** Longest stall since the last time that this was asked, in milliseconds. */
  async longest(): Promise<number> {
    const said = (): readonly string[] =>
      readFileSync(`${this.dataDir}.out`, 'utf8').match(/^\{"stallMs":.*$/gm) ?? [];
    const before = said().length;
    process.kill(this.process.pid, 'SIGUSR2');
    await until('the stall', () => said().length > before);
    return (JSON.parse(said().at(-1) ?? '{}') as { stallMs: number }).stallMs;
  }

  /** Writes a file with as many menus, and waits until they are live. */
  async reload(menus: number): Promise<void> {
    const reloads = (): number => {
      const logs = join(this.dataDir, 'logs');
      return readdirSync(logs)
        .map((name) => readFileSync(join(logs, name), 'utf8').split('board.reloaded').length - 1)
        .reduce((sum, each) => sum + each, 0);
    };
    const before = reloads();
    writeMenus(this.folder, menus);
    await until('the reload', () => reloads() > before);
  }

  /** Runs the tool on the board; what it prints is not kept. */
  oputil(...args: readonly string[]): Promise<void> {
    const given = ['--data', this.dataDir, '--config', `${this.dataDir}.hjson`, '--no-prompt'];
    const child = spawn(process.execPath, [OPUTIL, ...given, ...args], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => {
        if (code === 0) resolve();
        else reject(new Error(`oputil ${args.join(' ')} ended with ${code}`));
      });
    });
  }

  async end(): Promise<void> {
    await this.process.end('SIGKILL');
  }
}

/** The stock board, and behind one of its menus a tree of silent ones, each with conditions of its own. */
function writeMenus(folder: string, menus: number): void {
  const below = (at: number): readonly number[] =>
    Array.from({ length: 10 }, (_, child) => at * 10 + child + 1).filter((child) => child < menus);
  const tree = Array.from({ length: menus }, (_, at) => {
    const ways = below(at).map((child) => `{ acs: "GM[group${child}] | SC", next: "m${child}" }`);
    return `m${at}: { desc: "Menu ${at}", config: { acs: "AF1 & !GM[banned${at % 50}]" }
      next: [ ${ways.join('\n')}\n { next: "mainMenu" } ] }`;
  });
  const stock = readFileSync(join(__dirname, '..', 'config', 'menu.hjson'), 'utf8');
  writeFileSync(
    join(folder, 'menu.hjson'),
    stock.replace('includes: [', 'includes: [\n        tree.hjson'),
  );
  const stats = 'mainMenuUserStats: { next: "m0" }';
  writeFileSync(join(folder, 'tree.hjson'), `menus: {\n${[stats, ...tree].join('\n')}\n}`);
}

async function signIn(port: number): Promise<LeanCaller> {
  const caller = await LeanCaller.telnet(port);
  await caller.hears('Sign in');
  await caller.ask(`\rclerk0\r${PASSWORD}\r`, 'Press a key', 'Command');
  await caller.ask(' ', 'Command');
  return caller;
}

const AT_ONCE = 20_000;

/** Active accounts with what lists show of them, in one statement for each kind of row. */
async function addAccounts({ db }: BackOffice, count: number): Promise<void> {
  const first = 1_000_000;
  const properties: readonly (readonly [name: string, value: string])[] = [
    ['account_status', "'2'"],
    ['location', "'Nowhere ' || (i % 100)"],
    ['login_count', 'cast(i % 50 as varchar(9))'],
  ];
  for (let at = 0; at < count; at += AT_ONCE) {
    const from = first + at;
    const numbers = `with recursive n(i) as (select ${from} union all select i + 1 from n where i < ${from + Math.min(AT_ONCE, count - at) - 1})`;
    await db.run(async (sql) => {
      await sql.raw(
        `${numbers} insert into "user" (id, user_name, name_folded) select i, 'Caller ' || i, 'caller ' || i from n`,
      );
    });
    for (const [name, value] of properties) {
      await db.run(async (sql) => {
        await sql.raw(
          `${numbers} insert into user_property (user_id, prop_name, prop_value) select i, '${name}', ${value} from n`,
        );
      });
    }
  }
  await db.run((sql) => sql('tally').where({ name: 'user' }).increment('total', count));
}

/** Second factors of the first of them, copies of one that is bound. */
async function addSecrets(backend: BackOffice, count: number): Promise<void> {
  const { db, enrollment, sealing } = backend;
  const [bound] = await populate(backend, { prefix: 'bound', count: 1 });
  const userId = await backend.userId(bound?.name ?? '');
  await enrollment.bind(userId, 'googleAuth');
  const [factor = {}]: readonly Record<string, unknown>[] = await db.run((sql) =>
    sql('otp_factor').where({ user_id: userId }),
  );
  for (let at = 0; at < count; at += 1_000) {
    const rows = Array.from({ length: Math.min(1_000, count - at) }, (_, index) => {
      const owner = 1_000_000 + at + index;
      const place = { table: 'otp_factor', column: 'secret', userId: owner };
      return { ...factor, user_id: owner, secret: sealing.seal('JBSWY3DPEHPK3PXP', place) };
    });
    await db.run((sql) => sql.batchInsert('otp_factor', rows, 100));
  }
}

async function until(what: string, isTrue: () => boolean): Promise<void> {
  for (const startedMs = performance.now(); !isTrue(); await delay(20)) {
    if (performance.now() - startedMs > PATIENCE_MS) throw new Error(`waited too long for ${what}`);
  }
}
