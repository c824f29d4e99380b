import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { TEXT_AREAS, variableOf } from '../../../src/texts/texts';
import { codeSpan, markdownTable } from './markdown';

const PACKAGE = resolve(__dirname, '..', '..', '..');
const SRC = join(PACKAGE, 'src');

/**
 * What says a text: files of src and scripts of pages that name its id or begin it in a template literal, and
 * templates of misc/ with its variable.
 */
export function sayersOf(ids: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const files = (readdirSync(SRC, { recursive: true }) as string[])
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.ts') && !name.startsWith('texts/'))
    .sort()
    .map((name) => ({ path: name, file: join(SRC, name) }));
  const scripts = readdirSync(join(PACKAGE, 'misc', 'web')).map((name) => ({
    path: `misc/web/${name}`,
    file: join(PACKAGE, 'misc', 'web', name),
  }));
  const said = [...files, ...scripts].map(({ path, file }) => {
    const text = readFileSync(file, 'utf8');
    const templates = [...text.matchAll(/`([a-z-]+\.[a-z-]*)\$\{[^`}]*\}`/g)];
    return {
      path,
      names: new Set([...text.matchAll(/'([a-z-]+\.[a-z-]+)'/g)].map(([, name = '']) => name)),
      begins: templates.map(([, begin = '']) => begin),
    };
  });
  const templates = readdirSync(join(PACKAGE, 'misc'))
    .filter((name) => name.includes('.template.'))
    .map((name) => ({
      path: `misc/${name}`,
      text: readFileSync(join(PACKAGE, 'misc', name), 'utf8'),
    }));
  return new Map(
    ids.map((id) => [
      id,
      [
        ...said.filter(
          ({ names, begins }) => names.has(id) || begins.some((begin) => id.startsWith(begin)),
        ),
        ...templates.filter(({ text }) => text.includes(`%${variableOf(id)}%`)),
      ].map(({ path }) => path),
    ]),
  );
}

/** The table of docs/texts.md: all sentences, by area. */
export const TEXT_TABLES: Readonly<Record<string, () => string>> = {
  texts: () => {
    const sayers = sayersOf(TEXT_AREAS.flatMap(({ texts }) => Object.keys(texts)));
    return TEXT_AREAS.map(({ where, columns, texts }) => {
      const rows = Object.entries(texts).map(([id, text]) => [
        codeSpan(id),
        codeSpan(text),
        (sayers.get(id) ?? []).map(codeSpan).join(', '),
      ]);
      const area = Object.keys(texts)[0]?.split('.')[0] ?? '';
      const head = `### ${area}\n\n${where} At most ${columns} columns.`;
      return `${head}\n\n${markdownTable(['Id', 'Sentence', 'Said by (src/, or misc/)'], rows)}`;
    }).join('\n\n');
  },
};
