import { TestBoard } from '../support/board';

describe('a window that is narrower than every theme', () => {
  let board: TestBoard;
  beforeAll(async () => {
    board = await TestBoard.start();
  });
  afterAll(() => board.remove());

  it.each([
    [39, 24],
    [38, 18],
    [30, 30],
  ])(
    'of %dx%d shows words in the theme plain, and no art that is cut off',
    async (width, height) => {
      const caller = await board.telnet({ width, height });
      const text = await caller.sees('Sign in');
      expect(text).not.toMatch(/[░▒▓█▀▄]/);
      caller.hangUp();
    },
  );

  it('is left for the art when it is widened', async () => {
    const caller = await board.telnet({ width: 39, height: 24 });
    await caller.sees('Sign in');
    caller.resize(80, 24);
    await caller.sees(/[░▒▓█▀▄]/);
    caller.hangUp();
  });
});
