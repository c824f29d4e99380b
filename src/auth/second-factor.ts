/** What a second factor answers to one submitted code. Nothing of it tells how near a wrong code was. */
export type SecondFactorResult =
  | {
      readonly kind: 'right';
      readonly by: 'otp' | 'backup-code';
      /** Backup codes that are still unused, when one of them was used. */
      readonly left?: number;
      /** True when the code was one that removes the factor (The Forgotten Server's recovery token). */
      readonly factorRemoved?: boolean;
    }
  | { readonly kind: 'wrong' }
  /** Right, but used before: on this or another server, before or after a restart. */
  | { readonly kind: 'spent' }
  /** The account has no second factor. The same work is done. */
  | { readonly kind: 'none' };

/** Verifies and spends codes. Charging and throttling attempts is the login's part. */
export interface SecondFactor {
  /**
   * Compares and spends in one conditional statement and commits it before answering 'right'.
   * Throws BbsError STORE_FAILED when that cannot be recorded; nothing may be granted then.
   */
  verify(userId: number, code: string): Promise<SecondFactorResult>;
}
