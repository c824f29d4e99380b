import { Driver, spec } from './driver';

async function alone(name: string, properties: Readonly<Record<string, unknown>>, bytes = '') {
  const driver = new Driver({ views: [spec(name, [2, 5], properties)] });
  const event = await driver.type(bytes);
  await driver.screen.settled();
  return {
    ...driver,
    event,
    form: driver.form,
    screen: driver.screen,
    type: driver.type.bind(driver),
    show: driver.show.bind(driver),
    shown: driver.screen.row(2).slice(4),
  };
}

describe('ET', () => {
  test('a field is fifteen columns wide unless told, and shows its fill character', async () => {
    const { shown } = await alone('ET1', { fillChar: '.' }, 'abc');
    expect(shown).toBe('abc............');
  });

  test('typing past the width scrolls, and home shows the beginning again', async () => {
    const field = await alone('ET1', { width: 5 }, 'abcdefgh');
    expect(field.shown).toBe('defgh');
    expect(field.screen.cursor.column).toBe(10);
    await field.type('\x1b[H');
    expect(field.screen.row(2).trim()).toBe('abcde');
    expect(field.screen.cursor.column).toBe(5);
    await field.type('\x1b[F');
    expect(field.screen.row(2).trim()).toBe('defgh');
    expect(field.form.values()).toEqual({ 1: 'abcdefgh' });
  });

  test('a full field that fits is shown whole', async () => {
    const { shown } = await alone('ET1', { width: 6, maxLength: 6 }, '123456789');
    expect(shown).toBe('123456');
  });

  test.each([
    ['left and insert', 'ac\x1b[Db', 'abc'],
    ['backspace in the middle', 'abXc\x1b[D\x08', 'abc'],
    ['delete', 'abXc\x1b[D\x1b[D\x1b[3~', 'abc'],
    ['ctrl + u', 'junk\x15abc', 'abc'],
    ['ctrl + y', 'junk\x19abc', 'abc'],
    ['ctrl + k', 'abcjunk\x1b[D\x1b[D\x1b[D\x1b[D\x0b', 'abc'],
    ['ctrl + w', 'abc junk \x17\x08', 'abc'],
    ['ctrl + a and ctrl + e', 'b\x01a\x05c', 'abc'],
  ])('%s edits as expected', async (_, bytes, value) => {
    const { form } = await alone('ET1', {}, bytes);
    expect(form.values()).toEqual({ 1: value });
  });

  test('no control, bidi or CSI byte gets into the value or back to the screen', async () => {
    const field = await alone('ET1', {}, 'a\x9bb\x02\x1b[999mc');
    expect(field.form.values()).toEqual({ 1: 'a¢bc' });
    expect(field.screen.row(2).trim()).toBe('acbc');
    field.form.setText(1, 'x\x1b[31m\u202e\u0000y');
    expect(field.form.values()).toEqual({ 1: 'x[31my' });
  });

  test('the longest line is 255 characters, or what the menu asks for, up to 1024', async () => {
    const plain = await alone('ET1', {}, 'x'.repeat(300));
    expect(String(plain.form.values()[1])).toHaveLength(255);
    const key = await alone('ET1', { maxLength: 600 }, 'x'.repeat(700));
    expect(String(key.form.values()[1])).toHaveLength(600);
    const greedy = await alone('ET1', { maxLength: 1_000_000 }, 'x'.repeat(1100));
    expect(String(greedy.form.values()[1])).toHaveLength(1024);
  });

  test('textStyle changes what is typed, focusTextStyle only how it looks', async () => {
    const command = await alone('ET1', { textStyle: 'upper' }, 'g');
    expect(command.shown).toBe('G');
    expect(command.form.values()).toEqual({ 1: 'G' });
    const look = await alone('ET1', { focusTextStyle: 'upper' }, 'g');
    expect(look.shown).toBe('G');
    expect(look.form.values()).toEqual({ 1: 'g' });
  });

  test('a prefix is drawn in front and is no part of the value', async () => {
    const { shown, form, screen } = await alone('ET1', { prefixFormat: '|15> ' }, 'abc');
    expect(shown).toBe('> abc');
    expect(form.values()).toEqual({ 1: 'abc' });
    expect(screen.cell(2, 5)).toMatchObject({ character: '>', bold: true });
    expect(screen.cursor.column).toBe(10);
  });

  test('text too long for a field out of focus is cut, with what the menu wants at its end', async () => {
    const views = [
      spec('ET1', [2, 5], { width: 6, text: 'abcdefghij', textOverflow: '..' }),
      spec('ET2', [3, 5], { focus: true }),
    ];
    const driver = new Driver({ views });
    await driver.screen.settled();
    expect(driver.screen.row(2).trim()).toBe('abcd..');
  });

  test('an accent that follows its letter is one character with it', async () => {
    const { form } = await alone('ET1', { password: true });
    for (const text of ['e', '\u0301', '\u0336', 'x']) await form.press({ name: text, text });
    expect(form.values()).toEqual({ 1: 'éx' });
  });

  test.each(['true', 1, 'yes', 'false', 'no', '0', {}])(
    'password: %j masks, like every value that is not a plain no',
    async (password) => {
      const { form, shown } = await alone('ET1', { password }, 'abc');
      expect(shown.trim()).toBe('***');
      expect(form.view(1)?.isSecret).toBe(true);
    },
  );

  test.each([false, 0, '', null])('password: %j shows what is typed', async (password) => {
    const { form, shown } = await alone('ET1', { password }, 'abc');
    expect(shown.trim()).toBe('abc');
    expect(form.view(1)?.isSecret).toBe(false);
  });

  test('a field with a mask character of its own is as secret as a password field', async () => {
    const { form, shown } = await alone('ET1', { textMaskChar: '#' }, 'abc');
    expect(shown.trim()).toBe('###');
    expect(form.view(1)?.isSecret).toBe(true);
  });

  test('wide characters take two columns', async () => {
    const driver = new Driver({ views: [spec('ET1', [2, 5], { width: 6 })], encoding: 'utf8' });
    driver.form.setText(1, '漢字');
    expect(driver.form.view(1)?.cursor.column).toBe(4);
  });
});

