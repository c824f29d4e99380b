import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PATHS } from '../../src/mail/links';
import { isTextId, TEXT_AREAS, variableOf, type TextId } from '../../src/texts/texts';
import type { ProblemName } from '../../src/web/page';

const WEB = join(__dirname, '..', '..', 'src', 'web');
const MISC = join(__dirname, '..', '..', 'misc');
const TEXT_IDS = TEXT_AREAS.flatMap(({ texts }) => Object.keys(texts));

export interface Route {
  readonly method: string;
  readonly path: string;
}

/** Every route of the pages, read from their source, so that a new route cannot be missed here. */
export const ROUTES: readonly Route[] = readdirSync(WEB)
  .filter((name) => name.endsWith('.ts'))
  .flatMap((name) => routesIn(readFileSync(join(WEB, name), 'utf8'), name));

/** The headings of all pages, by the ids of their sentences, read from the same source and from the templates of pages. */
export const PAGE_HEADINGS: readonly TextId[] = [
  ...filesOf(WEB, '.ts').flatMap((source) =>
    [...source.matchAll(/\btitle: (?:say\()?'([a-z-]+\.[a-z-]+)'/g)].map(([, id = '']) => id),
  ),
  ...filesOf(MISC, '.template.html').flatMap((source) =>
    [...source.matchAll(/<h1>%(\w+)%<\/h1>/g)].map(
      ([, variable = '']) => TEXT_IDS.find((id) => variableOf(id) === variable) ?? variable,
    ),
  ),
].map((id) => {
  if (!isTextId(id)) throw new Error(`no heading that can be read: ${id}`);
  return id;
});

/** Every page about an error, by the name that the code sends it by. */
export const PROBLEM_NAMES = [
  ...(
    /const PROBLEMS = \{([^]*?)\n\} as const/.exec(
      readFileSync(join(WEB, 'page.ts'), 'utf8'),
    )?.[1] ?? ''
  ).matchAll(/^ {2}(\w+): \{/gm),
].map(([, name = '']) => name as ProblemName);

function filesOf(folder: string, ending: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .map((name) => readFileSync(join(folder, name), 'utf8'));
}

function routesIn(source: string, file: string): readonly Route[] {
  return [
    ...source.matchAll(
      /\b(?:routes|server)\.(get|post|put|patch|delete|head|options|all|route)\(\s*([^,]+),/g,
    ),
  ].map(([, method = '', address = '']) => {
    if (method === 'all' || method === 'route')
      throw new Error(`${file}: add routes by their method`);
    return { method: method.toUpperCase(), path: resolve(address.trim(), source) };
  });
}

/** A path in the source: text, one of PATHS, a constant of the file, or a template of these. */
function resolve(address: string, source: string): string {
  const named = /^PATHS\.(\w+)$/.exec(address)?.[1];
  if (named !== undefined) return PATHS[named as keyof typeof PATHS];
  const text = /^['"](.*)['"]$/.exec(address)?.[1];
  if (text !== undefined) return text;
  const template = /^`(.*)`$/.exec(address)?.[1];
  if (template !== undefined)
    return template.replace(/\$\{(\w+)\}/g, (_all, name: string) => resolve(name, source));
  const constant = new RegExp(`\\bconst ${address} = ([^;]+);`).exec(source)?.[1];
  if (constant === undefined) throw new Error(`no address that can be read: ${address}`);
  return resolve(constant, source);
}
