/** Values for a template's `%NAME%` variables. */
export type TemplateValues = Readonly<Record<string, string>>;

/**
 * Puts values into a text template in one pass: a value is data, so a `%NAME%` or `$&` inside it stays
 * as it is (rule D12). Variables that nobody set stay visible, which shows a sysop his mistake.
 */
export function fillText(template: string, values: TemplateValues): string {
  return template.replace(/%([A-Z][A-Z0-9_]*)%/g, (variable, name: string) =>
    Object.hasOwn(values, name) ? (values[name] ?? '') : variable,
  );
}

/**
 * The same for HTML: values are escaped, for element text and quoted attributes alike. Fragments are
 * HTML of the board's own, which goes in as it is.
 */
export function fillHtml(
  template: string,
  values: TemplateValues,
  fragments: TemplateValues = {},
): string {
  const encoded = Object.entries(values).map(([name, value]) => [name, escapeHtml(value)] as const);
  return fillText(template, { ...Object.fromEntries(encoded), ...fragments });
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`);
}
