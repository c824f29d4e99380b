import iconv from 'iconv-lite';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { glyphOf, paintScreen, toPng } from '../../src/oputil/screen-picture';
import { PLAIN, type Style } from '../../src/terminal/style';
import { ScreenEmulator } from '../support/screen';
import { sauceRecord } from '../art/sauce-record';
import { addCall } from '../../src/store/calls';
import { openBackOffice } from '../support/back-office';
import { ed25519Pair } from '../support/ssh-keys';
import { PASSWORD, Shell } from './shell';

let shell: Shell;

beforeEach(async () => {
  shell = await Shell.openEmpty();
});

afterEach(() => shell.close());

const MENUS = `{
  menus: {
    telnetConnected: { art: "DOOR", next: "matrix" }
    sshConnected: { next: [ { acs: "AR2 & !AF2", next: "loginTwoFactorAuthOTP" }, { next: "hall" } ] }
    sshConnectedNewUser: { next: "matrix" }
    matrix: {
      art: "GATE"
      form: { 0: { mci: { ET1: { argName: "username", focus: true } ET2: { argName: "password", submit: true } }
        submit: { "*": [ { value: { password: null }, action: "@systemMethod:login" } ] } } }
      next: [ { acs: "AR2", next: "loginTwoFactorAuthOTP" }, { next: "hall" } ]
    }
    loginTwoFactorAuthOTP: {
      art: "DOOR"
      form: { 0: { mci: { ET1: { argName: "token", focus: true, submit: true } }
        submit: { "*": [ { value: { token: null }, action: "@systemMethod:login2FA_OTP" } ] } } }
      next: "hall"
    }
    hall: { art: "HALL", config: { acs: "AF1" }, next: "cellar" }
    cellar: { art: "HALL", config: { acs: "GM[sysops]" }, next: "@systemMethod:logoff" }
  }
}`;

/** A small board of its own; returns the words that point the tool at it. */
async function makeBoard(menus = MENUS): Promise<string[]> {
  const board = join(shell.folder, 'board');
  await mkdir(join(board, 'config'), { recursive: true });
  await mkdir(join(board, 'art', 'general'), { recursive: true });
  await mkdir(join(board, 'misc'), { recursive: true });
  await writeFile(join(board, 'config', 'menu.hjson'), menus);
  await writeFile(join(board, 'misc', 'bad_passwords.txt'), 'letmein\n');
  const door = '\u001b[1;33mDoor\u001b[0m of %BN\r\n%ET1\r\n';
  await writeFile(join(board, 'art', 'general', 'DOOR.ans'), door);
  await writeFile(join(board, 'art', 'general', 'GATE.ans'), `${door}%ET2\r\n`);
  await writeFile(join(board, 'art', 'general', 'HALL.ans'), 'Hall of %UN\r\n');
  return ['--board', board];
}

describe('a picture of a screen', () => {
  const styled = (character: string, style: Partial<Style>) => ({
    character,
    style: { ...PLAIN, ...style },
  });

  test('draws inverse, underline, 256 colours and the cursor, each where it belongs', () => {
    const cells = [
      styled(' ', { inverse: true, foreground: 2, background: 4 }),
      styled(' ', { underline: true, foreground: 1 }),
      styled('█', { foreground: 196 }),
      styled(' ', { background: 244 }),
    ];
    const at = (_row: number, column: number) => cells[column - 1] ?? styled(' ', {});
    const cursor = { row: 1, column: 4 };
    const picture = PNG.sync.read(toPng(paintScreen({ width: 4, height: 1, at, cursor })));
    expect([picture.width, picture.height]).toEqual([32, 16]);
    const pixel = (x: number, y: number): string =>
      picture.data.subarray((y * 32 + x) * 4, (y * 32 + x) * 4 + 4).toString('hex');
    expect([pixel(0, 0), pixel(7, 15)]).toEqual(['00aa00ff', '00aa00ff']);
    expect([pixel(8, 13), pixel(8, 14), pixel(15, 14)]).toEqual([
      '000000ff',
      'aa0000ff',
      'aa0000ff',
    ]);
    expect(pixel(16, 8)).toBe('ff0000ff');
    expect([pixel(24, 13), pixel(24, 14), pixel(31, 15)]).toEqual([
      '808080ff',
      'ffffffff',
      'ffffffff',
    ]);
  });
});

