import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestBoard } from '../support/board';
import { BoardDir } from '../support/board-dir';
import { dialTelnet, KEYS, type DialledCaller } from '../support/dial';
import { proxyHeader } from '../support/proxy-headers';
import { eventually } from '../support/raw-caller';
import { Relay } from '../support/relay';
import { PASSWORD } from '../support/sign-in';
import { callerIn, mainMenuWith } from '../support/talk-board';
import { pathOf } from './programs';

/** A way in that a proxy on this machine stands before. */
const BEHIND = { proxyProtocol: 'required' } as const;

/** A door that says what it was given, and does what its first argument names. */
const DOOR = `
import os, signal, socket, subprocess, sys, time
what, rest = sys.argv[1], sys.argv[2:]
def size(*_):
    columns, rows = os.get_terminal_size(0)
    print("window", columns, rows, flush=True)
if what == "tell":
    print("tty", os.isatty(0), "args", rest, flush=True)
    print("env", sorted(os.environ), flush=True)
    print("own", os.environ.get("OWN"), flush=True)
    print(open(rest[0], encoding="cp437").read(), flush=True)
    size()
    signal.signal(signal.SIGWINCH, size)
    for line in sys.stdin:
        print("heard", line.strip(), flush=True)
        if line.strip() == "bye":
            sys.exit(0)
elif what == "cling":
    for number in (signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    # A grandchild of a group of its own, which its parent has left.
    if os.fork() == 0:
        os.setsid()
        if os.fork() != 0:
            os._exit(0)
        with open(rest[0], "a") as file:
            print(os.getpid(), file=file)
        while True:
            time.sleep(1)
    with open(rest[0], "a") as file:
        print(os.getpid(), file=file)
    print("clinging", flush=True)
    while True:
        time.sleep(1)
elif what == "deaf":
    import termios, tty
    tty.setraw(0)
    for number in (signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    with open(rest[0], "a") as file:
        print(os.getpid(), file=file)
        print(subprocess.Popen(["sleep", "600"]).pid, file=file)
    print("deaf", flush=True)
    while True:
        time.sleep(1)
elif what == "eat":
    try:
        held = bytearray(400 * 1024 * 1024)
        print("ate it all", flush=True)
    except MemoryError:
        print("no more memory", flush=True)
    print("spinning", flush=True)
    while True:
        pass
elif what == "socket":
    line = socket.create_connection(("127.0.0.1", int(rest[0])))
    line.sendall(b"by socket\\r\\n")
    while b"bye" not in line.recv(100):
        pass
    line.sendall(b"farewell\\r\\n")
`;

let folder: string;
let dir: BoardDir;
let board: TestBoard;
let alice: DialledCaller;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-door-'));
  const program = join(folder, 'door.py');
  await writeFile(program, `#!${pathOf('python3')}\n${DOOR}`);
  await chmod(program, 0o755);
  const module = 'abracadabra';
  const pids = join(folder, 'pids');
  const door = (args: readonly string[], more: object = {}): object => ({
    ...{ module, config: { name: 'The Door', cmd: program, args, ...more } },
  });
  const menus = {
    tell: door(['tell', '{dropFilePath}', '{userName}', '{userNameRaw}', '$(id); `id`', '{node}'], {
      ...{ dropFileType: 'DOOR32', env: { OWN: 'from {remoteIp}' } },
    }),
    address: door(['tell', '/dev/null', '{remoteIp}'], { env: { OWN: 'from {remoteIp}' } }),
    cling: door(['cling', pids], { name: 'Cling' }),
    eat: door(['eat'], { limits: { cpuSeconds: 1, memoryMB: 200 } }),
    wire: door(['socket', '{srvPort}'], { io: 'socket' }),
    one: door(['cling', pids], { name: 'One', nodeMax: 1 }),
    deaf: door(['deaf', pids]),
    none: { module, config: { name: 'No Door', cmd: join(folder, 'absent') } },
    first: door(['tell', '/dev/null'], { preCmd: '/bin/false' }),
  };
  const commands = Object.fromEntries(Object.keys(menus).map((name) => [name.toUpperCase(), name]));
  dir = await BoardDir.make({ 'config/menus/main.hjson': mainMenuWith(commands, menus) });
  board = await TestBoard.start({ boardDir: dir.path });
  await board.oputil('user', 'add', 'Alice D', '--password', PASSWORD);
  await board.addUser('bob', PASSWORD);
});
afterAll(async () => {
  await board.remove();
  await dir.remove();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  alice = await callerIn(board, 'Alice D', PASSWORD);
});
afterEach(() => alice.hangUp());

const choose = (command: string, caller = alice): void => caller.type(`${command}${KEYS.return}`);

