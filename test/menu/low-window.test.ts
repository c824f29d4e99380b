import { MenuBoard, type MenuCaller } from '../support/menu-board';

const PASSWORD = 'correct horse battery';

const LABELS = [
  ...['Real name', 'Birth date', 'Sex', 'Location', 'Affiliation', 'About you', 'Mail', 'Web'],
  ...['Screen rows', 'Theme', 'Welcome', '[Save]', 'Tab, Enter: next field'],
];

describe('a form in a window that is lower than its art', () => {
  let board: MenuBoard;
  beforeAll(async () => {
    board = await MenuBoard.open({});
    await board.addUser('joe', PASSWORD);
  });
  afterAll(() => board.close());

  const ownData = (height: number): Promise<MenuCaller> =>
    board.callBySsh({ userName: 'joe', password: PASSWORD }, 'mainMenuUserConfig', {
      ...{ width: 60, height },
    });

  it.each([20, 21, 22])(
    'the page of own data has its title and all fields in 60 columns and %i rows',
    async (height) => {
      const caller = await ownData(height);
      const text = await caller.sees('For the sysop; may stay empty');
      expect(caller.screen.row(1).trimEnd()).toBe('Your own data');
      for (const label of LABELS) expect(text).toContain(label);
      expect(caller.screen.row(height)).toContain('Esc: back');
      caller.type('Walter\t');
      await caller.sees('Year, month, day');
      expect(caller.screen.text()).toMatch(/^Real name +Walter *$/m);
      caller.hangUp();
    },
  );

  it('blank rows come back with a higher window, and what was typed stays', async () => {
    const caller = await ownData(20);
    await caller.sees('For the sysop');
    expect(caller.screen.row(2)).toContain('Real name');
    caller.type('Walter');
    await caller.sees('Walter');
    caller.resize(60, 23);
    await caller.until('the blank row', () => caller.screen.row(3).includes('Real name'));
    expect(caller.screen.row(3)).toContain('Walter');
    expect(caller.screen.row(1).trimEnd()).toBe('Your own data');
    caller.hangUp();
  });
});

describe('art of a board in a window that is lower', () => {
  const ROWS = ['Title', '', 'Name %ET1', '', '%MT2', '', '', 'Ok %TM3', '', 'Last row'];
  const menus = {
    menus: {
      first: {
        art: 'FORM',
        config: { area: 'login' },
        form: {
          0: {
            mci: {
              ET1: { argName: 'name', focus: true },
              MT2: { height: 3 },
              TM3: { items: ['y'] },
            },
          },
        },
      },
    },
  };

  it.each([
    ['text leaves out the lowest blank rows, but none of a view of several', 'FORM.asc', 8],
    ['text scrolls by what is left then', 'FORM.asc', 6],
    ['a picture scrolls as it does on any board', 'FORM.ans', 8],
  ])('%s', async (_what, file, height) => {
    const board = await MenuBoard.open({
      menus,
      art: { [`general/${file}`]: ROWS.join('\r\n') },
    });
    const caller = board.call('first', { width: 40, height });
    await caller.sees('Last row');
    const rows = Array.from({ length: height }, (_, at) => caller.screen.row(at + 1).trimEnd());
    expect(rows.map((row) => row.split(' ')[0])).toEqual(
      file.endsWith('.ans')
        ? ['Name', '', '', '', '', 'Ok', '', 'Last']
        : ['Title', '', 'Name', '', '', '', 'Ok', 'Last'].slice(8 - height),
    );
    caller.hangUp();
    await board.close();
  });
});
