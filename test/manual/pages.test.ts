import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileAcs } from '../../src/acs/acs';
import { createArtStore } from '../../src/art/art-store';
import { checkFormat } from '../../src/art/format';
import { systemClock } from '../../src/base/clock';
import { systemRandom } from '../../src/base/random';
import { findMenuFile, resolveBoard } from '../../src/config/board';
import { loadConfig } from '../../src/config/load';
import { loadMenus } from '../../src/menu/load/menu-file';
import { loadThemes } from '../../src/menu/load/theme-files';
import { checkBoard } from '../../src/modules/board-check';
import { fillTables, TABLES } from '../../misc/scripts/docs/manual-tables';
import { BoardDir } from '../support/board-dir';
import { ed25519Pair } from '../support/ssh-keys';
import { kindOfCode } from '../../src/menu/screen/mci-codes';

const ROOT = join(__dirname, '../..');
const PAGES = ['docs/menus.md', 'docs/themes.md', 'docs/acs.md', 'docs/onward.md', 'docs/texts.md'];
const page = (name: string): Promise<string> => readFile(join(ROOT, name), 'utf8');

describe('the pages for sysops', () => {
  it.each(PAGES)(
    '%s has its tables as the program has them; npm run docs makes them anew',
    async (name) => {
      const text = await page(name);
      expect(text).toBe(fillTables(text));
    },
  );

  it('every table is on a page', async () => {
    const texts = (await Promise.all(PAGES.map(page))).join('\n');
    const missing = Object.keys(TABLES).filter(
      (name) => !texts.includes(`<!-- table: ${name} -->`),
    );
    expect(missing).toEqual([]);
  });
});

interface Example {
  readonly language: string;
  /** What stands behind the language: `menus`, `rules`, `file=...`. */
  readonly kind: string;
  readonly text: string;
}

interface Section {
  readonly title: string;
  readonly examples: readonly Example[];
}

/** The examples of a page by its headings. */
function sectionsOf(text: string): readonly Section[] {
  return text.split(/^## /m).map((part) => ({
    title: part.split('\n')[0] ?? '',
    examples: [...part.matchAll(/^```(\w+) ?(\S*)\n([\s\S]*?)^```$/gm)].map(
      ([, language = '', kind = '', example = '']) => ({ language, kind, text: example }),
    ),
  }));
}

/** What the examples take from the environment. */
const ENV = {
  SHELL_PASSWORD: 'a word',
  BBSLINK_AUTH: 'a-code',
  BBSLINK_SCHEME: 'a-code',
  DOORPARTY_PASSWORD: 'a word',
};

/** What the examples read from files. */
const KEY_FILES = { 'config/far-key': ed25519Pair().private };

/** Loads a board with these files and says all that is wrong with it. */
async function problemsOf(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const dir = await BoardDir.make({ ...KEY_FILES, ...files });
  const data = await mkdtemp(join(tmpdir(), 'sallyport-data-'));
  try {
    const board = await resolveBoard({ board: dir.path, data, env: {} });
    const loaded = await loadConfig({ file: board.configFile, mustExist: false, env: {} });
    const { config } = loaded;
    const menus = await loadMenus({
      file: await findMenuFile(board, loaded),
      env: ENV,
      fallbackFolders: board.configFallbacks,
    });
    const themes = await loadThemes({ artRoots: board.artRoots, env: {} });
    const art = createArtStore({
      ...{ kindOf: kindOfCode, roots: board.artRoots },
      ...{ random: systemRandom, clock: systemClock },
    });
    const findings = await checkBoard({ config, menus, themes, art });
    // A matrix without a line for it leaves the application out of reach, and a theme may draw a part of the
    // board: both are the sysop's to choose.
    const chosen = ['unreachable', 'theme-art'];
    return findings.filter(({ rule }) => !chosen.includes(rule)).map(({ text }) => text);
  } finally {
    await dir.remove();
    await rm(data, { recursive: true });
  }
}

describe('the examples on them', () => {
  it.each(PAGES)('each of %s says what it is', async (name) => {
    const odd = sectionsOf(await page(name)).flatMap(({ examples }) =>
      examples.filter(({ kind, language }) => kind === '' && language !== 'acs'),
    );
    expect(odd).toEqual([]);
  });

  it.each(PAGES)('boards in %s load without an error or a warning', async (name) => {
    const stock = await page('config/menu.hjson');
    for (const { title, examples } of sectionsOf(await page(name))) {
      for (const files of boardsOf(examples, stock)) {
        expect([title, await problemsOf(files)]).toEqual([title, []]);
      }
    }
  });

  it('conditions in docs/acs.md can be read, all of them', async () => {
    const blocks = sectionsOf(await page('docs/acs.md')).flatMap(({ examples }) =>
      examples.filter(({ language }) => language === 'acs'),
    );
    const lines = blocks.flatMap(({ text }) => text.trim().split('\n'));
    expect(lines.length).toBeGreaterThan(10);
    for (const line of lines) {
      const acs = line.split('#')[0]?.trim() ?? '';
      expect([acs, compileAcs(acs).problems]).toEqual([acs, []]);
    }
  });

  it('formats in docs/themes.md can be read', async () => {
    const formats = sectionsOf(await page('docs/themes.md')).flatMap(({ examples }) =>
      examples.filter(({ kind }) => kind === 'format'),
    );
    expect(formats.length).toBeGreaterThan(0);
    for (const { text } of formats) expect(checkFormat(text)).toEqual([]);
  });
});

/** The boards that a section makes: examples go together until one says anew what another has said. */
function boardsOf(
  examples: readonly Example[],
  stock: string,
): readonly Readonly<Record<string, string>>[] {
  const boards: { menus: string; readonly files: Record<string, string> }[] = [];
  let board = { menus: '', files: {} as Record<string, string> };
  for (const { kind, text } of examples) {
    const file = /^file=(.*)$/.exec(kind)?.[1];
    const menus =
      kind === 'menus'
        ? text
        : kind === 'rules'
          ? `ruled: { submit: [ ${text} ]\n${RULED} }\n`
          : '';
    if (file === undefined && menus === '') continue;
    const known = namesIn(board.menus);
    if (namesIn(menus).some((name) => known.includes(name))) {
      boards.push(board);
      board = { menus: '', files: { ...board.files } };
    }
    board.menus += menus;
    if (file !== undefined) board.files[file] = text;
  }
  return [...boards, board].map(({ menus, files }) => ({
    ...files,
    ...(menus === '' ? {} : { 'config/menu.hjson': withMenus(stock, menus) }),
  }));
}

/** The rest of a menu that asks for a command. */
const RULED = 'prompt: "menuCommand", config: { area: "login" }';

function withMenus(stock: string, menus: string): string {
  const text = stock.replace(/^ {4}menus: \{\s*^ {4}\}/m, () => `    menus: {\n${menus}\n    }`);
  if (text === stock) throw new Error('the stock menu file has no empty block for own menus');
  return text;
}

function namesIn(menus: string): readonly string[] {
  return [...menus.matchAll(/^(\w+): \{/gm)].map(([, name = '']) => name);
}
