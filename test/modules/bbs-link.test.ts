import { TestBoard } from '../support/board';
import { BoardDir } from '../support/board-dir';
import { KEYS, type DialledCaller } from '../support/dial';
import { FarBoard } from '../support/far-board';
import { FarLink } from '../support/far-link';
import { PASSWORD } from '../support/sign-in';
import { callerIn, comesBack, mainMenuWith } from '../support/talk-board';

const CODES = { sysCode: 'sys17', authCode: 'auth-word-9', schemeCode: 'scheme-word-4' };

describe('the module bbs_link', () => {
  let link: FarLink;
  let doors: FarBoard;
  let dir: BoardDir;
  let board: TestBoard;
  let alice: DialledCaller;

  beforeAll(async () => {
    link = await new FarLink(CODES).open();
    doors = await FarBoard.open();
    const to = { host: '127.0.0.1', port: doors.port, httpPort: link.port, ...CODES };
    const module = 'bbs_link';
    const menus = {
      lord: { module, config: { ...to, door: 'lord' } },
      wrong: { module, config: { ...to, door: 'lord', schemeCode: 'another' } },
      secure: { module, config: { ...to, door: 'lord', https: true } },
      bare: { module, config: { ...to, authCode: 'two\r\nlines' } },
      linked: { module: 'destinations', art: 'LINKED', form: VISIT },
    };
    const commands = Object.fromEntries(
      Object.keys(menus).map((name) => [name.toUpperCase(), name]),
    );
    dir = await BoardDir.make({
      'config/menus/main.hjson': mainMenuWith(commands, menus),
      'art/general/LINKED.asc': 'Boards\r\n%VM1',
    });
    board = await TestBoard.start({
      boardDir: dir.path,
      config: {
        destinations: { games: { ...to, kind: 'bbs_link', name: 'Games', door: 'tw2' } },
      },
    });
    await board.addUser('alice', PASSWORD);
  });
  afterAll(async () => {
    await board.remove();
    await dir.remove();
    await doors.close();
    await link.close();
  });
  beforeEach(async () => {
    link.asked.length = 0;
    link.trick = () => false;
    alice = await callerIn(board, 'alice', PASSWORD);
  });
  afterEach(() => alice.hangUp());

  const choose = (command: string): void => alice.type(`${command}${KEYS.return}`);
  const lastFailure = (): string => JSON.stringify(board.events('onward.failed').at(-1));
  const isBack = async (): Promise<void> => {
    alice.type(KEYS.return);
    await alice.sees('Command');
  };

  it('shows hashes of the codes over HTTP, and then hands the caller on by telnet', async () => {
    const coming = doors.call(doors.calls.length + 1);
    choose('LORD');
    const call = await coming;
    call.send('The Red Dragon');
    await alice.sees('The Red Dragon');
    const [token, auth] = link.asked;
    expect(token?.url).toMatch(/^\/token\.php\?key=[a-z0-9]{6}$/);
    expect(auth?.headers).toMatchObject({
      'x-system': CODES.sysCode,
      'x-door': 'lord',
      'x-rows': '24',
      'x-user': '2',
    });
    const sent = link.asked.map(({ url, rawHeaders }) => `${url} ${rawHeaders.join(' ')}`).join();
    for (const secret of [CODES.authCode, CODES.schemeCode, PASSWORD, 'alice'])
      expect(`${sent}${call.received().toString('latin1')}`).not.toContain(secret);
    call.socket.end();
    await comesBack(alice, 'Command');
  });

  it('is a kind of destination as well, whose failures are kept', async () => {
    link.trick = (_request, response) => {
      response.writeHead(503).end();
      return true;
    };
    choose('LINKED');
    await alice.sees('Games');
    alice.type(KEYS.return);
    await alice.sees('Games does not answer. Please try again later.');
    link.trick = () => false;
    alice.type(KEYS.return);
    await alice.sees('silent since');
    const coming = doors.call(doors.calls.length + 1);
    alice.type(KEYS.return);
    const call = await coming;
    call.send('The traders');
    await alice.sees('The traders');
    call.socket.end();
    expect(await comesBack(alice, 'Boards')).not.toContain('silent since');
  });

  it('says that the service does not take the call where a code is wrong, and dials no door', async () => {
    const before = doors.calls.length;
    choose('WRONG');
    await alice.sees('BBSLink does not take your call. Please tell the sysop.');
    expect(lastFailure()).toContain('unknown system');
    expect(lastFailure()).not.toContain('another');
    expect(doors.calls.length).toBe(before);
    await isBack();
  });

  it('asks nothing with a code that is missing or would end a header', async () => {
    choose('BARE');
    await alice.sees('BBSLink does not take your call. Please tell the sysop.');
    expect(link.asked).toEqual([]);
    await isBack();
  });

  it('asks nothing over plain HTTP where https is set', async () => {
    choose('SECURE');
    await alice.sees('BBSLink does not answer. Please try again later.');
    expect(link.asked).toEqual([]);
    await isBack();
  });

  it.each<[string, FarLink['trick']]>([
    ['never answers', () => true],
    [
      'never ends its answer',
      (_request, response) => {
        response.write('a1b2');
        return true;
      },
    ],
    [
      'sends more than a token has',
      (_request, response) => {
        response.end('x'.repeat(5_000));
        return true;
      },
    ],
    [
      'resets the connection',
      (request) => {
        request.socket.resetAndDestroy();
        return true;
      },
    ],
    [
      'changes the protocol',
      (request) => {
        const lines = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: x', 'Connection: upgrade'];
        request.socket.write(`${lines.join('\r\n')}\r\n\r\n`);
        return true;
      },
    ],
    [
      'speaks no HTTP',
      (request) => {
        request.socket.end('\xff\xfb\x01 hello');
        return true;
      },
    ],
  ])('tells the caller that a service which %s does not answer', async (_what, trick) => {
    link.trick = trick;
    choose('LORD');
    await alice.sees('BBSLink does not answer. Please try again later.');
    expect(lastFailure()).toContain('127.0.0.1');
    await isBack();
  });

  it('lets the caller cancel while the service is silent', async () => {
    link.trick = () => true;
    choose('LORD');
    await alice.sees('Esc cancels');
    alice.type(KEYS.escape);
    await alice.sees('Command');
  });

  it('is told by menu check what is missing', async () => {
    const { out } = await board.tryOputil('menu', 'check', '--all');
    expect(out).toMatch(/warning: bare: 'authCode' is a code that BBSLink gave/);
    expect(out).toMatch(/warning: bare: 'door' is a code that BBSLink gave/);
    expect(out).not.toMatch(/warning: lord: /);
  });
});

const VISIT = {
  0: {
    mci: { VM1: { focus: true, submit: true, argName: 'board', itemFormat: '{name} {state}' } },
    submit: { '*': [{ value: { board: null }, action: '@method:visit' }] },
    actionKeys: [{ keys: ['escape'], action: '@systemMethod:prevMenu' }],
  },
};