describe('TL', () => {
  test('formats fields, predefined codes and colours of a sysop', async () => {
    const driver = new Driver({
      views: [spec('TL1', [2, 5], { text: '|12{BN!styleUpper}: {UC:>4}' })],
      resolve: (code) => ({ BN: 'gate', UC: 7 })[code],
    });
    await driver.screen.settled();
    expect(driver.screen.row(2).trim()).toBe('GATE:    7');
    expect(driver.screen.cell(2, 5)).toMatchObject({ foreground: 1, bold: true });
  });

  test.each([
    ['left', 'ab    |'],
    ['right', '    ab|'],
    ['center', '  ab  |'],
  ])('justify %s', async (justify, expected) => {
    const driver = new Driver({
      views: [
        spec('TL1', [2, 1], { text: 'ab', width: 6, justify }),
        spec('TL2', [2, 7], { text: '|' }),
      ],
    });
    driver.show(driver.form.setText(2, '|'));
    await driver.screen.settled();
    expect(driver.screen.row(2)).toBe(expected);
  });

  test('grows past its width unless textOverflow says otherwise', async () => {
    expect((await alone('TL1', { text: 'abcdef', width: 3 })).shown).toBe('abcdef');
    expect((await alone('TL1', { text: 'abcdef', width: 3, textOverflow: '' })).shown).toBe('abc');
    expect((await alone('TL1', { text: 'abcdef', width: 4, textOverflow: '..' })).shown).toBe(
      'ab..',
    );
  });

  test('a list is cut at the edge of the screen too, and what is cut is marked', async () => {
    const shown = async (properties: object): Promise<string> => {
      const views = [spec('VM1', [2, 70], { items: ['0123456789abc'], width: 20, ...properties })];
      const driver = new Driver({ views, screenWidth: 80 });
      await driver.screen.settled();
      return driver.screen.row(2).trim();
    };
    expect(await shown({ textOverflow: '...' })).toBe('0123456...');
    expect(await shown({})).toBe('0123456789a');
  });

  test('shorter text leaves nothing of the longer one', async () => {
    const driver = new Driver({ views: [spec('TL1', [2, 5], { text: 'a long message' })] });
    driver.show(driver.form.setText(1, 'short'));
    await driver.screen.settled();
    expect(driver.screen.row(2).trim()).toBe('short');
  });

  test('moves, titles and bells in its text never reach the terminal', async () => {
    const driver = new Driver({ views: [spec('TL1', [2, 5])] });
    driver.show(driver.form.setText(1, 'a\x1b[5;5Hb\x07\x1b]0;title\x07c\x1b[31md'));
    await driver.screen.settled();
    expect(driver.screen.bells).toBe(0);
    expect(driver.screen.title).toBe('');
    expect(driver.screen.row(5)).toBe('');
    expect(driver.screen.row(2).trim().startsWith('ab')).toBe(true);
  });

  test('a label takes no focus and is no part of the data', async () => {
    const { form, event } = await alone('TL1', { text: 'x' }, 'a');
    expect(event).toMatchObject({ kind: 'key' });
    expect(form.values()).toEqual({});
  });
});

