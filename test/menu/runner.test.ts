import { BbsError } from '../../src/base/errors';
import { MenuBoard, type MenuBoardOptions, type MenuCaller } from '../support/menu-board';

const area = { area: 'login' };
const keys = (table: Record<string, string>) => ({
  form: {
    0: {
      actionKeys: Object.entries(table).map(([key, action]) => ({ keys: [key], action })),
    },
  },
});

describe('the way between menus', () => {
  let board: MenuBoard;

  afterEach(() => board.close());

  const call = async (options: MenuBoardOptions, first = 'first'): Promise<MenuCaller> => {
    board = await MenuBoard.open(options);
    return board.call(first);
  };

  it('goes to a menu, comes back, and keeps what was passed along', async () => {
    const seen: unknown[] = [];
    const caller = await call({
      modules: [
        {
          name: 'notes',
          doc: '',
          needs: 'none',
          views: [],
          methods: {},
          enter: (context) => {
            seen.push(context.extraArgs);
            return Promise.resolve(undefined);
          },
        },
      ],
      menus: {
        menus: {
          first: {
            config: area,
            form: {
              0: { actionKeys: [{ keys: ['g'], action: '@menu:second', extraArgs: { page: 7 } }] },
            },
            art: 'FIRST',
          },
          second: {
            module: 'notes',
            art: 'SECOND',
            config: area,
            ...keys({ g: '@menu:third', escape: '@systemMethod:prevMenu' }),
          },
          third: { art: 'THIRD', config: area, ...keys({ escape: '@systemMethod:prevMenu' }) },
        },
      },
      art: { FIRST: 'one', SECOND: 'two', THIRD: 'three' },
    });
    await caller.sees('one');
    caller.type('g');
    await caller.sees('two');
    caller.type('g');
    await caller.sees('three');
    await caller.escape();
    await caller.sees('two');
    await caller.escape();
    await caller.sees('one');
    expect(seen).toEqual([{ page: 7 }, { page: 7 }]);
    caller.hangUp();
  });

  it('passes a menu without history by on the way back', async () => {
    const caller = await call({
      menus: {
        menus: {
          first: { art: 'FIRST', config: area, ...keys({ g: '@menu:ad' }) },
          ad: {
            art: 'AD',
            config: { ...area, menuFlags: ['noHistory'] },
            ...keys({ g: '@menu:last' }),
          },
          last: { art: 'LAST', config: area, ...keys({ b: '@systemMethod:prevMenu' }) },
        },
      },
      art: { FIRST: 'one', AD: 'buy this', LAST: 'the end' },
    });
    await caller.sees('one');
    caller.type('g');
    await caller.sees('buy this');
    caller.type('g');
    await caller.sees('the end');
    caller.type('b');
    await caller.sees('one');
    caller.hangUp();
  });

  it('goes back from a menu without next, and ends a call that has no menu left', async () => {
    const caller = await call({
      menus: {
        menus: {
          first: { art: 'FIRST', config: { ...area, pause: true }, next: 'second' },
          second: { art: 'SECOND', config: { ...area, pause: true } },
        },
      },
      art: { FIRST: 'one', SECOND: 'two' },
    });
    await caller.sees('one');
    caller.type(' ');
    await caller.sees('two');
    caller.type(' ');
    await caller.sees('one');
    caller.type(' ');
    await caller.sees('two');
    caller.hangUp();
    expect(await caller.ended).toBe('hung-up');
    const lone = board.call('second');
    await lone.sees('two');
    lone.type(' ');
    expect(await lone.ended).toBe('no-menu');
    expect(board.events('menu.no-previous')).toMatchObject([{ menu: 'second', reason: 'NOPREV' }]);
  });

  it('keeps a caller on his screen when no condition of next holds', async () => {
    const caller = await call({
      menus: {
        menus: {
          first: {
            art: 'FIRST',
            config: area,
            next: [{ acs: 'GM[sysops]', next: 'second' }],
            ...keys({ n: '@systemMethod:nextMenu' }),
          },
          second: { art: 'FIRST', config: area },
        },
      },
      art: { FIRST: 'one' },
    });
    await caller.sees('one');
    caller.type('n');
    await caller.sees('There is no way on from here for you.');
    expect(board.events('menu.no-condition-matched')).toMatchObject([{ reason: 'NOCONDMATCH' }]);
    caller.hangUp();
  });

  it('takes the first next whose condition holds', async () => {
    const caller = await call({
      menus: {
        menus: {
          first: {
            config: area,
            next: [{ acs: 'SC', next: 'secure' }, { acs: '!SC', next: 'open' }, { next: 'other' }],
          },
          secure: { art: 'SECURE', config: { ...area, pause: true } },
          open: { art: 'OPEN', config: { ...area, pause: true } },
          other: { config: area },
        },
      },
      art: { SECURE: 'locked', OPEN: 'in the open' },
    });
    await caller.sees('in the open');
    caller.hangUp();
    const other = board.call('first', { server: 'ssh' });
    await other.sees('locked');
    other.hangUp();
  });

  it('ends a call whose menus go round without asking anything', async () => {
    const caller = await call({
      menus: {
        menus: {
          first: { config: area, next: 'second' },
          second: { config: area, next: 'first' },
        },
      },
    });
    expect(await caller.ended).toBe('loop');
    await caller.sees('These menus lead nowhere.');
    expect(board.events('menu.loop')).toHaveLength(1);
  });

  it('waits nextTimeout and goes on, without losing keys typed meanwhile', async () => {
    const caller = await call({
      menus: {
        menus: {
          first: { art: 'CONNECT', config: { ...area, nextTimeout: 1500 }, next: 'second' },
          second: {
            art: 'NAME',
            config: area,
            form: { 0: { mci: { ET1: { argName: 'name', focus: true } } } },
          },
        },
      },
      art: { CONNECT: 'connected', NAME: 'Name: %ET1' },
    });
    await caller.sees('connected');
    caller.type('joe');
    await board.accounts.fake.advance(1499);
    expect(caller.menus).toEqual(['first']);
    await board.accounts.fake.advance(1);
    await caller.sees('Name: joe');
    caller.hangUp();
  });

  it('shows a caller in a menu the menu as it was, although it was edited meanwhile', async () => {
    const menus = (text: string) => ({
      menus: {
        first: { art: 'FIRST', config: area, ...keys({ g: `@menu:${text}` }) },
        old: { art: 'OLD', config: { ...area, pause: true } },
        new: { art: 'NEW', config: { ...area, pause: true } },
      },
    });
    const caller = await call({
      menus: menus('old'),
      art: { FIRST: 'one', OLD: 'the old way', NEW: 'the new way' },
    });
    await caller.sees('one');
    await board.reload(menus('new'));
    caller.type('g');
    await caller.sees('the old way');
    caller.type(' ');
    await caller.sees('one');
    caller.type('g');
    await caller.sees('the new way');
    caller.hangUp();
  });

  it('goes further back when the menu below is gone', async () => {
    const menus = {
      first: { art: 'FIRST', config: area, ...keys({ g: '@menu:second' }) },
      second: { art: 'SECOND', config: area, ...keys({ g: '@menu:third' }) },
      third: { art: 'THIRD', config: area, ...keys({ b: '@systemMethod:prevMenu' }) },
    };
    const caller = await call({
      menus: { menus },
      art: { FIRST: 'one', SECOND: 'two', THIRD: 'three' },
    });
    await caller.sees('one');
    caller.type('g');
    await caller.sees('two');
    caller.type('g');
    await caller.sees('three');
    const { first, third } = menus;
    await board.reload({ menus: { first, third } });
    caller.type('b');
    await caller.sees('one');
    caller.hangUp();
  });

  it('ends only the call in which something unexpected fails', async () => {
    const options: MenuBoardOptions = {
      modules: [
        {
          name: 'faulty',
          doc: '',
          needs: 'none',
          views: [],
          methods: { break: () => Promise.reject(new Error('a bug of ours')) },
        },
      ],
      menus: {
        menus: {
          first: { art: 'FIRST', module: 'faulty', config: area, ...keys({ x: '@method:break' }) },
        },
      },
      art: { FIRST: 'one' },
    };
    const caller = await call(options);
    const neighbour = board.call('first');
    await caller.sees('one');
    await neighbour.sees('one');
    caller.type('x');
    expect(await caller.ended).toBe('failure');
    await caller.sees('Something went wrong here');
    expect(board.events('menu.failed')).toMatchObject([{ node: 1, menu: 'first' }]);
    neighbour.type('?');
    await neighbour.sees('one');
    neighbour.hangUp();
    expect(await neighbour.ended).toBe('hung-up');
  });

  it('keeps a caller on his screen when the store does not answer', async () => {
    const caller = await call({
      modules: [
        {
          name: 'stuck',
          doc: '',
          needs: 'none',
          views: [],
          methods: { save: () => Promise.reject(new BbsError('STORE_FAILED', 'the disk is full')) },
        },
      ],
      menus: {
        menus: {
          first: { art: 'FIRST', module: 'stuck', config: area, ...keys({ s: '@method:save' }) },
        },
      },
      art: { FIRST: 'one' },
    });
    await caller.sees('one');
    caller.type('s');
    await caller.sees('The board cannot do this right now.');
    caller.hangUp();
  });

  /** A module that reads the store when its menu is entered, and a store that fails so many times. */
  const reading = (failures: number) => {
    let left = failures;
    const enter = () => {
      left -= 1;
      const error = new BbsError('STORE_FAILED', 'the server is down');
      return left >= 0 ? Promise.reject(error) : Promise.resolve(undefined);
    };
    return { name: 'reading', doc: '', needs: 'none', views: [], methods: {}, enter } as const;
  };

  it('brings a caller back from a menu whose data cannot be read, with a sentence', async () => {
    const caller = await call({
      modules: [reading(1)],
      menus: {
        menus: {
          first: { art: 'FIRST', config: area, ...keys({ s: '@menu:second' }) },
          second: { art: 'SECOND', module: 'reading', config: area, ...keys({}) },
        },
      },
      art: { FIRST: 'one', SECOND: 'two' },
    });
    await caller.sees('one');
    caller.type('s');
    await caller.sees('The board cannot do this right now.');
    caller.type(' ');
    await caller.sees('one');
    caller.type('s');
    await caller.sees('two');
    caller.hangUp();
  });

  it('asks again, after a key each time, for the data of the menu that a call begins with', async () => {
    const caller = await call({
      modules: [reading(2)],
      menus: { menus: { first: { art: 'FIRST', module: 'reading', config: area, ...keys({}) } } },
      art: { FIRST: 'one' },
    });
    // The page looks the same each time, and a key that comes before it is asked for is not its answer.
    for (const times of [1, 2]) {
      const isAskedAgain = () => board.events('menu.not-shown').length === times && caller.isAsked;
      await caller.until(`page ${times}`, isAskedAgain);
      await caller.sees('The board cannot do this right now.');
      caller.type(' ');
    }
    await caller.sees('one');
    caller.hangUp();
  });

  it('leads on from a menu of a sequence whose data cannot be read', async () => {
    const caller = await call({
      modules: [reading(1)],
      menus: {
        menus: {
          first: { art: 'FIRST', config: area, ...keys({ s: '@menu:second' }) },
          second: { art: 'SECOND', module: 'reading', config: area, next: 'third' },
          third: { art: 'THIRD', config: area, ...keys({}) },
        },
      },
      art: { FIRST: 'one', SECOND: 'two', THIRD: 'three' },
    });
    await caller.sees('one');
    caller.type('s');
    await caller.sees('The board cannot do this right now.');
    caller.type(' ');
    await caller.sees('three');
    caller.hangUp();
  });

  it('says good-bye with the reason that a call was ended for', async () => {
    const caller = await call({
      menus: { menus: { first: { art: 'FIRST', config: area, ...keys({}) } } },
      art: { FIRST: 'one' },
    });
    await caller.sees('one');
    caller.caller.end('shutdown');
    expect(await caller.ended).toBe('shutdown');
  });

  it('answers the methods for conferences, which this board has not', async () => {
    const caller = await call({
      menus: {
        menus: {
          first: { art: 'FIRST', config: area, ...keys({ '>': '@systemMethod:nextConf' }) },
        },
      },
      art: { FIRST: 'one' },
    });
    await caller.sees('one');
    caller.type('>');
    await caller.sees('This board has no message areas.');
    caller.hangUp();
  });
});
