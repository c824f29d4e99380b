import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createArtStore } from '../../src/art/art-store';
import { renderArt, type RenderedArt } from '../../src/art/render';
import { encodeText } from '../../src/terminal/encoding';
import { systemRandom } from '../../src/base/random';
import { ScreenEmulator } from '../support/screen';
import { kindOfCode } from '../../src/menu/screen/mci-codes';

const root = join(__dirname, '../../art');

/** Every stock screen: the views it places (others in words), and whether it may use the whole screen. */
const SCREENS: Readonly<
  Record<
    string,
    { views: string; inWords?: string; values?: string; valuesInWords?: string; rows?: number }
  >
> = {
  CONNECT: { views: '', values: 'BN VL', rows: 3 },
  MATRIX: { views: 'LG50 VM1', valuesInWords: 'BN LB' },
  USERLOG: { views: 'ET1 ET2 LG50 MT10', valuesInWords: 'BN' },
  USERLOGT: { views: 'ET1 ET2 LG50 MT10', values: 'WI', valuesInWords: 'BN WI' },
  USERLOGC: { views: 'ET1 ET2 LG50 MT10', values: 'WI', valuesInWords: 'BN WI' },
  '2FAOTP': { views: 'ET1 LG50 MT10', values: 'WR' },
  '2FACONFSCR': { views: 'MT10 SM2 TM1 TM3' },
  '2FASTATE': { views: 'MT10 SM2 TL11 TL12 TL13 TL14 TL15 VM4' },
  PAGE: { views: 'ET5 MT2 MT3 TL1 TL4' },
  PAGEBESIDE: { views: 'ET5 MT2 MT3 TL1 TL4' },
  '2FAOTPSECREQ': { views: 'LG50', values: 'WI', rows: 22 },
  WELCOME: { views: 'LG50 TL20 TL21', inWords: 'MT20 TL21', values: 'LC UC UN', rows: 23 },
  MMENU: {
    views: 'LG50',
    values: 'AN LC ND RR TT',
    valuesInWords: 'AN BN LC ND RR TT',
    rows: 21,
  },
  MNUPRMT: { views: 'ET2', values: 'CT MD', rows: 3 },
  LOGOFF: { views: 'LG50', rows: 22 },
  TOONODE: { views: 'LG50', rows: 22 },
  ACCOUNTLOCKED: { views: 'LG50', rows: 22 },
  ACCOUNTDISABLED: { views: 'LG50', rows: 22 },
  ACCOUNTINACTIVE: { views: 'LG50', rows: 22 },
  NEWUSER1: { views: 'LG50', rows: 22 },
  NEWUSER1T: { views: 'LG50', values: 'WI', rows: 22 },
  NUA: {
    views: 'ET1 ET10 ET13 ET2 ET5 ET6 ET7 ET8 ET9 ME3 ME4 TL11 TM12',
    inWords: 'ET1 ET10 ET13 ET2 ET5 ET6 ET7 ET8 ET9 ME3 ME4 MT11 TM12',
  },
  CONFSCR: {
    views: 'ET1 ET10 ET11 ET13 ET4 ET5 ET6 ET7 ME2 ME3 ME8 SM12 SM9 TL20 TL21 TM25',
    inWords: 'ET1 ET10 ET11 ET13 ET4 ET5 ET6 ET7 ME2 ME3 ME8 MT21 SM12 SM9 TL20 TM25',
  },
  FORGOTPW: { views: 'ET1 LG50 MT10' },
  FORGOTPWSENT: { views: 'LG50', rows: 22 },
  SSHKEYCFG: { views: 'ET2 MT1 TL4 TM3', inWords: 'ET2 MT1 MT4 TM3' },
  HELP: { views: 'MT1', values: 'MD', rows: 22 },
  LASTCALL: { views: 'TL20 TL21 VM1', inWords: 'MT21 TL20 VM1', rows: 23 },
  WHOSON: { views: 'TL20 TL21 VM1', inWords: 'MT21 TL20 VM1', rows: 23 },
  USERLST: { views: 'TL20 TL21 VM1', inWords: 'MT21 TL20 VM1', rows: 23 },
  BOARDS: { views: 'TL10 TL20 VM1', rows: 23 },
  ACCOUNT: { views: 'VM1', rows: 23 },
  MYCALLS: { views: 'TL20 TL21 VM1', inWords: 'MT21 TL20 VM1', rows: 23 },
  SIGNINS: { views: 'TL20 TL21 VM1', inWords: 'MT21 TL20 VM1', rows: 23 },
  FEEDBACK: { views: 'ET1 ET3 MT5 TL2 TL4 TM13', inWords: 'ET1 ET3 MT4 MT5 TL2 TM13' },
  STATUS: { views: '', values: 'LO MS ST UC UF UN UR UT', rows: 22 },
  DONE: { views: 'LG50', rows: 22 },
  PAUSE: { views: '', rows: 1 },
  PAUSEPAGE: { views: '', rows: 1 },
};

