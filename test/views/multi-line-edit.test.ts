import fc from 'fast-check';
import { MultiLineEditView } from '../../src/views/multi-line-edit';
import { Driver, spec } from './driver';

const KEYS = {
  up: '\x1b[A',
  down: '\x1b[B',
  right: '\x1b[C',
  left: '\x1b[D',
  home: '\x1b[H',
  end: '\x1b[F',
  pageUp: '\x1b[5~',
  pageDown: '\x1b[6~',
  delete: '\x1b[3~',
  backspace: '\x7f',
} as const;

const editor = (properties: Readonly<Record<string, unknown>> = {}): Driver =>
  new Driver({
    views: [
      spec('MT1', [2, 3], { mode: 'edit', width: 12, height: 3, argName: 'letter', ...properties }),
      spec('ET2', [8, 1], { submit: true }),
    ],
  });

const lines = (driver: Driver): string[] =>
  [2, 3, 4].map((row) => driver.screen.row(row).slice(2).trimEnd());

describe('MT with mode: edit', () => {
  it('wraps at words while they are typed, and its value has only the line breaks that were typed', async () => {
    const driver = editor();
    await driver.type('one two three\rfour');
    expect(lines(driver)).toEqual(['one two', 'three', 'four']);
    expect(driver.form.values()['letter']).toBe('one two three\nfour');
    expect(driver.screen.cursor).toMatchObject({ row: 4, column: 7 });
  });

  it('cuts a word that is longer than a line, and never writes past its width', async () => {
    const driver = editor();
    await driver.type('abcdefghijklmnop');
    expect(lines(driver)).toEqual(['abcdefghijk', 'lmnop', '']);
    expect(driver.form.values()['letter']).toBe('abcdefghijklmnop');
  });

  it('moves by arrow keys over wrapped lines, keeping the column, and inserts where the cursor is', async () => {
    const driver = editor();
    await driver.type('first line\rx\rthird one');
    await driver.type(KEYS.up + KEYS.up + 'A');
    expect(lines(driver)[0]).toBe('first linAe');
    await driver.type(KEYS.end + KEYS.down + 'C' + KEYS.home + 'B');
    expect(driver.form.values()['letter']).toBe('first linAe\nBxC\nthird one');
  });

  it('deletes backwards and forwards, across line breaks, and whole lines', async () => {
    const driver = editor();
    await driver.type('ab\rcd' + KEYS.home + KEYS.backspace);
    expect(driver.form.values()['letter']).toBe('abcd');
    await driver.type('\r' + KEYS.left + KEYS.delete);
    expect(driver.form.values()['letter']).toBe('abcd');
    await driver.type('\r\x19');
    expect(driver.form.values()['letter']).toBe('ab\n');
  });

  it('deletes the word to the right, with the blanks before it, and a line break alone', async () => {
    const driver = editor();
    const text = (): unknown => driver.form.values()['letter'];
    await driver.type(`a bc  d\re f${KEYS.up}${KEYS.home}${KEYS.right}`);
    const left: unknown[] = [];
    for (let times = 0; times < 6; times += 1) {
      await driver.type('\x14');
      left.push(text());
    }
    expect(left).toEqual(['a  d\ne f', 'a\ne f', 'ae f', 'a f', 'a', 'a']);
  });

  it('scrolls where the text is longer than the view, by arrow and page keys', async () => {
    const driver = editor();
    await driver.type('1\r2\r3\r4\r5');
    expect(lines(driver)).toEqual(['3', '4', '5']);
    await driver.type(KEYS.pageUp);
    expect(lines(driver)).toEqual(['2', '3', '4']);
    await driver.type(KEYS.pageUp);
    expect(lines(driver)).toEqual(['1', '2', '3']);
    await driver.type(KEYS.pageDown + KEYS.pageDown);
    expect(lines(driver)).toEqual(['3', '4', '5']);
  });

  it('takes no more than its limit, and no control characters', async () => {
    const driver = editor({ maxLength: 5 });
    await driver.type('abc\rdefg');
    expect(driver.form.values()['letter']).toBe('abc\nd');
    driver.form.setText(1, 'x\u001b[31m\u202ey');
    expect(driver.form.values()['letter']).toBe('x[31m');
  });

  it('tab goes on to the next field, and return submits nothing', async () => {
    const driver = editor();
    await driver.type('a\r\t');
    expect(driver.form.focusedId).toBe(2);
    expect(driver.events.some(({ kind }) => kind === 'submit')).toBe(false);
    await driver.type('\r');
    expect(driver.events.at(-1)).toMatchObject({
      kind: 'submit',
      submission: { value: { letter: 'a\n' } },
    });
  });

  it('goes on where it was in a window of another size', async () => {
    const driver = editor();
    await driver.type('one two three' + KEYS.left + KEYS.left);
    const wider = editor({ width: 20 });
    wider.form.takeOver(driver.form);
    wider.show(wider.form.draw());
    await wider.type('X');
    expect(wider.form.values()['letter']).toBe('one two thrXee');
  });

  it('whatever is typed, the cursor stays in the view and the rows in its width', async () => {
    const piece = fc.oneof(
      fc.constantFrom(...Object.values(KEYS), '\r', ' ', '\x17', '\x0b', '\x15', '\x19'),
      fc.string({ maxLength: 6 }).map((text) => text.replace(/[^ -~]/g, 'w')),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 60 }), async (pieces) => {
        const driver = editor();
        const view = driver.form.view(1);
        if (!(view instanceof MultiLineEditView)) throw new Error('the view is no editor');
        await driver.type(pieces.join(''));
        const { row, column } = view.cursor;
        expect(row >= 0 && row < 3 && column >= 0 && column < 12).toBe(true);
        expect(view.rows().every((cells) => cells.length === 12)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});
