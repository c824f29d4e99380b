import { setProperties } from '../../src/store/properties';
import { openBackOffice } from '../support/back-office';
import { TestBoard } from '../support/board';
import { BoardDir } from '../support/board-dir';
import { KEYS, type DialledCaller } from '../support/dial';
import { FarBoard, type FarCall } from '../support/far-board';
import { FarSsh } from '../support/far-ssh';
import { goToMainMenu, PASSWORD } from '../support/sign-in';
import { callerIn, comesBack, mainMenuWith } from '../support/talk-board';

const MADE = /Your password there: ([a-z2-9]{20})/;

describe('an account on another board', () => {
  let far: FarBoard;
  let shells: FarSsh;
  let dir: BoardDir;
  let board: TestBoard;
  let callers: DialledCaller[] = [];

  beforeAll(async () => {
    far = await FarBoard.open((call) => call.send('\0Hello there'));
    shells = await FarSsh.open({ userName: 'alice', password: 'never this' });
    const to = { host: '127.0.0.1', port: far.port, name: 'Far Board' };
    const sent = { clientName: '{password}', serverName: '{userName}' };
    const module = 'rlogin';
    const menus = {
      far: { module, config: { ...to, ...sent, askName: true, names: { carol: 'CAROL' } } },
      again: { module, config: { ...to, ...sent, askName: true } },
      turned: {
        module,
        config: { ...to, clientName: '{userName}', serverName: '{password}', boardId: 'turned' },
      },
      other: { module, config: { ...to, ...sent, boardId: 'another', passwordLength: 8 } },
      open: { module, config: { ...to, askName: true } },
      props: { module, config: { ...to, nameProperty: 'onward_name' } },
      odd: { module, config: { ...to, nameProperty: 'real_name', passwordLength: 3, boardId: '' } },
      shell: {
        module: 'ssh_bridge',
        config: {
          ...{ host: '127.0.0.1', port: shells.port, name: 'Shell' },
          ...{ hostKey: shells.fingerprint, password: '{password}' },
        },
      },
      kept: { module: 'onward_accounts' },
    };
    const commands = Object.fromEntries(
      Object.keys(menus).map((name) => [name.toUpperCase(), name]),
    );
    dir = await BoardDir.make({ 'config/menus/main.hjson': mainMenuWith(commands, menus) });
    board = await TestBoard.start({ boardDir: dir.path });
    for (const name of ['alice', 'bob', 'dora', 'erin']) await board.addUser(name, PASSWORD);
  });
  afterAll(async () => {
    await board.remove();
    await dir.remove();
    await far.close();
    await shells.close();
  });
  afterEach(() => {
    for (const caller of callers) caller.hangUp();
    callers = [];
  });

  const bySsh = async (userName: string): Promise<DialledCaller> => {
    const caller = await board.ssh({ userName, password: PASSWORD });
    callers.push(caller);
    await goToMainMenu(caller);
    return caller;
  };
  const byTelnet = async (name: string): Promise<DialledCaller> => {
    const caller = await callerIn(board, name, PASSWORD);
    callers.push(caller);
    return caller;
  };
  const choose = (caller: DialledCaller, command: string): void =>
    caller.type(`${command}${KEYS.return}`);
  const nextCall = (): Promise<FarCall> => far.call(far.calls.length + 1);
  const goBack = async (caller: DialledCaller, call: FarCall): Promise<void> => {
    await caller.sees('Hello there');
    call.socket.end();
    await comesBack(caller, 'Command');
  };
  const go = async (caller: DialledCaller, command: string, greeting: string): Promise<void> => {
    const coming = nextCall();
    choose(caller, command);
    const call = await coming;
    await call.sees(greeting);
    expect(call.received().includes(PASSWORD)).toBe(false);
    await goBack(caller, call);
  };
  const made = async (caller: DialledCaller): Promise<string> =>
    MADE.exec(await caller.sees(MADE))?.[1] ?? '';

  it('is asked for once; a password is made for it, shown, and sent with the name', async () => {
    const alice = await bySsh('alice');
    choose(alice, 'FAR');
    await alice.sees('Your name at Far Board');
    await alice.sees('Enter: go on');
    alice.type(`carol${KEYS.return}`);
    await alice.sees('That name is another caller');
    alice.type(`${'\b'.repeat(5)}ALICE SMITH${KEYS.return}`);
    const password = await made(alice);
    await alice.sees('Press a key');
    const coming = nextCall();
    alice.type(KEYS.return);
    const call = await coming;
    await call.sees(`\0${password}\0ALICE SMITH\0`);
    await goBack(alice, call);
    await go(alice, 'AGAIN', `\0${password}\0ALICE SMITH\0`);
    for (const file of await board.files()) {
      expect(file.includes(password)).toBe(false);
      expect(file.includes('ALICE SMITH')).toBe(false);
    }
    expect(board.logLines.join('\n')).not.toContain(password);
  });

  it('may have the password in the second field of rlogin', async () => {
    const erin = await bySsh('erin');
    choose(erin, 'TURNED');
    const password = await made(erin);
    await erin.sees('Press a key');
    const coming = nextCall();
    erin.type(KEYS.return);
    const call = await coming;
    await call.sees(`\0erin\0${password}\0`);
    await goBack(erin, call);
  });

  it('has a name that can be changed, and a password that can be read and forgotten', async () => {
    const dora = await bySsh('dora');
    choose(dora, 'KEPT');
    await dora.sees('Nothing is kept');
    dora.type(KEYS.return);
    await dora.sees('Command');
    choose(dora, 'FAR');
    await dora.sees('Your name at Far Board');
    await dora.sees('Enter: go on');
    dora.type(`DORA${KEYS.return}`);
    const password = await made(dora);
    await dora.sees('Press a key');
    const coming = nextCall();
    dora.type(KEYS.return);
    await goBack(dora, await coming);

    choose(dora, 'KEPT');
    await dora.sees('1  Far Board');
    dora.type(`1${KEYS.return}`);
    expect(await made(dora)).toBe(password);
    await dora.sees('Your name there: DORA');
    dora.type(`DORA TWO${KEYS.return}${KEYS.return}`);
    await dora.sees('You go to Far Board as DORA TWO from now on.');
    await dora.sees('Press a key');
    dora.type(KEYS.return);
    await dora.sees('1  Far Board');
    dora.type(KEYS.escape);
    await dora.sees('Command');
    await go(dora, 'FAR', `\0${password}\0DORA TWO\0`);

    choose(dora, 'KEPT');
    await dora.sees('1  Far Board');
    dora.type(`1${KEYS.return}`);
    await dora.sees('Your name there: DORA TWO');
    dora.type(`${KEYS.return}forget${KEYS.return}`);
    await dora.sees('What was kept for Far Board is removed.');
    await dora.sees('Press a key');
    dora.type(KEYS.return);
    await dora.sees('Nothing is kept');
  });

  it('has a password that is not shown on a line in clear text', async () => {
    const bob = await byTelnet('bob');
    choose(bob, 'OTHER');
    const screen = await bob.sees('It is shown over a secure line only');
    expect(screen).not.toMatch(/password there:/);
    await bob.sees('Press a key');
    const coming = nextCall();
    bob.type(KEYS.return);
    const call = await coming;
    await call.sees('\0bob\0');
    const password = /^\0([a-z2-9]{8})\0bob\0/.exec(call.received().toString())?.[1] ?? 'none';
    await goBack(bob, call);
    choose(bob, 'KEPT');
    await bob.sees('1  Far Board');
    bob.type(`1${KEYS.return}`);
    await bob.sees('It is shown over a secure line only');
    await bob.receives('FORGET');
    expect(Buffer.concat(bob.screen.sent).includes(password)).toBe(false);
  });

  it('by SSH has the password that was made for it, and none of this board', async () => {
    const alice = await bySsh('alice');
    choose(alice, 'SHELL');
    await made(alice);
    await alice.sees('Press a key');
    alice.type(KEYS.return);
    await alice.sees('Shell does not take your call.');
    expect(shells.offered).toContain('alice password');
  });

  it('is nobody’s to choose where the board checks no password', async () => {
    const erin = await byTelnet('erin');
    await go(erin, 'OPEN', '\0erin\0erin\0');
    const { out } = await board.tryOputil('menu', 'check', '--all');
    expect(out).toMatch(/warning: open: 'askName' needs \{password\}/);
    expect(out).toMatch(/warning: odd: 'nameProperty' is a property such as onward_name/);
    expect(out).toMatch(/warning: odd: 'passwordLength' is a number from 8 to 64/);
    expect(out).toMatch(/warning: odd: 'boardId' is a name/);
    expect(out).not.toMatch(/warning: (far|again|other|props): /);
  });

  it('may have its name in a property, and without that nobody is handed on', async () => {
    const erin = await byTelnet('erin');
    const before = far.calls.length;
    for (const command of ['PROPS', 'ODD']) {
      choose(erin, command);
      await erin.sees('Your name has no account at Far Board.');
      await erin.sees('Press a key');
      erin.type(KEYS.return);
      await erin.sees('Command');
    }
    expect(far.calls.length).toBe(before);
    erin.hangUp();
    const office = await openBackOffice(board.dataDir);
    const id = await office.userId('erin');
    await office.db.run((sql) => setProperties(sql, id, { onward_name: 'ERIN FAR' }));
    await office.close();
    await go(await byTelnet('erin'), 'PROPS', '\0ERIN FAR\0ERIN FAR\0');
  });
});