describe('menu check', () => {
  test('proves the flow of a menu file in which nobody gets past the second factor', async () => {
    const board = await makeBoard();
    const ran = await shell.try(...board, 'menu', 'check');
    expect(ran.out).toContain('flow: nobody gets past the factor that the account asks for; ');
    expect(ran.out).toMatch(/^7 menus: 0 errors, \d+ warnings?$/m);
    expect(ran.exitCode).toBe(0);
  });

  test('names a way past the second factor as an error, with its place', async () => {
    const board = await makeBoard(
      MENUS.replace(
        '{ acs: "AR2", next: "loginTwoFactorAuthOTP" }, { next: "hall" }',
        '{ next: "hall" }',
      ),
    );
    const { exitCode, out } = await shell.try(...board, 'menu', 'check');
    expect(exitCode).toBe(1);
    expect(out).toMatch(/menu\.hjson:\d+:\d+: error: hall: callers get here who are not through/);
    expect(out).toContain(
      'flow: callers who are not through get to menus where they are turned away',
    );
  });

  test('names what a menu file misspells, with the nearest right name', async () => {
    const board = await makeBoard(
      MENUS.replace('next: "cellar"', 'next: "celar"').replace('art: "HALL"', 'art: "HAL"'),
    );
    const strict = await shell.try(...board, 'menu', 'check', '--strict');
    expect(strict.exitCode).toBe(1);
    expect(strict.out).toMatch(/error: hall: .*celar.*did you mean 'cellar'\?$/m);
    expect(strict.out).toMatch(/error: hall: there is no art 'HAL'.*did you mean 'HALL'\?$/im);
    const { exitCode, out } = await shell.try(...board, 'menu', 'check');
    expect(exitCode).toBe(0);
    expect(out).toMatch(/warning: hall: there is no menu 'celar': nobody is taken there; did you/);
    const json = await shell.try(...board, 'menu', 'check', '--strict', '--json');
    const report = JSON.parse(json.out) as {
      ok: boolean;
      findings: { severity: string; nearest?: string; place: { line: number } }[];
    };
    expect(report.ok).toBe(false);
    expect(report.findings.some(({ nearest }) => nearest === 'cellar')).toBe(true);
    expect(report.findings.every(({ place }) => place.line > 0)).toBe(true);
  });

  test('tells warnings of one kind in one line with their count, and each with its place by --all', async () => {
    const board = await makeBoard(
      MENUS.replace('next: "cellar"', 'next: "nowhere"').replace(
        'next: "@systemMethod:logoff"',
        'next: "elsewhere"',
      ),
    );
    const grouped = await shell.run(...board, 'menu', 'check');
    expect(grouped).toMatch(/^2 names of menus lead nowhere; the first: .*menu\.hjson:\d+:\d+: /m);
    expect(grouped).not.toContain("'elsewhere'");
    const all = await shell.run(...board, 'menu', 'check', '--all');
    expect(all).toMatch(/menu\.hjson:\d+:\d+: warning: hall: there is no menu 'nowhere'/);
    expect(all).toMatch(/menu\.hjson:\d+:\d+: warning: cellar: there is no menu 'elsewhere'/);
  });

  test('says of art that is a link to elsewhere why it is not shown (rule M14)', async () => {
    const board = await makeBoard(MENUS.replace('art: "HALL"', 'art: "LEAK"'));
    const elsewhere = await shell.file('elsewhere.ans', 'not of this board');
    await symlink(elsewhere, join(shell.folder, 'board', 'art', 'general', 'LEAK.ans'));
    const { exitCode, out } = await shell.try(...board, 'menu', 'check', '--strict');
    expect(exitCode).toBe(1);
    expect(out).toMatch(/error: hall: the art 'LEAK' is a link that leads out of the art folders/);
  });

  test('ends with 78 where the file cannot be read at all', async () => {
    const board = await makeBoard('{ menus: { a: [ } }');
    const { exitCode, err } = await shell.try(...board, 'menu', 'check');
    expect(exitCode).toBe(78);
    expect(err).toMatch(/^oputil: .*menu\.hjson:1:\d+: /);
  });
});

