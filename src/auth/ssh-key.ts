import { createHash, createPublicKey, verify } from 'node:crypto';
import type { JsonWebKey, KeyObject } from 'node:crypto';
import { sayStock, type Saying } from '../texts/texts';
import { isSsh2KeyFile, readSsh2KeyFile } from './ssh2-key-file';

/** A public key in the one-line format of OpenSSH. */
export interface SshPublicKey {
  readonly algorithm: string;
  readonly blob: Buffer;
  /** `SHA256:...`, as ssh-keygen prints it. */
  readonly fingerprint: string;
  readonly comment: string;
}

type SshKeyParse =
  | { readonly kind: 'key'; readonly key: SshPublicKey }
  /** A sentence for the person who entered it. */
  | { readonly kind: 'refused'; readonly says: Saying };

const MIN_RSA_BITS = 2048;
/** Verification of longer keys takes long enough for denial of service (rule M7). */
const MAX_RSA_BITS = 4096;
const MAX_LINE_CHARACTERS = 8192;
const MAX_COMMENT_CHARACTERS = 128;

const CURVES: Readonly<Record<string, { readonly jwk: string; readonly hash: string }>> = {
  nistp256: { jwk: 'P-256', hash: 'sha256' },
  nistp384: { jwk: 'P-384', hash: 'sha384' },
  nistp521: { jwk: 'P-521', hash: 'sha512' },
};

/** A parsed key blob. */
interface ParsedBlob {
  readonly algorithm: string;
  readonly key: KeyObject;
  /**
   * Hash of the signature (RFC 5656 section 6.2.1); undefined for Ed25519, and for RSA, where the
   * request names it.
   */
  readonly hash: string | undefined;
  /** The application of an sk- key (PROTOCOL.u2f). */
  readonly application: string | undefined;
}

/** A private key of OpenSSH, of PEM or of PuTTY. */
const PRIVATE = /PRIVATE KEY|^\s*PuTTY-User-Key-File-/;

/** True for a text of several lines that is to be parsed as a whole. */
export function isKeyOfLines(text: string): boolean {
  return PRIVATE.test(text) || isSsh2KeyFile(text);
}

/**
 * Parses one line of an authorized_keys or .pub file, or a file as PuTTYgen saves it (RFC 4716). Options
 * before the key are refused.
 */
export function parseSshPublicKey(line: string): SshKeyParse {
  const text = line.trim();
  if (text.length > MAX_LINE_CHARACTERS) return refused('key.line-too-long');
  if (PRIVATE.test(text)) {
    return refused('key.is-private');
  }
  if (isSsh2KeyFile(text)) {
    const file = readSsh2KeyFile(text);
    return file === undefined ? refused('key.part-of-file') : keyOf(file);
  }
  if (/[\r\n]/.test(text)) return refused('key.several-lines');
  const [algorithm = '', base64 = '', ...rest] = text.split(/\s+/);
  return keyOf({ algorithm, base64, comment: rest.join(' ') });
}

interface KeyFields {
  /** What stands before the key, where something does. */
  readonly algorithm?: string;
  readonly base64: string;
  readonly comment: string;
}

function keyOf({ algorithm, base64, comment: words }: KeyFields): SshKeyParse {
  if (!/^[A-Za-z0-9+/]{16,}={0,2}$/.test(base64)) {
    return refused('key.no-key-line');
  }
  const blob = Buffer.from(base64, 'base64');
  const parsed = parseBlob(blob);
  if (typeof parsed === 'function') return { kind: 'refused', says: parsed };
  if (parsed.algorithm !== (algorithm ?? parsed.algorithm)) {
    return refused('key.other-type');
  }
  const comment = words.replace(/\s+/g, ' ').slice(0, MAX_COMMENT_CHARACTERS);
  const fingerprint = sshFingerprint(blob);
  return { kind: 'key', key: { algorithm: parsed.algorithm, blob, fingerprint, comment } };
}

/** False for a key whose signatures are not accepted, e.g. an RSA key of another size. */
export function isUsableKey(blob: Buffer): boolean {
  return typeof parseBlob(blob) !== 'function';
}

/** `SHA256:...` of a key blob, as ssh-keygen prints it. */
export function sshFingerprint(blob: Buffer): string {
  const digest = createHash('sha256').update(blob).digest('base64').replace(/=+$/, '');
  return `SHA256:${digest}`;
}

interface SshSignature {
  /** Key algorithm of the request: the key's own, or `rsa-sha2-256` and `-512` for RSA keys. */
  readonly algorithm: string;
  /** The key blob of the request. */
  readonly blob: Buffer;
  /** What was signed: session id and request (RFC 4252 section 7). */
  readonly signed: Buffer;
  /**
   * The signature without the algorithm name before it, as ssh2's `ctx.signature` is. For sk- keys with
   * flags and counter behind it (PROTOCOL.u2f).
   */
  readonly signature: Buffer;
  /** Digest that the SSH library derived from the algorithm, where it reports one. */
  readonly hashAlgorithm?: string | undefined;
}

