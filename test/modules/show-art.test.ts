import { loginMenu } from '../support/login-menu';
import { MenuBoard } from '../support/menu-board';

const PASSWORD = 'a quiet harbour 7';
const area = { area: 'login' };
const pick = (name: string, extraArgs: object): object => ({
  value: { name },
  action: '@menu:shown',
  extraArgs,
});

const MENUS = {
  menus: {
    begin: {
      art: 'BEGIN',
      config: area,
      form: {
        0: {
          mci: { ET1: { argName: 'name', submit: true } },
          submit: {
            '*': [
              pick('deep', { area: { tag: 'TWO' } }),
              pick('none', { area: { tag: { toString: 'x' } } }),
            ],
          },
        },
      },
    },
    shown: {
      module: 'show_art',
      config: { ...area, method: 'extraArgs', key: 'area.tag', art: 'ONE', pause: true },
    },
    random: {
      module: 'show_art',
      config: { ...area, method: 'random', art: ['ONE', 'TWO', 'THREE'], pause: true },
    },
    login: loginMenu('LOGIN', 'sequence'),
    sequence: {
      module: 'show_art',
      config: { method: 'sequence', art: ['ONE', 'TWO', 'THREE'], pause: true },
    },
  },
};

const ART = {
  BEGIN: 'begin %ET1',
  LOGIN: 'login %ET1 %ET2',
  ONE: 'picture one',
  TWO: 'picture two',
  THREE: 'picture three',
};

describe('show_art', () => {
  let board: MenuBoard;
  afterEach(() => board.close());

  it('shows the art that the way here names, at the path of `key`, else the one of its own', async () => {
    board = await MenuBoard.open({ menus: MENUS, art: ART });
    for (const [name, shows] of [
      ['deep', 'picture two'],
      ['none', 'picture one'],
    ] as const) {
      const caller = board.call('begin');
      await caller.sees('begin');
      caller.type(`${name}\r`);
      await caller.sees(shows);
      caller.hangUp();
    }
  });

  it('shows one of a list, each of them at some time', async () => {
    const picks = [2, 0, 1];
    board = await MenuBoard.open({ menus: MENUS, art: ART });
    Object.assign(board.services, {
      random: { ...board.services.random, below: () => picks.shift() ?? 0 },
    });
    for (const shows of ['picture three', 'picture one', 'picture two']) {
      const caller = board.call('random');
      await caller.sees(shows);
      caller.hangUp();
    }
  });

  it('shows the next of a list with each call of the account', async () => {
    board = await MenuBoard.open({ menus: MENUS, art: ART });
    await board.addUser('walter', PASSWORD, { properties: { login_count: '3' } });
    const shown: string[] = [];
    for (let call = 0; call < 3; call += 1) {
      const caller = board.call('login');
      await caller.sees('login');
      caller.type(`walter\r${PASSWORD}\r`);
      shown.push(/picture \w+/.exec(await caller.sees('picture'))?.[0] ?? '');
      caller.hangUp();
    }
    expect(shown).toEqual(['picture two', 'picture three', 'picture one']);
  });
});
