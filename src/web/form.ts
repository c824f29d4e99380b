/**
 * Parses a form body into its fields, or undefined when it is not one: a repeated field could mean
 * one thing to a check and another to the code that uses it (rule D10).
 */
export function parseForm(body: string): ReadonlyMap<string, string> | undefined {
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(body)) {
    if (fields.has(name) || fields.size >= 16) return undefined;
    fields.set(name, value);
  }
  return fields;
}

/** A query value that is present exactly once. */
export function singleValue(query: unknown, name: string): string | undefined {
  if (typeof query !== 'object' || query === null || !Object.hasOwn(query, name)) return undefined;
  const value = (query as Readonly<Record<string, unknown>>)[name];
  return typeof value === 'string' ? value : undefined;
}
