/** Values for a template's `%NAME%` variables. */
export type TemplateValues = Readonly<Record<string, string>>;

/**
 * Inserts values into a text template in one pass: a value is data, so a `%NAME%` or `$&` inside it
 * stays as it is (rule D12). Unknown variables stay visible, which shows the sysop the mistake.
 */
export function fillText(template: string, values: TemplateValues): string {
  return template.replace(/%([A-Z][A-Z0-9_]*)%/g, (variable, name: string) =>
    Object.hasOwn(values, name) ? (values[name] ?? '') : variable,
  );
}

/**
 * The same for HTML: values are escaped, for element text and quoted attributes alike. Fragments
 * are the board's own HTML, which is inserted unchanged.
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
