import crypto from 'node:crypto';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { parseSshPublicKey, sshFingerprint, verifySshSignature } from '../../src/auth/ssh-key';
import { sayStock } from '../../src/texts/texts';

/** Lines and fingerprints as ssh-keygen wrote them; the private keys are gone. */
const LINES = [
  [
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOpfvkbL9kzb3kuYlGwalGiVIXCdHInSnkVLNex/ub+w joe@home ed25519',
    'SHA256:Wcxl9zumBjg+2o/M0fsB4T9lp8ClTVNT+8k8XUUaXFM',
  ],
  [
    'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQCwxEK3FRYe8AvNuvvwo0oXrUBjqa44ShXLMg6eI6I0uzaE7Hd3LSAOW5wfTlGoUi0lvtIP0f6xYzcCSG4zFD6VzACuLfKH+lvx197Ro/miXnBPXz1kgE59TVj82dG1tmMXIRjl+WTmztKwWN1DyUZmoJFXcVuD6mS+zf2zgbHHxZse3AhO3g+DIiGpRGWE34VaXt9vD+7NSIlOPDp59u7rfdEQuFUniTEqLA7WhTAVLayI4Tn4RSqwvQvCWZ7xoqu0D2CTJS6nUp8TruRWWEbGSv77RqV11hr4dp0EWFV9IyikYsD3ix8wO0e9R2TlU7BwVrIuHmns+Kz41QIjoSY7t4yp0C9gXw+FCj3yEU1LcaR0Hq06tqXays7rTrWrHqwnmPAdWkodcQhRPJyqvXJRo7f7UFVDykFfI9RCNO3Pk9NryN/u0mJRtNXwbB4g7vn6jk8LC4I+0vFz+wdwMmC/ZxKbeJmk/WCR6QgltL6QPXzwl0k+3MikUVQ9TO5VbCs= joe@home rsa3072',
    'SHA256:5hHzu8C+jtARtABE8HogSbCK0Oo7TTMCNjYVPsgZ/Ms',
  ],
  [
    'ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBCf/Myl6yOhVW+6I6PXn+lsKyQ89jCoDc3JTKbyBl3METb85HNS/3nrs/Fse7Ier8qtAKlpurTqLCFKk0SaF6W8= joe@home ecdsa256',
    'SHA256:D5CaKeiegkltpylIsTUc/M5fGn3UHVpmTCdH6GQQ6oA',
  ],
  [
    'ecdsa-sha2-nistp384 AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAABhBMPRnHEbXUeLakGqOg84wEmSnBKRyjqSjMjr56VakwWCPJLJHGEGmb6BU/P2m/Jh1sFdyq61cMjqCv36aWUw1cWN6aVrY9L7k8rm/t1SQfWHDEF2pv99CeJSqIHjjmvgKA== joe@home ecdsa384',
    'SHA256:/E2+7sOHDY3EiihFYplBxU5m3WaB63HgPdAhq12Bato',
  ],
  [
    'ecdsa-sha2-nistp521 AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACFBADIboLYUzEzManFDE/X/FHN54PI5VTcgfjuRi4qUS7UKkwG13zFR0iUA0e5WVITIdrqqnnf4BsOfnqOOrwNWAmARwHqwOEpCyEvEEG8qcWdF26cS88paeauXZmN5xC0vplqvTD2mvyHgQEbfsm95x8CQEJvi2eeJkVKBWbEAehQ82NgOw== joe@home ecdsa521',
    'SHA256:i9H+rPdBZzYn8RVUuUB9pBweo0o9ljMGwAUX+VBMJKU',
  ],
] as const;

const SMALL_RSA =
  'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQDalCJCRyEl0JjkEmFQXlhzatoYtKedZ90sfD+pCTKN3QhuM5RSg4z0kp4twUJgLFbn/S+VMVSCv6UKf+TfvOYfdo4/YaBIXuzZvZRgyLAQL2CCFqdmJ65sFb0FIPETqjI+02ycilMY1PJYG/qWtSv6llKE67aegU2H0szxZehKqw== small';
