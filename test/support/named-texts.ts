import { sayWith, stockText, TEXT_AREAS, type TextId } from '../../src/texts/texts';

const IDS = TEXT_AREAS.flatMap(({ texts }) => Object.keys(texts)) as readonly TextId[];

/** Every sentence as its own id with its values, so that what is shown tells which one was said. */
export const NAMED = Object.fromEntries(
  IDS.map((id) => {
    const places = [...new Set(stockText(id).match(/\{\w+\}/g))];
    return [id, [`<${id}>`, ...places].join(' ').slice(0, 180)];
  }),
);

export const sayNamed = sayWith(NAMED);

/** Two words that stand side by side in HTML or in a text, and in no sentence that is named; `values` are none. */
export function wordsBeside(shown: string, values: readonly string[] = []): readonly string[] {
  const text = shown
    .replace(/<(style|script)>[^]*?<\/\1>/g, '')
    // Attributes that are read aloud or shown are text too.
    .replace(/ (?:alt|aria-label|title|data-done|data-failed|data-words)="([^"]*)"/g, '>$1<')
    .replace(/<[a-z-]+\.[a-z-]+>/g, '|')
    .replace(/<[^>]*>/g, '|')
    .replace(/&#60;[a-z-]+\.[a-z-]+&#62;/g, '|');
  const bare = values.reduce((rest, value) => rest.replaceAll(value, '|'), text);
  return bare.match(/\p{L}[\p{L}’',;:]*\s+\p{L}{2,}.*/gu) ?? [];
}
