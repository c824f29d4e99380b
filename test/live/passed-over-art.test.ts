import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TestBoard } from '../support/board';
import { BoardDir } from '../support/board-dir';
import { KEYS } from '../support/dial';
import { giveCode, goToMainMenu, PASSWORD, signIn } from '../support/sign-in';

let dir: BoardDir;
let board: TestBoard | undefined;

afterEach(async () => {
  await board?.remove();
  board = undefined;
  await dir.remove();
});

const SIGN_IN = 'art/themes/mine/USERLOGT.ANS';
const CODE = 'art/themes/mine/2FAOTP.ANS';

const BASE = '{ info: { name: "Mine", base: "gatehouse" } }';

const start = async (art: Readonly<Record<string, string>>, theme = BASE): Promise<TestBoard> => {
  dir = await BoardDir.make({
    'config/config.hjson': '{ theme: { default: "mine", preLogin: "mine" } }',
    'art/themes/mine/theme.hjson': theme,
    ...art,
  });
  board = await TestBoard.start({ boardDir: dir.path });
  return board;
};

const isPassedOver = ({ kind }: Record<string, unknown>): boolean => kind === 'passed-over-art';

/** What the board said of pictures that others stand in for. */
const told = (running: TestBoard): readonly unknown[] =>
  running
    .events('board.warning')
    .filter(isPassedOver)
    .map(({ message }) => message);

const SAID = [
  expect.stringMatching(
    /^login: \S+mine\/USERLOGT\.ANS does not place %ET2, without which nobody gets in: callers see gatehouse\/USERLOGT\.ans instead$/,
  ),
  expect.stringMatching(
    /^loginTwoFactorAuthOTP: \S+mine\/2FAOTP\.ANS does not place %ET1, .*: callers see gatehouse\/2FAOTP\.ans instead$/,
  ),
];

it('a theme whose screens of name, password and code lack their fields has those of the theme above it, where callers get in', async () => {
  const running = await start({ [SIGN_IN]: 'Who goes there? %ET1', [CODE]: 'The word of the day' });
  expect(told(running)).toEqual(SAID);
  const [{ place } = {}] = running.events('board.warning').filter(isPassedOver);
  expect(place).toEqual({
    file: expect.stringMatching(/menus\/login\.hjson$/) as string,
    line: expect.any(Number) as number,
    column: expect.any(Number) as number,
  });
  const warned = running.events('board.warning').map(({ message }) => String(message));
  expect(warned.filter((line) => line.includes('so it is not there'))).toEqual([]);
  const secret = await running.addUser('anna', PASSWORD, 'google');
  const caller = await running.telnet();
  await signIn(caller, 'anna');
  await giveCode(caller, running.code(secret));
  await goToMainMenu(caller);
});

it('a picture that loses a field goes live with a warning, and is passed over from the next call on', async () => {
  const running = await start({ [SIGN_IN]: 'Who goes there? %ET1\r\n%ET2' });
  const before = await running.telnet();
  await before.sees('Sign in');
  before.type(KEYS.return);
  await before.sees('Who goes there?');
  expect(told(running)).toEqual([]);
  await dir.write(SIGN_IN, 'Who goes there? %ET1');
  await running.logged('board.reloaded');
  expect(told(running)).toEqual(SAID.slice(0, 1));
  expect(running.events('board.edit-refused')).toEqual([]);
  const caller = await running.telnet();
  await running.addUser('anna', PASSWORD);
  await signIn(caller, 'anna');
  await goToMainMenu(caller);
});

it('another variant of the same theme that has the fields is taken before those of the theme above', async () => {
  const running = await start({
    [SIGN_IN]: 'Who goes there? %ET1',
    'art/themes/mine/USERLOGT1.ANS': 'Say your name %ET1\r\n%ET2',
  });
  for (let calls = 0; calls < 4; calls++) {
    const caller = await running.telnet();
    await caller.sees('Sign in');
    caller.type(KEYS.return);
    await caller.sees('Say your name');
  }
});

it('fields that the theme gives a position are missed in none of its pictures', async () => {
  const place = (row: number): string => `{ position: { row: ${row}, col: 9 } }`;
  const menus = `{ login: { 0: { mci: { ET1: ${place(3)}, ET2: ${place(4)} } } } }`;
  const theme = `{ info: { name: "Mine" }, customization: { menus: ${menus} } }`;
  const running = await start({ [SIGN_IN]: 'Who goes there?' }, theme);
  expect(told(running)).toEqual([]);
  const caller = await running.telnet();
  await caller.sees('Sign in');
  caller.type(KEYS.return);
  await caller.sees('Who goes there?');
});

it('a prompt by which callers sign in has the picture of the theme above as well', async () => {
  const stock = await readFile(join(__dirname, '../../config/menu.hjson'), 'utf8');
  const login = `login: { art: "LOGOFF", prompt: "who", submit: [ { value: { password: null }, action: "@systemMethod:login" } ] }`;
  const who = `who: { art: "WHO", mci: { ET1: { argName: "username", focus: true }
    ET2: { argName: "password", password: true, submit: true } } }`;
  const running = await start(
    {
      'config/menu.hjson': stock
        .replace(/^ {4}menus: \{$/m, (found) => `${found}\n${login}`)
        .replace(/^ {4}prompts: \{$/m, (found) => `${found}\n${who}`),
      'art/themes/mine/WHO.ANS': 'Who goes there? %ET1',
      'art/themes/below/theme.hjson': BASE,
      'art/themes/below/WHO.ANS': 'User name %ET1\r\nPass word %ET2',
    },
    '{ info: { name: "Mine", base: "below" } }',
  );
  expect(told(running)).toEqual([
    expect.stringMatching(/^who: \S+mine\/WHO\.ANS does not place %ET2, .* see below\/WHO\.ANS/),
  ]);
  await running.addUser('anna', PASSWORD);
  const caller = await running.telnet();
  await signIn(caller, 'anna');
  await goToMainMenu(caller);
});

it("the sysop's pictures of such a screen are what callers see", async () => {
  const running = await start({ [CODE]: 'The word of the day' });
  const shown = await running.oputil('menu', 'show', 'loginTwoFactorAuthOTP', '--text');
  expect(shown).toContain('One-time code');
  expect(shown).not.toContain('The word of the day');
});
