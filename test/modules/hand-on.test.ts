import { TestBoard } from '../support/board';
import { BoardDir } from '../support/board-dir';
import { KEYS, type DialledCaller } from '../support/dial';
import { FarBoard } from '../support/far-board';
import { goToMainMenu, PASSWORD, signIn } from '../support/sign-in';
import { callerIn, comesBack, mainMenuWith } from '../support/talk-board';

const IAC = 255;

describe('modules that hand a caller on', () => {
  let far: FarBoard;
  let dir: BoardDir;
  let board: TestBoard;

  beforeAll(async () => {
    far = await FarBoard.open();
    const to = { host: '127.0.0.1', port: far.port };
    const nobody = await FarBoard.open();
    const deadPort = nobody.port;
    await nobody.close();
    const menus = {
      next: { module: 'telnet_bridge', config: { ...to, name: 'Next Door', sendUserName: true } },
      nowhere: { module: 'telnet_bridge', config: { name: 'Nowhere' } },
      dead: {
        module: 'telnet_bridge',
        config: { host: '127.0.0.1', port: deadPort, name: 'Dead End' },
      },
      short: { module: 'telnet_bridge', config: { ...to, name: 'Short', maxSeconds: 0.2 } },
      door: {
        module: 'rlogin',
        config: {
          ...to,
          clientName: 'shared-word',
          serverName: '[GATE]{userName}',
          terminal: 'xtrn=LORD',
          names: { alice: 'ALICE SMITH' },
        },
      },
      quiet: { module: 'telnet_bridge', config: { ...to, name: 'Quiet', idleSeconds: 0.2 } },
      second: {
        module: 'rlogin',
        config: { ...to, clientName: '[GATE]{userName}', serverName: 'shared-word' },
      },
      plain: { module: 'rlogin', config: to },
      whence: { module: 'rlogin', config: { ...to, clientName: '{remoteIp}' } },
      taken: { module: 'rlogin', config: { ...to, name: 'Rivals', names: { carol: 'BOB' } } },
      folded: {
        module: 'rlogin',
        config: { ...to, names: { ALICE: '{terminalType}' }, onlyNames: true },
      },
    };
    const commands = Object.fromEntries(
      Object.keys(menus).map((name) => [name.toUpperCase(), name]),
    );
    dir = await BoardDir.make({ 'config/menus/main.hjson': mainMenuWith(commands, menus) });
    board = await TestBoard.start({ boardDir: dir.path });
    for (const name of ['alice', 'bob']) await board.addUser(name, PASSWORD);
  });
  afterAll(async () => {
    await board.remove();
    await dir.remove();
    await far.close();
  });

  let callers: DialledCaller[] = [];
  afterEach(() => {
    for (const caller of callers) caller.hangUp();
    callers = [];
  });
  const come = async (name: string): Promise<DialledCaller> => {
    const caller = await callerIn(board, name, PASSWORD);
    callers.push(caller);
    return caller;
  };
  const choose = (caller: DialledCaller, command: string): void =>
    caller.type(`${command}${KEYS.return}`);
  const farCall = (): ReturnType<FarBoard['call']> => far.call(far.calls.length + 1);

  it('by telnet: the caller meets the board, its last words, and then the menu again', async () => {
    const alice = await come('alice');
    const coming = farCall();
    choose(alice, 'NEXT');
    const call = await coming;
    await alice.receives('Connecting to Next Door. Esc cancels.');
    call.send(Buffer.from([IAC, 253, 39, IAC, 250, 39, 1, IAC, 240]));
    await call.sees('alice');
    expect(await alice.sees('Ctrl-] brings you back.')).not.toContain('Esc cancels');
    call.send('Welcome to Next Door\r\n? ');
    await alice.sees('Welcome to Next Door');
    alice.type('hello');
    await call.sees('hello');
    call.socket.end('\x1b[?25l\x1b[41mgoodbye');
    await comesBack(alice, 'Command');
    expect(board.events('onward.ended').at(-1)).toMatchObject({ end: 'board', port: far.port });
    // Colours and the hidden cursor of that board are not left behind.
    await alice.receives('goodbye\x1b[0m\x1b[?25h');
  });

  it('a board that ends the connection is named below its last words, until a key', async () => {
    const alice = await come('alice');
    const coming = farCall();
    choose(alice, 'NEXT');
    const call = await coming;
    call.send('\x1b[2J\x1b[H\x1b[23;1HCarrier lost.\r\nNO CARRIER');
    await alice.sees('NO CARRIER');
    alice.type('typed before the end');
    await call.sees('before the end');
    call.socket.end();
    const told = await alice.sees('Press a key');
    expect(told).toMatch(
      /Carrier lost\.\s+NO CARRIER\s+Next Door has ended the connection\.\s+Press a key/,
    );
    alice.type(KEYS.return);
    await alice.sees('Command');
  });

  it('a caller who hangs up while the end is told ends the call at once', async () => {
    await board.addUser('dave', PASSWORD);
    const dave = await come('dave');
    const coming = farCall();
    choose(dave, 'NEXT');
    (await coming).socket.end('bye');
    await dave.sees('Next Door has ended the connection.');
    expect(board.events('call.ended').filter(({ user }) => user === 'dave')).toEqual([]);
    dave.hangUp();
    await board.logged('call.ended', { user: 'dave' });
  });

  it('by telnet, to a caller over SSH as well, and the escape key brings him back', async () => {
    const bob = await board.ssh({ userName: 'bob', password: PASSWORD });
    callers.push(bob);
    await goToMainMenu(bob);
    const coming = farCall();
    choose(bob, 'NEXT');
    const call = await coming;
    call.send('a long story');
    await bob.sees('a long story');
    bob.send(Buffer.from([0x1d]));
    await bob.sees('h: hang up');
    bob.type('h');
    await bob.sees('Command');
    expect(board.events('onward.ended').at(-1)).toMatchObject({ end: 'left', user: 'bob' });
  });

  it('by rlogin: the greeting has what the menu says, and the name there', async () => {
    const alice = await come('alice');
    const coming = farCall();
    choose(alice, 'DOOR');
    const call = await coming;
    await call.sees('\0shared-word\0[GATE]ALICE SMITH\0xtrn=LORD\0');
    call.send('\0The Red Dragon');
    await alice.sees('The Red Dragon');
    call.socket.end();
    await comesBack(alice, 'Command');
  });

  it('by rlogin: a secret may stand in the second field as well', async () => {
    const alice = await come('alice');
    const coming = farCall();
    choose(alice, 'SECOND');
    const call = await coming;
    await call.sees('\0[GATE]alice\0shared-word\0ansi/115200\0');
    call.send('\0in');
    await alice.sees('in');
    call.socket.end();
    await comesBack(alice, 'Command');
  });

  it('by rlogin: without more the name twice, and nothing of the password', async () => {
    const bob = await come('bob');
    const coming = farCall();
    choose(bob, 'PLAIN');
    const call = await coming;
    await call.sees('\0bob\0bob\0');
    call.send('\0in');
    await bob.sees('in');
    expect(call.received().includes(PASSWORD)).toBe(false);
    call.socket.end();
    await comesBack(bob, 'Command');
  });

  it('by rlogin: a field may have the address of the caller', async () => {
    const bob = await come('bob');
    const coming = farCall();
    choose(bob, 'WHENCE');
    const call = await coming;
    await call.sees('\x00127.0.0.1\0bob\0');
    call.send('\0in');
    await bob.sees('in');
    call.socket.end();
    await comesBack(bob, 'Command');
  });

  it('by rlogin: nobody goes under a name that is given to another account', async () => {
    const bob = await come('bob');
    const before = far.calls.length;
    choose(bob, 'TAKEN');
    await bob.sees('Your name has no account at Rivals. Please ask the sysop.');
    bob.type(KEYS.return);
    await bob.sees('Command');
    choose(bob, 'FOLDED');
    await bob.sees('Your name has no account at 127.0.0.1.');
    expect(far.calls.length).toBe(before);
  });

  it('by rlogin: a name is found whatever its case, and is no template', async () => {
    const alice = await come('alice');
    const coming = farCall();
    choose(alice, 'FOLDED');
    const call = await coming;
    await call.sees('\0{terminalType}\0{terminalType}\0');
    call.socket.end('\0');
    await comesBack(alice, 'Command');
  });

  it('a board that is not there is told to the caller, who goes on', async () => {
    const alice = await come('alice');
    choose(alice, 'DEAD');
    await alice.sees('Dead End does not answer. Please try again later.');
    alice.type(KEYS.return);
    await alice.sees('Command');
    expect(board.events('onward.failed').at(-1)).toMatchObject({ host: '127.0.0.1' });
  });

  it('a menu without an address says so', async () => {
    const alice = await come('alice');
    choose(alice, 'NOWHERE');
    await alice.sees('does not say which board it leads to');
    alice.type(KEYS.return);
    await alice.sees('Command');
  });

  it('a board that never takes an rlogin call can be cancelled', async () => {
    const alice = await come('alice');
    const coming = farCall();
    choose(alice, 'DOOR');
    const call = await coming;
    await alice.sees('Esc cancels');
    alice.type(KEYS.escape);
    await alice.sees('Command');
    expect(call.received().includes(0x1b)).toBe(false);
  });

  it('the end of the time there is said', async () => {
    const alice = await come('alice');
    choose(alice, 'SHORT');
    await alice.sees('Your time at Short is over.');
    alice.type(KEYS.return);
    await alice.sees('Command');
  });

  it('the end of a silent stay is said', async () => {
    const alice = await come('alice');
    choose(alice, 'QUIET');
    await alice.sees('The connection to Quiet ended: nothing was sent for too long.');
    expect(board.events('onward.ended').at(-1)).toMatchObject({ end: 'idle' });
    alice.type(KEYS.return);
    await alice.sees('Command');
  });

  it('what is typed before the board answers is for the board', async () => {
    const alice = await come('alice');
    const coming = farCall();
    choose(alice, 'DOOR');
    await alice.sees('Esc cancels');
    alice.type('early');
    const call = await coming;
    await board.logged('call.began');
    call.send('\0');
    await call.sees('\0xtrn=LORD\0early');
    call.socket.end();
    await comesBack(alice, 'Command');
  });

  it('what a menu says wrong is found before anybody calls, with its place', async () => {
    const wrong = {
      host: 7,
      port: 70_000,
      encoding: 'cp473',
      escapeKey: 'ESC',
      maxSeconds: 'an hour',
      font: 'Topas',
    };
    const other = await BoardDir.make({
      'config/menus/main.hjson': mainMenuWith(
        { BAD: 'bad' },
        { bad: { module: 'telnet_bridge', config: wrong } },
      ),
    });
    const checking = await TestBoard.start({ boardDir: other.path });
    const { out } = await checking.tryOputil('menu', 'check', '--all');
    await checking.remove();
    await other.remove();
    for (const key of Object.keys(wrong)) {
      expect(out).toMatch(new RegExp(`main\\.hjson:\\d+:\\d+: warning: bad: '${key}' is`));
    }
  });

  it('nobody is handed on before the sign-in is complete', async () => {
    const before = far.calls.length;
    const secret = await board.bindOtp('bob', 'google');
    const caller = await board.telnet();
    callers.push(caller);
    await signIn(caller, 'bob');
    await caller.sees('One-time code');
    choose(caller, 'NEXT');
    await caller.sees('Six digits, or a backup code: 4 groups of 5 letters.');
    expect(secret).not.toBe('');
    expect(far.calls.length).toBe(before);
  });
});
