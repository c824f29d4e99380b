import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initGate } from '../../src/config/init-gate';
import { parseProxyHeader } from '../../src/protocols/proxy-protocol';
import { TestBoard } from '../support/board';
import { BoardDir } from '../support/board-dir';
import { KEYS, type DialledCaller } from '../support/dial';
import { FarBoard } from '../support/far-board';
import { CTRL, ESCAPE, HELP } from '../menu/asking-menus';
import { FarSsh } from '../support/far-ssh';
import { PASSWORD, signIn } from '../support/sign-in';
import { comesBack } from '../support/talk-board';

describe('a board that init --gate makes', () => {
  let dir: string;
  let near: FarBoard;
  let utf8: FarBoard;
  let deadPort: number;
  let board: TestBoard;
  let caller: DialledCaller;

  beforeAll(async () => {
    dir = join(await mkdtemp(join(tmpdir(), 'sallyport-gate-')), 'gate');
    near = await FarBoard.open();
    utf8 = await FarBoard.open();
    const program = join(dir, '..', 'a door');
    await writeFile(
      program,
      '#!/bin/sh\necho "A door for $TERM."; read line; echo "You said $line."\n',
    );
    await chmod(program, 0o755);
    const nobody = await FarBoard.open();
    deadPort = nobody.port;
    await nobody.close();
    await initGate(dir, [
      `telnet://127.0.0.1:${near.port}#Next Door`,
      `telnet://127.0.0.1:${deadPort}#Dead End`,
      `rlogin://[::1]:5513`,
      `exec:${program}#A Door`,
    ]);
    board = await TestBoard.start({
      boardDir: dir,
      config: {
        destinations: {
          'next-door': {
            ...{ kind: 'telnet', name: 'Next Door', about: 'The board next door' },
            proxyHeader: 'v2',
            utf8Port: utf8.port,
          },
          'no-way': {
            ...{ kind: 'rlogin', name: 'No Way', acs: 'GM[sysops]', host: '127.0.0.1' },
            tunnel: { port: deadPort },
          },
          secret: { kind: 'telnet', name: 'Secret', acs: 'GM[sysops]', host: '127.0.0.1' },
        },
      },
    });
    await board.addUser('alice', PASSWORD);
  });
  afterAll(async () => {
    await board.remove();
    await near.close();
    await utf8.close();
    await rm(join(dir, '..'), { recursive: true });
  });
  afterEach(() => caller.hangUp());

  const come = async (): Promise<DialledCaller> => {
    caller = await board.telnet();
    await signIn(caller, 'alice');
    await caller.sees('Both doors are open.');
    return caller;
  };

  it('has nothing that menu check or config check would say against it', async () => {
    caller = await board.telnet();
    for (const what of ['menu', 'config']) {
      const { out, exitCode } = await board.tryOputil(what, 'check', '--all');
      expect({ what, exitCode, warnings: out.match(/^.*warning: .*$/gm) }).toEqual({
        ...{ what, exitCode: 0, warnings: null },
      });
    }
  });

  it('leads from sign-in to the boards that are open to the caller, and on to the chosen one', async () => {
    await come();
    caller.type(KEYS.return);
    const list = await caller.sees('Enter: go there');
    expect(list).toContain('The board next door');
    expect(list).toMatch(/All [2-9]/);
    expect(list).not.toContain('Secret');
    caller.type(KEYS.return);
    const call = await near.call();
    call.send('Welcome to Next Door');
    await caller.sees('Welcome to Next Door');
    const header = parseProxyHeader(call.received());
    expect(header).toMatchObject({ kind: 'header', source: '127.0.0.1', isProxyItself: false });
    call.socket.end();
    await comesBack(caller, 'Where to?');
  });

  it('leads a caller with UTF-8 to the address for them', async () => {
    caller = await board.ssh({ userName: 'alice', password: PASSWORD });
    await caller.sees('Both doors are open.');
    caller.type(KEYS.return);
    await caller.sees('Enter: go there');
    caller.type(KEYS.return);
    const call = await utf8.call();
    call.socket.end('goodbye');
    await comesBack(caller, 'Where to?');
  });

  it('names a silent board to the sysop', async () => {
    caller = await board.telnet();
    const { out } = await board.tryOputil('doctor');
    const flat = out.replaceAll(/\s+/g, ' ');
    expect(flat).toContain(`destinations.dead-end at 127.0.0.1:${deadPort} does not answer`);
    expect(flat).not.toContain('destinations.next-door');
    // Nothing is dialled where the settings do not say by which server.
    expect(flat).not.toContain('destinations.no-way at');
  });

  it('hands nobody on to another board than he read of, where the list has changed meanwhile', async () => {
    await come();
    caller.type(KEYS.return);
    await caller.sees('Enter: go there');
    const file = join(dir, 'config', 'config.hjson');
    const text = await readFile(file, 'utf8');
    const before = near.calls.length;
    const reloaded = board.events('board.reloaded').length;
    await writeFile(file, text.replace('name: "Dead End"', 'name: "Another End"'));
    await board.logged('board.reloaded', {}, reloaded + 1);
    caller.type(KEYS.return);
    await caller.sees('Another End');
    expect(near.calls.length).toBe(before);
    await writeFile(file, text);
    await board.logged('board.reloaded', {}, reloaded + 2);
  });

  it('says within three seconds that a board is silent, and marks it in the list', async () => {
    await come();
    caller.type(KEYS.return);
    await caller.sees('Enter: go there');
    caller.type(`${KEYS.down}${KEYS.return}`);
    await caller.sees('Dead End does not answer. Please try again later.');
    caller.type(KEYS.return);
    expect(await caller.sees('silent since')).toMatch(/Dead End +silent since \d\d:\d\d/);
    const since = new Date(board.clock.nowMs()).toISOString().slice(0, 11);
    const { body } = await board.browse(`https://localhost:${board.httpsPort}/_enig/health`);
    expect(JSON.parse(body)).toEqual({
      status: 'ok',
      silent: { 'dead-end': expect.stringContaining(since) as unknown },
    });
    // The list is where it was left: the one above is chosen next.
    const coming = near.call(near.calls.length + 1);
    caller.type(`${KEYS.up}${KEYS.return}`);
    (await coming).socket.end();
    await comesBack(caller, 'Where to?');
  });

  it('logs nobody off at Esc, says what the keys do, and names the key that logs off', async () => {
    await come();
    caller.type(KEYS.return);
    expect(await caller.sees('Enter: go there')).toContain('G: log off');
    caller.type(KEYS.escape);
    await caller.sees('There is no way back from here. ?: help');
    caller.type('?');
    const help = await caller.sees('This page');
    expect(help).toMatch(/Enter +Go there/);
    expect(help).toMatch(/G +Log/);
    await caller.sees('Press a key');
    caller.type(' ');
    await caller.sees('Where to?');
  });

  const KEYS_OF_ITS_MENUS = [
    { menu: 'boards', way: '', shows: 'Enter: go there', back: 'There is no way back from here' },
    { menu: 'account', way: 'a', shows: 'Two-factor sign-in', back: 'Where to?' },
  ] as const;

  it.each(KEYS_OF_ITS_MENUS)(
    'in its menu $menu ?, F1, ^L, ^R and unknown letters do what they do in the stock menus',
    async ({ way, shows }) => {
      await come();
      caller.type(KEYS.return);
      await caller.sees('Enter: go there');
      caller.type(way);
      await caller.sees(shows);
      const { screen } = caller;
      const before = screen.text();
      for (const keys of [HELP['?'], HELP.F1]) {
        caller.type(keys);
        await caller.sees('This page');
        await caller.sees('Press a key');
        caller.type(' ');
        await caller.sees(shows);
        expect(screen.text()).toBe(before);
      }
      for (const letter of ['l', 'r']) {
        screen.write(Buffer.from('\x1b[2J\x1b[5;5Hgarbage'));
        await caller.sees('garbage');
        caller.type(CTRL(letter));
        await caller.sees(shows);
        expect(screen.text()).toBe(before);
      }
      const rows = screen.rows();
      caller.type('#');
      await caller.sees('No such key here: #. ?: help');
      const covered = rows.filter(
        (row, index) => row.trim() !== '' && row !== screen.row(index + 1),
      );
      expect(covered).toEqual([]);
    },
  );

  it.each(KEYS_OF_ITS_MENUS)(
    'from its menu $menu Esc, ^C and ^D log nobody off',
    async ({ way, shows, back }) => {
      await come();
      caller.type(KEYS.return);
      await caller.sees('Enter: go there');
      for (const keys of [CTRL('c'), CTRL('d'), ESCAPE]) {
        caller.type(way);
        await caller.sees(shows);
        caller.type(keys);
        await caller.sees(back);
        // A move in the list ends what is said there.
        caller.type(KEYS.down);
        await caller.seesNoMore('There is no way back');
      }
    },
  );

  it('opens a program of this machine as one of the boards', async () => {
    await come();
    caller.type(KEYS.return);
    await caller.sees('A Door');
    caller.type(`\x1b[F${KEYS.return}`);
    await caller.sees('A door for ansi');
    caller.type('hello\r');
    await caller.sees('You said hello.');
    await caller.sees('Where to?');
  });

  it('shows a caller his account, and the way back', async () => {
    await come();
    caller.type(KEYS.return);
    await caller.sees('Enter: go there');
    caller.type('a');
    await caller.sees('Two-factor sign-in');
    caller.type(KEYS.escape);
    await caller.sees('Where to?');
    caller.type('g');
    expect(await caller.isHungUpOn()).toContain('Good night');
  });
});

