import fc from 'fast-check';
import { Terminal } from '@xterm/headless';
import { Canvas } from '../../src/terminal/canvas';
import { PLAIN, type Style } from '../../src/terminal/style';
import { applySgr, styleChange } from '../../src/terminal/style-sequence';

const RED: Style = { ...PLAIN, foreground: 1 };
const ON_BLUE: Style = { ...PLAIN, foreground: 15, background: 4 };

function show(ansi: string, columns: number, rows: number): Promise<Terminal> {
  const terminal = new Terminal({ cols: columns, rows, allowProposedApi: true });
  return new Promise((resolve) => terminal.write(ansi, () => resolve(terminal)));
}

function lines(terminal: Terminal): string[] {
  return Array.from(
    { length: terminal.rows },
    (_, row) => terminal.buffer.active.getLine(row)?.translateToString(true) ?? '',
  );
}

/** Character, colours and attributes of each cell, as the emulator sees them. */
function cells(terminal: Terminal): string[] {
  const seen: string[] = [];
  for (let row = 0; row < terminal.rows; row++) {
    for (let column = 0; column < terminal.cols; column++) {
      const cell = terminal.buffer.active.getLine(row)?.getCell(column);
      if (cell === undefined) throw new Error('no cell');
      const character = cell.getChars() === '' ? ' ' : cell.getChars();
      const ground = cell.isBgDefault() ? 0 : cell.getBgColor();
      const ink = cell.isFgDefault() ? 7 : cell.getFgColor();
      const flags = `${cell.isUnderline() ? 'u' : ''}${cell.isInverse() ? 'i' : ''}${cell.isBlink() ? 'b' : ''}`;
      const empty = character === ' ' && !cell.isUnderline() && !cell.isInverse();
      seen.push(empty ? ` /${ground}` : `${character}/${ink}/${ground}/${flags}`);
    }
  }
  return seen;
}

function wanted(canvas: Canvas): string[] {
  const all: string[] = [];
  for (let row = 1; row <= canvas.height; row++) {
    for (let column = 1; column <= canvas.width; column++) {
      if (row === canvas.height && column === canvas.width) continue;
      const { character, style } = canvas.at(row, column);
      const flags = `${style.underline ? 'u' : ''}${style.inverse ? 'i' : ''}${style.blink ? 'b' : ''}`;
      const empty = character === ' ' && !style.underline && !style.inverse;
      all.push(
        empty
          ? ` /${style.background}`
          : `${character}/${style.foreground}/${style.background}/${flags}`,
      );
    }
  }
  return all;
}

const anyStyle = fc.record({
  foreground: fc.integer({ min: 0, max: 255 }),
  background: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 255 })),
  bold: fc.constant(false),
  blink: fc.boolean(),
  underline: fc.boolean(),
  inverse: fc.boolean(),
});

const anyCanvas = fc
  .array(
    fc.record({
      row: fc.integer({ min: 1, max: 6 }),
      column: fc.integer({ min: 1, max: 20 }),
      text: fc.string({ minLength: 1, maxLength: 12, unit: fc.constantFrom(...'ab  ░█─ñ') }),
      style: anyStyle,
    }),
    { maxLength: 12 },
  )
  .map((prints) => {
    const canvas = new Canvas(20, 6);
    for (const print of prints) canvas.print(print.row, print.column, print.text, print.style);
    return canvas;
  });

