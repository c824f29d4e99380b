import { listAudit } from '../../src/store/audit';
import { listOneliners } from '../../src/store/oneliners';
import { removeUser } from '../../src/store/users';
import { MenuBoard, type MenuCaller } from '../support/menu-board';

const PASSWORD = 'a quiet harbour 7';
/** Codes that would do something if they were more than text (rules H1, H2). */
const HOSTILE = '|12red%UN{userName}@X4F';

const SIGN_IN = {
  art: 'USERLOG',
  next: 'wall',
  form: {
    0: {
      mci: {
        ET1: { argName: 'username', focus: true },
        ET2: { argName: 'password', password: true, submit: true },
      },
      submit: { '*': [{ value: { password: null }, action: '@systemMethod:login' }] },
    },
  },
};

/** The menu as boards of ENiGMA½ have it. */
const WALL = {
  module: 'onelinerz',
  next: 'hall',
  config: { art: { view: 'ONELINER', add: 'ONEADD' } },
  form: {
    0: {
      mci: {
        VM1: { focus: false, height: 10, width: 70, itemFormat: '{userName}: {oneliner}' },
        TM2: {
          ...{ argName: 'addOrExit', items: ['yeah!', 'nah'], hotKeys: { Y: 0, N: 1 } },
          ...{ submit: true, focus: true },
        },
      },
      submit: {
        '*': [
          { value: { addOrExit: 0 }, action: '@method:viewAddScreen' },
          { value: { addOrExit: null }, action: '@systemMethod:nextMenu' },
        ],
      },
    },
    1: {
      mci: {
        ET1: { focus: true, maxLength: 70, width: 60, argName: 'oneliner' },
        TL2: { width: 60 },
        TM3: { argName: 'addOrCancel', items: ['add', 'cancel'], submit: true },
      },
      submit: {
        '*': [
          { value: { addOrCancel: 0 }, action: '@method:addEntry' },
          { value: { addOrCancel: 1 }, action: '@method:cancelAdd' },
        ],
      },
      actionKeys: [{ keys: ['escape', 'f1'], action: '@method:cancelAdd' }],
    },
  },
};

describe('one-liners', () => {
  let board: MenuBoard;
  let userId: number;

  beforeEach(async () => {
    board = await MenuBoard.open({
      menus: {
        menus: { login: SIGN_IN, wall: WALL, hall: { art: 'HALL', config: { pause: true } } },
      },
      art: {
        USERLOG: 'User name %ET1\r\nPassword %ET2\r\n',
        ONELINER: `The wall\r\n%VM1${'\r\n'.repeat(11)}Write one? %TM2`,
        ONEADD: 'A new line\r\n%ET1\r\nas read: %TL2\r\n%TM3',
        HALL: 'The hall',
      },
    });
    ({ id: userId } = await board.addUser('walter', PASSWORD));
  });
  afterEach(() => board.close());

  async function comeIn(): Promise<MenuCaller> {
    const caller = board.call('login', { server: 'ssh' });
    await caller.sees('User name');
    caller.type(`walter\r${PASSWORD}\r`);
    await caller.sees('The wall');
    return caller;
  }

  async function write(caller: MenuCaller, text: string): Promise<void> {
    caller.type('y\r');
    await caller.sees('A new line');
    caller.type(`${text}\r\r`);
  }

  const stored = () => board.accounts.db.run((sql) => listOneliners(sql, 1_000));

  it('are written with a preview, shown as they were typed, and told in the audit without their text', async () => {
    const caller = await comeIn();
    caller.type('y\r');
    await caller.sees('A new line');
    caller.type(HOSTILE);
    await caller.sees(`as read: ${HOSTILE}`);
    caller.type('\r\r');
    await caller.sees(`The wall\nwalter: ${HOSTILE}`);
    expect(await stored()).toMatchObject([{ userId, text: HOSTILE }]);
    const [row] = await board.accounts.db.run((sql) => listAudit(sql, { limit: 1 }));
    expect(row).toMatchObject({ kind: 'oneliner', result: 'done', userId, reason: '' });
  });

  it('have the newest at the end, where older ones scroll away', async () => {
    await board.accounts.db.run(async (sql) => {
      for (let at = 1; at <= 12; at++)
        await sql('oneliner').insert({ user_id: userId, text: `line ${at}.`, written_at: at });
    });
    const { screen } = await comeIn();
    const text = screen.text();
    expect(text).toMatch(/The wall\nwalter: line 3\.\n(?:.*\n){8}walter: line 12\.\n/);
    // None of them is the choice of a list that nobody is in.
    const styles = [2, 11].map((row) => screen.cell(row, 1).inverse);
    expect(styles).toEqual([false, false]);
  });

  it('are left by Enter alone, and by "no" or a key for it on the screen of a new one', async () => {
    const caller = await comeIn();
    caller.type('y\r');
    await caller.sees('A new line');
    caller.type('not this\x1bOP');
    await caller.sees('The wall');
    caller.type('y\r');
    await caller.sees('A new line');
    expect(caller.screen.text()).not.toContain('not this');
    caller.type('nor this\r\x1b[C\r');
    await caller.sees('The wall');
    caller.type('\r');
    await caller.sees('The hall');
    expect(await stored()).toEqual([]);
  });

  it('are not empty, and ten an hour at most for each account (rule M5)', async () => {
    const caller = await comeIn();
    await write(caller, '  ');
    await caller.sees('Please write something first.');
    caller.type('\x1bOP');
    await caller.sees('The wall');
    for (let count = 1; count <= 10; count++) {
      await write(caller, `line ${count}.`);
      await caller.sees(`line ${count}.`);
      await caller.sees('The wall');
    }
    await write(caller, 'one too many');
    await caller.sees('You have written many lines.');
    expect(await stored()).toHaveLength(10);
  });

  it('are cut to 120 letters whatever a menu allows, and the newest 250 are kept', async () => {
    const { caller } = await comeIn();
    await board.accounts.db.run(async (sql) => {
      for (let at = 1; at <= 250; at++)
        await sql('oneliner').insert({ user_id: userId, text: `line ${at}.`, written_at: at });
    });
    const { user } = caller.login;
    if (user === undefined) throw new Error('walter is not signed in');
    await board.services.wall.write({ caller, user }, 'x'.repeat(500));
    const lines = await stored();
    expect(lines).toHaveLength(250);
    expect(lines[0]?.text).toBe('line 2.');
    expect(lines.at(-1)?.text).toBe('x'.repeat(120));
  });

  it('go with their account', async () => {
    const caller = await comeIn();
    await write(caller, 'I was here');
    await caller.sees('walter: I was here');
    await board.accounts.db.transaction('board', (sql) => removeUser(sql, userId));
    expect(await stored()).toEqual([]);
  });
});
