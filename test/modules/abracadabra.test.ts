import { chmod, mkdtemp, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestBoard } from '../support/board';
import { BoardDir } from '../support/board-dir';
import { KEYS, type DialledCaller } from '../support/dial';
import { PASSWORD } from '../support/sign-in';
import { callerIn, mainMenuWith } from '../support/talk-board';

/** A door that writes down what it was given, or does what its first argument names. */
const DOOR = `#!/usr/bin/env python3
import json, os, sys
what, rest = sys.argv[1], sys.argv[2:]
if what == "tell":
    drop = os.environ.get("DROP")
    said = {"args": rest, "cwd": os.getcwd()}
    if drop:
        said["drop"] = open(drop, encoding="cp437", newline="").read().split("\\r\\n")
    with open(os.environ["SAID"], "w") as file:
        json.dump(said, file)
    print("told", flush=True)
    sys.stdin.readline()
elif what == "files":
    count = 0
    try:
        while True:
            os.open("/dev/null", os.O_RDONLY)
            count += 1
    except OSError as error:
        print("opened", count, error.strerror, flush=True)
    sys.stdin.readline()
elif what == "first":
    with open(rest[0], "w") as file:
        json.dump({"args": rest[1:], "cwd": os.getcwd()}, file)
`;

/** The variables of the manual, and one that there is not. */
const WORDS = [
  ...['{node}', '{dropFile}', '{dropFilePath}', '{dropFileDir}', '{userAreaDir}', '{userId}'],
  ...['{userName}', '{userNameRaw}', '{srvPort}', '{cwd}', '{termHeight}', '{termWidth}'],
  ...['{remoteIp}', '{nonsense}'],
];

interface Said {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly drop?: readonly string[];
}