describe('ME', () => {
  test('literals stand, digits fill in, and the value has both', async () => {
    const date = await alone('ME1', { maskPattern: '####/##/##', fillChar: '_' }, '19x7');
    expect(date.shown).toBe('197_/__/__');
    await date.type('4');
    expect(date.screen.cursor.column).toBe(10);
    await date.type('1231');
    expect(date.form.values()).toEqual({ 1: '1974/12/31' });
    await date.type('9\x08\x08');
    expect(date.screen.row(2).trim()).toBe('1974/12/__');
  });

  test.each([
    ['#', '7', 'x'],
    ['A', 'x', '7'],
    ['@', 'x', '-'],
    ['&', '-', '\x02'],
  ])('%s takes %s and not %s', async (pattern, good, bad) => {
    expect((await alone('ME1', { maskPattern: pattern }, bad + good)).form.values()).toEqual({
      1: good,
    });
  });

  test('nothing typed is an empty value, and without a pattern nothing can be typed', async () => {
    expect((await alone('ME1', { maskPattern: '##' })).form.values()).toEqual({ 1: '' });
    expect((await alone('ME1', {}, 'abc')).form.values()).toEqual({ 1: '' });
  });

  it('changes letters by textStyle, where the pattern takes what comes of it', async () => {
    const plate = { maskPattern: 'AA-##', textStyle: 'upper' };
    expect((await alone('ME1', plate, 'ab12')).form.values()).toEqual({ 1: 'AB-12' });
    const leet = { maskPattern: 'AAA', textStyle: 'l33t' };
    expect((await alone('ME1', leet, 'see')).form.values()).toEqual({ 1: 'see' });
  });

  test('text is taken with its literals and without', async () => {
    const { form } = await alone('ME1', { maskPattern: '####/##/##', text: '1974/12/31' });
    expect(form.values()).toEqual({ 1: '1974/12/31' });
    form.setText(1, '20010203');
    expect(form.values()).toEqual({ 1: '2001/02/03' });
  });

  test('literals and fill have colours of their own', async () => {
    const { screen } = await alone(
      'ME1',
      { maskPattern: '#/#', fillChar: '_', styleSGR1: '|02', styleSGR2: '|04', styleSGR3: '|05' },
      '1',
    );
    expect(screen.cell(2, 5).foreground).toBe(3);
    expect(screen.cell(2, 6).foreground).toBe(1);
    expect(screen.cell(2, 7).foreground).toBe(5);
  });
});

const DOORS = { items: ['Sign in', { text: 'Apply', data: 'new' }, 'Leave'] };

