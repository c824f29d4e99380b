import { TestBoard } from '../support/board';
import { BoardDir } from '../support/board-dir';
import { KEYS, type DialledCaller } from '../support/dial';
import { FarBoard } from '../support/far-board';
import { FarSsh } from '../support/far-ssh';
import { goToMainMenu, PASSWORD } from '../support/sign-in';
import { ed25519Pair } from '../support/ssh-keys';
import { callerIn, comesBack, mainMenuWith } from '../support/talk-board';

const THERE = 'a word for the other board';

describe('the module ssh_bridge', () => {
  const ownKey = ed25519Pair();
  const lockedKey = ed25519Pair('a word for the key').private;
  let far: FarSsh;
  let silent: FarBoard;
  let dir: BoardDir;
  let board: TestBoard;
  let alice: DialledCaller;

  beforeAll(async () => {
    far = await FarSsh.open({
      userName: 'ALICE',
      password: THERE,
      publicKey: ownKey.public,
    });
    silent = await FarBoard.open((call) => call.socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const to = {
      ...{ host: '127.0.0.1', port: far.port, name: 'Far Shell', names: { alice: 'ALICE' } },
      hostKey: far.fingerprint,
    };
    const module = 'ssh_bridge';
    const menus = {
      word: {
        module,
        config: { ...to, password: THERE, env: { CALLER: '{userName} {remoteIp}' } },
      },
      key: { module, config: { ...to, privateKey: ownKey.private } },
      wrong: { module, config: { ...to, password: 'another' } },
      other: { module, config: { ...to, password: THERE, hostKey: `SHA256:${'A'.repeat(43)}` } },
      unpinned: { module, config: { ...to, password: THERE, hostKey: undefined } },
      bare: { module, config: { ...to, password: THERE, certificate: 'a line' } },
      cut: { module, config: { ...to, privateKey: ownKey.private.slice(0, 200) } },
      public: { module, config: { ...to, privateKey: ownKey.public } },
      locked: { module, config: { ...to, privateKey: lockedKey } },
      foreign: {
        module,
        config: { ...to, privateKey: ownKey.private, certificate: ownKey.public },
      },
      odd: { module, config: { ...to, password: THERE, env: { 'a b': 'x' } } },
      web: { module, config: { ...to, port: silent.port, password: THERE } },
    };
    const commands = Object.fromEntries(
      Object.keys(menus).map((name) => [name.toUpperCase(), name]),
    );
    dir = await BoardDir.make({ 'config/menus/main.hjson': mainMenuWith(commands, menus) });
    board = await TestBoard.start({ boardDir: dir.path });
    await board.addUser('alice', PASSWORD);
  });
  afterAll(async () => {
    await board.remove();
    await dir.remove();
    await far.close();
    await silent.close();
  });
  afterEach(() => alice.hangUp());

  const choose = (command: string): void => alice.type(`${command}${KEYS.return}`);
  const lastFailure = (): string => JSON.stringify(board.events('onward.failed').at(-1));

  it('signs a caller in there with the terminal that he has, and comes back when the shell ends', async () => {
    alice = await callerIn(board, 'alice', PASSWORD);
    const coming = far.shell();
    choose('WORD');
    const shell = await coming;
    expect(shell).toMatchObject({ size: '80x24', terminalType: 'ansi' });
    expect(far.variables).toEqual(['CALLER=ALICE 127.0.0.1']);
    shell.channel.write('Welcome to the shell\r\n$ ');
    await alice.sees('Welcome to the shell');
    alice.type('ls');
    await shell.sees('ls');
    shell.end('logged out\r\n');
    await comesBack(alice, 'Command');
    expect(board.events('onward.ended').at(-1)).toMatchObject({ end: 'board', port: far.port });
    expect(far.offered).not.toContain(`alice password`);
  });

  it('signs in with a key of the board’s own, tells the size when it changes, and hangs up by the escape key', async () => {
    alice = await board.ssh({ userName: 'alice', password: PASSWORD });
    await goToMainMenu(alice);
    const coming = far.shell();
    choose('KEY');
    const shell = await coming;
    shell.channel.write('here');
    await alice.sees('here');
    alice.resize(100, 40);
    await board.logged('onward.began');
    await shell.hasSize('100x40');
    alice.send(Buffer.from([0x1d]));
    await alice.sees('h: hang up');
    alice.type('h');
    await alice.sees('Command');
  });

  it.each([
    ['OTHER', /host key is SHA256:\S+, and hostKey is SHA256:AAAA/],
    ['UNPINNED', /host key is SHA256:\S+, and hostKey names none/],
  ])('sends nothing to a board whose host key is not the known one (%s)', async (command, log) => {
    alice = await callerIn(board, 'alice', PASSWORD);
    const before = far.offered.length;
    choose(command);
    await alice.sees('Far Shell does not take your call. Please tell the sysop.');
    alice.type(KEYS.return);
    await alice.sees('Command');
    expect(lastFailure()).toMatch(log);
    expect(far.offered.length).toBe(before);
  });

  it('says that the board does not take the call where it refuses the account', async () => {
    alice = await callerIn(board, 'alice', PASSWORD);
    choose('WRONG');
    await alice.sees('Far Shell does not take your call. Please tell the sysop.');
    expect(lastFailure()).not.toContain('another');
  });

  it('takes something that is no SSH server for a board that does not answer', async () => {
    alice = await callerIn(board, 'alice', PASSWORD);
    choose('WEB');
    await alice.sees('Far Shell does not answer. Please try again later.');
  });

  it('is told by menu check what is missing', async () => {
    const { out } = await board.tryOputil('menu', 'check', '--all');
    expect(out).toMatch(/warning: unpinned: 'hostKey' is a fingerprint such as SHA256:/);
    expect(out).toMatch(/warning: bare: 'certificate' needs the 'privateKey' that it is of/);
    expect(out).toMatch(/warning: odd: 'env' is a map of names such as CALLER_ADDRESS/);
    expect(out).toMatch(
      /warning: cut: 'privateKey' cannot be used: the private key cannot be read/,
    );
    expect(out).toMatch(/warning: public: 'privateKey' cannot be used: there is a public key/);
    expect(out).toMatch(/warning: locked: 'privateKey' cannot be used: .* encrypted/);
    expect(out).toMatch(/warning: foreign: 'certificate' cannot be used: .* none of the private/);
    expect(out).not.toContain(ownKey.private.slice(60, 120));
    expect(out).not.toMatch(/warning: (word|key): /);
  });

  it('says why in the log where its own key cannot be used, and asks no board for it', async () => {
    alice = await callerIn(board, 'alice', PASSWORD);
    const before = far.offered.length;
    choose('CUT');
    await alice.sees('Far Shell does not take your call. Please tell the sysop.');
    expect(lastFailure()).toMatch(/the private key cannot be read/);
    expect(far.offered.length).toBe(before);
  });
});
