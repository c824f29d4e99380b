import { adoptFactors } from '../../src/auth/adopt-factors';
import { findProperty, writeProperties } from '../../src/store/properties';
import { findUser } from '../../src/store/users';
import { NOON, openAccounts } from '../support/accounts';
import type { Accounts } from '../support/accounts';

let accounts: Accounts;
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
  (await accounts.secondFactor.verify(user, code)).kind;

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
    expect((await accounts.db.run((sql) => findUser(sql, user)))?.secondFactor).toBeDefined();
    expect(await kind(user, '601616')).toBe('none');
  }
});

test('a leftover secret of a factor that was switched off is removed', async () => {
  const user = await imported('joe', { auth_factor2_otp_secret: 'JBSWY3DPEHPK3PXP' });
  await adoptFactors(accounts);
  expect((await accounts.db.run((sql) => findUser(sql, user)))?.secondFactor).toBeUndefined();
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
