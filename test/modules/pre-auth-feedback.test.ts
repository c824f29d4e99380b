import type { Notice } from '../../src/store/notice';
import { MenuBoard, type MenuCaller } from '../support/menu-board';

describe('a letter to the sysop before signing in', () => {
  let board: MenuBoard;

  beforeEach(async () => {
    board = await MenuBoard.open({});
  });

  afterEach(() => board.close());

  const begin = async (): Promise<MenuCaller> => {
    const caller = board.call('matrix');
    await caller.sees('Write to the sysop');
    caller.type('W');
    await caller.sees('A letter to the sysop');
    return caller;
  };
  /**
   * From, about (left empty), the text, then on to the button. From is left by Tab: an Enter right behind
   * the key that chose the menu would count as part of that key.
   */
  const write = (caller: MenuCaller, from: string, lines: readonly string[]): void => {
    caller.type(`${from}\t\t${lines.join('\r')}\t\r`);
  };
  const letters = () =>
    board.accounts.notices.filter(
      (notice): notice is Extract<Notice, { kind: 'feedback' }> => notice.kind === 'feedback',
    );

  it('goes out by mail, with the name that was typed and where it came from', async () => {
    const caller = await begin();
    write(caller, 'An old friend', ['I lost my phone.', '', '|12{userName} %UN']);
    await caller.sees('Thank you.');
    expect(letters()).toEqual([
      {
        kind: 'feedback',
        userId: 0,
        from: 'An old friend [Telnet 192.0.2.7]',
        subject: 'Feedback to the sysop',
        text: 'I lost my phone.\n\n|12{userName} %UN',
      },
    ]);
    caller.type(' ');
    await caller.isIn('matrix');
    caller.hangUp();
  });

  it('wants a name and some text', async () => {
    const caller = await begin();
    write(caller, '', ['Hello']);
    await caller.sees('Please say who you are.');
    caller.hangUp();
    const other = await begin();
    write(other, 'Somebody', []);
    await other.sees('Please write something first.');
    expect(letters()).toEqual([]);
    other.hangUp();
  });

  it('takes five letters a day from one place', async () => {
    for (let letter = 0; letter < 5; letter++) {
      const caller = await begin();
      write(caller, 'Somebody', [`Letter ${letter}`]);
      await caller.sees('Thank you.');
      caller.hangUp();
    }
    const caller = await begin();
    write(caller, 'Somebody', ['One more']);
    await caller.sees('Many letters were sent lately.');
    expect(letters()).toHaveLength(5);
    caller.hangUp();
  });

  it('wraps long lines at words, and loses none of them', async () => {
    const words = Array.from({ length: 40 }, (_, index) => `word${index}`);
    const caller = await begin();
    write(caller, 'Somebody', [words.join(' ')]);
    await caller.sees('Thank you.');
    const [letter] = letters();
    expect(letter?.text.split(/\s+/)).toEqual(words);
    expect(letter?.text.split('\n').every((line) => line.length <= 76)).toBe(true);
    caller.hangUp();
  });

  it('asks before a letter that was begun is thrown away', async () => {
    const caller = await begin();
    caller.type('Somebody\r\tHello');
    await caller.sees('Hello');
    await caller.escape();
    await caller.sees('Throw it away?');
    caller.type('n\r');
    await caller.sees('Your letter is still here.');
    expect(caller.screen.text()).toContain('Hello');
    await caller.escape();
    await caller.sees('Throw it away?');
    caller.type('y\r');
    await caller.isIn('matrix');
    const other = await begin();
    await other.escape();
    await other.isIn('matrix');
    for (const each of [caller, other]) each.hangUp();
  });

  it('says so when the sysop has no address', async () => {
    board.accounts.answer.notice = 'no-address';
    const caller = await begin();
    write(caller, 'Somebody', ['Hello']);
    await caller.sees('takes no mail');
    caller.hangUp();
  });
});