describe('Canvas', () => {
  it('prints text, cuts it at the edge and says where it ended', () => {
    const canvas = new Canvas(10, 2);
    expect(canvas.print(1, 8, 'abcdef', RED)).toBe(14);
    expect(canvas.toLines()).toEqual(['       abc', '']);
    expect(canvas.at(1, 8)).toEqual({ character: 'a', style: RED });
    canvas.put(5, 5, 'x');
    canvas.put(0, 1, 'x');
    expect(canvas.at(5, 5).character).toBe(' ');
  });

  it('gives wide characters two cells and combining ones none', () => {
    const canvas = new Canvas(6, 1);
    expect(canvas.print(1, 1, '日e\u0301x')).toBe(5);
    expect(canvas.toLines()).toEqual(['日ex']);
  });

  it('never writes the bottom-right cell of the screen', () => {
    const canvas = new Canvas(4, 2);
    canvas.fill({ row: 1, column: 1, width: 4, height: 2 }, '#', RED);
    expect(canvas.toAnsi()).toBe('\u001b[1;1H\u001b[0;31m####\u001b[2;1H###\u001b[0m');
    const other = new Canvas(4, 2);
    expect(canvas.diff(other)).not.toContain('####\u001b[2;1H####');
  });

  it('erases empty ends instead of writing them, in black', () => {
    const canvas = new Canvas(40, 1);
    canvas.print(1, 1, 'hi', ON_BLUE);
    expect(canvas.toAnsi()).toBe('\u001b[1;1H\u001b[0;1;44mhi\u001b[0m\u001b[K');
  });

  it('skips empty cells on a cleared screen', () => {
    const canvas = new Canvas(40, 3);
    canvas.print(2, 10, 'a', RED);
    canvas.print(2, 30, 'b', RED);
    expect(canvas.toAnsi({ clear: true })).toBe(
      '\u001b[0m\u001b[2J\u001b[2;10H\u001b[0;31ma\u001b[2;30Hb\u001b[0m',
    );
  });

  it('keeps off what stands right of it when it is narrower than the screen', () => {
    const canvas = new Canvas(4, 1);
    canvas.print(1, 1, 'ab');
    expect(canvas.toAnsi({ screenWidth: 80, screenHeight: 24, left: 10, top: 5 })).toBe(
      '\u001b[5;10H\u001b[0mab  ',
    );
  });

  it('sends bright backgrounds as iCE colours in CP437 and as 100-107 in UTF-8', () => {
    const canvas = new Canvas(5, 1);
    canvas.put(1, 1, 'x', { ...PLAIN, background: 9 });
    expect(canvas.toAnsi({ clear: true })).toContain('\u001b[?33h');
    expect(canvas.toAnsi({ clear: true })).toContain('\u001b[0;5;41mx');
    expect(canvas.toAnsi({ clear: true, encoding: 'utf8' })).toContain('\u001b[0;101mx');
  });

  it('looks the same on a terminal, whatever is drawn, with and without clearing first', async () => {
    await fc.assert(
      fc.asyncProperty(anyCanvas, fc.boolean(), async (canvas, clear) => {
        const before = clear ? '' : `\u001b[45m${'?'.repeat(20 * 6)}`;
        const terminal = await show(before + canvas.toAnsi({ clear, encoding: 'utf8' }), 20, 6);
        expect(cells(terminal).slice(0, -1)).toEqual(wanted(canvas));
      }),
      { numRuns: 60 },
    );
  });

  it('turns one screen into another by its difference', async () => {
    await fc.assert(
      fc.asyncProperty(anyCanvas, anyCanvas, async (first, second) => {
        const terminal = await show(
          first.toAnsi({ clear: true, encoding: 'utf8' }) +
            second.diff(first, { encoding: 'utf8' }),
          20,
          6,
        );
        expect(cells(terminal).slice(0, -1)).toEqual(wanted(second));
      }),
      { numRuns: 60 },
    );
  });

  it('has nothing to send between equal canvases', () => {
    const canvas = new Canvas(10, 2);
    canvas.print(1, 1, 'same', RED);
    expect(canvas.diff(canvas.clone())).toBe('');
  });

  it('copies another canvas onto itself', async () => {
    const small = new Canvas(3, 1);
    small.print(1, 1, 'abc', RED);
    const canvas = new Canvas(8, 3);
    canvas.draw(small, 2, 4);
    expect(lines(await show(canvas.toAnsi({ clear: true }), 8, 3))).toEqual(['', '   abc', '']);
  });
});

