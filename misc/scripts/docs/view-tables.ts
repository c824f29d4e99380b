import { codeSpan, markdownTable } from './markdown';
import type { ViewProperty } from '../../../src/views/properties';
import { VIEW_TYPES, type ViewType } from '../../../src/views/registry';

/** Tables about views, by the name of their place in the pages. */
export const VIEW_TABLES: Readonly<Record<string, () => string>> = {
  views: () =>
    markdownTable(
      ['View', 'Name', 'What it is'],
      Object.values(VIEW_TYPES).map(({ code, name, doc }) => [codeSpan(code), name, doc]),
    ),
  'mci-views': () =>
    markdownTable(
      ['Code', 'Places'],
      Object.values(VIEW_TYPES).map(({ code, name }) => [codeSpan(`%${code}`), name]),
    ),
  'view-properties': () => Object.values(VIEW_TYPES).map(propertiesOf).join('\n\n'),
};

function propertiesOf({ code, name, properties }: ViewType): string {
  const table = markdownTable(
    ['Property', 'Takes', 'Default', 'Meaning'],
    properties.map((property) => [
      codeSpan(property.name),
      property.type,
      defaultOf(property),
      property.doc,
    ]),
  );
  return `### ${code}, ${name}\n\n${table}`;
}

// What reads like a value is one; the others are words about it.
function defaultOf({ type, default: text }: ViewProperty): string {
  const isValue = type === 'number' ? /^\d+$/.test(text) : type === 'boolean';
  return isValue ? codeSpan(text) : text;
}
