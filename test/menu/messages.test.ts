import { Inbox } from '../../src/menu/run/inbox';
import type { MenuModule } from '../../src/menu/run/module';
import { fitSentence } from '../../src/menu/screen/message-line';
import { MenuBoard, type CallOptions, type MenuCaller } from '../support/menu-board';

const area = { area: 'login' };
const LONG =
  'This board goes down for the repair of its roof in ten minutes, so please finish what you are doing and call again tomorrow.';

const asking: MenuModule = {
  name: 'asking',
  doc: '',
  needs: 'none',
  views: [],
  methods: {
    ask: async (context) => {
      const answer = await context.ask({
        title: 'In between',
        fields: [{ name: 'a', label: 'A' }],
      });
      return { kind: 'stay', message: answer === undefined ? 'Not answered.' : 'Answered.' };
    },
  },
};

const form = {
  0: {
    mci: { ET1: { argName: 'name', focus: true }, ET2: { argName: 'word', submit: true } },
    submit: { '*': [{ value: { word: 'on' }, action: '@menu:quiet' }] },
    actionKeys: [{ keys: ['f1'], action: '@method:ask' }],
  },
};

const MENUS = {
  menus: {
    open: { module: 'asking', art: 'FORM', config: { ...area, interrupt: 'realtime' }, form },
    secret: {
      art: 'FORM',
      config: { ...area, interrupt: 'realtime' },
      form: { 0: { mci: { ET1: { focus: true }, ET2: { password: true } }, submit: {} } },
    },
    ownMask: {
      art: 'FORM',
      config: { ...area, interrupt: 'realtime' },
      form: { 0: { mci: { ET1: { focus: true }, ET2: { textMaskChar: '*' } }, submit: {} } },
    },
    inWords: {
      art: 'FORM',
      config: { ...area, interrupt: 'realtime' },
      form: { 0: { mci: { ET1: { focus: true }, ET2: { password: 'true' } }, submit: {} } },
    },
    quiet: { module: 'asking', art: 'FORM', config: { ...area, interrupt: 'never' }, form },
    labelled: { art: 'LABELLED', config: { ...area, interrupt: 'never' }, form },
    beside: { art: 'BESIDE', config: { ...area, interrupt: 'never' }, form },
    full: { art: 'FULL', config: area, form },
    paused: { art: 'TALL', config: { ...area, pause: true }, next: 'open' },
    placed: {
      art: 'TALL',
      config: { ...area, pause: true, pausePosition: { row: 5, col: 20 } },
      next: 'open',
    },
    placedLow: {
      art: 'GAP',
      config: { ...area, pause: true, pausePosition: { row: 22, col: 20 } },
      next: 'open',
    },
    paged: { art: 'VERYTALL', config: { ...area, pause: 'pageBreak' }, next: 'open' },
  },
  prompts: { pause: { art: 'PAUSE' }, pausePage: { art: 'PAGE' } },
};

const rows = (count: number): string =>
  Array.from({ length: count }, (_, index) => `row ${index + 1}.`).join('\r\n');

const ART = {
  FORM: 'Name %ET1\r\nWord %ET2',
  LABELLED: 'Name %ET1\r\nWord %ET2\r\n%TL10\r\nbelow',
  BESIDE: 'Name %ET1\r\n%TL10\u001b[30G%ET2',
  FULL: `${'art\r\n'.repeat(22)}Name %ET1\r\nWord %ET2`,
  TALL: rows(23),
  GAP: `${rows(20)}\r\n\r\nrow 22.\r\nrow 23.\r\nrow 24.\u001b[1;1H`,
  VERYTALL: rows(40),
  PAUSE: '<pause>',
  PAGE: '<page>',
};

it('a flood of messages drops the oldest that is not urgent, and urgent ones only where all are', () => {
  const inbox = new Inbox();
  inbox.post({ text: 'notice', urgent: true });
  for (let number = 1; number <= 25; number += 1) inbox.post({ text: String(number) });
  const kept = inbox.take('all').map(({ text }) => text);
  expect(kept).toEqual(['notice', ...Array.from({ length: 19 }, (_, at) => String(at + 7))]);
  for (let number = 1; number <= 21; number += 1) inbox.post({ text: `u${number}`, urgent: true });
  inbox.post({ text: 'late' });
  expect(inbox.take('all').map(({ text }) => text)).toEqual(
    Array.from({ length: 20 }, (_, at) => `u${at + 2}`),
  );
});

