import { checkKeys, needsSealingKey, rotateKeys } from '../../src/auth/key-rotation';
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
      { id: report.keyId, sealed: 4, backupCodes: 0 },
      { id: oldKey, sealed: 0, backupCodes: 30 },
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
