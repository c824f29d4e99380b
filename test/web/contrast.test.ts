import { STYLE_SHEET, PALETTES } from '../../src/web/style';
import { loadTerminalFiles } from '../../src/web/terminal-files';
import { sampleMails } from '../../misc/scripts/mails';

/** What WCAG 2.2 asks of text (1.4.3) and of the edge of a field (1.4.11). */
const TEXT = 4.5;
const EDGE = 3;

type Palette = Readonly<Record<string, string>>;

interface Rule {
  readonly selector: string;
  readonly declared: ReadonlyMap<string, string>;
}

/** The rules of a style sheet, without those for printing and those inside other media queries. */
function rulesOf(sheet: string): readonly Rule[] {
  const flat = sheet.replace(/@media[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}/g, '');
  return [...flat.matchAll(/([^{}]+)\{([^{}]*)\}/g)].map(([, selector = '', body = '']) => ({
    selector: selector.trim(),
    declared: declarations(body),
  }));
}

function declarations(body: string): ReadonlyMap<string, string> {
  const pairs = body.split(';').map((each) => each.split(/:(.*)/s, 2));
  return new Map(pairs.map(([name = '', value = '']) => [name.trim(), value.trim()]));
}

/** A colour of a declaration, through the palette; undefined where it names none. */
function colourIn(value: string | undefined, palette: Palette): string | undefined {
  const name = /var\(--([a-z-]+)\)/.exec(value ?? '')?.[1];
  const found = name === undefined ? /#[0-9a-f]{3,6}\b/i.exec(value ?? '')?.[0] : palette[name];
  return found?.startsWith('#') === true ? found : undefined;
}

function luminance(hex: string): number {
  const long = hex.length === 4 ? hex.replace(/[0-9a-f]/gi, '$&$&') : hex;
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(long.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

/** What is too faint, as `selector: colour on ground is N`. */
function faint(sheet: string, palette: Palette): readonly string[] {
  const grounds = [palette['night'], palette['stone']].flatMap((ground) => ground ?? []);
  return rulesOf(sheet).flatMap(({ selector, declared }) => {
    if (selector.startsWith(':root')) return [];
    const own = colourIn(declared.get('background'), palette);
    const checks = [
      { colour: colourIn(declared.get('color'), palette), least: TEXT },
      {
        colour: /^input/.test(selector) ? colourIn(declared.get('border'), palette) : undefined,
        least: EDGE,
      },
    ];
    return checks.flatMap(({ colour, least }) =>
      (own === undefined || least === EDGE ? grounds : [own]).flatMap((ground) => {
        const ratio = colour === undefined ? Infinity : contrast(colour, ground);
        return ratio >= least ? [] : [`${selector}: ${colour} on ${ground} is ${ratio.toFixed(2)}`];
      }),
    );
  });
}

test('black on white is 21 to 1, and the grey that just passes is known', () => {
  expect(contrast('#000', '#ffffff')).toBeCloseTo(21);
  expect(contrast('#767676', '#ffffff')).toBeCloseTo(4.54, 2);
  expect(faint('a { color: #777 }', { night: '#ffffff', stone: '#ffffff' })).toHaveLength(2);
});

test.each(['dark', 'light'] as const)(
  'text of the %s pages is 4.5 to 1 at least, and edges of fields 3 to 1',
  (scheme) => {
    expect(rulesOf(STYLE_SHEET).length).toBeGreaterThan(30);
    expect(faint(STYLE_SHEET, PALETTES[scheme])).toEqual([]);
  },
);

test.each(['dark', 'light'] as const)(
  'so it is on the terminal page when it is %s',
  async (scheme) => {
    const sheet = (await loadTerminalFiles()).find('terminal.css')?.body.toString() ?? '';
    expect(rulesOf(sheet).length).toBeGreaterThan(10);
    expect(faint(sheet, PALETTES[scheme])).toEqual([]);
  },
);

/** Colour and ground of each piece of text in a mail: the nearest ones around it. */
function pairsOf(html: string, isDark: boolean): readonly (readonly [string, string, string])[] {
  const dark = new Map(
    isDark
      ? [...html.matchAll(/\.(\w+) \{([^}]*)\}/g)].map(([, name = '', body = '']) => [
          name,
          declarations(body),
        ])
      : [],
  );
  const stack: { readonly colour: string; readonly ground: string }[] = [];
  const pairs: (readonly [string, string, string])[] = [];
  for (const [, close, attributes = '', alone, text = ''] of html
    .slice(html.indexOf('<body'))
    .matchAll(/<(\/)?\w+([^>]*?)(\/)?>([^<]*)/g)) {
    const around = stack.at(-1) ?? { colour: '#000000', ground: '#ffffff' };
    if (close !== undefined) stack.pop();
    else if (alone === undefined) {
      const inline = declarations(/style="([^"]*)"/.exec(attributes)?.[1] ?? '');
      const forced = dark.get(/class="(\w+)"/.exec(attributes)?.[1] ?? '');
      const found = (name: string): string | undefined =>
        colourIn(forced?.get(name), {}) ?? colourIn(inline.get(name), {});
      stack.push({
        colour: found('color') ?? around.colour,
        ground: found('background') ?? around.ground,
      });
    }
    const { colour, ground } = stack.at(-1) ?? around;
    if (text.trim() !== '') pairs.push([text.trim().slice(0, 30), colour, ground]);
  }
  return pairs;
}

test('text of every mail is 4.5 to 1 at least, light and dark', async () => {
  for (const { kind, html } of await sampleMails()) {
    for (const isDark of [false, true]) {
      const pairs = pairsOf(html, isDark);
      expect(pairs.length).toBeGreaterThan(2);
      const faintOnes = pairs.filter(([, colour, ground]) => contrast(colour, ground) < TEXT);
      expect({ kind, isDark, faintOnes }).toEqual({ kind, isDark, faintOnes: [] });
    }
  }
});

test('every mail with a link has it as a link, once as a button and once in letters, and in the text', async () => {
  const mails = await sampleMails();
  const linked = mails.filter(({ text }) => text.includes('https://'));
  expect(linked.map(({ kind }) => kind)).toEqual([
    ...['otp-register', 'recovery-link', 'recovery-started'],
    ...['password-reset', 'first-password', 'confirm-mail'],
  ]);
  for (const { text, html } of linked) {
    const [address = ''] = /https:\/\/\S+/.exec(text) ?? [];
    const shown = address.replace(/&/g, '&#38;');
    const links = [...html.matchAll(/<a [^>]*href="([^"]*)"[^>]*>([^<]*)<\/a>/g)];
    expect(links.map(([, href]) => href)).toEqual([shown, shown]);
    expect(links[0]?.[2]).not.toContain('https:');
    expect(links[1]?.[2]).toBe(shown);
  }
});

test('every mail has a subject that begins with the board, and says that it can be dark', async () => {
  for (const { subject, html } of await sampleMails()) {
    expect(subject).toMatch(/^Sallyport: [A-Z]/);
    expect(html).toContain('<meta name="color-scheme" content="light dark" />');
  }
});
