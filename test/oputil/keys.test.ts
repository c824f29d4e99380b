import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { PASSWORD, Shell } from './shell';

let shell: Shell;

beforeEach(async () => {
  shell = await Shell.open();
  await shell.run('user', 'add', 'joe', '--password', PASSWORD);
});

afterEach(() => shell.close());

/** A key line as OpenSSH writes it, without needing OpenSSH. */
function makeKeyLine(comment = 'joe laptop'): string {
  const { publicKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  const part = (bytes: Buffer): Buffer => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  const blob = Buffer.concat([part(Buffer.from('ssh-ed25519')), part(raw)]);
  return `ssh-ed25519 ${blob.toString('base64')} ${comment}`;
}

const fingerprintIn = (text: string): string => /SHA256:[A-Za-z0-9+/]{43}/.exec(text)?.[0] ?? '';

describe('SSH keys', () => {
  test('import-ssh-key adds a key, which info shows by its fingerprint', async () => {
    const file = await shell.file('joe.pub', `# laptop\n\n${makeKeyLine()}\n`);
    const out = await shell.run('user', 'import-ssh-key', 'joe', file);
    expect(out.split('\n')[0]).toBe('SSH public key imported for "joe"');
    expect(await shell.run('user', 'info', 'joe')).toContain(
      `SSH key      : ssh-ed25519 (${fingerprintIn(out)}) comment: joe laptop\n`,
    );
    expect((await shell.try('user', 'import-ssh-key', 'joe', file)).err).toContain('already');
  });

  test('import-ssh-key reads the file that PuTTYgen saves, and no private one', async () => {
    const [, base64 = ''] = makeKeyLine().split(' ');
    const lines = ['Comment: "joe\\', ' in two lines"', base64.slice(0, 64), base64.slice(64)];
    const file = await shell.file(
      'putty.pub',
      `---- BEGIN SSH2 PUBLIC KEY ----\r\n${lines.join('\r\n')}\r\n---- END SSH2 PUBLIC KEY ----\r\n`,
    );
    const out = await shell.run('user', 'import-ssh-key', 'joe', file);
    const line = await shell.file('joe.pub', `ssh-ed25519 ${base64} as a line`);
    const again = await shell.try('user', 'import-ssh-key', 'joe', line);
    expect(again.err).toContain('already');
    expect(out).toContain(`ssh-ed25519 (${fingerprintIn(again.out)}) comment: joe in two lines\n`);
    const ppk = await shell.file(
      'joe.ppk',
      'PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n',
    );
    expect((await shell.try('user', 'import-ssh-key', 'joe', ppk)).err).toContain('private key');
  });

  test('remove-ssh-key removes one by its fingerprint, or all', async () => {
    const prints: string[] = [];
    for (const name of ['a.pub', 'b.pub', 'c.pub']) {
      const file = await shell.file(name, makeKeyLine(name));
      prints.push(fingerprintIn(await shell.run('user', 'import-ssh-key', 'joe', file)));
    }
    const [first = '', second = ''] = prints;
    expect(await shell.run('user', 'remove-ssh-key', 'joe', first)).toBe(
      'SSH public key removed for "joe"\n',
    );
    const left = await shell.run('user', 'info', 'joe');
    expect(left).not.toContain(first);
    expect(left).toContain(second);
    expect(await shell.run('user', 'remove-ssh-key', 'joe')).toContain('2 SSH public keys removed');
    expect(await shell.run('user', 'info', 'joe')).toContain('SSH key      : none');
    const { exitCode, err } = await shell.try('user', 'remove-ssh-key', 'joe');
    expect(exitCode).toBe(1);
    expect(err).toContain('"joe" has no SSH key');
  });

  test.each([
    ['-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n', 'private key'],
    ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA== x\n', 'cut short'],
    [`${makeKeyLine()}\n${makeKeyLine()}\n`, 'holds 2 keys'],
    ['', 'a public key line begins with its type'],
  ])('a file that holds %j is refused', async (text, why) => {
    const file = await shell.file('key', text);
    const { exitCode, err } = await shell.try('user', 'import-ssh-key', 'joe', file);
    expect(exitCode).toBe(1);
    expect(err).toContain(why);
    expect((await shell.try('user', 'import-ssh-key', 'joe', '/no/file')).exitCode).toBe(2);
  });

  test('each change leaves an audit row with the fingerprint', async () => {
    const file = await shell.file('joe.pub', makeKeyLine());
    const print = fingerprintIn(await shell.run('user', 'import-ssh-key', 'joe', file));
    await shell.run('user', 'remove-ssh-key', 'joe');
    const rows = await shell.json<{ kind: string; reason: string }[]>('audit', '--limit', '2');
    expect(rows).toMatchObject([
      { kind: 'ssh-key-added', reason: print },
      { kind: 'ssh-key-removed', reason: 'all' },
    ]);
  });
});

describe('the sealing key', () => {
  interface Keys {
    readonly currentKeyId: string;
    readonly keys: readonly { id: string; state: string; sealed: number; backupCodes: number }[];
    readonly unreadable: readonly string[];
  }

  test('check counts what each key holds; rotate seals all with a new one', async () => {
    await shell.run('user', '2fa-otp', 'joe', 'google');
    const before = await shell.json<Keys>('key', 'check');
    expect(before.keys).toMatchObject([{ state: 'current', sealed: 1, backupCodes: 10 }]);
    expect(await shell.run('key', 'rotate')).toMatch(/^Sealed again : 1 values$/m);
    const after = await shell.json<Keys>('key', 'check');
    expect(after.currentKeyId).not.toBe(before.currentKeyId);
    expect(after.keys).toMatchObject([
      { state: 'current', sealed: 1, backupCodes: 0 },
      { id: before.currentKeyId, state: 'retired', sealed: 0, backupCodes: 10 },
    ]);
    expect(await shell.run('key', 'check')).toContain('Every sealed value opens.');
  });

  test('check fails and names what does not open', async () => {
    await shell.run('user', '2fa-otp', 'joe', 'google');
    const first = Buffer.alloc(32, 7).toString('base64');
    shell.env = { SALLYPORT_SEALING_KEY: first };
    const { exitCode, out } = await shell.try('key', 'check');
    expect(exitCode).toBe(1);
    expect(out).toContain('otp_factor.secret of user 2');
    expect(out).toMatch(/MISSING +1 +10 +0$/m);
  });

  test('rotate explains keys that come from the environment', async () => {
    await shell.run('key', 'check');
    const file = await shell.read('data/keys/sealing.json');
    const { keys } = JSON.parse(file) as { readonly keys: readonly { readonly key: string }[] };
    shell.env = { SALLYPORT_SEALING_KEY: keys[0]?.key ?? '' };
    expect(await shell.run('key', 'rotate')).toContain('SALLYPORT_SEALING_KEY are made by you');
  });
});

test('the key lines of these tests are what ssh-keygen reads, where it is there', async () => {
  const file = await shell.file('joe.pub', makeKeyLine());
  const ours = fingerprintIn(await shell.run('user', 'import-ssh-key', 'joe', file));
  let theirs: string;
  try {
    theirs = execFileSync('ssh-keygen', ['-l', '-f', file], { encoding: 'utf8' });
  } catch {
    // Not installed: npm test needs nothing but Node.
    return;
  }
  expect(fingerprintIn(theirs)).toBe(ours);
});
