import { TestBoard } from '../support/board';
import { BoardDir } from '../support/board-dir';
import { KEYS, type DialledCaller } from '../support/dial';
import { FarBoard } from '../support/far-board';
import { FarSsh } from '../support/far-ssh';
import { PASSWORD } from '../support/sign-in';
import { callerIn, comesBack, mainMenuWith } from '../support/talk-board';

const THERE = 'a word for the gateway';

describe('the module door_party', () => {
  let gateway: FarSsh;
  let doors: FarBoard;
  let dir: BoardDir;
  let board: TestBoard;
  let alice: DialledCaller;

  beforeAll(async () => {
    gateway = await FarSsh.open({ userName: 'ourboard', password: THERE });
    doors = await FarBoard.open();
    const to = {
      ...{ host: '127.0.0.1', sshPort: gateway.port, rloginPort: doors.port },
      ...{ username: 'ourboard', password: THERE, bbsTag: 'OUR', hostKey: gateway.fingerprint },
    };
    const module = 'door_party';
    const menus = {
      party: { module, config: to },
      lord: {
        module,
        config: { ...to, bbsTag: '[OUR]', clientName: '{remoteIp}', terminal: 'xtrn=lord' },
      },
      wrong: { module, config: { ...to, password: 'another' } },
      other: { module, config: { ...to, hostKey: `SHA256:${'A'.repeat(43)}` } },
      bare: { module, config: { ...to, bbsTag: undefined, hostKey: undefined } },
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
    await doors.close();
    await gateway.close();
  });
  beforeEach(async () => {
    alice = await callerIn(board, 'alice', PASSWORD);
  });
  afterEach(() => alice.hangUp());

  const choose = (command: string): void => alice.type(`${command}${KEYS.return}`);
  const lastFailure = (): string => JSON.stringify(board.events('onward.failed').at(-1));
  const nextCall = (): ReturnType<FarBoard['call']> => doors.call(doors.calls.length + 1);

  it('signs in at the gateway as the board, and inside by rlogin under the board’s tag', async () => {
    const coming = nextCall();
    choose('PARTY');
    const call = await coming;
    await call.sees('\0alice\0[OUR]alice\0ansi/115200\0');
    expect(gateway.tunnels.at(-1)).toBe(`127.0.0.1:${doors.port}`);
    call.send('\0Welcome to the party');
    await alice.sees('Welcome to the party');
    alice.type('hello');
    await call.sees('hello');
    expect(call.received().includes(PASSWORD)).toBe(false);
    call.socket.end();
    await comesBack(alice, 'Command');
    expect(board.events('onward.ended').at(-1)).toMatchObject({ end: 'board', port: gateway.port });
  });

  it('begins with a door where the third field names one, and the escape key ends all of it', async () => {
    const coming = nextCall();
    choose('LORD');
    const call = await coming;
    await call.sees('\x00127.0.0.1\0[OUR]alice\0xtrn=lord\0');
    call.send('\0in');
    await alice.sees('in');
    await board.logged('onward.began');
    alice.send(Buffer.from([0x1d]));
    await alice.sees('h: hang up');
    alice.type('h');
    await alice.sees('Command');
    await alice.until('the end at the doors', () => call.isEnded);
  });

  it('sends nothing to a gateway whose host key is not the known one', async () => {
    const before = gateway.offered.length;
    choose('OTHER');
    await alice.sees('DoorParty does not take your call. Please tell the sysop.');
    expect(lastFailure()).toMatch(/host key is SHA256:\S+, and hostKey is SHA256:AAAA/);
    expect(gateway.offered.length).toBe(before);
  });

  it('says that the gateway does not take the call where it refuses the account', async () => {
    choose('WRONG');
    await alice.sees('DoorParty does not take your call. Please tell the sysop.');
    expect(lastFailure()).not.toContain('another');
  });

  it('says that the doors do not answer where they never take the greeting', async () => {
    const coming = nextCall();
    choose('PARTY');
    const call = await coming;
    await alice.sees('DoorParty does not answer. Please try again later.');
    alice.type(KEYS.return);
    await alice.sees('Command');
    await alice.until('the end at the doors', () => call.isEnded);
  });

  it('dials nobody without a tag, and is told by menu check what is missing', async () => {
    const before = gateway.offered.length;
    choose('BARE');
    await alice.sees('DoorParty does not take your call. Please tell the sysop.');
    expect(gateway.offered.length).toBe(before);
    const { out } = await board.tryOputil('menu', 'check', '--all');
    expect(out).toMatch(/warning: bare: 'bbsTag' is what DoorParty gave this board/);
    expect(out).toMatch(/warning: bare: 'hostKey' is a fingerprint such as SHA256:/);
    expect(out).not.toMatch(/warning: party: /);
  });
});
