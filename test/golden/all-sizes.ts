import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ScreenEmulator } from '../support/screen';
import { formatGolden, parseGolden, snapshotOf } from './snapshot';
import { fileNameOf, SIZES, type TourOptions } from './tour';

// GOLDEN=update npx jest test/golden writes the files anew; look at what changed before keeping it.
const isUpdate = process.env['GOLDEN'] === 'update';

const ENCODINGS = ['cp437', 'utf8'] as const;

/** Draws every screen on one kind of terminal, by name. */
type Draw = (
  look: Omit<TourOptions, 'theme' | 'atStop'>,
) => Promise<ReadonlyMap<string, ScreenEmulator>>;

/** Screens in both encodings at all sizes, beside the golden files of a folder, one for each screen. */
export class AllSizes {
  /** Every screen that was drawn, by its name, size and encoding. */
  readonly screens: [title: string, screen: ScreenEmulator][] = [];
  /** What is seen of a screen, by size; a size that looks like the one before it says only so. */
  private readonly seen = new Map<string, Map<string, string>>();

  constructor(private readonly folder: string) {}

  async take(draw: Draw): Promise<void> {
    const before = new Map<string, { size: string; text: string }>();
    for (const size of SIZES) {
      const [dos, utf8] = await Promise.all(
        ENCODINGS.map((encoding) => draw({ encoding, ...size })),
      );
      for (const [name, first] of dos ?? []) {
        const second = utf8?.get(name);
        if (second === undefined) throw new Error(`no screen of ${name}`);
        const at = `${size.width}x${size.height}`;
        this.screens.push([`${name}, ${at}, cp437`, first], [`${name}, ${at}, utf8`, second]);
        const [text, other] = [snapshotOf(first), snapshotOf(second)];
        const known = before.get(name);
        const own = this.seen.get(name) ?? new Map<string, string>();
        this.seen.set(name, own);
        own.set(`${name}, ${at}`, known?.text === text ? `as at ${known.size}` : text);
        if (other !== text) own.set(`${name}, ${at}, utf8`, other);
        if (known?.text !== text) before.set(name, { size: at, text });
      }
    }
    if (isUpdate) await this.write();
  }

  async compare(name: string): Promise<void> {
    const golden = parseGolden(await readFile(this.fileOf(name), 'utf8'));
    expect(Object.fromEntries(this.seen.get(name) ?? [])).toEqual(Object.fromEntries(golden));
  }

  /** None scrolls, and none touches the last cell of the screen. */
  checkEdges(): void {
    expect(this.screens.length).toBeGreaterThan(0);
    for (const [title, screen] of this.screens) {
      expect([title, screen.scrolled]).toEqual([title, 0]);
      expect([title, screen.cell(screen.height, screen.width).character]).toEqual([title, ' ']);
    }
  }

  private async write(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
    await mkdir(this.folder, { recursive: true });
    for (const [name, seen] of this.seen) await writeFile(this.fileOf(name), formatGolden(seen));
  }

  private fileOf(name: string): string {
    return join(this.folder, `${fileNameOf(name)}.txt`);
  }
}
