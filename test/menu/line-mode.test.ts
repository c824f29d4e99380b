import { MenuBoard, type CallOptions, type MenuCaller } from '../support/menu-board';

const PASSWORD = 'a quiet harbour 7';
const MATRIX_LINES = /1 Sign in\n2 New here\? Apply\n[^]*Number \(1\):/;

describe('text line by line', () => {
  let board: MenuBoard;
  const callers: MenuCaller[] = [];
  beforeAll(async () => {
    board = await MenuBoard.open({});
    await board.addUser('walter', PASSWORD, { properties: { real_name: 'Walter' } });
  });
  afterAll(() => board.close());
  afterEach(async () => {
    for (const caller of callers) caller.hangUp();
    await Promise.all(callers.splice(0).map((caller) => caller.ended));
  });

  const call = (options: CallOptions = {}): MenuCaller => {
    const caller = board.call('matrix', { server: 'ssh', ...options });
    callers.push(caller);
    return caller;
  };

  async function openOwnData(caller: MenuCaller): Promise<void> {
    await caller.sees(/Sign in/);
    caller.type('s');
    if (caller.caller.terminal.isLineByLine) caller.type('\r');
    await caller.sees('User name');
    caller.type(`walter\r${PASSWORD}\r`);
    await caller.sees('Welcome, walter');
    caller.type('\r');
    await caller.sees('Command');
    caller.type('c\r');
    await caller.sees('Your own data');
  }

  it.each([
    ['gatehouse', 'P: plain text, for screen readers', {}],
    ['wicket', 'P: line by line, for screen readers', { width: 40 }],
  ])(
    'is chosen by P on the first screen of the theme %s, which says so',
    async (_id, hint, size) => {
      const caller = call(size);
      await caller.sees(hint);
      caller.type('p');
      await caller.sees(MATRIX_LINES);
      // The same key leads back.
      caller.type('P\r');
      await caller.seesNot('Number');
      expect(caller.screen.text()).toContain(hint);
      expect(caller.caller.terminal.isLineByLine).toBe(false);
    },
  );

  it('has help by ? where the answer is no text', async () => {
    const caller = call({ type: 'dumb' });
    await caller.sees(MATRIX_LINES);
    caller.type('?\r');
    const page = await caller.sees(/Press a key to go on/);
    expect(page).toMatch(/Help: At the gate\n[^]*S: Sign in\n[^]*P: Text line by line/);
    caller.type('\r');
    await caller.sees(/Press a key to go on\n[^]*Number \(1\):/);
  });

  it('cannot be left by P where the terminal has no cursor', async () => {
    const caller = call({ type: 'dumb' });
    await caller.sees(MATRIX_LINES);
    caller.type('p\r');
    await caller.sees(/Your terminal says that it shows text only\.\nNumber \(1\):/);
  });

  it('is shown to a client that asks for it', async () => {
    const caller = call();
    await caller.sees('Sign in');
    caller.caller.terminal.asksForLines = true;
    caller.type('f');
    await caller.sees(/Forgot your password\?[^]*\nUser name:$/);
  });

  it('is a choice of the account, which counts at once and in the next call', async () => {
    const first = call();
    await openOwnData(first);
    first.type(`${'\t'.repeat(9)}\x1b[B\x1b[B\x1b[B`);
    await first.sees('Text only, for screen readers');
    first.type(`${'\t'.repeat(4)}\r`);
    await first.sees(/Saved\.\n[^]*Real name \(Walter\):/);

    const second = call();
    await openOwnData(second);
    await second.sees(/Tab, Enter: next field. Esc: back.\n[^]*Real name \(Walter\):/);
    second.type(`${'\r'.repeat(9)}`);
    await second.sees('Theme, 1 Gatehouse, 2 Plain text, 3 Wicket, 4 Line by line (4):');
    second.type('1\r\r\r\r\r');
    await second.sees(/Saved\./);
    expect(second.caller.terminal.isLineByLine).toBe(false);

    const third = call();
    await openOwnData(third);
    expect(third.caller.terminal.isLineByLine).toBe(false);
  });

  it('is shown in a theme of words to a terminal that shows no sign of a cursor', async () => {
    await board.addUser('wanda', PASSWORD, { properties: { theme_id: 'plain' } });
    const caller = call();
    await caller.sees('Sign in');
    caller.caller.terminal.isSilent = true;
    caller.type('s');
    await caller.sees(/Esc: back/);
    expect(caller.caller.terminal.isLineByLine).toBe(false);
    caller.type(`wanda\r${PASSWORD}\r`);
    await caller.sees('Press a key to go on');
    expect(caller.caller.terminal.isLineByLine).toBe(true);
  });

  it('is not drawn again when the size of the window changes', async () => {
    const caller = call({ type: 'dumb' });
    await caller.sees(MATRIX_LINES);
    const before = caller.screen.sent.length;
    caller.resize(60, 20);
    caller.type('f\r');
    await caller.sees(/User name:$/);
    const after = Buffer.concat(caller.screen.sent.slice(before)).toString('latin1');
    expect(after).not.toContain('Sign in');
  });
});

describe('a board whose art is drawn', () => {
  let board: MenuBoard;
  const menus = {
    menus: {
      first: {
        desc: 'The hall',
        art: 'HALL',
        config: { area: 'login' },
        form: {
          0: {
            mci: { ET1: { argName: 'wish', submit: true }, TL2: { text: 'closed at night' } },
            submit: {
              '*': [
                { value: { wish: 'G' }, action: '@menu:garden' },
                { value: { wish: null }, action: '@systemMethod:redrawMenu' },
              ],
            },
            actionKeys: [{ keys: ['f1'], action: '@menu:garden' }],
          },
        },
      },
      garden: {
        desc: 'The garden',
        art: 'GARDEN',
        config: { area: 'login', pause: true },
        next: 'first',
      },
    },
  };
  const art = {
    HALL: '\x1b[1;31m▓▓▓▓ The Hall ▓▓▓▓\r\n\r\n║ Your wish: %ET1\r\n%TL2',
    'general/GARDEN.ANS': '▓▓▓▓ roses ▓▓▓▓',
    'general/GARDEN.ASC': 'A garden of roses.',
  };
  beforeAll(async () => {
    board = await MenuBoard.open({ menus, art });
  });
  afterAll(() => board.close());

  it('says names, commands and fields instead of it, and the text that lies beside a picture', async () => {
    const caller = board.call('first', { type: 'dumb' });
    expect(await caller.sees('Your wish:')).toMatch(
      /\nThe hall\nG: The garden\nf1: The garden\nclosed at night\nYour wish:$/,
    );
    caller.type('g\r');
    await caller.sees(/Your wish \(g\):$|Your wish:$/);
    caller.type('G\r');
    expect(await caller.sees('roses')).toContain('\nA garden of roses.\nPress any key');
    const heard = Buffer.concat(caller.screen.sent).toString('latin1');
    expect(heard).not.toMatch(/\x1b|\r\n\r\n| {2}|\xb2/);
    caller.hangUp();
    await caller.ended;
  });
});
