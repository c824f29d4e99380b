import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';

type SecurityKeyType = 'sk-ssh-ed25519@openssh.com' | 'sk-ecdsa-sha2-nistp256@openssh.com';

const APPLICATION = 'ssh:';
const TOUCHED = 1;

/** A security key as OpenSSH knows it (PROTOCOL.u2f), with its private key in memory instead of hardware. */
export class SoftSecurityKey {
  readonly blob: Buffer;
  private readonly privateKey: KeyObject;
  private counter = 0;

  constructor(readonly type: SecurityKeyType) {
    const isEd25519 = type === 'sk-ssh-ed25519@openssh.com';
    const { publicKey, privateKey } = isEd25519
      ? generateKeyPairSync('ed25519')
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.privateKey = privateKey;
    const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
    const [left, right] = [Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')];
    const point = isEd25519 ? [left] : ['nistp256', Buffer.concat([Buffer.of(4), left, right])];
    this.blob = sshFields(type, ...point, APPLICATION);
  }

  /** As in a .pub file. */
  get line(): string {
    return `${this.type} ${this.blob.toString('base64')} security-key`;
  }

  /** The signature of a touched key, and the flags and the counter that follow it. */
  sign(data: Buffer): { readonly signature: Buffer; readonly tail: Buffer } {
    const tail = Buffer.alloc(5, TOUCHED);
    tail.writeUInt32BE((this.counter += 1), 1);
    const signed = Buffer.concat([sha256(APPLICATION), tail, sha256(data)]);
    if (this.type === 'sk-ssh-ed25519@openssh.com')
      return { signature: sign(null, signed, this.privateKey), tail };
    const raw = sign('sha256', signed, { key: this.privateKey, dsaEncoding: 'ieee-p1363' });
    const signature = sshFields(integer(raw.subarray(0, 32)), integer(raw.subarray(32)));
    return { signature, tail };
  }
}

/** Fields with their lengths (RFC 4251 section 5). */
export function sshFields(...fields: readonly (string | Buffer)[]): Buffer {
  const parts = fields.flatMap((field) => {
    const bytes = typeof field === 'string' ? Buffer.from(field, 'latin1') : field;
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return [length, bytes];
  });
  return Buffer.concat(parts);
}

function integer(bytes: Buffer): Buffer {
  const short = bytes.subarray(
    Math.max(
      0,
      bytes.findIndex((byte) => byte !== 0),
    ),
  );
  return (short[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), short]) : short;
}

function sha256(data: string | Buffer): Buffer {
  return createHash('sha256').update(data).digest();
}
