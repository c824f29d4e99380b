import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CURSOR_CODES } from '../../src/art/art-token';
import { renderArt } from '../../src/art/render';
import { createArtStore } from '../../src/art/art-store';
import { systemRandom } from '../../src/base/random';
import { sauceRecord } from '../art/sauce-record';
import { asking, color, keyed, scenes, stop, theme } from './scene';
import { kindOfCode } from '../../src/menu/screen/mci-codes';

const open = scenes();
const first = { menus: { menus: { first: stop('FOO') } } };

describe('A8 lookup', () => {
  const files = {
    './FOO.ANS': 'by its path',
    'themes/plain/FOO.ANS': "the caller's theme",
    'themes/gatehouse/FOO.ANS': 'the default theme',
    'general/FOO.ANS': 'general',
  };
  const plain = { config: { theme: { preLogin: 'plain', default: 'gatehouse' } } };

  it("explicit path, user's theme, default theme, art/general", async () => {
    const left = Object.entries(files);
    for (const [, text] of Object.entries(files)) {
      const scene = await open({ ...first, ...plain, art: Object.fromEntries(left) });
      await scene.call().sees(text);
      left.shift();
    }
  });

  it('names match whatever their letter case', async () => {
    const scene = await open({ ...first, art: { 'general/foo.aNs': 'found' } });
    await scene.call().sees('found');
  });

  it('without extension: .ans .utf8ans .asc .pcb .bbs .amiga .txt, in this order', async () => {
    const order = ['ans', 'utf8ans', 'asc', 'pcb', 'bbs', 'amiga', 'txt'];
    for (const [index, extension] of order.entries()) {
      const there = order.slice(index).map((other) => [`general/FOO.${other}`, `as ${other}`]);
      const scene = await open({
        ...first,
        art: Object.fromEntries(there) as Record<string, string>,
      });
      await scene.call().sees(`as ${extension}`);
    }
  });

  it('NAME<digits>.ext variants are chosen by chance', async () => {
    const art = {
      'general/FOO1.ANS': 'one',
      'general/FOO2.ANS': 'two',
      'general/FOO10.ANS': 'ten',
    };
    const scene = await open({ ...first, art });
    const seen = new Set<string>();
    for (let calls = 0; calls < 200 && seen.size < 3; calls++) {
      seen.add((await scene.call().sees(/one|two|ten/)).slice(0, 3));
    }
    expect([...seen].sort()).toEqual(['one', 'ten', 'two']);
  });

  it('on UTF-8 terminals .utf8ans is preferred', async () => {
    const art = { 'general/FOO.ANS': 'CP437', 'general/FOO.utf8ans': 'UTF-8 ✓' };
    const scene = await open({ ...first, art });
    await scene.call({ encoding: 'utf8' }).sees('UTF-8 ✓');
    await scene.call({ encoding: 'cp437' }).sees('CP437');
  });
});

describe('A8 decoding', () => {
  it('by extension: CP437, and UTF-8 for .utf8ans', async () => {
    const scene = await open({
      ...first,
      art: { 'general/FOO.ANS': Buffer.from([0xb0, 0xb1, 0xdb]) },
    });
    await scene.call().sees('░▒█');
    const utf8 = await open({ ...first, art: { 'general/FOO.utf8ans': Buffer.from('äß→') } });
    await utf8.call({ encoding: 'utf8' }).sees('äß→');
  });

  it('cut at 0x1A within the tail', async () => {
    const scene = await open({
      ...first,
      art: { 'general/FOO.ANS': Buffer.from('shown\x1ahidden') },
    });
    expect(await scene.call().sees('shown')).not.toContain('hidden');
  });

  it('LF without CR begins a new line all the same', async () => {
    const scene = await open({ ...first, art: { 'general/FOO.ANS': Buffer.from('a\nb\r\nc') } });
    expect(await scene.call().sees('c')).toMatch(/^a\nb\nc/);
  });
});

describe('A8 SAUCE', () => {
  const withSauce = (text: string, fields: Parameters<typeof sauceRecord>[0]): Buffer =>
    Buffer.concat([Buffer.from(text), Buffer.from([0x1a]), sauceRecord(fields)]);

  it('width is the column to wrap at; the record is not shown', async () => {
    const art = { 'general/FOO.ANS': withSauce('abcdefgh', { width: 4, height: 2, title: 'T' }) };
    const scene = await open({ ...first, art });
    const caller = scene.call();
    await caller.sees('abcd\nefgh');
    expect(caller.screen.text()).not.toContain('SAUCE');
  });

  it('font: selects the SyncTERM font', async () => {
    const art = {
      'general/FOO.ANS': withSauce('amiga', { width: 80, height: 1, font: 'Amiga Topaz 1' }),
    };
    const scene = await open({ ...first, art });
    const caller = scene.call({ type: 'syncterm' });
    await caller.sees('amiga');
    expect(Buffer.concat(caller.screen.sent).toString('latin1')).toContain('\x1b[0;42 D');
  });

  it.each([
    ['short', ''],
    ['taller than the screen', '\r\nx'.repeat(30)],
  ])('flag bit 0, iCE colours: blink is a bright background (%s art)', async (_size, more) => {
    const blinking = `\x1b[5;44mice\x1b[0m`;
    const art = {
      'general/FOO.ANS': withSauce(`top${more}\r\n${blinking}`, { width: 80, height: 1, flags: 1 }),
    };
    const scene = await open({ ...first, art });
    const caller = scene.call();
    await caller.sees('ice');
    expect(Buffer.concat(caller.screen.sent).toString('latin1')).toContain('\x1b[?33h');
    const utf8 = scene.call({ encoding: 'utf8' });
    await utf8.sees('ice');
    const row = utf8.screen.rows().indexOf('ice') + 1;
    expect(utf8.screen.cell(row, 1)).toMatchObject({ background: 12, blink: false });
  });
});

