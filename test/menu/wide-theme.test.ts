import { addAudit } from '../../src/store/audit';
import { addCall } from '../../src/store/calls';
import { addSshKey } from '../../src/store/ssh-keys';
import {
  MenuBoard,
  type MenuBoardOptions,
  type MenuCaller,
  type TestNode,
} from '../support/menu-board';

const PASSWORD = 'correct horse battery';
const MINUTE_MS = 60_000;
/** Half past noon: "today" is the same day for all rows but the last ones. */
const START_MS = new Date(2026, 0, 2, 12, 34).getTime();
const ROWS = 30;
const WIDE = { width: 132, height: 60 };
/** What the area of the lists, and of all other screens, begins behind in such a window. */
const ABOVE = 17;

const LONG = 'a word that goes on and on and does not end where its column ends, '.repeat(2);
const ADDRESS = '2001:0db8:85a3:1234:5678:8a2e:0370:';

const DESTINATIONS = {
  menus: {
    boards: {
      desc: 'Choosing a board',
      module: 'destinations',
      art: 'BOARDS',
      config: { listInfoFormat20: '{info}' },
      form: {
        0: {
          mci: { VM1: { argName: 'board', focus: true, submit: true } },
          submit: { '*': [{ value: { board: null }, action: '@systemMethod:prevMenu' }] },
        },
      },
    },
  },
};

/** The lists of the stock themes with the heads of their columns, in wide windows and in others. */
const LISTS = [
  {
    menu: 'mainMenuLastCallers',
    heads: 'User, Calls, When, Date, By, Node, Place, Affiliation',
    narrow: 'User, Calls, When, By, Place',
  },
  {
    menu: 'mainMenuWhosOnline',
    heads: 'Node, User, By, Doing, For, Place, Affiliation',
    narrow: 'Node, User, By, Doing, Place',
  },
  {
    menu: 'mainMenuUserList',
    heads: 'User, Place, Affiliation, Calls, Last call, Date',
    narrow: 'User, Place, Calls, Last call',
  },
  {
    menu: 'mainMenuSignIns',
    heads: 'When, Date, By, Node, From, What',
    narrow: 'When, By, From, What',
  },
  {
    menu: 'mainMenuMyCalls',
    heads: 'Began, Date, By, From, Node, Lasted',
    narrow: 'Began, By, From, Node, Lasted',
  },
  { menu: 'boards', heads: 'Board, About', narrow: 'Board, About' },
] as const;

const THEMES = ['gatehouse', 'plain'] as const;