describe('canvases that share their rows', () => {
  it('never see what is drawn on another one, whichever was copied from which', () => {
    const place = { row: fc.integer({ min: -1, max: 5 }), column: fc.integer({ min: -2, max: 6 }) };
    const step = fc.oneof(
      fc.record({ kind: fc.constant('clone' as const), from: fc.nat(3), to: fc.nat(3) }),
      fc.record({ kind: fc.constant('draw' as const), from: fc.nat(3), to: fc.nat(3), ...place }),
      fc.record({ kind: fc.constant('put' as const), to: fc.nat(3), ...place, text: fc.nat(9) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const canvases = Array.from({ length: 4 }, () => new Canvas(5, 4));
        const plain = canvases.map(() => ['     ', '     ', '     ', '     ']);
        for (const { to, ...each } of steps) {
          const canvas = canvases[to] ?? new Canvas(1, 1);
          if (each.kind === 'put') {
            canvas.put(each.row, each.column, String(each.text));
            plain[to] = overlaid(plain[to] ?? [], [String(each.text)], each);
          } else if (each.from !== to) {
            const source = canvases[each.from] ?? canvas;
            const at = each.kind === 'draw' ? each : { row: 1, column: 1 };
            if (each.kind === 'clone') canvases[to] = source.clone();
            else canvas.draw(source, each.row, each.column);
            plain[to] = overlaid(plain[to] ?? [], plain[each.from] ?? [], at);
          }
        }
        expect(canvases.map((canvas) => canvas.toLines())).toEqual(
          plain.map((rows) => rows.map((row) => row.trimEnd())),
        );
      }),
    );
  });

  it('are drawn as a canvas that shares nothing is, however often and wherever', () => {
    const option = fc.record({
      clear: fc.boolean(),
      encoding: fc.constantFrom('cp437' as const, 'utf8' as const),
      top: fc.integer({ min: 1, max: 3 }),
      screenWidth: fc.constantFrom(20, 24),
      ink: fc.nat(7),
    });
    fc.assert(
      fc.property(anyCanvas, anyCanvas, fc.array(option, { maxLength: 8 }), (one, two, options) => {
        for (const each of [...options, ...options, ...options]) {
          for (const drawn of [one, two]) {
            const shared = drawn.clone();
            // Its first row leaves the terminal in another style each time.
            shared.put(1, 20, 'x', { ...PLAIN, foreground: each.ink });
            expect(shared.toAnsi(each)).toBe(ownCopy(shared).toAnsi(each));
          }
        }
      }),
    );
  });
});

function ownCopy(canvas: Canvas): Canvas {
  const copy = new Canvas(canvas.width, canvas.height);
  for (let row = 1; row <= canvas.height; row++) {
    for (let column = 1; column <= canvas.width; column++) {
      const { character, style } = canvas.at(row, column);
      copy.put(row, column, character, style);
    }
  }
  return copy;
}

/** Rows of text with others laid over them from a place on, counted from 1. */
function overlaid(
  below: readonly string[],
  above: readonly string[],
  { row, column }: { readonly row: number; readonly column: number },
): string[] {
  return below.map((line, y) =>
    [...line].map((cell, x) => above[y + 1 - row]?.[x + 1 - column] ?? cell).join(''),
  );
}

describe('styleChange', () => {
  it('says only what changes, and starts again where something is taken back', () => {
    expect(styleChange(PLAIN, RED)).toBe('\u001b[31m');
    expect(styleChange(RED, { ...RED, underline: true })).toBe('\u001b[4m');
    expect(styleChange({ ...RED, underline: true }, RED)).toBe('\u001b[0;31m');
    expect(styleChange(RED, { ...RED })).toBe('');
    expect(styleChange(undefined, PLAIN)).toBe('\u001b[0m');
  });

  it('tells bright colours by bold in CP437 and by 90-97 in UTF-8', () => {
    const grey = { ...PLAIN, foreground: 8 };
    expect(styleChange(PLAIN, grey, 'cp437')).toBe('\u001b[1;30m');
    expect(styleChange(PLAIN, grey, 'utf8')).toBe('\u001b[90m');
    expect(styleChange(PLAIN, { ...PLAIN, foreground: 0, bold: true }, 'utf8')).toBe('\u001b[90m');
  });

  it('is undone by applySgr for every style', () => {
    fc.assert(
      fc.property(anyStyle, anyStyle, (from, to) => {
        const parameters = /\u001b\[([\d;]*)m/.exec(styleChange(from, to, 'utf8'))?.[1];
        const reached =
          parameters === undefined ? from : applySgr(from, parameters.split(';').map(Number));
        expect(reached).toEqual(to);
      }),
    );
  });
});
