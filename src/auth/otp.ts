import { timingSafeEqual } from 'node:crypto';
import { HOTP, Secret } from 'otpauth';
import { BbsError } from '../base/errors';
import { OTP_TYPES, type OtpType } from '../base/otp-types';
import type { Random } from '../base/random';
import type { Config } from '../config/schema';
import type { OtpProfile } from '../store/factors';
import type { Sealer } from '../store/sealed';

/** Time step X of RFC 6238 (contract A4.2). */
export const STEP_MS = 30_000;

/** Minimum length of an imported secret; The Forgotten Server's have ten bytes. */
const MIN_IMPORTED_BYTES = 10;
const MAX_SECRET_CHARACTERS = 256;
const BASE32 = /^[A-Z2-7]+$/;

/** A profile with its secret: the input of the computation of codes. */
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
 * The canonical form of a code, which is compared and spent (rule A7): without the spaces and
 * dashes that apps show. undefined for anything but six or eight digits.
 */
export function canonicalOtp(typed: string): string | undefined {
  if (typed.length > 32) return undefined;
  const digits = typed.replace(/[ -]/g, '');
  return /^(?:[0-9]{6}|[0-9]{8})$/.test(digits) ? digits : undefined;
}

/**
 * Returns the stored form of an imported secret. Base32 may have spaces, dashes, padding and lower
 * case letters; a raw key is taken as it is. Throws USER_INVALID.
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

export function stepAt(nowMs: number): number {
  return Math.floor(nowMs / STEP_MS);
}

/**
 * All positions from `from` to `to` whose code is the canonical `code`: HOTP counter values (RFC 4226 section 5.3) or TOTP
 * steps (RFC 6238 section 4.2). Every candidate is computed
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
    // A code of another length cannot match; the candidate is then compared with itself, for equal
    // work.
    const sameLength = candidate.length === submitted.length;
    if (timingSafeEqual(candidate, sameLength ? submitted : candidate) && sameLength) {
      positions.push(position);
    }
  }
  return positions;
}

/** The positions whose code begins with these digits, some of which a listener has heard. */
export function findBegunCodes(
  key: OtpKey,
  digits: string,
  range: { readonly from: number; readonly to: number },
): readonly number[] {
  const secret = hmacKey(key);
  const { hash: algorithm, digits: length } = key;
  const positions: number[] = [];
  for (let position = Math.max(0, range.from); position <= range.to; position += 1) {
    const code = HOTP.generate({ secret, algorithm, digits: length, counter: position });
    if (code.startsWith(digits)) positions.push(position);
  }
  return positions;
}

/** Where the first code of a new secret is looked for. */
export function firstRange(
  key: OtpKey,
  { window, lookAhead }: { readonly window: number; readonly lookAhead: number },
  nowMs: number,
): { readonly from: number; readonly to: number } {
  if (isCounterBased(key.type)) return { from: 0, to: lookAhead };
  const step = stepAt(nowMs);
  return { from: step - window, to: step + window };
}

/** The secret as typed into an authenticator app: Base32, whatever its stored form. */
export function displaySecret(key: OtpKey): string {
  return key.encoding === 'base32' ? key.secret : encodeBase32(Buffer.from(key.secret, 'latin1'));
}

/** The secret in groups of four characters, for reading and typing. */
export function groupSecret(secret: string): string {
  return secret.replace(/(.{4})(?=.)/g, '$1 ');
}

/**
 * The key URI for a QR code. The issuer is in the label and in a parameter; algorithm and digits
 * only where they are not the default, because some apps misread even the default (rule A10).
 */
export function keyUri(
  key: OtpKey,
  names: { readonly issuer: string; readonly account: string; readonly counter?: number },
): string {
  const counterBased = isCounterBased(key.type);
  // A colon separates issuer and account in the label.
  const issuer = encodePart(names.issuer.replaceAll(':', ' '));
  const account = encodePart(names.account.replaceAll(':', ' '));
  const parameters = [`secret=${displaySecret(key)}`, `issuer=${issuer}`];
  if (key.hash !== 'SHA1') parameters.push(`algorithm=${key.hash}`);
  if (key.digits !== 6) parameters.push(`digits=${key.digits}`);
  if (counterBased) parameters.push(`counter=${names.counter ?? 0}`);
  return `otpauth://${counterBased ? 'hotp' : 'totp'}/${issuer}:${account}?${parameters.join('&')}`;
}

/** A name of so many characters stays recognisable in an app. */
const KEPT_CHARACTERS = 8;

/**
 * The link of at most so many bytes, by cutting the names in it: first the issuer, then the account. For a
 * QR code that has to fit on a screen; apps show the names and compute nothing from them.
 */
export function shortKeyUri(uri: string, bytes: number): string {
  const parts = /^(otpauth:\/\/\w+\/)[^:]*:([^?]*)(\?secret=[^&]*&issuer=)([^&]*)(.*)$/.exec(uri);
  if (parts === null) return uri;
  const [, head = '', account = '', middle = '', issuer = '', tail = ''] = parts;
  const issued = [...decodeURIComponent(issuer)];
  const named = [...decodeURIComponent(account)];
  for (let short = uri; ;) {
    if (short.length <= bytes) return short;
    const cut = issued.length > KEPT_CHARACTERS || named.length <= 1 ? issued : named;
    if (cut.length <= 1) return short;
    cut.pop();
    const name = encodePart(issued.join('').trimEnd());
    short = `${head}${name}:${encodePart(named.join('').trimEnd())}${middle}${name}${tail}`;
  }
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

/** The name that authenticator apps show above the code. */
export function issuerName(config: Config): string {
  const { issuer } = config.users.twoFactorAuth.otp;
  return issuer === '' ? config.general.boardName : issuer;
}

/** The columns that hold OTP secrets. */
type FactorTable = 'otp_factor' | 'otp_app' | 'otp_pending';

/** Opens the secret of a stored factor; throws SEAL_BROKEN when it is not this account's. */
export function openFactorKey(
  sealer: Sealer,
  table: FactorTable,
  row: OtpProfile & { readonly userId: number; readonly secret: string },
): OtpKey {
  return { ...profileOf(row), secret: sealer.open(row.secret, place(table, row.userId)) };
}

/** The same of an authenticator app, the first one of its account or a further one. */
export function openAppKey(
  sealer: Sealer,
  row: OtpProfile & { readonly userId: number; readonly app: number; readonly secret: string },
): OtpKey {
  return openFactorKey(sealer, row.app === 0 ? 'otp_factor' : 'otp_app', row);
}

/** Seals a secret for its row. */
export function sealFactorKey(
  sealer: Sealer,
  table: FactorTable,
  key: OtpKey & { readonly userId: number },
): string {
  return sealer.seal(key.secret, place(table, key.userId));
}

/** The parameters of the computation, without the secret. */
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
