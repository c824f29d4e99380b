import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const PAGE = join(__dirname, '..', '..', 'docs', 'security.md');

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

/** The row of a rule; empty where the page has none. */
export function rowOf(page: string, rule: string): string {
  return new RegExp(`^\\| ${rule} \\|.*$`, 'm').exec(page)?.[0] ?? '';
}
