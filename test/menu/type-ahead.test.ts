import { MenuBoard, type MenuCaller } from '../support/menu-board';

const PASSWORD = 'a quiet harbour 7';

describe('keys that are typed before their screen', () => {
  let board: MenuBoard;
  const callers: MenuCaller[] = [];
  beforeAll(async () => {
    board = await MenuBoard.open({});
    await board.addUser('joe', PASSWORD);
    await board.addUser('zack', PASSWORD, { properties: { skip_welcome: 'yes' } });
    await board.addUser('loud!', PASSWORD);
    await board.addUser('loud', 'another harbour 8');
  });
  afterAll(() => board.close());
  afterEach(async () => {
    for (const caller of callers) caller.hangUp();
    await Promise.all(callers.splice(0).map((caller) => caller.ended));
  });

  const call = async (menu: string): Promise<MenuCaller> => {
    const caller = board.call(menu);
    callers.push(caller);
    await caller.until('a key to be asked for', () => caller.isAsked);
    return caller;
  };

  it.each([
    ['go on to the main menu, past the welcome', 'w\r'],
    ['and Enter before them ends its pause', '\rw\r'],
  ])('%s', async (_what, keys) => {
    const caller = await call('login');
    caller.type(`joe\r${PASSWORD}\r${keys}`);
    await caller.isIn('mainMenuWhosOnline');
    await caller.until('a key to be asked for', () => caller.isAsked);
    expect(caller.menus).toEqual([
      'login',
      'fullLoginSequenceLoginArt',
      'mainMenu',
      'mainMenuWhosOnline',
    ]);
  });

  it('typed into a field in one go are answered by one write, and one by one by as many', async () => {
    const caller = await call('login');
    const { sent } = caller.screen;
    let before = sent.length;
    caller.type('zack');
    await caller.sees('zack');
    expect(sent.length - before).toBe(1);
    for (const letter of 'abc') {
      before = sent.length;
      caller.type(letter);
      await caller.until('its echo', () => sent.length > before);
      expect(sent.length - before).toBe(1);
    }
    await caller.sees('zackabc');
  });

  it('pass by no page before the sign-in, such as the one before an application', async () => {
    const caller = await call('matrix');
    caller.type('n\r\rabc');
    await caller.sees('Press a key');
    await caller.until('a key to be asked for', () => caller.isAsked);
    expect(caller.screen.text()).toContain('Nobody knows you here yet.');
    caller.type(' ');
    await caller.isIn('newUserApplication');
    await caller.until('a key to be asked for', () => caller.isAsked);
    expect(caller.screen.text()).not.toContain('abc');
  });

  it('Enter behind the one key of an entry leaves the first field of the next menu alone, and only that one', async () => {
    const caller = await call('matrix');
    caller.type('s\r');
    await caller.isIn('login');
    await caller.until('a key to be asked for', () => caller.isAsked);
    expect(caller.screen.text()).not.toContain('Please fill this in.');
    const { row } = caller.screen.cursor;
    caller.type('\r');
    await caller.sees('Please fill this in.');
    expect(caller.screen.cursor.row).toBe(row);
    caller.type(`joe\r${PASSWORD}\r`);
    await caller.sees('Welcome, joe');

    const other = await call('matrix');
    other.type('w\r');
    await other.isIn('preAuthFeedback');
    await other.until('a key to be asked for', () => other.isAsked);
    const first = other.screen.cursor.row;
    other.type('\r');
    await other.until('the next field', () => other.screen.cursor.row !== first);
  });

  it.each([
    ['joe!', 'joe'],
    ['JOE!', 'joe'],
    ['zack', 'zack'],
  ])('a caller who signs in as %s goes straight to the main menu', async (typed, name) => {
    const caller = await call('login');
    caller.type(`${typed}\r${PASSWORD}\r`);
    await caller.isIn('mainMenu');
    await caller.until('a key to be asked for', () => caller.isAsked);
    expect(caller.caller.login.user?.name).toBe(name);
    expect(Buffer.concat(caller.screen.sent).toString('latin1')).not.toContain('Press a key');
    // Pages of later on are shown.
    caller.type('y\r');
    await caller.sees('Press a key');
  });

  it('joe! by SSH goes straight to the main menu, and reads there of failed attempts', async () => {
    // After the sign-in before.
    board.accounts.fake.stepWall(1_000);
    const wrong = await call('login');
    wrong.type('joe!\rwrong one\r');
    await wrong.sees('2 tries are left.');
    const caller = await board.callBySsh({ userName: 'joe!', password: PASSWORD });
    callers.push(caller);
    await caller.isIn('mainMenu');
    await caller.sees('Failed attempts since your last call: 1.');
    expect(caller.screen.text()).not.toContain('Press a key');
  });

  it('an account that is called NAME! is itself, and sees the welcome', async () => {
    const caller = await call('login');
    caller.type(`loud!\r${PASSWORD}\r`);
    await caller.sees('Welcome, loud!');
    await caller.sees('Press a key');
    const wrong = await call('login');
    wrong.type('loud!\ranother harbour 8\r');
    await wrong.sees('Wrong user name or password.');
  });

  it('a name that is none is none with ! behind it as well', async () => {
    const caller = await call('login');
    caller.type(`nobody!\r${PASSWORD}\r`);
    await caller.sees('Wrong user name or password. 2 tries are left.');
  });
});

describe('a page that shows something once', () => {
  it('is passed by no key that was typed before, and one that shows a picture is', async () => {
    const page = { config: { pause: true }, next: 'end' };
    const board = await MenuBoard.open({
      menus: {
        menus: {
          start: {
            art: 'START',
            prompt: 'go',
            submit: [{ value: { word: null }, action: '@menu:picture' }],
          },
          picture: { ...page, art: 'PICTURE', next: 'once' },
          once: { ...page, module: 'show_art', config: { pause: true, art: 'ONCE' } },
          end: { art: 'END', prompt: 'go', submit: [{ action: '@systemMethod:logoff' }] },
        },
        prompts: { go: { art: 'GO', mci: { ET1: { argName: 'word', submit: true } } } },
      },
      art: { START: 'start', PICTURE: 'a picture', ONCE: 'codes', END: 'the end', GO: 'go %ET1' },
    });
    await board.addUser('joe', PASSWORD);
    const caller = await board.callBySsh({ userName: 'joe', password: PASSWORD }, 'start');
    await caller.until('a key to be asked for', () => caller.isAsked);
    caller.type('a\rbc');
    await caller.sees('Press any key');
    await caller.until('a key to be asked for', () => caller.isAsked);
    expect(caller.places.at(-1)?.menu).toBe('once');
    caller.hangUp();
    await caller.ended;
    await board.close();
  });
});
