import type { OtpProfile } from '../store/factors';
import type { Sealer } from '../store/sealed';
import type { OtpKey } from './otp';

/** The columns that hold OTP secrets. */
export type FactorTable = 'otp_factor' | 'otp_pending';

/** Opens the secret of a stored factor; throws SEAL_BROKEN when it is not this account's. */
export function openFactorKey(
  sealer: Sealer,
  table: FactorTable,
  row: OtpProfile & { readonly userId: number; readonly secret: string },
): OtpKey {
  return { ...profileOf(row), secret: sealer.open(row.secret, place(table, row.userId)) };
}

/** Seals a secret for the row it goes into. */
export function sealFactorKey(
  sealer: Sealer,
  table: FactorTable,
  key: OtpKey & { readonly userId: number },
): string {
  return sealer.seal(key.secret, place(table, key.userId));
}

/** Only what says how codes are computed. */
export function profileOf(source: OtpProfile): OtpProfile {
  return {
    type: source.type,
    hash: source.hash,
    digits: source.digits,
    encoding: source.encoding,
  };
}

function place(table: FactorTable, userId: number) {
  return { table, column: 'secret', userId };
}
