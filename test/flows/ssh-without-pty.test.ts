import { TestBoard } from '../support/board';
import type { DialledCaller } from '../support/dial';
import { PASSWORD } from '../support/sign-in';

const heard = (caller: DialledCaller): string => Buffer.concat(caller.screen.sent).toString('utf8');

describe('a call by SSH without a terminal (ssh -T)', () => {
  let board: TestBoard;
  beforeAll(async () => {
    board = await TestBoard.start();
    await board.addUser('theo', PASSWORD);
  });
  afterAll(() => board.remove());

  it('reads line by line, without one sequence, from the first line to the last', async () => {
    const caller = await board.ssh({ userName: 'theo', password: PASSWORD, pty: false });
    await caller.receives('Press a key to go on');
    caller.type('\r');
    await caller.receives('Command: ');
    caller.type('g\r');
    await caller.isHungUpOn();
    const text = heard(caller);
    expect(text).not.toMatch(/[\x00-\x09\x0b\x0c\x0e-\x1f\x7f]/);
    const lines = text.split('\r\n');
    expect(lines).toEqual(expect.arrayContaining(['Welcome, theo', 'G Log off', 'Main menu']));
    expect(lines.at(-2)).toBe('Good night, and until next time.');
  });

  it('gets screens where its client names a terminal all the same', async () => {
    const env = { TERM: 'xterm-256color', COLUMNS: '80', ROWS: '24' };
    const caller = await board.ssh({ userName: 'theo', password: PASSWORD, pty: false, env });
    await caller.sees('Both doors are open.');
    expect(heard(caller)).toContain('\x1b[');
    caller.hangUp();
  });
});