describe('A8 output', () => {
  it("text goes out in the terminal's encoding", async () => {
    const scene = await open({ ...first, art: { 'general/FOO.utf8ans': '█ä' } });
    const dos = scene.call({ encoding: 'cp437' });
    await dos.sees('█ä');
    expect(Buffer.concat(dos.screen.sent).includes(Buffer.from([0xdb, 0x84]))).toBe(true);
    const utf8 = scene.call({ encoding: 'utf8' });
    await utf8.sees('█ä');
    expect(Buffer.concat(utf8.screen.sent).includes('█ä')).toBe(true);
  });

  it.each([
    ['Renegade pipes, foreground', '|12x', { foreground: 9, background: 0 }],
    ['Renegade pipes, background', '|17x', { foreground: 7, background: 4 }],
    ['Renegade pipes, bright background', '|25x', { foreground: 7, background: 12 }],
    ['PCBoard', '@X1Ex', { foreground: 11, background: 4 }],
    [
      'PCBoard, bright on a colour (a departure from ENiGMA½)',
      '@X1Fx',
      { foreground: 15, background: 4, blink: false },
    ],
    ['Wildcat!', '@1E@x', { foreground: 11, background: 4 }],
    ['CNET', '\x19c1x', { foreground: 1, background: 0 }],
  ])('colour codes: %s', async (_system, text, style) => {
    const scene = await open({ ...first, art: { 'general/FOO.utf8ans': text } });
    const caller = scene.call({ encoding: 'utf8' });
    await caller.sees('x');
    expect(caller.screen.cell(1, 1)).toMatchObject({ character: 'x', ...style });
  });
});

describe('A8 text art', () => {
  it.each([
    ['.asc', '|12x', 9, 0],
    ['.pcb', '@X1Ex', 11, 4],
    ['.txt', '@1E@x', 11, 4],
  ])(
    '%s: colour codes colour it (a departure from ENiGMA½)',
    async (extension, text, ink, ground) => {
      const scene = await open({
        ...first,
        art: { [`general/FOO${extension}`]: Buffer.from(text) },
      });
      const caller = scene.call();
      await caller.sees('x');
      expect([color(caller, 1, 1), caller.screen.cell(1, 1).background]).toEqual([ink, ground]);
      expect(caller.screen.row(1)).toBe('x');
    },
  );

  it('behind a code the colours go on as the art has them (a departure from ENiGMA½)', async () => {
    const art = { FOO: '\x1b[1;30m%SW\x1b[0;34mx' };
    const scene = await open({ ...first, art });
    const caller = scene.call();
    await caller.sees('80 x');
    expect([color(caller, 1, 1), color(caller, 1, 4)]).toEqual([8, 4]);
  });
});

