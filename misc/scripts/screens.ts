// Takes the pictures of docs/screens/ (npm run screens): for each theme and size a sheet of all stock screens and one of the
// pages behind them, a caller's way through a gate, and the single pictures that the docs show. With --all FOLDER every
// single picture goes there as well.
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { paintScreen, sheetOf, toPng, type Pixels } from '../../src/oputil/screen-picture';
import { PageDrawer } from '../../test/golden/pages';
import { docPictures, pagesOf, PICTURES, wayOf } from '../../test/golden/pictures';
import { fileNameOf, SIZES, takeTour, THEMES, type TourOptions } from '../../test/golden/tour';
import { goTheWay } from '../../test/golden/way';
import type { ScreenEmulator } from '../../test/support/screen';

async function main([flag, folder]: readonly string[]): Promise<void> {
  if (flag !== undefined && (flag !== '--all' || folder === undefined)) {
    throw new Error('usage: npm run screens [-- --all FOLDER]');
  }
  const shown = await docPictures();
  await mkdir(PICTURES, { recursive: true });
  const drawer = await PageDrawer.open();
  try {
    // Both themes at once: each tour waits for its database and its emulator most of the time.
    for (const size of SIZES) {
      await Promise.all(
        THEMES.map((theme) => takePictures(drawer, { theme, ...size }, { shown, folder })),
      );
    }
  } finally {
    await drawer.close();
  }
  for (const theme of THEMES) await takeWay(theme);
}

async function takeWay(theme: string): Promise<void> {
  const steps: { readonly name: string; readonly pixels: Pixels }[] = [];
  await goTheWay(theme, (name, screen) => void steps.push({ name, pixels: paint(screen) }));
  await save(PICTURES, wayOf(theme), sheetOf(steps));
}

interface Wanted {
  /** The single pictures that pages show. */
  readonly shown: ReadonlySet<string>;
  /** Where every single picture goes too. */
  readonly folder: string | undefined;
}

async function takePictures(
  drawer: PageDrawer,
  look: Omit<TourOptions, 'encoding' | 'atStop'>,
  { shown, folder }: Wanted,
): Promise<void> {
  const of = `${look.theme}-${look.width}x${look.height}`;
  const screens = painted(await takeTour({ encoding: 'cp437', ...look }));
  const pages = painted(await drawer.draw({ encoding: 'cp437', ...look }));
  await save(PICTURES, of, sheetOf(screens));
  await save(PICTURES, pagesOf(of), sheetOf(pages));
  for (const { name, pixels } of [...screens, ...pages]) {
    const file = fileNameOf(name);
    if (of === 'gatehouse-80x24' && shown.has(file)) await save(PICTURES, file, pixels);
    if (folder !== undefined) await save(join(resolve(folder), of), file, pixels);
  }
}

function painted(screens: ReadonlyMap<string, ScreenEmulator>) {
  return [...screens].map(([name, screen]) => ({ name, pixels: paint(screen) }));
}

function paint(screen: ScreenEmulator): Pixels {
  return paintScreen({
    width: screen.width,
    height: screen.height,
    cursor: screen.cursor,
    at: (row, column) => {
      const { character, ...style } = screen.cell(row, column);
      return { character, style };
    },
  });
}

async function save(folder: string, name: string, pixels: Pixels): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${name}.png`), toPng(pixels));
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
