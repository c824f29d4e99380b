// Takes the pictures of docs/screens/ (npm run screens): for each theme and size a sheet of all stock screens and one of the
// pages behind them, a caller's way through a gate, and the single pictures that the docs show. With --all FOLDER every
// single picture goes there as well. With --check nothing is written: pictures that are not as they would be taken now are
// named, and a run that takes more than CPU_SECONDS fails.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { PNG } from 'pngjs';
import { paintScreen, sheetOf, toPng, type Pixels } from '../../src/oputil/screen-picture';
import { PageDrawer } from '../../test/golden/pages';
import { drawDoor, FIRST_DOOR, SECOND_DOOR } from '../../test/golden/doors';
import { docPictures, DOORS, pagesOf, PICTURES, wayOf } from '../../test/golden/pictures';
import { fileNameOf, SIZES, takeTour, THEMES, type TourOptions } from '../../test/golden/tour';
import { goTheWay } from '../../test/golden/way';
import type { ScreenEmulator } from '../../test/support/screen';

/** On two cores that is less than a minute; about half of it is used. */
const CPU_SECONDS = 60;

async function main([flag, folder]: readonly string[]): Promise<void> {
  const isCheck = flag === '--check' && folder === undefined;
  if (flag !== undefined && !isCheck && (flag !== '--all' || folder === undefined)) {
    throw new Error('usage: npm run screens [-- --all FOLDER | -- --check]');
  }
  const kept = new Pictures(isCheck);
  const shown = await docPictures();
  await mkdir(PICTURES, { recursive: true });
  const drawer = await PageDrawer.open();
  try {
    // Both themes at once: each tour waits for its database and its emulator most of the time.
    for (const size of SIZES) {
      await Promise.all(
        THEMES.map((theme) => takePictures(drawer, { theme, ...size }, { kept, shown, folder })),
      );
    }
  } finally {
    await drawer.close();
  }
  for (const theme of THEMES) await takeWay(theme, kept);
  await takeDoors(kept);
  kept.report();
}

async function takeWay(theme: string, kept: Pictures): Promise<void> {
  const steps: { readonly name: string; readonly pixels: Pixels }[] = [];
  await goTheWay(theme, (name, screen) => void steps.push({ name, pixels: paint(screen) }));
  await kept.keep(PICTURES, wayOf(theme), sheetOf(steps));
}

async function takeDoors(kept: Pictures): Promise<void> {
  const doors: { readonly name: string; readonly pixels: Pixels }[] = [];
  for (const name of [...FIRST_DOOR, ...SECOND_DOOR]) {
    const screen = await drawDoor(name);
    // The board hides the cursor while a door opens.
    doors.push({ name, pixels: paint(screen, {}) });
  }
  await kept.keep(PICTURES, DOORS, sheetOf(doors));
}

interface Wanted {
  readonly kept: Pictures;
  /** The single pictures that pages show. */
  readonly shown: ReadonlySet<string>;
  /** Where every single picture goes too. */
  readonly folder: string | undefined;
}

async function takePictures(
  drawer: PageDrawer,
  look: Omit<TourOptions, 'encoding' | 'atStop'>,
  { kept, shown, folder }: Wanted,
): Promise<void> {
  const of = `${look.theme}-${look.width}x${look.height}`;
  const screens = painted(await takeTour({ encoding: 'cp437', ...look }));
  const pages = painted(await drawer.draw({ encoding: 'cp437', ...look }));
  await kept.keep(PICTURES, of, sheetOf(screens));
  await kept.keep(PICTURES, pagesOf(of), sheetOf(pages));
  for (const { name, pixels } of [...screens, ...pages]) {
    const file = fileNameOf(name);
    if (of === 'gatehouse-80x24' && shown.has(file)) await kept.keep(PICTURES, file, pixels);
    if (folder !== undefined) await kept.keep(join(resolve(folder), of), file, pixels);
  }
}

function painted(screens: ReadonlyMap<string, ScreenEmulator>) {
  return [...screens].map(([name, screen]) => ({ name, pixels: paint(screen) }));
}

function paint(
  screen: ScreenEmulator,
  cursor: { readonly cursor?: ScreenEmulator['cursor'] } = { cursor: screen.cursor },
): Pixels {
  return paintScreen({
    width: screen.width,
    height: screen.height,
    ...cursor,
    at: (row, column) => {
      const { character, ...style } = screen.cell(row, column);
      return { character, style };
    },
  });
}

/** The pictures that were taken: written, or compared with those that are there. */
class Pictures {
  private count = 0;
  private readonly stale: string[] = [];

  constructor(private readonly isCheck: boolean) {}

  async keep(folder: string, name: string, pixels: Pixels): Promise<void> {
    const file = join(folder, `${name}.png`);
    const taken = toPng(pixels);
    this.count += 1;
    if (!this.isCheck) {
      await mkdir(folder, { recursive: true });
      await writeFile(file, taken);
    } else if (!isSamePicture(taken, await readFile(file).catch(() => undefined))) {
      this.stale.push(relative('.', file));
    }
  }

  /** Throws where a check took too long. */
  report(): void {
    const { user, system } = process.cpuUsage();
    const seconds = Math.round((user + system) / 1e6);
    console.log(`${this.count} pictures, ${seconds} s of CPU`);
    if (this.stale.length > 0) console.log(`npm run screens changes ${this.stale.join(', ')}`);
    if (this.isCheck && seconds > CPU_SECONDS) throw new Error(`more than ${CPU_SECONDS} s of CPU`);
  }
}

/** Versions of zlib pack the same pixels in bytes of their own. */
function isSamePicture(one: Buffer, other: Buffer | undefined): boolean {
  if (other === undefined) return false;
  return one.equals(other) || PNG.sync.read(one).data.equals(PNG.sync.read(other).data);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
