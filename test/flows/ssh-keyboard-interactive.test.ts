import { TestBoard } from '../support/board';
import type { DialledCaller } from '../support/dial';
import { goToMainMenu, PASSWORD } from '../support/sign-in';

const REFUSED = /All configured authentication methods failed/;
const LOST_BOTH = 'App or backup code. Lost both? The sysop has entry codes.';

describe('signing in by SSH in a keyboard-interactive dialogue', () => {
  let board: TestBoard;
  let secret: string;
  beforeAll(async () => {
    board = await TestBoard.start();
    secret = await board.addUser('bob', PASSWORD, 'google');
    await board.addUser('alice', PASSWORD);
  });
  afterAll(() => board.remove());

  const dial = (
    userName: string,
    answers: readonly string[],
    prompts: string[] = [],
  ): Promise<DialledCaller> =>
    board.ssh({ userName, answers, prompts, authHandler: ['keyboard-interactive'] });

  it('asks an account without a second factor for the password only', async () => {
    const prompts: string[] = [];
    const caller = await dial('alice', [PASSWORD], prompts);
    expect(prompts).toEqual(['Password: ']);
    await goToMainMenu(caller);
    caller.hangUp();
  });

  it('asks for the code in the same dialogue and opens on the welcome screen', async () => {
    const prompts: string[] = [];
    const caller = await dial('bob', [PASSWORD, board.freshCode(secret)], prompts);
    expect(prompts).toEqual(['Password: ', LOST_BOTH, 'One-time code: ']);
    expect(await caller.sees('Both doors are open.')).toContain('Welcome, bob');
    expect(board.events('call.began').at(-1)).toMatchObject({ server: 'ssh' });
    caller.hangUp();
  });

  it('asks again after a wrong code and says why', async () => {
    const prompts: string[] = [];
    const caller = await dial('bob', [PASSWORD, '000000', board.freshCode(secret)], prompts);
    expect(prompts).toEqual([
      'Password: ',
      LOST_BOTH,
      'One-time code: ',
      'Wrong code. Each code works only once. 2 tries are left.',
      'One-time code: ',
    ]);
    caller.hangUp();
  });

  it('tells of wrong codes on the welcome, of those of the call itself and of earlier calls', async () => {
    const own = await board.addUser('edna', PASSWORD, 'google');
    const first = await dial('edna', [PASSWORD, '000001', '000002', board.freshCode(own)]);
    await first.sees('2 failed attempts before it');
    first.hangUp();
    await expect(dial('edna', [PASSWORD, '000003', '000004', '000005'])).rejects.toThrow();
    const next = await dial('edna', [PASSWORD, board.freshCode(own)]);
    await next.sees('3 failed attempts since your last call');
    next.hangUp();
  });

  it('answers whoever types LOST on the screen, and asks for it once, where the board offers a way without codes (rule N6)', async () => {
    const config = { users: { twoFactorAuth: { recoveryMail: { enabled: true } } } };
    const other = await TestBoard.start({ config });
    await other.addUser('bob', PASSWORD, 'google');
    const prompts: string[] = [];
    const caller = await other.ssh({
      ...{ userName: 'bob', answers: [PASSWORD, 'lost'], prompts },
      authHandler: ['keyboard-interactive'],
    });
    expect(prompts).toEqual([
      'Password: ',
      'App or backup code. Lost both? Type LOST or ask the sysop.',
      'One-time code: ',
    ]);
    await caller.sees('Neither app nor backup codes');
    caller.hangUp();
    await other.remove();
  });

  it('does not ask for a code, nor tell of one, after a wrong password', async () => {
    const known: string[] = [];
    await expect(dial('bob', ['not his password'], known)).rejects.toThrow(REFUSED);
    const unknown: string[] = [];
    await expect(dial('nobody', ['not a password'], unknown)).rejects.toThrow(REFUSED);
    expect(known).toEqual(['Password: ']);
    expect(unknown).toEqual(known);
  });

  it('refuses a caller who never gives the right code', async () => {
    const own = await board.addUser('carl', PASSWORD, 'google');
    await expect(dial('carl', [PASSWORD, '000001', '000002', '000003'])).rejects.toThrow();
    const caller = await dial('carl', [PASSWORD, board.freshCode(own)]);
    await caller.sees('Welcome, carl');
    caller.hangUp();
  });

  it('ends a connection that has tried too often', async () => {
    await board.addUser('dave', PASSWORD);
    const tries = Array.from({ length: 20 }, () => 'keyboard-interactive' as const);
    const dialling = board.ssh({
      userName: 'dave',
      answers: tries.map((_method, index) => `wrong ${index}`),
      authHandler: tries,
    });
    await expect(dialling).rejects.toThrow();
    const looked = board
      .events('login.rejected')
      .filter(({ userName, reason }) => userName === 'dave' && reason === 'wrong');
    expect(looked).toHaveLength(3);
  });
});