describe('VM', () => {
  test('arrows go round, home and end go to the ends', async () => {
    const menu = await alone('VM1', { ...DOORS, argName: 'nav' });
    const seen: unknown[] = [];
    for (const key of ['\x1b[B', '\x1b[B', '\x1b[B', '\x1b[A', '\x1b[H', '\x1b[F']) {
      await menu.type(key);
      seen.push(menu.form.values()['nav']);
    }
    expect(seen).toEqual(['new', 2, 0, 2, 0, 2]);
  });

  test('return submits the number, or the data where there is one', async () => {
    expect((await alone('VM1', DOORS, '\r')).event).toMatchObject({
      kind: 'submit',
      submission: { submitId: 1, value: { 1: 0 } },
    });
    expect((await alone('VM1', DOORS, '\x1b[B\r')).event).toMatchObject({
      submission: { value: { 1: 'new' } },
    });
  });

  test('a hot key chooses, and submits where the menu says so', async () => {
    const hot = { ...DOORS, hotKeys: { L: 2 } };
    expect((await alone('VM1', hot, 'l')).event).toMatchObject({ kind: 'none', changed: 1 });
    expect((await alone('VM1', { ...hot, hotKeySubmit: true }, 'l')).event).toMatchObject({
      kind: 'submit',
      submission: { value: { 1: 2 } },
    });
    const exact = { ...hot, caseInsensitiveHotKeys: false };
    expect((await alone('VM1', exact, 'l')).event).toMatchObject({ kind: 'key' });
  });

  test('the chosen item has the focus colour across its width, and the cursor is hidden', async () => {
    const { screen } = await alone('VM1', DOORS, '\x1b[B');
    expect(screen.cell(2, 5).background).toBe(0);
    expect(screen.cell(3, 5)).toMatchObject({ character: 'A', background: 4 });
    expect(screen.cell(3, 11).background).toBe(4);
    const sent = Buffer.concat(screen.sent).toString('latin1');
    expect(sent).toContain('\x1b[?25l');
    expect(sent).not.toContain('\x1b[?25h');
  });

  test('without a colour from the art the chosen item is inverse', async () => {
    const plain = { ...spec('VM1', [2, 5], DOORS), focusStyle: undefined };
    const driver = new Driver({ views: [plain] });
    await driver.screen.settled();
    expect(driver.screen.cell(2, 5).inverse).toBe(true);
    expect(driver.screen.cell(3, 5).inverse).toBe(false);
  });

  test('a choice keeps its mark while the focus is elsewhere, and its colour only without a mark', async () => {
    const marked = { items: ['on', 'off'], itemFormat: ' {text} ', focusItemFormat: '[{text}]' };
    const driver = new Driver({
      views: [
        spec('TM1', [2, 5], marked),
        spec('TM2', [4, 5], marked),
        spec('TM3', [6, 5], { items: ['on', 'off'] }),
      ],
    });
    const backgrounds = (): number[] =>
      [2, 4, 6].map((row) => driver.screen.cell(row, 5).background);
    await driver.screen.settled();
    expect(driver.screen.row(4).trim()).toBe('[on] /  off');
    expect(backgrounds()).toEqual([4, 0, 4]);
    await driver.type('\t');
    expect(driver.screen.row(2).trim()).toBe('[on] /  off');
    expect(backgrounds()).toEqual([0, 4, 4]);
  });

  test('item formats colour items, and data in them stays data', async () => {
    const driver = new Driver({
      views: [
        spec('VM1', [2, 5], {
          itemFormat: '|10{text} {place:>6}',
          focusItemFormat: '|12{text} {place:>6}',
        }),
      ],
    });
    driver.show(
      driver.form.setItems(1, [
        { text: '|07{place}', place: 'a\x1b[2J' },
        { text: 'two', place: 'b' },
      ]),
    );
    await driver.screen.settled();
    expect(driver.screen.row(2).trim()).toBe('|07{place}   a[2J');
    expect(driver.screen.cell(2, 5)).toMatchObject({ foreground: 1, bold: true });
    expect(driver.screen.cell(3, 5)).toMatchObject({ foreground: 2, bold: true });
  });

  test('more items than rows scroll with the choice, by lines and by pages', async () => {
    const items = Array.from({ length: 10 }, (_, index) => `item ${index}`);
    const menu = await alone('VM1', { items, height: 3 });
    const visible = (): string[] => [2, 3, 4].map((row) => menu.screen.row(row).trim());
    await menu.type('\x1b[B\x1b[B\x1b[B');
    expect(visible()).toEqual(['item 1', 'item 2', 'item 3']);
    await menu.type('\x1b[6~');
    expect(visible()).toEqual(['item 4', 'item 5', 'item 6']);
    await menu.type('\x1b[F');
    expect(visible()).toEqual(['item 7', 'item 8', 'item 9']);
    await menu.type('\x1b[B');
    expect(visible()).toEqual(['item 0', 'item 1', 'item 2']);
    expect(menu.screen.row(5)).toBe('');
  });

  test('itemSpacing leaves rows free', async () => {
    const { screen } = await alone('VM1', { ...DOORS, itemSpacing: 1 });
    expect([2, 3, 4, 5, 6].map((row) => screen.row(row).trim())).toEqual([
      'Sign in',
      '',
      'Apply',
      '',
      'Leave',
    ]);
  });

  test('a list without items can be submitted and says nothing', async () => {
    expect((await alone('VM1', {}, '\x1b[B\x1b[6~\r')).event).toMatchObject({
      kind: 'submit',
      submission: { value: {} },
    });
  });
});

test('HM shows its items side by side, each between its spacing, and moves by left and right', async () => {
  const menu = await alone('HM1', { ...DOORS, itemSpacing: 2 }, '\x1b[C');
  expect(menu.shown).toBe('  Sign in    Apply    Leave');
  expect(menu.form.values()).toEqual({ 1: 'new' });
  expect(menu.screen.cell(2, 18)).toMatchObject({ character: 'A', background: 4 });
  expect([5, 15, 16, 24, 25].map((column) => menu.screen.cell(2, column).background)).toEqual([
    0, 0, 4, 4, 0,
  ]);
  await menu.type('\x1b[D\x1b[D');
  expect(menu.form.values()).toEqual({ 1: 2 });
});