const DSA =
  'ssh-dss AAAAB3NzaC1kc3MAAACBAJLA/24RNbI+MckeHwSWc0QakDoSNv59WglnNw68HvJMMiq7ouhFVbUYzliH6m18ujIamwnNSV8xQwWFxDzCuSARpHkLdda2ZRmCuY82MjxFiIDCLsRF9k5Be3T5DJqe9wtxb+gt03wyy/0lZ7oGW2fukTqdo1v+zBpEtzRX0OVPAAAAFQClaR4sbx0A8JqscRPpPB+ApXzKFQAAAIAvdyA/3Xh30WEprAtsgEEkTNh0/SiY0YKciZs9/xH5kIBsaFkZqdb+59qGHojRCdSLkr3Rti4f9MBA4EijY68v5Z10d/9AFXZ+nzePPYru/WcU1oIBtKtYpLqz1fTsiF/nwhjI4S59StlYauNsl/c8wL75xCmEaCV0bqNawRi83AAAAIEAiNj4s2JAz+eWmeV7YMOFsDlNvtqbhmjbU0mabyBbcpzfdd8/1zmwBjjQMSa/SQQqMcXLahDEDMKfIXT1DeRlbia5Drt+c1XyAA0Lz5xmbhsV8d7SoKRnaZSnLzE778mAuHpFKwgvz5YVLAuePnyN52zVMaTYFRNVYPF7RF2AKqM= dsa';

test.each(
  LINES.map(([line, fingerprint]) => [line.split(' ')[0] ?? '', line, fingerprint] as const),
)('a line of %s is read with the fingerprint that ssh-keygen prints', (_, line, fingerprint) => {
  const parsed = parseSshPublicKey(`  ${line}\n`);
  expect(parsed).toMatchObject({ kind: 'key', key: { fingerprint } });
  if (parsed.kind !== 'key') return;
  const [algorithm, base64] = line.split(' ');
  expect(parsed.key.algorithm).toBe(algorithm);
  expect(parsed.key.blob.toString('base64')).toBe(base64);
  expect(parsed.key.comment).toMatch(/^joe@home /);
  expect(sshFingerprint(parsed.key.blob)).toBe(fingerprint);
});

/** A file in the format of RFC 4716, as `puttygen -O public` writes it. */
function puttyFile(base64: string, headers: readonly string[], lineEnd = '\n'): string {
  const body = base64.match(/.{1,64}/g) ?? [];
  const begin = '---- BEGIN SSH2 PUBLIC KEY ----';
  return [begin, ...headers, ...body, '---- END SSH2 PUBLIC KEY ----', ''].join(lineEnd);
}

describe('a file of PuTTYgen (RFC 4716)', () => {
  test.each([
    ['without headers', [], ''],
    ['with a comment', ['Comment: "joe@home ed25519"'], 'joe@home ed25519'],
    ['with quotes in it', ['Comment: "joe \\"the\\\\ laptop\\""'], 'joe "the\\ laptop"'],
    ['with a comment in three lines', ['Comment: "one\\', ' two\\', ' three"'], 'one two three'],
    [
      'with headers of others, one with lines of base64',
      ['Subject: joe', 'x-a: AAAA\\', 'AAAAC3NzaC1lZDI1NTE5', 'COMMENT: plain'],
      'plain',
    ],
    ['with a comment of 1000 letters', [`Comment: "${'x'.repeat(1000)}"`], 'x'.repeat(128)],
  ])('%s is read', (_, headers, comment) => {
    for (const [line, fingerprint] of LINES) {
      const [algorithm, base64 = ''] = line.split(' ');
      for (const lineEnd of ['\n', '\r\n']) {
        const parsed = parseSshPublicKey(puttyFile(base64, headers, lineEnd));
        expect(parsed).toMatchObject({ kind: 'key', key: { algorithm, fingerprint, comment } });
      }
    }
  });

  test.each([
    ['its first line alone', (file: string) => file.split('\n')[0] ?? '', /PuTTYgen/],
    ['one without its end', (file: string) => file.replace(/---- END.*/, ''), /PuTTYgen/],
    ['two', (file: string) => file + file, /begins with its type/],
    ['one with a line of text behind it', (file: string) => `${file}and more`, /PuTTYgen/],
    ['one without a key', () => puttyFile('', ['Comment: none']), /begins with its type/],
    ['a header that never ends', () => puttyFile('', ['A: \\', '\\']), /begins with its type/],
    ['a small RSA key', () => puttyFile(SMALL_RSA.split(' ')[1] ?? '', []), /2048 to 4096 bits/],
    ['100 kB', () => puttyFile('A'.repeat(100_000), []), /too long/],
    ['a private key', () => 'PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none', /private key/],
  ])('%s is refused', (_, change, why) => {
    const parsed = parseSshPublicKey(change(puttyFile(LINES[0][0].split(' ')[1] ?? '', [])));
    expect(parsed.kind === 'refused' && parsed.says(sayStock)).toMatch(why);
  });
});

