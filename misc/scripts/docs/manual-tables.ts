import { ACS_TABLES } from './acs-tables';
import { ART_TABLES } from './art-tables';
import { BbsError } from '../../../src/base/errors';
import { codeSpan, markdownTable } from './markdown';
import { MENU_TABLES } from './menu-tables';
import type { MenuModule } from '../../../src/menu/run/module';
import { TEXT_TABLES } from './text-tables';
import { VIEW_TABLES } from './view-tables';
import { ABSENT_MODULES } from '../../../src/modules/absent-modules';
import { MODULES } from '../../../src/modules/registry';

/** Every table that a page of the manual can hold, by the name of its place. */
export const TABLES: Readonly<Record<string, () => string>> = {
  ...ACS_TABLES,
  ...ART_TABLES,
  ...VIEW_TABLES,
  ...MENU_TABLES,
  ...TEXT_TABLES,
  modules: () =>
    markdownTable(
      ['Module', 'What it is', 'Sign-in', 'Needs views', 'Methods', 'Validators'],
      MODULES.map(moduleRow),
    ),
  'module-config': () =>
    markdownTable(
      ['Module', 'Key in `config`', 'Meaning'],
      MODULES.flatMap(({ name, configKeys = {} }) =>
        Object.entries(configKeys).map(([key, doc]) => [codeSpan(name), codeSpan(key), doc]),
      ),
    ),
  'absent-modules': () =>
    markdownTable(
      ['Module', 'Why it is not here'],
      [...ABSENT_MODULES].map(([name, why]) => [codeSpan(name), why]),
    ),
};

const PLACE = /(<!-- table: ([a-z-]+) -->\n)[\s\S]*?(<!-- end -->)/g;

/** A page of the manual with its tables made anew; what stands between them is somebody's own. */
export function fillTables(page: string): string {
  return page.replace(PLACE, (_whole, start: string, name: string, end: string) => {
    const table = Object.hasOwn(TABLES, name) ? TABLES[name] : undefined;
    if (table === undefined) throw new BbsError('INTERNAL', `there is no table '${name}'`);
    return `${start}\n${table()}\n\n${end}`;
  });
}

function moduleRow({
  name,
  doc,
  needs,
  views,
  methods,
  validators = {},
}: MenuModule): readonly string[] {
  return [
    codeSpan(name),
    doc,
    needs,
    views.join(', '),
    Object.keys(methods).map(codeSpan).join(', '),
    Object.keys(validators).map(codeSpan).join(', '),
  ];
}
