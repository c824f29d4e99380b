// Writes the reference pages under docs/ from the tables of the program (npm run docs). A page is given to its
// function as it is, because most pages are written by hand around their tables.
// With --check nothing is written, and a page that differs ends in exit code 1.
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { configReference } from './docs/config-reference';
import { fillTables } from './docs/manual-tables';

const PAGES: Readonly<Record<string, (page: string) => string>> = {
  'docs/config.md': configReference,
  'docs/menus.md': fillTables,
  'docs/themes.md': fillTables,
  'docs/acs.md': fillTables,
  'docs/texts.md': fillTables,
};

const ROOT = resolve(__dirname, '..', '..');
const isCheck = process.argv.includes('--check');

async function main(): Promise<void> {
  for (const [page, make] of Object.entries(PAGES)) {
    const file = join(ROOT, page);
    const before = await readFile(file, 'utf8');
    const text = make(before);
    if (before === text) continue;
    if (isCheck) {
      console.error(`${page} is out of date; run: npm run docs`);
      process.exitCode = 1;
    } else {
      await writeFile(file, text);
      console.log(`${page}: written`);
    }
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
