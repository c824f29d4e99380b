import { generateKeyPairSync } from 'node:crypto';
import { MAX_SSH_KEYS } from '../../src/auth/account-keys';
import { parseSshPublicKey, sshFingerprint } from '../../src/auth/ssh-key';
import { EVER } from '../support/accounts';
import { listAccountEvents } from '../../src/store/account-events';
import { writeProperties } from '../../src/store/properties';
import { listSshKeys } from '../../src/store/ssh-keys';
import { totp } from '../support/authenticator';
import { MenuBoard, type MenuCaller } from '../support/menu-board';
import { colorOf, type ScreenOptions } from '../support/screen';
import { sayStock } from '../../src/texts/texts';

const PASSWORD = 'a quiet harbour 7';

/** A new key as ssh-keygen writes it into a .pub file. */
function ed25519Line(comment: string): string {
  const { publicKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  return keyLine('ssh-ed25519', [raw], comment);
}

/** As long as a key of 4096 bits; nobody signs with it, so that its factors do not matter. */
function rsaLine(comment: string): string {
  const modulus = Buffer.alloc(513, 0xc5).fill(0, 0, 1);
  return keyLine('ssh-rsa', [Buffer.of(1, 0, 1), modulus], comment);
}

function keyLine(algorithm: string, parts: readonly Buffer[], comment: string): string {
  const fields = [Buffer.from(algorithm), ...parts].map((part) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(part.length);
    return Buffer.concat([length, part]);
  });
  return `${algorithm} ${Buffer.concat(fields).toString('base64')} ${comment}`;
}

const fingerprintOf = (line: string): string => {
  const parsed = parseSshPublicKey(line);
  if (parsed.kind === 'refused') throw new Error(parsed.says(sayStock));
  return sshFingerprint(parsed.key.blob);
};

