import {
  MenuBoard,
  type CallOptions,
  type MenuBoardOptions,
  type MenuCaller,
} from '../support/menu-board';
import type { MenuModule } from '../../src/menu/run/module';

const area = { area: 'login' };
const lines = (count: number): string =>
  Array.from({ length: count }, (_, index) => `line ${index + 1}.`).join('\r\n');

/** Asks for a name in between, and notes how often views were filled. */
function asking(notes: { ready: number; answer: unknown }): MenuModule {
  return {
    name: 'asking',
    doc: '',
    needs: 'none',
    views: [],
    ready: (context) => {
      notes.ready += 1;
      context.screen.setText(4, 'filled in');
      return Promise.resolve();
    },
    methods: {
      say: (context) => {
        context.screen.setText(4, 'said by a method');
        return Promise.resolve({ kind: 'stay', message: 'Mind the step.' });
      },
      ask: async (context) => {
        notes.answer = await context.ask({
          title: 'In between',
          fields: [
            { name: 'name', label: 'Name' },
            { name: 'word', label: 'Word' },
          ],
        });
        return { kind: 'redraw' };
      },
      read: async (context) => {
        await context.showPages(lines(40).split('\r\n'));
        return { kind: 'redraw' };
      },
    },
  };
}

const form = {
  mci: {
    ET1: { argName: 'name', focus: true },
    ET2: { argName: 'word' },
    TM3: { argName: 'pick', items: ['yes', 'no'], submit: true },
  },
  submit: { '*': [{ value: { pick: 1 }, action: '@menu:second' }] },
  actionKeys: [
    { keys: ['f1'], action: '@method:ask' },
    { keys: ['f2'], action: '@method:say' },
    { keys: ['f3'], action: '@method:read' },
  ],
};

const MENUS = {
  menus: {
    first: { module: 'asking', art: 'FIRST', config: area, form: { 0: form } },
    second: { art: 'SECOND', config: { ...area, pause: true }, next: 'first' },
    tall: { art: 'TALL', config: { ...area, pause: 'pageBreak' }, next: 'second' },
    slow: { art: 'SECOND', config: { ...area, baudRate: 300, pause: true }, next: 'first' },
    byWidth: {
      module: 'asking',
      art: [{ acs: 'TW100', art: 'WIDE' }, { art: 'FIRST' }],
      config: area,
      form: { 0: form },
    },
  },
  prompts: { pause: { art: 'PAUSE' }, pausePage: { art: 'PAGE' } },
};

const ART = {
  FIRST: 'Columns %SW\r\nName %ET1\r\nWord %ET2\r\n%TM3\r\n%TL4',
  WIDE: 'A wide screen\r\n\r\n%TL10\r\n     Name %ET1\r\n     Word %ET2\r\n%TM3 %TL4 %TL5',
  SECOND: 'Columns %SW',
  TALL: lines(60),
  PAUSE: '<pause>',
  PAGE: '<page>',
};

const F1 = '\x1bOP';
const F2 = '\x1bOQ';
const F3 = '\x1bOR';

describe('a window of another size', () => {
  let board: MenuBoard;
  const notes = { ready: 0, answer: undefined as unknown };

  afterEach(() => board.close());

  const call = async (
    first: string,
    how: CallOptions = {},
    more: Partial<MenuBoardOptions> = {},
  ): Promise<MenuCaller> => {
    notes.ready = 0;
    notes.answer = undefined;
    board = await MenuBoard.open({ menus: MENUS, art: ART, modules: [asking(notes)], ...more });
    return board.call(first, how);
  };

  it('draws a form anew and keeps what was typed, where the cursor was, and what was said', async () => {
    const caller = await call('first');
    await caller.sees('Columns 80');
    caller.type('joe\tabcd\x1b[D\x1b[D');
    await caller.sees('Word abcd');
    caller.type(F2);
    await caller.sees('Mind the step.');
    caller.resize(100, 30);
    const text = await caller.sees('Columns 100');
    expect(text).toContain('Name joe\nWord abcd');
    expect(text).toContain('said by a method');
    expect(caller.screen.row(30)).toContain('Mind the step.');
    expect(caller.screen.cursor).toEqual({ row: 3, column: 8 });
    caller.type('X');
    await caller.sees('Word abXcd');
    caller.type('\t\x1b[C');
    caller.resize(40, 12);
    await caller.sees('Columns 40');
    caller.type('\r');
    await caller.isIn('second');
    expect(notes.ready).toBe(1);
    caller.hangUp();
  });

  it('fills views that only the art for the new size has', async () => {
    const caller = await call('byWidth');
    await caller.sees('Columns 80');
    caller.type('joe');
    await caller.sees('Name joe');
    caller.resize(120, 24);
    const text = await caller.sees('A wide screen');
    expect(text).toContain('     Name joe');
    expect(text).toContain('filled in');
    expect(notes.ready).toBe(2);
    caller.hangUp();
  });

  it('draws once for sizes that come while it draws', async () => {
    const caller = await call('first');
    await caller.sees('Columns 80');
    const before = caller.screen.sent.length;
    for (let width = 81; width <= 120; width++) caller.resize(width, 24);
    await caller.sees('Columns 120');
    expect(caller.screen.sent.length - before).toBeLessThan(4);
    caller.hangUp();
  });

  it('draws a question in between anew', async () => {
    const caller = await call('first');
    await caller.sees('Columns 80');
    caller.type(F1);
    await caller.sees('In between');
    caller.type('joe\tsecr');
    await caller.sees('secr');
    const before = caller.screen.sent.length;
    caller.resize(60, 16);
    const text = await caller.until('a drawing', () => caller.screen.sent.length > before);
    expect(text).toContain('In between');
    expect(text).toMatch(/Name +joe/);
    expect(text).toMatch(/Word +secr/);
    caller.type('et\r');
    await caller.sees('Columns 60');
    expect(notes.answer).toEqual({ name: 'joe', word: 'secret' });
    caller.hangUp();
  });

  it('draws a screen that pauses anew, with its prompt', async () => {
    const caller = await call('second');
    await caller.sees('<pause>');
    caller.resize(60, 20);
    await caller.sees(/Columns 60[^]*<pause>/);
    expect(caller.menus).toEqual(['second']);
    caller.type(' ');
    await caller.isIn('first');
    caller.hangUp();
  });

  it('shows art that came at the speed of a modem at once the second time', async () => {
    const caller = await call('slow');
    while (!caller.screen.text().includes('<pause>')) {
      await board.accounts.fake.advance(16);
      await caller.screen.settled();
    }
    caller.resize(60, 20);
    await caller.sees(/Columns 60[^]*<pause>/);
    caller.hangUp();
  });

  it('goes on at the page that was shown', async () => {
    const caller = await call('tall');
    await caller.sees('<page>');
    caller.type(' ');
    await caller.sees('line 46.');
    caller.resize(80, 12);
    const text = await caller.sees(/^line 24\.[^]*line 34\.\n<page>$/);
    expect(text).not.toContain('line 35.');
    caller.type(' ');
    await caller.sees(/line 45\.\n<page>$/);
    caller.resize(80, 70);
    await caller.sees(/line 60\.[^]*<pause>/);
    caller.hangUp();
  });

  it('shows as much of a page of text as fits', async () => {
    const caller = await call('first');
    await caller.sees('Columns 80');
    caller.type(F3);
    await caller.sees(/^line 1\.[^]*line 22\.\n+<page>$/);
    caller.resize(80, 12);
    await caller.sees(/^line 1\.[^]*line 10\.\n+<page>$/);
    caller.type(' ');
    await caller.sees(/^line 11\.[^]*line 20\.\n+<page>$/);
    await caller.escape();
    await caller.sees('Columns 80');
    caller.hangUp();
  });
});

