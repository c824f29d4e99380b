import { KEYS } from '../support/dial';
import { TestBoard } from '../support/board';
import { goToMainMenu, PASSWORD, signIn } from '../support/sign-in';

const WRONG = /wrong user name or password/i;

describe('signing in by telnet with a password', () => {
  let board: TestBoard;
  beforeAll(async () => {
    board = await TestBoard.start();
    for (const name of ['alice', 'bruno', 'clara', 'doris']) await board.addUser(name, PASSWORD);
  });
  afterAll(() => board.remove());

  it('leads from the matrix over the form and one key to the main menu', async () => {
    const caller = await board.telnet();
    await signIn(caller, 'alice');
    await goToMainMenu(caller);
    caller.type(`g${KEYS.return}`);
    await caller.isHungUpOn();
  });

  it('takes the name in any case', async () => {
    const caller = await board.telnet();
    await signIn(caller, 'ALICE');
    await caller.sees('Welcome, alice');
    caller.hangUp();
  });

  it('never sends the password back', async () => {
    const caller = await board.telnet();
    await signIn(caller, 'alice');
    await caller.sees('Welcome, alice');
    expect(Buffer.concat(caller.screen.sent).includes('quiet')).toBe(false);
    caller.hangUp();
  });

  it('says in a plain sentence that name or password is wrong, and takes the right one next', async () => {
    const caller = await board.telnet();
    await signIn(caller, 'alice', 'not her password');
    await caller.sees(WRONG);
    expect(await caller.sees('User name')).toContain('Password');
    caller.type(`${KEYS.return}${PASSWORD}${KEYS.return}`);
    await caller.sees('Welcome, alice');
    caller.hangUp();
  });

  it('gives an unknown name the same screen as a wrong password', async () => {
    const shown = async (name: string): Promise<string> => {
      const caller = await board.telnet();
      await signIn(caller, name, 'not the password');
      const text = await caller.sees(WRONG);
      caller.hangUp();
      return text.replace(name, '-name');
    };
    expect(await shown('nobod')).toBe(await shown('bruno'));
  });

  it('ends the call at the third wrong password, with a sentence', async () => {
    const caller = await board.telnet();
    await signIn(caller, 'bruno', 'wrong 1');
    await caller.sees(WRONG);
    for (const wrong of ['wrong 2', 'wrong 3']) caller.type(`${KEYS.return}${wrong}${KEYS.return}`);
    expect(await caller.isHungUpOn()).toContain('Too many tries. You may call again.');
  });

  it('makes the right password wait after too many wrong ones, and says how long', async () => {
    for (let failures = 0; failures < 6; failures += 1) {
      const caller = await board.telnet();
      await signIn(caller, 'clara', 'wrong');
      await caller.sees(failures < 5 ? WRONG : /Too many tries. Please wait \d+ seconds./);
      caller.hangUp();
    }
    const waiting = await board.telnet();
    await signIn(waiting, 'clara');
    await waiting.sees(/Too many tries. Please wait \d+ seconds./);
    waiting.hangUp();
    board.clock.skip(60_000);
    const patient = await board.telnet();
    await signIn(patient, 'clara');
    await patient.sees('Welcome, clara');
    patient.hangUp();
  });

  it('takes name and password that arrive in one burst, as some terminals send them', async () => {
    const caller = await board.telnet();
    await caller.sees('Sign in');
    caller.type(`${KEYS.return}alice${KEYS.return}${PASSWORD}${KEYS.return}`);
    await caller.sees('Welcome, alice');
    caller.hangUp();
  });

  it('shows the matrix to a client that answers nothing', async () => {
    const caller = await board.telnet({ silent: true });
    await caller.sees('Sign in');
    caller.hangUp();
  });

  it('does not set up a second factor over clear text, and says why', async () => {
    const caller = await board.telnet();
    await signIn(caller, 'alice');
    await goToMainMenu(caller);
    caller.type(`2fa${KEYS.return}`);
    expect(await caller.sees(/SSH/)).not.toContain('Kind of code');
    caller.hangUp();
  });

  it('ends the older call when the same user signs in again', async () => {
    const older = await board.telnet();
    await signIn(older, 'doris');
    await older.sees('Welcome, doris');
    const newer = await board.telnet();
    await signIn(newer, 'doris');
    await newer.sees('Welcome, doris');
    expect(await older.isHungUpOn()).toMatch(/signed in again on node \d+: this call ends here/);
    newer.hangUp();
  });

  it.each([
    ['disable', 'is switched off.'],
    ['deactivate', /not active/i],
    ['lock', WRONG],
  ])('keeps out an account after user %s', async (verb, sentence) => {
    const name = `eve-${verb}`;
    await board.addUser(name, PASSWORD);
    await board.oputil('user', verb, name);
    const caller = await board.telnet();
    await signIn(caller, name);
    expect(await caller.sees(sentence)).not.toContain('Both doors are open.');
    caller.hangUp();
  });
});

describe('signing in by telnet where the sysop wants a second factor there', () => {
  let board: TestBoard;
  beforeAll(async () => {
    board = await TestBoard.start({
      config: { loginServers: { telnet: { passwordLogin: 'with-otp' } } },
    });
    await board.addUser('alice', PASSWORD);
  });
  afterAll(() => board.remove());

  it('refuses an account without one, and says what to do', async () => {
    const caller = await board.telnet();
    await signIn(caller, 'alice');
    expect(await caller.sees('Please call by SSH.')).not.toContain('Welcome, alice');
    caller.hangUp();
    const elsewhere = await board.ssh({ userName: 'alice', password: PASSWORD });
    await elsewhere.sees('Welcome, alice');
  });
});
