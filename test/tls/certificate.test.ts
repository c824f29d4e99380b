import { X509Certificate, createPrivateKey } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/base/clock';
import { createLog } from '../../src/base/log';
import { systemRandom } from '../../src/base/random';
import { configSchema } from '../../src/config/schema';
import {
  boardCertificateFiles,
  loadBoardCertificate,
  loadCertificate,
} from '../../src/tls/certificate';
import { CERTIFICATE_DAYS, makeSelfSigned } from '../../src/tls/self-signed';
import { FakeClock } from '../support/fake-clock';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-web-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const log = createLog({ level: 'silent', write: () => undefined, nowMs: () => 0 });

const load = (options: Partial<Parameters<typeof loadCertificate>[0]> = {}) =>
  loadCertificate({
    keysDir: join(folder, 'keys'),
    given: undefined,
    domain: 'bbs.example.org',
    clock: systemClock,
    random: systemRandom,
    log,
    ...options,
  });

test('the certificate names the domain and this machine, for 825 days, and is no authority', () => {
  const nowMs = Date.UTC(2026, 0, 1);
  const names = ['bbs.example.org', 'localhost', '127.0.0.1', '::1', '2001:db8::ff00:42:8329'];
  const made = makeSelfSigned({ names, nowMs, random: systemRandom });
  const certificate = new X509Certificate(made.certPem);
  expect(certificate.subjectAltName).toBe(
    'DNS:bbs.example.org, DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, IP Address:2001:DB8:0:0:0:FF00:42:8329',
  );
  expect(certificate.subject).toBe('CN=bbs.example.org');
  expect(certificate.ca).toBe(false);
  expect(Date.parse(certificate.validFrom)).toBe(nowMs - 3600_000);
  expect(Date.parse(certificate.validTo)).toBe(nowMs + CERTIFICATE_DAYS * 24 * 3600_000);
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  expect(certificate.checkPrivateKey(createPrivateKey(made.keyPem))).toBe(true);
  expect(BigInt(`0x${certificate.serialNumber}`)).toBeGreaterThan(0n);
});

test('times after 2049 are written as RFC 5280 wants them', () => {
  const nowMs = Date.UTC(2049, 5, 1);
  const made = makeSelfSigned({ names: ['a'], nowMs, random: systemRandom });
  const { validTo } = new X509Certificate(made.certPem);
  expect(Date.parse(validTo)).toBe(nowMs + CERTIFICATE_DAYS * 24 * 3600_000);
});

test('a client that trusts it connects by name and by address', async () => {
  const { cert, key } = await load();
  const server = createServer({ cert, key }, (_, response) => response.end('hello'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const get = (servername?: string): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      request({
        host: '127.0.0.1',
        port,
        ca: cert,
        agent: false,
        ...(servername && { servername }),
      })
        .on('response', (response) => {
          response.resume();
          resolve(response.statusCode);
        })
        .on('error', reject)
        .end();
    });
  expect(await get('bbs.example.org')).toBe(200);
  expect(await get()).toBe(200);
  await expect(get('other.example.org')).rejects.toThrow(/altnames/);
  await new Promise((resolve) => server.close(resolve));
});

test('it is made at the first start, kept private, and the same at the next', async () => {
  const first = await load();
  for (const name of ['web_key.pem', 'web_cert.pem']) {
    expect((await stat(join(folder, 'keys', name))).mode & 0o777).toBe(0o600);
  }
  expect((await load()).fingerprint).toBe(first.fingerprint);
});

test('it is made anew for another domain, before it ends, and after damage', async () => {
  const first = await load();
  const second = await load({ domain: 'other.example.org' });
  expect(second.fingerprint).not.toBe(first.fingerprint);
  const later = new FakeClock(Date.now() + (CERTIFICATE_DAYS - 29) * 24 * 3600_000);
  const third = await load({ domain: 'other.example.org', clock: later });
  expect(third.fingerprint).not.toBe(second.fingerprint);
  await writeFile(join(folder, 'keys', 'web_cert.pem'), 'garbage');
  expect((await load({ domain: 'other.example.org' })).fingerprint).toBeDefined();
});

test("the sysop's own files are used, and refused with the reason", async () => {
  await load();
  const certFile = join(folder, 'cert.pem');
  const keyFile = join(folder, 'key.pem');
  const own = {
    given: {
      cert: { kind: 'file', name: certFile },
      key: { kind: 'file', name: keyFile },
    },
  } as const;
  await expect(load(own)).rejects.toThrow(/contentServers\.web\.https\.certPem/);
  await writeFile(certFile, await readFile(join(folder, 'keys', 'web_cert.pem')));
  await writeFile(keyFile, await readFile(join(folder, 'keys', 'web_key.pem')), { mode: 0o644 });
  await expect(load(own)).rejects.toThrow(/chmod 600/);
  await chmod(keyFile, 0o600);
  expect((await load(own)).cert).toContain('BEGIN CERTIFICATE');
  const other = makeSelfSigned({ names: ['a'], nowMs: Date.now(), random: systemRandom });
  await writeFile(keyFile, other.keyPem);
  await expect(load(own)).rejects.toThrow(/is not the key of/);
});

test('certificate and key may stand in the configuration, and a program may print the key', async () => {
  const made = makeSelfSigned({ names: ['a'], nowMs: Date.now(), random: systemRandom });
  const program = join(folder, 'give-key');
  await writeFile(program, `#!/bin/sh\ncat <<EOF\n${made.keyPem}EOF\n`, { mode: 0o700 });
  for (const https of [{ keyPem: made.keyPem }, { keyCommand: [program] }]) {
    const config = configSchema.parse({
      contentServers: { web: { https: { certPem: made.certPem, ...https } } },
    });
    const options = {
      ...{ config: () => config, dataDir: folder, clock: systemClock, random: systemRandom, log },
      resolveFile: (name: string) => join(folder, name),
    };
    expect((await loadBoardCertificate(options)).cert).toBe(made.certPem);
    expect(boardCertificateFiles(options)).toEqual([]);
    expect(await readdir(folder)).toEqual(['give-key']);
  }
});
