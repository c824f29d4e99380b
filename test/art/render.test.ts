import fc from 'fast-check';
import { Terminal } from '@xterm/headless';
import { decodeArt, type Art } from '../../src/art/art-file';
import { renderArt, type RenderedArt } from '../../src/art/render';
import { artToStream, rowsToStream } from '../../src/art/stream';
import { runs } from '../support/runs';
import { sauceRecord } from './sauce-record';
import { kindOfCode } from '../../src/menu/screen/mci-codes';

const E = '\u001b';

function art(text: string, fields?: { width: number; height: number; flags?: number }): Art {
  const bytes = Buffer.from(text, 'utf8');
  return decodeArt(fields === undefined ? bytes : Buffer.concat([bytes, sauceRecord(fields)]), {
    file: 'TEST.ANS',
    kindOf: kindOfCode,
    encodedAs: 'utf8',
  });
}

function draw(text: string, resolve?: (code: string) => string | undefined): RenderedArt {
  return renderArt(art(text), {
    width: 80,
    height: 24,
    ...(resolve === undefined ? {} : { resolve }),
  });
}

function emulate(text: string, columns = 80, rows = 24): Promise<string[]> {
  const terminal = new Terminal({ cols: columns, rows, allowProposedApi: true });
  return new Promise((resolve) =>
    terminal.write(text, () =>
      resolve(
        Array.from(
          { length: rows },
          (_, row) => terminal.buffer.active.getLine(row)?.translateToString(true).trimEnd() ?? '',
        ),
      ),
    ),
  );
}

describe('renderArt: ANSI', () => {
  it('follows colours, cursor moves, save and restore, and erasing', () => {
    const { canvas, rows } = draw(
      `gone${E}[2J${E}[1;31mA${E}[3CB${E}[2;5H${E}[44mC${E}[s${E}[4;1HD${E}[uE${E}[A${E}[2DF${E}[0mG`,
    );
    expect(canvas.toLines()).toEqual(['A   FG', '    CE', '', 'D']);
    expect(rows).toBe(4);
    expect(canvas.at(1, 1).style).toMatchObject({ foreground: 9, background: 0 });
    expect(canvas.at(2, 5).style).toMatchObject({ foreground: 9, background: 4 });
    expect(canvas.at(1, 6).style).toMatchObject({ foreground: 7, background: 0 });
  });

  it('knows 256 colours and takes the nearest for 24-bit ones', () => {
    const { canvas } = draw(`${E}[38;5;208ma${E}[48;2;255;0;0mb${E}[97;100mc`);
    expect(canvas.at(1, 1).style.foreground).toBe(208);
    expect(canvas.at(1, 2).style.background).toBe(196);
    expect(canvas.at(1, 3).style).toMatchObject({ foreground: 15, background: 8 });
  });

  it('wraps at the SAUCE width as a DOS console does', () => {
    const narrow = (text: string): string[] =>
      renderArt(art(text, { width: 4, height: 3 }), { width: 80, height: 24 }).canvas.toLines();
    expect(narrow('abcdefgh')).toEqual(['abcd', 'efgh']);
    expect(narrow('abcd\r\nef')).toEqual(['abcd', '', 'ef']);
    expect(narrow(`abcd${E}[2Cx`)).toEqual(['abcd', '  x']);
  });

  it('ends a full row of a text file once', () => {
    const row = 'x'.repeat(80);
    const text = decodeArt(Buffer.from(`${row}\nnext\n${row}`), { file: 'A.ASC' });
    const { canvas } = renderArt(text, { width: 80, height: 24 });
    expect(canvas.toLines()).toEqual([row, 'next', row]);
  });

  it('takes blink for a bright background where SAUCE says iCE colours', () => {
    const ice = renderArt(art(`${E}[5;44mx`, { width: 80, height: 1, flags: 1 }), {
      width: 80,
      height: 24,
    });
    expect(ice.canvas.at(1, 1).style).toMatchObject({ background: 12, blink: false });
    expect(draw(`${E}[5;44mx`).canvas.at(1, 1).style).toMatchObject({ background: 4, blink: true });
  });

  it('drops sequences that art has no business with', () => {
    const { canvas } = draw(`a${E}]0;title\u0007b${E}[6nc${E}[?1049hd${E}Pq${E}\\e${E}[>0cf${E}`);
    expect(canvas.toLines()).toEqual(['abcdef']);
  });

  it('says when art is taller than the screen', () => {
    const tall = renderArt(art(Array.from({ length: 30 }, (_, row) => `row ${row}`).join('\r\n')), {
      width: 80,
      height: 24,
    });
    expect(tall).toMatchObject({ tall: true, rows: 30, endRow: 30, endColumn: 7 });
    expect(draw('x\r\n')).toMatchObject({ tall: false, rows: 1, endRow: 2, endColumn: 1 });
  });

  it('cuts what is right of the screen', () => {
    const { canvas } = renderArt(art('x'.repeat(60)), { width: 40, height: 24 });
    expect(canvas.width).toBe(40);
    expect(canvas.toLines()).toEqual(['x'.repeat(40)]);
  });
});

