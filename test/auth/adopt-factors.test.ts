import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { adoptFactors } from '../../src/auth/adopt-factors';
import { findProperty, writeProperties } from '../../src/store/properties';
import { findUser, removeUser } from '../../src/store/users';
import { describeOnSqlite } from '../support/database-kind';
import { NOON, openAccounts } from '../support/accounts';
import type { TestAccounts } from '../support/accounts';

let accounts: TestAccounts;
beforeEach(async () => {
  accounts = await openAccounts();
  accounts.fake.stepWall(1_700_000_000_000 - NOON);
});
afterEach(() => accounts.close());

async function imported(name: string, properties: Record<string, string>): Promise<number> {
  const id = await accounts.addUser(name);
  await accounts.db.run((sql) => writeProperties(sql, id, properties));
  return id;
}

const kind = async (user: number, code: string): Promise<string> =>
  (await accounts.verifyCode(user, code)).kind;

test('factors of ENiGMA½ keep verifying, sealed, with their unused backup codes', async () => {
  const google = await imported('joe', {
    auth_factor2_otp: 'googleAuth',
    auth_factor2_otp_secret: 'KRDEMYKENBUEMT2GKR4WSWSMN5NEMK3L',
    auth_factor2_otp_backup: '["bofal-kuhid","zatop-jinum","bofal-kuhid","rubbish",7]',
  });
  const totp = await imported('ann', {
    auth_factor2_otp: 'rfc6238_TOTP',
    auth_factor2_otp_secret: 'P4dKVMc5F1+yJsIcdG+EWwNFN+W8aGVI',
    auth_factor2_otp_backup: 'not json',
  });
  expect(await adoptFactors(accounts)).toEqual({ adopted: 2, refused: [] });
  expect(await kind(google, '601616')).toBe('right');
  expect(await kind(totp, '611777')).toBe('right');
  expect(await kind(google, 'Bofal Kuhid')).toBe('right');
  expect(await kind(google, 'bofal-kuhid')).toBe('spent');
  expect((await accounts.enrollment.status(google)).backupCodesLeft).toBe(1);
  expect((await accounts.enrollment.status(totp)).backupCodesLeft).toBe(0);
  for (const name of ['auth_factor2_otp_secret', 'auth_factor2_otp_backup']) {
    const left = await accounts.db.run((sql) => findProperty(sql, google, name));
    expect(left).toBeUndefined();
  }
  expect(await adoptFactors(accounts)).toEqual({ adopted: 0, refused: [] });
});

test('what cannot be taken over goes on asking for a code and lets nobody in', async () => {
  const broken = await imported('joe', {
    auth_factor2_otp: 'googleAuth',
    auth_factor2_otp_secret: 'short',
  });
  const unknown = await imported('ann', {
    auth_factor2_otp: 'yubikey',
    auth_factor2_otp_secret: 'KRDEMYKENBUEMT2GKR4WSWSMN5NEMK3L',
  });
  expect(await adoptFactors(accounts)).toEqual({ adopted: 0, refused: [broken, unknown] });
  for (const user of [broken, unknown]) {
    expect((await accounts.db.run((sql) => findUser(sql, user)))?.factors).toHaveLength(1);
    expect(await kind(user, '601616')).toBe('none');
  }
});

test('a leftover secret of a factor that was switched off is removed', async () => {
  const user = await imported('joe', { auth_factor2_otp_secret: 'JBSWY3DPEHPK3PXP' });
  await adoptFactors(accounts);
  expect((await accounts.db.run((sql) => findUser(sql, user)))?.factors).toEqual([]);
  expect(await accounts.db.run((sql) => findProperty(sql, user, 'auth_factor2_otp_secret'))).toBe(
    undefined,
  );
});

test('a factor that was bound here since is not replaced', async () => {
  const user = await imported('joe', {});
  const bound = await accounts.enrollment.bind(user, 'googleAuth');
  await accounts.db.run((sql) =>
    writeProperties(sql, user, { auth_factor2_otp_secret: 'JBSWY3DPEHPK3PXP' }),
  );
  await adoptFactors(accounts);
  expect(await kind(user, bound.backupCodes[0] ?? '')).toBe('right');
});

describeOnSqlite('after kill -9', () => {
  const SECRET = 'KRDEMYKENBUEMT2GKR4WSWSMN5NEMK3L';
  const CODE = 'bofal-kuhid';

  /** What stands in clear text in the files of the database, as they lie on the disk. */
  async function found(): Promise<readonly string[]> {
    const names = await readdir(accounts.folder);
    const files = names.filter((name) => name.startsWith('board.sqlite3'));
    const texts = await Promise.all(
      files.map(async (name) => [name, await readFile(join(accounts.folder, name), 'latin1')]),
    );
    return texts.flatMap(([name = '', text = '']) =>
      [SECRET, CODE].filter((canary) => text.includes(canary)).map((canary) => `${name} ${canary}`),
    );
  }

  async function adoptAndDie(when: 'after' | 'between'): Promise<void> {
    for (const [name, type] of [
      ['joe', 'googleAuth'],
      ['ann', 'yubikey'],
    ] as const) {
      await imported(name, {
        auth_factor2_otp: type,
        auth_factor2_otp_secret: SECRET,
        auth_factor2_otp_backup: JSON.stringify([CODE]),
      });
    }
    // A secret that was deleted long before, and whose page is free.
    const old = await imported('old', { old: `${SECRET} `.repeat(100) });
    await accounts.db.run((sql) => removeUser(sql, old));
    await accounts.db.close();
    expect(await found()).not.toEqual([]);
    const support = join(__dirname, '..', 'support');
    const child = spawn(process.execPath, [
      ...['--require', join(support, 'ts-hook.cjs'), join(support, 'adopter.ts')],
      ...[accounts.folder, when],
    ]);
    const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
    expect(signal).toBe('SIGKILL');
  }

  test('right after the takeover no secret stands in file or journal', async () => {
    await adoptAndDie('after');
    expect(await found()).toEqual([]);
  });

  test('before the cleaning the next start cleans', async () => {
    await adoptAndDie('between');
    expect(await found()).not.toEqual([]);
    const next = await openAccounts({ folder: accounts.folder });
    try {
      expect(await adoptFactors(next)).toEqual({ adopted: 0, refused: [] });
      expect(await found()).toEqual([]);
    } finally {
      await next.close();
    }
  });
});
