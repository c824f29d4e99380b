import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PATHS } from '../../src/mail/links';

const WEB = join(__dirname, '..', '..', 'src', 'web');

export interface Route {
  readonly method: string;
  readonly path: string;
}

/** Every route of the pages, read from their source, so that a new route cannot be missed here. */
export const ROUTES: readonly Route[] = readdirSync(WEB)
  .filter((name) => name.endsWith('.ts'))
  .flatMap((name) => routesIn(readFileSync(join(WEB, name), 'utf8'), name));

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
