import { checkKeys, needsSealingKey, rotateKeys } from '../../src/auth/key-rotation';
import {
  findCurrentKey,
  listSealedRows,
  replaceAllSealed,
  SEALED_COLUMNS,
} from '../../src/store/sealed';
import { refuseWrites } from '../support/database-kind';
import { NOON, openAccounts } from '../support/accounts';
import type { TestAccounts } from '../support/accounts';
import { totp } from '../support/authenticator';

let accounts: TestAccounts;
beforeEach(async () => {
  accounts = await openAccounts();
});
afterEach(() => accounts.close());

test('every secret is sealed anew and still verifies, and old backup codes stay good', async () => {
  expect(await needsSealingKey(accounts.db)).toBe(false);
  const users = await Promise.all(['joe', 'ann', 'bob'].map((name) => accounts.addUser(name)));
  const bound = [];
  for (const user of users) bound.push(await accounts.enrollment.bind(user, 'googleAuth'));
  await accounts.enrollment.begin(users[0] ?? 0, 'googleAuth');
  expect(await needsSealingKey(accounts.db)).toBe(true);
  const oldKey = accounts.sealing.currentKeyId();

  const report = await rotateKeys(accounts);
  expect(report).toMatchObject({ resealed: 4, unreadable: [], dropped: [] });
  expect(report.keyId).not.toBe(oldKey);
  expect(await checkKeys(accounts)).toEqual({
    currentKeyId: report.keyId,
    keys: [
      { id: report.keyId, sealed: 4, backupCodes: 0, sheetCodes: 0 },
      { id: oldKey, sealed: 0, backupCodes: 30, sheetCodes: 0 },
    ],
    unreadable: [],
  });
  for (const [index, user] of users.entries()) {
    const code = totp(bound[index]?.secret ?? '', NOON);
    expect((await accounts.verifyCode(user, code)).kind).toBe('right');
    const backupCode = bound[index]?.backupCodes[0] ?? '';
    expect((await accounts.verifyCode(user, backupCode)).kind).toBe('right');
    expect((await accounts.verifyCode(user, backupCode)).kind).toBe('spent');
  }
});

test('a rotation that was cut short is finished without another key', async () => {
  const users = await Promise.all(['joe', 'ann', 'bob'].map((name) => accounts.addUser(name)));
  for (const user of users) await accounts.enrollment.bind(user, 'googleAuth');
  const secondKey = accounts.sealing.addKey(NOON);
  const report = await rotateKeys(accounts);
  expect(report).toMatchObject({ keyId: secondKey, resealed: 3 });
});

describe('a key that nobody has prepared', () => {
  const rowOf = (host: string) => ({ host, pid: 9, version: '1', started_at: 1, lease_until: 1 });
  let oldKey: string;
  beforeEach(async () => {
    await accounts.enrollment.bind(await accounts.addUser('joe'), 'googleAuth');
    oldKey = accounts.sealing.currentKeyId();
    await accounts.db.run((sql) => sql('node').insert([rowOf('one'), rowOf('two')]));
  });
  const isOwnNode = ({ host }: { readonly host: string }): boolean => host === 'one';

  test('is not made current while another process runs the board, and the sysop hears what to do', async () => {
    await expect(rotateKeys({ ...accounts, isOwnNode })).rejects.toMatchObject({
      code: 'PREREQUISITE_MISSING',
      message:
        'the board also runs on two (process 9), which must have the next key before it is used: ' +
        'run oputil key rotate --prepare, copy the key file to every node, and run this again',
    });
    expect(accounts.sealing.keyIds()).toEqual([oldKey]);
    expect(await accounts.db.run(findCurrentKey)).toBeUndefined();
    accounts.sealing.addKey(NOON);
    // Now it is prepared.
    expect(await rotateKeys({ ...accounts, isOwnNode })).toMatchObject({ resealed: 1 });
  });

  test('is made current where the only process that runs reads the same file', async () => {
    await accounts.db.run((sql) => sql('node').where({ host: 'two' }).delete());
    expect(await rotateKeys({ ...accounts, isOwnNode })).toMatchObject({ resealed: 1 });
    expect(accounts.sealing.currentKeyId()).not.toBe(oldKey);
  });
});

test('an old key goes once nothing needs it', async () => {
  const user = await accounts.addUser('joe');
  await accounts.enrollment.bind(user, 'googleAuth');
  const oldKey = accounts.sealing.currentKeyId();
  await rotateKeys(accounts);
  await accounts.enrollment.regenerateBackupCodes(user);
  accounts.fake.stepWall(25 * 3600_000);
  expect((await rotateKeys(accounts)).dropped).toEqual([oldKey]);
  expect(await checkKeys(accounts)).toMatchObject({ unreadable: [] });
});

