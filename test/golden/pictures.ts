import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SIZES, THEMES } from './tour';

const ROOT = join(__dirname, '../..');

/** Where the pictures of stock screens are. */
export const PICTURES = join(ROOT, 'docs/screens');

/** A caller's whole way through a gate, in one picture. */
export const wayOf = (theme: string): string => `way-${theme}`;

/** The pages behind the screens of a sheet, in a sheet of their own. */
export const pagesOf = (sheet: string): string => `pages-${sheet}`;

/** The pictures in which doors open. */
export const DOORS = 'doors';

/** The sheets of all screens, which npm run screens makes. */
export const SHEETS = [
  ...THEMES.flatMap((theme) => {
    const screens = SIZES.map(({ width, height }) => `${theme}-${width}x${height}`);
    return [...screens, ...screens.map(pagesOf), wayOf(theme)];
  }),
  DOORS,
];

/** The pictures of docs/screens that the pages show, without what is a sheet or how it looked before. */
export async function docPictures(): Promise<ReadonlySet<string>> {
  const pages = (await readdir(join(ROOT, 'docs'), { recursive: true }))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(ROOT, 'docs', name));
  const texts = await Promise.all(
    [...pages, join(ROOT, 'README.md')].map((page) => readFile(page, 'utf8')),
  );
  const names = texts.flatMap((text) =>
    [...text.matchAll(/\]\((?:(?:docs\/)?screens\/)?([\w-]+)\.png\)/g)].map(
      ([, name = '']) => name,
    ),
  );
  return new Set(names.filter((name) => !SHEETS.includes(name) && !name.startsWith('before-')));
}
