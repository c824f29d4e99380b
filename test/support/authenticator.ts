import { createHmac } from 'node:crypto';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Base32 without padding (RFC 4648 section 6), as an authenticator app reads it. */
export function decodeBase32(text: string): Buffer {
  let bits = '';
  for (const character of text.replace(/[\s=-]/g, '').toUpperCase()) {
    const value = ALPHABET.indexOf(character);
    if (value < 0) throw new Error(`not Base32: ${character}`);
    bits += value.toString(2).padStart(5, '0');
  }
  const bytes = bits.match(/.{8}/g) ?? [];
  return Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2)));
}

export interface AppOptions {
  readonly algorithm?: 'sha1' | 'sha256';
  readonly digits?: number;
}

/**
 * An independent implementation of an authenticator app (RFC 4226, RFC 6238), which shares no code
 * with the board.
 */
export function hotp(key: Buffer, counter: number, options: AppOptions = {}): string {
  const moving = Buffer.alloc(8);
  moving.writeBigUInt64BE(BigInt(counter));
  const mac = createHmac(options.algorithm ?? 'sha1', key)
    .update(moving)
    .digest();
  const offset = (mac[mac.length - 1] ?? 0) & 15;
  const digits = options.digits ?? 6;
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 10 ** digits).padStart(digits, '0');
}

export function totp(base32Secret: string, unixMs: number, options: AppOptions = {}): string {
  return hotp(decodeBase32(base32Secret), Math.floor(unixMs / 30_000), options);
}

/** The data that an app reads from the QR code. */
export function readKeyUri(uri: string): {
  readonly type: string;
  readonly label: string;
  readonly secret: string;
  readonly issuer: string | null;
  readonly algorithm: string;
} {
  const url = new URL(uri);
  if (url.protocol !== 'otpauth:') throw new Error(`not an otpauth URI: ${uri}`);
  return {
    type: url.host,
    label: decodeURIComponent(url.pathname.slice(1)),
    secret: url.searchParams.get('secret') ?? '',
    issuer: url.searchParams.get('issuer'),
    algorithm: url.searchParams.get('algorithm') ?? 'SHA1',
  };
}