describe('renderArt: colour codes', () => {
  it.each([
    ['Renegade', '|12a|17b|07|16c'],
    ['PCBoard', '@X0Ca@X1Cb@X07c'],
    ['Wildcat!', '@0C@a@1C@b@07@c'],
    ['CNET Y-style', '\u0019c9a\u0019z4b\u0019q1c'],
    ['CNET Q-style', '\u0011c9a\u0011z4b\u0011q1c'],
    ['CNET Q-style with its braces', '\u0011c9}a\u0011z4}b\u0011q1}c'],
  ])('reads %s codes', (_name, text) => {
    const { canvas } = draw(text);
    expect(canvas.toLines()).toEqual(['abc']);
    expect(canvas.at(1, 1).style).toMatchObject({ foreground: 9, background: 0 });
    expect(canvas.at(1, 2).style).toMatchObject({ foreground: 9, background: 4 });
    expect(canvas.at(1, 3).style).toMatchObject({ foreground: 7, background: 0 });
  });

  it('keeps what only looks like a code', () => {
    expect(draw('|32 |9 @XG1 @0g@ 50% |ab').canvas.toLines()).toEqual(['|32 |9 @XG1 @0g@ 50% |ab']);
  });

  it.each([
    ['Y-style', '\u0019f1'],
    ['Q-style', '\u0011f1}'],
  ])('clears the screen at f1 of CNET %s', (_style, code) => {
    expect(draw(`gone\r\ngone${code}here`).canvas.toLines().join('').trim()).toBe('here');
  });

  it('gives |24-|31 bright backgrounds and CNET its line break', () => {
    expect(draw('|25x').canvas.at(1, 1).style.background).toBe(12);
    expect(draw('a\u0019n1b').canvas.toLines()).toEqual(['a', 'b']);
  });
});

describe('renderArt: MCI codes', () => {
  it('places views with id, place and colours, and leaves their cells empty', () => {
    const { canvas, placements } = draw(
      `Name: ${E}[1;33m%ET1${E}[44m%ET1${E}[0m tail\r\n%TL12(a, b)x`,
    );
    expect(placements).toEqual([
      {
        code: 'ET',
        id: 1,
        arguments: [],
        row: 1,
        column: 7,
        style: expect.objectContaining({ foreground: 11, background: 0, bold: false }),
        focusStyle: expect.objectContaining({ foreground: 11, background: 4 }),
      },
      expect.objectContaining({ code: 'TL', id: 12, arguments: ['a', 'b'], row: 2, column: 1 }),
    ]);
    expect(canvas.toLines()).toEqual(['Name:          tail', '           x']);
    expect(canvas.at(1, 12).style.background).toBe(0);
  });

  it('numbers codes without a number from 100 up, and takes a twin right behind for the focus', () => {
    const { placements } = draw(`%ET${E}[44m%ET${E}[0m %TM %TM %XY`);
    expect(
      placements.map(({ code, id, focusStyle }) => [code, id, focusStyle?.background]),
    ).toEqual([
      ['ET', 100, 4],
      ['TM', 101, undefined],
      ['TM', 102, undefined],
      ['XY', 103, undefined],
    ]);
  });

  it('takes the same code and number elsewhere for the focus too', () => {
    const { placements } = draw(`%VM1 and later ${E}[7m%VM1`);
    expect(placements).toHaveLength(1);
    expect(placements[0]?.focusStyle?.inverse).toBe(true);
  });

  it('prints predefined codes over what stands behind them, as data', () => {
    const values: Record<string, string> = { BN: 'Old Gate', UN: 'b|12o%ND\u001b[2Jb' };
    const { canvas, predefined, placements } = draw(
      `${E}[32m%BN${E}[0m        #\r\n|UN.\r\n%ND.`,
      (code) => values[code],
    );
    expect(canvas.toLines()).toEqual(['Old Gate   #', 'b|12o%ND[2Jb', '   .']);
    expect(canvas.at(1, 8).style.foreground).toBe(2);
    expect(predefined.map((place) => place.code)).toEqual(['BN', 'UN', 'ND']);
    expect(placements).toEqual([]);
  });

  it('hands arguments to the resolver', () => {
    const asked: unknown[] = [];
    renderArt(art('%DT(long)'), {
      width: 80,
      height: 24,
      resolve: (code, args) => {
        asked.push(code, args);
        return undefined;
      },
    });
    expect(asked).toEqual(['DT', ['long']]);
  });

  it('moves the cursor by CF, CB, CU and CD', () => {
    expect(draw('a%CF3b%CD2c%CU1d%CB4e').canvas.toLines()).toEqual(['a   b', '   e  d', '     c']);
  });

  it('leaves letters that mean nothing alone', () => {
    const { canvas, placements } = draw('100%QQ %ZZ1');
    expect(canvas.toLines()).toEqual(['100%QQ %ZZ1']);
    expect(placements).toEqual([]);
  });
});