describe('a destination by SSH of a board that init --gate makes', () => {
  it('takes nobody until the keys that init names are there, and then hands a caller on', async () => {
    const far = await FarSsh.open({ userName: 'guest', password: 'a word for the shell' });
    const dir = join(await mkdtemp(join(tmpdir(), 'sallyport-gate-')), 'gate');
    await initGate(dir, [`ssh://guest@127.0.0.1:${far.port}#A Shell`]);
    const board = await TestBoard.start({ boardDir: dir });
    await board.addUser('alice', PASSWORD);
    const alice = await board.telnet();
    await signIn(alice, 'alice');
    await alice.sees('Both doors are open.');
    alice.type(KEYS.return);
    await alice.sees('Enter: go there');
    alice.type(KEYS.return);
    await alice.sees('A Shell does not take your call. Please tell the sysop.');
    expect(far.offered).toEqual([]);

    const [failed] = await board.logged('onward.failed');
    const print = /host key is (SHA256:[\w+/]+)/.exec(JSON.stringify(failed))?.[1];
    expect(print).toBe(far.fingerprint);
    const file = join(dir, 'config', 'config.hjson');
    const text = await readFile(file, 'utf8');
    const edited = text
      .replace('// hostKey: "SHA256:..."', `hostKey: "${print}"`)
      .replace(/\/\/ password: .*/, 'password: "a word for the shell"');
    await writeFile(file, edited);
    await board.logged('board.reloaded');
    alice.type(KEYS.return);
    await alice.sees('Enter: go there');
    const coming = far.shell();
    alice.type(KEYS.return);
    const shell = await coming;
    shell.channel.write('Welcome to the shell\r\n$ ');
    await alice.sees('Welcome to the shell');
    alice.type('ls');
    await shell.sees('ls');
    expect(far.offered.at(-1)).toBe('guest password');
    shell.end('logged out\r\n');
    await comesBack(alice, 'Where to?');
    alice.hangUp();
    await board.remove();
    await far.close();
    await rm(join(dir, '..'), { recursive: true });
  });
});

