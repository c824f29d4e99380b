import type { MenuModule } from '../../src/menu/run/module';
import { color, scenes } from './scene';

const open = scenes();

/** A screen whose view 10 shows these values by a format of the menu's. */
async function formatted(format: string, values: Record<string, unknown>) {
  const filler: MenuModule = {
    name: 'filler',
    doc: '',
    needs: 'none',
    views: [],
    methods: {},
    ready: (context) => {
      context.screen.setCustom('menuInfoFormat', values);
      return Promise.resolve();
    },
  };
  const scene = await open({
    menus: {
      menus: {
        first: {
          art: 'FIRST',
          module: 'filler',
          form: { 0: { mci: {} } },
          config: { menuInfoFormat10: `[${format}]` },
        },
      },
    },
    art: { 'general/FIRST.utf8ans': '%TL10\r\nend' },
    modules: [filler],
  });
  const caller = scene.call({ encoding: 'utf8' });
  await caller.sees('end');
  return { caller, text: caller.screen.row(1) };
}

describe('A10.2 formats', () => {
  it.each([
    ['{name}', 'joe', '[joe]'],
    ['{name:6}', 'joe', '[joe   ]'],
    ['{name:<6}', 'joe', '[joe   ]'],
    ['{name:>6}', 'joe', '[   joe]'],
    ['{name:^7}', 'joe', '[  joe  ]'],
    ['{name:*^7}', 'joe', '[**joe**]'],
    ['{name:.2}', 'joe', '[jo]'],
    ['{name:<6.2}', 'joe', '[jo    ]'],
    ['{name:6}', 42, '[    42]'],
    ['{name:06}', 42, '[000042]'],
    ['{name:=+6}', 42, '[+   42]'],
    ['{name:+}', 42, '[+42]'],
    ['{name: }', 42, '[ 42]'],
    ['{name:,}', 1234567, '[1,234,567]'],
    ['{name:.2f}', 3.14159, '[3.14]'],
    ['{name:x}', 255, '[ff]'],
    ['{name:X}', 255, '[FF]'],
    ['{name:o}', 8, '[10]'],
    ['{name:b}', 5, '[101]'],
    ['{name:.3e}', 12340, '[1.234e+04]'],
    ['{name:.0%}', 0.25, '[25%]'],
    ['{name:6}|', '日本', '[日本  |]'],
    ['||{name}', 'joe', '[|joe]'],
    // ENiGMA½ writes nothing in place of these.
    ['{name:06}', 'joe', '[joe   ]'],
    ['{name:.2f}', 'joe', '[joe]'],
    ['{name}', true, '[true]'],
    ['{{{name}}}', 'joe', '[{joe}]'],
  ])('{name:spec}: %s of %j', async (format, name, shown) => {
    expect((await formatted(format, { name })).text).toBe(shown);
  });

  it.each([
    ['styleUpper', 'Some Text', 'SOME TEXT'],
    ['toUpperCase', 'Some Text', 'SOME TEXT'],
    ['styleLower', 'Some Text', 'some text'],
    ['toLowerCase', 'Some Text', 'some text'],
    ['styleTitle', 'some text', 'Some Text'],
    ['styleFirstLower', 'some text', 'sOME tEXT'],
    ['styleSmallVowels', 'some text', 'SoMe TeXT'],
    ['styleBigVowels', 'some text', 'sOmE tExt'],
    ['styleSmallI', 'discipline', 'DiSCiPLiNE'],
    ['styleL33t', 'elite', '3l173'],
  ])('{name!%s}', async (style, value, shown) => {
    const { text } = await formatted(`{name!${style}}`, { name: value });
    expect(text).toBe(`[${shown}]`);
  });

  it('{name!styleMixed}', async () => {
    const { text } = await formatted('{name!styleMixed}', { name: 'abcdefgh' });
    expect(text).toMatch(/^\[[a-h]{8}\]$/i);
  });

  it('{name!style:spec}', async () => {
    const { text } = await formatted('{name!styleUpper:>6}', { name: 'joe' });
    expect(text).toBe('[   JOE]');
  });

  it.each([
    ['sizeWithAbbr', 2_362_232_012, '2.2 GB'],
    ['sizeWithoutAbbr', 2_362_232_012, '2.2'],
    ['sizeAbbr', 2_362_232_012, 'GB'],
    ['countWithAbbr', 4_300_000, '4M'],
    ['countWithAbbr', 1_230, '1K'],
    ['countWithoutAbbr', 4_300_000, '4'],
    ['countAbbr', 4_300_000, 'M'],
    ['durationHours', 96, '4 days'],
    ['durationMinutes', 120, '2 hours'],
    ['durationSeconds', 300, '5 minutes'],
    ['durationSeconds', 5, 'a few seconds'],
  ])('{name!%s}', async (style, value, shown) => {
    const { text } = await formatted(`{name!${style}}`, { name: value });
    expect(text).toBe(`[${shown}]`);
  });

  it('a predefined MCI code takes the place of a name', async () => {
    const { text } = await formatted('{BN!styleL33t} {SW:,}', {});
    expect(text).toBe('[54llyp0r7 80]');
  });

  it.each([
    ['|00-|15 foreground', '|12x', { foreground: 9 }],
    ['|16-|23 background', '|20x', { background: 1 }],
    ['|24-|31 bright background', '|28x', { background: 9 }],
  ])('pipe codes: %s', async (_form, format, style) => {
    const { caller } = await formatted(format, {});
    expect(caller.screen.cell(1, 2)).toMatchObject({ character: 'x', ...style });
  });

  it.each([
    ['WWIV', '\u00034x', { foreground: 15, background: 4 }],
    ['CNET Q-style, whose brace is part of the code', '\u0011c1}x', { foreground: 1 }],
  ])('colour codes of other boards: %s', async (_form, format, style) => {
    const { caller, text } = await formatted(format, {});
    expect(text).toBe('[x]');
    expect(caller.screen.cell(1, 2)).toMatchObject({ character: 'x', ...style });
  });

  it('a code that clears the screen is left out of text that stands in a view', async () => {
    const { caller, text } = await formatted('\u0019f1x', {});
    expect(text).toBe('[x]');
    expect(caller.screen.row(2)).toBe('end');
  });

  it('| followed by a predefined MCI code prints it', async () => {
    const { text } = await formatted('|BN!', {});
    expect(text).toBe('[Sallyport!]');
  });

  it('values are data: pipe codes, MCI codes, braces and controls in them stay as they are', async () => {
    const { text, caller } = await formatted('{name}', {
      name: '|12{BN}%UN|BN\x1b[31m\u202eevil',
    });
    expect(text).toBe('[|12{BN}%UN|BN[31mevil]');
    expect(color(caller, 1, 2)).toBe(7);
  });
});
