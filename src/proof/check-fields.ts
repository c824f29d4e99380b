import { fieldsIn } from '../art/format';
import type { Place } from '../base/errors';
import { nearestName } from '../base/nearest';
import type { Finding, MenuEntry, MenuSet } from '../menu/load/menu-entry';
import type { ModuleFacts } from './flow-moves';
import type { MenuRegistries } from './registries';

/** Properties of lists that draw a row from its fields. */
export const ROW_FORMATS: readonly string[] = ['itemFormat', 'focusItemFormat', 'ownItemFormat'];

/** A format with what it stands for. */
interface Written {
  readonly subject: string;
  readonly format: unknown;
  readonly place: Place;
  /** `itemFormat of VM1`, `listInfoFormat20`. */
  readonly what: string;
}

/** Fields in the formats of menus that nothing fills: callers see them as they are written. */
export function checkFields(set: MenuSet, registries: MenuRegistries): readonly Finding[] {
  return [...set.menus.values()].flatMap((menu) => {
    const facts = registries.modules.get(menu.module.name);
    const { name: subject, config } = menu;
    const views = menu.forms.flatMap((form) => form.views);
    return [
      ...views.flatMap(({ mci, id, properties, placeOf }) =>
        ROW_FORMATS.flatMap((name) => {
          const known = fieldsOfRows(menu, facts, { id, items: properties['items'] });
          const place = placeOf(name);
          return findUnknown(
            { subject, format: properties[name], place, what: `${name} of ${mci}` },
            known,
          );
        }),
      ),
      ...Object.entries(config.all).flatMap(([key, format]) => {
        const place = config.placeOf(key);
        return findUnknown({ subject, format, place, what: key }, fieldsOfKey(facts, key));
      }),
    ];
  });
}

/** What a row of this view has; undefined where nobody knows. */
export function fieldsOfRows(
  { module }: Pick<MenuEntry, 'module'>,
  facts: ModuleFacts | undefined,
  { id, items }: { readonly id: number | undefined; readonly items: unknown },
): readonly string[] | undefined {
  const rows = id === undefined ? undefined : facts?.fields?.rows?.[id];
  if (rows !== undefined) return rows;
  const isKnown = module.kind === 'standard' || facts?.fields !== undefined;
  if (!isKnown || !Array.isArray(items) || items.length === 0) return undefined;
  const blocks = items.filter((item) => typeof item === 'object' && item !== null);
  return ['text', ...blocks.flatMap((item) => Object.keys(item as object))];
}

/** What a key of `config` is filled from; undefined where nobody knows, or where it is no format. */
export function fieldsOfKey(
  facts: ModuleFacts | undefined,
  key: string,
): readonly string[] | undefined {
  const { formats = {} } = facts?.fields ?? {};
  const prefix = key.replace(/[1-9][0-9]$/, '');
  return Object.hasOwn(formats, prefix) ? formats[prefix] : undefined;
}

/** A finding for each name that is not known. */
export function findUnknown(
  { subject, format, place, what }: Written,
  known: readonly string[] | undefined,
): readonly Finding[] {
  if (known === undefined || typeof format !== 'string') return [];
  return (
    [...new Set(fieldsIn(format))]
      // Two capital letters are the value of a code, as in art; what is in a field is the field's.
      .filter((name) => !/^[A-Z]{2}$/.test(name) && !known.includes(name.split('.', 1)[0] ?? ''))
      .map((name): Finding => {
        const text = `${what} has no field '{${name}}', so that stays as it is written`;
        const nearest = nearestName(name, known);
        const base = { severity: 'warning', rule: 'format-field', place, subject, text } as const;
        return nearest === undefined ? base : { ...base, nearest };
      })
  );
}
