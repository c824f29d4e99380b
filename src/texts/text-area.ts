/** Sentences that callers read at one place. An id begins with the name of its area. */
export interface TextArea<Texts extends Readonly<Record<string, string>>> {
  /** Where callers read them, for docs/texts.md. */
  readonly where: string;
  /** Most columns of a text without what its placeholders stand for; one row of the place that it is for. */
  readonly columns: number;
  /** By id; `{name}` stands for a value. */
  readonly texts: Texts;
}

/** Keeps the sentences as literals, from which the type checker reads their placeholders. */
export function textArea<const Texts extends Readonly<Record<string, string>>>(
  area: TextArea<Texts>,
): TextArea<Texts> {
  return area;
}
