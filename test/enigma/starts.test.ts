import { spawnSync } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { RULES } from '../../src/config/warning-kinds';
import { dialTelnet, KEYS } from '../support/dial';
import { SpawnedBoard } from '../support/spawned-board';
import { copyEnigmaBoard, describeEnigma, type EnigmaCopy } from './support';

const OPUTIL = resolve(__dirname, '..', '..', 'dist', 'oputil', 'main.js');

/** Beside the board's own config.hjson, which it includes: ports that are free on this machine. */
const FREE_PORTS = 'free-ports.hjson';

describeEnigma('the program, started on an ENiGMA½ board that nobody has edited', () => {
  let copy: EnigmaCopy;
  let started: SpawnedBoard | undefined;

  beforeEach(async () => {
    copy = await copyEnigmaBoard();
    const loginServers = { telnet: { port: 0 }, ssh: { port: 0 } };
    const ports = JSON.stringify({ includes: ['config.hjson'], loginServers });
    await writeFile(join(copy.boardDir, 'config', FREE_PORTS), ports);
  });

  afterEach(async () => {
    await started?.remove();
    started = undefined;
    await copy.remove();
  });

  const options = (): readonly string[] => [
    ...['--board', copy.boardDir, '--config', join(copy.boardDir, 'config', FREE_PORTS)],
  ];

  const start = async (): Promise<SpawnedBoard> => {
    started = await SpawnedBoard.start(copy.dataDir, ...options());
    return started;
  };

  const oputil = (...words: readonly string[]) =>
    spawnSync(process.execPath, [OPUTIL, ...options(), '--data', copy.dataDir, ...words], {
      encoding: 'utf8',
    });

  const linesOf = (text: string): readonly string[] => text.split('\n').filter((line) => line);

  test('it opens its ports, says one line for each kind of warning, and ends with 0', async () => {
    const board = await start();
    expect(board.out).toContain(`ssh -p ${await board.port('ssh')} `);
    expect(board.out).toContain(`telnet 127.0.0.1 ${await board.port('telnet')}`);
    const lines = linesOf(board.err);
    const told = lines.slice(0, -1).map((line) => line.replace(/^sallyport: warning: /, ''));
    expect(lines.at(-1)).toBe(
      'sallyport: each with its place: oputil config check --all, oputil menu check --all',
    );
    // They fit a screen, with the lines of the board that is open.
    expect(lines.length).toBeLessThan(23);
    expect(lines.every((line) => line.startsWith('sallyport: '))).toBe(true);
    for (const { many } of Object.values(RULES))
      expect(told.filter((line) => line.includes(` ${many}; the first: `)).length).toBeLessThan(2);
    // How many depends on which of ENiGMA½'s keys and modules this board has.
    expect(told).toContainEqual(
      expect.stringMatching(/^[1-9]\d keys have no effect here; the first:/),
    );
    expect(told).toContainEqual(expect.stringMatching(/\b[1-9]\d menus belong to parts that this/));
    expect(told).toContainEqual(expect.stringMatching(/lockAccount is 9 and takes effect here/));
    expect(told).toContainEqual(expect.stringContaining('3 lists of SSH algorithms name what'));
    expect(board.err).not.toContain('turned away');

    const caller = await dialTelnet({ port: await board.port('telnet') });
    await caller.sees('log off');
    caller.hangUp();
    board.signal('SIGTERM');
    expect(await board.ended).toBe(0);
  });

  test('config check and menu check say what the start says, and nothing more', async () => {
    const board = await start();
    const said = linesOf(board.err)
      .slice(0, -1)
      .map((line) => line.replace(/^sallyport: warning: /, ''));
    const config = oputil('config', 'check');
    const menus = oputil('menu', 'check');
    expect([config.status, menus.status]).toEqual([0, 0]);
    const checked = [
      ...linesOf(config.stdout).filter((line) => line.startsWith('warning: ')),
      ...linesOf(menus.stdout).filter((line) => line.includes('warning: ')),
    ].map((line) => line.replace('warning: ', ''));
    // The one finds keys that stand twice in themes, the other too where there is one in both.
    expect(said.filter((line) => !checked.includes(line))).toEqual([]);
    expect(checked.filter((line) => !said.includes(line))).toEqual([]);
  });

  it('opens with wrong values and a picture that is too large, and start and checks say so', async () => {
    const wrong = {
      ...{ includes: ['config.hjson'], themes: {}, logging: { level: 'x' } },
      ...{ general: { boardNam: 'Nova' }, users: { usernameMin: 40 } },
      loginServers: { telnet: { port: 0 }, ssh: { port: 0, profile: 'vintage' } },
    };
    await writeFile(join(copy.boardDir, 'config', FREE_PORTS), JSON.stringify(wrong));
    const theme = join(copy.boardDir, 'art', 'themes', 'luciano_blocktronics');
    await writeFile(join(theme, 'MATRIX.ANS'), 'x'.repeat(1024 * 1024 + 1));
    const board = await start();
    const said = linesOf(board.err).join('\n');
    const checked = [oputil('config', 'check', '--all'), oputil('menu', 'check', '--all')];
    expect(checked.map(({ status }) => status)).toEqual([0, 0]);
    const all = checked.map(({ stdout }) => stdout).join('\n');
    for (const [kind, each] of [
      ['2 keys are misspelt', "has no key 'themes'"],
      ['2 keys are misspelt', "has no key 'boardNam'"],
      [
        '3 values cannot be',
        "logging.level must be debug, info, warn, error, silent, not the text 'x'",
      ],
      ['3 values cannot be', 'the board starts with the default, "modern"'],
      ['3 values cannot be', 'the board starts with the defaults, 2 and 16'],
      ['this picture has 1048577 bytes', 'MATRIX.ANS: warning: this picture has 1048577 bytes'],
    ] as const) {
      expect(said).toContain(kind);
      expect(all).toContain(each);
    }
    const caller = await dialTelnet({ port: await board.port('telnet') });
    await caller.until('a screen', () => caller.screen.text().trim() !== '');
    caller.hangUp();
  });

  /** A menu file of the sysop's own over that of the board. */
  const withMenus = async (menus: object): Promise<void> => {
    const includes = ['new_enigma_bbs-main.hjson'];
    const file = join(copy.boardDir, 'config', 'menus', 'mine.hjson');
    await writeFile(file, JSON.stringify({ includes, menus }));
    const config = {
      ...{ includes: ['config.hjson'], general: { menuFile: 'mine.hjson' } },
      loginServers: { telnet: { port: 0 }, ssh: { port: 0 } },
    };
    await writeFile(join(copy.boardDir, 'config', FREE_PORTS), JSON.stringify(config));
  };

  test("a sysop's own screen before sign-in is told by the start, and callers are turned away there", async () => {
    await withMenus({
      newUserApplicationPre: { next: 'houseRules' },
      houseRules: { desc: 'Rules', art: 'WELCOME', config: { pause: true }, next: 'matrix' },
    });
    const board = await start();
    const told = linesOf(board.err).find((line) => line.includes('turned away'));
    expect(told).toContain('houseRules: callers are turned away at this screen');
    expect(told).toContain('write config: { area: "login" } into it');
    const caller = await dialTelnet({ port: await board.port('telnet') });
    await caller.sees('log off');
    caller.type(`${KEYS.down}${KEYS.return}`);
    await caller.sees('smash your keyboard');
    caller.type(' ');
    await caller.sees('Please sign in first.');
    caller.hangUp();
  });

  test('one that stands before every sign-in keeps the board shut, and the cure is told', async () => {
    await withMenus({
      telnetConnected: { art: 'CONNECT', next: 'houseRules', config: { nextTimeout: 1 } },
      houseRules: { desc: 'Rules', art: 'WELCOME', config: { pause: true }, next: 'matrix' },
    });
    started = SpawnedBoard.spawn(copy.dataDir, ...options());
    expect(await started.ended).toBe(78);
    expect(started.err).toContain('calls by telnet lead to no menu where anybody could sign in');
    expect(started.err).toMatch(/houseRules: callers .* write config: \{ area: "login" \}/);
  });

  test('it ends with 78 and the place where the way in itself is gone', async () => {
    await rm(join(copy.boardDir, 'config', 'menus', 'new_enigma_bbs-login.hjson'));
    started = SpawnedBoard.spawn(copy.dataDir, ...options());
    expect(await started.ended).toBe(78);
    expect(started.err).toContain('new_enigma_bbs-login.hjson');
    expect(started.err).toMatch(/new_enigma_bbs-main\.hjson:\d+:\d+: /);
    expect(started.out).toBe('');
    const check = oputil('menu', 'check');
    expect(check.status).toBe(78);
    expect(linesOf(started.err).map((line) => line.replace('sallyport: ', ''))).toEqual(
      linesOf(check.stderr).map((line) => line.replace('oputil: ', '')),
    );
  });
});
