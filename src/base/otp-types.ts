/** Parameters by which codes are computed from a secret. */
export interface OtpParameters {
  readonly hash: 'SHA1' | 'SHA256' | 'SHA512';
  readonly digits: 6 | 8;
  /** Whether the HMAC key is the decoded Base32 or the characters themselves (contract A4.2). */
  readonly encoding: 'base32' | 'ascii';
}

/** The properties of one type of one-time codes. */
interface OtpTypeFacts {
  /** By counter (RFC 4226); otherwise by time (RFC 6238). */
  readonly counterBased: boolean;
  /** For new secrets; apps ignore anything but SHA-1, six digits and Base32 silently. */
  readonly made: OtpParameters;
  /** For secrets that ENiGMA½ made (contract A4.2). */
  readonly adopted: OtpParameters;
  /** Name of the type on the command line of oputil. */
  readonly word: string;
  /** In `oputil user info` (contract A5). */
  readonly name: string;
}

/**
 * The one table of OTP types. The names are stored and stand in configurations; the order is that of the
 * list on the screen (contract A4.4). In `base`, because `store`, `config`, `auth` and `mail` all read it.
 */
export const OTP_TYPES = {
  rfc6238_TOTP: {
    counterBased: false,
    made: { hash: 'SHA256', digits: 6, encoding: 'base32' },
    adopted: { hash: 'SHA256', digits: 6, encoding: 'ascii' },
    word: 'totp',
    name: 'RFC6238 TOTP',
  },
  rfc4266_HOTP: {
    counterBased: true,
    made: { hash: 'SHA1', digits: 6, encoding: 'base32' },
    adopted: { hash: 'SHA256', digits: 6, encoding: 'ascii' },
    word: 'hotp',
    name: 'rfc4266 HOTP',
  },
  googleAuth: {
    counterBased: false,
    made: { hash: 'SHA1', digits: 6, encoding: 'base32' },
    adopted: { hash: 'SHA1', digits: 6, encoding: 'base32' },
    word: 'google',
    name: 'GoogleAuth',
  },
} as const satisfies Readonly<Record<string, OtpTypeFacts>>;

export type OtpType = keyof typeof OTP_TYPES;

/** The type that every authenticator app supports. */
export const DEFAULT_OTP_TYPE: OtpType = 'googleAuth';

/** In the order of the table. */
export const OTP_TYPE_NAMES = Object.keys(OTP_TYPES) as readonly OtpType[];

/** With the default in front, as help and documentation list them. */
export const OTP_TYPES_TO_OFFER: readonly OtpType[] = [
  DEFAULT_OTP_TYPE,
  ...OTP_TYPE_NAMES.filter((type) => type !== DEFAULT_OTP_TYPE),
];

export function isOtpType(text: string): text is OtpType {
  return Object.hasOwn(OTP_TYPES, text);
}
