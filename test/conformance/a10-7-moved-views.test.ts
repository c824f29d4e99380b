import { asking, stop, theme, viewScreens } from './scene';

const { open, show, given } = viewScreens();

const DOWN = '\x1b[B';
const HOME = '\x1b[H';
const DELETE = '\x1b[3~';
const items = ['a longer item', 'b'];

describe('A10.1 what themes and menus of ENiGMA½ boards depend on', () => {
  it('VM: an item that is longer than width is shown whole, and cut where textOverflow says so', async () => {
    const { caller } = await show('%VM1', { VM1: { items, width: 5 } });
    expect(caller.screen.row(1)).toBe('a longer item');
    const cut = await show('%VM1', { VM1: { items, width: 5, textOverflow: '' } });
    expect(cut.caller.screen.row(1)).toBe('a lon');
  });

  it('VM: where nothing can be typed no item is marked', async () => {
    const list = { items: ['a', 'b'], focusItemFormat: '>{text}' };
    const scene = await open({
      menus: { menus: { first: stop('FIRST') } },
      art: { FIRST: '%VM1\r\n\r\n\r\nend', ...theme({ menus: { first: { mci: { VM1: list } } } }) },
    });
    const caller = scene.call();
    await caller.sees('end');
    expect(caller.screen.row(1)).toBe('a');
    expect(caller.screen.cell(1, 1).background).toBe(0);
  });

  it('VM: focusItemIndex is chosen at first, and focusItems are what a chosen item says', async () => {
    const list = { items: ['a', 'b'], focusItems: ['> A', '> B'], focusItemIndex: 1 };
    const shown = await show('%VM1', { VM1: { argName: 'value', ...list } });
    expect(shown.caller.screen.rows().slice(0, 2)).toEqual(['a', '> B']);
    expect(await given(shown, '\r')).toBe(1);
  });

  it('FM: itemSpacing rows and itemHorizSpacing columns are free', async () => {
    const list = { items: ['a', 'b', 'c'], height: 3, itemSpacing: 1, itemHorizSpacing: 4 };
    const { caller } = await show('%FM1', { FM1: list });
    expect(caller.screen.rows().slice(0, 3)).toEqual(['a    c', '', 'b']);
  });

  it('HM: items begin behind the spacing', async () => {
    const { caller } = await show('%HM1', { HM1: { items: ['a', 'b'], itemSpacing: 2 } });
    expect(caller.screen.row(1)).toBe('  a    b');
  });

  it('TM: a bar between blanks, and focusTextStyle in focus alone', async () => {
    const toggle = { items: ['yes', 'no'], focusTextStyle: 'upper' };
    const { caller } = await show('%TM1\r\n%TM2', { TM1: toggle, TM2: toggle });
    expect(caller.screen.rows().slice(0, 2)).toEqual(['YES / no', 'yes / no']);
  });

  it('ET: delete takes the next letter, and the last one at the end of the text', async () => {
    const shown = await show('%ET1', { ET1: { argName: 'value', submit: true } });
    expect(await given(shown, `bobx${DELETE}${HOME}${DELETE}\r`)).toBe('ob');
  });

  it('ET: textMaskChar hides what is typed, and omit keeps it out of what is given', async () => {
    const field = { argName: 'value', submit: true, textMaskChar: '#', omit: true };
    const shown = await show('%ET1', { ET1: field });
    shown.caller.type('abc');
    await shown.caller.sees('###');
    expect(await given(shown, '\r')).toBeUndefined();
  });

  it('TL: resizable: false cuts at the width', async () => {
    const label = { text: 'a longer text', width: 8, resizable: false };
    const { caller } = await show('%TL1', { TL1: label });
    expect(caller.screen.row(1)).toBe('a longer');
  });

  it('MT: mode edit takes lines', async () => {
    const shown = await show('%MT1\r\n\r\n\r\n%BT2', {
      MT1: { argName: 'value', mode: 'edit', width: 20, height: 3 },
      BT2: { text: 'Send', submit: true },
    });
    expect(await given(shown, 'one\rtwo\t\r')).toBe('one\ntwo');
  });

  it('MT: acceptsInput: false takes no key', async () => {
    const text = { mode: 'preview', height: 1, width: 9, acceptsInput: false };
    const shown = await show('%MT1\r\n\r\n\r\n%ET2', {
      MT1: { text: 'one\ntwo', ...text },
      ET2: { argName: 'value', submit: true },
    });
    expect(await given(shown, `${DOWN}x\r`)).toBe('x');
    expect(shown.caller.screen.row(1)).toBe('one');
  });

  it('MT: autoScroll shows the last lines of the text of the menu', async () => {
    const text = { text: 'one\ntwo\nthree', mode: 'preview', height: 2, width: 9 };
    const { caller } = await show('%MT1\r\n\r\n\r\n%MT2', {
      MT1: { ...text, autoScroll: true },
      MT2: { ...text, autoScroll: false },
    });
    expect(caller.screen.rows().slice(0, 2)).toEqual(['two', 'three']);
    expect(caller.screen.rows().slice(3, 5)).toEqual(['one', 'two']);
  });

  it('hyperlinks: a link is plain text (a departure from ENiGMA½)', async () => {
    const text = 'see https://example.org';
    const { caller } = await show('%MT1', {
      MT1: { text, hyperlinks: true, width: 40, height: 1 },
    });
    expect(caller.screen.row(1)).toBe(text);
  });

  it('KE: the key is shown (a departure from ENiGMA½)', async () => {
    const shown = await show('%KE1', { KE1: { argName: 'value', keys: ['y', 'n'] } });
    expect(await given(shown, 'y')).toBe('y');
    await shown.caller.sees(/^y/);
  });

  it('TK: stands still, then moves', async () => {
    const ticker = { text: 'abc', motion: 'right', width: 6, tickInterval: 100, holdTicks: 1 };
    const { scene, caller } = await show('%TK1\r\n%ET2', { TK1: ticker });
    expect(caller.screen.row(1)).toBe('abc');
    await scene.board.accounts.fake.advance(200);
    await caller.until('a step', () => caller.screen.row(1).startsWith(' '));
    expect(caller.screen.row(1).trim()).toMatch(/^a/);
  });

  it('SB: is written anew when its interval has passed', async () => {
    const bar = { text: '{CT} on', refreshInterval: 60_000 };
    const { scene, caller } = await show('%SB1\r\n%ET2', { SB1: bar });
    const before = caller.screen.row(1);
    expect(before).toMatch(/^\d\d:\d\d on$/);
    await scene.board.accounts.fake.advance(60_000);
    await caller.until('the next minute', () => caller.screen.row(1) !== before);
  });

  it('a key such as MET3 is read as the view that it is nearly', async () => {
    const scene = await open({
      menus: {
        menus: {
          first: asking('FIRST', { MET3: { maskPattern: '##/##' } }, '@systemMethod:logoff'),
        },
      },
      art: { FIRST: '%ME3\r\nend' },
    });
    expect(scene.board.menuSet?.problems).toMatchObject([
      { text: expect.stringContaining('read as ME3') as string },
    ]);
    const caller = scene.call();
    await caller.sees('end');
    caller.type('1231');
    await caller.sees('12/31');
  });
});