describe('what is refused, with the reason', () => {
  const [ed25519] = LINES[0];
  const [, base64 = ''] = ed25519.split(' ');
  test.each([
    ['nothing', '', /begins with its type/],
    ['a word', 'hello', /begins with its type/],
    ['a private key', '-----BEGIN OPENSSH PRIVATE KEY-----', /private key/],
    ['two lines', `${ed25519}\n${LINES[1][0]}`, /one line/],
    ['options before the key', `no-pty ${ed25519}`, /begins with its type/],
    ['another type in front', `ssh-rsa ${base64}`, /not the type of the key/],
    ['a key cut short', `ssh-ed25519 ${base64.slice(0, -8)}`, /whole line/],
    ['bytes behind the key', `ssh-ed25519 ${base64}AAAA`, /left over/],
    ['RSA of 1024 bits', SMALL_RSA, /2048 to 4096 bits here, this one 1024/],
    ['DSA', DSA, /DSA/],
    [
      'a certificate',
      `x ${wire('ssh-ed25519-cert-v01@openssh.com').toString('base64')}`,
      /not known/,
    ],
    ['100 kB', 'ssh-rsa '.padEnd(100_000, 'A'), /too long/],
  ])('%s', (_, line, why) => {
    const parsed = parseSshPublicKey(line);
    expect(parsed.kind === 'refused' && parsed.says(sayStock)).toMatch(why);
  });

  test('every mutilated line, without an exception', () => {
    for (const [line] of LINES) {
      const [algorithm = '', key = ''] = line.split(' ');
      const blob = Buffer.from(key, 'base64');
      for (let length = 0; length < blob.length; length += 1) {
        const cut = blob.subarray(0, length).toString('base64');
        expect(parseSshPublicKey(`${algorithm} ${cut}`).kind).toBe('refused');
      }
    }
  });
});

const SIGNED = Buffer.from('session id and request');

