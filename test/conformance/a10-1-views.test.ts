import { color, viewScreens } from './scene';

const { show, given } = viewScreens();

const UP = '\x1b[A';
const DOWN = '\x1b[B';
const RIGHT = '\x1b[C';
const LEFT = '\x1b[D';
const HOME = '\x1b[H';
const END = '\x1b[F';
const PAGE_UP = '\x1b[5~';
const PAGE_DOWN = '\x1b[6~';

const twoItems = ['one', 'two'];
const letters = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];

describe('A10.1 properties that all views have', () => {
  it('text', async () => {
    const { caller } = await show('%TL1\r\n%ET2\r\n%BT3', {
      TL1: { text: 'label' },
      ET2: { text: 'typed', width: 6 },
      BT3: { text: 'press' },
    });
    expect(caller.screen.rows().slice(0, 3)).toEqual(['label', 'typed', '     press']);
  });

  it.each([
    ['normal', 'Some Text', 'Some Text'],
    ['upper', 'Some Text', 'SOME TEXT'],
    ['lower', 'Some Text', 'some text'],
    ['title', 'some text', 'Some Text'],
    ['first lower', 'some text', 'sOME tEXT'],
    ['small vowels', 'some text', 'SoMe TeXT'],
    ['big vowels', 'some text', 'sOmE tExt'],
    ['small i', 'discipline', 'DiSCiPLiNE'],
    ['l33t', 'elite test', '3l173 7357'],
  ])('textStyle: %s', async (textStyle, text, shown) => {
    const { caller } = await show('%TL1', { TL1: { text, textStyle } });
    expect(caller.screen.row(1)).toBe(shown);
  });

  it('textStyle: mixed', async () => {
    const { caller } = await show('%TL1', { TL1: { text: 'abcdefgh', textStyle: 'mixed' } });
    expect(caller.screen.row(1)).toMatch(/^[a-h]{8}$/i);
  });

  it('focusTextStyle', async () => {
    const { caller } = await show('%BT1\r\n%BT2', {
      BT1: { text: 'first', focusTextStyle: 'upper' },
      BT2: { text: 'second', focusTextStyle: 'upper' },
    });
    expect(caller.screen.rows().slice(0, 2)).toEqual(['     FIRST', '    second']);
    caller.type('\t');
    await caller.sees('SECOND');
    expect(caller.screen.row(1)).toBe('     first');
  });

  it('width: 15 where none is written', async () => {
    const shown = await show('%ET1', { ET1: { argName: 'value', fillChar: '_' } });
    expect(shown.caller.screen.row(1)).toBe('_'.repeat(15));
  });

  it('height', async () => {
    const { caller } = await show('%VM1', { VM1: { items: letters, height: 3 } });
    expect(caller.screen.rows().slice(0, 3)).toEqual(['a', 'b', 'c']);
  });

  it.each([
    ['left', 'ab...'],
    ['right', '...ab'],
    ['center', '.ab..'],
  ])('justify: %s, with fillChar', async (justify, shown) => {
    const { caller } = await show('%TL1', {
      TL1: { text: 'ab', width: 5, justify, fillChar: '.' },
    });
    expect(caller.screen.row(1)).toBe(shown);
  });

  it.each([
    ['unset: may grow past width', undefined, 'abcdefgh'],
    ['"": cut', '', 'abcde'],
    ['other text: cut and end with it', '..', 'abc..'],
  ])('textOverflow %s', async (_form, textOverflow, shown) => {
    const { caller } = await show('%TL1', {
      TL1: { text: 'abcdefgh', width: 5, ...(textOverflow === undefined ? {} : { textOverflow }) },
    });
    expect(caller.screen.row(1)).toBe(shown);
  });

  it('argName, focus, submit and validate', async () => {
    const shown = await show('%ET1 %ET2', {
      ET1: { argName: 'other', submit: true },
      ET2: {
        argName: 'value',
        focus: true,
        submit: true,
        validate: '@systemMethod:validateNonEmpty',
      },
    });
    shown.caller.type('\r');
    await shown.caller.sees('Please fill this in.');
    expect(await given(shown, 'x\r')).toBe('x');
    expect(shown.submissions[0]?.submitId).toBe(2);
  });

  it('styleSGR1..n', async () => {
    const { caller } = await show('%ME1', {
      ME1: {
        maskPattern: '#-#',
        acceptsFocus: false,
        fillChar: '_',
        styleSGR1: '|12',
        styleSGR3: '|10',
      },
    });
    expect(caller.screen.row(1)).toBe('_-_');
    expect([1, 2, 3].map((column) => color(caller, 1, column))).toEqual([10, 9, 10]);
  });
});

