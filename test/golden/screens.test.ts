import { join } from 'node:path';
import { AllSizes } from './all-sizes';
import { STOPS, takeTour, THEMES } from './tour';

describe.each(THEMES)('stock screens in the theme %s', (theme) => {
  const all = new AllSizes(join(__dirname, theme));

  beforeAll(() => all.take((look) => takeTour({ theme, ...look })), 120_000);

  it.each(STOPS.map(({ name }) => name))('%s, in both encodings at all sizes', (name) =>
    all.compare(name),
  );

  it('none scrolls, and none touches the last cell of the screen', () => all.checkEdges());
});