describe('signatures', () => {
  test('Ed25519', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const blob = wire('ssh-ed25519', rawEd25519(publicKey));
    const proof = { algorithm: 'ssh-ed25519', blob, signed: SIGNED };
    const signature = sign(null, SIGNED, privateKey);
    expect(verifySshSignature({ ...proof, signature })).toEqual({ valid: true });
    for (const wrong of [
      flip(signature),
      signature.subarray(1),
      Buffer.alloc(0),
      Buffer.alloc(64),
    ]) {
      expect(verifySshSignature({ ...proof, signature: wrong }).valid).toBe(false);
    }
    expect(verifySshSignature({ ...proof, signed: flip(SIGNED), signature }).valid).toBe(false);
    expect(verifySshSignature({ ...proof, algorithm: 'ssh-rsa', signature }).valid).toBe(false);
    const stranger = wire('ssh-ed25519', rawEd25519(generateKeyPairSync('ed25519').publicKey));
    expect(verifySshSignature({ ...proof, blob: stranger, signature }).valid).toBe(false);
  });

  test.each([
    ['nistp256', 'P-256', 'sha256', 32],
    ['nistp384', 'P-384', 'sha384', 48],
    ['nistp521', 'P-521', 'sha512', 66],
  ])('ECDSA over %s, as ssh2 hands it over and as it is on the wire', (name, curve, hash, size) => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: curve });
    const algorithm = `ecdsa-sha2-${name}`;
    const proof = { algorithm, blob: wire(algorithm, name, ecPoint(publicKey)), signed: SIGNED };
    const der = sign(hash, SIGNED, privateKey);
    expect(verifySshSignature({ ...proof, signature: der })).toEqual({ valid: true });
    const p1363 = sign(hash, SIGNED, { key: privateKey, dsaEncoding: 'ieee-p1363' });
    const signature = wire(mpint(p1363.subarray(0, size)), mpint(p1363.subarray(size)));
    expect(verifySshSignature({ ...proof, signature })).toEqual({ valid: true });
    expect(verifySshSignature({ ...proof, signature: flip(signature) }).valid).toBe(false);
    const left = Buffer.concat([signature, Buffer.of(0)]);
    expect(verifySshSignature({ ...proof, signature: left }).valid).toBe(false);
  });

  test('RSA with SHA-2, never with SHA-1', () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const { n = '', e = '' } = publicKey.export({ format: 'jwk' });
    const blob = wire(
      'ssh-rsa',
      mpint(Buffer.from(e, 'base64url')),
      mpint(Buffer.from(n, 'base64url')),
    );
    const proof = { blob, signed: SIGNED };
    for (const hash of ['sha256', 'sha512']) {
      const signature = sign(hash, SIGNED, privateKey);
      const algorithm = `rsa-sha2-${hash.slice(3)}`;
      expect(verifySshSignature({ ...proof, algorithm, signature })).toEqual({ valid: true });
      // ssh2 says `ssh-rsa` and tells the digest apart from it.
      expect(
        verifySshSignature({ ...proof, algorithm: 'ssh-rsa', hashAlgorithm: hash, signature }),
      ).toEqual({ valid: true });
      expect(verifySshSignature({ ...proof, algorithm, signature: flip(signature) }).valid).toBe(
        false,
      );
    }
    const weak = sign('sha1', SIGNED, privateKey);
    for (const hashAlgorithm of [undefined, 'sha1', 'SHA1', '']) {
      expect(
        verifySshSignature({ ...proof, algorithm: 'ssh-rsa', hashAlgorithm, signature: weak }),
      ).toEqual({ valid: false, why: 'RSA signatures with SHA-1 are refused' });
    }
    const algorithm = 'rsa-sha2-256';
    expect(verifySshSignature({ ...proof, algorithm, signature: weak }).valid).toBe(false);
  });

  test.each([1024, 2047, 4097, 16_384])(
    'RSA of %d bit is refused with a sentence (rule M7)',
    (bits) => {
      const n = Buffer.alloc(Math.ceil(bits / 8), 0xff);
      n[0] = 0xff >> ((8 - (bits % 8)) % 8);
      const blob = wire('ssh-rsa', mpint(Buffer.of(1, 0, 1)), mpint(n));
      const why = `An RSA key has 2048 to 4096 bits here, this one ${bits}. Use ssh-keygen -t ed25519.`;
      const parsed = parseSshPublicKey(`ssh-rsa ${blob.toString('base64')}`);
      expect(parsed.kind === 'refused' && parsed.says(sayStock)).toBe(why);
      const proof = { algorithm: 'rsa-sha2-256', blob, signed: SIGNED, signature: n };
      const computed = jest.spyOn(crypto, 'createPublicKey');
      expect(verifySshSignature(proof)).toEqual({ valid: false, why });
      expect(computed).not.toHaveBeenCalled();
      computed.mockRestore();
    },
  );

  test.each([2048, 4096])('RSA of %d bit is taken', (bits) => {
    const n = Buffer.alloc(bits / 8, 0xff);
    const blob = wire('ssh-rsa', mpint(Buffer.of(1, 0, 1)), mpint(n));
    expect(parseSshPublicKey(`ssh-rsa ${blob.toString('base64')}`).kind).toBe('key');
  });

  test('an RSA signature without its leading zeros', () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const { n = '', e = '' } = publicKey.export({ format: 'jwk' });
    const blob = wire(
      'ssh-rsa',
      mpint(Buffer.from(e, 'base64url')),
      mpint(Buffer.from(n, 'base64url')),
    );
    for (let count = 0; ; count += 1) {
      const signed = Buffer.from(`message ${count}`);
      const full = sign('sha256', signed, privateKey);
      if (full[0] !== 0) continue;
      const algorithm = 'rsa-sha2-256';
      const proof = { algorithm, blob, signed, signature: full.subarray(1) };
      expect(verifySshSignature(proof)).toEqual({ valid: true });
      break;
    }
  });
});