describe('the screen for SSH keys', () => {
  let board: MenuBoard;
  let userId: number;
  let secret: string;

  beforeEach(async () => {
    board = await MenuBoard.open({});
  });

  afterEach(() => board.close());

  const start = async (
    more: Parameters<MenuBoard['addUser']>[2] = {},
    screen: ScreenOptions = {},
  ): Promise<MenuCaller> => {
    ({ id: userId, secret } = await board.addUser('walter', PASSWORD, more));
    const caller = board.call('login', { server: 'ssh', ...screen });
    await caller.sees('User name');
    caller.type(`walter\r${PASSWORD}\r`);
    if (more.otp === true) {
      await caller.sees('One-time code');
      caller.type(`${totp(secret, board.accounts.clock.nowMs())}\r`);
    }
    await caller.sees('Welcome, walter');
    caller.type(' ');
    await caller.sees('Command');
    caller.type('ssh\r');
    await caller.sees('sign you in by SSH');
    return caller;
  };
  const keys = () => board.accounts.db.run((sql) => listSshKeys(sql, userId));
  const add = async (caller: MenuCaller, line: string): Promise<void> => {
    caller.type(`${line}\r\r`);
    await caller.sees('Add an SSH key');
    caller.type(`${PASSWORD}\r`);
    await caller.sees(`Added: ${fingerprintOf(line)}`);
  };

  it('adds keys of any size, after the password, and lists them', async () => {
    const caller = await start();
    await caller.sees('You have no key here yet.');
    const first = ed25519Line('laptop');
    const second = rsaLine('old machine');
    await add(caller, first);
    await add(caller, second);
    const text = caller.screen.text();
    expect(text).toContain(`1 ED25519 ${fingerprintOf(first)} laptop`);
    expect(text).toContain(`2 RSA ${fingerprintOf(second)}`);
    expect((await keys()).map(({ comment }) => comment)).toEqual(['laptop', 'old machine']);
    caller.hangUp();
  });

  it('says what is done in green, and what is not in another colour', async () => {
    const GREEN = 10;
    const caller = await start();
    await add(caller, ed25519Line('laptop'));
    expect(colorOf(caller.screen, 'Added: ')).toBe(GREEN);
    caller.type('\tR\r');
    await caller.sees('Remove an SSH key');
    await caller.escape();
    await caller.sees('The key was not removed.');
    expect(colorOf(caller.screen, 'The key was not removed.')).not.toBe(GREEN);
    caller.type('\tR\r');
    await caller.sees('Remove an SSH key');
    caller.type(`${PASSWORD}\r`);
    await caller.sees('Removed: ');
    expect(colorOf(caller.screen, 'Removed: ')).toBe(GREEN);
    caller.hangUp();
  });

  it('lets the new key in, and ends the other calls of the account', async () => {
    const caller = await start();
    const other = board.call('login', { server: 'ssh' });
    await other.sees('User name');
    other.type(`walter\r${PASSWORD}\r`);
    await other.sees('Welcome, walter');
    const line = ed25519Line('laptop');
    await add(caller, line);
    expect(board.accounts.notices).toEqual([
      { kind: 'ssh-key-added', userId, fingerprint: fingerprintOf(line) },
    ]);
    const events = await board.accounts.db.run((sql) => listAccountEvents(sql, userId, EVER));
    expect(events.map(({ kind }) => kind)).toContain('keys');
    expect(await other.caller.login.refresh()).toBe('end');
    expect(await caller.caller.login.refresh()).toBe('keep');
    caller.hangUp();
    other.hangUp();
  });

  it('asks for a code as well where the account has a second factor', async () => {
    const caller = await start({ otp: true });
    const line = ed25519Line('laptop');
    caller.type(`${line}\r\r`);
    await caller.sees('One-time code');
    await board.accounts.fake.advance(30_000);
    caller.type(`${PASSWORD}\r123456\r`);
    await caller.sees('Wrong password or code.');
    expect(await keys()).toEqual([]);
    caller.type(`${PASSWORD}\r${totp(secret, board.accounts.clock.nowMs())}\r`);
    await caller.sees('Added:');
    caller.hangUp();
  });

  it('asks which key is to be removed where there are several, by its number, and the only one at once', async () => {
    const caller = await start();
    await add(caller, ed25519Line('laptop'));
    await add(caller, ed25519Line('tablet'));
    caller.type('\tR\r');
    const asked = await caller.sees('Number');
    expect(asked).toMatch(/1 ED25519 SHA256:\S{8} laptop[^]*2 ED25519 SHA256:\S{8} tablet/);
    await caller.escape();
    await caller.sees('The key was not removed.');
    caller.type('\tR\r');
    await caller.sees('Number');
    for (const wrong of ['', '3', '0', 'x']) {
      await caller.until('a key to be asked for', () => caller.isAsked);
      caller.type(`${wrong}\r`);
      await caller.sees('Type the number before the key that you mean.');
      caller.type('\b');
    }
    expect(await keys()).toHaveLength(2);
    caller.type('1\r');
    await caller.sees('Password');
    caller.type(`${PASSWORD}\r`);
    await caller.sees('Removed:');
    expect((await keys()).map(({ comment }) => comment)).toEqual(['tablet']);
    caller.type('\tR\r');
    await caller.sees('Remove an SSH key');
    await caller.escape();
    await caller.sees('The key was not removed.');
    expect(await keys()).toHaveLength(1);
    caller.type('\tR\r');
    await caller.sees('Remove an SSH key');
    caller.type(`${PASSWORD}\r`);
    await caller.sees('You have no key here yet.');
    caller.hangUp();
  });

  it('takes the number from the field as well, as art from elsewhere says, and a key that is pasted there for none', async () => {
    const caller = await start();
    await add(caller, ed25519Line('laptop'));
    await add(caller, ed25519Line('tablet'));
    caller.type('2\rR\r');
    await caller.sees('Password');
    caller.type(`${PASSWORD}\r`);
    await caller.sees('Removed:');
    expect((await keys()).map(({ comment }) => comment)).toEqual(['laptop']);
    caller.type(`${ed25519Line('new')}\rR\r`);
    await caller.sees(/Number/);
    await caller.escape();
    await caller.sees('The key was not removed.');
    caller.hangUp();
  });

  it.each([
    ['gatehouse', 80],
    ['plain', 40],
  ] as const)('has room for the most keys in the theme %s at %i columns', async (theme, width) => {
    await board.close();
    board = await MenuBoard.open({ config: { theme: { default: theme } } });
    const caller = await start({}, { width, height: 24 });
    for (let at = 1; at <= MAX_SSH_KEYS; at++) {
      const parsed = parseSshPublicKey(ed25519Line(`key number ${at}`));
      if (parsed.kind !== 'key') throw new Error('no key');
      const actor = { remoteIp: '192.0.2.7', server: 'ssh', node: 1 };
      await board.services.sshKeys.add(userId, { key: parsed.key, actor });
    }
    caller.type('\tR\r');
    const asked = await caller.sees('Number');
    for (let at = 1; at <= MAX_SSH_KEYS; at++) expect(asked).toContain(`${at} ED25519 SHA256:`);
    caller.type('0\r');
    await caller.sees(/Type the number before the key that\s+you mean\./);
    caller.hangUp();
  });

  it('shows and removes the key that an imported account came with', async () => {
    const line = ed25519Line('from before');
    const { id } = await board.addUser('walter', PASSWORD);
    userId = id;
    await board.accounts.db.run((sql) => writeProperties(sql, id, { ssh_public_key: line }));
    const caller = board.call('login', { server: 'ssh' });
    await caller.sees('User name');
    caller.type(`walter\r${PASSWORD}\r`);
    await caller.sees('Welcome, walter');
    caller.type(' ');
    await caller.sees('Command');
    caller.type('ssh\r');
    await caller.sees(`1 ED25519 ${fingerprintOf(line)} from before`);
    caller.type('\tR\r');
    await caller.sees('Remove an SSH key');
    caller.type(`${PASSWORD}\r`);
    await caller.sees('You have no key here yet.');
    caller.hangUp();
  });

  it.each([
    ['', 'Paste the line in your .pub file first.'],
    ['ssh-ed25519 rubbish', 'A public key line begins with its type'],
    ['-----BEGIN OPENSSH PRIVATE KEY-----', 'That is a private key'],
    ['ssh-dss AAAAB3NzaC1kc3MAAACBAIhTm8DQ', 'DSA keys are too weak'],
  ])(
    'says what is wrong with the line %j without asking for the password',
    async (line, sentence) => {
      const caller = await start();
      caller.type(`${line}\r\r`);
      await caller.sees(sentence);
      caller.hangUp();
    },
  );

  it('refuses a key that is there already', async () => {
    const caller = await start();
    const line = ed25519Line('laptop');
    await add(caller, line);
    caller.type(`${line}\r\r`);
    await caller.sees('Add an SSH key');
    caller.type(`${PASSWORD}\r`);
    await caller.sees('You have this key already.');
    expect(await keys()).toHaveLength(1);
    caller.hangUp();
  });

  it('shows a comment as text, whatever it holds', async () => {
    const caller = await start();
    await add(caller, ed25519Line('|12{userName}%UN'));
    expect(caller.screen.text()).toContain('|12{userName}%UN');
    caller.hangUp();
  });

  it('has no word of keys without a code where no key is remembered (rule N9)', async () => {
    const caller = await start();
    expect(caller.screen.text()).not.toMatch(/No code|Forget/);
    caller.type('\tN');
    await caller.sees('Add ]');
    caller.type('C\r');
    await caller.sees('Command');
    caller.hangUp();
  });

  it.each(['gatehouse', 'plain'])(
    'has room for all its words in 40 columns, in the theme %s (rule N9)',
    async (theme) => {
      await board.close();
      const twoFactorAuth = { rememberKeyDays: 30 };
      board = await MenuBoard.open({
        config: { users: { twoFactorAuth }, theme: { default: theme } },
      });
      const caller = await start({}, { width: 40, height: 24 });
      expect(caller.screen.text()).toMatch(/\[Add\] .*Cancel .*No code .*Forget/);
      caller.type('\tF\r');
      await caller.sees(/No key of yours signs in without a\s+code\./);
      caller.hangUp();
    },
  );

  it('is not for lines that others can read', async () => {
    await board.addUser('tess', PASSWORD);
    const caller = board.call('login');
    await caller.sees('User name');
    caller.type(`tess\r${PASSWORD}\r`);
    await caller.sees('Welcome, tess');
    caller.type(' ');
    await caller.sees('Command');
    caller.type('ssh\r');
    await caller.sees('Not over this line.');
    caller.hangUp();
  });
});
