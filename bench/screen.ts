import { join } from 'node:path';
import { createArtStore, type ArtStore } from '../src/art/art-store';
import { systemClock } from '../src/base/clock';
import { systemRandom } from '../src/base/random';
import { composeMenu } from '../src/menu/screen/compose';
import { ScreenController } from '../src/menu/screen/screen-controller';
import { present } from '../src/menu/screen/present';
import { CallContext } from '../src/menu/run/call-context';
import type { Caller } from '../src/menu/run/caller';
import type { MenuEntry } from '../src/menu/load/menu-entry';
import type { Encoding } from '../src/terminal/terminal';
import { createTerminal } from '../src/terminal/caller-terminal';
import { choose } from '../src/menu/load/choice';
import { MenuBoard } from '../test/support/menu-board';
import { ms, type Figure, type Scale } from './figures';
import { kindOfCode } from '../src/menu/screen/mci-codes';

const LIMIT_MS = 1;
/** Showings of every screen before any is measured: the program is warm, the board has been up for a while. */
const WARM_UP = { full: 100, quick: 2 } as const;
/** The median of so many batches: other work on the machine hits some of them. */
const BATCHES = { full: 9, quick: 1 } as const;
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

/** Every stock screen in every theme and encoding, shown again, up to the bytes for the socket. */
export async function weighScreens({ full }: Scale): Promise<Figure> {
  const board = await MenuBoard.open({});
  // As the running board has it: with the system's clock.
  const roots = [join(__dirname, '../art')];
  const art = createArtStore({
    kindOf: kindOfCode,
    roots,
    random: systemRandom,
    clock: systemClock,
  });
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
    const scale = full ? 'full' : 'quick';
    for (const isWarm of [false, true]) {
      for (const how of hows) {
        for (const menu of menus) {
          const batches = isWarm ? BATCHES[scale] : 0;
          const cost = await measure(board, menu, { ...how, batches, warmUp: WARM_UP[scale] });
          if (isWarm) costs.push(cost);
        }
      }
    }
    return slowestOf(costs);
  } finally {
    await board.close();
  }
}

async function measure(
  board: MenuBoard,
  menu: MenuEntry,
  how: How & { readonly batches: number; readonly warmUp: number },
): Promise<Cost> {
  const output = { writes: 0, bytes: 0 };
  const call = newStage(board, how, output);
  for (let count = 0; count < how.warmUp; count += 1) await show(call, menu);
  output.writes = 0;
  output.bytes = 0;
  const batches: number[] = [];
  for (let batch = 0; batch < how.batches; batch += 1) {
    const start = process.cpuUsage();
    for (let count = 0; count < SHOWINGS; count += 1) await show(call, menu);
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
async function show(call: CallContext, menu: MenuEntry): Promise<void> {
  const spec =
    menu.art === undefined ? undefined : choose(menu.art, call.subject, call.services.random);
  const description = menu.desc ?? menu.name;
  const composition = await composeMenu(call, {
    menu,
    description,
    shown: spec === undefined ? undefined : { kind: 'art', spec },
    validate: () => Promise.resolve(undefined),
  });
  const screen = new ScreenController(call, composition, { config: menu.config.all });
  await present(call, screen, { config: menu.config, description });
  screen.flush();
}

function newStage(
  board: MenuBoard,
  how: How,
  output: { writes: number; bytes: number },
): CallContext {
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
  return new CallContext(caller, {
    ...services,
    art: how.art,
    config: () => ({ ...services.config(), theme }),
  });
}

function millis({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1000;
}

function slowestOf(costs: readonly Cost[]): Figure {
  const [slowest] = [...costs].sort((left, right) => right.ms - left.ms);
  const middle = [...costs].sort((left, right) => left.ms - right.ms)[costs.length >> 1];
  const most = slowest?.ms ?? NaN;
  const writes = Math.max(...costs.map((cost) => cost.writes));
  return {
    name: 'CPU of a stock screen that was shown before, median / slowest of all',
    value: `${ms(middle?.ms ?? NaN)} / ${ms(most)} (${slowest?.menu ?? ''}), ${writes} write`,
    target: `<= ${LIMIT_MS} ms, 1 write`,
    reached: most <= LIMIT_MS && writes === 1,
    rounds: `${costs.length} screens, median of ${BATCHES.full} x ${SHOWINGS}`,
  };
}
