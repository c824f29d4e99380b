import { existsSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { chown, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { dialSsh, dialTelnet } from '../support/dial';
import { eventually } from '../support/raw-caller';
import { SpawnedBoard } from '../support/spawned-board';
import { goToMainMenu, signIn } from '../support/sign-in';

/** The user who owns the folder of a board that root starts. */
const OWNER = 4711;

describe('starting and stopping the server', () => {
  const boards: SpawnedBoard[] = [];
  let blocker: Server | undefined;
  let first: Promise<SpawnedBoard> | undefined;
  afterEach(async () => {
    blocker?.close();
    for (const board of boards.splice(0)) await board.remove();
  });
  afterAll(async () => (await first)?.remove());

  /**
   * One first start for all tests that leave the board and its folder as they are. Where the tests
   * run as root, the folder belongs to another user.
   */
  function firstStart(): Promise<SpawnedBoard> {
    first ??= SpawnedBoard.makeDataDir().then(async (dataDir) => {
      if (process.geteuid?.() === 0) await chown(dataDir, OWNER, OWNER);
      return SpawnedBoard.start(dataDir);
    });
    return first;
  }

  async function start(dataDir?: string): Promise<SpawnedBoard> {
    const board = await SpawnedBoard.start(dataDir ?? (await SpawnedBoard.makeDataDir()));
    boards.push(board);
    return board;
  }

  /** Starts it on this configuration and resolves when it has given up. */
  async function fail(config: unknown, ...args: readonly string[]): Promise<SpawnedBoard> {
    const board = SpawnedBoard.spawn(await SpawnedBoard.makeDataDir(config), ...args);
    boards.push(board);
    await board.ended;
    return board;
  }

  it('says at the first start how to call, and where the password of the sysop is, not what it is', async () => {
    const board = await firstStart();
    const [ssh, telnet, https] = [
      await board.port('ssh'),
      await board.port('telnet'),
      await board.port('https'),
    ];
    expect(board.out).toContain(`ssh -p ${ssh} `);
    expect(board.out).toContain(`telnet 127.0.0.1 ${telnet}`);
    expect(board.out).toContain(`https://`);
    expect(board.out).toContain(`:${https}/`);
    expect(board.out).toContain(join(board.dataDir, 'mail'));
    const password = await board.firstPassword();
    expect(board.out).toContain(join(board.dataDir, 'first-password'));
    expect(board.out).not.toContain(password);
    const byTelnet = await dialTelnet({ port: telnet });
    await signIn(byTelnet, 'sysop', password);
    await goToMainMenu(byTelnet);
    byTelnet.hangUp();
    const bySsh = await dialSsh({ port: ssh, userName: 'sysop', password });
    await goToMainMenu(bySsh);
    bySsh.hangUp();
    expect(board.err).toBe('');
  });

  it('keeps everything in the data folder from others, and keys and database of one start for the next', async () => {
    const first = await start();
    const keys = await readKeys(first.dataDir);
    const password = await first.firstPassword();
    expect(Object.keys(keys).length).toBeGreaterThanOrEqual(3);
    for (const path of [...Object.keys(keys), join(first.dataDir, 'db', 'user.sqlite3')]) {
      expect([path, ((await stat(path)).mode & 0o077).toString(8)]).toEqual([path, '0']);
    }
    first.signal('SIGTERM');
    await first.ended;
    const second = await start(first.dataDir);
    expect(await readKeys(second.dataDir)).toEqual(keys);
    expect(await second.firstPassword()).toBe(password);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'ends cleanly on %s: callers are told, run.json is gone, exit 0',
    async (signal) => {
      const board = await start();
      expect((await board.run()).pid).toBe(board.process.pid);
      const password = await board.firstPassword();
      const inside = await dialSsh({
        port: await board.port('ssh'),
        userName: 'sysop',
        password,
      });
      await inside.sees('Both doors are open.');
      const outside = await dialTelnet({ port: await board.port('telnet') });
      await outside.sees('Sign in');
      board.signal(signal);
      for (const caller of [inside, outside]) {
        expect(await caller.isHungUpOn()).toContain('The board is going down.');
      }
      expect(await board.ended).toBe(0);
      expect(board.running).toBe(false);
      expect(board.err).toBe('');
    },
  );

  it('ends cleanly on SIGTERM while it starts, and has kept the password of the sysop', async () => {
    const board = SpawnedBoard.spawn(await SpawnedBoard.makeDataDir());
    boards.push(board);
    // The keys are made early in a first start; the program has been listening for signals since before.
    await eventually('the first key', () => existsSync(join(board.dataDir, 'keys')));
    board.signal('SIGTERM');
    expect(await board.ended).toBe(0);
    expect(await board.firstPassword()).toMatch(/^[a-z0-9-]{19}$/);
    expect(board.running).toBe(false);
  });

  it('keeps a second board off its data folder, and starts again after kill -9', async () => {
    const board = await start();
    const second = SpawnedBoard.spawn(board.dataDir);
    boards.push(second);
    expect(await second.ended).toBe(78);
    expect(second.err).toContain(`process ${board.process.pid},`);
    expect(second.err).toContain(`ssh 127.0.0.1 port ${await board.port('ssh')}`);
    expect((await board.run()).pid).toBe(board.process.pid);
    await board.kill();
    expect(board.running).toBe(true);
    const again = await start(board.dataDir);
    expect((await again.run()).pid).toBe(again.process.pid);
    // Another's run.json is none of ours.
    await writeFile(again.runFile, '{ "pid": 1 }');
    again.signal('SIGTERM');
    await again.ended;
    expect(again.running).toBe(true);
  });

  it('as root on the folder of another owner leaves nothing that is not his', async () => {
    const board = await firstStart();
    const { dataDir } = board;
    const owner = process.geteuid?.() === 0 ? OWNER : process.geteuid?.();
    const names = await readdir(dataDir, { recursive: true });
    expect(names).toEqual(
      expect.arrayContaining([
        'board.lock',
        'run.json',
        'db/user.sqlite3-wal',
        'logs/sallyport.log',
      ]),
    );
    for (const name of names) {
      const { uid, mode } = await stat(join(dataDir, name));
      if (name === 'config.hjson') continue;
      expect([name, uid, mode & 0o077]).toEqual([name, owner, 0]);
    }
    expect(board.err).toBe('');
  });

  it('names a taken port in one line and ends with 78', async () => {
    blocker = await listen();
    const { port } = blocker.address() as AddressInfo;
    for (const server of ['telnet', 'ssh'] as const) {
      const other = server === 'telnet' ? 'ssh' : 'telnet';
      const board = await fail({
        loginServers: { [server]: { port }, [other]: { port: 0 } },
        contentServers: { web: { https: { port: 0 } } },
      });
      expect(await board.ended).toBe(78);
      expect(board.err).toMatch(
        new RegExp(
          `^sallyport: ${server} .*port ${port}: it is in use.*loginServers\\.${server}\\.port\\n$`,
        ),
      );
      expect(board.running).toBe(false);
    }
    const web = await fail({
      loginServers: { telnet: { port: 0 }, ssh: { port: 0 } },
      contentServers: { web: { https: { port } } },
    });
    expect(await web.ended).toBe(78);
    expect(web.err).toMatch(
      new RegExp(`^sallyport: .*\\b${port}\\b.*contentServers\\.web\\.https\\.port\\n$`),
    );
  });

  it.each([
    ['is no hjson', '{ general: { boardName: "x" }', /config\.hjson:\d+:\d+: /],
    [
      'has an unknown key that may be a protection',
      '{ general: { closedSytem: true\n} }',
      /config\.hjson:1:\d+: .*closedSystem/,
    ],
    [
      'has a wrong type',
      '{\n loginServers: { telnet: { port: 8888x\n} } }',
      /config\.hjson:2:\d+: .*port/,
    ],
    ['is not there', undefined, /no-such\.hjson/],
  ])('ends with 78 and the place when the configuration %s', async (_what, text, line) => {
    const dataDir = await SpawnedBoard.makeDataDir();
    const file = join(dataDir, text === undefined ? 'no-such.hjson' : 'config.hjson');
    if (text !== undefined) await writeFile(file, text);
    const board = SpawnedBoard.spawn(dataDir, '--config', file);
    boards.push(board);
    expect(await board.ended).toBe(78);
    expect(board.err).toMatch(line);
    expect(board.err).toMatch(/^sallyport: [^\n]+\n$/);
    expect(board.out).toBe('');
  });

  it('says how it is called in 80 columns', async () => {
    const board = SpawnedBoard.spawn(await SpawnedBoard.makeDataDir(), '--help');
    boards.push(board);
    expect(await board.ended).toBe(0);
    const lines = board.out.split('\n');
    expect(lines[0]).toMatch(/^usage: sallyport /);
    expect(lines.filter((line) => [...line].length > 80)).toEqual([]);
  });

  it('ends with 78 and the places when no menu leads to a login form', async () => {
    const dataDir = await SpawnedBoard.makeDataDir();
    const boardDir = join(dataDir, 'board');
    await mkdir(join(boardDir, 'config'), { recursive: true });
    const stock = await readFile(join(__dirname, '..', '..', 'config', 'menu.hjson'), 'utf8');
    const broken = stock.replace(
      /^ {4}menus: \{$/m,
      () =>
        '    menus: {\n        matrix: {\n            next: matrixx\n        }\n        login: {\n            form: { 0: { submit: { *: [] } } }\n        }',
    );
    await writeFile(join(boardDir, 'config', 'menu.hjson'), broken);
    const board = SpawnedBoard.spawn(dataDir, '--board', boardDir);
    boards.push(board);
    expect(await board.ended).toBe(78);
    expect(board.err).toMatch(/menu\.hjson:\d+:\d+: .*'matrixx'/);
    expect(board.err).toMatch(
      /login\.hjson:\d+:\d+: telnetConnected: .* no menu where anybody could sign in/,
    );
  });

  it('ends with 78 when a key cannot be read, naming it', async () => {
    const made = Object.keys(await readKeys((await firstStart()).dataDir)).map((key) =>
      basename(key),
    );
    const name = made.find((key) => key.includes('ssh_host')) ?? '';
    const dataDir = await SpawnedBoard.makeDataDir();
    await mkdir(join(dataDir, 'keys'), { mode: 0o700 });
    const key = join(dataDir, 'keys', name);
    await writeFile(key, 'not a key', { mode: 0o600 });
    const board = SpawnedBoard.spawn(dataDir);
    boards.push(board);
    expect(await board.ended).toBe(78);
    expect(board.err).toContain(key);
  });

  it('ends with 2 and the usage on an option that it does not know', async () => {
    const board = await fail({}, '--prot', '8888');
    expect(await board.ended).toBe(2);
    expect(board.err).toContain("unknown option '--prot'");
    expect(board.err).not.toContain('Did you mean');
    expect(board.err).toContain('usage: sallyport');
  });

  it('names the option that was meant, as oputil does', async () => {
    const board = await fail({}, '--bord', '/srv/bbs');
    expect(await board.ended).toBe(2);
    expect(board.err).toContain("unknown option '--bord'\n(Did you mean --board?)\n");
    expect(board.err).not.toContain('positional argument');
  });
});

async function readKeys(dataDir: string): Promise<Record<string, string>> {
  const folder = join(dataDir, 'keys');
  const names = await readdir(folder);
  const texts = names.map(async (name) => {
    const path = join(folder, name);
    return [path, await readFile(path, 'utf8')] as const;
  });
  return Object.fromEntries(await Promise.all(texts));
}

function listen(): Promise<Server> {
  const server = createServer();
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}