/** The pictures that move: they have no words, so only the drawn theme has them. */
const FRAMES = ['DOOR1A', 'DOOR1B', 'DOOR1C', 'DOOR2A', 'DOOR2B', 'DOOR2C'];

const THEMES = [
  { theme: 'themes/gatehouse', extension: '.ans', columns: 80, frames: FRAMES },
  { theme: 'themes/wicket', extension: '.ans', columns: 40, frames: [] },
  { theme: 'themes/plain', extension: '.asc', columns: 40, frames: [] },
  { theme: 'general', extension: '.asc', columns: 40, frames: [] },
];

const DRAWN = THEMES.filter(({ extension }) => extension === '.ans');

/** What a screen places in a theme: the drawn narrow one has the views of the words, and the board's name in letters. */
function wantedOf(name: string, columns: number, isDrawn: boolean) {
  const {
    views,
    inWords = views.replace(/LG50 ?/, '').trim(),
    ...wanted
  } = SCREENS[name] ?? {
    views: '',
  };
  if (isDrawn && columns === 80) return { views, values: wanted.values ?? '' };
  const values = wanted.valuesInWords ?? wanted.values ?? '';
  if (!isDrawn || !values.includes('BN') || name === 'CONNECT') return { views: inWords, values };
  const withLetters = [...inWords.split(' '), 'LG50'].filter((view) => view !== '').sort();
  return { views: withLetters.join(' '), values: values.replace(/BN ?| BN/, '') };
}

const art = createArtStore({ kindOf: kindOfCode, roots: [root], random: systemRandom });

async function draw(folder: string, name: string, columns: number): Promise<RenderedArt> {
  const found = await art.find(`${folder}/${name}`);
  if (found === undefined) throw new Error(`no ${name} in ${folder}`);
  return renderArt(found, {
    width: columns,
    height: 24,
    resolve: (code) => `<${code}>`,
  });
}

const codes = (places: RenderedArt['placements']): string =>
  places
    .map(({ code, id }) => `${code}${id}`)
    .sort()
    .join(' ');

describe.each(THEMES)('stock art in $theme', ({ theme, extension, columns, frames }) => {
  it('has every screen and nothing else', () => {
    const names = readdirSync(join(root, theme))
      .filter((name) => name !== 'theme.hjson')
      .sort();
    expect(names).toEqual(
      [...Object.keys(SCREENS), ...frames].map((name) => name + extension).sort(),
    );
  });

  it.each(Object.entries(SCREENS))(
    '%s places its codes within the screen',
    async (name, wanted) => {
      const { canvas, placements, predefined, rows, tall } = await draw(theme, name, columns);
      const { views, values: wantedValues } = wantedOf(name, columns, extension === '.ans');
      expect(codes(placements.filter((place) => place.code !== 'XY'))).toBe(views);
      const values = [...new Set(predefined.map((place) => place.code))].sort().join(' ');
      expect(values).toBe(wantedValues);
      expect(tall).toBe(false);
      expect(rows).toBeLessThanOrEqual(wanted.rows ?? 24);
      expect(canvas.at(24, columns).character).toBe(' ');
      for (const place of placements) {
        expect(place.column).toBeLessThan(columns - 8);
        expect(place.row).toBeLessThanOrEqual(24);
      }
    },
  );
});

describe.each(DRAWN)('drawn stock art in $theme', ({ theme, columns }) => {
  it('gives every view that takes keys a colour in focus', async () => {
    for (const name of Object.keys(SCREENS)) {
      const { placements } = await draw(theme, name, columns);
      for (const place of placements) {
        const typed = ['ET', 'ME', 'TM', 'SM', 'VM'].includes(place.code);
        expect([name, place.code, place.focusStyle !== undefined]).toEqual([
          name,
          place.code,
          typed,
        ]);
      }
    }
  });

  it('tells its size by SAUCE', async () => {
    for (const name of Object.keys(SCREENS)) {
      const found = await art.find(`${theme}/${name}`);
      const { rows } = await draw(theme, name, columns);
      expect(found?.sauce).toMatchObject({ width: columns, height: rows, author: 'Sallyport' });
    }
  });

  it.each(['cp437', 'utf8'] as const)('looks the same on a %s terminal', async (encoding) => {
    for (const name of Object.keys(SCREENS)) {
      const { canvas } = await draw(theme, name, columns);
      const screen = new ScreenEmulator({ encoding, width: columns });
      screen.write(
        encodeText(canvas.toAnsi({ clear: true, encoding, screenHeight: 24 }), encoding),
      );
      await screen.settled();
      const seen = canvas.toLines().map((_, row) => screen.row(row + 1));
      expect(seen).toEqual(canvas.toLines());
    }
  });
});

