import { startBbs, type CallEvent, type MenuModule } from '../../src/index';
import { TestBoard } from '../support/board';
import { BoardDir } from '../support/board-dir';
import { KEYS } from '../support/dial';
import { loginMenu } from '../support/login-menu';
import { eventually } from '../support/raw-caller';
import { PASSWORD } from '../support/sign-in';

const MENUS = {
  telnetConnected: { next: 'login' },
  sshConnected: { next: 'inside' },
  login: loginMenu('USERLOG', 'inside'),
  inside: {
    art: 'INSIDE',
    form: {
      0: {
        mci: { ET1: { argName: 'where', focus: true, submit: true }, TL10: {} },
        submit: {
          '*': [
            { value: { where: 'weather' }, action: '@menu:weather' },
            { value: { where: 'north' }, action: '@menu:north' },
            { value: { where: null }, action: '@systemMethod:greet' },
          ],
        },
      },
    },
  },
  north: { art: 'NORTH', config: { acs: 'NO[north]', pause: true }, next: 'inside' },
  weather: { module: 'weather', art: 'WEATHER', config: { pause: true }, next: 'inside' },
};

const weather: MenuModule = {
  ...{ name: 'weather', doc: 'The weather.', needs: 'complete', views: [], methods: {} },
  art: () => Promise.resolve({ kind: 'lines', lines: ['Rain in %TW'] }),
};