describe('security keys', () => {
  const application = 'ssh:';
  const flagsAndCounter = (flags: number, counter: number): Buffer => {
    const tail = Buffer.alloc(5);
    tail[0] = flags;
    tail.writeUInt32BE(counter, 1);
    return tail;
  };
  const toSign = (tail: Buffer, signed = SIGNED): Buffer =>
    Buffer.concat([sha256(Buffer.from(application)), tail, sha256(signed)]);

  test('Ed25519 with a touch, and the counter is told', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const algorithm = 'sk-ssh-ed25519@openssh.com';
    const blob = wire(algorithm, rawEd25519(publicKey), application);
    const line = parseSshPublicKey(`${algorithm} ${blob.toString('base64')} token`);
    expect(line.kind).toBe('key');
    const tail = flagsAndCounter(1, 4711);
    const signature = Buffer.concat([sign(null, toSign(tail), privateKey), tail]);
    const proof = { algorithm, blob, signed: SIGNED };
    expect(verifySshSignature({ ...proof, signature })).toEqual({
      valid: true,
      signatureCount: 4711,
    });
    expect(verifySshSignature({ ...proof, signature: flip(signature) }).valid).toBe(false);
    const untouched = flagsAndCounter(0, 4712);
    expect(
      verifySshSignature({
        ...proof,
        signature: Buffer.concat([sign(null, toSign(untouched), privateKey), untouched]),
      }),
    ).toEqual({ valid: false, why: 'nobody touched the security key' });
    // A plain signature of the same key proves nothing about the token.
    expect(verifySshSignature({ ...proof, signature: sign(null, SIGNED, privateKey) }).valid).toBe(
      false,
    );
  });

  test('ECDSA with a touch', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const algorithm = 'sk-ecdsa-sha2-nistp256@openssh.com';
    const blob = wire(algorithm, 'nistp256', ecPoint(publicKey), application);
    const tail = flagsAndCounter(5, 1);
    const raw = sign('sha256', toSign(tail), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    const signature = Buffer.concat([
      wire(mpint(raw.subarray(0, 32)), mpint(raw.subarray(32))),
      tail,
    ]);
    const proof = { algorithm, blob, signed: SIGNED, signature };
    expect(verifySshSignature(proof)).toEqual({ valid: true, signatureCount: 1 });
    const otherApplication = wire(algorithm, 'nistp256', ecPoint(publicKey), 'web:');
    expect(verifySshSignature({ ...proof, blob: otherApplication }).valid).toBe(false);
  });
});

function sha256(data: Buffer): Buffer {
  return createHash('sha256').update(data).digest();
}

function wire(...fields: readonly (string | Buffer)[]): Buffer {
  return Buffer.concat(
    fields.flatMap((field) => {
      const bytes = Buffer.from(field as string);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );
}

function mpint(bytes: Buffer): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0);
  const short = bytes.subarray(Math.max(0, first));
  return (short[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), short]) : short;
}

function rawEd25519(key: KeyObject): Buffer {
  return Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url');
}

function ecPoint(key: KeyObject): Buffer {
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  return Buffer.concat([Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
}

function flip(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy[copy.length >> 1] = (copy[copy.length >> 1] ?? 0) ^ 1;
  return copy;
}