describe('what a menu of abracadabra says of its door', () => {
  let folder: string;
  let said: string;
  let first: string;
  let dir: BoardDir;
  let board: TestBoard;
  let alice: DialledCaller;

  beforeAll(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'sallyport-door-keys-')));
    const cmd = join(folder, 'door.py');
    await writeFile(cmd, DOOR);
    await chmod(cmd, 0o755);
    said = join(folder, 'said.json');
    first = join(folder, 'first.json');
    const door = (args: readonly string[], more: object = {}): object => ({
      module: 'abracadabra',
      config: { name: 'The Door', cmd, args, env: { SAID: said, DROP: '{dropFilePath}' }, ...more },
    });
    const withDrop = { dropFileType: 'DOOR32' };
    const menus = {
      words: door(['tell', ...WORDS], withDrop),
      plain: door(['tell', '{dropFile}', '{srvPort}'], { env: { SAID: said } }),
      stands: door(['tell', '{cwd}'], { cwd: '/', env: { SAID: said } }),
      ranks: door(['tell'], {
        ...withDrop,
        securityLevels: { users: 42, sysops: 77 },
        maxSeconds: 1800,
      }),
      files: door(['files'], { limits: { files: 32 } }),
      short: door(['tell'], { ...withDrop, maxSeconds: 1 }),
      full: door(['tell'], { ...withDrop, name: 'One', nodeMax: 1, tooManyArt: 'MANY' }),
      before: door(['tell'], {
        ...withDrop,
        preCmd: cmd,
        preCmdArgs: ['first', first, '{node}', '{userNameRaw}', '$(id)'],
      }),
    };
    const commands = Object.fromEntries(
      Object.keys(menus).map((name) => [name.toUpperCase(), name]),
    );
    dir = await BoardDir.make({
      'config/menus/main.hjson': mainMenuWith(commands, menus),
      'art/general/MANY.asc': 'All tables are taken.',
    });
    board = await TestBoard.start({ boardDir: dir.path });
    for (const name of ['Alice D', 'bob'])
      await board.oputil('user', 'add', name, '--password', PASSWORD);
  });
  afterAll(async () => {
    await board.remove();
    await dir.remove();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    alice = await callerIn(board, 'Alice D', PASSWORD);
    await rm(said, { force: true });
  });
  afterEach(() => alice.hangUp());

  const choose = (command: string, caller = alice): void => caller.type(`${command}${KEYS.return}`);

  /** Opens a door that writes down what it was given, leaves it, and returns that. */
  async function visit(command: string): Promise<Said> {
    choose(command);
    await alice.sees('told');
    const text = await readFile(said, 'utf8');
    alice.type('\r');
    await alice.sees('Command');
    return JSON.parse(text) as Said;
  }

  it('each variable of the manual stands for what it says, and others for themselves', async () => {
    const { args, cwd, drop = [] } = await visit('WORDS');
    const given = Object.fromEntries(WORDS.map((word, at) => [word.slice(1, -1), args[at]]));
    const { node = '' } = given;
    expect(node).toMatch(/^[1-9]\d*$/);
    const doors = join(board.dataDir, 'doors');
    const ofNode = join(doors, `node${node}`);
    expect(given).toEqual({
      ...{ node, dropFile: 'door32.sys', dropFilePath: join(ofNode, 'door32.sys') },
      ...{ dropFileDir: ofNode, userAreaDir: join(doors, 'users', '2'), userId: '2' },
      ...{ userName: 'alice_d', userNameRaw: 'Alice D', srvPort: '0', cwd: folder },
      ...{ termHeight: '24', termWidth: '80', remoteIp: '127.0.0.1', nonsense: '{nonsense}' },
    });
    // Where nothing is said, a door runs beside its program.
    expect(cwd).toBe(folder);
    expect(drop.slice(4)).toEqual(['2', 'Alice D', 'Alice D', '30', '60', '1', node, '']);
    for (const path of [ofNode, join(doors, 'users', '2')])
      expect((await stat(path)).mode & 0o777).toBe(0o700);
  });

  it('without a type of drop file there is none to name', async () => {
    expect((await visit('PLAIN')).args).toEqual(['', '0']);
  });

  it('cwd is where it runs', async () => {
    expect(await visit('STANDS')).toEqual({ args: ['/'], cwd: '/' });
  });

  it('securityLevels and maxSeconds are in the drop file, the highest level of all groups', async () => {
    expect((await visit('RANKS')).drop?.slice(7, 9)).toEqual(['42', '30']);
    alice.hangUp();
    await board.oputil('user', 'group', 'Alice D', '+sysops');
    alice = await callerIn(board, 'Alice D', PASSWORD);
    expect((await visit('RANKS')).drop?.slice(7, 9)).toEqual(['77', '30']);
    await board.oputil('user', 'group', 'Alice D', '-sysops');
  });

  it('limits.files is how many files it may have open', async () => {
    choose('FILES');
    const text = await alice.sees(/opened \d+ Too many open files/);
    const opened = Number(/opened (\d+)/.exec(text)?.[1]);
    expect(opened).toBeGreaterThan(20);
    expect(opened).toBeLessThan(32);
    alice.type('\r');
    await alice.sees('Command');
  });

  it('after maxSeconds it ends, and the caller reads why', async () => {
    choose('SHORT');
    await alice.sees('Your time at The Door is over.');
    expect(board.events('onward.ended').at(-1)).toMatchObject({ end: 'time', door: 'The Door' });
    alice.type(KEYS.return);
    await alice.sees('Command');
  });

  it('who is one too many sees tooManyArt, and the door no second caller', async () => {
    choose('FULL');
    await alice.sees('told');
    await rm(said);
    const bob = await callerIn(board, 'bob', PASSWORD);
    choose('FULL', bob);
    expect(await bob.sees('All tables are taken.')).not.toContain('is full just now');
    bob.type(KEYS.return);
    await bob.sees('Command');
    bob.hangUp();
    await expect(readFile(said)).rejects.toThrow('ENOENT');
  });

  it('preCmd runs first, with its arguments as they are and in the folder of the door', async () => {
    choose('BEFORE');
    await alice.sees('told');
    const told = JSON.parse(await readFile(first, 'utf8')) as Said;
    expect(told.args.slice(1)).toEqual(['Alice D', '$(id)']);
    expect(told.args[0]).toMatch(/^[1-9]\d*$/);
    expect(told.cwd).toBe(folder);
    const [before, after] = await Promise.all([first, said].map((file) => stat(file)));
    expect(before?.mtimeMs).toBeLessThan(after?.mtimeMs ?? 0);
    alice.type('\r');
    await alice.sees('Command');
  });
});
