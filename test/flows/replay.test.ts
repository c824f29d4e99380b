import { dialSsh, dialTelnet, type DialledCaller } from '../support/dial';
import { TestBoard } from '../support/board';
import { giveCode, PASSWORD, signIn } from '../support/sign-in';

type Answer = 'accepted' | 'refused';

async function answerOf(caller: DialledCaller, code: string): Promise<Answer> {
  await giveCode(caller, code);
  const text = await caller.sees(/Both doors are open.|Wrong code./);
  caller.hangUp();
  return text.includes('Both doors are open.') ? 'accepted' : 'refused';
}

async function byTelnet(port: number, name: string, code: string): Promise<Answer> {
  const caller = await dialTelnet({ port });
  await signIn(caller, name);
  return answerOf(caller, code);
}

async function bySsh(port: number, name: string, code: string): Promise<Answer> {
  const caller = await dialSsh({ port, userName: name, password: PASSWORD });
  return answerOf(caller, code);
}

describe('a code that has just worked', () => {
  let board: TestBoard;
  let tests = 0;
  /** The account of the test. */
  let bob: string;
  let secret: string;
  beforeAll(async () => {
    board = await TestBoard.start();
  });
  beforeEach(async () => {
    tests += 1;
    bob = `bob${tests}`;
    secret = await board.addUser(bob, PASSWORD, 'google');
  });
  afterAll(() => board.remove());

  it('is refused on the other server, as typed and in groups', async () => {
    const code = board.code(secret);
    expect(await byTelnet(board.telnetPort, bob, code)).toBe('accepted');
    expect(await bySsh(board.sshPort, bob, code)).toBe('refused');
    expect(await byTelnet(board.telnetPort, bob, code.replace(/^.../, '$& '))).toBe('refused');
    expect(await bySsh(board.sshPort, bob, board.freshCode(secret))).toBe('accepted');
  });

  it('is refused in the dialogue of SSH as well', async () => {
    const code = board.code(secret);
    expect(await byTelnet(board.telnetPort, bob, code)).toBe('accepted');
    const dialogue = board.ssh({
      userName: bob,
      answers: [PASSWORD, code, code, code],
      authHandler: ['keyboard-interactive'],
    });
    await expect(dialogue).rejects.toThrow();
  });

  it('takes the codes before it along', async () => {
    const [before, now] = [board.code(secret, -1), board.code(secret)];
    expect(await bySsh(board.sshPort, bob, now)).toBe('accepted');
    expect(await bySsh(board.sshPort, bob, before)).toBe('refused');
  });

  it('is refused after the clock went back', async () => {
    const code = board.code(secret);
    expect(await bySsh(board.sshPort, bob, code)).toBe('accepted');
    board.clock.step(-60_000);
    await board.logged('clock.stepped');
    expect(await bySsh(board.sshPort, bob, code)).toBe('refused');
    expect(await bySsh(board.sshPort, bob, board.code(secret))).toBe('refused');
  });
});