describe('init --gate', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sallyport-gate-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('writes each address with a key of its own, and says what ssh still needs', async () => {
    const lines = await initGate(join(folder, 'b'), [
      'telnet://bbs.example.org#Café ½',
      'telnet://127.0.0.1:24#Café',
      'ssh://guest@[::1]:2222#"quoted"',
    ]);
    const text = await readFile(join(folder, 'b', 'config', 'config.hjson'), 'utf8');
    expect(text).toMatch(/escapeKey is the key that brings a caller back.*\n.*"send escape"/s);
    expect(text).toContain('// escapeKey: "^B"');
    expect(text).toMatch(/"caf": \{[^}]*name: "Café ½"[^}]*host: "bbs.example.org"/);
    expect(text).toMatch(/"caf-2": \{[^}]*port: 24/);
    expect(text).toMatch(
      /"quoted": \{[^}]*name: "\\"quoted\\""[^}]*host: "::1"[^}]*port: 2222[^}]*userName: "guest"/,
    );
    expect(lines.at(-1)).toBe(
      'destinations.quoted still needs hostKey, and password or privateKey',
    );
  });

  it.each([
    ['http://127.0.0.1', /begins with telnet:\/\/, rlogin:\/\/, ssh:\/\//],
    ['exec:bin/sh', /named by its whole path alone/],
    ['exec://host/bin/sh', /named by its whole path alone/],
    ['exec:/bin/sh?-c', /named by its whole path alone/],
    ['exec:/bin/100%', /a percent sign in it begins no character/],
    ['telnet://host#100%', /a percent sign in it begins no character/],
    ['127.0.0.1:23', /begins with/],
    ['ssh://bob:secret@host', /password does not belong on a command line/],
    ['telnet://bob@host', /only ssh:\/\/ takes the name of an account/],
    ['telnet://host/path', /nothing follows the port but #NAME/],
  ])('refuses %s with an example, and makes nothing', async (address, why) => {
    const made = initGate(join(folder, 'b'), [address]);
    await expect(made).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringMatching(why) as string,
    });
    await expect(made).rejects.toMatchObject({
      message: expect.not.stringContaining('secret') as string,
    });
    await expect(readFile(join(folder, 'b', 'config', 'config.hjson'))).rejects.toThrow('ENOENT');
  });

  it('leaves a board alone that is there already', async () => {
    await initGate(join(folder, 'b'), ['telnet://127.0.0.1']);
    await expect(initGate(join(folder, 'b'), ['telnet://127.0.0.1'])).rejects.toMatchObject({
      message: expect.stringContaining('is there already') as string,
    });
  });
});

