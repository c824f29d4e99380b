import { createHash, generateKeyPairSync } from 'node:crypto';
import { sshFingerprint } from '../../src/auth/ssh-key';
import { listAudit } from '../../src/store/audit';
import { countCalls } from '../../src/store/calls';
import { writeProperties } from '../../src/store/properties';
import { addSshKey } from '../../src/store/ssh-keys';
import {
  HOME,
  openAuthenticator,
  PASSWORD,
  tryCode,
  tryPassword,
  type AuthenticatorContext,
} from '../support/authenticator-context';

const ALGORITHMS = ['sk-ssh-ed25519@openssh.com', 'sk-ecdsa-sha2-nistp256@openssh.com'];

let context: AuthenticatorContext;
let id: number;

async function open(securityKeyIsFactor2?: boolean): Promise<void> {
  const twoFactorAuth = securityKeyIsFactor2 === undefined ? {} : { securityKeyIsFactor2 };
  context = await openAuthenticator({ config: { users: { twoFactorAuth } } });
  id = await context.addAccount();
  await context.enrollment.bind(id, 'googleAuth');
}

afterEach(() => context.close());

function fieldsOf(...parts: readonly (string | Buffer)[]): Buffer {
  const fields = parts.map((part) => {
    const bytes = typeof part === 'string' ? Buffer.from(part, 'latin1') : part;
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
  });
  return Buffer.concat(fields);
}

/** A public key as OpenSSH writes it: RFC 8709 section 4, PROTOCOL.u2f. */
function blobOf(algorithm: string): Buffer {
  const isEd25519 = algorithm.includes('ed25519');
  const { publicKey } = isEd25519
    ? generateKeyPairSync('ed25519')
    : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const [left, right] = [Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')];
  const point = isEd25519 ? [left] : ['nistp256', Buffer.concat([Buffer.of(4), left, right])];
  return fieldsOf(algorithm, ...point, ...(algorithm.startsWith('sk-') ? ['ssh:'] : []));
}

/** A key of the account; its signature is verified in test/auth/ssh-key.test.ts, with the touch. */
async function addKey(algorithm: string): Promise<Buffer> {
  const blob = blobOf(algorithm);
  await context.db.run((sql) =>
    addSshKey(sql, {
      ...{ userId: id, algorithm, comment: '', addedAtMs: 0 },
      blob: blob.toString('base64'),
      fingerprint: sshFingerprint(blob),
    }),
  );
  return blob;
}

async function offer(blob: Buffer, algorithm: string, signatureCount?: number) {
  const login = context.call({ remoteIp: HOME });
  const verdict = { valid: true, ...(signatureCount === undefined ? {} : { signatureCount }) };
  const result = await login.submit({
    ...{ kind: 'public-key', userName: 'joe', algorithm, blob },
    verify: () => verdict as { valid: true },
  });
  return { login, result };
}

test.each(ALGORITHMS)(
  'a touched security key completes the sign-in where the sysop says so (rule N4): %s',
  async (algorithm) => {
    await open(true);
    const blob = await addKey(algorithm);
    const { login, result } = await offer(blob, algorithm, 7);
    expect(result).toMatchObject({ kind: 'accepted', factor: 2 });
    expect(login).toMatchObject({ factor: 2, requiredFactor: 2, complete: true });
    expect(login.history).toBeDefined();
    expect(await context.db.run((sql) => countCalls(sql))).toBe(1);
    const [row] = await context.db.run((sql) => listAudit(sql, { limit: 1 }));
    expect(row).toMatchObject({ kind: 'public-key', factor: 2, reason: 'security-key' });
  },
);

test('it is one factor by default, and so is any other key (rule N4)', async () => {
  await open();
  const [algorithm = ''] = ALGORITHMS;
  const byDefault = await offer(await addKey(algorithm), algorithm, 7);
  expect(byDefault.result).toMatchObject({ kind: 'need' });
  expect(byDefault.login).toMatchObject({ factor: 1, complete: false });
  await context.close();
  await open(true);
  const plain = await offer(await addKey('ssh-ed25519'), 'ssh-ed25519');
  expect(plain.result).toMatchObject({ kind: 'need' });
  expect(plain.login).toMatchObject({ factor: 1, complete: false });
  expect(await context.db.run((sql) => countCalls(sql))).toBe(0);
});

test('the key that ENiGMA½ kept is one factor, and so is a copy of a key nothing (rule N4)', async () => {
  await open(true);
  const [algorithm = ''] = ALGORITHMS;
  const blob = await addKey(algorithm);
  expect((await offer(blob, algorithm, 7)).login.factor).toBe(2);
  const copy = await offer(blob, algorithm, 7);
  expect(copy.result).toMatchObject({ kind: 'rejected', reason: 'bad-credential' });
  const kept = Buffer.concat([
    Buffer.from('0000000b7373682d6564323535313900000020', 'hex'),
    createHash('sha256').update('kept').digest(),
  ]);
  const line = `ssh-ed25519 ${kept.toString('base64')} joe@home`;
  await context.db.run((sql) => writeProperties(sql, id, { ssh_public_key: line }));
  expect((await offer(kept, 'ssh-ed25519', 9)).result).toMatchObject({ kind: 'need' });
});

test('a recovery token switches the factor off, once, and the record says from where (rule N5)', async () => {
  await open();
  const bound = await context.enrollment.bind(id, 'googleAuth', { recovery: 'disable' });
  const [token = '', other = ''] = bound.backupCodes;
  const login = context.call({ remoteIp: HOME, server: 'ssh' });
  expect(await tryPassword(login, PASSWORD)).toBe('need');
  expect(await tryCode(login, token)).toBe('accepted');
  expect(login.history).toMatchObject({ factorRemoved: true });
  expect(context.notices.at(-1)).toEqual({ kind: 'second-factor-off', userId: id });
  const rows = await context.db.run((sql) => listAudit(sql, { userId: id, limit: 9 }));
  expect(rows.find(({ kind }) => kind === 'second-factor-off')).toMatchObject({
    ...{ source: HOME, server: 'ssh', node: 1 },
  });
  expect(await tryPassword(context.call(), PASSWORD)).toBe('accepted');
  expect((await context.verifyCode(id, other)).kind).toBe('none');
});

test('a recovery token removes nothing for a program that sends no password (rule N5)', async () => {
  await open();
  const bound = await context.enrollment.bind(id, 'googleAuth', { recovery: 'disable' });
  const [code = ''] = bound.backupCodes;
  const origin = { server: 'verify', secure: true, remoteIp: HOME, node: 0 } as const;
  const asked = {
    ...{ userName: 'joe', code, origin, isOfPerson: true, isDemanded: () => false },
  };
  const { authenticator } = context;
  expect(await authenticator.verify(asked)).toEqual({ result: 'wrong' });
  expect(await authenticator.verify({ ...asked, password: PASSWORD })).toEqual({ result: 'ok' });
  const rows = await context.db.run((sql) => listAudit(sql, { userId: id, limit: 9 }));
  expect(rows.filter(({ kind }) => kind === 'second-factor-off')).toMatchObject([
    { source: HOME, server: 'verify' },
  ]);
});
