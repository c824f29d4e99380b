import type { Client, ParsedKey } from 'ssh2';
import { BbsError } from '../base/errors';
import { replaceNextPacket } from '../protocols/ssh-packets';

/**
 * What certificates are called, and what is signed with their keys, by the type of the key (OpenSSH's
 * PROTOCOL.certkeys; RFC 8332 for the hash of RSA).
 */
const KINDS: Readonly<Record<string, CertificateKind>> = {
  'ssh-ed25519': {
    ...{ type: 'ssh-ed25519-cert-v01@openssh.com', algorithm: 'ssh-ed25519-cert-v01@openssh.com' },
    ...{ signature: 'ssh-ed25519', hash: undefined },
  },
  'ssh-rsa': {
    ...{ type: 'ssh-rsa-cert-v01@openssh.com', algorithm: 'rsa-sha2-512-cert-v01@openssh.com' },
    ...{ signature: 'rsa-sha2-512', hash: 'sha512' },
  },
};

interface CertificateKind {
  readonly type: string;
  readonly algorithm: string;
  readonly signature: string;
  readonly hash: string | undefined;
}

const USERAUTH_REQUEST = 50;

/**
 * The private key as one that signs in with its certificate, the line of a `-cert.pub` file. ssh2 1.17 gives a
 * signature the name of the certificate's algorithm, where servers want that of the key: the request with the
 * signature is written here. Throws HAND_ON_REFUSED where the certificate is none of this key.
 */
export function certifiedKey(
  key: ParsedKey,
  certificate: string,
  { client, userName }: { readonly client: Client; readonly userName: string },
): ParsedKey {
  const { kind, blob } = readCertificate(key, certificate);
  const sign = (data: Buffer): Buffer => {
    const signature = key.sign(data, kind.hash);
    // ssh2 writes its request with the signature as soon as it has it.
    replaceNextPacket(
      client,
      Buffer.concat([
        ...[Buffer.of(USERAUTH_REQUEST), text(userName), text('ssh-connection')],
        ...[text('publickey'), Buffer.of(1), text(kind.algorithm), text(blob)],
        text(Buffer.concat([text(kind.signature), text(signature)])),
      ]),
    );
    return signature;
  };
  return Object.create(key, {
    type: { value: kind.algorithm },
    getPublicSSH: { value: () => blob },
    sign: { value: sign },
  }) as ParsedKey;
}

/** The certificate of a key. Throws HAND_ON_REFUSED where it is none of it. */
export function readCertificate(
  key: ParsedKey,
  certificate: string,
): { readonly kind: CertificateKind; readonly blob: Buffer } {
  const kind = KINDS[key.type];
  if (kind === undefined) throw refusal(`a certificate of a key of type ${key.type} is not sent`);
  const [type, base64 = ''] = certificate.trim().split(/\s+/);
  const blob = Buffer.from(base64, 'base64');
  if (type !== kind.type || !isOfKey(blob, key.getPublicSSH()))
    throw refusal(`the certificate is none of the private key (${kind.type})`);
  return { kind, blob };
}

/** Both begin with their type; a certificate has a nonce then, and what the public key has. */
function isOfKey(certificate: Buffer, publicKey: Buffer): boolean {
  const afterText = (bytes: Buffer, at: number): number =>
    at + 4 <= bytes.length ? at + 4 + bytes.readUInt32BE(at) : bytes.length;
  const fields = publicKey.subarray(afterText(publicKey, 0));
  const at = afterText(certificate, afterText(certificate, 0));
  return certificate.subarray(at, at + fields.length).equals(fields);
}

function refusal(why: string): BbsError {
  return new BbsError('HAND_ON_REFUSED', why);
}

/** A string as SSH has it (RFC 4251 section 5). */
function text(of: string | Buffer): Buffer {
  const bytes = Buffer.from(of);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
