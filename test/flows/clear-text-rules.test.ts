import type { TestBoard } from '../support/board';
import { KEYS, type DialledCaller } from '../support/dial';
import { readKeyUri } from '../support/authenticator';
import { signInBy, startOnEveryWay, WAYS } from '../support/every-way';
import { readQrCode } from '../support/photograph';
import { giveCode, goToMainMenu, PASSWORD } from '../support/sign-in';

const IN = 'Both doors are open.';
const REFUSED = /Nobody can sign in by|is for accounts with a second factor/;

describe.each(['refuse', 'with-otp'] as const)(
  'a password of an account without a second factor, where passwordLogin is %s',
  (passwordLogin) => {
    let board: TestBoard;
    beforeAll(async () => {
      board = await startOnEveryWay(passwordLogin);
    });
    afterAll(() => board.remove());

    it.each(WAYS)('by %s signs in: %s (rules F8, M9)', async (way, secure) => {
      const caller = await signInBy(way, board);
      await caller.sees(secure ? IN : REFUSED);
      caller.hangUp();
    });
  },
);

describe('a second factor', () => {
  let board: TestBoard;
  beforeAll(async () => {
    board = await startOnEveryWay('allow');
  });
  afterAll(() => board.remove());

  it.each(WAYS)('is set up by %s: %s (rules D16, M9)', async (way, secure) => {
    const caller = await signInBy(way, board);
    await goToMainMenu(caller);
    caller.type(`2fa${KEYS.return}`);
    await caller.sees(secure ? 'Kind of code' : /SSH/);
    caller.hangUp();
  });
});

describe('who must have a second factor and has none', () => {
  let board: TestBoard;
  beforeAll(async () => {
    board = await startOnEveryWay('allow', { required: 'AF1', graceLogins: 0 });
  });
  afterAll(() => board.remove());

  it.each(WAYS)('by %s is led to the set-up: %s (rules P1, M9)', async (way, secure) => {
    const caller = await signInBy(way, board);
    if (secure) {
      await caller.sees('Set it up now? (y/n)');
      // Nothing typed opens a way past it, and leaving it ends the call.
      caller.type(`${KEYS.return}n${KEYS.return}`);
    }
    const text = await caller.isHungUpOn();
    expect(text).toContain('Two-factor sign-in is asked of you here');
    expect(text.includes('please call by SSH')).toBe(!secure);
    expect(text).not.toContain(IN);
  });

  it('goes on with it by SSH, and is asked for the code from then on', async () => {
    const { secret, caller } = await setUpBySsh(board);
    await caller.sees(IN);
    caller.hangUp();
    const next = await board.ssh({ userName: 'alice', password: PASSWORD });
    await giveCode(next, board.freshCode(secret));
    await next.sees(IN);
    next.hangUp();
  });
});

/** Through the set-up on the screen by a real SSH client. */
async function setUpBySsh(
  board: TestBoard,
): Promise<{ readonly secret: string; readonly caller: DialledCaller }> {
  const caller = await board.ssh({ userName: 'alice', password: PASSWORD });
  await caller.sees('Set it up now? (y/n)');
  caller.type(`y${KEYS.return}`);
  await caller.sees(/Type the code\s+that the[^]*Esc: back/);
  const { secret } = readKeyUri(readQrCode(caller.screen) ?? '');
  caller.type(`${board.code(secret)}${KEYS.return}`);
  const codes = await caller.sees('Your backup codes');
  const [first = ''] = /\b[a-z]{5}(?:-[a-z]{5}){3}\b/.exec(codes) ?? [];
  caller.type(`${first}${KEYS.return}`);
  return { secret, caller };
}