describe('the theme of a caller whose window is wide', () => {
  let board: MenuBoard;
  const callers: MenuCaller[] = [];
  const online: TestNode[] = [];

  const open = async (options: MenuBoardOptions = {}): Promise<void> => {
    board = await MenuBoard.open({ startMs: START_MS, ...options });
  };
  afterEach(async () => {
    for (const caller of callers) caller.hangUp();
    await Promise.all(callers.splice(0).map((caller) => caller.ended));
    online.splice(0);
    await board.close();
  });

  const enter = async (menu: string, size: object = WIDE): Promise<MenuCaller> => {
    const caller = await board.callBySsh({ userName: 'joe', password: PASSWORD }, menu, size);
    callers.push(caller);
    await caller.until('a key to be asked for', () => caller.isAsked);
    return caller;
  };

  /** Accounts, calls and sign-ins with more of everything than any column holds. */
  const fill = async (): Promise<void> => {
    const properties = { location: LONG, affiliation: LONG, login_count: '12345' };
    const last_login_timestamp = new Date(START_MS - 90_000 * MINUTE_MS).toISOString();
    const { id: joe } = await board.addUser('joe', PASSWORD, {
      properties: { ...properties, last_login_timestamp },
    });
    const people = [{ id: joe, name: 'joe' }];
    for (let at = 0; at < ROWS; at++) {
      const name = `${String(at).padStart(2, '0')} ${'name '.repeat(5)}end`;
      const more = { properties: { ...properties, last_login_timestamp } };
      people.push({ name, id: (await board.addUser(name, PASSWORD, more)).id });
    }
    online.push(
      ...people.map((user, at) => ({
        ...{ node: at + 100, user, server: 'ssh' as const },
        ...{ description: LONG, connectedAtMs: START_MS - 100_000 * MINUTE_MS },
      })),
    );
    await board.accounts.db.transaction('board', async (sql) => {
      for (const [at, { id, name }] of people.entries()) {
        const startedAtMs = START_MS - (at + 1) * 1000 * MINUTE_MS;
        const by = { server: 'telnet', node: 100, source: `${ADDRESS}${1000 + at}` } as const;
        const call = { userId: id, userName: name, startedAtMs };
        // Two of each, that one row of the last callers says how many.
        await addCall(sql, { ...by, ...call, sessionId: `own ${at}` }, -1);
        await addCall(sql, { ...by, ...call, sessionId: `again ${at}` }, -1);
        if (id !== joe)
          await addCall(sql, { ...by, ...call, userId: joe, sessionId: `joe ${at}` }, -1);
        await addAudit(sql, {
          ...{ ...by, userId: joe, atMs: startedAtMs },
          ...{ factor: 1, kind: 'password', result: 'rejected', reason: 'wrong' },
        });
      }
    });
  };
  const full = (theme: string, menu: string): MenuBoardOptions => ({
    ...(menu === 'boards' ? { menus: DESTINATIONS, stockArt: true as const } : {}),
    config: {
      theme: { preLogin: theme, default: theme },
      destinations: Object.fromEntries(
        Array.from({ length: ROWS }, (_, at) => [
          `far-${at}`,
          { kind: 'telnet', name: LONG.slice(0, 40), about: LONG, host: '192.0.2.1' },
        ]),
      ),
    },
    nodes: online,
  });

  /** The places of the heads above a list's columns, and the rows below them. */
  const columnsOf = (caller: MenuCaller, heads: string) => {
    const rows = caller.screen.rows();
    const pattern = new RegExp(`^ *${heads.split(', ').join(' +')}$`);
    const at = rows.findIndex((row) => pattern.test(row));
    const places = heads.split(', ').reduce<number[]>((found, head) => {
      return [...found, rows[at]?.indexOf(head, found.at(-1) ?? 0) ?? -1];
    }, []);
    return { at, places, listed: rows.slice(at + 1, at + 14) };
  };

  describe.each(THEMES)('%s', (theme) => {
    it.each(LISTS)(
      '$menu keeps to its columns in 132x60, however long what it tells is',
      async ({ menu, heads }) => {
        await open(full(theme, menu));
        await fill();
        const caller = await enter(menu);
        const { at, places, listed } = columnsOf(caller, heads);
        expect(at).toBeGreaterThan(ABOVE);
        expect(places.every((place) => place > 0)).toBe(true);
        expect(listed).toHaveLength(13);
        for (const row of listed) {
          expect(row.length).toBeLessThan(130);
          const before = places.map((place) => row.charAt(place - 1)).join('');
          expect([row, before.trim()]).toEqual([row, '']);
          expect(row.slice(places[0]).trim()).not.toBe('');
        }
        // Each column has something in some row; a number may stand at its right.
        const told = places.map((place, index) =>
          listed.some((row) => row.slice(place, places[index + 1]).trim() !== ''),
        );
        expect(told).toEqual(places.map(() => true));
        // What the chosen row says in full is cut where the list ends, or wrapped.
        const widest = theme === 'gatehouse' ? 129 : 131;
        const below = caller.screen.rows().slice(at);
        expect(below.filter((row) => row.length > widest)).toEqual([]);
        expect(caller.screen.scrolled).toBe(0);
      },
    );
  });

  it.each(LISTS)('$menu of gatehouse has fewer columns below 132', async ({ menu, narrow }) => {
    await open(full('gatehouse', menu));
    await fill();
    const caller = await enter(menu, { width: 131, height: 60 });
    expect(columnsOf(caller, narrow).at).toBeGreaterThan(ABOVE);
  });

  it.each(THEMES)('%s says in 132 columns too that a list is empty', async (theme) => {
    await open({
      ...full(theme, 'boards'),
      config: { theme: { preLogin: theme, default: theme } },
    });
    await board.addUser('joe', PASSWORD);
    const caller = await enter('boards');
    expect(columnsOf(caller, 'Board, About').listed.every((row) => row === '')).toBe(true);
    expect(caller.screen.text()).toContain('No board is open to you here.');
  });

  it.each([
    [132, 60, true],
    [132, 24, true],
    [200, 50, true],
    [131, 60, false],
    [132, 23, false],
    [80, 24, false],
  ])('in %dx%d it is the wide one: %s', async (width, height, isWide) => {
    await open();
    await board.addUser('joe', PASSWORD);
    const caller = await enter('mainMenuLastCallers', { width, height });
    expect(caller.screen.text().includes('Affiliation')).toBe(isWide);
    const { columns, rows } = { columns: isWide ? 132 : 80, rows: 25 };
    const above = Math.floor((height - Math.min(rows, height)) / 2);
    const before = Math.floor((width - Math.min(columns, width)) / 2);
    expect(caller.screen.row(above + 2).indexOf('Last callers')).toBe(before + 3);
  });

  it.each(THEMES)('in %s each SSH key has one line in 132 columns', async (theme) => {
    await open({ config: { theme: { preLogin: theme, default: theme } } });
    const { id: userId } = await board.addUser('joe', PASSWORD);
    await board.accounts.db.run(async (sql) => {
      for (const at of [1, 2, 3, 4, 5, 6]) {
        const fingerprint = `SHA256:${String(at).repeat(43)}`;
        const key = { userId, algorithm: 'ssh-ed25519', blob: String(at), fingerprint };
        await addSshKey(sql, { ...key, comment: `joe@a-machine-with-a-name-${at}`, addedAtMs: 0 });
      }
      await sql('ssh_key').update({ used_at: START_MS });
    });
    const caller = await enter('userSSHKeyConfig');
    const rows = caller.screen.rows();
    const first = rows.findIndex((row) => /^ *1 ED25519/.test(row));
    for (const at of [1, 2, 3, 4, 5, 6])
      expect(rows[first + at - 1]).toMatch(
        new RegExp(`^ *${at} ED25519 SHA256:${at}{43} joe@\\S+-${at}, used 2026-01-02 12:34$`),
      );
    const below = rows.slice(first).map((row) => row.length);
    expect(Math.max(...below)).toBeLessThan(132);
  });

  it('follows the window while a caller turns it, and the chosen row stays', async () => {
    await open(full('gatehouse', 'mainMenuSignIns'));
    await fill();
    const caller = await enter('mainMenuSignIns', { width: 80, height: 25 });
    caller.type('\x1b[6~\x1b[B');
    const chosen = (): string => /» (\d+ \w+ \d+ \S+)/.exec(caller.screen.text())?.[1] ?? '';
    await caller.until('a row of last year to be chosen', () => chosen() !== '');
    const before = chosen();
    expect(caller.screen.text()).not.toContain('Date');
    caller.resize(132, 60);
    await caller.until('the wide list to be drawn in the middle', () =>
      /^ {3}Sign-ins and changes/.test(caller.screen.row(ABOVE + 2)),
    );
    await caller.sees('Date');
    expect(chosen()).toBe(before);
    caller.resize(80, 25);
    await caller.until('the narrow list to be drawn at the top', () =>
      /^ {3}Sign-ins and changes/.test(caller.screen.row(2)),
    );
    await caller.seesNot('Date');
    expect(chosen()).toBe(before);
  });

  it('is back behind a page of the board, which has the place of other screens', async () => {
    await open(full('gatehouse', 'mainMenuSignIns'));
    await fill();
    const caller = await enter('mainMenuSignIns');
    const shown = caller.screen.text();
    caller.type('?');
    await caller.sees('Press a key');
    const help = caller.screen.rows().filter((row) => row !== '');
    expect(help.every((row) => row.slice(0, 26).trim() === '')).toBe(true);
    caller.type(' ');
    await caller.sees('Date');
    await caller.until('a key to be asked for', () => caller.isAsked);
    expect(caller.screen.text()).toBe(shown);
    caller.type('\x1b[B');
    await caller.until('the next row to be chosen', () => caller.screen.text() !== shown);
    const rows = caller.screen.rows();
    const first = rows.findIndex((row) => row.includes('Date')) + 1;
    expect(rows[first + 1]).toMatch(/^ {3}» /);
  });

  it('is never the wide one line by line', async () => {
    await open();
    await board.addUser('joe', PASSWORD, { properties: { line_by_line: 'yes' } });
    const caller = await enter('mainMenuLastCallers');
    expect(caller.screen.text()).not.toContain('Affiliation');
  });

  it('opens and shuts nothing: conditions are asked about the one that was chosen', async () => {
    const list = {
      module: 'last_callers',
      art: 'LASTCALL',
      form: { 0: { mci: { VM1: { argName: 'item', focus: true } } } },
    };
    const menus = {
      start: { next: [{ acs: 'TM[gatehouse]', next: 'mainMenuLastCallers' }, { next: 'other' }] },
      mainMenuLastCallers: list,
      other: { art: 'OTHER', config: { pause: true }, next: '@systemMethod:logoff' },
    };
    await open({ menus: { menus }, stockArt: true, art: { OTHER: 'Other theme.' } });
    await board.addUser('joe', PASSWORD);
    const caller = await enter('start');
    expect(caller.screen.text()).toContain('Affiliation');
  });

  const OWN = 'themes/ember/theme.hjson';
  const info = (more: object): string =>
    JSON.stringify({ info: { base: 'gatehouse', columns: 78, rows: 20, ...more } });
  const CHILD = JSON.stringify({
    info: { base: 'ember', columns: 100, rows: 20, enabled: false },
    customization: {
      menus: { mainMenuLastCallers: { config: { drawnIn: { columns: 100, rows: 25 } } } },
    },
  });

  it.each<[string, Record<string, string>, string, number, string | undefined]>([
    ['a theme based on a stock one has no other', { [OWN]: info({}) }, 'ember', 132, undefined],
    [
      'it may name that of the stock theme',
      { [OWN]: info({ wide: 'gatehouse-wide' }) },
      'ember',
      132,
      'Affiliation',
    ],
    [
      'it may name one of its own, in other columns',
      {
        [OWN]: info({ wide: 'ember-wide' }),
        'themes/ember-wide/theme.hjson': CHILD,
        'themes/ember-wide/LASTCALL.asc': `Embers ${'~'.repeat(60)}\r\n%VM1`,
      },
      'ember',
      100,
      '~'.repeat(60),
    ],
    [
      'art of the board for the stock theme counts',
      { 'themes/gatehouse/LASTCALL.asc': 'Own list\r\n%VM1' },
      'gatehouse',
      132,
      'Own list',
    ],
    [
      'and does not where the board has some for the wide one too',
      {
        'themes/gatehouse/LASTCALL.asc': 'Own list\r\n%VM1',
        'themes/gatehouse-wide/LASTCALL.asc': 'Own wide list\r\n%VM1',
      },
      'gatehouse',
      132,
      'Own wide list',
    ],
    [
      'and does not where the theme.hjson of the board names the wide one',
      {
        'themes/gatehouse/LASTCALL.asc': 'Own list\r\n%VM1',
        'themes/gatehouse/theme.hjson': JSON.stringify({
          info: { columns: 78, rows: 20, wide: 'gatehouse-wide' },
        }),
      },
      'gatehouse',
      132,
      'Affiliation',
    ],
    ['nobody gets a wide one by its name', {}, 'gatehouse-wide', 80, undefined],
  ])('%s', async (_what, art, theme, width, wanted) => {
    await open({ art, config: { theme: { preLogin: theme, default: 'gatehouse' } } });
    await board.addUser('joe', PASSWORD, { properties: { theme_id: theme } });
    const caller = await enter('mainMenuLastCallers', { width, height: 30 });
    const text = caller.screen.text();
    expect(text).toContain(wanted ?? 'Last callers');
    expect(text.includes('Affiliation')).toBe(wanted === 'Affiliation');
    expect(
      board.services
        .themes()
        .list()
        .map(({ id }) => id),
    ).not.toContain(`${theme}-wide`);
  });
});
