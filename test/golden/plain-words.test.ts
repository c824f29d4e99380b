import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ART = join(__dirname, '..', '..', 'art', 'themes', 'plain');
const GOLDEN = join(__dirname, 'plain');

/** Art whose words stand on the screen only in some states: a menu that is drawn over, keys by turns. */
const IN_TURNS = ['2FACONFSCR', '2FASTATE'];

const golden = readdirSync(GOLDEN).map((name) => readFileSync(join(GOLDEN, name), 'utf8'));

describe('words of the plain art', () => {
  test.each(
    readdirSync(ART)
      .filter((name) => name.endsWith('.asc') && !IN_TURNS.includes(name.replace('.asc', '')))
      .map((name) => {
        const lines = readFileSync(join(ART, name), 'utf8').split('\n');
        return [name, lines.filter((line) => line !== '' && !line.includes('%'))] as const;
      })
      // Of a screen that no golden file shows, and of one without a line that tells it apart, nothing can be said.
      .filter(([, words]) => golden.some((text) => text.includes(`|${words[0] ?? '?'}\n`))),
  )('of %s all stand on a screen: no view hides one', (_name, words) => {
    const seen = golden.filter((text) => text.includes(`|${words[0] ?? ''}\n`));
    const shown = seen.some((text) => words.every((line) => text.includes(`|${line}\n`)));
    expect(shown ? [] : words).toEqual([]);
  });
});
