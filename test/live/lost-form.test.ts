import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TestBoard } from '../support/board';
import { LiveFolder } from './live-folder';

const MENUS = join(__dirname, '../../config/menus');
const MAIN = 'config/menus/main.hjson';
const LOGIN = 'config/menus/login.hjson';
const LOST =
  /^mainMenu: 'promt' means nothing in a menu: its prompt is lost, and nothing is asked there; did you mean 'prompt'\?$/;

let main: string;
let login: string;

beforeAll(async () => {
  main = await readFile(join(MENUS, 'main.hjson'), 'utf8');
  login = await readFile(join(MENUS, 'login.hjson'), 'utf8');
});

const live = LiveFolder.forEachTest();

/** The main menu without its prompt, for a slip in the key. */
const slipped = (): string => main.replace('prompt: menuCommand', 'promt: menuCommand');

it('a lost prompt keeps no board shut: the start warns, and menu check has an error', async () => {
  await live.dir.write(MAIN, slipped());
  const board = await live.start();
  expect(board.events('board.warning').filter(({ kind }) => kind === 'lost-form')).toMatchObject([
    {
      place: { file: join(live.dir.path, MAIN) },
      message: expect.stringMatching(LOST) as unknown,
    },
  ]);
  const { exitCode, out } = await live.shell.try('--board', live.dir.path, 'menu', 'check');
  expect(exitCode).toBe(1);
  expect(out).toMatch(/main\.hjson:\d+:\d+: error: mainMenu: 'promt' means nothing/);
  const doctor = await live.shell.try('--board', live.dir.path, 'doctor');
  expect(doctor.out).toContain('the menus have 1 error: oputil menu check');
});

it('a lost prompt is no edit that goes live, and the last good menu stays', async () => {
  await live.dir.write(MAIN, main);
  const board = await live.start();
  await live.dir.write(MAIN, slipped());
  const [refused] = await board.logged('board.edit-refused');
  expect(refused?.['problems']).toEqual([expect.stringContaining("'promt' means nothing")]);
});

it('a lost form of the sign-in keeps the board shut, and is named as the cause', async () => {
  await live.dir.write(LOGIN, login.replace(/(\n {8}login: \{[^]*?)form:/, '$1from:'));
  await expect(live.start()).rejects.toMatchObject({
    exitCode: 78,
    problems: expect.arrayContaining([
      expect.objectContaining({
        message: expect.stringMatching(/^login: 'from' .*its form is lost/) as unknown,
      }),
    ]) as unknown,
  });
});

it('an edit that is refused for many mistakes of one kind is told in one line, and the log has each', async () => {
  await live.dir.write(MAIN, main);
  const notices: string[] = [];
  const boardDir = live.dir.path;
  const board = await TestBoard.start({ boardDir, onNotice: (line) => notices.push(line) });
  await live.dir.write(MAIN, main.replace(/art: (USERLST|LASTCALL|WHOSON)\b/g, 'art: $1X'));
  const [refused] = await board.logged('board.edit-refused');
  const problems = refused?.['problems'] as readonly string[];
  expect(problems.length).toBeGreaterThan(1);
  expect(notices.join('\n')).toContain(`${problems.length} art files are not there; the first: `);
  const { out } = await live.shell.try('--board', boardDir, 'menu', 'check', '--strict');
  expect(out.match(/error: .*there is no art/g)).toHaveLength(1);
  const all = await live.shell.try('--board', boardDir, 'menu', 'check', '--strict', '--all');
  expect(all.out.match(/error: .*there is no art/g)).toHaveLength(problems.length);
  await board.remove();
});
