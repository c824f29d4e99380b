import { generateKeyPairSync } from 'node:crypto';
import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { utils } from 'ssh2';
import type { PemSource } from '../../src/base/pem-source';
import { configSchema } from '../../src/config/schema';
import { hostKeyOptions, loadHostKeys } from '../../src/servers/ssh/host-key';
import { MemoryLog } from '../support/memory-log';

const fileOf = (name: string): PemSource => ({ kind: 'file', name });

describe('host keys (rule E10)', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sallyport-keys-'));
  });

  afterEach(async () => rm(folder, { recursive: true, force: true }));

  const load = (options: Partial<Parameters<typeof loadHostKeys>[0]> = {}) =>
    loadHostKeys({
      keysDir: join(folder, 'keys'),
      profile: 'modern',
      given: undefined,
      passphrase: '',
      log: new MemoryLog(),
      ...options,
    });

  test('the first start makes an Ed25519 key for our eyes only, and the next one keeps it', async () => {
    const [first] = await load();
    expect(first?.type).toBe('ssh-ed25519');
    const mode = (await stat(first?.file ?? '')).mode & 0o777;
    expect(mode).toBe(0o600);
    expect((await stat(join(folder, 'keys'))).mode & 0o777).toBe(0o700);
    const [again] = await load();
    expect(again?.key.getPublicSSH()).toEqual(first?.key.getPublicSSH());
    expect(await readdir(join(folder, 'keys'))).toEqual(['ssh_host_ed25519']);
  });

  test('two first starts at once end up with the same key', async () => {
    const both = await Promise.all([load(), load(), load()]);
    const keys = both.map(([first]) => first?.key.getPublicSSH().toString('base64'));
    expect(new Set(keys).size).toBe(1);
    expect(await readdir(join(folder, 'keys'))).toEqual(['ssh_host_ed25519']);
  });

  test('retro adds an RSA key', async () => {
    const keys = await load({ profile: 'retro' });
    expect(keys.map(({ type }) => type)).toEqual(['ssh-ed25519', 'ssh-rsa']);
  });

  test('a key that others can read is refused, with the command that mends it', async () => {
    const [first] = await load();
    await chmod(first?.file ?? '', 0o640);
    await expect(load()).rejects.toMatchObject({
      code: 'KEY_UNREADABLE',
      message: expect.stringMatching(/mode 640.*chmod 600/) as string,
    });
  });

  test.each([
    ['rubbish', 'not a key at all', /must be a private key/],
    ['nothing', '', /must be a private key/],
    ['a public key', utils.generateKeyPairSync('ecdsa', { bits: 256 }).public, /public key/],
  ])('%s in the file is refused by name', async (_what, text, message) => {
    const file = join(folder, 'mine');
    await writeFile(file, text, { mode: 0o600 });
    await expect(load({ given: fileOf(file) })).rejects.toMatchObject({
      code: 'KEY_UNREADABLE',
      message: expect.stringMatching(message) as string,
    });
  });

  test('the key itself may stand in the configuration, or a program may print it, and no file is made', async () => {
    const pair = utils.generateKeyPairSync('ecdsa', { bits: 256, comment: '' });
    const program = join(folder, 'give-key');
    await writeFile(program, `#!/bin/sh\ncat <<EOF\n${pair.private}\nEOF\n`, { mode: 0o700 });
    for (const ssh of [{ privateKeyPem: pair.private }, { privateKeyCommand: [program] }]) {
      const config = configSchema.parse({ loginServers: { ssh } });
      const places = { dataDir: folder, resolveFile: (name: string) => join(folder, name) };
      const [key] = await load(hostKeyOptions(config, places));
      expect(pair.public).toContain(key?.key.getPublicSSH().toString('base64'));
      expect(await readdir(folder)).toEqual(['give-key']);
    }
  });

  test('a program that gives no key is named by its configuration key, and what it printed is not said', async () => {
    const config = configSchema.parse({
      loginServers: { ssh: { privateKeyCommand: ['/bin/echo', 'hunter2'] } },
    });
    const failed = load(hostKeyOptions(config, { dataDir: folder, resolveFile: (name) => name }));
    await expect(failed).rejects.toMatchObject({
      code: 'KEY_UNREADABLE',
      message: expect.stringMatching(
        /^host key loginServers\.ssh\.privateKeyCommand cannot be used: (?!.*hunter2)/,
      ) as string,
    });
  });

  test('a missing key of the sysop is not made in his place', async () => {
    const file = join(folder, 'mine');
    await expect(load({ given: fileOf(file) })).rejects.toMatchObject({ code: 'KEY_UNREADABLE' });
    await expect(stat(file)).rejects.toThrow('ENOENT');
  });

  test('an RSA key of 2048 bits is taken, and a shorter one is refused with what to do', async () => {
    const file = join(folder, 'mine');
    const write = (bits: number) =>
      writeFile(file, utils.generateKeyPairSync('rsa', { bits }).private, { mode: 0o600 });
    await write(1024);
    await expect(load({ given: fileOf(file) })).rejects.toMatchObject({
      message: expect.stringMatching(/1024 bits.*ssh-keygen -t ed25519/) as string,
    });
    await write(2048);
    for (const profile of ['modern', 'retro'] as const) {
      const keys = await load({ given: fileOf(file), profile });
      expect(keys.map(({ type }) => type)).toEqual(['ssh-rsa']);
    }
  });

  test.each(['rsa', 'ec'] as const)(
    'a PKCS #8 file of an %s key opens with its passphrase',
    async (type) => {
      const file = join(folder, 'mine');
      const privateKeyEncoding = {
        type: 'pkcs8',
        format: 'pem',
        cipher: 'aes-256-cbc',
        passphrase: 'open sesame',
      } as const;
      const publicKeyEncoding = { type: 'spki', format: 'pem' } as const;
      const { privateKey } =
        type === 'rsa'
          ? generateKeyPairSync('rsa', {
              modulusLength: 2048,
              publicKeyEncoding,
              privateKeyEncoding,
            })
          : generateKeyPairSync('ec', {
              namedCurve: 'P-256',
              publicKeyEncoding,
              privateKeyEncoding,
            });
      await writeFile(file, privateKey, { mode: 0o600 });
      await expect(load({ given: fileOf(file) })).rejects.toMatchObject({
        message: expect.stringMatching(/privateKeyPass/) as string,
      });
      await expect(load({ given: fileOf(file), passphrase: 'open sesame' })).resolves.toHaveLength(
        1,
      );
    },
  );

  test('a key with a passphrase opens with it and not without', async () => {
    const file = join(folder, 'mine');
    const { private: pem } = utils.generateKeyPairSync('ecdsa', {
      bits: 256,
      passphrase: 'open sesame',
      cipher: 'aes256-cbc',
    });
    await writeFile(file, pem, { mode: 0o600 });
    const options = { given: fileOf(file) };
    await expect(load(options)).rejects.toMatchObject({
      message: expect.stringMatching(/privateKeyPass/) as string,
    });
    await expect(load({ ...options, passphrase: 'open sesame' })).resolves.toHaveLength(1);
  });

  test('a folder that cannot be written is one clear error', async () => {
    await writeFile(join(folder, 'keys'), 'a file where the folder should be');
    await expect(load()).rejects.toMatchObject({ code: 'KEY_UNREADABLE' });
  });
});