describe('menu graph', () => {
  test('writes Mermaid, into a .md file as a block that a forge draws', async () => {
    const board = await makeBoard();
    const printed = await shell.run(...board, 'menu', 'graph');
    expect(printed).toMatch(/^flowchart TD\n[^]*hall/);
    const [plain, page] = [join(shell.folder, 'flow.mmd'), join(shell.folder, 'flow.md')];
    expect(await shell.run(...board, 'menu', 'graph', '--out', plain)).toContain(plain);
    expect(await readFile(plain, 'utf8')).toBe(printed);
    await shell.run(...board, 'menu', 'graph', '--out', page);
    expect(await readFile(page, 'utf8')).toBe(`\`\`\`mermaid\n${printed}\`\`\`\n`);
    expect((await shell.try(...board, 'menu', 'graph', '--out', '/no/x.mmd')).exitCode).toBe(2);
  });

  test.each(['svg', 'png', 'dot'])(
    'refuses a .%s file, which it does not draw, and says what it writes',
    async (extension) => {
      const board = await makeBoard();
      const file = join(shell.folder, `flow.${extension}`);
      const { exitCode, err } = await shell.try(...board, 'menu', 'graph', '--out', file);
      expect([exitCode, err]).toEqual([
        2,
        `oputil: cannot write a .${extension} file: the flow is Mermaid, so name it .mmd or .md\n`,
      ]);
      await expect(readFile(file)).rejects.toThrow('ENOENT');
    },
  );
});

