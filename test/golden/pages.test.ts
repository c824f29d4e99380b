import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { MODULE_PAGES } from '../../src/oputil/module-pages';
import { AllSizes } from './all-sizes';
import { OF_THE_SYSOP, PageDrawer } from './pages';
import { fileNameOf, THEMES } from './tour';

let drawer: PageDrawer;

beforeAll(async () => {
  drawer = await PageDrawer.open();
});

afterAll(() => drawer.close());

describe.each(THEMES)('pages behind first screens in the theme %s', (theme) => {
  const folder = join(__dirname, 'pages', theme);
  const all = new AllSizes(folder);

  beforeAll(() => all.take((look) => drawer.draw({ theme, ...look })), 120_000);

  it('each looks as its golden file says, in both encodings at all sizes', async () => {
    for (const name of drawer.names) await all.compare(name);
  });

  it('each has a file, and each file is of one', () => {
    const files = drawer.names.map((name) => `${fileNameOf(name)}.txt`);
    expect(readdirSync(folder).sort()).toEqual(files.sort());
  });

  it('none scrolls, and none touches the last cell of the screen', () => all.checkEdges());
});

it('each page of the modules is drawn, but those that show art of the sysop alone', () => {
  expect(drawer.names.length + OF_THE_SYSOP.length).toBe(MODULE_PAGES.length);
});
