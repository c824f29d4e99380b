import { MenuBoard, type MenuBoardOptions, type MenuCaller } from '../support/menu-board';

const area = { area: 'login' };
const WIDE = { width: 60, height: 20 };
/** An area of 40 columns and 10 rows begins in such a window behind 10 columns and 5 rows. */
const INFO = { area: { columns: 40, rows: 10 } };

const MENUS = {
  menus: {
    first: {
      art: 'FIRST',
      config: area,
      form: {
        0: {
          mci: { ET1: { argName: 'name', focus: true }, TM2: { items: ['yes', 'no'] } },
        },
      },
    },
    tall: { art: 'TALL', config: { ...area, pause: 'pageBreak' }, next: 'first' },
  },
  prompts: { pause: { art: 'PAUSE' }, pausePage: { art: 'PAGE' } },
};

const theme = (info: object): string => JSON.stringify({ info });

const ART = {
  FIRST: 'Window %SW %SH\r\nName %ET1\r\n%TM2',
  // A row of the whole width of the area, where a terminal of that width would wrap.
  TALL: Array.from({ length: 14 }, (_, at) => (at === 11 ? '=' : `line ${at + 1}.`))
    .join('\r\n')
    .replace('=', '='.repeat(40)),
  PAUSE: '<pause>',
  PAGE: '<page>',
  'themes/gatehouse/theme.hjson': theme(INFO),
};

describe('a window that is larger than the area of the theme', () => {
  let board: MenuBoard;

  afterEach(() => board.close());

  const call = async (
    how: object = WIDE,
    more: Partial<MenuBoardOptions> = {},
  ): Promise<MenuCaller> => {
    board = await MenuBoard.open({ menus: MENUS, art: ART, ...more });
    return board.call('first', how);
  };

  it('has the screen in its middle, with the cursor and what is typed in step', async () => {
    const caller = await call();
    await caller.sees('Window 60  20');
    caller.type('joe');
    await caller.sees('Name joe');
    expect(caller.screen.rows().slice(0, 7)).toEqual([
      ...['', '', '', '', ''],
      '          Window 60  20',
      '          Name joe',
    ]);
    expect(caller.screen.cursor).toEqual({ row: 7, column: 19 });
    caller.hangUp();
  });

  it('takes a tap where the screen is, and none beside it', async () => {
    const caller = await call();
    await caller.sees('Window 60  20');
    const tap = (row: number, column: number): void => caller.type(`\x1b[<0;${column};${row}M`);
    // The list is in row 3 of the area: as a place of the window that is no part of it.
    tap(3, 12);
    caller.type('a');
    await caller.sees('Name a');
    tap(8, 12);
    caller.type('b');
    tap(7, 18);
    caller.type('c');
    expect(await caller.sees('Name ac')).not.toContain('b');
    caller.hangUp();
  });

  it('scrolls tall art in its area, and leaves no margins behind', async () => {
    board = await MenuBoard.open({ menus: MENUS, art: ART });
    const caller = board.call('tall', WIDE);
    await caller.sees('<page>');
    expect(caller.screen.row(6)).toBe('          line 1.');
    expect(caller.screen.row(15)).toBe('          <page>');
    caller.type(' ');
    await caller.sees('<pause>');
    expect(caller.screen.rows().map((row) => row.trim())).toEqual([
      ...['', '', '', '', ''],
      ...Array.from({ length: 6 }, (_, at) => `line ${at + 6}.`),
      '='.repeat(40),
      'line 13.',
      'line 14.',
      '<pause>',
      ...['', '', '', '', ''],
    ]);
    expect(caller.screen.scrolled).toBe(0);
    caller.hangUp();
    await caller.ended;
    const sent = Buffer.concat(caller.screen.sent).toString('latin1');
    const margins = [...sent.matchAll(/\x1b\[(?:\d+;\d+)?r/g)].map(([all]) => all);
    expect(margins.length).toBeGreaterThan(1);
    expect(margins.at(-1)).toBe('\x1b[r');
  });

  it('is drawn anew in the middle when the window alone changes', async () => {
    const caller = await call();
    await caller.sees('Window 60  20');
    caller.type('joe');
    caller.resize(50, 12);
    await caller.sees('Window 50  12');
    expect(caller.screen.rows().slice(0, 3)).toEqual(['', '     Window 50  12', '     Name joe']);
    caller.resize(30, 8);
    await caller.sees('Window 30  8');
    expect(caller.screen.row(2)).toBe('Name joe');
    caller.hangUp();
  });

  it.each([
    ['with theme.centre off', { config: { theme: { centre: false } } }],
    ['in a theme without an area', { art: { ...ART, 'themes/gatehouse/theme.hjson': theme({}) } }],
  ])('has the screen in its corner %s', async (_name, more) => {
    const caller = await call(WIDE, more);
    await caller.sees('Window 60  20');
    expect(caller.screen.row(1)).toBe('Window 60  20');
    caller.hangUp();
  });

  it('has it in its middle in a theme that is based on one with an area', async () => {
    const own = { ...ART, 'themes/own/theme.hjson': theme({ base: 'gatehouse' }) };
    const caller = await call(WIDE, { art: own, config: { theme: { preLogin: 'own' } } });
    await caller.sees('Window 60  20');
    expect(caller.screen.row(6)).toBe('          Window 60  20');
    caller.hangUp();
  });

  it.each([
    ['tells', { general: { closedSystem: true } }, 'This board takes no new users'],
    ['asks', { users: { inviteOnly: true } }, 'Invite code'],
  ])('has in its middle what a module %s before its screen', async (_what, config, sentence) => {
    board = await MenuBoard.open({ config });
    const caller = board.call('newUserApplication', { server: 'wss', width: 132, height: 60 });
    await caller.sees(sentence);
    const rows = caller.screen.rows();
    expect(rows.slice(0, 17).join('')).toBe('');
    expect(rows.every((row) => row.slice(0, 26).trim() === '')).toBe(true);
    caller.hangUp();
  });

  it('says everything line by line as in a small one', async () => {
    const caller = await call({ ...WIDE, type: 'dumb' });
    await caller.sees('Name');
    expect(caller.screen.text()).not.toMatch(/^ {10}\S/m);
    caller.hangUp();
  });
});
