import { setGroups } from '../../src/store/users';
import { MenuBoard, type MenuBoardOptions, type MenuCaller } from '../support/menu-board';

const PASSWORD = 'a quiet harbour 7';

describe('what waits for the sysop', () => {
  let board: MenuBoard;
  const asked: string[] = [];

  const open = async (options: MenuBoardOptions = {}): Promise<void> => {
    board = await MenuBoard.open(options);
    const { id } = await board.addUser('sue', PASSWORD);
    await board.addUser('joe', PASSWORD);
    await board.accounts.db.transaction('board', (sql) => setGroups(sql, id, ['users', 'sysops']));
    await board.accounts.db.run((sql) => {
      sql.on('query', (query: { readonly sql: string }) => asked.push(query.sql));
      return Promise.resolve();
    });
  };
  const wait = (name: string): Promise<unknown> =>
    board.addUser(name, PASSWORD, { properties: { account_status: '1' } });
  /** Signed in, at the main menu. */
  const enter = async (userName: string): Promise<MenuCaller> => {
    asked.length = 0;
    const caller = await board.callBySsh({ userName, password: PASSWORD });
    await caller.sees('Press a key');
    caller.type(' ');
    await caller.isIn('mainMenu');
    await caller.until('a key to be asked for', () => caller.isAsked);
    return caller;
  };
  const counted = (): number => asked.filter((sql) => /count.*account_status/.test(sql)).length;

  afterEach(() => board.close());

  it('is said to a sysop at the main menu, by one statement', async () => {
    await open({ warnings: 3 });
    await wait('ann');
    await wait('bob');
    const caller = await enter('sue');
    expect(caller.screen.text()).toContain('Accounts to activate: 2. Warnings: 3.');
    expect(counted()).toBe(1);
    caller.hangUp();
  });

  it('begins with the file whose edit was refused', async () => {
    await open({ warnings: 3, refusedFile: 'main.hjson' });
    const caller = await enter('sue');
    expect(caller.screen.text()).toContain('Refused edit: main.hjson. Warnings: 3.');
    caller.hangUp();
  });

  it.each([
    ['accounts alone', 1, 0, 'Accounts to activate: 1.'],
    ['warnings alone', 0, 1, 'Warnings: 1.'],
  ])('is %s', async (_what, waiting, warnings, sentence) => {
    await open({ warnings });
    if (waiting > 0) await wait('ann');
    const caller = await enter('sue');
    const text = caller.screen.text();
    expect(text).toContain(sentence);
    expect(/activate/.test(text) && /Warnings/.test(text)).toBe(false);
    caller.hangUp();
  });

  it('comes after what the sign-in has to tell, which may be a warning', async () => {
    await open({ warnings: 3 });
    board.accounts.fake.stepWall(1_000);
    const guess = { userName: 'sue', password: 'another harbour 8' };
    await expect(board.callBySsh(guess)).rejects.toThrow('sue is rejected');
    const caller = await board.callBySsh({ userName: 'sue!', password: PASSWORD });
    await caller.isIn('mainMenu');
    await caller.sees('Failed attempts since your last call: 1.');
    expect(caller.screen.text()).not.toContain('Warnings');
    await caller.until('a key to be asked for', () => caller.isAsked);
    caller.type('c\r');
    await caller.sees('Warnings: 3.');
    caller.hangUp();
  });

  it('is nothing that is said where nothing waits', async () => {
    await open();
    const caller = await enter('sue');
    expect(caller.screen.text()).not.toMatch(/activate|Warnings/);
    caller.hangUp();
  });

  it('is no business of other callers, and costs them no statement', async () => {
    await open({ warnings: 3 });
    await wait('ann');
    const caller = await enter('joe');
    expect(caller.screen.text()).not.toMatch(/activate|Warnings/);
    expect(counted()).toBe(0);
    caller.hangUp();
  });
});
