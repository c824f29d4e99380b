import { MenuBoard, type MenuCaller } from '../support/menu-board';
import { nextLook } from '../support/next-look';

const MENUS = {
  menus: {
    slow: { art: 'SLOW', config: { area: 'login', baudRate: 300 }, next: 'first' },
    first: {
      art: 'FORM',
      config: { area: 'login' },
      form: { 0: { mci: { ET1: { argName: 'name', focus: true } } } },
    },
    slowForm: {
      art: 'SLOWFORM',
      config: { area: 'login', baudRate: 300 },
      form: { 0: { mci: { ET1: { argName: 'name', focus: true } } } },
    },
  },
};

const ART = { SLOW: 'x'.repeat(75), FORM: 'Name %ET1', SLOWFORM: `${'x'.repeat(75)}\r\nName %ET1` };

/** Other timers of a call are those of limits, a second and more. */
const LONGEST_TICK_MS = 100;

describe('art at the speed of a modem', () => {
  let board: MenuBoard;

  beforeEach(async () => {
    board = await MenuBoard.open({ menus: MENUS, art: ART });
  });

  afterEach(() => board.close());

  const advanceUntil = async (caller: MenuCaller, holds: () => boolean): Promise<void> => {
    const { fake } = board.accounts;
    while (!holds()) {
      // Only the modem's own time passes: a disk that is slow must not seem to be dead.
      if (fake.nextInMs <= LONGEST_TICK_MS) await fake.advance(fake.nextInMs);
      else await nextLook();
      await caller.screen.settled();
    }
  };

  it('stops when the caller hangs up', async () => {
    const caller = board.call('slow');
    await advanceUntil(caller, () => caller.screen.text().length > 10);
    caller.hangUp();
    expect(await caller.ended).toBe('hung-up');
    const sent = Buffer.concat(caller.screen.sent).length;
    await board.accounts.fake.advance(10_000);
    expect(Buffer.concat(caller.screen.sent)).toHaveLength(sent);
    expect(board.accounts.fake.waiting).toBe(0);
  });

  it('keeps what is typed meanwhile for the next screen, or for its own form', async () => {
    for (const menu of ['slow', 'slowForm']) {
      const caller = board.call(menu);
      await advanceUntil(caller, () => caller.screen.text().length > 10);
      caller.type('joe');
      await advanceUntil(caller, () => caller.screen.text().includes('Name joe'));
      expect(caller.screen.text()).not.toMatch(/x.*joe/);
      caller.hangUp();
    }
  });

  it('is not cut short by an urgent message, which comes after it', async () => {
    const caller = board.call('slowForm');
    await advanceUntil(caller, () => caller.screen.text().length > 10);
    caller.caller.inbox.post({ text: 'Ten minutes.', urgent: true });
    await advanceUntil(caller, () => caller.screen.text().includes('Ten minutes.'));
    expect(caller.screen.text()).toContain('x'.repeat(75));
    caller.hangUp();
  });
});
