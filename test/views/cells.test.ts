import { packRow, unpackRow, type Row } from '../../src/views/cells';
import { PLAIN } from '../../src/terminal/style';

const shade = (at: number) => ({ ...PLAIN, foreground: at % 16 });
/** As lettering has it: a style of its own for each column. */
const lettering = (text: string): Row =>
  [...text].map((character, at) => ({ character, style: shade(at) }));
const typed = (text: string): Row => [...text].map((character) => ({ character, style: shade(0) }));

describe('a painted row', () => {
  it('of lettering is kept once for all who look at it', () => {
    const first = packRow(lettering('Gatehouse'));
    expect(packRow(lettering('Gatehouse'))).toBe(first);
    expect(packRow(lettering('Gatehouses'))).not.toBe(first);
    const other = lettering('Gatehouse').map(({ character, style }) => ({
      character,
      style: { ...style, bold: true },
    }));
    expect(packRow(other)).not.toBe(first);
    expect(unpackRow(first)).toEqual(lettering('Gatehouse'));
    expect(unpackRow(packRow(other))).toEqual(other);
  });

  it('of typed text is kept for its caller alone', () => {
    expect(packRow(typed('what somebody typed'))).not.toBe(packRow(typed('what somebody typed')));
  });

  it('of lettering is let go once enough others were painted', () => {
    const first = packRow(lettering('Gatehouse'));
    for (let at = 0; at < 500; at += 1) packRow(lettering(`another board ${at}`));
    expect(packRow(lettering('Gatehouse'))).not.toBe(first);
  });
});
