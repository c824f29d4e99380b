import { TestBoard } from '../support/board';
import type { DialledCaller } from '../support/dial';
import { goToMainMenu, PASSWORD } from '../support/sign-in';

describe('a window that is dragged to another size', () => {
  let board: TestBoard;
  beforeAll(async () => {
    board = await TestBoard.start();
    await board.addUser('alice', PASSWORD);
  });
  afterAll(() => board.remove());

  /** A window that forgets what it showed, so that only a new drawing brings it back. */
  const drag = (caller: DialledCaller, width: number, height: number): void => {
    caller.screen.write(Buffer.from('\x1b[H\x1b[2J'));
    caller.resize(width, height);
  };

  it('keeps a half-typed name on the form, by telnet (NAWS)', async () => {
    const caller = await board.telnet();
    await caller.sees('Sign in');
    caller.type('\r');
    await caller.sees('User name');
    caller.type('ali');
    await caller.sees('ali');
    drag(caller, 60, 30);
    await caller.sees('User name');
    // What the smaller window cut off is there again when it grows.
    drag(caller, 80, 24);
    await caller.sees('ali');
    caller.type(`ce\r${PASSWORD}\r`);
    await goToMainMenu(caller);
    caller.hangUp();
  });

  it('draws a pause and a menu anew, by SSH (window-change)', async () => {
    const caller = await board.ssh({ userName: 'alice', password: PASSWORD });
    await caller.sees('Both doors are open.');
    drag(caller, 132, 40);
    await goToMainMenu(caller);
    caller.type('2f');
    await caller.sees('2F');
    drag(caller, 100, 24);
    await caller.sees('Two-factor sign-in');
    caller.type('a\r');
    await caller.sees('Kind of code');
    caller.hangUp();
  });
});