/** The lists that have more columns in wide windows. */
const LISTS = ['BOARDS', 'LASTCALL', 'MYCALLS', 'SIGNINS', 'USERLST', 'WHOSON'];

describe.each([
  {
    ...{ theme: 'themes/gatehouse-wide', extension: '.ans', of: 'themes/gatehouse', columns: 80 },
    names: [...LISTS, 'SSHKEYCFG'].sort(),
  },
  {
    ...{ theme: 'themes/plain-wide', extension: '.asc', of: 'themes/plain', columns: 40 },
    names: LISTS,
  },
])('stock art in $theme', ({ theme, extension, of, columns, names }) => {
  it('is of the lists alone, and of the keys where it is drawn', () => {
    const files = readdirSync(join(root, theme)).sort();
    expect(files).toEqual([...names.map((name) => name + extension), 'theme.hjson']);
  });

  it.each(names)('%s has the views of the narrow one, and says how wide it is', async (name) => {
    const [wide, narrow] = [await draw(theme, name, 132), await draw(of, name, columns)];
    expect(codes(wide.placements)).toBe(codes(narrow.placements));
    expect(wide.rows).toBe(narrow.rows);
    expect(wide.canvas.at(24, 132).character).toBe(' ');
    const found = await art.find(`${theme}/${name}`);
    expect(found?.sauce).toMatchObject({ width: 132, author: 'Sallyport' });
  });
});

describe('stock art', () => {
  it('draws each screen its own picture, but for variants of one', async () => {
    const pictures = new Map<string, string[]>();
    for (const name of Object.keys(SCREENS)) {
      const { canvas } = await draw('themes/gatehouse', name, 80);
      const cells = Array.from({ length: 24 * 80 }, (_, index) =>
        canvas.at(Math.floor(index / 80) + 1, (index % 80) + 1),
      );
      const drawn = cells.map(({ character, style }) =>
        '░▒▓█▀▄▌▐'.includes(character) && character !== ''
          ? `${character}${style.foreground}/${style.background}`
          : '',
      );
      if (drawn.every((cell) => cell === '')) continue;
      const key = drawn.join(' ');
      pictures.set(key, [...(pictures.get(key) ?? []), name]);
    }
    expect(pictures.size).toBeGreaterThan(25);
    expect([...pictures.values()].filter((names) => names.length > 1)).toEqual([
      ['2FACONFSCR', '2FASTATE'],
      ['NEWUSER1', 'NEWUSER1T'],
    ]);
  });

  it('keeps the plain theme to words: ASCII in normal colours, 39 columns', () => {
    for (const name of Object.keys(SCREENS)) {
      const text = readFileSync(join(root, 'themes/plain', `${name}.asc`), 'latin1');
      expect(text).toMatch(/^[\n\x20-\x7e]*$/);
      for (const line of text.split('\n')) expect(line.length).toBeLessThan(40);
    }
  });

  // Not byte for byte: a sysop may touch up what was drawn, and rounding differs between engines.
  it('has the views where the script puts them', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'stock-art-'));
    try {
      execFileSync(process.execPath, [join(__dirname, '../../misc/scripts/draw-art.mjs'), folder]);
      const drawn = createArtStore({ kindOf: kindOfCode, roots: [folder], random: systemRandom });
      for (const { theme, columns } of THEMES) {
        for (const name of Object.keys(SCREENS)) {
          const fresh = await drawn.find(`${theme}/${name}`);
          if (fresh === undefined) throw new Error(`the script draws no ${name}`);
          const again = renderArt(fresh, { width: columns, height: 24 });
          const { placements } = await draw(theme, name, columns);
          expect(again.placements).toEqual(placements);
        }
      }
      for (const theme of ['themes/gatehouse-wide', 'themes/plain-wide']) {
        for (const name of LISTS) {
          const fresh = await drawn.find(`${theme}/${name}`);
          if (fresh === undefined) throw new Error(`the script draws no ${name}`);
          const again = renderArt(fresh, { width: 132, height: 24 });
          expect(again.placements).toEqual((await draw(theme, name, 132)).placements);
        }
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