describe('messages to a caller', () => {
  let board: MenuBoard;

  beforeEach(async () => {
    board = await MenuBoard.open({ menus: MENUS, art: ART, modules: [asking] });
  });

  afterEach(() => board.close());

  const call = (menu: string, how: CallOptions = {}): MenuCaller => board.call(menu, how);
  const urgent = (caller: MenuCaller, text = LONG): void =>
    caller.caller.inbox.post({ text, urgent: true });

  it('an urgent one leaves what is typed alone, on the form and in a question', async () => {
    const caller = call('quiet');
    await caller.sees('Name');
    caller.type('jo');
    await caller.sees('Name jo');
    urgent(caller, 'Ten minutes.');
    expect(await caller.sees('Ten minutes.')).toContain('Name jo');
    caller.type('e');
    await caller.sees('Name joe');
    await caller.seesNot('Ten minutes.');
    caller.type('\x1bOP');
    await caller.sees('In between');
    caller.type('half an ans');
    await caller.sees('half an ans');
    urgent(caller, 'Five minutes.');
    expect(await caller.sees('Five minutes.')).toContain('half an ans');
    caller.type('wer\r');
    expect(await caller.sees('Answered.')).toContain('Name joe');
    caller.hangUp();
  });

  it('one of another node comes on a page, and the form is as it was after a key', async () => {
    const caller = call('open');
    await caller.sees('Name');
    caller.type('joe\tabc\x1b[D');
    await caller.sees('Word abc');
    caller.caller.inbox.post({ text: 'Hello\r\nthere', from: 'Node 2' });
    const page = await caller.sees('<pause>');
    expect(page).toMatch(/Message from Node 2\n\n +Hello\n +there/);
    expect(page).not.toContain('joe');
    caller.type(' ');
    await caller.sees('Word abc');
    caller.type('X');
    expect(await caller.sees('Word abXc')).toContain('Name joe');
    caller.hangUp();
  });

  it.each(['secret', 'ownMask', 'inWords'])(
    'one of another node waits while a password is typed, though the menu lets messages through (%s)',
    async (menu) => {
      const caller = call(menu);
      await caller.sees('Name');
      caller.type('joe\tpass');
      await caller.sees('****');
      caller.caller.inbox.post({ text: 'Hello', from: 'Node 2' });
      caller.type('word');
      expect(await caller.sees('********')).toContain('Name joe');
      expect(caller.screen.text()).not.toContain('Hello');
      caller.hangUp();
    },
  );

  it('long ones are wrapped at words on a page, whatever the width', async () => {
    for (const width of [40, 80]) {
      const caller = call('open', { width });
      await caller.sees('Name');
      caller.caller.inbox.post({ text: LONG });
      await caller.sees('<pause>');
      const text = caller.screen.rows().slice(3, -1).join(' ').replace(/\s+/g, ' ').trim();
      expect(text).toBe(LONG);
      expect(caller.screen.scrolled).toBe(0);
      caller.hangUp();
    }
  });

  it('many are shown page by page', async () => {
    const caller = call('open', { height: 12 });
    await caller.sees('Name');
    for (let node = 2; node < 8; node += 1) {
      caller.caller.inbox.post({ text: `from ${node}`, from: `Node ${node}` });
    }
    await caller.sees('<page>');
    // A page waits for a key of its own: keys that were typed before it do not count.
    let pages = 0;
    while (!caller.screen.text().includes('Word')) {
      await caller.until('a key to be asked for', () => caller.isAsked);
      const before = caller.screen.text();
      caller.type(' ');
      await caller.until('what comes next', () => caller.screen.text() !== before);
      await caller.sees(/<pa|Word/);
      pages += 1;
    }
    expect(pages).toBeGreaterThan(1);
    await caller.sees('Word');
    caller.hangUp();
  });

  it('have two rows of their own where one is too short, which are drawn again afterwards', async () => {
    const caller = call('quiet', { width: 40 });
    await caller.sees('Name');
    const text = 'You have been silent for a while: this call ends in 45 seconds.';
    urgent(caller, text);
    await caller.sees('45 seconds.');
    expect(caller.screen.row(23)).toBe(' You have been silent for a while: this');
    expect(caller.screen.row(24)).toBe(' call ends in 45 seconds.');
    // A shorter one leaves nothing of it.
    urgent(caller, 'Ten minutes.');
    await caller.sees('Ten minutes.');
    expect(caller.screen.text()).not.toContain('You have been silent');
    urgent(caller, text);
    await caller.sees('45 seconds.');
    caller.type('j');
    await caller.seesNot('45 seconds.');
    expect(caller.screen.text()).toBe('Name j\nWord');
    caller.hangUp();
  });

  it('are cut at a word where they have one line', async () => {
    const caller = call('quiet', { width: 30 });
    await caller.sees('Name');
    urgent(caller);
    await caller.sees('This board');
    expect(caller.screen.row(24)).toMatch(/^ \S.*\.\.\.$/);
    caller.hangUp();
    const labelled = call('labelled', { width: 30 });
    await labelled.sees('below');
    urgent(labelled);
    await labelled.sees('This board');
    expect(labelled.screen.rows().slice(2, 4)).toEqual(['This board goes down for...', 'below']);
    labelled.hangUp();
  });

  it('end before a field that stands beside the message line', async () => {
    const caller = call('beside', { width: 60 });
    await caller.sees('Name');
    urgent(caller);
    await caller.sees('This board');
    expect(caller.screen.row(2)).toMatch(/^This board goes down for\.\.\.$/);
    caller.hangUp();
  });

  it('never stand on a row that is typed in', async () => {
    const caller = call('full');
    await caller.sees('Word');
    urgent(caller, 'Ten minutes.');
    const text = await caller.sees('Ten minutes.');
    expect(text).toMatch(/Name\nWord$/);
    caller.type('x');
    await caller.seesNot('Ten minutes.');
    expect(caller.screen.row(22)).toBe('art');
    caller.hangUp();
  });

  it('stand beside a pause prompt and not on it', async () => {
    const caller = call('paused');
    await caller.sees('<pause>');
    urgent(caller, 'Ten minutes.');
    await caller.sees('Ten minutes.');
    // The last row of the art is left alone.
    expect(caller.screen.row(23)).toBe('row 23.');
    expect(caller.screen.row(24)).toBe('<pause>  Ten minutes.');
    // A longer one has the row of the prompt; what comes after it leaves nothing of it.
    urgent(caller);
    await caller.sees('This board');
    expect(caller.screen.row(23)).toBe('row 23.');
    expect(caller.screen.row(24)).toMatch(/^ This board goes down .*\.\.\.$/);
    urgent(caller, 'Five minutes.');
    await caller.sees('Five minutes.');
    expect(caller.screen.row(24)).toBe(' Five minutes.');
    caller.type(' ');
    await caller.sees('Name');
    caller.hangUp();
  });

  it.each([
    ['placed', 24, 'below a pause that has a place of its own'],
    ['placedLow', 21, 'above it where art is below it'],
  ])('stand on an empty row, %s: row %i, %s', async (menu, row) => {
    const caller = call(menu);
    await caller.sees('<pause>');
    const before = caller.screen.rows();
    urgent(caller, 'Ten minutes.');
    await caller.sees('Ten minutes.');
    expect(caller.screen.rows()).toEqual(before.with(row - 1, ' Ten minutes.'));
    caller.hangUp();
  });

  it('that came during one call of a form are not lost when the next menu lets them through', async () => {
    const caller = call('quiet');
    await caller.sees('Name');
    caller.caller.inbox.post({ text: 'for later' });
    caller.type('joe\r');
    await caller.sees('joe');
    expect(caller.screen.text()).not.toContain('for later');
    expect(caller.caller.inbox.has('all')).toBe(true);
    caller.hangUp();
  });
});

describe('a sentence that is too long for its line', () => {
  it.each([
    ['all of it', 9, 'all of it'],
    ['all of it', 8, 'all...'],
    ['one, two, three', 11, 'one, two...'],
    ['averyverylongword and more', 10, 'averyve...'],
    ['a very-very-long-word', 12, 'a very-ve...'],
    ['日本語のお知らせです', 11, '日本語の...'],
    ['text', 2, '..'],
  ])('%s in %i columns', (text, columns, shown) => {
    expect(fitSentence(text, columns)).toBe(shown);
  });
});
