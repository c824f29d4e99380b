// What a stock screen costs: `node misc/scripts/run-ts.cjs bench/screen.ts`. One that was shown before is
// composed and written, in one write, in less than 1 ms of CPU. Exit code 1 when one is not.
import { join } from 'node:path';
import { createArtStore, type ArtStore } from '../src/art/art-store';
import { systemClock } from '../src/base/clock';
import { systemRandom } from '../src/base/random';
import { composeMenu } from '../src/menu/compose';
import { OpenScreen } from '../src/menu/open-screen';
import { present } from '../src/menu/present';
import { Stage } from '../src/menu/stage';
import type { Caller } from '../src/menu/caller';
import type { MenuEntry } from '../src/menu/menu-entry';
import type { Encoding } from '../src/terminal/terminal';
import { createTerminal } from '../src/terminal/caller-terminal';
import { choose } from '../src/menu/choose';
import { MenuBoard } from '../test/support/menu-board';

const LIMIT_MS = 1;
/** Showings of every screen before any is measured: the program is warm, the board has been up for a while. */
const WARM_UP = 100;
/** The median of so many batches: other work on the machine hits some of them. */
const BATCHES = 9;
const SHOWINGS = 25;

interface Cost {
  readonly menu: string;
  readonly theme: string;
  readonly encoding: Encoding;
  /** CPU of a showing. */
  readonly ms: number;
  readonly bytes: number;
  readonly writes: number;
}

interface How {
  readonly art: ArtStore;
  /** Whose terminal and size are replaced. */
  readonly caller: Caller;
  readonly theme: string;
  readonly encoding: Encoding;
}

async function main(): Promise<void> {
  const board = await MenuBoard.open({});
  // As the running board has it: with the system's clock.
  const roots = [join(__dirname, '../art')];
  const art = createArtStore({ roots, random: systemRandom, clock: systemClock });
  try {
    const call = board.call('matrix');
    call.hangUp();
    await call.ended;
    const { caller } = call;
    const menus = [...board.services.menus().menus.values()].filter(({ art }) => art !== undefined);
    const hows: How[] = board.services
      .themes()
      .list()
      .flatMap(({ id }) =>
        (['cp437', 'utf8'] as const).map((encoding) => ({ art, caller, theme: id, encoding })),
      );
    const costs: Cost[] = [];
    for (const isWarm of [false, true]) {
      for (const how of hows) {
        for (const menu of menus) {
          const cost = await measure(board, menu, { ...how, batches: isWarm ? BATCHES : 0 });
          if (isWarm) costs.push(cost);
        }
      }
    }
    report(costs);
  } finally {
    await board.close();
  }
}

async function measure(
  board: MenuBoard,
  menu: MenuEntry,
  how: How & { readonly batches: number },
): Promise<Cost> {
  const output = { writes: 0, bytes: 0 };
  const stage = newStage(board, how, output);
  for (let count = 0; count < WARM_UP; count += 1) await show(stage, menu);
  output.writes = 0;
  output.bytes = 0;
  const batches: number[] = [];
  for (let batch = 0; batch < how.batches; batch += 1) {
    const start = process.cpuUsage();
    for (let count = 0; count < SHOWINGS; count += 1) await show(stage, menu);
    batches.push(millis(process.cpuUsage(start)) / SHOWINGS);
  }
  batches.sort((left, right) => left - right);
  const showings = Math.max(1, how.batches * SHOWINGS);
  return {
    menu: menu.name,
    theme: how.theme,
    encoding: how.encoding,
    ms: batches[Math.floor(how.batches / 2)] ?? 0,
    bytes: Math.round(output.bytes / showings),
    writes: output.writes / showings,
  };
}

/** A screen as a visit makes it, up to the bytes that go to the socket. */
async function show(stage: Stage, menu: MenuEntry): Promise<void> {
  const spec =
    menu.art === undefined ? undefined : choose(menu.art, stage.subject, stage.services.random);
  const description = menu.desc ?? menu.name;
  const composition = await composeMenu(stage, {
    menu,
    description,
    shown: spec === undefined ? undefined : { kind: 'art', spec },
    validate: () => Promise.resolve(undefined),
  });
  const screen = new OpenScreen(stage, composition, { config: menu.config.all });
  await present(stage, screen, { config: menu.config, description });
  screen.flush();
}

function newStage(board: MenuBoard, how: How, output: { writes: number; bytes: number }): Stage {
  const { services } = board;
  const theme = { ...services.config().theme, default: how.theme, preLogin: how.theme };
  const terminal = createTerminal({
    output: {
      write: (bytes) => {
        output.writes += 1;
        output.bytes += bytes.length;
      },
    },
    clock: services.clock,
    width: 80,
    height: 24,
    type: 'ansi',
    encoding: how.encoding,
  });
  const caller: Caller = { ...how.caller, terminal, signal: new AbortController().signal };
  return new Stage(caller, {
    ...services,
    art: how.art,
    config: () => ({ ...services.config(), theme }),
  });
}

function millis({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1000;
}

function report(costs: readonly Cost[]): void {
  const slowest = [...costs].sort((left, right) => right.ms - left.ms);
  console.log('menu'.padEnd(40), 'theme     encoding        ms  bytes  writes');
  for (const cost of slowest) {
    console.log(
      cost.menu.padEnd(40),
      cost.theme.padEnd(9),
      cost.encoding.padEnd(9),
      cost.ms.toFixed(3).padStart(8),
      String(cost.bytes).padStart(6),
      cost.writes.toFixed(0).padStart(7),
    );
  }
  const failed = costs.filter((cost) => cost.ms >= LIMIT_MS || cost.writes !== 1);
  console.log(`${costs.length} screens, ${failed.length} over ${LIMIT_MS} ms or in several writes`);
  if (failed.length > 0) process.exitCode = 1;
}

void main();
