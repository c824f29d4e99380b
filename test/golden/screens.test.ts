import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ScreenEmulator } from '../support/screen';
import { formatGolden, parseGolden, snapshotOf } from './snapshot';
import { fileNameOf, SIZES, STOPS, takeTour, THEMES } from './tour';

// GOLDEN=update npx jest test/golden writes the files anew; look at what changed before keeping it.
const isUpdate = process.env['GOLDEN'] === 'update';

const ENCODINGS = ['cp437', 'utf8'] as const;

/** What is seen of one screen. */
function of(all: ReadonlyMap<string, string>, name: string): ReadonlyMap<string, string> {
  const others = STOPS.filter((stop) => stop.name.startsWith(`${name}, `));
  return new Map(
    [...all].filter(
      ([title]) =>
        title.startsWith(`${name}, `) &&
        !others.some((other) => title.startsWith(`${other.name}, `)),
    ),
  );
}

describe.each(THEMES)('stock screens in the theme %s', (theme) => {
  const folder = join(__dirname, theme);
  const fileOf = (name: string): string => join(folder, `${fileNameOf(name)}.txt`);
  /** What is seen, by screen and size; a size that looks like the one before it says only so. */
  const seen = new Map<string, string>();
  const screens: [title: string, screen: ScreenEmulator][] = [];

  beforeAll(async () => {
    const before = new Map<string, { size: string; text: string }>();
    for (const size of SIZES) {
      const [dos, utf8] = await Promise.all(
        ENCODINGS.map((encoding) => takeTour({ theme, encoding, ...size })),
      );
      for (const { name } of STOPS) {
        const [first, second] = [dos?.get(name), utf8?.get(name)];
        if (first === undefined || second === undefined) throw new Error(`no screen of ${name}`);
        const at = `${size.width}x${size.height}`;
        screens.push([`${name}, ${at}, cp437`, first], [`${name}, ${at}, utf8`, second]);
        const [text, other] = [snapshotOf(first), snapshotOf(second)];
        const known = before.get(name);
        seen.set(`${name}, ${at}`, known?.text === text ? `as at ${known.size}` : text);
        if (other !== text) seen.set(`${name}, ${at}, utf8`, other);
        if (known?.text !== text) before.set(name, { size: at, text });
      }
    }
    if (isUpdate) {
      await rm(folder, { recursive: true, force: true });
      await mkdir(folder);
      for (const { name } of STOPS) await writeFile(fileOf(name), formatGolden(of(seen, name)));
    }
  }, 120_000);

  it.each(STOPS.map(({ name }) => name))('%s, in both encodings at all sizes', async (name) => {
    const golden = parseGolden(await readFile(fileOf(name), 'utf8'));
    expect(Object.fromEntries(of(seen, name))).toEqual(Object.fromEntries(golden));
  });

  it('none scrolls, and none touches the last cell of the screen', () => {
    for (const [title, screen] of screens) {
      expect([title, screen.scrolled]).toEqual([title, 0]);
      expect([title, screen.cell(screen.height, screen.width).character]).toEqual([title, ' ']);
    }
  });
});
