import { HOTP } from 'otpauth';
import { openAccounts, type TestAccounts } from '../support/accounts';

let accounts: TestAccounts;
beforeEach(async () => {
  accounts = await openAccounts();
});
afterEach(async () => {
  jest.restoreAllMocks();
  await accounts.close();
});

const BACKUP_CODE = 'bofal-kuhid-zatop-jinum';

/** What one code costs: the statements, in order, and the codes computed to compare it with. */
async function workFor(userId: number, code: string): Promise<unknown> {
  const statements: string[] = [];
  const note = ({ sql }: { readonly sql: string }): void => void statements.push(sql);
  const computed = jest.spyOn(HOTP, 'generate');
  const hashed = jest.spyOn(accounts.sealing, 'hashes');
  await accounts.db.run((sql) => Promise.resolve(sql.on('query', note)).then(() => undefined));
  await accounts.verifyCode(userId, code);
  await accounts.db.run((sql) => {
    sql.removeListener('query', note);
    return Promise.resolve();
  });
  const work = {
    statements,
    computed: computed.mock.calls.length,
    hashed: hashed.mock.calls.length,
  };
  jest.restoreAllMocks();
  return work;
}

test('a backup code costs the same work whether the account has codes, none, no factor, or is not there (rule B7)', async () => {
  const withCodes = await accounts.addUser('ann');
  await accounts.enrollment.bind(withCodes, 'googleAuth');
  const withoutCodes = await accounts.addUser('bob');
  await accounts.enrollment.bind(withoutCodes, 'googleAuth', { backupCodes: [] });
  const withoutFactor = await accounts.addUser('eve');
  const nobody = 4_711;

  const work = await workFor(withCodes, BACKUP_CODE);
  expect(work).toMatchObject({ hashed: 1, computed: 0 });
  expect((work as { statements: string[] }).statements.length).toBeGreaterThan(3);
  expect(await workFor(withoutCodes, BACKUP_CODE)).toEqual(work);
  expect(await workFor(withoutFactor, BACKUP_CODE)).toEqual(work);
  expect(await workFor(nobody, BACKUP_CODE)).toEqual(work);
});

test('a one-time code costs the same work where there is no factor to compare it with (rule B7)', async () => {
  const withFactor = await accounts.addUser('ann');
  await accounts.enrollment.bind(withFactor, 'googleAuth');
  const withoutFactor = await accounts.addUser('eve');
  // Not by chance the right one: of eight digits none is.
  const work = await workFor(withFactor, '12345678');
  expect(work).toMatchObject({ computed: 3 });
  expect(await workFor(withoutFactor, '12345678')).toEqual(work);
  expect(await workFor(4_711, '12345678')).toEqual(work);
});
