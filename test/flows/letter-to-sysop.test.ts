import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { TestBoard } from '../support/board';
import { BoardDir } from '../support/board-dir';
import { KEYS, type DialledCaller } from '../support/dial';
import { PASSWORD } from '../support/sign-in';
import { MenuBoard } from '../support/menu-board';
import { callerIn } from '../support/talk-board';

const STOCK_MAIN = resolve(__dirname, '..', '..', 'config', 'menus', 'main.hjson');

/** The editor in the form of ENiGMA½'s own menus. */
const editor = (config: object): object => ({
  module: 'msg_area_post_fse',
  config: { art: { header: 'LETHDR', body: 'LETBODY', footerEditorMenu: 'LETMENU' }, ...config },
  form: {
    0: {
      mci: {
        TL1: { argName: 'from' },
        ET2: { argName: 'to', focus: true },
        ET3: {
          argName: 'subject',
          maxLength: 72,
          submit: true,
          text: 'New user feedback',
          width: 30,
        },
      },
      submit: { 3: [{ value: { subject: null }, action: '@method:headerSubmit' }] },
    },
    1: {
      mci: { MT1: { width: 40, height: 5, argName: 'message', mode: 'edit' } },
      submit: { '*': [{ value: 'message', action: '@method:editModeEscPressed' }] },
      actionKeys: [
        { keys: ['escape'], viewId: 1 },
        { keys: ['ctrl + s'], action: '@method:editModeQuickSave' },
        { keys: ['ctrl + o'], action: '@method:editModeQuickHelp' },
      ],
    },
    3: {
      HM: {
        mci: { HM1: { items: ['save', 'help', 'upload'] } },
        submit: {
          '*': [
            { value: { 1: 0 }, action: '@method:editModeMenuSave' },
            { value: { 1: 1 }, action: '@method:editModeMenuHelp' },
            { value: { 1: 2 }, action: '@method:editModeMenuUpload' },
          ],
        },
        actionKeys: [{ keys: ['escape'], action: '@method:editModeEscPressed' }],
      },
    },
  },
});

const MENUS = {
  letter: editor({ toUserId: 1, editorMode: 'edit', messageAreaTag: 'private_mail' }),
  post: editor({ messageAreaTag: 'general' }),
};

let dir: BoardDir;
let board: TestBoard;

beforeAll(async () => {
  const commands = Object.keys(MENUS).map(
    (name) =>
      `${JSON.stringify({ value: { command: name.toUpperCase() }, action: `@menu:${name}` })}\n`,
  );
  dir = await BoardDir.make({
    'config/menus/main.hjson': readFileSync(STOCK_MAIN, 'utf8')
      .replace('submit: [\n', () => `submit: [\n${commands.join('')}`)
      .replace('menus: {\n', () => `menus: {\n${JSON.stringify(MENUS).slice(1, -1)}\n`),
    'art/general/LETHDR.asc': 'from %TL1\r\nto %ET2\r\nabout %ET3',
    'art/general/LETBODY.asc': 'The letter\r\n%MT1\r\n\r\n\r\n\r\n\r\n\r\n%TL10',
    'art/general/LETMENU.asc': 'What now? %HM1',
  });
  board = await TestBoard.start({
    boardDir: dir.path,
    config: { general: { sysOp: { username: 'warden', email: 'op@example.org' } } },
  });
  await board.addUser('alice', PASSWORD);
});

afterAll(async () => {
  await board.remove();
  await dir.remove();
});

async function begin(): Promise<DialledCaller> {
  const alice = await callerIn(board, 'alice', PASSWORD);
  alice.type(`LETTER${KEYS.return}`);
  expect(await alice.sees('about New user feedback')).toMatch(/from alice\nto warden/);
  alice.type(KEYS.return);
  await alice.sees('The letter');
  return alice;
}

it('a letter to the sysop is written in the editor, and goes out as a mail with the account', async () => {
  const alice = await begin();
  alice.type(
    `Dear warden,${KEYS.return}|12no %UN code, but a line that is much longer than the view`,
  );
  await alice.sees('the view');
  alice.type(KEYS.escape);
  await alice.sees('What now?');
  alice.type(KEYS.escape);
  expect(await alice.sees('The letter')).toContain('Dear warden,');
  alice.type('!');
  await alice.sees('the view!');
  alice.type(KEYS.escape);
  await alice.sees('What now?');
  alice.type(KEYS.return);
  await alice.sees('Thank you. The sysop gets your letter.');
  alice.type(' ');
  await alice.sees('Command');
  const letter = await board.letterTo('op@example.org', /Feedback from a caller/);
  expect(letter.text).toContain('Dear warden,');
  expect(letter.text).toContain('|12no %UN code, but a line that is much longer than the view!');
  expect(letter.text).toMatch(/From: alice \[Telnet 127\.0\.0\.1\], account \d+/);
  expect(letter.text).toContain('New user feedback');
  alice.hangUp();
});

it('says how to go on, and has keys that show help and send it without the menu', async () => {
  const alice = await begin();
  await alice.sees('Esc leads to the menu that sends the letter.');
  alice.type('In short');
  await alice.sees('In short');
  alice.type('\x0f');
  await alice.sees('Type the letter');
  alice.type(' ');
  await alice.sees(/The letter\nIn short/);
  alice.type('\x13');
  await alice.sees('Thank you. The sysop gets your letter.');
  const letter = await board.letterTo('op@example.org', /Feedback from a caller/, 2);
  expect(letter.text).toContain('In short');
  alice.hangUp();
});

it('an empty letter is not sent', async () => {
  const before = (await board.mails()).length;
  const alice = await begin();
  alice.type(KEYS.escape);
  await alice.sees('What now?');
  alice.type(KEYS.return);
  await alice.sees('Please write something first.');
  expect(await board.mails()).toHaveLength(before);
  alice.hangUp();
});

it('upload of the menu says that the board takes no files, and the text stays', async () => {
  const alice = await begin();
  alice.type('Typed by hand');
  await alice.sees('Typed by hand');
  alice.type(KEYS.escape);
  await alice.sees('What now?');
  alice.type(`${KEYS.right.repeat(2)}${KEYS.return}`);
  await alice.sees('This board takes no files with a letter.');
  expect(alice.screen.text()).toContain('Typed by hand');
  expect(board.events('menu.method-missing')).toEqual([]);
  alice.hangUp();
});

it('a post to a message area is passed by, with the reason', async () => {
  const alice = await callerIn(board, 'alice', PASSWORD);
  alice.type(`POST${KEYS.return}`);
  await alice.sees('This part of the board is not here');
  alice.type(' ');
  await alice.sees('Command');
  alice.hangUp();
});

it('is passed by for who is not signed in, whatever area its menu is in', async () => {
  const menus = {
    letter: { ...editor({ toUserId: 1, area: 'login' }), next: 'end' },
    end: { art: 'END', config: { area: 'login' }, form: { 0: { mci: { ET1: { submit: true } } } } },
  };
  const plain = await MenuBoard.open({
    menus: { menus },
    art: { LETHDR: 'about %ET3', LETBODY: '%MT1', LETMENU: '%HM1', END: 'The end %ET1' },
  });
  const stranger = plain.call('letter');
  expect(await stranger.sees('The end')).not.toContain('about');
  stranger.hangUp();
  await plain.close();
});
