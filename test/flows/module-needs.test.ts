import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MODULES } from '../../src/modules/registry';
import { loadMenus } from '../../src/menu/load/menu-file';
import { TestBoard } from '../support/board';
import { BoardDir } from '../support/board-dir';
import { KEYS, type DialledCaller } from '../support/dial';
import { PASSWORD } from '../support/sign-in';

const STOCK = join(__dirname, '../../config/menu.hjson');

/** What each module of the program needs, said again so that no edit of one loosens it unseen. */
const NEEDS: Readonly<Record<string, 'none' | 'complete'>> = {
  standard: 'none',
  show_art: 'none',
  nua: 'none',
  pre_auth_feedback: 'none',
  user_config: 'complete',
  user_2fa_otp_config: 'complete',
  user_ssh_key_config: 'complete',
  last_callers: 'complete',
  whos_online: 'complete',
  user_list: 'complete',
  sign_in_history: 'complete',
  sysop_news: 'complete',
  my_calls: 'complete',
  user_status_config: 'complete',
  node_msg: 'complete',
  page_sysop: 'complete',
  onelinerz: 'complete',
  telnet_bridge: 'complete',
  rlogin: 'complete',
  ssh_bridge: 'complete',
  bbs_link: 'complete',
  door_party: 'complete',
  abracadabra: 'complete',
  destinations: 'complete',
  onward_accounts: 'complete',
};

const SIGN_IN = 'Please sign in first.';
const CODE = 'Your account needs a one-time code as well';

/** One menu for each module: the stock board's own, else a plain one. */
const MENU_OF: Readonly<Record<string, string>> = Object.fromEntries(
  Object.keys(NEEDS).map((module) => [module, `room_${module}`]),
);

