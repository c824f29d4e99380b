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

  it.each([
    ['NO_COLOR', 'xterm-256color', { NO_COLOR: '1' }, false],
    ['a monochrome terminal', 'xterm-mono', {}, false],
    ['any other caller', 'xterm-256color', { NO_COLOR: '' }, true],
  ])('of %s has colours only where they are wanted', async (_who, terminalType, env, hasColors) => {
    const caller = await board.ssh({ userName: 'new', terminalType, env });
    await caller.sees('Press a key');
    caller.type('\r');
    await caller.sees('Real name');
    const sent = Buffer.concat(caller.screen.sent).toString('latin1');
    expect(/\x1b\[[0-9;]*\b(?:[349]\d|10[0-7])\b[0-9;]*m/.test(sent)).toBe(hasColors);
    // The fields can be told from the rest in any case.
    const row = caller.screen.rows().findIndex((text) => text.includes('Real name')) + 1;
    const cells = Array.from({ length: 79 }, (_cell, at) => caller.screen.cell(row, at + 1));
    const isField = (cell: (typeof cells)[number]): boolean =>
      cell.inverse || cell.background !== 0 || cell.character === '_';
    expect(cells.some(isField)).toBe(true);
    caller.hangUp();
  });

  it('is left for the art when it is widened', async () => {
    const caller = await board.telnet({ width: 39, height: 24 });
    await caller.sees('Sign in');
    caller.resize(80, 24);
    await caller.sees(/[░▒▓█▀▄]/);
    caller.hangUp();
  });
});
