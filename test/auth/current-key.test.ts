import { readKeyCommand } from '../../src/base/pem-source';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { agreeOnKey, CurrentKeyWatch, nameCurrentKey } from '../../src/auth/current-key';
import { rotateKeys } from '../../src/auth/key-rotation';
import { openSealing, type Sealing } from '../../src/auth/sealing';
import { systemRandom } from '../../src/base/random';
import { findCurrentKey } from '../../src/store/sealed';
import { totp } from '../support/authenticator';
import {
  type AuthenticatorContext,
  openAuthenticator,
  PASSWORD,
  tryCode,
  tryPassword,
} from '../support/authenticator-context';
import { nextLook } from '../support/next-look';

const key = (byte: number): string => Buffer.alloc(32, byte).toString('base64');

let context: AuthenticatorContext;
beforeEach(async () => {
  context = await openAuthenticator();
});
afterEach(() => context.close());

/** The keys of a node, the newest first. */
function node(...bytes: readonly number[]): Sealing {
  const given = { text: bytes.map(key).join(','), source: 'THE KEYS' };
  return openSealing({ file: join(context.folder, 'none'), random: systemRandom, given });
}

const agree = (sealing: Sealing, mayLack = false): Promise<void> =>
  agreeOnKey(context.db, { sealing, clock: context.clock, mayLack });
const current = (): Promise<string | undefined> => context.db.run(findCurrentKey);

/** An account whose factor is sealed with these keys. */
async function bind(sealing: Sealing): Promise<string> {
  const userId = await context.addAccount();
  const place = { table: 'otp_factor', column: 'secret', userId };
  await context.enrollment.bind(userId, 'googleAuth');
  const row = await context.db.run((sql) => sql('otp_factor').first<{ secret: string }>('secret'));
  const secret = context.sealing.open(row.secret, place);
  await context.db.run((sql) => sql('otp_factor').update({ secret: sealing.seal(secret, place) }));
  return secret;
}

describe('the current sealing key is the one that the database names', () => {
  test('the first node names it, and others go on with it whichever of theirs is newest', async () => {
    const one = node(1);
    await agree(one);
    expect(await current()).toBe(one.currentKeyId());
    const two = node(2, 1);
    await agree(two);
    expect(two.currentKeyId()).toBe(one.currentKeyId());
    expect(two.keyIds()).toHaveLength(2);
    // Only a rotation names another.
    const report = await rotateKeys({ ...context, sealing: two });
    expect(report).toMatchObject({ keyId: two.newestKeyId(), dropped: [] });
    expect(await current()).toBe(two.newestKeyId());
  });

  test('a node without it does not start where anything is sealed, and says which key it lacks', async () => {
    const one = node(1);
    await agree(one);
    await bind(one);
    const other = node(3);
    await expect(agree(other)).rejects.toMatchObject({
      code: 'KEY_UNREADABLE',
      exitCode: 78,
      message: expect.stringContaining(
        `the sealing key ${one.currentKeyId()} is current`,
      ) as unknown,
    });
    // Tools go on, and seal nothing.
    await agree(other, true);
    expect(() => other.seal('x', { table: 't', column: 'c', userId: 1 })).toThrow(
      `lacks the current sealing key ${one.currentKeyId()}`,
    );
    expect(await current()).toBe(one.currentKeyId());
  });

  test('a node that loses it while it runs says so, and goes on when it has it', async () => {
    const { db, clock, log, fake } = context;
    const keys = { text: key(1) };
    const sealing = openSealing({
      ...{ file: join(context.folder, 'none'), random: systemRandom },
      given: { text: key(1), source: 'THE KEYS', again: () => Promise.resolve(keys.text) },
    });
    await agree(sealing);
    const watch = new CurrentKeyWatch({ db, sealing, clock, log });
    watch.start();
    const next = node(2).currentKeyId();
    await nameCurrentKey(db, { sealing: node(2), clock, keyId: next });
    const until = async (isMissing: boolean): Promise<void> => {
      while ((watch.missing !== undefined) !== isMissing) {
        await fake.advance(5_000);
        await nextLook();
      }
    };
    await until(true);
    expect(watch.missing).toBe(next);
    expect(() => sealing.hash('x')).toThrow('lacks the current sealing key');
    keys.text = `${key(2)},${key(1)}`;
    await until(false);
    expect(sealing.currentKeyId()).toBe(next);
    watch.close();
    const events = context.logLines.map((line) => (JSON.parse(line) as { event: string }).event);
    expect(events.filter((event) => event.startsWith('key.'))).toContain('key.missing');
  });
});

test('a code for a secret whose key is not on this node is not looked at, and costs nothing', async () => {
  const secret = await bind(node(7));
  const tryOnce = async (): Promise<string> => {
    const login = context.call();
    expect(await tryPassword(login, PASSWORD)).toBe('need');
    return tryCode(login, totp(secret, context.clock.nowMs()));
  };
  for (let call = 0; call < 8; call += 1) expect(await tryOnce()).toBe('try-later');
  // With the key the same code is right: neither spent nor in a wait.
  const id = await context.db.run((sql) => sql('otp_factor').first<{ user_id: number }>('user_id'));
  const place = { table: 'otp_factor', column: 'secret', userId: id.user_id };
  await context.db.run((sql) =>
    sql('otp_factor').update({ secret: context.sealing.seal(secret, place) }),
  );
  expect(await tryOnce()).toBe('accepted');
});

describe('a command for the sealing keys', () => {
  const program = async (text: string): Promise<string> => {
    const file = join(context.folder, 'give-key');
    await writeFile(file, text, { mode: 0o700 });
    return file;
  };

  test('is run without a shell, with its arguments as they are', async () => {
    const file = await program('#!/bin/sh\nprintf "%s" "$1$KEY"\n');
    expect(await readKeyCommand([file, '$(id);`id`'], { key: 'a.key', env: { KEY: '-x' } })).toBe(
      '$(id);`id`-x',
    );
  });

  test.each([
    ['exit 3', 'it ended with 3'],
    ['exit 0', 'it printed nothing'],
  ])('that ends with %s says so, and nothing of what it printed', async (end, why) => {
    const file = await program(`#!/bin/sh\n${end === 'exit 3' ? 'echo hunter2' : ':'}\n${end}\n`);
    const error = await readKeyCommand([file, 'secret-arg'], { key: 'a.key' }).catch(
      (thrown: Error) => thrown,
    );
    expect(error).toMatchObject({ code: 'KEY_UNREADABLE' });
    expect(String(error)).toContain('a.key: ');
    expect(String(error)).toContain(why);
    expect(String(error)).not.toMatch(/hunter2|secret-arg/);
  });

  test('that is not there says so', async () => {
    await expect(
      readKeyCommand([join(context.folder, 'gone')], { key: 'a.key' }),
    ).rejects.toMatchObject({
      message: expect.stringContaining('ENOENT') as unknown,
    });
  });
});
