import { ed25519Pair } from '../support/ssh-keys';
import type { SshDialOptions } from '../support/dial';
import { TestBoard } from '../support/board';
import { PASSWORD } from '../support/sign-in';

const REFUSED = /All configured authentication methods failed/;
const DISABLED = 'This account is disabled. Please ask the sysop.';
const INACTIVE = 'This account is not active yet. The sysop has to let you in first.';
const LOCKED = 'This account is locked. Please ask the sysop.';

describe('an account that may not be used, by SSH', () => {
  let board: TestBoard;
  const keys = ed25519Pair();
  const strangers = ed25519Pair();
  beforeAll(async () => {
    board = await TestBoard.start();
    for (const name of ['dina', 'ines', 'lena']) {
      await board.addUser(name, PASSWORD);
      await board.addSshKey(name, keys.public);
    }
    await board.addUser('olga', PASSWORD, 'google');
    await board.oputil('user', 'disable', 'dina', '-y');
    await board.oputil('user', 'disable', 'olga', '-y');
    await board.oputil('user', 'deactivate', 'ines', '-y');
    await board.oputil('user', 'lock', 'lena', '-y');
  });
  afterAll(() => board.remove());

  /** What the board said, and the reason with which it ended the connection or refused. */
  const dial = async (userName: string, how: Partial<SshDialOptions>) => {
    const prompts: string[] = [];
    const end = await board
      .ssh({ userName, prompts, ...how })
      .then(() => 'let in')
      .catch((error: unknown) => String(error));
    return { said: prompts.filter((text) => text !== 'Password: '), end };
  };

  const byDialogue = (password: string): Partial<SshDialOptions> => ({
    answers: [password],
    authHandler: ['keyboard-interactive'],
  });

  it.each([
    ['dina', 'a password', { password: PASSWORD }, DISABLED],
    ['dina', 'a key', { privateKey: keys.private }, DISABLED],
    ['dina', 'a dialogue', byDialogue(PASSWORD), DISABLED],
    ['olga', 'a password before her code', { password: PASSWORD }, DISABLED],
    ['ines', 'a password', { password: PASSWORD }, INACTIVE],
    ['ines', 'a key', { privateKey: keys.private }, INACTIVE],
    ['ines', 'a dialogue', byDialogue(PASSWORD), INACTIVE],
  ])(
    '%s is told why by %s that was right, and the connection ends',
    async (name, _by, how, told) => {
      expect(await dial(name, how)).toEqual({ said: [told], end: `Error: ${told}` });
      expect(board.events('ssh.hung-up-on').at(-1)).toMatchObject({ reason: 'account-not-active' });
    },
  );

  it.each([
    ['dina', 'a wrong password', { password: 'not her password' }],
    ['dina', 'the key of a stranger', { privateKey: strangers.private }],
    ['dina', 'a wrong password in the dialogue', byDialogue('not her password')],
    ['ines', 'a wrong password', { password: 'not her password' }],
    ['ines', 'the key of a stranger', { privateKey: strangers.private }],
    // Of a lock callers are told no more than of a wrong password (users.tellLocked).
    ['lena', 'her password, being locked', { password: PASSWORD }],
    ['lena', 'her key, being locked', { privateKey: keys.private }],
    ['nobody', 'a password', { password: PASSWORD }],
  ])('nothing is told of %s to who shows %s', async (name, _what, how) => {
    const { said, end } = await dial(name, how);
    expect(said).toEqual([]);
    expect(end).toMatch(REFUSED);
  });

  it('a locked account is told so where the sysop wants it', async () => {
    const telling = await TestBoard.start({ config: { users: { tellLocked: true } } });
    await telling.addUser('lena', PASSWORD);
    await telling.oputil('user', 'lock', 'lena', '-y');
    const dialled = telling.ssh({ userName: 'lena', password: PASSWORD });
    await expect(dialled).rejects.toThrow(LOCKED);
    await telling.remove();
  });
});
