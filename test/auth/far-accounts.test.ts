import { FarAccounts } from '../../src/auth/far-accounts';
import { rotateKeys, shutLost } from '../../src/auth/key-rotation';
import { systemRandom } from '../../src/base/random';
import { openAccounts, type TestAccounts } from '../support/accounts';

const FAR = { board: 'far.example:513', title: 'Far' };

let accounts: TestAccounts;
let far: FarAccounts;
let userId: number;
beforeEach(async () => {
  accounts = await openAccounts();
  far = new FarAccounts({ ...accounts, random: systemRandom });
  userId = await accounts.addUser('joe');
});
afterEach(() => accounts.close());

const rows = (): Promise<readonly Record<string, string>[]> =>
  accounts.db.run((sql) => sql('far_account').orderBy('id'));

test('a password of an account on a board is made once, also where two visits begin together', async () => {
  const place = { userId, ...FAR };
  const made = await Promise.all([far.passwordFor(place, 20), far.passwordFor(place, 20)]);
  expect(made.map(({ isNew }) => isNew).sort()).toEqual([false, true]);
  expect(made[0]?.password).toBe(made[1]?.password);
  expect(made[0]?.password).toMatch(/^[a-hjkmnp-z2-9]{20}$/);
  const other = await far.passwordFor({ ...place, board: 'other.example:513' }, 20);
  const ann = await far.passwordFor({ ...place, userId: await accounts.addUser('ann') }, 20);
  expect(new Set([made[0]?.password, other.password, ann.password]).size).toBe(3);
});

test('neither the name nor the password there can be read in the database', async () => {
  const { password } = await far.passwordFor({ userId, ...FAR }, 20);
  await far.setName({ userId, ...FAR }, 'JOE THE BRAVE');
  const text = JSON.stringify(await rows());
  expect(text).not.toContain(password);
  expect(text).not.toContain('BRAVE');
  expect(await far.find({ userId, board: FAR.board })).toEqual({
    ...FAR,
    name: 'JOE THE BRAVE',
    password,
  });
});

test('a name or password there that was moved to another board or account is not opened', async () => {
  const ann = await accounts.addUser('ann');
  await far.passwordFor({ userId, ...FAR }, 20);
  await accounts.db.run((sql) => sql('far_account').update({ board: 'evil.example:23' }));
  const refused = { code: 'SEAL_BROKEN' };
  await expect(far.find({ userId, board: 'evil.example:23' })).rejects.toMatchObject(refused);
  await accounts.db.run((sql) => sql('far_account').update({ board: FAR.board, user_id: ann }));
  await expect(far.find({ userId: ann, board: FAR.board })).rejects.toMatchObject(refused);
});

test('one whose sealing key is lost goes, and second factor and backup codes of its owner stay', async () => {
  const { backupCodes } = await accounts.enrollment.bind(userId, 'googleAuth');
  await far.passwordFor({ userId, ...FAR }, 20);
  await accounts.db.run((sql) => sql('far_account').update({ password: 'v1.gone.x.y' }));
  const lost = await shutLost({ ...accounts, actor: {} });
  expect(lost).toEqual({ shut: [], withoutCodes: [], droppedMails: 0, droppedFarAccounts: 1 });
  expect(await rows()).toEqual([]);
  const status = await accounts.enrollment.status(userId);
  expect(status).toMatchObject({ isShut: false, backupCodesLeft: backupCodes.length });
  expect((await far.passwordFor({ userId, ...FAR }, 20)).isNew).toBe(true);
});

test('names and passwords there are sealed with a new key, and go with their account', async () => {
  const { password } = await far.passwordFor({ userId, ...FAR }, 20);
  await far.setName({ userId, ...FAR }, 'JOE');
  const before = await rows();
  expect(await rotateKeys(accounts)).toMatchObject({ resealed: 2, unreadable: [] });
  expect((await rows())[0]?.['password']).not.toBe(before[0]?.['password']);
  expect(await far.list(userId)).toEqual([{ ...FAR, name: 'JOE', password }]);
  await accounts.db.run((sql) => sql('user').where({ id: userId }).delete());
  expect(await rows()).toEqual([]);
});

test('what is forgotten is made anew at the next visit', async () => {
  const first = await far.passwordFor({ userId, ...FAR }, 8);
  expect(first.password).toHaveLength(8);
  await far.forget({ userId, board: FAR.board });
  const second = await far.passwordFor({ userId, ...FAR }, 8);
  expect(second.isNew).toBe(true);
  expect(second.password).not.toBe(first.password);
});
