import { MenuBoard, type MenuBoardOptions, type MenuCaller } from '../support/menu-board';

const PASSWORD = 'correct horse battery';
const ART = /[░▒▓█▀▄]/;
const OWN_MATRIX = '{BN}\r\nOwn words.\r\n%VM1';

describe('the theme of a caller whose window is narrow', () => {
  let board: MenuBoard;
  const callers: MenuCaller[] = [];

  const open = async (options: MenuBoardOptions = {}): Promise<void> => {
    board = await MenuBoard.open(options);
  };
  afterEach(async () => {
    for (const caller of callers) caller.hangUp();
    await Promise.all(callers.splice(0).map((caller) => caller.ended));
    await board.close();
  });

  const call = (...options: Parameters<MenuBoard['call']>): MenuCaller => {
    const caller = board.call(...options);
    callers.push(caller);
    return caller;
  };
  const themeOf = async (size: object): Promise<string> => {
    const caller = call('matrix', { server: 'wss', ...size });
    await caller.sees(/Sign in/);
    const text = caller.screen.text();
    if (!ART.test(text)) return 'words';
    return text.includes('P: line by line') ? 'wicket' : 'gatehouse';
  };

  it.each([
    [80, 24, 'gatehouse'],
    [78, 20, 'gatehouse'],
    [77, 24, 'wicket'],
    [40, 45, 'wicket'],
    [40, 24, 'wicket'],
    [40, 23, 'words'],
    [80, 19, 'words'],
    [39, 24, 'words'],
  ])('of %dx%d is %s', async (width, height, theme) => {
    await open();
    expect(await themeOf({ width, height })).toBe(theme);
  });

  it('follows the window while a caller turns it', async () => {
    await open();
    const caller = call('matrix', { server: 'wss', width: 40, height: 45 });
    await caller.sees('P: line by line');
    expect(caller.screen.text()).toMatch(ART);
    caller.resize(93, 22);
    await caller.sees('P: plain text');
    caller.resize(40, 45);
    await caller.sees('P: line by line');
    expect(caller.screen.text()).toMatch(ART);
  });

  it('begins at the top of a high window, and in the middle of a wide one', async () => {
    await open({ config: { theme: { preLogin: 'wicket' } } });
    const high = call('matrix', { server: 'wss', width: 40, height: 45 });
    await high.sees('Two doors. Both are shut.');
    expect(high.screen.row(5)).toContain(' Two doors.');
    const wide = call('matrix', { server: 'wss', width: 80, height: 24 });
    await wide.sees('Two doors. Both are shut.');
    expect(wide.screen.row(5).indexOf('Two doors.')).toBe(21);
  });

  it.each(['plain', 'wicket'])('is plain line by line, also where %s was chosen', async (theme) => {
    await open({ config: { theme: { preLogin: theme } } });
    const dumb = call('matrix', { type: 'dumb', width: 80 });
    const text = await dumb.sees(/1 Sign in\n2 New here\? Apply\n[^]*Number \(1\):/);
    expect(text).toContain('Two doors. Both are shut.');
    expect(text).not.toMatch(ART);
  });

  it.each([40, 80])('is plain in %d columns where plain was chosen', async (width) => {
    await open();
    await board.addUser('joe', PASSWORD, { properties: { theme_id: 'plain' } });
    const signIn = { userName: 'joe', password: PASSWORD };
    const caller = await board.callBySsh(signIn, 'mainMenu', { width });
    callers.push(caller);
    const text = await caller.sees('Two-factor sign-in');
    expect(text).toContain('Online: ');
    expect(text).not.toMatch(ART);
  });

  it.each([
    ['the wide theme of the board alone is its own', { gate: 78 }, 'wicket'],
    ['the board has a narrow theme of its own too', { gate: 78, thin: 40 }, 'own'],
    ['the board has words of its own for the theme plain', { gate: 78, plain: 40 }, 'own'],
  ])('where %s', async (_what, own, wanted) => {
    const files = Object.entries(own).flatMap(([id, columns]) => [
      [`themes/${id}/theme.hjson`, JSON.stringify({ info: { columns } })],
      [`themes/${id}/MATRIX.asc`, OWN_MATRIX],
    ]);
    await open({
      art: Object.fromEntries(files),
      config: { theme: { preLogin: 'gate', default: 'gate' } },
    });
    const caller = call('matrix', { server: 'wss', width: 40 });
    const text = await caller.sees('Sign in');
    expect(text.includes('Own words.') ? 'own' : 'wicket').toBe(wanted);
    expect(ART.test(text)).toBe(wanted === 'wicket');
  });
});