export type SshVerdict =
  /** `signatureCount` is of a security key, whose owner has touched it for this signature. */
  | { readonly valid: true; readonly signatureCount?: number }
  | { readonly valid: false; readonly why: string };

/** Verifies a signature by the key (RFC 4252 section 7). Anything unexpected is invalid. */
export function verifySshSignature(proof: SshSignature): SshVerdict {
  const parsed = parseBlob(proof.blob);
  if (typeof parsed === 'function') return invalid(parsed(sayStock));
  try {
    if (parsed.application !== undefined) return verifySecurityKey(parsed, proof);
    const hash = parsed.algorithm === 'ssh-rsa' ? rsaHash(proof) : parsed.hash;
    if (hash === null) return invalid('RSA signatures with SHA-1 are refused');
    if (parsed.algorithm !== 'ssh-rsa' && proof.algorithm !== parsed.algorithm) {
      return invalid('the request names another algorithm than the key');
    }
    return verifies(parsed, { hash, data: proof.signed, signature: proof.signature })
      ? { valid: true }
      : invalid('the signature does not verify');
  } catch {
    // Data that node:crypto or the reader rejects came from the client.
    return invalid('the signature is malformed');
  }
}

function rsaHash(proof: SshSignature): string | null {
  const named = { 'rsa-sha2-256': 'sha256', 'rsa-sha2-512': 'sha512' }[proof.algorithm] ?? null;
  // ssh2 may report `ssh-rsa` and name SHA-2 only in the digest (RFC 8332).
  const told = /^sha(256|512)$/i.test(proof.hashAlgorithm ?? '')
    ? (proof.hashAlgorithm ?? '').toLowerCase()
    : null;
  return named ?? told;
}

function verifies(
  parsed: ParsedBlob,
  part: { readonly hash: string | undefined; readonly data: Buffer; readonly signature: Buffer },
): boolean {
  return verify(part.hash ?? null, part.data, parsed.key, forNode(parsed, part.signature)) === true;
}

/** The signature in the format of node:crypto. */
function forNode(parsed: ParsedBlob, signature: Buffer): Buffer {
  if (parsed.algorithm.includes('ecdsa')) return derSignature(signature);
  const missing = (parsed.key.asymmetricKeyDetails?.modulusLength ?? 0) / 8 - signature.length;
  // Some clients leave out the leading zeros of an RSA signature (RFC 8332 section 3).
  if (parsed.algorithm === 'ssh-rsa' && missing > 0 && missing < 8) {
    return Buffer.concat([Buffer.alloc(missing), signature]);
  }
  return signature;
}

/** PROTOCOL.u2f: the signed data is hash(application), flags, counter, hash(message). */
function verifySecurityKey(parsed: ParsedBlob, proof: SshSignature): SshVerdict {
  if (proof.algorithm !== parsed.algorithm) {
    return invalid('the request names another algorithm than the key');
  }
  if (proof.signature.length < 6) return invalid('the signature is malformed');
  const raw = proof.signature.subarray(0, -5);
  const tail = proof.signature.subarray(-5);
  const flags = tail[0] ?? 0;
  if ((flags & 1) === 0) return invalid('nobody touched the security key');
  const data = Buffer.concat([
    sha256(Buffer.from(parsed.application ?? '', 'utf8')),
    tail,
    sha256(proof.signed),
  ]);
  return verifies(parsed, { hash: parsed.hash, data, signature: raw })
    ? { valid: true, signatureCount: tail.readUInt32BE(1) }
    : invalid('the signature does not verify');
}

function sha256(data: Buffer): Buffer {
  return createHash('sha256').update(data).digest();
}

/**
 * Parses a key blob (RFC 4253 section 6.6, RFC 5656 section 3.1, RFC 8709 section 4), or the reason
 * why it is refused.
 */
function parseBlob(blob: Buffer): ParsedBlob | Saying {
  try {
    const reader = new ByteReader(blob);
    const algorithm = reader.text();
    const jwk = readJwk(algorithm, reader);
    if (typeof jwk === 'function') return jwk;
    const application = algorithm.startsWith('sk-') ? reader.text() : undefined;
    if (!reader.atEnd) return saying('key.bytes-left');
    const hash = CURVES[curveOf(algorithm)]?.hash;
    return { algorithm, key: createPublicKey({ key: jwk, format: 'jwk' }), hash, application };
  } catch {
    return saying('key.cut-short');
  }
}

