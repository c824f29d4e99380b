/**
 * What ACS codes can ask about a caller (contract A3.2). Reading a field never fails and costs
 * nothing.
 */
export interface AcsSubject {
  /** AF: 0 none, 1 password or key, 2 one-time code. */
  readonly factor: 0 | 1 | 2;
  /** AR: 2 once a second factor is bound to the account, or where the board asks it of the account; else 1. */
  readonly requiredFactor: 1 | 2;
  /** What is done about a factor that is asked of the account and that it has not; undefined where it owes none. */
  readonly owed?: 'due' | 'put-off' | undefined;
  readonly secure: boolean;
  /** False where the board asks for a code in place of the password; left out, a password is asked for. */
  readonly takesPassword?: boolean;
  readonly remoteIp: string;
  readonly node: number;
  readonly encoding: 'cp437' | 'utf8';
  readonly terminalType: string;
  readonly width: number;
  readonly height: number;
  readonly themeId: string;
  /** Unix milliseconds, server time. */
  readonly nowMs: number;
  /** Names of enabled services: `http`, `https`, ... (SE). */
  readonly services: ReadonlySet<string>;
  /** undefined until a first factor was accepted. */
  readonly user: AcsUser | undefined;
}

export interface AcsUser {
  readonly id: number;
  /** 0 disabled, 1 inactive, 2 active, 3 locked. */
  readonly status: 0 | 1 | 2 | 3;
  readonly groups: readonly string[];
  /** A user property by its contract name (A1.4), derived ones included; undefined when unset. */
  property(name: string): string | undefined;
}