it('what is wrong in destinations is told by config check, each with its place', async () => {
  const one = { kind: 'telnet', name: 'One', hots: '127.0.0.1', acs: 'GM[users' };
  const two = { kind: 'ssh', name: 'Two', host: '127.0.0.1', port: 70_000, password: 'x' };
  const three = { kind: 'exec', name: 'Three', host: '127.0.0.1', io: 'pipe' };
  const dir = await BoardDir.make({
    'config/config.hjson': JSON.stringify({ destinations: { one, two, three } }, null, 2),
  });
  const board = await TestBoard.start({ boardDir: dir.path });
  const { out } = await board.tryOputil('config', 'check', '--all');
  await board.remove();
  await dir.remove();
  expect(
    out
      .match(/config\.hjson:\d+:\d+: .*destinations.*$/gm)
      ?.map((line) => line.replace(/^.*?: /, '')),
  ).toEqual([
    "destinations.one: 'host' is missing: nobody gets there",
    "destinations.one: 'hots' has no effect; did you mean 'host'?",
    "destinations.one: acs: this '[' is never closed",
    "destinations.two: 'hostKey' is a fingerprint such as SHA256:...; without it nobody is handed on (ssh-keyscan HOST | ssh-keygen -lf -)",
    "destinations.two: 'port' is a number from 1 to 65535",
    "destinations.three: 'cmd' is missing: nobody gets there",
    "destinations.three: 'host' has no effect",
    "destinations.three: 'io' is stdio or socket; stdio is used",
  ]);
});