/** The stock menus, each module's own once more in the login area, and a hall that leads to all of them. */
async function boardFiles(): Promise<Record<string, string>> {
  const stock = await loadMenus({ file: STOCK, env: {} });
  const rooms = Object.entries(MENU_OF).map(([module, room]) => {
    const like = [...stock.menus.values()].find((menu) => menu.module.name === module);
    const name = like?.name ?? '';
    const art = like === undefined ? 'FIELDS' : 'ROOM';
    // It has no screen, so what lies behind it is seen.
    if (module === 'sysop_news')
      return [room, { module, next: 'beyond', config: { area: 'login' } }];
    return like === undefined || ['standard', 'show_art'].includes(module)
      ? [room, { module, art, next: 'hall', config: { area: 'login', pause: true } }]
      : [
          room,
          {
            ...{ module, next: 'hall', config: { area: 'login' } },
            art: `@reference:menus.${name}.art`,
            form: `@reference:menus.${name}.form`,
          },
        ];
  });
  const choices = ['login', ...Object.values(MENU_OF)].map((name) => ({
    value: { where: name },
    action: `@menu:${name}`,
  }));
  const borrowed = [
    ['own_data', '@method:user_config:saveChanges'],
    ['own_keys', '@method:mods/user_ssh_key_config.js:saveKey'],
  ].map(([where, action]) => ({ value: { where }, action }));
  const hall = {
    art: 'HALL',
    config: { area: 'login' },
    form: {
      0: {
        mci: {
          ET1: { argName: 'where', width: 50, maxLength: 60, focus: true, submit: true },
        },
        submit: { '*': [...choices, ...borrowed] },
      },
    },
  };
  const own = {
    telnetConnected: { next: 'hall' },
    login: { next: 'hall' },
    hall,
    beyond: { art: 'ROOM', next: 'hall', config: { area: 'login', pause: true } },
    ...Object.fromEntries(rooms),
  };
  const text = readFileSync(STOCK, 'utf8');
  const ours = JSON.stringify(own).slice(1, -1);
  const menus = text.replace(/^ {4}menus: \{$/m, () => `    menus: {\n${ours}`);
  expect(menus).not.toBe(text);
  return {
    'config/menu.hjson': menus,
    'art/general/HALL.asc': 'Where to? %ET1\r\nName %UR\r\nMail %UE\r\nLast %LC\r\nIn %UG\r\n',
    'art/general/ROOM.asc': 'A room.\r\n',
    'art/general/FIELDS.asc': 'A room. %SM1 %ET2\r\n',
  };
}

let dir: BoardDir;
let board: TestBoard;

beforeAll(async () => {
  dir = await BoardDir.make(await boardFiles());
  board = await TestBoard.start({ boardDir: dir.path });
  await board.addUser('bob', PASSWORD, 'google');
  await board.addUser('alice', PASSWORD);
  await board.oputil('user', 'set', 'bob', '--email', 'bob@example.org', '--real-name', 'Robert');
  await board.oputil(
    'user',
    'set',
    'alice',
    '--email',
    'alice@example.org',
    '--real-name',
    'Alice',
  );
});

afterAll(async () => {
  await board.remove();
  await dir.remove();
});

async function enter(where: string, name?: string): Promise<DialledCaller> {
  const caller = await board.telnet();
  await caller.sees('Where to?');
  if (name !== undefined) {
    caller.type(`login${KEYS.return}`);
    await caller.sees('User name');
    caller.type(`${name}${KEYS.return}${PASSWORD}${KEYS.return}`);
    await caller.sees('Where to?');
  }
  caller.type(`${where}${KEYS.return}`);
  return caller;
}

it('every module of the program is in this test', () => {
  expect(Object.fromEntries(MODULES.map(({ name, needs }) => [name, needs]))).toEqual(NEEDS);
});

describe.each(Object.keys(NEEDS).filter((name) => NEEDS[name] === 'complete'))(
  'the module %s in the login area',
  (module) => {
    const room = MENU_OF[module] ?? '';

    it('is refused to who has not signed in, with a sentence (rule M4)', async () => {
      const caller = await enter(room);
      await caller.sees(SIGN_IN);
      expect(board.events('menu.refused').at(-1)).toMatchObject({ menu: room, why: 'factor' });
      caller.hangUp();
    });

    it('is refused to who has not given the code yet, with a sentence (rule M4)', async () => {
      const caller = await enter(room, 'bob');
      await caller.sees('One-time code');
      await caller.sees(CODE);
      expect(board.events('menu.refused').at(-1)).toMatchObject({ menu: room, factor: 1 });
      caller.hangUp();
    });

    it('is open to who is fully signed in', async () => {
      const before = board.events('menu.refused').length;
      const caller = await enter(room, 'alice');
      await caller.seesNoMore('Where to?');
      expect(board.events('menu.refused')).toHaveLength(before);
      caller.hangUp();
    });
  },
);

it.each(Object.keys(NEEDS).filter((name) => NEEDS[name] === 'none'))(
  'the module %s in the login area is open to who has not signed in',
  async (module) => {
    const caller = await enter(MENU_OF[module] ?? '');
    await caller.seesNoMore('Where to?');
    caller.hangUp();
  },
);

it.each(['own_data', 'own_keys'])(
  'a method of such a module is refused to a menu of another one: %s (rule M4)',
  async (where) => {
    const stranger = await enter(where);
    await stranger.sees(SIGN_IN);
    stranger.hangUp();
    const half = await enter(where, 'bob');
    await half.sees(CODE);
    half.hangUp();
    expect(board.events('menu.failed')).toEqual([]);
  },
);

it('codes of account data and of the last caller are empty before the sign-in is complete (rule M4)', async () => {
  const caller = await enter('login');
  await caller.sees('User name');
  caller.type(`bob${KEYS.return}${PASSWORD}${KEYS.return}`);
  const halfWay = await caller.sees('Where to?');
  expect(halfWay).toContain('Last');
  expect(halfWay).not.toMatch(/Robert|bob@|users|alice/);
  caller.hangUp();
  const complete = await enter('login');
  await complete.sees('User name');
  complete.type(`alice${KEYS.return}${PASSWORD}${KEYS.return}`);
  await complete.sees(/Name Alice\s+Mail alice@example\.org/);
  complete.hangUp();
});

it('a call never ends by a failure for it', () => {
  expect(board.events('menu.failed')).toEqual([]);
});