describe('a board to which its program adds something', () => {
  const events: (readonly [string, CallEvent['userName'], unknown?])[] = [];
  let dir: BoardDir;
  let board: TestBoard;
  beforeAll(async () => {
    dir = await BoardDir.make({
      'config/menu.hjson': JSON.stringify({ menus: MENUS }),
      'art/general/INSIDE.asc': 'You are inside %ET1\r\n%TL10\r\n%TW',
      'art/general/NORTH.asc': 'The north.',
    });
    board = await TestBoard.start({
      boardDir: dir.path,
      modules: [weather],
      acsCodes: {
        NO: { test: ({ user }, { items }) => items?.[0] === 'north' && user?.id === 1 },
      },
      mciCodes: { TW: { value: ({ userName }) => `town of ${userName}` } },
      systemMethods: {
        greet: {
          run: (_context, { value }) =>
            Promise.resolve({
              kind: 'stay',
              message: `Hello ${String(value['where'])}.`,
              clear: [1],
            }),
        },
      },
      events: {
        connected: ({ userName }) => {
          events.push(['connected', userName]);
          throw new Error('a fault of the program');
        },
        signedIn: ({ userName }) => {
          events.push(['signedIn', userName]);
          return Promise.reject(new Error('a fault of the program'));
        },
        refused: ({ userName, reason }) => events.push(['refused', userName, reason]),
        left: ({ userName, reason }) => events.push(['left', userName, reason]),
      },
    });
    await board.addUser('alice', PASSWORD);
  });
  afterAll(async () => {
    await board.remove();
    await dir.remove();
  });

  it('has its modules, conditions, values and methods in menus and art', async () => {
    const caller = await board.ssh({ userName: 'alice', password: PASSWORD });
    await caller.sees('town of alice');
    caller.type(`you${KEYS.return}`);
    await caller.sees('Hello you.');
    caller.type(`weather${KEYS.return}`);
    await caller.sees('Rain in town of alice');
    caller.type(KEYS.return);
    await caller.sees('You are inside');
    caller.type(`north${KEYS.return}`);
    await caller.sees('You cannot go there.');
    caller.hangUp();
    await eventually('the end', () => events.at(-1)?.[0] === 'left');
  });

  it('opens what its own condition guards to whom that is true for', async () => {
    await board.oputil('user', 'pw', 'sysop', PASSWORD);
    const caller = await board.ssh({ userName: 'sysop', password: PASSWORD });
    await caller.sees('town of sysop');
    caller.type(`north${KEYS.return}`);
    await caller.sees('The north.');
    caller.type(KEYS.return);
    await caller.sees('You are inside');
    caller.hangUp();
    await eventually('the end', () => events.at(-1)?.[0] === 'left');
  });

  it('tells it of calls, whatever it throws', async () => {
    events.length = 0;
    const caller = await board.telnet();
    await caller.sees('User name');
    caller.type(`alice${KEYS.return}wrong horse 7${KEYS.return}`);
    await eventually('the refusal', () => events.length === 2);
    caller.type(`${PASSWORD}${KEYS.return}`);
    await caller.sees('You are inside');
    caller.hangUp();
    await eventually('the end', () => events.length === 4);
    expect(events).toEqual([
      ['connected', undefined],
      ['refused', 'alice', 'bad-credential'],
      ['signedIn', 'alice'],
      ['left', 'alice', 'hung-up'],
    ]);
    expect(board.events('extension.failed').map(({ what }) => what)).toEqual(
      expect.arrayContaining(['events.connected', 'events.signedIn']),
    );
  });

  it('lists calls, sends them lines, and ends them', async () => {
    const { sessions } = board.bbs;
    const caller = await board.ssh({ userName: 'alice', password: PASSWORD });
    await caller.sees('You are inside');
    const [{ node, user } = { node: 0 }] = sessions.list();
    expect(user?.name).toBe('alice');
    expect(sessions.message(node, 'The game\x1b[2J begins.', 'Gamemaster')).toBe(true);
    await caller.sees(/The game.*begins\./);
    expect(await sessions.kick(node)).toBe(true);
    expect(await caller.isHungUpOn()).toContain('The sysop has ended your call.');
    expect(await sessions.kick(node)).toBe(false);
    expect(sessions.message(node, 'Who is there?')).toBe(false);
    expect(await board.oputil('audit')).toContain('call-kicked');
  });

  it('counts calls, sign-ins and refusals for a program that measures', async () => {
    const before = board.bbs.metrics();
    const caller = await board.telnet();
    await caller.sees('User name');
    expect(board.bbs.metrics().online.telnet).toBe(before.online.telnet + 1);
    caller.type(`alice${KEYS.return}wrong horse 7${KEYS.return}`);
    await caller.sees('Wrong user name');
    caller.type(`${PASSWORD}${KEYS.return}`);
    await caller.sees('You are inside');
    const ssh = await board.ssh({ userName: 'alice', password: PASSWORD });
    await ssh.sees('You are inside');
    ssh.hangUp();
    caller.hangUp();
    await eventually('the end of both', () => {
      const { telnet, ssh: bySsh } = board.bbs.metrics().online;
      return telnet + bySsh === 0;
    });
    const after = board.bbs.metrics();
    expect(after.connected).toEqual({
      ...before.connected,
      telnet: before.connected.telnet + 1,
      ssh: before.connected.ssh + 1,
    });
    expect(after.signedIn.telnet).toBe(before.signedIn.telnet + 1);
    expect(after.signedIn.ssh).toBe(before.signedIn.ssh + 1);
    const wrong = (of: typeof after): number => of.refused['bad-credential'] ?? 0;
    expect(wrong(after)).toBe(wrong(before) + 1);
    const ends = (of: typeof after): number =>
      Object.values(of.left).reduce((sum, count) => sum + count, 0);
    expect(ends(after)).toBe(ends(before) + 2);
    expect(after.callSeconds).toBeGreaterThanOrEqual(before.callSeconds);
    expect(after.startedAtMs).toBe(before.startedAtMs);
  });
});

test.each([
  [{ modlues: [] }, "startBbs has no option 'modlues'; did you mean 'modules'?"],
  [{ events: { singedIn: () => undefined } }, "events has no 'singedIn'; did you mean 'signedIn'?"],
])('an option that there is not is an error that names the nearest: %j', async (options, text) => {
  await expect(startBbs(options as Parameters<typeof startBbs>[0])).rejects.toMatchObject({
    code: 'USAGE',
    message: text,
  });
});
