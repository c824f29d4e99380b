import { TestBoard } from '../support/board';
import { dialRlogin, KEYS, type DialledCaller, type RloginFields } from '../support/dial';
import { RawCaller } from '../support/raw-caller';
import { giveCode, PASSWORD } from '../support/sign-in';

const IN = 'Both doors are open.';
const WRONG = /wrong user name or password/i;

const portOf = (board: TestBoard): number => board.bbs.addresses.rlogin?.port ?? 0;

async function startBoard(password: 'first' | 'second' | 'none' = 'first'): Promise<TestBoard> {
  const board = await TestBoard.start({
    config: { loginServers: { rlogin: { enabled: true, password } } },
  });
  await board.addUser('alice', PASSWORD);
  return board;
}

describe('a call by rlogin', () => {
  let board: TestBoard;
  const dial = (fields: RloginFields): Promise<DialledCaller> => dialRlogin(portOf(board), fields);

  beforeAll(async () => {
    board = await startBoard();
  });
  afterAll(() => board.remove());

  it('signs in by the password in its greeting, as SyncTERM sends it', async () => {
    const caller = await dial({ first: PASSWORD, second: 'Alice' });
    await caller.sees(IN);
    expect(Buffer.concat(caller.screen.sent)[0]).toBe(0);
    caller.hangUp();
    expect(await board.oputil('audit', '--user', 'alice')).toMatch(/rlogin/i);
  });

  it('asks for the code of an account that has a second factor', async () => {
    await board.addUser('carol', PASSWORD);
    const secret = await board.bindOtp('carol', 'google');
    const caller = await dial({ first: PASSWORD, second: 'carol' });
    await giveCode(caller, board.freshCode(secret));
    await caller.sees(IN);
    caller.hangUp();
  });

  it('with a name alone signs nobody in: the sign-in has it, and asks for the password', async () => {
    for (const first of ['alice', '']) {
      const caller = await dial({ first, second: 'alice' });
      await caller.sees('Sign in');
      caller.type(KEYS.return);
      await caller.sees('alice');
      caller.type(`${PASSWORD}${KEYS.return}`);
      await caller.sees(IN);
      caller.hangUp();
    }
    expect(board.events('login.rejected')).toEqual([]);
  });

  it('with a wrong password is charged as one that is typed, and told so where the call begins', async () => {
    const caller = await dial({ first: 'nothing like it 9', second: 'alice' });
    await caller.sees(WRONG);
    await caller.sees('Sign in');
    caller.type(KEYS.return);
    await caller.sees('alice');
    caller.type(`${PASSWORD}${KEYS.return}`);
    await caller.sees(IN);
    caller.hangUp();
    expect(board.events('login.rejected')).toMatchObject([{ reason: 'wrong' }]);
    expect(board.logLines.join('\n')).not.toMatch(/nothing like it|quiet harbour/);
  });

  it('is told why the account may not be used, and ends', async () => {
    await board.addUser('dave', PASSWORD);
    await board.oputil('user', 'disable', 'dave');
    const caller = await dial({ first: PASSWORD, second: 'dave' });
    expect(await caller.isHungUpOn()).toMatch(/account/i);
  });

  it('has the name also where a reset of the password asks for it', async () => {
    const caller = await dial({ second: 'alice' });
    await caller.sees('Sign in');
    caller.type('f');
    await caller.sees('alice');
    caller.hangUp();
  });

  it('is shown text line by line where the name asks for it', async () => {
    const caller = await dial({ first: PASSWORD, second: 'plain+alice' });
    await caller.sees(/doors are open/);
    expect(Buffer.concat(caller.screen.sent).toString('latin1')).not.toContain('\x1b[');
    caller.hangUp();
  });

  it('draws again when the window has another size', async () => {
    const caller = await dial({ second: 'alice' });
    await caller.sees('Sign in');
    const before = caller.screen.sent.length;
    caller.resize(100, 30);
    await caller.until('another drawing', () => caller.screen.sent.length > before);
    await caller.sees('Sign in');
    caller.hangUp();
  });
});

it.each(['second', 'none'] as const)(
  'a password in the %s field of the greeting is taken as the configuration says',
  async (password) => {
    const board = await startBoard(password);
    const isTaken = password === 'second';
    const fields = isTaken
      ? { first: 'alice', second: PASSWORD }
      : { first: PASSWORD, second: 'alice' };
    const caller = await dialRlogin(portOf(board), fields);
    await caller.sees(isTaken ? IN : 'Sign in');
    expect(board.events('login.accepted')).toHaveLength(isTaken ? 1 : 0);
    expect(board.events('login.rejected')).toEqual([]);
    caller.hangUp();
    await board.remove();
  },
);

it.each([
  ['never', 'Rlogin takes no passwords: sign in with a code, or call by'],
  ['refuse', 'Nobody can sign in by Rlogin here.'],
] as const)(
  'a password in the greeting is not checked where passwordLogin is %s, whether it is right or not',
  async (passwordLogin, sentence) => {
    const board = await TestBoard.start({
      config: { loginServers: { rlogin: { enabled: true }, telnet: { passwordLogin } } },
    });
    await board.addUser('alice', PASSWORD);
    for (const first of [PASSWORD, 'nothing like it 9']) {
      const caller = await dialRlogin(portOf(board), { first, second: 'alice' });
      expect(await caller.sees('Sign in')).toContain(sentence);
      caller.hangUp();
    }
    const notHere = { reason: 'not-here' };
    expect(board.events('login.rejected')).toMatchObject([notHere, notHere]);
    expect(board.events('login.accepted')).toEqual([]);
    expect(board.logLines.join('\n')).not.toMatch(/nothing like it|quiet harbour/);
    await board.remove();
  },
);

it('rlogin is off where nothing is said', async () => {
  const board = await TestBoard.start();
  expect(board.bbs.addresses.rlogin).toBeUndefined();
  await board.remove();
});

describe('what is no greeting of rlogin', () => {
  let board: TestBoard;
  beforeAll(async () => {
    board = await startBoard();
  });
  afterAll(() => board.remove());

  it.each([
    ['another protocol', Buffer.from('GET / HTTP/1.0\r\n')],
    ['a field without an end', Buffer.concat([Buffer.from([0]), Buffer.alloc(3_000, 65)])],
  ])('%s ends the call, with a line in the log that has nothing of it', async (_name, bytes) => {
    const before = board.events('rlogin.abuse').length;
    const caller = await RawCaller.dial(portOf(board));
    caller.send(bytes);
    await caller.isClosed();
    expect(caller.received).toHaveLength(0);
    await board.logged('rlogin.abuse', { what: 'no greeting' }, before + 1);
    expect(board.logLines.join('\n')).not.toMatch(/HTTP\/1\.0|AAAA/);
  });
});
