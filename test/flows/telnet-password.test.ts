import { KEYS, dialTelnet, type DialledCaller } from '../support/dial';
import { TestBoard } from '../support/board';
import { signIn } from '../support/sign-in';

describe('signing in by telnet with a password', () => {
  let board: TestBoard;
  beforeAll(async () => {
    board = await TestBoard.start();
    await board.addUser('alice', 'a quiet harbour 7');
  });
  afterAll(() => board.remove());

  const dial = (): Promise<DialledCaller> => dialTelnet({ port: board.telnetPort });

  it('leads from the matrix over the form and one key to the main menu', async () => {
    const caller = await dial();
    await signIn(caller, 'alice', 'a quiet harbour 7');
    await caller.sees('alice');
    caller.type(KEYS.return);
    await caller.sees('Command');
    caller.type(`g${KEYS.return}`);
    await caller.isHungUpOn();
  });

  it('never shows the password', async () => {
    const caller = await dial();
    await signIn(caller, 'alice', 'a quiet harbour 7');
    await caller.sees('alice');
    expect(Buffer.concat(caller.screen.sent).includes('a quiet harbour')).toBe(false);
    caller.hangUp();
  });

  it('says in a plain sentence that name or password is wrong, and stays on the form', async () => {
    const caller = await dial();
    await signIn(caller, 'alice', 'not her password');
    await caller.sees(/wrong user name or password/i);
    await caller.sees('User name');
    caller.hangUp();
  });

  it('gives an unknown name the same screen as a wrong password', async () => {
    const shown = async (name: string): Promise<string> => {
      const caller = await dial();
      await signIn(caller, name, 'not the password');
      const text = await caller.sees(/wrong user name or password/i);
      caller.hangUp();
      return text.replace(name, '<name>'.padEnd(name.length));
    };
    expect(await shown('nobody')).toBe((await shown('alice')).replace('<name>', '<name>'));
  });

  it('takes name and password that arrive in one burst, as some terminals send them', async () => {
    const caller = await dial();
    await caller.sees('Sign in');
    caller.type(`${KEYS.return}alice${KEYS.return}a quiet harbour 7${KEYS.return}`);
    await caller.sees('alice');
    caller.hangUp();
  });
});