/** The processes that wrote their number down, once there are so many. */
async function clinging(): Promise<readonly number[]> {
  let pids: readonly number[] = [];
  await eventually('two processes of the door', () => {
    const file = join(folder, 'pids');
    const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
    pids = text.split('\n').filter(Boolean).map(Number);
    return pids.length === 2;
  });
  return pids;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('a door has a terminal, its arguments as they are, its drop file, and no variable of the board', async () => {
  choose('TELL');
  const shown = await alice.sees('window 80 24');
  expect(shown).toContain('tty True');
  const flat = shown.replaceAll(/\s+/g, '');
  expect(flat).toContain("'alice_d','AliceD','$(id);`id`'");
  expect(flat).toMatch(/env\['COLUMNS'.*'OWN','PATH'/);
  expect(flat).not.toContain('SALLYPORT');
  expect(shown).toContain('own from 127.0.0.1');
  expect(shown).toMatch(/Sallyport\s+2\s+Alice D\s+Alice D\s+30\s+60\s+1\s+\d/);
  alice.type('hello\r');
  await alice.sees('heard hello');
  alice.type('bye\r');
  await alice.sees('Command');
  expect(board.events('onward.ended').at(-1)).toMatchObject({ end: 'board', door: 'The Door' });
});

test('a door is told the address that a proxy names, in arguments and environment', async () => {
  const config = { proxies: ['127.0.0.1'], loginServers: { telnet: BEHIND } };
  const behind = await TestBoard.start({ boardDir: dir.path, config });
  await behind.addUser('carol', PASSWORD);
  const relay = await Relay.open(behind.telnetPort, () => proxyHeader('v2', '203.0.113.9'));
  const carol = await callerIn(
    { telnet: () => dialTelnet({ port: relay.port }) },
    'carol',
    PASSWORD,
  );
  choose('ADDRESS', carol);
  const shown = await carol.sees('window 80 24');
  expect(shown).toContain("args ['/dev/null', '203.0.113.9']");
  expect(shown).toContain('own from 203.0.113.9');
  carol.hangUp();
  await relay.close();
  await behind.remove();
});

test('the size of the window follows', async () => {
  const caller = await board.ssh({ userName: 'bob', password: PASSWORD });
  await caller.sees('Welcome');
  caller.type(KEYS.return);
  await caller.sees('Command');
  choose('TELL', caller);
  await caller.sees('window 80 24');
  caller.resize(100, 30);
  await caller.sees('window 100 30');
  caller.hangUp();
});

test('a door that ignores signals, and what it left behind, ends with the call', async () => {
  choose('CLING');
  await alice.sees('clinging');
  const pids = await clinging();
  alice.hangUp();
  await eventually('the end of all of it', () => !pids.some(isAlive));
  await rm(join(folder, 'pids'));
});

test('a door that reads nothing of a long paste ends with the call', async () => {
  choose('DEAF');
  await alice.sees('deaf');
  const pids = await clinging();
  alice.type('x'.repeat(320_000));
  alice.hangUp();
  await eventually('the end of all of it', () => !pids.some(isAlive));
  await rm(join(folder, 'pids'));
});

test('a door that is full says so', async () => {
  choose('ONE');
  await alice.sees('clinging');
  const bob = await callerIn(board, 'bob', PASSWORD);
  choose('ONE', bob);
  await bob.sees('One is full just now.');
  const pids = await clinging();
  alice.hangUp();
  bob.type(' ');
  await bob.sees('Command');
  // Its place is taken until nothing of the door is left.
  choose('ONE', bob);
  await bob.sees('One is full just now.');
  bob.hangUp();
  await eventually('the end of all of it', () => !pids.some(isAlive));
  await rm(join(folder, 'pids'));
  // Who left and who was refused are not counted.
  const last = await callerIn(board, 'bob', PASSWORD);
  choose('ONE', last);
  await last.sees('clinging');
  const others = await clinging();
  last.hangUp();
  await eventually('the end of all of it', () => !others.some(isAlive));
  await rm(join(folder, 'pids'));
});

test('a door has the memory and the time that its menu gives it', async () => {
  choose('EAT');
  await alice.sees('no more memory');
  await alice.sees('Command');
});

test('a door with a socket is passed on as one with a terminal', async () => {
  choose('WIRE');
  await alice.sees('by socket');
  alice.type('bye');
  await alice.sees('Command');
});

test.each([
  ['NONE', 'No Door', 'absent'],
  ['FIRST', 'The Door', 'preCmd failed'],
])(
  'a door that cannot be opened is told to the caller and the sysop (%s)',
  async (command, name, why) => {
    choose(command);
    await eventually('a line in the log', () =>
      JSON.stringify([...board.events('door.failed'), ...board.events('door.trouble')]).includes(
        why,
      ),
    );
    await alice.sees(`The door ${name} does not open.`);
  },
);
