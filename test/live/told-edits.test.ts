import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TestBoard } from '../support/board';
import { BoardDir } from '../support/board-dir';
import { goToMainMenu, PASSWORD } from '../support/sign-in';

const STOCK_MENU = join(__dirname, '../../config/menu.hjson');

let stock: string;
let dir: BoardDir;
let board: TestBoard | undefined;
let notices: string[];

beforeAll(async () => {
  stock = await readFile(STOCK_MENU, 'utf8');
});

afterEach(async () => {
  await board?.remove();
  board = undefined;
  await dir.remove();
});

/** The stock menus with these of the board's own. */
const menus = (own: string): string =>
  stock.replace(/^ {4}menus: \{\s*^ {4}\}/m, () => `    menus: {\n${own}\n    }`);

/** No mistake by itself: rules without an action are left to boards from elsewhere. */
const NO_SIGN_IN = (): string =>
  menus(`        login: {
            form: {
                0: {
                    submit: { *: [ { value: { password: null }
                      acton: "@systemMethod:login" } ] }
                }
            }
        }`);

const start = async (files: Readonly<Record<string, string>>): Promise<TestBoard> => {
  dir = await BoardDir.make({ 'config/menu.hjson': menus(''), ...files });
  notices = [];
  board = await TestBoard.start({
    boardDir: dir.path,
    onNotice: (line) => notices.push(line),
  });
  return board;
};

const BARRED =
  /login\.hjson:\d+:\d+: telnetConnected: calls by telnet lead to no menu .* a form with views for username and password that does @systemMethod:login$/;
const CAUSE = /menu\.hjson:\d+:\d+: login: .*'acton' means nothing.*; did you mean 'action'\?$/;

it('a start that is refused for want of a sign-in names what is amiss on the way to it', async () => {
  const refused = start({ 'config/menu.hjson': NO_SIGN_IN() });
  await expect(refused).rejects.toMatchObject({ code: 'MENU_INVALID', exitCode: 78 });
  const told = await refused.catch((error: { describe(): string }) => error.describe());
  const lines = String(told).split('\n');
  expect(lines[0]).toMatch(BARRED);
  expect(lines).toContainEqual(expect.stringMatching(CAUSE));
});

it('an edit that bars the sign-in is refused, and what is new and amiss on the way is named with it', async () => {
  const running = await start({});
  await dir.write('config/menu.hjson', NO_SIGN_IN());
  const [refused] = await running.logged('board.edit-refused');
  const lines = refused?.['problems'] as readonly string[];
  expect(lines[0]).toMatch(BARRED);
  expect(lines).toContainEqual(expect.stringMatching(CAUSE));
  expect(notices).toContainEqual(expect.stringMatching(CAUSE));
});

describe('a login form whose art does not place its fields', () => {
  const own = () => ({ 'config/menu.hjson': menus('        login: { art: "OWN" }') });
  const ART = 'art/general/OWN.ANS';
  const TOLD =
    /^\S+login\.hjson:\d+:\d+: login: nobody can sign in by telnet: \S+OWN\.ANS does not place the form's fields; write %ET1 and %ET2 into it where they belong, or give the views a 'position' in the menu$/;
  const told = async (refused: Promise<unknown>): Promise<string> => {
    await expect(refused).rejects.toMatchObject({ code: 'MENU_INVALID', exitCode: 78 });
    return refused.catch((error: { describe(): string }) => error.describe()) as Promise<string>;
  };

  it('keeps the board shut at a start and is refused as an edit, each told in the same one sentence', async () => {
    expect(await told(start({ ...own(), [ART]: 'Who goes there?' }))).toMatch(TOLD);
    await dir.remove();
    const running = await start({ ...own(), [ART]: 'Who goes there?\r\n%ET1\r\n%ET2' });
    await dir.write(ART, 'Who goes there?');
    const [refused] = await running.logged('board.edit-refused');
    expect(refused?.['problems']).toEqual([expect.stringMatching(TOLD)]);
    const caller = await running.telnet();
    await caller.sees('Sign in');
    caller.type('\r');
    await caller.sees('Who goes there?');
    caller.type('anna');
    await caller.sees('anna');
  });

  it('names only the field that is missing', async () => {
    const refused = await told(start({ ...own(), [ART]: 'Who goes there? %ET1' }));
    expect(refused).toMatch(/OWN\.ANS does not place .* write %ET2 into it/);
  });

  it('counts in the theme of callers who have not signed in, where no theme above it places them', async () => {
    const files = (art: string) => ({
      'config/config.hjson': '{ theme: { default: "gatehouse", preLogin: "mine" } }',
      'art/themes/mine/theme.hjson': '{ info: { name: "Mine", enabled: true } }',
      [`art/themes/mine/${art}.ANS`]: 'Who goes there?',
      'art/themes/other/OWN.ANS': 'Who goes there?\r\n%ET1\r\n%ET2',
      'config/menu.hjson': menus(`        login: { art: "${art}" }`),
    });
    expect(await told(start(files('OWN')))).toMatch(/mine\/OWN\.ANS does not place/);
    await dir.remove();
    await start(files('USERLOG'));
  });

  it('is none where the menu or the theme gives the fields a position, or the art is missing', async () => {
    const place = (row: number): string => `{ position: { row: ${row}, col: 9 } }`;
    const placed = `{ 0: { mci: { ET1: ${place(3)}, ET2: ${place(4)} } } }`;
    await start({ 'config/menu.hjson': menus('        login: { art: "NONE" }') });
    await board?.remove();
    await dir.remove();
    await start({
      [ART]: 'Who goes there?',
      'config/menu.hjson': menus(`        login: { art: "OWN", form: ${placed} }`),
    });
    await board?.remove();
    await dir.remove();
    await start({
      ...{ ...own(), [ART]: 'Who goes there?' },
      'config/config.hjson': '{ theme: { default: "mine", preLogin: "mine" } }',
      'art/themes/mine/theme.hjson': `{ info: { name: "Mine", base: "gatehouse" }, customization: { menus: { login: ${placed} } } }`,
    });
  });
});

