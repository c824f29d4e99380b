import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { TEXT_AREAS, type TextId } from '../../src/texts/texts';
import { TestBoard } from '../support/board';
import { BoardDir } from '../support/board-dir';
import { MenuBoard, type CallOptions } from '../support/menu-board';
import { NAMED } from '../support/named-texts';
import { Shell } from '../oputil/shell';

const IDS = TEXT_AREAS.flatMap(({ texts }) => Object.keys(texts)) as readonly TextId[];

describe('a board whose every sentence is its id', () => {
  let board: MenuBoard;

  beforeAll(async () => {
    board = await MenuBoard.open({ texts: NAMED });
    await board.addUser('joe', 'correct horse battery');
    const locked = { account_status: '3' };
    const disabled = { account_status: '0' };
    await board.addUser('lou', 'correct horse battery', { properties: locked });
    await board.addUser('dis', 'correct horse battery', { properties: disabled });
  });

  afterAll(() => board.close());

  /** What is said to who types this at the stock sign-in. */
  const answerTo = async (
    typed: { readonly name: string; readonly password: string },
    options: CallOptions,
  ): Promise<readonly string[]> => {
    const caller = board.call('login', { server: 'wss', ...options });
    await caller.until('the form', () => caller.isAsked);
    caller.type(`${typed.name}\r${typed.password}\r`);
    await caller.sees(/<(sign-in|narrow)\./);
    const said = caller.screen.text().match(/<[a-z.-]+>.*/g) ?? [];
    caller.hangUp();
    await caller.ended;
    return said.map((line) => line.trim());
  };

  // Two ids for these would let a board word them apart.
  it.each([80, 40])(
    'says the same at %i columns to a name that nobody has, to a wrong password, and to accounts that may not sign in (rule C4)',
    async (width) => {
      const [nobody, ...others] = await Promise.all(
        ['nobody', 'joe', 'lou', 'dis'].map((name) =>
          answerTo({ name, password: 'wrong' }, { width }),
        ),
      );
      expect(nobody).toEqual([
        expect.stringMatching(/^<(sign-in|narrow)\.tries-left> <\1\.wrong> 2$/),
      ]);
      for (const other of others) expect(other).toEqual(nobody);
    },
  );

  it('lets in who has the right password, and nobody else: a sentence decides nothing', async () => {
    const caller = board.call('login', { server: 'wss' });
    await caller.until('the form', () => caller.isAsked);
    caller.type('joe\rcorrect horse battery\r');
    await caller.until('the sign-in', () => caller.signedIn === 1);
    expect(caller.caller.login.user?.name).toBe('joe');
    caller.hangUp();
    await caller.ended;
  });
});

it('a theme words sentences over the board, its base below it, and the others stay', async () => {
  const board = await MenuBoard.open({
    texts: { 'menu.no-choice': 'board', 'menu.missing': 'board', 'field.empty': 'board' },
    art: {
      'themes/ember/theme.hjson':
        '{ texts: { "menu.no-choice": "ember", "menu.missing": "ember" } }',
      'themes/spark/theme.hjson':
        '{ info: { base: "ember" }, texts: { "menu.no-choice": "spark" } }',
    },
  });
  const { say } = board.services.themes().find('spark') ?? board.services.themes();
  const ids = ['menu.no-choice', 'menu.missing', 'field.empty', 'field.no-subject'] as const;
  expect(ids.map((id) => say(id))).toEqual(['spark', 'ember', 'board', 'Please give a subject.']);
  expect(board.services.themes().say('menu.missing')).toBe('board');
  await board.close();
});

describe('texts.hjson of a running board', () => {
  it('goes live where it appears, and an edit that cannot be said is refused with its place', async () => {
    const dir = await BoardDir.make({ 'config/config.hjson': '{}' });
    const board = await TestBoard.start({ boardDir: dir.path });
    await dir.write('config/texts.hjson', '{\n  sign-in.wrong: Who are you?\n}');
    await board.logged('board.reloaded');
    const caller = await board.telnet();
    await caller.sees('Sign in');
    caller.type('\rnobody\rwrong\r');
    await caller.sees('Who are you?');
    caller.hangUp();
    await dir.write(
      'config/texts.hjson',
      '{\n  sign-in.no-nam: Who?\n  call.silent: "a\\u0007"\n}',
    );
    const [refused] = await board.logged('board.edit-refused');
    expect(refused?.['problems']).toEqual([
      expect.stringMatching(
        /texts\.hjson:2:3: there is no text 'sign-in\.no-nam'; did you mean 'sign-in\.no-name'\?$/,
      ),
      expect.stringMatching(
        /texts\.hjson:3:16: the text 'call\.silent': it has a line break or another control character$/,
      ),
    ]);
    await board.remove();
    await dir.remove();
  });
});

