import { MenuBoard, type MenuCaller } from '../support/menu-board';

const LIST = { argName: 'wish', items: ['One', 'Two'], focus: true, submit: true };

/** A menu of the login area with a list on its art. */
const withList = (name: string, more: object = {}): object => ({
  art: name,
  ...more,
  config: { area: 'login', ...('config' in more ? (more.config as object) : {}) },
  form: {
    0: {
      mci: { VM1: LIST, HM4: { items: ['Red', 'Blue'] } },
      submit: { '*': [{ value: { wish: null }, action: '@systemMethod:prevMenu' }] },
    },
  },
});

const rows = (first: number, last: number): string =>
  Array.from({ length: last - first + 1 }, (_, index) => `row ${first + index}`).join('\n');

describe('a letter that means nothing in the menu of a board of its own', () => {
  let board: MenuBoard;
  beforeAll(async () => {
    board = await MenuBoard.open({
      menus: {
        menus: {
          full: withList('FULL'),
          gap: withList('GAP'),
          label: withList('LABEL'),
        },
      },
      art: {
        FULL: `%VM1\n\n%HM4\n${rows(4, 24)}`,
        GAP: `%VM1\n\n%HM4\n${rows(4, 21)}\n\n${rows(23, 24)}`,
        LABEL: `%VM1\n\n%HM4\n${rows(4, 10)}\n%TL10\n${rows(12, 24)}`,
      },
    });
  });
  afterAll(() => board.close());

  async function call(menu: string): Promise<MenuCaller> {
    const caller = board.call(menu);
    await caller.sees('row 24');
    await caller.until('a key to be asked for', () => caller.isAsked);
    return caller;
  }

  const lineOf = (caller: MenuCaller, text: string): number =>
    caller.screen
      .text()
      .split('\n')
      .findIndex((line) => line.includes(text)) + 1;

  it('is not answered where art has all rows', async () => {
    const caller = await call('full');
    const before = caller.screen.text();
    caller.type('#\t');
    // Tab shows that the letter was read.
    await caller.until('the tab to be answered', () => caller.screen.cursor.row === 3);
    expect(caller.screen.text()).toBe(before);
    caller.hangUp();
    await caller.ended;
  });

  it.each([
    ['an empty row near the bottom, which is empty again afterwards', 'gap', 22],
    ['the view for messages', 'label', 11],
  ])('is answered in %s', async (_where, menu, row) => {
    const caller = await call(menu);
    const before = caller.screen.text();
    caller.type('#');
    await caller.sees('No such key here: #. ?: help');
    expect(lineOf(caller, 'No such key')).toBe(row);
    caller.type('\t');
    await caller.until('the screen as it was', () => caller.screen.text() === before);
    caller.hangUp();
    await caller.ended;
  });
});
