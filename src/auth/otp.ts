import { timingSafeEqual } from 'node:crypto';
import { HOTP, Secret } from 'otpauth';
import { BbsError } from '../base/errors';
import { OTP_TYPES, type OtpType } from '../base/otp-types';
import type { Random } from '../base/random';
import type { OtpProfile } from '../store/factors';
import type { Sealer } from '../store/sealed';

/** Codes change every half minute (contract A4.2). */
export const STEP_MS = 30_000;

/** Bytes an imported secret decodes to at least: The Forgotten Server's have ten. */
const MIN_IMPORTED_BYTES = 10;
const MAX_SECRET_CHARACTERS = 256;
const BASE32 = /^[A-Z2-7]+$/;

/** A profile with its secret: all that is needed to compute codes. */
export interface OtpKey extends OtpProfile {
  /** Base32 text, or the key's own characters where `encoding` is `ascii`. */
  readonly secret: string;
}

export function newProfile(type: OtpType): OtpProfile {
  return { type, ...OTP_TYPES[type].made };
}

export function isCounterBased(type: OtpType): boolean {
  return OTP_TYPES[type].counterBased;
}

/** A new secret, Base32 without padding (rule A9). */
export function makeSecret(random: Random, secretBytes: number): string {
  return encodeBase32(random.bytes(secretBytes));
}

/**
 * Strips the spaces and dashes that apps show and returns the digits, or undefined for anything that
 * is not exactly such a code. This form is what is compared and what is spent (rule A7).
 */
export function canonicalOtp(typed: string): string | undefined {
  if (typed.length > 32) return undefined;
  const digits = typed.replace(/[ -]/g, '');
  return /^(?:[0-9]{6}|[0-9]{8})$/.test(digits) ? digits : undefined;
}

/**
 * Brings an imported secret to its stored form. Base32 may come with spaces, dashes, padding and in
 * small letters; a raw key is taken as its characters stand.
 */
export function parseSecret(given: string, encoding: OtpProfile['encoding']): string {
  const text = encoding === 'ascii' ? given.trim() : given.replace(/[\s=-]/g, '').toUpperCase();
  if (text.length > MAX_SECRET_CHARACTERS) {
    throw new BbsError('USER_INVALID', `the secret is longer than ${MAX_SECRET_CHARACTERS}`);
  }
  if (encoding === 'ascii' ? !/^[\x21-\x7e]+$/.test(text) : !BASE32.test(text)) {
    const expected = encoding === 'ascii' ? 'printable ASCII' : 'Base32 (A-Z and 2-7)';
    throw new BbsError('USER_INVALID', `the secret is not ${expected}`);
  }
  const bytes = encoding === 'ascii' ? text.length : Math.floor((text.length * 5) / 8);
  if (bytes < MIN_IMPORTED_BYTES) {
    throw new BbsError(
      'USER_INVALID',
      `the secret has ${bytes} bytes; at least ${MIN_IMPORTED_BYTES} are needed (16 Base32 characters)`,
    );
  }
  return text;
}

/** The code at one TOTP step or HOTP counter value. */
export function codeAt(key: OtpKey, position: number): string {
  return HOTP.generate({
    secret: hmacKey(key),
    algorithm: key.hash,
    digits: key.digits,
    counter: position,
  });
}

export function stepAt(nowMs: number): number {
  return Math.floor(nowMs / STEP_MS);
}

/**
 * All positions from `from` to `to` whose code is the canonical `code`. Every candidate is computed
 * and compared, so that the time taken does not tell which one matched (rule A8).
 */
export function findCodes(
  key: OtpKey,
  code: string,
  range: { readonly from: number; readonly to: number },
): readonly number[] {
  const secret = hmacKey(key);
  const submitted = Buffer.from(code, 'latin1');
  const positions: number[] = [];
  for (let position = Math.max(0, range.from); position <= range.to; position += 1) {
    const candidate = Buffer.from(
      HOTP.generate({ secret, algorithm: key.hash, digits: key.digits, counter: position }),
      'latin1',
    );
    // A code of another length cannot match; comparing the candidate with itself keeps the work equal.
    const sameLength = candidate.length === submitted.length;
    if (timingSafeEqual(candidate, sameLength ? submitted : candidate) && sameLength) {
      positions.push(position);
    }
  }
  return positions;
}

/** The secret as an authenticator app wants it typed: Base32, whatever its stored form. */
export function displaySecret(key: OtpKey): string {
  return key.encoding === 'base32' ? key.secret : encodeBase32(Buffer.from(key.secret, 'latin1'));
}

/** The secret in groups of four, which is how people copy it. */
export function groupSecret(secret: string): string {
  return secret.replace(/(.{4})(?=.)/g, '$1 ');
}

/**
 * The key URI for a QR. The issuer stands in the label and as a parameter; algorithm, digits and
 * period only where they are not the default, because some apps mis-read even the default (rule A10).
 */
export function keyUri(
  key: OtpKey,
  names: { readonly issuer: string; readonly account: string; readonly counter?: number },
): string {
  const counterBased = isCounterBased(key.type);
  // A colon parts issuer and account, so it cannot be part of either.
  const issuer = encodePart(names.issuer.replaceAll(':', ' '));
  const account = encodePart(names.account.replaceAll(':', ' '));
  const parameters = [`secret=${displaySecret(key)}`, `issuer=${issuer}`];
  if (key.hash !== 'SHA1') parameters.push(`algorithm=${key.hash}`);
  if (key.digits !== 6) parameters.push(`digits=${key.digits}`);
  if (counterBased) parameters.push(`counter=${names.counter ?? 0}`);
  return `otpauth://${counterBased ? 'hotp' : 'totp'}/${issuer}:${account}?${parameters.join('&')}`;
}

function encodePart(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function hmacKey(key: OtpKey): Secret {
  return key.encoding === 'base32' ? Secret.fromBase32(key.secret) : Secret.fromLatin1(key.secret);
}

function encodeBase32(bytes: Uint8Array): string {
  return new Secret({ buffer: Uint8Array.from(bytes).buffer }).base32;
}

/** The columns that hold OTP secrets. */
type FactorTable = 'otp_factor' | 'otp_pending';

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
