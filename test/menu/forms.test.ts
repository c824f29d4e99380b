import type { MenuModule } from '../../src/menu/run/module';
import { MenuBoard, type MenuCaller } from '../support/menu-board';

const area = { area: 'login' };

/** Asks by form 1 whether it is meant, as a screen of a module that changes something does. */
function careful(saved: unknown[]): MenuModule {
  return {
    name: 'careful',
    doc: '',
    needs: 'none',
    views: [],
    ready: (context) => {
      if (context.formId === 1) {
        context.screen.setText(2, `${String(context.memory.get('name'))} it is?`);
      }
      return Promise.resolve();
    },
    methods: {
      ask: (context, { value }) => {
        context.memory.set('name', value['name']);
        return Promise.resolve({ kind: 'form', form: 1, art: 'SURE' });
      },
      save: (context, { formId }) => {
        saved.push([formId, context.memory.get('name')]);
        return Promise.resolve({ kind: 'next' });
      },
      back: () => Promise.resolve({ kind: 'form', form: 0 }),
      lost: () => Promise.resolve({ kind: 'form', form: 7 }),
    },
  };
}

const MENUS = {
  menus: {
    first: {
      module: 'careful',
      art: 'FIRST',
      config: area,
      next: 'second',
      form: {
        0: {
          mci: { ET1: { argName: 'name', focus: true }, ET2: { argName: 'word', submit: true } },
          submit: { '*': [{ value: { name: null }, action: '@method:ask' }] },
          actionKeys: [{ keys: ['f1'], action: '@method:lost' }],
        },
        1: {
          mci: { TM1: { argName: 'sure', items: ['yes', 'no'], submit: true, focus: true } },
          submit: {
            '*': [
              { value: { sure: 0 }, action: '@method:save' },
              { value: { sure: 1 }, action: '@method:back' },
            ],
          },
          actionKeys: [{ keys: ['escape'], action: '@method:back' }],
        },
      },
    },
    second: { art: 'SECOND', config: { ...area, pause: true } },
  },
};

const ART = {
  FIRST: 'Name %ET1\r\nWord %ET2',
  SURE: '%TL2\r\n\r\n%TM1',
  SECOND: 'done',
  'themes/gatehouse/theme.hjson': JSON.stringify({
    customization: {
      menus: {
        first: {
          0: { mci: { ET1: { fillChar: '_' } } },
          1: { mci: { TM1: { items: ['aye', 'nay'] } } },
        },
      },
    },
  }),
};

describe('a menu of several forms', () => {
  let board: MenuBoard;
  const saved: unknown[] = [];

  beforeEach(async () => {
    saved.length = 0;
    board = await MenuBoard.open({ menus: MENUS, art: ART, modules: [careful(saved)] });
  });

  afterEach(() => board.close());

  const fill = async (): Promise<MenuCaller> => {
    const caller = board.call('first');
    await caller.sees('Name ______');
    caller.type('joe\topen\r');
    await caller.sees('joe it is?');
    return caller;
  };

  it('begins with form 0 and shows another one, themed on its own, when its module says so', async () => {
    const caller = await fill();
    expect(caller.screen.text()).toMatch(/aye.*nay/);
    expect(caller.screen.text()).not.toContain('Name');
    caller.type('\r');
    await caller.sees('done');
    expect(saved).toEqual([[1, 'joe']]);
    expect(caller.menus).toEqual(['first', 'second']);
    caller.hangUp();
  });

  it('comes back to the form as it was left', async () => {
    const caller = await fill();
    await caller.escape();
    await caller.sees('Name joe');
    expect(caller.screen.text()).toContain('Word open');
    expect(caller.screen.cursor).toEqual({ row: 2, column: 10 });
    caller.type('\x1b[Z\x08\x08m\t\r');
    await caller.sees('jm it is?');
    caller.type('\r');
    await caller.sees('done');
    expect(saved).toEqual([[1, 'jm']]);
    caller.hangUp();
  });

  it('keeps its place in a window of another size', async () => {
    const caller = await fill();
    caller.type('\x1b[C');
    caller.resize(60, 20);
    caller.type('\r');
    await caller.sees('Name joe');
    caller.hangUp();
  });

  it('stays where it is when a module asks for a form that is not there', async () => {
    const caller = board.call('first');
    await caller.sees('Name');
    caller.type('\x1bOP');
    await caller.sees('That part of the board is missing.');
    expect(board.events('menu.form-missing')).toMatchObject([{ menu: 'first', form: 7 }]);
    caller.hangUp();
  });
});
