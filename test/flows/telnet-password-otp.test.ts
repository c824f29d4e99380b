import { KEYS } from '../support/dial';
import { TestBoard } from '../support/board';
import { totp } from '../support/authenticator';
import { giveCode, goToMainMenu, PASSWORD, signIn } from '../support/sign-in';

describe('signing in by telnet with a password and a one-time code', () => {
  let board: TestBoard;
  let secret: string;
  beforeAll(async () => {
    board = await TestBoard.start();
    secret = await board.addUser('bob', PASSWORD, 'google');
  });
  afterAll(() => board.remove());

  it('asks for the code after the password, and then leads on like any sign-in', async () => {
    const caller = await board.telnet();
    await signIn(caller, 'bob');
    expect(await caller.sees('One-time code')).toContain('The first door is open.');
    await giveCode(caller, board.freshCode(secret));
    await goToMainMenu(caller);
    caller.hangUp();
  });

  it('takes a code in two groups, as apps show it', async () => {
    const caller = await board.telnet();
    await signIn(caller, 'bob');
    await giveCode(caller, board.freshCode(secret).replace(/^.../, '$& '));
    await caller.sees('Both doors are open.');
    caller.hangUp();
  });

  it('takes name and code with blanks at both ends, and the password as it is typed', async () => {
    const caller = await board.telnet();
    await signIn(caller, ' BOB  ');
    await giveCode(caller, `  ${board.freshCode(secret)}  `);
    await goToMainMenu(caller);
    caller.hangUp();
    const other = await board.telnet();
    await signIn(other, ' bob ', ` ${PASSWORD} `);
    await other.sees(/wrong user name or password/i);
    other.hangUp();
  });

  it('takes codes of the step before and the step after, and no others', async () => {
    const judge = async (steps: number): Promise<boolean> => {
      await board.addUser(`step${steps}`, PASSWORD);
      const own = await board.bindOtp(`step${steps}`, 'google');
      const caller = await board.telnet();
      await signIn(caller, `step${steps}`);
      await caller.sees('One-time code');
      board.clock.skip(toMiddleOfStep(board.clock.nowMs()));
      await giveCode(caller, board.code(own, steps));
      const text = await caller.sees(/Both doors are open.|Wrong code/);
      caller.hangUp();
      return text.includes('Both doors');
    };
    const judged: [number, boolean][] = [];
    for (const steps of [-2, -1, 0, 1, 2]) judged.push([steps, await judge(steps)]);
    expect(judged).toEqual([
      [-2, false],
      [-1, true],
      [0, true],
      [1, true],
      [2, false],
    ]);
  });

  it('says that a code is wrong, keeps the caller there, and takes the right one next', async () => {
    const caller = await board.telnet();
    await signIn(caller, 'bob');
    await giveCode(caller, '000000');
    expect(await caller.sees('Wrong code.')).toContain('One-time code');
    await giveCode(caller, board.freshCode(secret));
    await caller.sees('Both doors are open.');
    caller.hangUp();
  });

  it('ends the call at the third wrong code', async () => {
    await board.addUser('carl', PASSWORD, 'google');
    const caller = await board.telnet();
    await signIn(caller, 'carl');
    await caller.sees('One-time code');
    for (const wrong of ['000001', '000002', '000003']) caller.type(`${wrong}${KEYS.return}`);
    expect(await caller.isHungUpOn()).toContain('Too many tries.');
  });

  it('makes even the right code wait after five wrong ones, over any number of calls', async () => {
    const own = await board.addUser('dora', PASSWORD, 'google');
    for (let failures = 0; failures < 5; failures += 1) {
      const caller = await board.telnet();
      await signIn(caller, 'dora');
      await giveCode(caller, `00000${failures}`);
      await caller.sees('Wrong code.');
      caller.hangUp();
    }
    const waiting = await board.telnet();
    await signIn(waiting, 'dora');
    await giveCode(waiting, board.code(own));
    await waiting.sees(/Too many tries. Please wait \d+ seconds./);
    waiting.hangUp();
    board.clock.skip(31_000);
    const patient = await board.telnet();
    await signIn(patient, 'dora');
    await giveCode(patient, board.freshCode(own));
    await patient.sees('Both doors are open.');
    patient.hangUp();
  });

  it('has no way from the code to anywhere but out', async () => {
    const caller = await board.telnet();
    await signIn(caller, 'bob');
    await caller.sees('One-time code');
    caller.type(KEYS.escape);
    expect(await caller.isHungUpOn()).not.toMatch(/Both doors|Command/);
  });

  it('takes codes of a counter, each of them once', async () => {
    const own = await board.addUser('hanna', PASSWORD, 'hotp');
    const submit = async (counter: number): Promise<string> => {
      const caller = await board.telnet();
      await signIn(caller, 'hanna');
      await giveCode(caller, board.counterCode(own, counter));
      const text = await caller.sees(/Both doors are open.|Wrong code./);
      caller.hangUp();
      return text;
    };
    expect(await submit(3)).toContain('Both doors are open.');
    expect(await submit(3)).toContain('Wrong code.');
    expect(await submit(2)).toContain('Wrong code.');
    expect(await submit(4)).toContain('Both doors are open.');
  });

  it('takes codes of the SHA-256 type', async () => {
    const own = await board.addUser('tilda', PASSWORD, 'totp');
    const caller = await board.telnet();
    await signIn(caller, 'tilda');
    await giveCode(caller, totp(own, board.clock.nowMs(), { algorithm: 'sha256' }));
    await caller.sees('Both doors are open.');
    caller.hangUp();
  });

  it('lets nobody skip the password: a code is no first factor', async () => {
    const caller = await board.telnet();
    await signIn(caller, 'bob', board.freshCode(secret));
    expect(await caller.sees(/wrong user name or password/i)).not.toContain('One-time code');
    caller.hangUp();
  });
});

/** What is missing until a step is half over, so that none ends while a test looks at it. */
function toMiddleOfStep(nowMs: number): number {
  return (45_000 - (nowMs % 30_000)) % 30_000;
}
