import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { isIP } from 'node:net';
import type { Random } from '../base/random';

interface SelfSigned {
  readonly certPem: string;
  readonly keyPem: string;
}

/** Apple clients reject longer lifetimes. */
export const CERTIFICATE_DAYS = 825;
const DAY_MS = 24 * 3600_000;

const OID = {
  commonName: '2.5.4.3',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  subjectKeyId: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
} as const;

/**
 * Generates a P-256 key and a certificate signed with it, for these names and addresses (RFC 5280).
 */
export function makeSelfSigned(options: {
  readonly names: readonly string[];
  readonly nowMs: number;
  readonly random: Random;
}): SelfSigned {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keyInfo = publicKey.export({ type: 'spki', format: 'der' });
  const algorithm = der.sequence(der.oid(OID.ecdsaWithSha256));
  const name = der.sequence(
    der.set(der.sequence(der.oid(OID.commonName), der.utf8((options.names[0] ?? '').slice(0, 64)))),
  );
  const content = der.sequence(
    der.explicit(0, der.integer(Buffer.of(2))),
    der.integer(serialNumber(options.random)),
    algorithm,
    name,
    // Valid from an hour ago, for clients whose clock is slightly behind.
    der.sequence(
      der.time(options.nowMs - 3600_000),
      der.time(options.nowMs + CERTIFICATE_DAYS * DAY_MS),
    ),
    name,
    keyInfo,
    der.explicit(3, extensions(options.names, keyInfo)),
  );
  const signature = sign('sha256', content, privateKey);
  const certificate = der.sequence(content, algorithm, der.bitString(signature));
  return {
    certPem: pem('CERTIFICATE', certificate),
    keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function extensions(names: readonly string[], keyInfo: Buffer): Buffer {
  const extension = (oid: string, critical: boolean, value: Buffer): Buffer =>
    der.sequence(der.oid(oid), ...(critical ? [der.boolean(true)] : []), der.octetString(value));
  const keyId = createHash('sha1').update(keyInfo).digest();
  return der.sequence(
    extension(OID.basicConstraints, true, der.sequence()),
    // digitalSignature, the first of nine bits.
    extension(OID.keyUsage, true, der.bitString(Buffer.of(0x80), 7)),
    extension(OID.extendedKeyUsage, false, der.sequence(der.oid(OID.serverAuth))),
    extension(OID.subjectAltName, false, der.sequence(...names.map(generalName))),
    extension(OID.subjectKeyId, false, der.octetString(keyId)),
  );
}

function generalName(name: string): Buffer {
  switch (isIP(name)) {
    case 4:
      return der.implicit(7, Buffer.from(name.split('.').map(Number)));
    case 6:
      return der.implicit(7, ipv6Bytes(name));
    default:
      return der.implicit(2, Buffer.from(name, 'ascii'));
  }
}

function ipv6Bytes(address: string): Buffer {
  const [head = '', tail] = address.split('::');
  const groups = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  const front = groups(head);
  const back = groups(tail ?? '');
  const middle = new Array<number>(8 - front.length - back.length).fill(0);
  const bytes = Buffer.alloc(16);
  for (const [index, group] of [...front, ...middle, ...back].entries()) {
    bytes.writeUInt16BE(group, index * 2);
  }
  return bytes;
}

/** Positive and never zero, as RFC 5280 requires. */
function serialNumber(random: Random): Buffer {
  const bytes = Buffer.from(random.bytes(16));
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes;
}

function pem(label: string, bytes: Buffer): string {
  const lines = bytes.toString('base64').replace(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}

/** Encodes the few ASN.1 types that a certificate consists of (X.690, DER). */
const der = {
  sequence: (...parts: readonly Buffer[]): Buffer => field(0x30, Buffer.concat(parts)),
  set: (...parts: readonly Buffer[]): Buffer => field(0x31, Buffer.concat(parts)),
  boolean: (value: boolean): Buffer => field(0x01, Buffer.of(value ? 0xff : 0)),
  /** A non-negative integer, from its bytes. */
  integer: (bytes: Buffer): Buffer => {
    const first = bytes.findIndex((byte) => byte !== 0);
    const short = first < 0 ? Buffer.of(0) : bytes.subarray(first);
    return field(0x02, (short[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), short]) : short);
  },
  bitString: (bytes: Buffer, unusedBits = 0): Buffer =>
    field(0x03, Buffer.concat([Buffer.of(unusedBits), bytes])),
  octetString: (bytes: Buffer): Buffer => field(0x04, bytes),
  utf8: (text: string): Buffer => field(0x0c, Buffer.from(text, 'utf8')),
  oid: (text: string): Buffer => {
    const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
    return field(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
  },
  /** UTCTime until 2049, GeneralizedTime after that (RFC 5280 section 4.1.2.5). */
  time: (ms: number): Buffer => {
    const digits = new Date(ms).toISOString().replace(/[-:T]|\.\d+/g, '');
    return Number(digits.slice(0, 4)) < 2050
      ? field(0x17, Buffer.from(digits.slice(2), 'ascii'))
      : field(0x18, Buffer.from(digits, 'ascii'));
  },
  /** A context tag around complete fields. */
  explicit: (tag: number, content: Buffer): Buffer => field(0xa0 | tag, content),
  /** A context tag in place of a primitive type's own. */
  implicit: (tag: number, content: Buffer): Buffer => field(0x80 | tag, content),
} as const;

function field(tag: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.of(tag), lengthOf(content.length), content]);
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length);
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest >>>= 8) bytes.unshift(rest & 0xff);
  return Buffer.of(0x80 | bytes.length, ...bytes);
}

function base128(value: number): readonly number[] {
  const bytes = [value & 0x7f];
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) bytes.unshift((rest & 0x7f) | 0x80);
  return bytes;
}
