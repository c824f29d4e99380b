import { readFile, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { TestBoard } from '../support/board';
import { BoardDir } from '../support/board-dir';

const STOCK = join(__dirname, '../../config');

const theme = (more = ''): string =>
  `{ ${more} customization: { menus: { matrix: { mci: { VM1: { focusItemFormat: "=> {text}" } } } } } }`;

/** Files of a board that the package has as well, or that it may lack. */
const FILES = [
  'config/config.hjson',
  'config/menu.hjson',
  'config/menus/login.hjson',
  'config/texts.hjson',
  'art/themes/gatehouse/theme.hjson',
  'art/themes/mine/theme.hjson',
];

let dir: BoardDir;
let board: TestBoard;
let files: Record<string, string>;
const notices: string[] = [];

beforeAll(async () => {
  const login = await readFile(join(STOCK, 'menus/login.hjson'), 'utf8');
  const menu = await readFile(join(STOCK, 'menu.hjson'), 'utf8');
  files = {
    'art/general/ONE.ANS': 'The doors of %BN\r\n\r\n%VM1\r\n',
    'config/config.hjson': '{ general: { boardName: "Postern" } }',
    'config/menu.hjson': menu.replace('includes: [', 'includes: [\n        own.hjson'),
    'config/own.hjson': '{ menus: { matrix: { config: { cls: true } } } }',
    'config/menus/login.hjson': login.replace('art: MATRIX', 'art: ONE'),
    'config/texts.hjson': '{ "field.empty": "Who are you?" }',
    'art/themes/gatehouse/theme.hjson': theme(),
    'art/themes/mine/theme.hjson': theme('info: { name: "Mine" },'),
  };
  dir = await BoardDir.make(files);
  board = await TestBoard.start({ boardDir: dir.path, onNotice: (line) => notices.push(line) });
});

afterAll(async () => {
  await board.remove();
  await dir.remove();
});

const happens = async (event: string, change: () => Promise<unknown>) => {
  const before = board.events(event).length;
  await change();
  return (await board.logged(event, {}, before + 1)).at(-1);
};

/** All that the files say is what a caller finds. */
const isAsBefore = async (): Promise<void> => {
  const caller = await board.telnet();
  await caller.sees('The doors of Postern');
  await caller.sees('=> Sign in');
  caller.type('\r\r\r');
  await caller.sees('Who are you?');
  caller.hangUp();
};

describe.each(FILES)('%s of a running board', (name) => {
  afterEach(() => happens('board.reloaded', () => dir.write(name, files[name] ?? '')));

  it.each([
    ['is gone', (file: string) => rm(file)],
    ['is empty', (file: string) => truncate(file)],
  ])('keeps what it said where the file %s, and the sysop reads so', async (why, lose) => {
    const file = join(dir.path, name);
    notices.length = 0;
    const refused = await happens('board.edit-refused', () => lose(file));
    expect(refused?.['problems']).toEqual([expect.stringContaining(`${file}: the file ${why}; `)]);
    expect(notices).toEqual([
      'An edit was refused. The board goes on as it was before.',
      expect.stringContaining(`the file ${why}; `),
    ]);
    await isAsBefore();
  });
});

it('a file that is removed together with the line that includes it goes, and so does a config that says nothing', async () => {
  await happens('board.reloaded', async () => {
    const menu = files['config/menu.hjson'] ?? '';
    await dir.write('config/menu.hjson', menu.replace('own.hjson', ''));
    await rm(join(dir.path, 'config/own.hjson'));
  });
  await happens('board.reloaded', () => dir.write('config/config.hjson', '{ }'));
  await (await board.telnet()).sees('The doors of Sallyport');
});
