/** Values for a template's `%NAME%` variables. */
export type TemplateValues = Readonly<Record<string, string>>;

/**
 * Puts values into a text template in one pass: a value is data, so a `%NAME%` or `$&` inside it stays
 * as it is (rule D12). Variables that nobody set stay visible, which shows a sysop his mistake.
 */
export function fillText(template: string, values: TemplateValues): string {
  return fill(template, values, (value) => value);
}

/** The same for HTML: values are escaped, for element text and quoted attributes alike. */
export function fillHtml(template: string, values: TemplateValues): string {
  return fill(template, values, escapeHtml);
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function fill(template: string, values: TemplateValues, encode: (value: string) => string): string {
  return template.replace(/%([A-Z][A-Z0-9_]*)%/g, (variable, name: string) =>
    Object.hasOwn(values, name) ? encode(values[name] ?? '') : variable,
  );
}
