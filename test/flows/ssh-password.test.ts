import { KEYS } from '../support/dial';
import { TestBoard } from '../support/board';
import { goToMainMenu, PASSWORD } from '../support/sign-in';

const REFUSED = /All configured authentication methods failed/;

describe('signing in by SSH with a password', () => {
  let board: TestBoard;
  beforeAll(async () => {
    board = await TestBoard.start();
    await board.addUser('alice', PASSWORD);
  });
  afterAll(() => board.remove());

  it('opens on the welcome screen, and one key leads to the main menu', async () => {
    const caller = await board.ssh({ userName: 'alice', password: PASSWORD });
    await goToMainMenu(caller);
    caller.type(`g${KEYS.return}`);
    await caller.isHungUpOn();
  });

  it('refuses a wrong password, and an unknown name just the same', async () => {
    const dial = (userName: string, password: string) => board.ssh({ userName, password });
    await expect(dial('alice', 'not her password')).rejects.toThrow(REFUSED);
    await expect(dial('nobody', PASSWORD)).rejects.toThrow(REFUSED);
    await expect(dial('alice', '')).rejects.toThrow(REFUSED);
  });

  it('refuses the right password while the account has to wait', async () => {
    await board.addUser('wanda', PASSWORD);
    for (let failures = 0; failures < 5; failures += 1) {
      await expect(board.ssh({ userName: 'wanda', password: `x${failures}` })).rejects.toThrow();
    }
    await expect(board.ssh({ userName: 'wanda', password: PASSWORD })).rejects.toThrow(REFUSED);
    board.clock.skip(60_000);
    const caller = await board.ssh({ userName: 'wanda', password: PASSWORD });
    await caller.sees('Welcome, wanda');
    caller.hangUp();
  });

  it('counts failures by telnet and by SSH together', async () => {
    await board.addUser('xenia', PASSWORD);
    for (let failures = 0; failures < 3; failures += 1) {
      await expect(board.ssh({ userName: 'xenia', password: `x${failures}` })).rejects.toThrow();
    }
    const caller = await board.telnet();
    await caller.sees('Sign in');
    caller.type(`${KEYS.return}xenia${KEYS.return}`);
    for (let failures = 0; failures < 2; failures += 1) {
      caller.type(`x${failures}${KEYS.return}${KEYS.return}`);
    }
    await board.logged('login.rejected', { userName: 'xenia', reason: 'wrong' }, 5);
    caller.hangUp();
    await expect(board.ssh({ userName: 'xenia', password: PASSWORD })).rejects.toThrow(REFUSED);
  });

  it('draws on the size that the terminal has, and again when it changes', async () => {
    const caller = await board.ssh({
      userName: 'alice',
      password: PASSWORD,
      width: 100,
      height: 30,
    });
    await caller.sees('Both doors are open.');
    expect(caller.screen.scrolled).toBe(0);
    caller.hangUp();
  });

  it('talks CP437 to a terminal that is known for it, and UTF-8 to one that is not', async () => {
    const sentTo = async (terminalType: string): Promise<Buffer> => {
      const caller = await board.ssh({
        userName: 'alice',
        password: PASSWORD,
        terminalType,
        encoding: terminalType === 'syncterm' ? 'cp437' : 'utf8',
      });
      await caller.sees('Both doors are open.');
      caller.hangUp();
      return Buffer.concat(caller.screen.sent);
    };
    const block = Buffer.from('\u2588', 'utf8');
    expect((await sentTo('xterm-256color')).includes(block)).toBe(true);
    const cp437 = await sentTo('syncterm');
    expect(cp437.includes(block)).toBe(false);
    expect(cp437.includes(0xdb)).toBe(true);
  });
});