describe('texts.hjson that cannot be read', () => {
  let dir: BoardDir;
  let board: TestBoard | undefined;

  afterEach(async () => {
    await board?.remove();
    board = undefined;
    await dir.remove();
  });

  it('does not keep a board shut: the start warns with file and line, and the stock sentences stand', async () => {
    dir = await BoardDir.make({ 'config/texts.hjson': '{\n  field.empty: [\n}' });
    board = await TestBoard.start({ boardDir: dir.path });
    const message =
      /^the texts of the board cannot be used \(.+\): the board's own sentences are said$/;
    expect(board.events('board.warning')).toMatchObject([
      {
        kind: 'broken-texts',
        place: { file: join(dir.path, 'config/texts.hjson'), line: 3 },
        message: expect.stringMatching(message) as unknown,
      },
    ]);
    const caller = await board.telnet();
    await caller.sees('Sign in');
    caller.type('\r\r');
    await caller.sees('Please fill this in.');
    caller.hangUp();
    await dir.write('config/texts.hjson', '{\n  field.empty: Say it.\n}');
    await board.logged('board.reloaded');
    await dir.write('config/texts.hjson', '{\n  field.empty: {\n}');
    const [refused] = await board.logged('board.edit-refused');
    expect(refused?.['problems']).toEqual([
      expect.stringMatching(/texts\.hjson:\d+:\d+: the texts/),
    ]);
    const other = await board.telnet();
    await other.sees('Sign in');
    other.type('\r\r');
    await other.sees('Say it.');
  });

  it('because it is a link to nothing is told at the start and by the checks, until it leads somewhere', async () => {
    dir = await BoardDir.make({});
    const file = join(dir.path, 'config/texts.hjson');
    await mkdir(dirname(file), { recursive: true });
    await symlink('elsewhere.hjson', file);
    board = await TestBoard.start({ boardDir: dir.path });
    const why = `cannot read ${file}: ${file} is a link that leads nowhere`;
    expect(board.events('board.warning')).toMatchObject([
      { kind: 'broken-texts', place: { file }, message: expect.stringContaining(why) as unknown },
    ]);
    const shell = await Shell.open();
    const checked = await shell.try('--board', dir.path, 'texts', 'check');
    expect([checked.exitCode, checked.out]).toEqual([1, expect.stringContaining(why)]);
    expect((await shell.try('--board', dir.path, 'menu', 'check')).out).toContain(why);
    await dir.write('config/elsewhere.hjson', '{ "field.empty": "Say it." }');
    await board.logged('board.reloaded');
    const caller = await board.telnet();
    await caller.sees('Sign in');
    caller.type('\r\r');
    await caller.sees('Say it.');
  });

  it('is named by oputil texts check, with exit code 1', async () => {
    const shell = await Shell.open();
    dir = await BoardDir.make({ 'config/texts.hjson': '{\n  field.empty: [\n}' });
    const { exitCode, out } = await shell.try('--board', dir.path, 'texts', 'check');
    expect(exitCode).toBe(1);
    expect(out).toMatch(/texts\.hjson:3:\d+: .*cannot be used/);
  });
});

describe('oputil texts', () => {
  it('lists the texts with those of the board and of a theme marked', async () => {
    const shell = await Shell.open();
    const dir = await BoardDir.make({
      'config/texts.hjson': '{ "menu.no-choice": "Huh?" }',
      'art/themes/ember/theme.hjson': '{ texts: { "menu.missing": "Burnt." } }',
    });
    const at = ['--board', dir.path];
    const all = await shell.run(...at, 'texts', 'list');
    expect(all).toMatch(/^\* +menu\.no-choice +Huh\?$/m);
    expect(all).toMatch(
      /^ +menu\.missing +That part of the board is missing\. Please tell the sysop\.$/m,
    );
    expect(all.match(/^.* [a-z-]+\.[a-z-]+ /gm)?.length).toBe(IDS.length);
    const changed = await shell.run(
      ...[...at, '--json', 'texts', 'list', 'menu.', '--changed', '--theme', 'ember'],
    );
    expect(JSON.parse(changed)).toMatchObject([
      { id: 'menu.missing', text: 'Burnt.' },
      { id: 'menu.no-choice', text: 'Huh?' },
    ]);
    expect((await shell.try(...at, 'texts', 'check')).exitCode).toBe(0);
    await dir.remove();
  });

  it('check names each wrong text of board and themes, with exit code 1', async () => {
    const shell = await Shell.open();
    const dir = await BoardDir.make({
      'config/texts.hjson': '{ "menu.no-choise": "Huh?" }',
      'art/themes/ember/theme.hjson': '{ texts: { "call.signed-in-elsewhere": "Gone" } }',
    });
    const { exitCode, out } = await shell.try('--board', dir.path, 'texts', 'check');
    expect(exitCode).toBe(1);
    expect(out).toMatch(/texts\.hjson:1:3: .*did you mean 'menu\.no-choice'\?/);
    expect(out).toMatch(/theme\.hjson:1:\d+: .*\{node\} is missing/);
    await dir.remove();
  });
});
