import { TestBoard } from '../support/board';
import { KEYS, type DialledCaller } from '../support/dial';
import { giveCode, goToMainMenu, PASSWORD, signIn } from '../support/sign-in';

const NO_CODES = ['', '   ', '12345', 'abcdef', '1234567', '１２３４５６'];

describe('what cannot be a password or a code', () => {
  let board: TestBoard;
  beforeAll(async () => {
    board = await TestBoard.start();
  });
  afterAll(() => board.remove());

  const failures = (): unknown => board.events('login.rejected');

  it.each(['ada', 'nobody'])(
    'is no attempt of %s in the form by telnet, and the right password works after ten (rule E3)',
    async (name) => {
      if (name === 'ada') await board.addUser(name, PASSWORD);
      const before = failures();
      const caller = await board.telnet();
      await caller.sees('Sign in');
      caller.type(KEYS.return);
      await caller.sees('User name');
      caller.type(`${name}${KEYS.return}`);
      for (let empty = 0; empty < 10; empty += 1) caller.type(KEYS.return);
      await caller.sees('Please type your password. Nothing was counted.');
      expect(failures()).toEqual(before);
      caller.type(`${PASSWORD}${KEYS.return}`);
      await caller.sees(name === 'ada' ? 'Both doors are open.' : '2 tries are left.');
      caller.hangUp();
    },
  );

  it('leaves who types Enter behind the key of the list in the field for the name', async () => {
    await board.addUser('linus', PASSWORD);
    const caller = await board.telnet();
    await caller.sees('Sign in');
    caller.type(`s${KEYS.return}linus${KEYS.return}${PASSWORD}${KEYS.return}`);
    await caller.sees('Welcome, linus');
    caller.hangUp();
  });

  it('is no code in the form: it costs no try, and the right one works after six of them (rules A11, E3)', async () => {
    const secret = await board.addUser('bob', PASSWORD, 'google');
    const before = failures();
    const caller = await board.telnet();
    await signIn(caller, 'bob');
    for (const typed of NO_CODES) {
      await giveCode(caller, typed);
      await caller.sees('Nothing was counted.');
      caller.type('9');
      await caller.seesNoMore('Nothing was counted.');
      caller.type(KEYS.backspace);
    }
    expect(failures()).toEqual(before);
    await giveCode(caller, board.freshCode(secret));
    await caller.sees('Both doors are open.');
    caller.hangUp();
    expect(await board.oputil('user', 'info', 'bob')).not.toMatch(/wrong code/i);
  });

  it('is asked for again in a dialogue of SSH, and costs no try there (rule E3)', async () => {
    const secret = await board.addUser('carl', PASSWORD, 'google');
    const before = failures();
    const prompts: string[] = [];
    const answers = ['', '', '', PASSWORD, ...NO_CODES, board.freshCode(secret)];
    const caller = await board.ssh({
      ...{ userName: 'carl', answers, prompts, authHandler: ['keyboard-interactive'] },
    });
    await caller.sees('Welcome, carl');
    expect(failures()).toEqual(before);
    const told = prompts.filter((text) => text.endsWith('Nothing was counted.'));
    expect(told).toHaveLength(3 + NO_CODES.length);
    expect(prompts.slice(0, 2)).toEqual([
      'Password: ',
      'Please type your password. Nothing was counted.',
    ]);
    caller.hangUp();
  });

  it('ends a connection by SSH that sends nothing else, unknown name or not, and is charged to no account', async () => {
    await board.addUser('dora', PASSWORD);
    const before = failures();
    for (const userName of ['dora', 'nobody']) {
      const answers = Array.from({ length: 100 }, () => '');
      const prompts: string[] = [];
      const dialling = board.ssh({
        ...{ userName, answers, prompts, authHandler: ['keyboard-interactive'] },
      });
      await expect(dialling).rejects.toThrow();
      expect(prompts.filter((text) => text === 'Password: ')).toHaveLength(21);
    }
    expect(failures()).toEqual(before);
  });

  it('is no attempt by the method password of SSH', async () => {
    await board.addUser('emil', PASSWORD);
    const before = failures();
    const send = (password: string) => ({ type: 'password', username: 'emil', password }) as const;
    const passwords = [...Array.from({ length: 8 }, () => ''), PASSWORD];
    const caller = await board.ssh({
      userName: 'emil',
      authHandler: passwords.map(send),
    });
    await caller.sees('Welcome, emil');
    expect(failures()).toEqual(before);
    caller.hangUp();
  });
});

describe('what a caller is told after a wrong password or code', () => {
  let board: TestBoard;
  beforeAll(async () => {
    board = await TestBoard.start();
  });
  afterAll(() => board.remove());

  const inWindow = async (width: number): Promise<DialledCaller> => board.telnet({ width });

  it.each([80, 40])('is how many tries are left, at %d columns', async (width) => {
    await board.addUser(`fred${width}`, PASSWORD, 'google');
    const caller = await inWindow(width);
    await signIn(caller, `fred${width}`, 'not his password');
    await caller.sees(/2 tries (are )?left\./);
    caller.type(`${PASSWORD}${KEYS.return}`);
    await giveCode(caller, '000000');
    await caller.sees(/One try (is )?left\./);
    caller.hangUp();
  });

  it('is the same for an account and for a name that is none', async () => {
    await board.addUser('gina', PASSWORD);
    const tell = async (name: string): Promise<string[]> => {
      const caller = await board.telnet();
      const told: string[] = [];
      await signIn(caller, name, 'wrong 1');
      told.push(await caller.sees('Wrong user name or password. 2 tries are left.'));
      caller.type(`wrong 2${KEYS.return}`);
      told.push(await caller.sees('Wrong user name or password. One try is left.'));
      caller.type(`wrong 3${KEYS.return}`);
      told.push(await caller.isHungUpOn());
      expect(told[2]).toContain('Too many tries. You may call again.');
      return told.map((text) => text.replace(name, '-name'));
    };
    expect(await tell('gina')).toEqual(await tell('nobo'));
  });

  it('is the length of the wait also where the call ends', async () => {
    await board.addUser('hugo', PASSWORD);
    const wrong = async (count: number): Promise<DialledCaller> => {
      const caller = await board.telnet();
      await signIn(caller, 'hugo', 'wrong');
      for (let more = 1; more < count; more += 1) caller.type(`wrong${KEYS.return}`);
      return caller;
    };
    await (await wrong(3)).isHungUpOn();
    await (await wrong(2)).sees('One try is left.');
    const last = await wrong(3);
    expect(await last.isHungUpOn()).toMatch(/Too many tries. Please call again in \d+ seconds\./);
  });

  it('is to check the clock of the phone at the third code that is right for one other time, and not before', async () => {
    const secret = await board.addUser('ida', PASSWORD, 'google');
    const hourAhead = (): string => board.code(secret, 120);
    const first = await board.telnet();
    await signIn(first, 'ida');
    await giveCode(first, hourAhead());
    expect(await first.sees('Wrong code.')).not.toContain('clock');
    board.clock.skip(30_000);
    await giveCode(first, hourAhead());
    expect(await first.sees('One try is left.')).not.toContain('clock');
    first.hangUp();
    board.clock.skip(60_000);
    const second = await board.telnet();
    await signIn(second, 'ida');
    await giveCode(second, hourAhead());
    const text = await second.sees('Wrong code. Check the clock of your phone.');
    expect(text).not.toMatch(/hour|minute|ahead|behind|120|3600/);
    await giveCode(second, board.freshCode(secret));
    await second.sees('Both doors are open.');
    await goToMainMenu(second);
    second.hangUp();
  });
});