describe('menu why', () => {
  let board: string[];

  beforeEach(async () => {
    board = await makeBoard();
    await shell.run(...board, 'user', 'add', 'joe', '--password', PASSWORD);
  });

  test('tells the way to a menu and what decided at each step', async () => {
    const out = await shell.run(...board, 'menu', 'why', 'joe', 'hall');
    expect(out).toMatch(/^joe gets to hall by telnet\n/);
    expect(out).toContain('matrix -> hall  (login)');
    expect(out).toMatch(/asked AR2: no .*menu\.hjson:\d+:\d+/);
    expect(out).not.toContain('loginTwoFactorAuthOTP');
  });

  test('sends an account with a second factor by the code', async () => {
    await shell.run(...board, 'user', '2fa-otp', 'joe', 'google');
    for (const server of ['telnet', 'rlogin', 'ssh', 'wss', 'ws']) {
      const out = await shell.run(...board, 'menu', 'why', 'joe', 'hall', '--server', server);
      expect(out).toContain('loginTwoFactorAuthOTP -> hall  (one-time code)');
    }
  });

  test('tells that the policy asks for a second factor first', async () => {
    const config = await shell.file(
      'policy.hjson',
      '{ users: { twoFactorAuth: { required: "GM[users]" } } }',
    );
    const why = () => shell.run(...board, 'menu', 'why', 'joe', 'hall', '-c', config);
    const policy = /twoFactorAuth\.required names this account/;
    expect(await why()).toMatch(policy);
    expect(await shell.run(...board, 'menu', 'why', 'joe', 'hall')).not.toMatch(policy);
    await shell.run('user', '2fa-otp', 'joe', 'google');
    expect(await why()).not.toMatch(policy);
  });

  test('tells where a user is stopped and why, and ends with 1', async () => {
    const { exitCode, out } = await shell.try(...board, 'menu', 'why', 'joe', 'cellar');
    expect(exitCode).toBe(1);
    expect(out).toContain('joe does not get to cellar by telnet');
    expect(out).toMatch(/to enter GM\[sysops\]: no/);
    expect(out).toContain("stopped: the menu's own condition does not hold");
    expect(await shell.run(...board, 'menu', 'why', 'sysop', 'cellar')).toContain('gets to cellar');
  });

  test('of an account that cannot sign in says what stands in the way, and ends with 1', async () => {
    const why = (...more: string[]) => shell.try(...board, 'menu', 'why', 'joe', 'hall', ...more);
    const until = /until \d{4}-\d\d-\d\d \d\d:\d\d UTC/;
    expect((await why()).exitCode).toBe(0);

    const backend = await openBackOffice(shell.dataDir);
    const origin = { server: 'ssh', secure: true, remoteIp: '203.0.113.7', node: 1 } as const;
    for (let guess = 0; guess < 6; guess += 1) {
      const credential = { kind: 'password', userName: 'joe', password: `guess ${guess}` } as const;
      await backend.authenticator.begin(origin).submit(credential);
    }
    await backend.close();
    const waiting = await why();
    expect(waiting.exitCode).toBe(1);
    expect(waiting.out).toMatch(
      /but cannot sign in now:\n {2}- passwords from places that are new/,
    );
    expect(waiting.out).toMatch(until);
    expect(await shell.run('user', 'info', 'joe', '--security')).toMatch(
      /Sign-in +: passwords from .*oputil user unlock joe/,
    );
    await shell.run('user', 'unlock', 'joe');
    expect(await shell.run('user', 'info', 'joe', '--security')).toMatch(/Sign-in +: possible/);

    await shell.run('ban', 'add', '203.0.113.7');
    expect((await why()).out).toMatch(/calls from 203\.0\.113\.7 are refused until/);
    expect((await why('--from', '203.0.113.7')).exitCode).toBe(1);
    expect((await why('--from', '203.0.113.8')).exitCode).toBe(0);
    await shell.run('ban', 'remove', '203.0.113.7');

    const config = await shell.file(
      'refuse.hjson',
      '{ loginServers: { telnet: { passwordLogin: "with-otp" } } }',
    );
    const telnet = await why('-c', config);
    expect([telnet.exitCode, telnet.out]).toEqual([1, expect.stringContaining('is with-otp')]);
    expect((await why('-c', config, '--server', 'ssh')).exitCode).toBe(0);

    for (const [verb, word] of [
      ['disable', 'disabled'],
      ['lock', 'locked'],
      ['deactivate', 'inactive'],
    ] as const) {
      await shell.run('user', verb, 'joe');
      const ran = await why();
      expect([ran.exitCode, ran.out]).toEqual([
        1,
        expect.stringContaining(`the account is ${word}: oputil user activate joe`),
      ]);
    }
  });

  test('knows wrong names', async () => {
    expect((await shell.try(...board, 'menu', 'why', 'joe', 'hal')).err).toContain(
      "there is no menu 'hal'; did you mean 'hall'?",
    );
    expect((await shell.try(...board, 'menu', 'why', 'jo', 'hall')).exitCode).toBe(1);
  });
});