test('items of a list grow past its width, unless textOverflow cuts them', async () => {
  const items = ['a longer item', 'b'];
  expect((await alone('VM1', { items, width: 5 })).shown).toBe('a longer item');
  expect((await alone('VM1', { items, width: 5, textOverflow: '' })).shown).toBe('a lon');
  expect((await alone('SM1', { items, width: 5 })).shown).toBe('a longer item');
});

test('a list without a width takes 15 columns', async () => {
  const list = await alone('VM1', { items: ['on', 'off'] });
  const paper = (column: number): number => list.screen.cell(2, column).background;
  expect([paper(5), paper(19), paper(20)]).toEqual([4, 4, 0]);
});

test('focusItemIndex is chosen at first, and focusItems say what a chosen item says', async () => {
  const properties = { items: ['a', 'b'], focusItems: ['|12> A', '> B'], focusItemIndex: 1 };
  const list = await alone('VM1', properties);
  expect([2, 3].map((row) => list.screen.row(row).trim())).toEqual(['a', '> B']);
  expect(list.form.values()).toEqual({ 1: 1 });
  await list.type('\x1b[A');
  expect([2, 3].map((row) => list.screen.row(row).trim())).toEqual(['> A', 'b']);
});

test('a list on a screen that takes no keys marks no item', async () => {
  const views = [spec('VM1', [2, 5], { items: ['a', 'b'], focusItemFormat: '>{text}' })];
  const driver = new Driver({ views, passive: true });
  await driver.screen.settled();
  expect(driver.screen.row(2).trim()).toBe('a');
  expect(driver.screen.cell(2, 5).background).toBe(0);
  expect(await driver.type('\x1b[B')).toMatchObject({ kind: 'key' });
});

test.each<[string, readonly string[]]>([
  ['left', ['abc', 'bc', 'c', '']],
  ['right', ['abc', ' abc', '  abc', '   ab']],
  ['bounce', ['abc', 'abc', 'abc', 'abc']],
  ['reveal', ['abc', '    a', '   ab', '  abc']],
  ['typewriter', ['abc', 'a', 'ab', 'abc', 'abc', '', 'a']],
  ['fallLeft', ['abc', ' ab c', 'ab c', 'abc', 'abc', ' ab c']],
])('a ticker stands still, then moves: %s', async (motion, frames) => {
  const text = '|11a|03bc';
  const ticker = await alone('TK1', { text, motion, width: 5, holdTicks: 1, tickInterval: 50 });
  expect(ticker.form.stepMs).toBe(50);
  const seen = [ticker.screen.row(2).slice(4)];
  for (let step = 1; step < frames.length; step++) {
    ticker.show(ticker.form.step(50));
    await ticker.screen.settled();
    seen.push(ticker.screen.row(2).slice(4));
  }
  expect(seen).toEqual(frames);
});

test('a long ticker bounces between its ends', async () => {
  const ticker = await alone('TK1', { text: 'abcdef', motion: 'bounce', width: 4 });
  const seen: string[] = [];
  for (let step = 1; step <= 5; step++) {
    ticker.show(ticker.form.step(100));
    await ticker.screen.settled();
    seen.push(ticker.screen.row(2).slice(4));
  }
  expect(seen).toEqual(['bcde', 'cdef', 'bcde', 'abcd', 'bcde']);
});

test('a status bar is written anew when its interval has passed', async () => {
  let minutes = 0;
  const text = { text: '{CT} on', refreshInterval: 1000 };
  const driver = new Driver({
    views: [spec('SB1', [2, 5], text), spec('SB2', [3, 5], { text: '{CT}' })],
    resolve: () => `12:0${minutes}`,
  });
  minutes = 1;
  driver.show(driver.form.step(600));
  await driver.screen.settled();
  expect(driver.screen.row(2).trim()).toBe('12:00 on');
  driver.show(driver.form.step(600));
  await driver.screen.settled();
  expect([2, 3].map((row) => driver.screen.row(row).trim())).toEqual(['12:01 on', '12:00']);
});