test('a value that does not open is named and left as it is', async () => {
  const user = await accounts.addUser('joe');
  await accounts.enrollment.bind(user, 'googleAuth');
  await accounts.db.run((sql) => sql('otp_factor').update({ secret: 'v1.gone.x.y' }));
  const expected = [`otp_factor.secret of user ${user}`];
  expect((await checkKeys(accounts)).unreadable).toEqual(expected);
  expect((await rotateKeys(accounts)).unreadable).toEqual(expected);
});

describe('with more secrets than are sealed anew at once', () => {
  const COUNT = 450;
  let oldKey: string;

  beforeEach(async () => {
    const user = await accounts.addUser('joe');
    await accounts.enrollment.bind(user, 'googleAuth');
    oldKey = accounts.sealing.currentKeyId();
    await accounts.db.run(async (sql) => {
      const [factor = {}]: readonly Record<string, unknown>[] = await sql('otp_factor');
      const ids = Array.from({ length: COUNT }, (_, at) => 1000 + at);
      const copies = ids.map((userId) => {
        const place = { table: 'otp_factor', column: 'secret', userId };
        return { ...factor, user_id: userId, secret: accounts.sealing.seal(`S${userId}`, place) };
      });
      for (let at = 0; at < COUNT; at += 50) {
        const some = ids.slice(at, at + 50);
        const names = some.map((id) => ({ id, user_name: `u${id}`, name_folded: `u${id}` }));
        await sql('user').insert(names);
        await sql('otp_factor').insert(copies.slice(at, at + 50));
      }
    });
  });

  test('a rotation takes a statement for every two hundred of them', async () => {
    const updates: string[] = [];
    await accounts.db.run((sql) => {
      sql.on('query', ({ sql: text }: { sql: string }) => {
        if (text.startsWith('update')) updates.push(text);
      });
      return Promise.resolve();
    });
    expect(await rotateKeys(accounts)).toMatchObject({ resealed: COUNT + 1, unreadable: [] });
    expect(updates).toHaveLength(3);
    const { keys, unreadable } = await checkKeys(accounts);
    expect(unreadable).toEqual([]);
    expect(keys[0]).toMatchObject({ id: accounts.sealing.currentKeyId(), sealed: COUNT + 1 });
  });

  test('a rotation that fails half-way leaves each readable, and the next run does the rest', async () => {
    const allow = await refuseWrites(accounts.db, {
      before: 'update',
      table: 'otp_factor',
      when: 'new.user_id = 1300',
    });
    // The statement names two hundred rows, and is no text for a screen or a log.
    await expect(rotateKeys(accounts)).rejects.toMatchObject({
      code: 'STORE_FAILED',
      message: expect.stringMatching(/^the database failed: .{0,40}full$/) as unknown,
      cause: { message: expect.not.stringContaining('otp_factor') as unknown },
    });
    const newKey = accounts.sealing.currentKeyId();
    expect(await checkKeys(accounts)).toMatchObject({
      unreadable: [],
      keys: [
        { id: newKey, sealed: 200 },
        { id: oldKey, sealed: COUNT + 1 - 200 },
      ],
    });
    await allow();
    const report = await rotateKeys(accounts);
    expect(report).toMatchObject({ keyId: newKey, resealed: COUNT + 1 - 200, unreadable: [] });
  });

  test('a secret that is bound anew meanwhile is not put back', async () => {
    const [column] = SEALED_COLUMNS;
    if (column === undefined) throw new Error('nothing is sealed');
    const secretOf = async (userId: number): Promise<string | undefined> => {
      const row = await accounts.db.run((sql) =>
        sql('otp_factor').where({ user_id: userId }).first<{ secret: string }>('secret'),
      );
      return row?.secret;
    };
    const rows = await accounts.db.run((sql) =>
      listSealedRows(sql, column, { afterKey: 999, most: 3 }),
    );
    await accounts.db.run((sql) =>
      sql('otp_factor').where({ user_id: 1001 }).update({ secret: 'bound anew' }),
    );
    const changes = rows.map((row) => ({ row, sealed: `new ${row.rowKey}` }));
    expect(await accounts.db.run((sql) => replaceAllSealed(sql, column, changes))).toBe(2);
    expect(await Promise.all([1000, 1001, 1002].map(secretOf))).toEqual([
      'new 1000',
      'bound anew',
      'new 1002',
    ]);
  });
});
