import { MenuBoard, type MenuCaller } from '../support/menu-board';

/** The question whether a letter that was begun is thrown away, behind which is the first menu. */
describe('a question that y or n answers', () => {
  let board: MenuBoard;
  beforeAll(async () => {
    board = await MenuBoard.open({});
  });
  afterAll(() => board.close());

  async function asked(): Promise<MenuCaller> {
    const caller = board.call('matrix');
    await caller.isIn('matrix');
    await caller.until('a key to be asked for', () => caller.isAsked);
    caller.type('w');
    await caller.isIn('preAuthFeedback');
    caller.type('Somebody\r\tHello');
    await caller.sees('Hello');
    await caller.escape();
    await caller.sees('Throw it away?');
    return caller;
  }

  async function isLeft(caller: MenuCaller): Promise<void> {
    caller.hangUp();
    await caller.ended;
  }

  it.each(['y', 'Y', 'y\r', 'y\r\n', 'yes\r', 'YES\r'])(
    'takes %j for yes, and nothing of it reaches the next menu',
    async (keys) => {
      const caller = await asked();
      caller.type(keys);
      await caller.isIn('matrix');
      // Up from the first entry is the last one: Enter would have chosen the first before.
      caller.type('\x1b[A');
      await caller.sees(/» +Log off/);
      expect(caller.places.at(-1)?.menu).toBe('matrix');
      await isLeft(caller);
    },
  );

  it.each(['n', 'N\r', 'no\r'])(
    'takes %j for no, and nothing of it is typed into the letter',
    async (keys) => {
      const caller = await asked();
      caller.type(keys);
      await caller.sees('Your letter is still here.');
      caller.type('!');
      expect(await caller.sees('!')).toMatch(/!Hello|Hello!/);
      await isLeft(caller);
    },
  );

  it('says of another letter, and of an empty answer, what it takes, and which keys answer', async () => {
    const caller = await asked();
    expect(caller.screen.text()).toContain('Y: yes   N: no   Esc: back');
    caller.type('x');
    await caller.sees('Please type y or n.');
    expect(caller.screen.text()).not.toContain('x');
    caller.type('\r');
    await caller.sees('Please type y or n.');
    await caller.escape();
    await caller.sees('Your letter is still here.');
    await isLeft(caller);
  });

  it('leaves what is typed behind the answer for the next menu', async () => {
    const caller = await asked();
    caller.type('y\rs');
    await caller.isIn('login');
    await isLeft(caller);
  });

  it('takes an Enter that comes later for one of the next menu', async () => {
    const caller = await asked();
    caller.type('y');
    await caller.isIn('matrix');
    await caller.until('a key to be asked for', () => caller.isAsked);
    await board.accounts.fake.advance(1001);
    caller.type('\r');
    await caller.isIn('login');
    await isLeft(caller);
  });

  it('is answered by a line where there is no cursor', async () => {
    const caller = board.call('matrix', { type: 'dumb' });
    await caller.isIn('matrix');
    caller.type('w\r');
    await caller.isIn('preAuthFeedback');
    caller.type('Somebody\r\rHello\r');
    await caller.sees(/Hello/);
    await caller.escape();
    await caller.sees('Throw it away?');
    caller.type('y');
    await caller.sees(/y or n: y$/m);
    expect(caller.places.at(-1)?.menu).toBe('preAuthFeedback');
    caller.type('\r');
    await caller.isIn('matrix');
    caller.type('s\r');
    await caller.isIn('login');
    await isLeft(caller);
  });
});
