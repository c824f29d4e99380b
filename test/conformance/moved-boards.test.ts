import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BoardDir } from '../support/board-dir';
import { Shell } from '../oputil/shell';
import { asking, keyed, scenes, stop } from './scene';

const open = scenes();

describe('a board that was moved here: what a caller meets', () => {
  it('a menu that is nowhere: the key does nothing that harms, and the screen stays', async () => {
    const scene = await open({
      menus: {
        menus: {
          first: keyed('FIRST', { g: '@menu:nowhere', h: '@menu:second' }),
          second: stop('SECOND'),
        },
      },
      art: { FIRST: 'one', SECOND: 'two' },
    });
    const caller = scene.call();
    await caller.sees('one');
    caller.type('g');
    await caller.sees('That part of the board is missing.');
    expect(caller.menus).toEqual(['first']);
    caller.type('h');
    await caller.sees('two');
  });

  it('a key that stands twice in a theme: the later one counts', async () => {
    const scene = await open({
      menus: { menus: { first: asking('FIRST', { TL1: {} }, '@systemMethod:logoff') } },
      art: {
        FIRST: '%TL1\r\nend',
        'themes/gatehouse/theme.hjson': `{ customization: { menus: { first: { mci: { TL1: {
          text: "earlier"
          text: "later"
        } } } } } }`,
      },
    });
    await scene.call().sees('later');
    expect(scene.board.services.themes().find('gatehouse')?.problems).toMatchObject([
      { rule: 'doubled-key', place: { line: 3 } },
    ]);
  });

  it('a message that has no room beside buttons stands below them, and covers none', async () => {
    const mci = {
      ET1: { argName: 'mail', validate: '@systemMethod:validateEmailAvail' },
      TM3: { items: ['apply', 'cancel'], submit: true },
    };
    const scene = await open({
      menus: { menus: { first: asking('FORM', mci, '@systemMethod:logoff') } },
      art: { FORM: 'Mail %ET1\r\n%TL10\x1b[30G%TM3' },
    });
    const caller = scene.call();
    await caller.sees('apply / cancel');
    caller.type('nonsense\r');
    await caller.sees('Use a plain mail address, like name@example.org.');
    expect(caller.screen.row(2)).toMatch(/^ +apply \/ cancel$/);
    caller.type('\x15joe@example.org\t');
    await caller.seesNot('plain mail address');
    expect(caller.screen.row(2)).toMatch(/^ +apply \/ cancel$/);
  });

  it('a command that is none is told, and its field is empty for the next (a departure from ENiGMA½)', async () => {
    const scene = await open({
      menus: {
        menus: {
          first: {
            art: 'ASK',
            form: {
              0: {
                mci: { ET1: { argName: 'command', submit: true } },
                submit: { '*': [{ value: { command: 'g' }, action: '@menu:second' }] },
              },
            },
          },
          second: stop('SECOND'),
        },
      },
      art: { ASK: 'Command %ET1', SECOND: 'two' },
    });
    const caller = scene.call();
    await caller.sees('Command');
    caller.type('foo\r');
    await caller.sees('That is none of the choices.');
    expect(caller.screen.row(1)).toBe('Command');
    caller.type('g\r');
    await caller.sees('two');
  });
});

describe('a board that was moved here: what the checks say', () => {
  let shell: Shell;
  let dir: BoardDir;
  beforeEach(async () => {
    shell = await Shell.openEmpty();
    dir = await BoardDir.make({});
  });
  afterEach(async () => {
    await dir.remove();
    await shell.close();
  });

  it('a sheet of a theme of ENiGMA½ has its own pictures, and differs from one of another theme', async () => {
    const sheetOf = async (theme: string): Promise<Buffer> => {
      const out = join(shell.folder, theme);
      const board = ['--board', join(__dirname, 'enigma-board')];
      await shell.run(...board, 'menu', 'sheet', '--theme', theme, '--out', out);
      const matrix = (await readdir(out)).find((name) => name.endsWith('-matrix.png'));
      return readFile(join(out, matrix ?? ''));
    };
    const [own, stock] = [await sheetOf('postern'), await sheetOf('gatehouse')];
    expect(own.subarray(1, 4).toString()).toBe('PNG');
    expect(own.equals(stock)).toBe(false);
  });

  it("a sysop's screen before the sign-in is told with the key that opens it to all", async () => {
    await dir.write(
      'config/mine.hjson',
      `{ includes: ["menu.hjson"]
      menus: { matrix: { form: { 0: { actionKeys: [ { keys: ["x"], action: "@menu:houseRules" } ] } } }
        houseRules: { art: "WELCOME", config: { pause: true }, next: "matrix" } } }`,
    );
    await dir.write('config/config.hjson', 'general: { menuFile: "mine.hjson" }');
    const { out } = await shell.try('--board', dir.path, 'menu', 'check');
    expect(out).toMatch(/houseRules: callers are turned away .* write config: \{ area: "login" \}/);
    expect(out).toMatch(/\n$/);
  });

  it.each([
    ['config', 'general: { maxConnections: [] }'],
    ['menu', 'general: { menuFile: "nowhere.hjson" }'],
  ])('%s check ends its last line where it fails', async (what, config) => {
    await dir.write('config/config.hjson', config);
    const { exitCode, err } = await shell.try('--board', dir.path, what, 'check');
    expect(exitCode).toBe(78);
    expect(err).toMatch(/[^\n]\n$/);
  });
});
