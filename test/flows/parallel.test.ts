import { KEYS, type DialledCaller } from '../support/dial';
import { TestBoard } from '../support/board';
import { giveCode, goToMainMenu, openTwoFactor, PASSWORD, prove, signIn } from '../support/sign-in';

const AT_ONCE = 16;

describe('many callers at the same instant', () => {
  let board: TestBoard;
  beforeAll(async () => {
    board = await TestBoard.start();
  });
  afterAll(() => board.remove());

  /** Callers at the screen for the code, every other one by SSH. */
  async function atTheCode(name: string, count = AT_ONCE): Promise<DialledCaller[]> {
    return Promise.all(
      Array.from({ length: count }, async (_, index) => {
        if (index % 2 === 1) return board.ssh({ userName: name, password: PASSWORD });
        const caller = await board.telnet();
        await signIn(caller, name);
        return caller;
      }),
    ).then(async (callers) => {
      await Promise.all(callers.map((caller) => caller.sees('One-time code')));
      return callers;
    });
  }

  async function winners(callers: readonly DialledCaller[]): Promise<number> {
    const texts = await Promise.all(
      callers.map((caller) => caller.sees(/Both doors are open.|Wrong code.|Too many tries./)),
    );
    for (const caller of callers) caller.hangUp();
    return texts.filter((text) => text.includes('Both doors are open.')).length;
  }

  it('with the same one-time code: one gets in', async () => {
    const secret = await board.addUser('ada', PASSWORD, 'google');
    const callers = await atTheCode('ada');
    const code = board.freshCode(secret);
    for (const caller of callers) caller.type(`${code}${KEYS.return}`);
    expect(await winners(callers)).toBe(1);
  });

  it('with the same backup code: one gets in', async () => {
    const secret = await board.addUser('berta', PASSWORD, 'google');
    const owner = await board.ssh({ userName: 'berta', password: PASSWORD });
    await giveCode(owner, board.freshCode(secret));
    await goToMainMenu(owner);
    await openTwoFactor(owner);
    owner.type('n');
    await prove(owner, PASSWORD, board.freshCode(secret));
    const shown = await owner.sees('Your new backup codes');
    const [code = ''] = /[a-z]{5}(-[a-z]{5}){3}/.exec(shown) ?? [];
    owner.hangUp();
    const callers = await atTheCode('berta');
    for (const caller of callers) caller.type(`${code}${KEYS.return}`);
    expect(await winners(callers)).toBe(1);
  });

  it('with the same counter code: one gets in', async () => {
    await board.addUser('cora', PASSWORD);
    const secret = await board.bindOtp('cora', 'hotp');
    const callers = await atTheCode('cora');
    const code = board.counterCode(secret, 0);
    for (const caller of callers) caller.type(`${code}${KEYS.return}`);
    expect(await winners(callers)).toBe(1);
  });

  it('with 200 guesses at a code: no more are looked at than are free', async () => {
    const secret = await board.addUser('dina', PASSWORD, 'google');
    const callers = await atTheCode('dina', 100);
    for (const [index, caller] of callers.entries()) {
      caller.type(`${guess(index)}${KEYS.return}${guess(index + 100)}${KEYS.return}`);
    }
    await board.logged('login-rejected', { userName: 'dina', kind: 'second-factor' }, 200);
    for (const caller of callers) caller.hangUp();
    expect(reasons('dina', 'second-factor')).toEqual({ wrong: 5, wait: 195 });
    const late = await board.ssh({ userName: 'dina', password: PASSWORD });
    await giveCode(late, board.code(secret));
    await late.sees(/Too many tries. Please wait \d+ /);
    late.hangUp();
  });

  it('with 200 guesses at a password: no more are looked at than are free', async () => {
    await board.addUser('ella', PASSWORD);
    const callers = await Promise.all(
      Array.from({ length: 100 }, async (_, index) => {
        const caller = await board.telnet();
        await signIn(caller, 'ella', `guess ${index}`);
        caller.type(`${KEYS.return}guess ${index + 100}${KEYS.return}`);
        return caller;
      }),
    );
    await board.logged('login-rejected', { userName: 'ella', kind: 'password' }, 200);
    for (const caller of callers) caller.hangUp();
    expect(reasons('ella', 'password')).toEqual({ wrong: 5, wait: 195 });
  });

  function reasons(userName: string, kind: string): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { reason, ...fields } of board.events('login-rejected')) {
      if (fields.userName !== userName || fields.kind !== kind) continue;
      counts[String(reason)] = (counts[String(reason)] ?? 0) + 1;
    }
    return counts;
  }
});

/** Six digits that are hardly the code: the real one is among them once in five thousand runs. */
function guess(index: number): string {
  return String(index).padStart(6, '0');
}