it('what a start went on with is put back by an edit, in whatever edition it was gone; more of it is refused', async () => {
  const theme = (more: string): string =>
    `{ info: { name: Mine }, customization: { menus: { matrix: { mci: { VM1: { width: 20 } } }${more}
      matrix: { mci: { VM1: { width: 30 } } } } } }`.replaceAll('Mine', '"Mine"');
  const file = 'art/themes/mine/theme.hjson';
  const running = await start({ [file]: theme('') });
  const doubled = expect.stringContaining("the key 'matrix' is already set on line 1") as unknown;
  expect(running.events('board.warning')).toContainEqual(
    expect.objectContaining({ message: doubled }),
  );
  const taken = async (text: string): Promise<void> => {
    const before = running.events('board.reloaded').length;
    await dir.write(file, text);
    await running.logged('board.reloaded', {}, before + 1);
  };
  await taken('{ }');
  await taken(theme(''));
  expect(running.events('board.edit-refused')).toEqual([]);
  await dir.write(file, theme(', login: { config: { cls: true } }, login: { },'));
  const [refused] = await running.logged('board.edit-refused');
  expect(refused?.['problems']).toEqual([
    expect.stringContaining("the key 'login' is already set on line"),
  ]);
});

it('an edit that goes live logs and prints what a start would warn of, and only what is new', async () => {
  const running = await start({
    'config/config.hjson': '{ fileBase: {} }',
    'config/menu.hjson': menus('        mine: { art: "MATRIX", next: "logoff", colour: 7 }'),
  });
  const before = running.events('board.warning');
  expect(before.map(({ message }) => message)).toContainEqual(
    expect.stringContaining("'colour' means nothing"),
  );
  notices.length = 0;
  await dir.write(
    'config/config.hjson',
    '{ fileBase: {}, users: { twoFactorAuth: { otp: { registerEmailText: "nowhere.txt" } } } }',
  );
  await running.logged('board.reloaded');
  const news = running.events('board.warning').slice(before.length);
  const message = expect.stringContaining('the template nowhere.txt cannot be used') as unknown;
  expect(news).toMatchObject([
    { message, place: { file: join(dir.path, 'config/config.hjson'), line: 1 } },
  ]);
  expect(notices).toEqual([
    'An edit went live.',
    expect.stringMatching(/^warning: .*config\.hjson:1:\d+: the template nowhere\.txt/),
    'each with its place: oputil config check --all, oputil menu check --all',
  ]);
});

it('a sysop who signs in reads which file has an edit that was refused, until one goes live', async () => {
  const on = await start({});
  await on.addUser('sue', PASSWORD);
  await on.oputil('user', 'group', 'sue', '+sysops', '--yes');
  const news = async (): Promise<string> => {
    const caller = await on.ssh({ userName: 'sue', password: PASSWORD });
    await goToMainMenu(caller);
    const text = caller.screen.text();
    caller.hangUp();
    return text;
  };
  expect(await news()).not.toContain('Refused edit');
  await dir.write('config/menu.hjson', NO_SIGN_IN());
  await on.logged('board.edit-refused', {}, 1);
  expect(await news()).toMatch(/Refused edit: (menu|login)\.hjson\./);
  await dir.write('config/menu.hjson', menus(''));
  await on.logged('board.reloaded', {}, 1);
  expect(await news()).not.toContain('Refused edit');
});
