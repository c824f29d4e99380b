import fc from 'fast-check';
import { createArtStore } from '../../src/art/art-store';
import { drawLetters } from '../../src/art/lettering';
import { systemRandom } from '../../src/base/random';

const ROOM = { width: 76, height: 5 };

const lines = (text: string, room = ROOM): readonly string[] | undefined =>
  drawLetters(text, room)?.map((row) => row.map(({ character }) => character).join(''));

describe('letters of blocks', () => {
  it('are large where they fit, with light on top, shade below and a shadow behind', () => {
    expect(lines('Hi')).toEqual([
      '██░  ██░███',
      '▒▒░  ▒▒░▒▒▒',
      '███████░███',
      '▒▒░  ▒▒░▒▒▒',
      '██░  ██░███',
    ]);
    const parts = drawLetters('I', ROOM)?.map((row) => row[0]);
    expect(parts?.map((cell) => [cell?.part, cell?.over])).toEqual([
      ['light', undefined],
      ['light', 'body'],
      ['body', undefined],
      ['body', 'dark'],
      ['dark', undefined],
    ]);
  });

  it('are small for a long text or few rows, and none where even they are too wide or too high', () => {
    expect(lines('Sallyport')).toHaveLength(5);
    expect(lines('The Old Gatehouse')).toHaveLength(3);
    expect(lines('Hi', { width: 76, height: 3 })).toEqual(['█ █ █', '█▀█ █', '▀ ▀ ▀']);
    expect(lines('Hi', { width: 4, height: 5 })).toBeUndefined();
    expect(lines('Hi', { width: 76, height: 2 })).toBeUndefined();
    expect(lines('A'.repeat(40))).toBeUndefined();
    expect(lines('A'.repeat(5000), { width: 100_000, height: 5 })).toBeUndefined();
  });

  it('have every capital, digit and sign in both sizes', () => {
    for (const letter of `ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,-'!?&+/:()#*_=%"`) {
      for (const height of [3, 5]) {
        const rows = lines(letter, { width: 20, height });
        expect([letter, rows?.length]).toEqual([letter, height]);
        expect([letter, rows?.join('').trim()]).not.toEqual([letter, '']);
      }
    }
  });

  it('take marks off, spell what has no mark, and leave other alphabets to text', () => {
    expect(lines('Zoë')).toEqual(lines('ZOE'));
    expect(lines('Straße')).toEqual(lines('STRASSE'));
    expect(lines('Ærø')).toEqual(lines('AERO'));
    for (const name of ['Крепость', '砦', 'Tower | 2', '', ' ', '\u0301']) {
      expect([name, lines(name)]).toEqual([name, undefined]);
    }
  });

  it('are nothing but blocks within the room, whatever the text is', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 40 }),
        fc.record({
          width: fc.integer({ min: 1, max: 100 }),
          height: fc.integer({ min: 1, max: 6 }),
        }),
        (text, room) => {
          const rows = lines(text, room) ?? [];
          expect(rows.length).toBeLessThanOrEqual(room.height);
          for (const row of rows) {
            expect(row).toMatch(/^[ ░▒█▀▄]*$/);
            expect(row.length).toBeLessThanOrEqual(room.width);
          }
        },
      ),
    );
  });

  it('are drawn once for a text and a room', () => {
    const art = createArtStore({ kindOf: () => undefined, roots: [], random: systemRandom });
    const first = art.letters('Sallyport', ROOM);
    expect(art.letters('Sallyport', { ...ROOM })).toBe(first);
    for (let index = 0; index < 200; index++) art.letters(`CALLER ${index}`, ROOM);
    expect(art.letters('Sallyport', ROOM)).toEqual(first);
  });
});