describe('a window too narrow for its theme', () => {
  let board: MenuBoard;

  afterEach(() => board.close());

  const theme = (info: object): string => JSON.stringify({ info });

  it('gets the widest theme that fits, and the own one again when it grows', async () => {
    board = await MenuBoard.open({
      menus: {
        menus: {
          first: {
            art: 'FIRST',
            config: area,
            form: { 0: { mci: { ET1: { argName: 'name', focus: true } } } },
          },
        },
      },
      art: {
        'themes/gatehouse/theme.hjson': theme({ columns: 78 }),
        'themes/gatehouse/FIRST.ans': 'a picture %ET1',
        'themes/half/theme.hjson': theme({ columns: 60 }),
        'themes/half/FIRST.ans': 'a sketch %ET1',
        'themes/off/theme.hjson': theme({ columns: 50, enabled: false }),
        'themes/other/theme.hjson': theme({}),
        'themes/words/theme.hjson': theme({ columns: 40 }),
        'themes/words/FIRST.asc': 'words %ET1',
      },
    });
    const caller = board.call('first', { width: 40 });
    await caller.sees('words');
    caller.type('joe');
    await caller.sees('words joe');
    caller.resize(77, 24);
    await caller.sees('a sketch joe');
    caller.resize(78, 24);
    await caller.sees('a picture joe');
    // Where nothing fits the theme stays what it is.
    caller.resize(30, 24);
    await caller.sees('a picture joe');
    caller.hangUp();
  });

  it('gets another one too where it is too low, or knows no cursor', async () => {
    board = await MenuBoard.open({
      menus: { menus: { first: { art: 'FIRST', config: { ...area, pause: true } } } },
      art: {
        'themes/gatehouse/theme.hjson': theme({ columns: 78, rows: 20 }),
        'themes/gatehouse/FIRST.ans': 'a picture',
        'themes/words/theme.hjson': theme({ columns: 40 }),
        'themes/words/FIRST.asc': 'words',
      },
    });
    const caller = board.call('first', { height: 20 });
    await caller.sees('a picture');
    caller.resize(80, 19);
    await caller.sees('words');
    caller.hangUp();
    const dumb = board.call('first', { type: 'dumb' });
    await dumb.sees('words');
    dumb.hangUp();
  });
});

it('a terminal whose encoding is known late gets its screen again, with what was typed', async () => {
  const notes = { ready: 0, answer: undefined };
  const art = { ...ART, FIRST: '\u2591\u2592\u2593 Name %ET1\r\nWord %ET2\r\n%TM3\r\n%TL4' };
  const board = await MenuBoard.open({ menus: MENUS, art, modules: [asking(notes)] });
  const caller = board.call('first', { encoding: 'utf8' });
  caller.caller.terminal.setEncoding('cp437');
  await caller.sees('Word');
  caller.type('joe');
  await caller.sees('joe');
  expect(caller.screen.text()).not.toContain('\u2591\u2592\u2593');
  caller.caller.terminal.setEncoding('utf8');
  expect(await caller.sees('\u2591\u2592\u2593')).toContain('Name joe');
  caller.type('l');
  await caller.sees('joel');
  expect(notes.ready).toBe(1);
  caller.hangUp();
  await board.close();
});
