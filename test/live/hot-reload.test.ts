import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setGroups } from '../../src/store/users';
import { openBackOffice } from '../support/back-office';
import { TestBoard, type TestBoardOptions } from '../support/board';
import { BoardDir } from '../support/board-dir';
import type { DialledCaller } from '../support/dial';

const STOCK_MENU = join(__dirname, '../../config/menu.hjson');
const PASSWORD = 'a quiet harbour 7';

describe('edits of a running board', () => {
  let stock: string;
  let dir: BoardDir;
  let board: TestBoard;

  beforeAll(async () => {
    stock = await readFile(STOCK_MENU, 'utf8');
  });

  const remove = async (): Promise<void> => {
    await board.remove();
    await dir.remove();
  };

  /** The stock menus with these of the board's own. */
  const menus = (own: string): string => {
    const text = stock.replace(/^ {4}menus: \{\s*^ {4}\}/m, `    menus: {\n${own}\n    }`);
    if (text === stock) throw new Error('the stock menu file has no empty block for own menus');
    return text;
  };
  const matrixWith = (art: string): string => menus(`        matrix: { art: "${art}" }`);

  const start = async (
    files: Record<string, string>,
    options: TestBoardOptions = {},
  ): Promise<void> => {
    dir = await BoardDir.make({ 'config/menu.hjson': menus(''), ...files });
    board = await TestBoard.start({ ...options, boardDir: dir.path });
  };

  /** Does something to the files and waits until it is live. */
  const edit = async (change: () => Promise<unknown>): Promise<void> => {
    const before = board.events('board.reloaded').length;
    await change();
    await board.logged('board.reloaded', {}, before + 1);
  };

  /** The same with something that is refused: what is said about it. */
  const editRefused = async (change: () => Promise<unknown>): Promise<readonly string[]> => {
    const before = board.events('board.edit-refused').length;
    await change();
    const lines = await board.logged('board.edit-refused', {}, before + 1);
    return lines.at(-1)?.['problems'] as readonly string[];
  };

  const editions = {
    'art/general/ONE.ANS': 'First edition\r\n\r\n%VM1\r\n',
    'art/general/TWO.ANS': 'Second edition\r\n\r\n%VM1\r\n',
  };

  /** Signs in by telnet and goes to the main menu. */
  const signIn = async (name: string): Promise<DialledCaller> => {
    const caller = await board.telnet();
    await caller.sees('Sign in');
    caller.type('\r');
    await caller.sees('Password');
    caller.type(`${name}\r${PASSWORD}\r`);
    await caller.sees('Press a key');
    caller.type(' ');
    await caller.sees('Command');
    return caller;
  };

  describe('while callers come and go', () => {
    /** The edition that is live, and the one for the next edit. */
    let [live, next] = ['First', 'Second'];
    const good = (): string => matrixWith(next === 'First' ? 'ONE' : 'TWO');

    beforeAll(() => start({ ...editions, 'config/menu.hjson': matrixWith('ONE') }));
    afterAll(remove);

    /** What a new caller sees. */
    const shows = async (text: string): Promise<void> => {
      const caller = await board.telnet();
      await caller.sees(text);
      caller.hangUp();
    };

    const goodEditGoesLive = async (): Promise<void> => {
      await edit(() => dir.write('config/menu.hjson', good()));
      await shows(`${next} edition`);
      [live, next] = [next, live];
    };

    it('a good edit is there for the next screen after its save', async () => {
      await shows('First edition');
      await goodEditGoesLive();
    });

    it.each([
      ['broken hjson', 'matrix: { art: "TWO"', /menu\.hjson:\d+:\d+: .*never closed/],
      [
        'a menu that is not there',
        'matrix: { art: "TWO", next: "logn" }',
        /menu\.hjson:\d+:\d+: .*no menu 'logn'; did you mean 'login'\?/,
      ],
      [
        'a wrong ACS',
        'matrix: { art: "TWO", config: { acs: "SX" } }',
        /menu\.hjson:\d+:\d+: .*no ACS code 'SX'/,
      ],
      [
        'art that is not there',
        'matrix: { art: "THREE" }',
        /menu\.hjson:\d+:\d+: .*no art 'THREE'/,
      ],
    ])(
      'a bad edit is refused with its place, and the last good stays: %s',
      async (_what, own, said) => {
        const bad = menus(`        ${own}`);
        const lines = await editRefused(() => dir.write('config/menu.hjson', bad));
        expect(lines.join('\n')).toMatch(said);
        await shows(`${live} edition`);
        await goodEditGoesLive();
      },
    );

    it.each([
      ['is cut off', '{ general: { boardName: "Aft', /config\.hjson:1:\d+/],
      [
        'names a key that is none',
        '{\n general: { bordName: "After" } }',
        /config\.hjson:2:\d+.*boardName/,
      ],
      [
        'is empty of sense',
        '{ users: { usernameMin: "many" } }',
        /config\.hjson:1:\d+.*usernameMin/,
      ],
      [
        'has a network that is none',
        '{ security: { exemptNetworks: ["nonsense"] } }',
        /config\.hjson:1:\d+.*nonsense/,
      ],
    ])(
      'a configuration that %s is refused with its place, and the board goes on',
      async (_what, text, said) => {
        const lines = await editRefused(() => dir.write('config/config.hjson', text));
        expect(lines.join('\n')).toMatch(said);
        await shows(`${live} edition`);
        await edit(() => dir.write('config/config.hjson', '{}'));
      },
    );

    it.each([
      ['required: "GM[sysops]", registration: ["email"]', 'would be locked out'],
      ['required: "GM[sysops"', 'users.twoFactorAuth.required cannot be read'],
    ])(
      'an edit of the policy that would lock the sysop out is refused with the reason (rule P2)',
      async (policy, why) => {
        const text = `{ users: { twoFactorAuth: { ${policy.replace(', ', '\n')} } } }`;
        const lines = await editRefused(() => dir.write('config/config.hjson', text));
        expect(lines.join('\n')).toMatch(/config\.hjson:1:\d+/);
        expect(lines.join('\n')).toContain(why);
        await edit(() => dir.write('config/config.hjson', '{}'));
      },
    );

    it('two edits at once go live together', async () => {
      const before = board.events('board.reloaded').length;
      await edit(() =>
        Promise.all([
          dir.write('config/menu.hjson', matrixWith('THREE')),
          dir.write('config/config.hjson', '{ general: { boardName: "The Postern" } }'),
          dir.write('art/general/THREE.ANS', 'Third edition of %BN\r\n\r\n%VM1\r\n'),
        ]),
      );
      expect(board.events('board.reloaded')).toHaveLength(before + 1);
      await shows('Third edition of The Postern');
    });

    it('of two edits at once neither goes live when one is broken', async () => {
      await editRefused(() =>
        Promise.all([
          dir.write('config/menu.hjson', good()),
          dir.write('config/config.hjson', '{ general: { bordName: "The Postern" '),
        ]),
      );
      await shows('Third edition of The Postern');
      await edit(() => dir.write('config/config.hjson', '{ general: { boardName: "Inner" } }'));
      await shows(`${next} edition`);
      [live, next] = [next, live];
    });

    it('art that is edited shows on the next screen', async () => {
      const name = live === 'First' ? 'ONE' : 'TWO';
      await edit(() => dir.write(`art/general/${name}.ANS`, 'Touched up\r\n\r\n%VM1\r\n'));
      await shows('Touched up');
    });

    it('art that lacks what its menu needs is refused, and callers see the last that was good', async () => {
      const file = `art/general/${live === 'First' ? 'ONE' : 'TWO'}.ANS`;
      const [line] = await editRefused(() => dir.write(file, 'Half a picture'));
      expect(line).toMatch(/login\.hjson:\d+:\d+: .*does not place VM1/);
      await shows('Touched up');
      await edit(() => dir.write(file, 'A whole picture\r\n%VM1\r\n'));
      await shows('A whole picture');
    });
  });

  describe('on a board of their own', () => {
    afterEach(remove);

    it('a sysop who is online is told of a refused edit, with its place; others are not', async () => {
      await start({});
      await board.addUser('walter', PASSWORD);
      await board.addUser('warden', PASSWORD);
      const backend = await openBackOffice(board.dataDir);
      const warden = await backend.userId('warden');
      await backend.db.transaction('board', (sql) => setGroups(sql, warden, ['users', 'sysops']));
      await backend.close();
      const sysop = await signIn('warden');
      const other = await signIn('walter');
      await editRefused(() =>
        dir.write('config/menu.hjson', menus('        matrix: { art: "NONE" }')),
      );
      const told = await sysop.sees('An edit was refused.');
      expect(told.replace(/\s+/g, '')).toMatch(/menu\.hjson:\d+:\d+:/);
      sysop.type(' ');
      await sysop.sees('Command');
      other.type('w\r');
      await other.sees('Who is online');
      expect(other.screen.text()).not.toContain('refused');
    });

    it('an edit that waits for a restart says so once, and the rest of it is live', async () => {
      await start({ 'config/config.hjson': '{}' });
      const ssh = 'loginServers: { ssh: { keepAliveSeconds: 30 } }';
      await edit(() => dir.write('config/config.hjson', `{ ${ssh} }`));
      const keys = ['loginServers.ssh.keepAliveSeconds'];
      expect(await board.logged('board.restart-needed')).toMatchObject([{ keys }]);
      await edit(() =>
        dir.write(
          'config/config.hjson',
          `{ ${ssh}, general: { closedSystem: true }, fileBase: {} }`,
        ),
      );
      await board.logged('board.warning', {
        message: 'fileBase has no effect here: there is no file base',
      });
      expect(board.events('board.restart-needed')).toHaveLength(1);
    });

    it('an edit that sets a key of the configuration twice is refused, and one that was there is not', async () => {
      const twice = 'general: { closedSystem: true }\n  general: { boardName: "X" }';
      await start({ 'config/config.hjson': `{ ${twice} }` });
      await edit(() => dir.write('config/config.hjson', `{ ${twice}, theme: {} }`));
      const problems = await editRefused(() =>
        dir.write('config/config.hjson', `{ ${twice}, users: {}\n  users: {} }`),
      );
      expect(problems).toEqual([
        expect.stringContaining("the key 'users' is already set on line 2"),
      ]);
    });

    it('lines written above keys that stand twice already go live, in a theme and in the configuration', async () => {
      const config = '  general: { closedSystem: true }\n  general: { boardName: "X" }\n}';
      const theme = '  info: {\n    name: Plain\n    name: Plainer\n  }\n}';
      const themeFile = 'art/themes/plain/theme.hjson';
      await start({ 'config/config.hjson': `{\n${config}`, [themeFile]: `{\n${theme}` });
      const told = board.events('board.warning').length;
      expect(told).toBeGreaterThanOrEqual(2);
      await edit(() => dir.write(themeFile, `{\n  # a line more\n${theme}`));
      await edit(() => dir.write('config/config.hjson', `{\n  # a line more\n${config}`));
      expect(board.events('board.edit-refused')).toHaveLength(0);
      expect(board.events('board.warning')).toHaveLength(told);
    });

    it('an edit does not disturb a caller who is typing', async () => {
      await start({});
      await board.addUser('walter', PASSWORD);
      const caller = await board.telnet();
      await caller.sees('Sign in');
      caller.type('\r');
      await caller.sees('Password');
      caller.type('walt');
      await caller.sees('walt');
      const shown = caller.screen.text();
      const sent = caller.screen.sent.length;
      await edit(() =>
        dir.write('config/menu.hjson', menus('        login: { art: "USERLOGT", next: "matrix" }')),
      );
      expect(caller.screen.text()).toBe(shown);
      expect(caller.screen.sent.length).toBe(sent);
      // He is in the menu as it was when he came: its next leads into the court.
      caller.type(`er\r${PASSWORD}\r`);
      await caller.sees('Both doors are open.');
    });

    it('a theme that is removed while in use gives way to the default one', async () => {
      await start({
        'art/themes/own/theme.hjson': '{ info: { name: "Own" } }',
        'art/themes/own/MMENU.ANS': 'The court as I like it\r\n',
      });
      await board.addUser('walter', PASSWORD);
      const backend = await openBackOffice(board.dataDir);
      const walter = await backend.userId('walter');
      await backend.accounts.setProperties(walter, { theme_id: 'own' }, { server: 'oputil' });
      await backend.close();
      const caller = await signIn('walter');
      await caller.sees('The court as I like it');
      await edit(() => rm(join(dir.path, 'art/themes/own'), { recursive: true }));
      caller.type('?\r');
      await caller.sees('Two-factor sign-in');
    });

    it('a theme that is edited shows on the next screen', async () => {
      const theme = (text: string): string =>
        `{ customization: { menus: { matrix: { mci: { VM1: { focusItemFormat: "${text} {text}" } } } } } }`;
      await start({ 'art/themes/gatehouse/theme.hjson': theme('>>') });
      await (await board.telnet()).sees('>> Sign in');
      await edit(() => dir.write('art/themes/gatehouse/theme.hjson', theme('=>')));
      await (await board.telnet()).sees('=> Sign in');
      const [line] = await editRefused(() =>
        dir.write('art/themes/gatehouse/theme.hjson', '{ customization: { menus: 7 } }'),
      );
      expect(line).toMatch(/theme\.hjson:\d+:\d+: /);
      await (await board.telnet()).sees('=> Sign in');
    });

    it('an included file that is edited is live as well', async () => {
      const own = (art: string): string => `{ menus: { matrix: { art: "${art}" } } }`;
      await start({
        ...editions,
        'config/menu.hjson': menus('').replace('includes: [', 'includes: [\n        own.hjson'),
        'config/own.hjson': own('ONE'),
      });
      await (await board.telnet()).sees('First edition');
      await edit(() => dir.write('config/own.hjson', own('TWO')));
      await (await board.telnet()).sees('Second edition');
      const [line] = await editRefused(() => dir.write('config/own.hjson', own('NONE')));
      expect(line).toMatch(/own\.hjson:1:\d+: .*no art 'NONE'/);
    });

    it.each(['username', 'password'])(
      'an edit after which the sign-in asks for no %s is refused, with what is amiss there',
      async (field) => {
        await start({});
        const login = await readFile(join(__dirname, '../../config/menus/login.hjson'), 'utf8');
        const own = login.replace(`argName: ${field}`, 'argName: other');
        const problems = await editRefused(() => dir.write('config/menus/login.hjson', own));
        expect(problems).toEqual([
          expect.stringContaining('telnetConnected: calls by telnet lead to no menu'),
          expect.stringContaining(`login: no view has the argName '${field}', so `),
        ]);
      },
    );

    it("a file of the board's own that takes the place of the package's is live at once", async () => {
      await start({ ...editions });
      await (await board.telnet()).sees('Two doors.');
      const login = await readFile(join(__dirname, '../../config/menus/login.hjson'), 'utf8');
      await edit(() =>
        dir.write('config/menus/login.hjson', login.replace('art: MATRIX', 'art: TWO')),
      );
      await (await board.telnet()).sees('Second edition');
    });
  });
});
