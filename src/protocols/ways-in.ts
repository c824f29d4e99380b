/** A login server, as everything above the protocols sees it. */
export interface WayIn {
  /** Its name on screens. */
  readonly label: string;
  /**
   * True where the caller's input is encrypted in transit. Rules about clear text (F8, D16, `SC`)
   * check this, never the name (rule M9).
   */
  readonly secure: boolean;
}

/** The one table of ways in; the login servers of the config have the same names. */
export const WAYS_IN = {
  telnet: { label: 'Telnet', secure: false },
  ssh: { label: 'SSH', secure: true },
  wss: { label: 'WebSocket', secure: true },
} as const satisfies Readonly<Record<string, WayIn>>;

export type WayInName = keyof typeof WAYS_IN;

export const WAY_IN_NAMES = Object.keys(WAYS_IN) as readonly WayInName[];

/**
 * The label of a record's origin: a way in, the pages (`web`), or any other origin by its own name.
 */
export function labelOfWay(name: string): string {
  if (name === 'web') return 'Web';
  return Object.hasOwn(WAYS_IN, name) ? WAYS_IN[name as WayInName].label : name;
}
