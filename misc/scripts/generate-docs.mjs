// Writes the reference pages under docs/ from the tables in the code (npm run docs). To add a page, add a
// line to PAGES: its file, the compiled module that knows it, and the function there that returns Markdown;
// it is given the page as it is, for pages that are mostly somebody's own words.
// With --check nothing is written, and a page that differs ends in exit code 1.
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const manual = { module: 'dist/modules/docs.js', make: 'fillTables' };
const PAGES = [
  { file: 'docs/config.md', module: 'dist/config/docs.js', make: 'configReference' },
  { file: 'docs/menus.md', ...manual },
  { file: 'docs/themes.md', ...manual },
  { file: 'docs/acs.md', ...manual },
];

const root = new URL('../../', import.meta.url);
const require = createRequire(import.meta.url);
const isCheck = process.argv.includes('--check');

for (const page of PAGES) {
  const file = new URL(page.file, root);
  const before = await readFile(file, 'utf8').catch(() => '');
  const text = require(new URL(page.module, root).pathname)[page.make](before);
  if (before === text) continue;
  if (isCheck) {
    console.error(`${page.file} is out of date; run: npm run docs`);
    process.exitCode = 1;
  } else {
    await writeFile(file, text);
    console.log(`${page.file}: written`);
  }
}