describe('A10.1 views', () => {
  it('TL: text with MCI formatting, display only', async () => {
    const { caller } = await show('%TL1\r\n%ET2', {
      TL1: { text: '|14{BN!styleUpper:>12} {ND}' },
      ET2: {},
    });
    expect(caller.screen.row(1)).toBe('   SALLYPORT 1');
    expect(color(caller, 1, 4)).toBe(11);
    caller.type('x');
    await caller.sees(/\nx/);
  });

  it('ET: maxLength, password, prefixFormat; scrolls sideways past width', async () => {
    const shown = await show('%ET1', {
      ET1: { argName: 'value', width: 6, maxLength: 10, prefixFormat: '|12> |07' },
    });
    const { caller } = shown;
    caller.type('abcdefghijklm');
    await caller.until('the end of the text', () => caller.screen.row(1) === '> efghij');
    expect(color(caller, 1, 1)).toBe(9);
    caller.type(HOME);
    await caller.until('the beginning', () => caller.screen.row(1) === '> abcdef');
    expect(await given(shown, '\r')).toBe('abcdefghij');
    const secret = await show('%ET1', { ET1: { argName: 'value', password: true } });
    secret.caller.type('pass');
    await secret.caller.sees('****');
    expect(await given(secret, '\r')).toBe('pass');
  });

  it('ET: left, right, home, end, backspace, delete and control keys', async () => {
    const shown = await show('%ET1', { ET1: { argName: 'value', width: 30 } });
    const keys = `bc${HOME}a${END}dX\x7f${LEFT}${LEFT}Y\x7f${RIGHT}${HOME}\x1b[3~A\r`;
    expect(await given(shown, keys)).toBe('Abcd');
    const again = await show('%ET1', { ET1: { argName: 'value', width: 30 } });
    expect(await given(again, 'two words\x17one\r')).toBe('two one');
  });

  it.each([
    ['# digit', '####', 'a1b2c3', '123'],
    ['A letter', 'AAA', '1a2b', 'ab'],
    ['@ either', '@@@', '-a1!', 'a1'],
    ['& printable', '&&&', 'a-1', 'a-1'],
    ['others are literal', '##/##', '1231', '12/31'],
  ])('ME: maskPattern %s', async (_form, maskPattern, typed, value) => {
    const shown = await show('%ME1', { ME1: { argName: 'value', maskPattern } });
    expect(await given(shown, `${typed}\r`)).toBe(value);
  });

  it('ME: styleSGR1 literals, 2 literals in focus, 3 fill', async () => {
    const { caller } = await show('%ME1\r\n%ET2', {
      ME1: {
        maskPattern: '#-#',
        fillChar: '_',
        styleSGR1: '|12',
        styleSGR2: '|09',
        styleSGR3: '|10',
      },
      ET2: {},
    });
    expect([1, 2].map((column) => color(caller, 1, column))).toEqual([10, 12]);
    caller.type('\t');
    await caller.until('the focus to leave', () => color(caller, 1, 2) === 9);
  });

  it('ME: without a pattern nothing can be typed', async () => {
    const shown = await show('%ME1', { ME1: { argName: 'value' } });
    expect(await given(shown, 'abc\r')).toBe('');
  });

  it.each(['read-only', undefined])('MT: mode %s only shows', async (mode) => {
    const { caller } = await show('%MT1\r\n\r\n\r\n%ET2', {
      MT1: { text: 'a b c d', width: 3, height: 2, ...(mode === undefined ? {} : { mode }) },
      ET2: {},
    });
    expect(caller.screen.rows().slice(0, 2)).toEqual(['a b', 'c d']);
    caller.type('x');
    await caller.sees('\nx');
  });

  it('MT: mode preview scrolls', async () => {
    const { caller } = await show('%MT1', {
      MT1: { text: 'a b c d e f', width: 3, height: 2, mode: 'preview' },
    });
    caller.type(DOWN);
    await caller.sees('c d\ne f');
    caller.type(UP);
    await caller.sees('a b\nc d');
    caller.type(END);
    await caller.sees('c d\ne f');
    caller.type(HOME);
    await caller.sees('a b\nc d');
  });

  it('BT: accept is a press', async () => {
    const shown = await show('%BT1', { BT1: { argName: 'value', text: 'Press' } });
    expect(await given(shown, '\r')).toBe(true);
    const space = await show('%BT1', { BT1: { argName: 'value', text: 'Press' } });
    expect(await given(space, ' ')).toBe(true);
  });

  it('VM: items, itemFormat, focusItemFormat, itemSpacing', async () => {
    const { caller } = await show('%VM1', {
      VM1: {
        items: twoItems,
        itemFormat: '  {text}',
        focusItemFormat: '> {text!styleUpper}',
        itemSpacing: 1,
      },
    });
    expect(caller.screen.rows().slice(0, 3)).toEqual(['> ONE', '', '  two']);
  });

  it.each([
    ['down', `${DOWN}${DOWN}`, 2],
    ['up', `${DOWN}${DOWN}${UP}`, 1],
    ['page down', PAGE_DOWN, 3],
    ['page up', `${PAGE_DOWN}${PAGE_DOWN}${PAGE_UP}`, 3],
    ['end', END, 6],
    ['home', `${END}${HOME}`, 0],
  ])('VM: key %s', async (_key, keys, index) => {
    const shown = await show('%VM1', { VM1: { argName: 'value', items: letters, height: 3 } });
    expect(await given(shown, `${keys}\r`)).toBe(index);
  });

  it('VM: hotKeys choose, with hotKeySubmit they submit; letter case does not matter', async () => {
    const hotKeys = { A: 0, B: 1 };
    const shown = await show('%VM1', { VM1: { argName: 'value', items: twoItems, hotKeys } });
    expect(await given(shown, 'b\r')).toBe(1);
    const at = { argName: 'value', items: twoItems, hotKeys, hotKeySubmit: true };
    const submits = await show('%VM1', { VM1: at });
    expect(await given(submits, 'b')).toBe(1);
    const exact = await show('%VM1', { VM1: { ...at, caseInsensitiveHotKeys: false } });
    expect(await given(exact, 'bB')).toBe(1);
    expect(exact.submissions).toHaveLength(1);
  });

  it.each([
    ['right', `${RIGHT}${RIGHT}`, 2],
    ['left', `${RIGHT}${RIGHT}${LEFT}`, 1],
    ['end', END, 6],
    ['home', `${END}${HOME}`, 0],
  ])('HM: key %s', async (_key, keys, index) => {
    const shown = await show('%HM1', { HM1: { argName: 'value', items: letters } });
    expect(shown.caller.screen.row(1)).toBe(` ${letters.join('  ')}`);
    expect(await given(shown, `${keys}\r`)).toBe(index);
  });

  it('SM: one item shown; up and down', async () => {
    const shown = await show('%SM1', { SM1: { argName: 'value', items: letters } });
    expect(shown.caller.screen.row(1)).toBe('a');
    shown.caller.type(DOWN);
    await shown.caller.sees(/^b/);
    expect(await given(shown, `${DOWN}${UP}\r`)).toBe(1);
  });

  it('TM: exactly two items; left and right, hotKeys, hotKeySubmit', async () => {
    const shown = await show('%TM1', { TM1: { argName: 'value', items: twoItems } });
    expect(shown.caller.screen.row(1)).toBe('one / two');
    expect(await given(shown, `${RIGHT}${LEFT}${RIGHT}\r`)).toBe(1);
    const at = { argName: 'value', items: twoItems, hotKeys: { O: 0, T: 1 }, hotKeySubmit: true };
    expect(await given(await show('%TM1', { TM1: at }), 't')).toBe(1);
  });

  it('KE: one key is the value; keys says which', async () => {
    const shown = await show('%KE1', { KE1: { argName: 'value', keys: ['y', 'n'] } });
    expect(await given(shown, 'xy')).toBe('y');
    expect(shown.submissions).toHaveLength(1);
  });

  it('items: { text, data } gives the data, plain text its index', async () => {
    const items = [{ text: 'first', data: 'eins' }, 'second'];
    expect(await given(await show('%VM1', { VM1: { argName: 'value', items } }), '\r')).toBe(
      'eins',
    );
    expect(await given(await show('%VM1', { VM1: { argName: 'value', items } }), `${DOWN}\r`)).toBe(
      1,
    );
  });
});
