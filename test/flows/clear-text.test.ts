import { KEYS, type DialledCaller } from '../support/dial';
import { TestBoard } from '../support/board';
import { giveCode, PASSWORD, signIn } from '../support/sign-in';

/** Bytes that any session may be asked for while it waits for a key: all commands but AYT (RFC 854). */
const COMMANDS = [241, 242, 243, 244, 245, 247, 248, 249] as const;
const IAC = 255;
const AYT = 246;

describe('telnet, which everybody on the way can read', () => {
  let board: TestBoard;
  beforeAll(async () => {
    board = await TestBoard.start();
  });
  afterAll(() => board.remove());

  const sentTo = (caller: DialledCaller): string =>
    Buffer.concat(caller.screen.sent).toString('latin1');

  it('is said to be that where the password is asked (rule F8)', async () => {
    const open = await board.telnet();
    await open.sees('Sign in');
    open.type(KEYS.return);
    await open.sees(/clear text|not encrypted|can be read/i);
    open.hangUp();
  });

  it('is said to be that before an application, with where to call instead, and SSH is not (rule F8)', async () => {
    const open = await board.telnet();
    await open.sees('Sign in');
    open.type('n');
    const told = await open.sees('Press a key');
    expect(told).toMatch(/This line is not encrypted\.[^]*Call by SSH/);
    open.hangUp();
    const secure = await board.ssh({ userName: 'new' });
    const page = await secure.sees('Press a key');
    expect(page).toContain('Nobody knows you here yet.');
    expect(page).not.toMatch(/encrypted|Call by/);
    secure.hangUp();
  });

  it('carries neither password nor code back to the caller (rule F8)', async () => {
    const secret = await board.addUser('alice', PASSWORD, 'google');
    const caller = await board.telnet();
    await signIn(caller, 'alice');
    const wrong = '000000';
    await giveCode(caller, wrong);
    await caller.sees('Wrong code.');
    const code = board.freshCode(secret);
    await giveCode(caller, code);
    await caller.sees('Both doors are open.');
    // Whole or in pieces: what stands for a character is an asterisk.
    for (const word of [...PASSWORD.split(' '), wrong, code]) {
      if (word.length > 1) expect([word, sentTo(caller).includes(word)]).toEqual([word, false]);
    }
    expect(sentTo(caller)).toContain('*');
    caller.hangUp();
  });

  it.each([
    ['matrix', async () => undefined, 'Sign in'],
    ['the log-in form', async (caller: DialledCaller) => caller.type(KEYS.return), 'User name'],
    [
      'the one-time code',
      async (caller: DialledCaller) => {
        caller.type(`${KEYS.return}berta${KEYS.return}${PASSWORD}${KEYS.return}`);
      },
      'One-time code',
    ],
    [
      'the main menu',
      async (caller: DialledCaller) => {
        caller.type(`${KEYS.return}clara${KEYS.return}${PASSWORD}${KEYS.return}`);
        await caller.sees('Both doors are open.');
        caller.type(KEYS.return);
      },
      'Command',
    ],
  ] as const)(
    'answers AYT and does nothing at other commands at %s (rule F7)',
    async (_where, go, wanted) => {
      if (wanted === 'One-time code') await board.addUser('berta', PASSWORD, 'google');
      if (wanted === 'Command') await board.addUser('clara', PASSWORD);
      const caller = await board.telnet();
      await caller.sees('Sign in');
      await go(caller);
      await caller.sees(wanted);
      for (const command of COMMANDS) caller.send(Buffer.from([IAC, command]));
      caller.send(Buffer.from([IAC, AYT]));
      await caller.sees('[yes]');
      expect(await caller.sees(wanted)).toContain('[yes]');
      caller.hangUp();
    },
  );

  it('knows nobody by USER in the environment of a client (rule F4)', async () => {
    const caller = await board.telnet();
    await caller.sees('Sign in');
    const NEW_ENVIRON = 39;
    for (const name of ['sysop', '-f root']) {
      const said = Buffer.from(`\0\0USER\x01${name}\0ACCT\x01x\0DISPLAY\x01y:0`, 'latin1');
      caller.send(
        Buffer.concat([
          Buffer.from([IAC, 251, NEW_ENVIRON, IAC, 250, NEW_ENVIRON]),
          said,
          Buffer.from([IAC, 240]),
        ]),
      );
    }
    caller.type(KEYS.return);
    const text = await caller.sees('User name');
    expect(text).not.toMatch(/sysop|root/);
    expect(board.events('login.accepted')).not.toContainEqual(
      expect.objectContaining({ userName: 'sysop' }),
    );
    caller.hangUp();
  });
});

describe('telnet where the sysop wants no passwords in clear text', () => {
  let board: TestBoard;
  beforeAll(async () => {
    board = await TestBoard.start({
      config: { loginServers: { telnet: { passwordLogin: 'refuse' } } },
    });
    await board.addUser('alice', PASSWORD, 'google');
  });
  afterAll(() => board.remove());

  it('lets nobody in, and says how to call instead (rule F8)', async () => {
    const caller = await board.telnet();
    await signIn(caller, 'alice');
    const text = await caller.sees('Please call by SSH.');
    expect(text).not.toContain('One-time code');
    expect(board.events('login.accepted')).toEqual([]);
    caller.hangUp();
  });
});

describe('telnet where no secure way in is on', () => {
  let board: TestBoard;
  beforeAll(async () => {
    board = await TestBoard.start({ config: { loginServers: { ssh: { enabled: false } } } });
  });
  afterAll(() => board.remove());

  it('is said to be clear text before an application, and names no way that is not there (rule F8)', async () => {
    const open = await board.telnet();
    await open.sees('Sign in');
    open.type('n');
    const told = await open.sees('Press a key');
    expect(told).toMatch(/This line is not encrypted\.[^]*No secure way in is on here now\./);
    expect(told).not.toMatch(/SSH|browser/);
    open.hangUp();
  });
});
