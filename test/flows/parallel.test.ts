import { KEYS, type DialledCaller } from '../support/dial';
import { TestBoard } from '../support/board';
import { giveCode, goToMainMenu, openTwoFactor, PASSWORD, prove, signIn } from '../support/sign-in';

const AT_ONCE = 16;
/** Each of them has three guesses before the board hangs up: 201 in all. */
const CALLERS = 67;
/** Sign-ins of one account at once: on a slow machine the last of many would wait too long for its turn. */
const SIGN_INS = 4;
const LONG_MS = 120_000;
/** What a code can be answered with; who comes to no turn in time is told that the board is busy. */
const ANSWERED = /Both doors are open\.|Wrong code\.|Too many tries\.|The board is busy\./;

describe('many callers at the same instant', () => {
  let board: TestBoard;
  beforeAll(async () => {
    board = await TestBoard.start();
  });
  afterAll(() => board.remove());

  /** Callers at the screen for the code, every other one by SSH. */
  async function atTheCode(name: string, count = AT_ONCE): Promise<DialledCaller[]> {
    const callers: DialledCaller[] = [];
    while (callers.length < count) {
      const length = Math.min(SIGN_INS, count - callers.length);
      const group = Array.from({ length }, (_, index) =>
        index % 2 === 1
          ? board.ssh({ userName: name, password: PASSWORD })
          : board.telnet().then(async (caller) => {
              await signIn(caller, name);
              return caller;
            }),
      );
      const arrived = await Promise.all(group);
      await Promise.all(arrived.map((caller) => caller.sees('One-time code')));
      callers.push(...arrived);
    }
    return callers;
  }

  async function winners(callers: readonly DialledCaller[]): Promise<number> {
    const texts = await Promise.all(callers.map((caller) => caller.sees(ANSWERED)));
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

  it(
    'with 201 guesses at a code: no more are looked at than are free',
    async () => {
      const secret = await board.addUser('dina', PASSWORD, 'google');
      const callers = await atTheCode('dina', CALLERS);
      const wrong = wrongCodes(secret, 3 * CALLERS);
      for (const caller of callers) {
        const guesses = wrong.splice(0, 3);
        caller.type(guesses.map((code) => `${code}${KEYS.return}`).join(''));
      }
      const answers = await answersTo('dina', 'second-factor', 3 * CALLERS);
      for (const caller of callers) caller.hangUp();
      expectFiveLookedAt(answers);
      const late = await board.ssh({ userName: 'dina', password: PASSWORD });
      await giveCode(late, board.code(secret));
      await late.sees(/Too many tries. Please wait \d+ /);
      late.hangUp();
    },
    LONG_MS,
  );

  it(
    'with 201 guesses at a password: no more are looked at than are free',
    async () => {
      await board.addUser('ella', PASSWORD);
      const callers = await Promise.all(
        Array.from({ length: CALLERS }, async (_, index) => {
          const caller = await board.telnet();
          await signIn(caller, 'ella', `guess ${index}`);
          for (const more of [index + CALLERS, index + 2 * CALLERS]) {
            caller.type(`${KEYS.return}guess ${more}${KEYS.return}`);
          }
          return caller;
        }),
      );
      const answers = await answersTo('ella', 'password', 3 * CALLERS);
      for (const caller of callers) caller.hangUp();
      expectFiveLookedAt(answers);
    },
    LONG_MS,
  );

  /** Six digits each, none of them a code of these minutes. */
  function wrongCodes(secret: string, count: number): string[] {
    const right = Array.from({ length: 21 }, (_, index) => board.code(secret, index - 10));
    return Array.from({ length: count + right.length }, (_, index) =>
      String(index).padStart(6, '0'),
    )
      .filter((code) => !right.includes(code))
      .slice(0, count);
  }

  /** How many of the others wait and how many come to no turn in time is the machine's affair. */
  function expectFiveLookedAt(answers: readonly string[]): void {
    expect(answers.filter((reason) => reason === 'wrong')).toHaveLength(5);
    const others = new Set(answers.filter((reason) => reason !== 'wrong'));
    expect(others).toContain('wait');
    expect([...others].filter((reason) => reason !== 'wait' && reason !== 'busy')).toEqual([]);
  }

  /** What the board said to each of `count` attempts; those that came to no turn in time are busy. */
  async function answersTo(userName: string, kind: string, count: number): Promise<string[]> {
    const isOurs = (fields: Record<string, unknown>): boolean =>
      fields.event === 'login.rejected' && fields.userName === userName && fields.kind === kind;
    const lines = await board.loggedWhere(`${count} rejections of ${userName}`, isOurs, count);
    return lines.map((fields) => String(fields.reason));
  }
});
