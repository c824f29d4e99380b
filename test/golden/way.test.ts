import { THEMES } from './tour';
import { goTheWay, WAY } from './way';

test.each(THEMES)(
  'a caller dials, signs in with a code, chooses a board, plays there and comes back, in %s',
  async (theme) => {
    const taken: string[] = [];
    const texts = new Map<string, string>();
    await goTheWay(theme, (step, screen) => {
      taken.push(step);
      texts.set(step, screen.text());
    });
    expect(taken).toEqual(WAY);
    // The list is the same as before, and nothing of the other board is left on it.
    expect(texts.get('come back')).toBe(texts.get('choose a board'));
  },
);
