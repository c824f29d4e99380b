import { oathtool } from './programs';
import { goToMainMenu, PASSWORD, RealBoard, signIn } from './real-board';

describe('the telnet of inetutils', () => {
  let board: RealBoard;
  beforeAll(async () => {
    board = await RealBoard.start();
  });
  afterAll(() => board.remove());

  const telnet = (): string[] => ['telnet', '127.0.0.1', board.telnetPort];

  it('signs in by the form and the code, sees no password, and is let go with a screen', async () => {
    const secret = await board.addUser('ada', 'google');
    const caller = await board.terminal(telnet());
    await signIn(caller, 'ada');
    expect(await caller.sees('One-time code')).not.toContain(PASSWORD);
    await caller.enter(await oathtool(secret));
    await goToMainMenu(caller);
    await caller.enter('g');
    expect(await caller.ended()).toContain('Connection closed by foreign host');
  });

  it('gets a plain sentence for a wrong password', async () => {
    await board.addUser('berta');
    const caller = await board.terminal(telnet());
    await caller.sees('Sign in');
    await caller.enter('');
    await caller.sees('User name');
    await caller.enter('berta');
    await caller.enter('not her password');
    await caller.sees('Wrong user name or password.');
    await caller.close();
  });

  it('gets the whole screen in the size of its window, and again when that changes', async () => {
    const caller = await board.terminal(telnet(), { width: 132, height: 43 });
    await caller.sees('Sign in');
    await caller.resize(80, 24);
    const text = await caller.sees('Sign in');
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(24);
    await caller.close();
  });

  it('with TERM=dumb is asked line by line, and its password is not shown', async () => {
    await board.addUser('cora');
    // tmux has a TERM of its own for what runs in it.
    const caller = await board.terminal(['env', 'TERM=dumb', ...telnet()]);
    await caller.sees(/5 Log off\nNumber \(1\):/);
    await caller.enter('1');
    await caller.sees(/Sign in\n[^]*\nUser name:/);
    await caller.enter('cora');
    await caller.sees('Password:');
    await caller.enter(PASSWORD);
    const text = await caller.sees('Press a key to go on');
    expect(text).toContain('Welcome, cora');
    expect(text).not.toContain(PASSWORD);
    await caller.enter('');
    await caller.sees(/Main menu\n[^]*\nCommand:/);
    await caller.enter('g');
    await caller.ended();
  });

  it('signs in in line mode, where each answer is sent with its Enter', async () => {
    await board.addUser('dina');
    const caller = await board.terminal(telnet());
    await caller.sees('Sign in');
    await caller.press('\x1d');
    await caller.sees('telnet>');
    await caller.enter('mode line');
    await caller.enter('s');
    await caller.sees('User name');
    await caller.enter('dina');
    await caller.enter(PASSWORD);
    await caller.sees('Welcome, dina');
    await caller.enter('');
    await caller.sees('Who is online');
    await caller.enter('g');
    await caller.ended();
  });

  it('may be left by its own escape character', async () => {
    const caller = await board.terminal(telnet());
    await caller.sees('Sign in');
    await caller.press('\x1d');
    await caller.sees('telnet>');
    await caller.enter('quit');
    await caller.ended();
  });
});