test('FM leaves itemSpacing rows and itemHorizSpacing columns', async () => {
  const items = ['a', 'b', 'c'];
  const menu = await alone('FM1', { items, height: 3, itemSpacing: 1, itemHorizSpacing: 4 });
  expect([2, 3, 4].map((row) => menu.screen.row(row).trim())).toEqual(['a    c', '', 'b']);
});

test('delete and Ctrl-D take the next character, and at the end of the text the last one', async () => {
  for (const key of ['\x1b[3~', '\x04']) {
    const field = await alone('ET1', {}, `bobx${key}`);
    expect(field.form.values()).toEqual({ 1: 'bob' });
    await field.type(`\x1b[H${key}`);
    expect(field.form.values()).toEqual({ 1: 'ob' });
  }
});

test('textMaskChar hides what is typed, and omit keeps it out of the data', async () => {
  const field = await alone('ET1', { textMaskChar: '#', omit: true }, 'abc');
  expect(field.shown).toBe('###');
  expect(field.form.values()).toEqual({});
});

test('a label with resizable: false is cut to its width', async () => {
  const text = { text: 'a longer text', width: 8 };
  expect((await alone('TL1', text)).shown).toBe('a longer text');
  expect((await alone('TL1', { ...text, resizable: false })).shown).toBe('a longer');
});

test('autoScroll shows the last lines, and acceptsInput: false leaves all keys to others', async () => {
  const properties = {
    width: 5,
    height: 1,
    mode: 'preview',
    autoScroll: true,
    acceptsInput: false,
  };
  const text = await alone('MT1', properties);
  text.show(text.form.setText(1, 'one\ntwo'));
  await text.screen.settled();
  expect(text.screen.row(2).trim()).toBe('two');
  expect(await text.type('\x1b[A')).toMatchObject({ kind: 'key' });
});

test('FM shows its items in columns and moves by all four arrows', async () => {
  const items = ['a', 'b', 'c', 'd', 'e'];
  const menu = await alone('FM1', { items, height: 2 });
  expect([2, 3].map((row) => menu.screen.row(row).trim())).toEqual(['a  c  e', 'b  d']);
  await menu.type('\x1b[C\x1b[B');
  expect(menu.form.values()).toEqual({ 1: 3 });
  await menu.type('\x1b[D');
  expect(menu.form.values()).toEqual({ 1: 1 });
});

test('SM shows one item and turns by up and down', async () => {
  const menu = await alone('SM1', DOORS);
  expect(menu.shown).toBe('Sign in');
  expect(await menu.type('\x1b[B')).toMatchObject({ kind: 'none', changed: 1 });
  expect(menu.screen.row(2).trim()).toBe('Apply');
  await menu.type('\x1b[A\x1b[A');
  expect(menu.screen.row(2).trim()).toBe('Leave');
  menu.show(menu.form.select(1, 0));
  await menu.screen.settled();
  expect(menu.screen.row(2).trim()).toBe('Sign in');
});

test('SM takes letters that an item begins with, and leaves others for the keys of the screen', async () => {
  const menu = await alone('SM1', DOORS);
  expect(await menu.type('a')).toMatchObject({ kind: 'none', changed: 1 });
  expect(menu.screen.row(2).trim()).toBe('Apply');
  expect((await menu.type('n'))?.kind).toBe('key');
  expect(menu.screen.row(2).trim()).toBe('Apply');
});

