import { BoardDir } from '../support/board-dir';
import { Shell } from '../oputil/shell';

let shell: Shell;
let dir: BoardDir;

afterEach(async () => {
  await dir.remove();
  await shell.close();
});

/** What menu check tells of the pictures of themes, of a board with these files beside the stock ones. */
async function told(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  shell = await Shell.openEmpty();
  dir = await BoardDir.make(files);
  const out = await shell.run('--board', dir.path, 'menu', 'check', '--all');
  return out
    .split('\n')
    .filter(
      (line) => line.includes(' of the theme ') || / has no art |there is no art /.test(line),
    );
}

const EMBER = 'art/themes/ember';

it('of a theme of its own the board tells which pictures come from which other theme', async () => {
  const lines = await told({
    [`${EMBER}/MATRIX.asc`]: '%VM1\n',
    'art/themes/plain/WHOSON.asc': 'who\n%VM1\n',
  });
  const of = (theme: string, art: string): string =>
    lines.filter((line) => line.includes(`the theme '${theme}' has no art '${art}':`)).join();
  expect(of('ember', 'MATRIX')).toBe('');
  expect(of('ember', 'USERLOG')).toMatch(
    /login\.hjson:\d+:\d+: warning: login: .*'gatehouse' draws it$/,
  );
  expect(lines.filter((line) => line.includes("'gatehouse' has no art"))).toEqual([]);
});

it('nothing is told of what the base of a theme draws for it', async () => {
  const lines = await told({
    [`${EMBER}/theme.hjson`]: '{ info: { base: "plain" } }',
    'art/general/LOGOFF.asc': 'so long\n',
  });
  expect(lines).toEqual([]);
});

it('art that all themes of the board share belongs to each of them, and that of the package to none', async () => {
  const lines = await told({
    [`${EMBER}/MATRIX.asc`]: '%VM1\n',
    'config/config.hjson': '{ theme: { default: "ember", preLogin: "ember" } }',
    'art/general/LOGOFF.asc': 'so long\n',
  });
  expect(lines).toContainEqual(
    expect.stringContaining("no art 'USERLOG': the package's plain one stands in"),
  );
  expect(lines.join('\n')).not.toContain('LOGOFF');
});

it('a picture that nobody draws for callers of some theme is told of each such theme', async () => {
  const lines = await told({
    [`${EMBER}/LANTERN.asc`]: 'a lantern\n',
    'config/menus/main.hjson':
      '{ menus: { mainMenu: { art: "LANTERN", next: "fullLogoffSequence" } } }',
  });
  const lacking = ['gatehouse', 'plain', 'wicket'].map((theme): unknown =>
    expect.stringMatching(
      new RegExp(
        `main\\.hjson:1:\\d+: warning: mainMenu: nothing draws the art 'LANTERN' .*'${theme}'$`,
      ),
    ),
  );
  expect(lines.filter((line) => line.includes('LANTERN'))).toEqual(lacking);
});

it('a picture that is shown before a menu and is not there is told as others are', async () => {
  const lines = await told({
    'config/menus/main.hjson':
      '{ menus: { mainMenu: { art: "MMENU", next: "fullLogoffSequence", config: { frames: ["MMENUE"] } } } }',
  });
  expect(lines).toEqual([
    expect.stringMatching(
      /main\.hjson:1:\d+: warning: mainMenu: there is no art 'MMENUE': .*'MMENU'\?$/,
    ),
  ]);
});

describe('pictures that a module shows by itself', () => {
  const PAGE = (config: string) => ({
    'config/menu.hjson': `{
      includes: [ "menus/login.hjson", "menus/main.hjson" ]
      menus: {
        callSysop: { module: "page_sysop", art: "MATRIX", config: { ${config} }, next: "mainMenu" }
        mainMenu: { config: { help: "callSysop" } }
      }
    }`,
  });
  const ofModule = (lines: readonly string[]) =>
    lines.filter((line) => /PAGESY|PICTURE/.test(line));

  it('and that nothing draws are told with the key that names them and what is shown instead', async () => {
    const lines = ofModule(await told(PAGE('')));
    expect(lines).toHaveLength(2);
    expect(lines).toContainEqual(
      expect.stringMatching(
        /menu\.hjson:4:\d+: warning: callSysop: there is no art 'PAGESYSPOK' \(page_sysop shows it for want of 'pageSentArt', else the board's own words\)/,
      ),
    );
  });

  it('are told of each theme whose callers do not see them', async () => {
    const lines = ofModule(
      await told({
        ...PAGE('rateLimitArt: "PICTURE"'),
        'art/general/PICTURE.asc': 'not so fast\n',
        [`${EMBER}/PAGESYSPOK.asc`]: 'called\n',
      }),
    );
    expect(lines.map((line) => line.replace(/^.*warning: /, ''))).toEqual(
      ['gatehouse', 'plain', 'wicket'].map(
        (theme) =>
          `callSysop: nothing draws the art 'PAGESYSPOK' for callers of the theme '${theme}' (page_sysop shows it for want of 'pageSentArt', else the board's own words)`,
      ),
    );
  });

  it('are one line of a check and of a start where there are several', async () => {
    await told(PAGE(''));
    const out = await shell.run('--board', dir.path, 'menu', 'check');
    expect(out).toMatch(/^2 pictures that modules show are not there; the first: .*PAGESYSPOK/m);
  });

  it('that a menu names are mistakes where they are nowhere, as other art', async () => {
    const lines = ofModule(await told(PAGE('pageSentArt: "PICTURE", rateLimitArt: "MATRIX"')));
    expect(lines).toEqual([
      expect.stringMatching(
        /menu\.hjson:4:\d+: warning: callSysop: there is no art 'PICTURE' \('pageSentArt'\): the board's own words are$/,
      ),
    ]);
  });
});