describe('streams', () => {
  const everything = `${E}[1;36m${'█'.repeat(80)}${E}[0;33mgate${E}[10C▀▄\r\n${E}[44m blue ${E}[0m\r\n|10pipe`;

  it('scrolls rows to the same picture, full rows included', async () => {
    const { canvas } = draw(everything);
    const seen = await emulate(rowsToStream(canvas, { encoding: 'utf8' }));
    expect(seen.slice(0, canvas.height)).toEqual(canvas.toLines());
  });

  it('writes a part of the rows for a page', async () => {
    const { canvas } = draw('one\r\ntwo\r\nthree\r\nfour');
    const seen = await emulate(rowsToStream(canvas, { from: 2, to: 3 }));
    expect(seen.slice(0, 3)).toEqual(['two', 'three', '']);
  });

  it('replays art in its own order to the same picture', async () => {
    const text = `${everything}${E}[5;10Hback %BN${E}[6;1H%ET1`;
    const { canvas } = draw(text, () => 'Gate');
    const seen = await emulate(artToStream(art(text), { resolve: () => 'Gate', encoding: 'utf8' }));
    expect(seen.slice(0, canvas.height)).toEqual(canvas.toLines());
  });

  it('draws the same cells as an independent emulator for any mix of moves and text', async () => {
    const piece = fc.oneof(
      fc.string({ minLength: 1, maxLength: 9, unit: fc.constantFrom(...'abc █░') }),
      fc.constantFrom(
        `${E}[A`,
        `${E}[2B`,
        `${E}[3C`,
        `${E}[5D`,
        `${E}[K`,
        `${E}[1K`,
        `${E}[2J${E}[H`,
      ),
      fc.constantFrom(
        `${E}[s`,
        `${E}[3;7H`,
        `${E}[5d`,
        `${E}[9G`,
        '\r\n',
        '\r',
        `${E}[44m`,
        `${E}[0m`,
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 30 }), async (pieces) => {
        // never as far as column 80 or row 24, where terminals differ
        const text = pieces.map((part, index) => (index % 6 === 0 ? `${part}\r` : part)).join('');
        fc.pre((text.match(/\n|\[2B/g)?.length ?? 0) < 9);
        const { canvas } = draw(text);
        const seen = await emulate(text);
        expect(seen.slice(0, canvas.height)).toEqual(canvas.toLines());
      }),
      { numRuns: runs(150) },
    );
  });
});

describe('art that means harm', () => {
  it('is taken apart in linear time, and never fails', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.string({ unit: 'binary', maxLength: 20 }),
            fc.constantFrom(
              E,
              `${E}[`,
              `${E}]`,
              '%',
              '%ET',
              '|1',
              '@X',
              '\u0019c',
              `${E}[9999;9999H`,
            ),
          ),
          { maxLength: 60 },
        ),
        (parts) => {
          const rendered = draw(parts.join(''));
          expect(rendered.rows).toBeLessThanOrEqual(2000);
        },
      ),
      { numRuns: runs(300) },
    );
  });

  it.each([
    ['escapes', `${E}[`],
    ['string openers', `${E}]`],
    ['parameters', `${E}[1;`],
    ['percent signs', '%ET('],
    ['line feeds', '\n'],
    ['pipes', '|'],
    ['views', '%ET'],
    ['numbered views', '%ET7'],
  ])('a megabyte of %s is drawn within the rows there are', (_name, unit) => {
    const text = unit.repeat(Math.floor((1024 * 1024) / unit.length));
    // linear work takes less than a second here, quadratic work runs into jest's limit
    expect(draw(text).rows).toBeLessThanOrEqual(2000);
  });
});