describe('TM', () => {
  const YES_NO = {
    items: ['Yes', 'No'],
    argName: 'answer',
    hotKeys: { Y: 0, N: 1 },
    hotKeySubmit: true,
  };

  test('left and right choose, the chosen one is seen', async () => {
    const toggle = await alone('TM1', YES_NO, '\x1b[C');
    expect(toggle.shown).toBe('Yes / No');
    expect(toggle.screen.cell(2, 5).background).toBe(0);
    expect(toggle.screen.cell(2, 11).background).toBe(4);
    expect(toggle.form.values()).toEqual({ answer: 1 });
    await toggle.type('\x1b[D');
    expect(toggle.form.values()).toEqual({ answer: 0 });
    await toggle.type(' ');
    expect(toggle.form.values()).toEqual({ answer: 1 });
    await toggle.type('\x1b[B');
    expect(toggle.form.values()).toEqual({ answer: 0 });
    await toggle.type('\x1b[A');
    expect(toggle.form.values()).toEqual({ answer: 1 });
  });

  test('letters change by focusTextStyle in focus only; the colour tells what is on', async () => {
    const items = { items: ['yes', 'no'], focusTextStyle: 'upper' };
    const driver = new Driver({
      views: [spec('TM1', [2, 5], items), spec('TM2', [4, 5], items)],
    });
    await driver.screen.settled();
    expect([2, 4].map((row) => driver.screen.row(row).trim())).toEqual(['YES / no', 'yes / no']);
    expect([2, 4].map((row) => driver.screen.cell(row, 5).background)).toEqual([4, 4]);
    expect(driver.screen.cell(2, 9)).toMatchObject({ character: '/', background: 0 });
  });

  test('a third item can be reached', async () => {
    const keys = await alone('TM1', { items: ['save', 'remove', 'cancel'] }, '\x1b[C\x1b[C');
    expect(keys.shown).toBe('save / remove / cancel');
    expect(keys.form.values()).toEqual({ 1: 2 });
  });

  test.each([
    [62, 'add / drop / stop'],
    [65, 'add  drop  stop'],
    [68, 'add drop stop'],
  ])('items from column %i on stand as close as they must to be all seen', async (column, row) => {
    const items = ['add', 'drop', 'stop'];
    const driver = new Driver({ views: [spec('TM1', [2, column], { items })] });
    await driver.type('\x1b[C\x1b[C');
    await driver.screen.settled();
    expect(driver.screen.row(2).trim()).toBe(row);
    const last = column + row.indexOf('stop');
    expect([last - 1, last].map((at) => driver.screen.cell(2, at).background)).toEqual([0, 4]);
  });

  test('an item that is left out cannot be chosen, not even by its key', async () => {
    const items = ['add', { text: 'keep', data: 'keep' }, { text: 'drop', data: 'drop' }];
    const toggle = await alone('TM1', { items, hotKeys: { k: 1, d: 2 } }, 'd');
    expect(toggle.form.values()).toEqual({ 1: 'drop' });
    toggle.show(toggle.form.leaveOut(1, ['keep', 'drop']));
    await toggle.type('k');
    expect(toggle.screen.row(2).trim()).toBe('add');
    expect(toggle.form.values()).toEqual({ 1: 0 });
  });

  test('a hot key answers at once', async () => {
    expect((await alone('TM1', YES_NO, 'n')).event).toMatchObject({
      kind: 'submit',
      submission: { value: { answer: 1 } },
    });
  });
});

test('KE takes one of its keys as the value, in the spelling of the menu', async () => {
  const keys = { keys: ['Y', 'n', 'escape'] };
  expect((await alone('KE1', keys, 'y')).event).toMatchObject({
    submission: { value: { 1: 'Y' } },
  });
  expect((await alone('KE1', keys, '\x1b')).event).toMatchObject({
    submission: { value: { 1: 'escape' } },
  });
  expect((await alone('KE1', keys, 'x')).event).toMatchObject({ kind: 'key' });
  expect((await alone('KE1', {}, 'x')).event).toMatchObject({ submission: { value: { 1: 'x' } } });
});

test('BT is pressed by return or space, and is in the data of its own form only', async () => {
  const views = [
    spec('ET1', [1, 1], { argName: 'name' }),
    spec('BT2', [2, 5], { text: '[ OK ]', argName: 'ok', submit: true }),
  ];
  const driver = new Driver({ views });
  expect(driver.form.values()).toEqual({ name: '' });
  expect(await driver.type('x\t ')).toMatchObject({
    kind: 'submit',
    submission: { submitId: 2, value: { name: 'x', ok: true } },
  });
  expect(driver.screen.row(2).trim()).toBe('[ OK ]');
});

describe('MT', () => {
  const TEXT = 'The first door opens on a password.\n\nThe second on |12a code|07 that lasts.';

  test('wraps at words and keeps colours over the break', async () => {
    const driver = new Driver({ views: [spec('MT1', [2, 1], { text: TEXT, width: 16 })] });
    await driver.screen.settled();
    expect(driver.screen.rows().slice(1, 8)).toEqual([
      'The first door',
      'opens on a',
      'password.',
      '',
      'The second on a',
      'code that lasts.',
      '',
    ]);
    expect(driver.screen.cell(7, 1)).toMatchObject({ character: 'c', foreground: 1, bold: true });
    expect(driver.form.focusedId).toBeUndefined();
  });

  test('a word longer than the line is broken', async () => {
    const driver = new Driver({ views: [spec('MT1', [2, 1], { text: 'abcdefghij', width: 4 })] });
    await driver.screen.settled();
    expect(driver.screen.rows().slice(1, 4)).toEqual(['abcd', 'efgh', 'ij']);
  });

  test('preview scrolls and stops at both ends', async () => {
    const text = Array.from({ length: 10 }, (_, index) => `line ${index}`).join('\r\n');
    const view = await alone('MT1', { text, height: 3, mode: 'preview', width: 20 });
    const visible = (): string[] => [2, 3, 4].map((row) => view.screen.row(row).trim());
    await view.type('\x1b[A');
    expect(visible()).toEqual(['line 0', 'line 1', 'line 2']);
    await view.type('\x1b[B\x1b[6~');
    expect(visible()).toEqual(['line 4', 'line 5', 'line 6']);
    await view.type('\x1b[F\x1b[B');
    expect(visible()).toEqual(['line 7', 'line 8', 'line 9']);
    view.show(view.form.setText(1, 'short'));
    await view.screen.settled();
    expect(visible()).toEqual(['short', '', '']);
  });
});