describe('A8 MCI codes', () => {
  it('%XX, %XXn and %XX(args); without a number ids count from 100', async () => {
    const mci = {
      TL1: { text: 'one' },
      TL100: { text: 'hundred' },
      TL101: { text: 'hundred and one' },
    };
    const scene = await open({
      menus: { menus: { first: asking('FOO', mci, '@systemMethod:logoff') } },
      art: { FOO: '%TL1\r\n%TL\r\n%TL(a, b)' },
    });
    expect(await scene.call().sees('hundred and')).toBe('one\nhundred\nhundred and one');
  });

  it("the same code twice: the second one's colour is the view's colour in focus", async () => {
    const mci = { ET1: { text: 'a', width: 3 }, ET2: { text: 'b', width: 3 } };
    const scene = await open({
      menus: { menus: { first: asking('FOO', mci, '@systemMethod:logoff') } },
      art: { FOO: '|10%ET1|12%ET1\r\n|10%ET2|12%ET2' },
    });
    const caller = scene.call();
    await caller.sees('b');
    expect([color(caller, 1, 1), color(caller, 2, 1)]).toEqual([9, 10]);
    caller.type('\t');
    await caller.until('the focus to move', () => color(caller, 2, 1) === 9);
    expect(color(caller, 1, 1)).toBe(10);
  });

  it.each(['TL', 'ET', 'ME', 'MT', 'BT', 'VM', 'HM', 'FM', 'SM', 'TM', 'KE', 'TK', 'SB'])(
    '%s is the code of a view',
    (code) => {
      expect(kindOfCode(code)).toBe('view');
    },
  );

  it.each([
    ...['BN', 'VN', 'VL', 'SN', 'UN', 'UI', 'UR', 'LO', 'UF', 'UC', 'ND', 'IP', 'ST', 'SH', 'SW'],
    ...['DT', 'CT', 'AN', 'TC', 'TT', 'LC', 'MD', 'RR'],
  ])('%s is a predefined code', (code) => {
    expect(kindOfCode(code)).toBe('value');
  });

  it('XY marks a place and shows nothing', async () => {
    const scene = await open({ ...first, art: { FOO: 'a%XY1b' } });
    expect(await scene.call().sees('b')).toMatch(/^a {4}b/);
  });

  it.each([
    ['CF', 'a%CF3b', 'a   b'],
    ['CB', 'abc%CB2x', 'axc'],
    ['CU', '\r\na%CU1b', ' b\na'],
    ['CD', 'a%CD1b', 'a\n b'],
  ])('%s moves the cursor', async (code, text, shown) => {
    expect(CURSOR_CODES).toHaveProperty(code);
    const scene = await open({ ...first, art: { FOO: text } });
    expect(await scene.call().sees('b'.replace('b', shown.includes('x') ? 'x' : 'b'))).toMatch(
      new RegExp(`^${shown}`),
    );
  });
});

describe('A8 art and its codes', () => {
  const root = join(__dirname, '../../art');
  const store = createArtStore({ kindOf: kindOfCode, roots: [root], random: systemRandom });
  const table: Record<string, string> = {
    MATRIX: 'VM1',
    USERLOG: 'ET1 ET2',
    '2FAOTP': 'ET1',
    '2FACONFSCR': 'TM1 SM2 TM3 MT10',
    '2FAOTPSECREQ': '',
    ACCOUNTLOCKED: '',
    ACCOUNTINACTIVE: '',
    ACCOUNTDISABLED: '',
    TOONODE: '',
    NUA: 'ET1 ET2 ME3 ME4 ET5 ET6 ET7 ET8 ET9 ET10 TL11 TM12',
    CONFSCR: 'ET1 ME2 ME3 ET4 ET5 ET6 ET7 ME8 SM9 ET10 ET11 TL20 TL21 TM25',
    FORGOTPW: 'ET1',
    MNUPRMT: 'ET2',
    SSHKEYCFG: 'MT1 ET2 TM3 TL4',
    CONNECT: '',
    LOGOFF: '',
  };

  describe.each(['gatehouse', 'plain'])('theme %s', (id) => {
    it.each(Object.entries(table))('%s has %s', async (name, codes) => {
      const art = await store.find(name, { themeDirs: [join(root, 'themes', id)] });
      if (art === undefined) throw new Error(`${id} has no ${name}`);
      const placed = renderArt(art, { width: 80, height: 24 }).placements;
      // In 40 columns a message takes more than a row: MT stands for TL, under the same number.
      const names = placed.flatMap(({ code, id: number }) =>
        code === 'MT' ? [`MT${number}`, `TL${number}`] : [`${code}${number}`],
      );
      expect(names).toEqual(expect.arrayContaining(codes.split(' ').filter(Boolean)));
    });

    it.each(['MMENU', 'WELCOME', 'STATUS', 'NEWUSER1', 'DONE', 'FORGOTPWSENT'])(
      '%s is there',
      (name) => {
        const files = readdirSync(join(root, 'themes', id)).map((file) => file.toUpperCase());
        expect(files.some((file) => file.startsWith(`${name}.`))).toBe(true);
      },
    );
  });
});

describe('A8 keys in menus', () => {
  it.each([
    ['escape', '\x1b'],
    ['return', '\r'],
    ['tab', '\t'],
    ['backspace', '\x7f'],
    ['f1', '\x1bOP'],
    ['f12', '\x1b[24~'],
    ['ctrl + s', '\x13'],
    ['shift + q', 'Q'],
    ['q', 'q'],
    ['up arrow', '\x1b[A'],
    ['down arrow', '\x1b[B'],
    ['left arrow', '\x1b[D'],
    ['right arrow', '\x1b[C'],
    ['page up', '\x1b[5~'],
    ['page down', '\x1b[6~'],
    ['home', '\x1b[H'],
    ['end', '\x1b[F'],
    ['insert', '\x1b[2~'],
    ['delete', '\x1b[3~'],
    ['space', ' '],
  ])('%s', async (name, bytes) => {
    const scene = await open({
      menus: { menus: { first: keyed('FOO', { [name]: '@menu:second' }), second: stop('BAR') } },
      art: { FOO: 'one', BAR: 'two', ...theme({}) },
    });
    const caller = scene.call();
    await caller.sees('one');
    if (name === 'escape') await caller.escape();
    else caller.type(bytes);
    await caller.sees('two');
  });
});
