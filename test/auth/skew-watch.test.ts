import { NOON, openAccounts, type TestAccounts } from '../support/accounts';
import { totp } from '../support/authenticator';

let accounts: TestAccounts;
let secret: string;
let user: number;
beforeEach(async () => {
  accounts = await openAccounts();
  user = await accounts.addUser('joe');
  ({ secret } = await accounts.enrollment.bind(user, 'googleAuth'));
});
afterEach(() => accounts.close());

const watch = (code: string): Promise<boolean> =>
  accounts.db.run((sql) => accounts.secondFactor.isClockOff(sql, user, code));
const at = (steps: number): string => totp(secret, NOON + steps * 30_000);

test.each([
  ['three different codes of one difference in a row', [120, 121, 122], true],
  ['one code three times', [120, 120, 120], false],
  ['codes of three differences', [120, 300, 700], false],
  ['codes of more than half a day away', [1600, 1601, 1602], false],
])('a clock is called wrong for %s: %j is %s', async (_what, steps, expected) => {
  const seen: boolean[] = [];
  for (const [index, step] of steps.entries()) {
    accounts.fake.stepWall(index === 0 ? 0 : 30_000);
    seen.push(await watch(at(step)));
  }
  expect(seen).toEqual([false, false, expected]);
});

test('a code that is right at no time starts the count anew', async () => {
  const seen: boolean[] = [];
  for (const code of [at(120), at(121), 'not-a-code', '00000000', at(122)]) {
    seen.push(await watch(code));
  }
  expect(seen).not.toContain(true);
});

test('sightings are forgotten after a quarter of an hour, and nothing of them is stored', async () => {
  await watch(at(120));
  await watch(at(121));
  await accounts.fake.advance(16 * 60_000);
  expect(await watch(totp(secret, accounts.clock.nowMs() + 120 * 30_000))).toBe(false);
  const [row] = await accounts.db.run((sql) => sql('otp_factor').where({ user_id: user }));
  expect(row).toMatchObject({ drift: 0 });
});

test('a clock that is called wrong gets no code in: each stays wrong', async () => {
  for (const steps of [120, 121, 122]) {
    accounts.fake.stepWall(30_000);
    await watch(at(steps));
    expect(await accounts.verifyCode(user, at(steps))).toEqual({ kind: 'wrong' });
  }
});
