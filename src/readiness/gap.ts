/** One thing that a board lacks before the world may call. */
export interface Gap {
  /** `missing` is needed; `advice` is up to the sysop. */
  readonly weight: 'missing' | 'advice';
  readonly text: string;
}

export const missing = (text: string): Gap => ({ weight: 'missing', text });
export const advice = (text: string): Gap => ({ weight: 'advice', text });

const MAX_NAMED = 3;

/** The first few of a list, and how many more there are. */
export function nameSome(names: readonly string[]): string {
  const more = names.length > MAX_NAMED ? ` and ${names.length - MAX_NAMED} more` : '';
  return `${names.slice(0, MAX_NAMED).join(', ')}${more}`;
}
