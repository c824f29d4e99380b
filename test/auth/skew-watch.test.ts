import { HOTP } from 'otpauth';
import type { LoginResult } from '../../src/auth/login';
import { NOON, openAccounts, type TestAccounts } from '../support/accounts';
import { totp } from '../support/authenticator';
import { openAuthenticator, PASSWORD, tryPassword } from '../support/authenticator-context';

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
  ['codes of three differences', [120, 301, 602], false],
  ['a clock that is ten minutes slow', [-20, -19, -18], true],
  ['a clock that is half an hour ahead and a step late', [59, 60, 61], true],
  ['the zone that is furthest away', [-1680, -1679, -1678], true],
  ['codes of no whole or half hour', [90, 91, 92], false],
  ['codes of more than 14 hours away', [1740, 1741, 1742], false],
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
  for (const code of [at(120), at(121), 'not-a-code', '00000000', at(119)]) {
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

test('a right code forgets the wrong ones before it', async () => {
  await watch(at(120));
  accounts.fake.stepWall(30_000);
  await watch(at(121));
  expect(await accounts.verifyCode(user, at(1))).toMatchObject({ kind: 'right' });
  accounts.fake.stepWall(30_000);
  expect(await watch(at(122))).toBe(false);
});

test('a wrong code costs two hundred codes more, not thousands', async () => {
  const computed = jest.spyOn(HOTP, 'generate');
  await watch('00000000');
  expect(computed.mock.calls.length).toBeLessThanOrEqual(210);
  computed.mockRestore();
});

describe('in a sign-in', () => {
  let board: Awaited<ReturnType<typeof openAuthenticator>>;
  let key: string;
  beforeEach(async () => {
    board = await openAuthenticator();
    ({ secret: key } = await board.enrollment.bind(await board.addAccount(), 'googleAuth'));
  });
  afterEach(() => board.close());
  const give = async (code: string): Promise<LoginResult> => {
    const login = board.call();
    expect(await tryPassword(login, PASSWORD)).toBe('need');
    return login.submit({ kind: 'second-factor', code });
  };

  test('three codes that were used and are typed again say nothing of a clock', async () => {
    const codes = [-1, 0, 1].map((steps) => totp(key, NOON + steps * 30_000));
    for (const code of codes) expect((await give(code)).kind).toBe('accepted');
    for (const code of codes) {
      const result = await give(code);
      expect(result).toMatchObject({ kind: 'rejected', reason: 'bad-credential' });
      expect(result).not.toHaveProperty('clockIsOff');
    }
  });

  test('a wrong code is answered and counted as wrong where the hint cannot be read', async () => {
    jest.spyOn(board.secondFactor, 'isClockOff').mockRejectedValue(new Error('a read failed'));
    expect(await give('00000000')).toMatchObject({ kind: 'rejected', reason: 'bad-credential' });
    expect(board.penalties).toHaveLength(1);
    expect(board.logLines.join('')).toContain('"event":"login.no-clock-hint"');
  });
});