function curveOf(algorithm: string): string {
  return /(?:^|-)ecdsa-sha2-(nistp\d+)(?:@openssh\.com)?$/.exec(algorithm)?.[1] ?? '';
}

function readJwk(algorithm: string, reader: ByteReader): JsonWebKey | Saying {
  switch (algorithm) {
    case 'ssh-ed25519':
    case 'sk-ssh-ed25519@openssh.com': {
      const x = reader.bytes();
      if (x.length !== 32) return saying('key.cut-short');
      return { kty: 'OKP', crv: 'Ed25519', x: x.toString('base64url') };
    }
    case 'ssh-rsa': {
      const e = reader.integer();
      const n = reader.integer();
      const bits = n.length * 8 - Math.clz32(n[0] ?? 0) + 24;
      if (bits < MIN_RSA_BITS) return rsaSize(bits);
      if (bits > MAX_RSA_BITS) return rsaSize(bits);
      // A long exponent makes each verification slow, which a stranger could exploit.
      if (e.length > 8) return saying('key.long-exponent');
      return { kty: 'RSA', n: n.toString('base64url'), e: e.toString('base64url') };
    }
    case 'ecdsa-sha2-nistp256':
    case 'ecdsa-sha2-nistp384':
    case 'ecdsa-sha2-nistp521':
    case 'sk-ecdsa-sha2-nistp256@openssh.com': {
      const name = reader.text();
      const curve = CURVES[name];
      if (curve === undefined || name !== curveOf(algorithm)) return saying('key.other-curve');
      const point = reader.bytes();
      const size = (point.length - 1) / 2;
      if (point[0] !== 4 || !Number.isInteger(size)) return saying('key.point-format');
      return {
        kty: 'EC',
        crv: curve.jwk,
        x: point.subarray(1, 1 + size).toString('base64url'),
        y: point.subarray(1 + size).toString('base64url'),
      };
    }
    case 'ssh-dss':
      return saying('key.dsa');
    default:
      return saying('key.unknown-type');
  }
}

function rsaSize(bits: number): Saying {
  const range = `${MIN_RSA_BITS} to ${MAX_RSA_BITS} bits`;
  return (say) => say('key.rsa-size', { range, bits });
}

/**
 * Converts r and s from two mpints (RFC 5656 section 3.1.2) to DER for node:crypto. ssh2 has
 * already converted them, except for sk- keys.
 */
function derSignature(signature: Buffer): Buffer {
  if (signature[0] === 0x30) return signature;
  const reader = new ByteReader(signature);
  const body = Buffer.concat([derInteger(reader.bytes()), derInteger(reader.bytes())]);
  if (!reader.atEnd) throw new Error('bytes left over');
  return Buffer.concat([
    body.length < 128 ? Buffer.of(0x30, body.length) : Buffer.of(0x30, 0x81, body.length),
    body,
  ]);
}

function derInteger(bytes: Buffer): Buffer {
  if (bytes.length === 0 || bytes.length > 67) throw new Error('not an integer');
  return Buffer.concat([Buffer.of(0x02, bytes.length), bytes]);
}

type KeyText =
  | 'key.line-too-long'
  | 'key.is-private'
  | 'key.several-lines'
  | 'key.part-of-file'
  | 'key.no-key-line'
  | 'key.other-type'
  | 'key.bytes-left'
  | 'key.cut-short'
  | 'key.long-exponent'
  | 'key.other-curve'
  | 'key.point-format'
  | 'key.dsa'
  | 'key.unknown-type';

function saying(text: KeyText): Saying {
  return (say) => say(text);
}

function refused(text: KeyText): SshKeyParse {
  return { kind: 'refused', says: saying(text) };
}

function invalid(why: string): SshVerdict {
  return { valid: false, why };
}

/**
 * Reads the length-prefixed fields of RFC 4251 section 5; throws RangeError where one exceeds the
 * data.
 */
class ByteReader {
  private at = 0;

  constructor(private readonly data: Buffer) {}

  get atEnd(): boolean {
    return this.at === this.data.length;
  }

  bytes(): Buffer {
    const length = this.data.readUInt32BE(this.at);
    const start = this.at + 4;
    if (start + length > this.data.length) throw new RangeError('field runs past the end');
    this.at = start + length;
    return this.data.subarray(start, this.at);
  }

  text(): string {
    return this.bytes().toString('latin1');
  }

  /** A non-negative mpint, without leading zeros. */
  integer(): Buffer {
    const bytes = this.bytes();
    if (((bytes[0] ?? 0) & 0x80) !== 0) throw new RangeError('negative integer');
    const first = bytes.findIndex((byte) => byte !== 0);
    return first < 0 ? Buffer.alloc(0) : bytes.subarray(first);
  }
}
