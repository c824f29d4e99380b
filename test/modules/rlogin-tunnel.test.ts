import { TestBoard } from '../support/board';
import { BoardDir } from '../support/board-dir';
import { KEYS, type DialledCaller } from '../support/dial';
import { FarBoard } from '../support/far-board';
import { FarSsh } from '../support/far-ssh';
import { eventually } from '../support/raw-caller';
import { PASSWORD } from '../support/sign-in';
import { ed25519Pair } from '../support/ssh-keys';
import { callerIn, comesBack, mainMenuWith } from '../support/talk-board';

describe('the module rlogin through a server with SSH', () => {
  const ownKey = ed25519Pair();
  let gateway: FarSsh;
  let other: FarSsh;
  let far: FarBoard;
  let dir: BoardDir;
  let board: TestBoard;
  let alice: DialledCaller;

  beforeAll(async () => {
    gateway = await FarSsh.open({ userName: 'gate', publicKey: ownKey.public });
    other = await FarSsh.open({ userName: 'gate', publicKey: ownKey.public });
    far = await FarBoard.open();
    const to = { host: '127.0.0.1', port: far.port, name: 'Far Board' };
    const by = ({ port, fingerprint }: FarSsh, more: object = {}): object => ({
      ...{ host: '127.0.0.1', port, userName: 'gate', hostKey: fingerprint },
      ...{ privateKey: ownKey.private, ...more },
    });
    const module = 'rlogin';
    const word = { ...to, clientName: '{password}' };
    const menus = {
      through: { module, config: { ...to, tunnel: by(gateway) } },
      header: { module, config: { ...to, tunnel: by(gateway), proxyHeader: 'v1' } },
      straight: { module, config: word },
      one: { module, config: { ...word, tunnel: by(gateway) } },
      two: { module, config: { ...word, tunnel: by(other) } },
      changed: { module, config: { ...to, tunnel: by(gateway, { hostKey: other.fingerprint }) } },
      unpinned: { module, config: { ...to, tunnel: by(gateway, { hostKey: undefined }) } },
      stranger: { module, config: { ...to, tunnel: by(gateway, { userName: 'nobody' }) } },
      text: { module, config: { ...to, tunnel: `gate@127.0.0.1:${gateway.port}` } },
      bare: { module, config: { ...to, tunnel: by(gateway, { privateKey: undefined }) } },
      noKey: { module, config: { ...to, tunnel: by(gateway, { privateKey: 'no key' }) } },
      made: { module, config: { ...to, tunnel: by(gateway, { password: '{password}' }) } },
      far: {
        module,
        config: { ...word, host: 'h'.repeat(200), tunnel: by(gateway, { host: 'g'.repeat(200) }) },
      },
      typo: { module, config: { ...to, tunnel: by(gateway, { username: 'gate' }) } },
    };
    const names = Object.keys(menus);
    const commands = Object.fromEntries(names.map((name) => [name.toUpperCase(), name]));
    dir = await BoardDir.make({
      'config/menus/main.hjson': mainMenuWith(commands, menus),
      'config/far-key': ownKey.private,
    });
    board = await TestBoard.start({ boardDir: dir.path });
    await board.addUser('alice', PASSWORD);
  });
  afterAll(async () => {
    await board.remove();
    await dir.remove();
    await far.close();
    await gateway.close();
    await other.close();
  });
  beforeEach(async () => {
    alice = await callerIn(board, 'alice', PASSWORD);
  });
  afterEach(() => alice.hangUp());

  const choose = (command: string): void => alice.type(`${command}${KEYS.return}`);
  const nextCall = (): ReturnType<FarBoard['call']> => far.call(far.calls.length + 1);
  const lastFailure = (): string => JSON.stringify(board.events('onward.failed').at(-1));

  it('signs in there with the board’s key and greets the board behind it, and all of it ends together', async () => {
    const coming = nextCall();
    choose('THROUGH');
    const call = await coming;
    await call.sees('\0alice\0alice\0ansi/115200\0');
    expect(gateway.offered.at(-1)).toBe('gate publickey');
    expect(gateway.tunnels.at(-1)).toBe(`127.0.0.1:${far.port}`);
    call.send('\0Welcome behind it');
    await alice.sees('Welcome behind it');
    alice.type('hello');
    await call.sees('hello');
    expect(call.received().toString('latin1')).toBe('\0alice\0alice\0ansi/115200\0hello');
    call.socket.end();
    await comesBack(alice, 'Command');
    expect(board.events('onward.ended').at(-1)).toMatchObject({ end: 'board', port: far.port });
  });

  it('names the caller within the tunnel, before the greeting', async () => {
    const coming = nextCall();
    choose('HEADER');
    const call = await coming;
    await call.sees('ansi/115200\0');
    const header = `PROXY TCP4 127.0.0.1 127.0.0.1 0 ${far.port}\r\n`;
    expect(call.received().toString('latin1')).toBe(`${header}\0alice\0alice\0ansi/115200\0`);
    call.send('\0in');
    await alice.sees('in');
    alice.hangUp();
    await eventually('the end at the board', () => call.isEnded);
  });

  it('keeps a password of its own for each board that has the same address behind another server', async () => {
    const passwords: string[] = [];
    for (const command of ['STRAIGHT', 'ONE', 'TWO', 'ONE']) {
      const coming = nextCall();
      choose(command);
      if (passwords.length < 3) {
        await alice.sees('Press a key');
        alice.type(KEYS.return);
      }
      const call = await coming;
      await call.sees('ansi/115200\0');
      passwords.push(call.received().toString('latin1').split('\0')[1] ?? '');
      call.send('\0');
      call.socket.end();
      await comesBack(alice, 'Command');
    }
    const [straight, one, two, again] = passwords;
    expect(new Set([straight, one, two]).size).toBe(3);
    expect(again).toBe(one);
    expect(straight).toMatch(/^[A-Za-z0-9]{20}$/);
  });

  it.each([
    ['CHANGED', /host key is SHA256:\S+, and hostKey is SHA256:/],
    ['UNPINNED', /host key is SHA256:\S+, and hostKey names none/],
    ['STRANGER', /authentication/],
    ['TEXT', /tunnel: it is a block of keys/],
    ['BARE', /tunnel: 'password' or 'privateKey' is needed/],
    ['NOKEY', /the private key cannot be read/],
    ['MADE', /tunnel: 'password' is this board's own there/],
  ])('goes no other way where the tunnel does not stand (%s)', async (command, log) => {
    const calls = far.calls.length;
    choose(command);
    await alice.sees('Far Board does not take your call. Please tell the sysop.');
    alice.type(KEYS.return);
    await alice.sees('Command');
    expect(lastFailure()).toMatch(log);
    expect(far.calls.length).toBe(calls);
  });

  it('keeps a password under no longer text than the store has room for', async () => {
    choose('FAR');
    await alice.sees('Press a key');
    alice.type(KEYS.return);
    await alice.sees('does not answer. Please try again later.');
    const kept = (await board.files()).map((file) => file.toString('latin1')).join();
    expect(kept).toMatch(/sha256:[0-9a-f]{64}/);
    expect(kept).not.toContain(`/${'h'.repeat(200)}`);
  });

  it('says that a board does not answer to which the server opens no connection', async () => {
    gateway.refusesTunnels = true;
    choose('THROUGH');
    await alice.sees('Far Board does not answer. Please try again later.');
    gateway.refusesTunnels = false;
    expect(lastFailure()).toMatch(/the gateway opens no connection/);
  });

  it('is told by menu check what is wrong', async () => {
    const { out } = await board.tryOputil('menu', 'check', '--all');
    expect(out).toMatch(/warning: text: tunnel: it is a block of keys/);
    expect(out).toMatch(/warning: bare: tunnel: 'password' or 'privateKey' is needed/);
    expect(out).toMatch(/warning: noKey: tunnel: 'privateKey' cannot be used: the private key/);
    expect(out).toMatch(/warning: unpinned: tunnel: 'hostKey' is a fingerprint/);
    expect(out).toMatch(/warning: typo: tunnel: 'username' has no effect/);
    expect(out).not.toMatch(/warning: (through|header|one): /);
  });
});
