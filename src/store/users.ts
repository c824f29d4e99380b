/** An account as the rest of the program sees it; nothing in it is a secret. */
export interface User {
  readonly id: number;
  readonly name: string;
  /** 0 disabled, 1 inactive (awaits activation), 2 active, 3 locked (contract A1.3). */
  readonly status: 0 | 1 | 2 | 3;
  readonly groups: readonly string[];
  /** True once a second factor is confirmed; which is what AR2 asks. */
  readonly secondFactor: 'googleAuth' | 'rfc6238_TOTP' | 'rfc4266_HOTP' | undefined;
  /** Properties by contract name (A1.4), without password, OTP and token values. */
  readonly properties: ReadonlyMap<string, string>;
}
