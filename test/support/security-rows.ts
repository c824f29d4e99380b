import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');
const PAGE = join(ROOT, 'docs', 'security.md');

/** Number of rules in each part of docs/security.md. */
const RULE_COUNTS: Readonly<Record<string, number>> = {
  ...{ A: 18, B: 8, C: 9, D: 18, E: 10, F: 10, G: 4, H: 5, I: 6, J: 6, K: 3, L: 19, M: 15, N: 9 },
  // Added by policy.
  ...{ P: 9 },
};

/** Every rule by its letter and number, in the order of the page. */
export const RULES: readonly string[] = Object.entries(RULE_COUNTS).flatMap(([letter, count]) =>
  Array.from({ length: count }, (_, at) => `${letter}${at + 1}`),
);

/** A test file that the page names, with the names of the tests quoted after it. */
export interface QuotedTests {
  /** From the root of the checkout. */
  readonly file: string;
  /** As they are written in the file, placeholders of `test.each` included. */
  readonly names: readonly string[];
}

export function readSecurityPage(): string {
  return readFileSync(PAGE, 'utf8');
}

/** All tests that a piece of docs/security.md quotes. */
export function quotedTests(text: string): readonly QuotedTests[] {
  const quotes = text.matchAll(/`(test\/[a-z0-9/.-]+\.ts)`(?:: ("[^"\n]+"(?:, "[^"\n]+")*))?/g);
  return [...quotes].map(([, file = '', names = '']) => ({
    file,
    names: [...names.matchAll(/"([^"]+)"/g)].map(([, name = '']) => name),
  }));
}

/** Of quoted tests, the files that are not there, and the names that do not stand in theirs; `exact` takes no part of a title. */
export function missingTests(
  quoted: readonly QuotedTests[],
  { exact = false }: { readonly exact?: boolean } = {},
): readonly string[] {
  return quoted.flatMap(({ file, names }) => {
    if (!existsSync(join(ROOT, file))) return [file];
    const source = readFileSync(join(ROOT, file), 'utf8').replaceAll("\\'", "'");
    const titles = (name: string): readonly string[] =>
      exact ? [`'${name}'`, `"${name}"`, `\`${name}\``] : [name];
    const isThere = (name: string): boolean => titles(name).some((each) => source.includes(each));
    return names.filter((name) => !isThere(name)).map((name) => `${file}: ${name}`);
  });
}

/** Folders of tests that need other programs, root, or minutes, and have commands of their own. */
export function drillFolders(): readonly string[] {
  const config = readFileSync(join(ROOT, 'jest.config.cjs'), 'utf8');
  return [...config.matchAll(/'<rootDir>\/(test\/[a-z]+\/)',/g)].map(([, name = '']) => name);
}

/** True for a test file that `npm test` runs. */
export function runsInNpmTest(file: string): boolean {
  return !drillFolders().some((folder) => file.startsWith(folder));
}

/** The row of a rule; empty where the page has none. */
export function rowOf(page: string, rule: string): string {
  return new RegExp(`^\\| ${rule} \\|.*$`, 'm').exec(page)?.[0] ?? '';
}