describe('LG', () => {
  const named = (name: string, properties: Readonly<Record<string, unknown>> = {}) =>
    new Driver({
      views: [spec('LG1', [2, 5], properties)],
      resolve: (code) => (code === 'BN' ? name : undefined),
    });
  const shownBy = async ({ screen }: Driver): Promise<readonly string[]> => {
    await screen.settled();
    return [1, 2, 3, 4, 5, 6, 7].map((row) => screen.row(row));
  };

  test("draws the board's name in letters, with the colours of the theme", async () => {
    const driver = named('Hi', { styleSGR1: '|15', styleSGR2: '|04', styleSGR3: '|08' });
    expect(await shownBy(driver)).toEqual([
      '',
      '    ██░  ██░███',
      '    ▒▒░  ▒▒░▒▒▒',
      '    ███████░███',
      '    ▒▒░  ▒▒░▒▒▒',
      '    ██░  ██░███',
      '',
    ]);
    const { screen } = driver;
    const white = { foreground: 7, bold: true };
    expect(screen.cell(2, 5)).toMatchObject({ character: '█', ...white });
    expect(screen.cell(3, 5)).toMatchObject({ character: '▒', ...white, background: 6 });
    expect(screen.cell(5, 5)).toMatchObject({ character: '▒', foreground: 6, background: 1 });
    expect(screen.cell(6, 5)).toMatchObject({ character: '█', foreground: 1 });
    expect(screen.cell(2, 12)).toMatchObject({ character: '░', foreground: 0, bold: true });
  });

  test('a bright colour is no ground: the cell is of the lower part alone', async () => {
    const driver = named('I', { styleSGR1: '|15', styleSGR2: '|12' });
    await driver.screen.settled();
    expect(driver.screen.cell(5, 5)).toMatchObject({
      character: '█',
      foreground: 1,
      bold: true,
    });
  });

  test('small letters and text stand in the middle of the rows that are kept, left, right or centred', async () => {
    expect(await shownBy(named('Hi', { width: 7, height: 5, justify: 'right' }))).toEqual([
      '',
      '',
      '      █ █ █',
      '      █▀█ █',
      '      ▀ ▀ ▀',
      '',
      '',
    ]);
    expect((await shownBy(named('Tower | 2', { width: 21, justify: 'center' })))[3]).toBe(
      '          Tower | 2',
    );
    expect((await shownBy(named('A'.repeat(40), { width: 10, height: 1 })))[1]).toBe(
      '    AAAAAAA...',
    );
    expect((await shownBy(named(''))).join('')).toBe('');
  });

  test.each([
    ['\x1b[2J\x1b[31mX', '    [2J[31mX'],
    ['|04%BN{UN}', '    |04%BN{UN}'],
    ['a\r\nb\x9b5m~', '    ab5m~'],
    ['Крепость', '    ????????'],
  ])('nothing in the name %j is obeyed', async (name, shown) => {
    const driver = named(name);
    const rows = await shownBy(driver);
    expect(rows[3]).toBe(shown);
    expect(driver.lastOutput).not.toContain('\x1b[2J');
  });

  test('it is said as text, and takes no keys', () => {
    const { form } = named('Sallyport');
    expect(form.view(1)?.lineText).toBe('Sallyport');
    expect(form.focusedId).toBeUndefined();
    expect(form.values()).toEqual({});
  });

  test('other text is drawn with the values of its codes', async () => {
    const rows = await shownBy(named('Hi', { text: '{BN} 2', height: 3, width: 20 }));
    expect(rows[1]).toBe('    █ █ █   ▀▀▄');
  });
});