describe('menu show', () => {
  test('prints the characters of a screen, and opens no database for it', async () => {
    const board = await makeBoard();
    const out = await shell.run(...board, 'menu', 'show', 'matrix');
    expect(out.split('\n')[0]).toBe('Door of Sallyport');
    expect((await shell.try(...board, 'user', 'list')).err).toContain('there is no database');
  });

  test('--ansi prints what a terminal shows as the same screen, in colour', async () => {
    const board = await makeBoard();
    const ansi = await shell.run(...board, 'menu', 'show', 'matrix', '--ansi');
    const screen = new ScreenEmulator({ encoding: 'utf8' });
    screen.write(Buffer.from(ansi));
    await screen.settled();
    expect(screen.row(1)).toBe('Door of Sallyport');
    expect(screen.cell(1, 1)).toMatchObject({ character: 'D', foreground: 11 });
    screen.dispose();
  });

  test('prints colours in line on a terminal', async () => {
    const board = await makeBoard();
    shell.colors = true;
    expect(await shell.run(...board, 'menu', 'show', 'matrix')).toMatch(/^\u001b\[[\d;]+mDoor/);
    expect(await shell.run(...board, 'menu', 'show', 'matrix', '--text')).toMatch(/^Door/);
  });

  test('shows it as a user would see it, in a theme and a size', async () => {
    const board = await makeBoard();
    await shell.run(...board, 'user', 'add', 'joe', '--password', PASSWORD);
    expect(await shell.run(...board, 'menu', 'show', 'hall', '--user', 'joe')).toBe(
      'Hall of joe\n',
    );
    const shown = JSON.parse(
      await shell.run('menu', 'show', 'matrix', '--theme', 'plain', '--size', '40x24', '--json'),
    ) as { width: number; lines: string[] };
    expect(shown.width).toBe(40);
    expect(shown.lines.every((line) => line.length <= 40)).toBe(true);
    expect(shown.lines.join(' ')).toContain('Log off');
  });

  test('draws a screen and a page in the middle of a large window, as callers get them', async () => {
    const show = async (menu: string, ...more: string[]): Promise<readonly string[]> => {
      const size = ['--size', '132x60', '--theme', 'plain', '--json'];
      const shown = await shell.run('menu', 'show', menu, ...size, ...more);
      return (JSON.parse(shown) as { lines: string[] }).lines;
    };
    const edge = (lines: readonly string[], text: string): readonly number[] => {
      const row = lines.findIndex((line) => line.includes(text));
      return [row, lines[row]?.indexOf(text) ?? -1];
    };
    // 80x25 in the middle: 17 rows above and 26 columns before.
    expect(edge(await show('loginTwoFactorAuthOTP'), 'The first door')).toEqual([17, 26]);
    expect(edge(await show('mainMenuMyCalls', '--page', 'not-me'), 'A call')).toEqual([17, 26]);
    // A list has the width of the window, and the page behind it has not.
    expect(edge(await show('mainMenuMyCalls'), 'Your calls')).toEqual([17, 0]);
    expect(edge(await show('mainMenuWhosOnline'), 'Affiliation')).toEqual([19, 108]);
  });

  test('--png writes a picture of it, in the colours of a text screen', async () => {
    const board = await makeBoard();
    const file = join(shell.folder, 'matrix.png');
    expect(await shell.run(...board, 'menu', 'show', 'matrix', '--png', file)).toBe(
      `Picture saved to ${file}\n`,
    );
    const { width, height, data } = PNG.sync.read(await readFile(file));
    expect([width, height]).toEqual([640, 384]);
    const pixel = (x: number, y: number): number[] => [
      ...data.subarray((y * width + x) * 4, (y * width + x) * 4 + 4),
    ];
    // The D of `Door`: its stem is bright yellow from the second pixel on, the rest black.
    expect(pixel(1, 6)).toEqual([255, 255, 85, 255]);
    expect(pixel(0, 6)).toEqual([0, 0, 0, 255]);
    expect(pixel(639, 383)).toEqual([0, 0, 0, 255]);
    expect((await shell.try(...board, 'menu', 'show', 'matrix', '--png', '/no/x')).exitCode).toBe(
      2,
    );
  });

  test('shows iCE colours as callers see them, in the picture and as ANSI', async () => {
    const board = await makeBoard();
    const ice = Buffer.concat([
      Buffer.from('\u001b[5;41;30mX\u001b[0m\u001a'),
      sauceRecord({ width: 80, height: 1, flags: 1 }),
    ]);
    await writeFile(join(shell.folder, 'board', 'art', 'general', 'HALL.ans'), ice);
    for (const encoding of ['cp437', 'utf8']) {
      const file = join(shell.folder, `${encoding}.png`);
      const show = [...board, 'menu', 'show', 'hall', '--encoding', encoding];
      await shell.run(...show, '--png', file);
      const { data } = PNG.sync.read(await readFile(file));
      expect([...data.subarray(0, 3)]).toEqual([255, 85, 85]);
      const ansi = await shell.run(...show, '--ansi');
      expect(ansi).toContain('101');
      expect(ansi).not.toMatch(/\[(?:\d+;)*5[;m]/);
    }
  });

  test('shows the pause where callers see it: below the art, or on its last row where the art fills the screen', async () => {
    const board = await makeBoard(
      MENUS.replace('config: { acs: "AF1" }', 'config: { pause: true }'),
    );
    const art = (rows: number): string =>
      Array.from({ length: rows }, (_, row) => `row ${row + 1}.`).join('\r\n');
    const file = join(shell.folder, 'board', 'art', 'general', 'HALL.ans');
    await writeFile(file, art(3));
    const show = [...board, 'menu', 'show', 'hall', '--text'];
    expect(await shell.run(...show)).toMatch(/row 3\.\n.*any key.*\n$/);
    await writeFile(file, art(24));
    const full = (await shell.run(...show)).split('\n');
    expect(full[0]).toBe('row 1.');
    expect(full[22]).toBe('row 23.');
    expect(full[23]).toMatch(/any key/);
  });

  test('shows what a module fills in, from the database for a user', async () => {
    await shell.run('user', 'add', 'joe', '--password', PASSWORD);
    const shown = await shell.run('menu', 'show', 'mainMenuUserList', '--user', 'joe', '--text');
    expect(shown).toMatch(/joe/);
    const online = await shell.run('menu', 'show', 'mainMenuWhosOnline', '--user', 'joe', '--text');
    expect(online).toMatch(/1 +joe +SSH +Who/);
  });

  test("shows the keys and calls of a user's account", async () => {
    await shell.run('user', 'add', 'joe', '--password', PASSWORD);
    await shell.run(
      'user',
      'import-ssh-key',
      'joe',
      await shell.file('a.pub', `${ed25519Pair().public} lap`),
    );
    const show = async (menu: string): Promise<string> =>
      shell.run('menu', 'show', menu, '--user', 'joe', '--text');
    expect(await show('mainMenuMyCalls')).toContain('No call of yours is on record.');
    const backend = await openBackOffice(shell.dataDir);
    const startedAtMs = Date.UTC(2026, 0, 1, 12);
    await backend.db.run((sql) =>
      addCall(
        sql,
        {
          ...{ userId: 2, userName: 'joe', sessionId: 'a', node: 1, server: 'telnet' },
          ...{ source: '203.0.113.7', startedAtMs },
        },
        9,
      ),
    );
    await backend.close();
    expect(await show('mainMenuMyCalls')).toMatch(/Telnet +203\.0\.113\.7/i);
    expect(await show('userSSHKeyConfig')).toContain('lap');
  });

  test('refuses sizes, themes and menus that are not there', async () => {
    expect((await shell.try('menu', 'show', 'matrix', '--size', '80')).exitCode).toBe(2);
    expect((await shell.try('menu', 'show', 'matrix', '--theme', 'plane')).err).toContain('plain');
    expect((await shell.try('menu', 'show', 'matrx')).err).toContain("did you mean 'matrix'?");
  });
});

describe('menu sheet', () => {
  test('draws each screen, all of them together, and a page that shows them', async () => {
    const out = join(shell.folder, 'sheet');
    const board = await makeBoard(MENUS.replace('hall: {', '"<i>&": { art: "HALL" }, hall: {'));
    expect(await shell.run(...board, 'menu', 'sheet', '--out', out)).toMatch(/^\d+ screens drawn/);
    const names = await readdir(out);
    expect(names).toContain('index.html');
    expect(names.filter((name) => /-matrix\.png$/.test(name))).toHaveLength(1);
    expect(names.every((name) => /^[\w.-]+$/.test(name))).toBe(true);
    const page = await readFile(join(out, 'index.html'), 'utf8');
    expect(page).toContain('<figcaption>matrix</figcaption>');
    expect(page).not.toContain('<i>');
    const sheet = PNG.sync.read(await readFile(join(out, 'sheet.png')));
    const each = PNG.sync.read(
      await readFile(join(out, names.find((name) => name.endsWith('-matrix.png')) ?? '')),
    );
    expect([each.width, each.height]).toEqual([640, 400]);
    expect(sheet.width).toBe(4 * (320 + 16) + 16);
    // Login area first: the picture in the first place has the yellow of `Door` on black.
    const colors = new Set<string>();
    for (let y = 32; y < 32 + 200; y += 1) {
      for (let x = 16; x < 16 + 320; x += 1) {
        colors.add(
          sheet.data.subarray((y * sheet.width + x) * 4, (y * sheet.width + x) * 4 + 3).join(),
        );
      }
    }
    expect(colors.has('0,0,0')).toBe(true);
    expect([...colors].some((color) => /^(\d+),\1,(\d+)$/.test(color) && color !== '0,0,0')).toBe(
      true,
    );
  });

  test('takes the place of the sheet before in its folder, and leaves what others put there', async () => {
    const out = join(shell.folder, 'again');
    const larger = await makeBoard(MENUS.replace('hall: {', 'attic: { art: "HALL" }, hall: {'));
    await shell.run(...larger, 'menu', 'sheet', '--out', out);
    const before = await readdir(out);
    expect(before.filter((name) => name.endsWith('-attic.png'))).toHaveLength(1);
    await writeFile(join(out, '900-mine.png'), 'mine');
    await writeFile(join(out, '.menu-sheet'), '../outside.png\n', { flag: 'a' });
    await writeFile(join(shell.folder, 'outside.png'), 'outside');
    const { screens } = await shell.json<{ screens: readonly { file: string }[] }>(
      ...(await makeBoard()),
      ...['menu', 'sheet', '--out', out],
    );
    const files = screens.map(({ file }) => file);
    expect((await readdir(out)).sort()).toEqual(
      [...files, '.menu-sheet', '900-mine.png', 'index.html', 'sheet.png'].sort(),
    );
    expect(await readFile(join(shell.folder, 'outside.png'), 'utf8')).toBe('outside');
  });

  test('writes over no file that is of no earlier sheet', async () => {
    const out = join(shell.folder, 'mine');
    await mkdir(out);
    await writeFile(join(out, 'index.html'), 'mine');
    const { exitCode, err } = await shell.try(
      ...(await makeBoard()),
      'menu',
      'sheet',
      '--out',
      out,
    );
    expect(exitCode).toBe(2);
    expect(err).toContain(
      'index.html is there already and of no earlier sheet; choose another --out',
    );
    expect(await readdir(out)).toEqual(['index.html']);
    expect(await readFile(join(out, 'index.html'), 'utf8')).toBe('mine');
  });

  test('says where it cannot write, and that a theme is not there', async () => {
    const board = await makeBoard();
    const failed = await shell.try(...board, 'menu', 'sheet', '--out', '/dev/null/x');
    expect([failed.exitCode, failed.err]).toEqual([
      2,
      expect.stringContaining('cannot write into'),
    ]);
    expect(
      (await shell.try('menu', 'sheet', '--out', shell.folder, '--theme', 'plane')).err,
    ).toContain('plain');
  });
});

test('every character of CP437 has a glyph of its own', () => {
  const low = '☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼⌂';
  const rest = Array.from({ length: 224 }, (_, index) => index + 32).filter((code) => code !== 127);
  const characters = [...low, ...[...iconv.decode(Buffer.from(rest), 'cp437')]];
  const drawn = characters.map((character) => Buffer.from(glyphOf(character)).toString('hex'));
  expect(characters).toHaveLength(255);
  const blank = '00'.repeat(16);
  expect(characters.filter((_, at) => drawn[at] === blank)).toEqual([' ', '\u00a0']);
  expect(Buffer.from(glyphOf('█')).toString('hex')).toBe('ff'.repeat(16));
  expect(Buffer.from(glyphOf('▄')).toString('hex')).toBe('00'.repeat(8) + 'ff'.repeat(8));
  // Ones that CP437 lacks are a box, and so is no letter of its own.
  expect(glyphOf('漢')).toEqual(glyphOf('Ж'));
  expect(drawn).not.toContain(Buffer.from(glyphOf('漢')).toString('hex'));
});
