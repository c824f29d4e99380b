import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { KEYS, type DialledCaller } from '../support/dial';
import { TestBoard } from '../support/board';
import { BoardDir } from '../support/board-dir';
import { loginMenu } from '../support/login-menu';
import { giveCode, PASSWORD } from '../support/sign-in';

/** Menus of a sysop who knows no ACS: whoever has typed a password is sent on. */
const WITHOUT_ACS = {
  telnetConnected: { next: 'login' },
  sshConnected: { next: 'inside' },
  sshConnectedNewUser: { next: 'logoff' },
  login: loginMenu('USERLOG', 'inside'),
  inside: { art: 'INSIDE', config: { pause: true }, next: 'logoff' },
  logoff: { art: 'LOGOFF', next: '@systemMethod:logoff' },
};

const WITH_CODES = {
  ...WITHOUT_ACS,
  loginTwoFactorAuthOTP: {
    art: '2FAOTP',
    next: 'inside',
    form: {
      0: {
        mci: { ET1: { argName: 'token', focus: true, submit: true } },
        submit: { '*': [{ value: { token: null }, action: '@systemMethod:login2FA_OTP' }] },
        actionKeys: [{ keys: ['escape'], action: '@menu:inside' }],
      },
    },
  },
};

const INSIDE = 'You are inside.';

function makeDir(menus: Record<string, unknown>): Promise<BoardDir> {
  const prompts = { pause: { art: 'PAUSE' } };
  return BoardDir.make({
    'config/menu.hjson': JSON.stringify({ menus, prompts }),
    'art/general/INSIDE.asc': INSIDE,
  });
}

async function signInAtOnce(caller: DialledCaller, name: string): Promise<void> {
  await caller.sees('User name');
  caller.type(`${name}${KEYS.return}${PASSWORD}${KEYS.return}`);
}

describe('a menu file without any ACS', () => {
  let dir: BoardDir;
  let board: TestBoard;
  let secret: string;
  beforeAll(async () => {
    dir = await makeDir(WITH_CODES);
    board = await TestBoard.start({ boardDir: dir.path });
    secret = await board.addUser('bob', PASSWORD, 'google');
    await board.addUser('alice', PASSWORD);
  });
  afterAll(async () => {
    await board.remove();
    await dir.remove();
  });

  it('lets in by telnet who needs no code', async () => {
    const caller = await board.telnet();
    await signInAtOnce(caller, 'alice');
    await caller.sees(INSIDE);
    caller.hangUp();
  });

  it('leads a caller by telnet whose code is missing to the code, and on when it is right', async () => {
    const caller = await board.telnet();
    await signInAtOnce(caller, 'bob');
    expect(await caller.sees('One-time code')).not.toContain(INSIDE);
    await giveCode(caller, board.freshCode(secret));
    await caller.sees(INSIDE);
    caller.hangUp();
  });

  it('leads a caller by SSH whose code is missing to the code, and on when it is right', async () => {
    const caller = await board.ssh({ userName: 'bob', password: PASSWORD });
    expect(await caller.sees('One-time code')).not.toContain(INSIDE);
    await giveCode(caller, board.freshCode(secret));
    await caller.sees(INSIDE);
    caller.hangUp();
  });

  it('cannot lead past the code by a key on its screen', async () => {
    const caller = await board.ssh({ userName: 'bob', password: PASSWORD });
    await caller.sees('One-time code');
    caller.type(KEYS.escape);
    const text = await caller.isHungUpOn();
    expect(text).not.toContain(INSIDE);
    expect(text).toContain('Your account needs a one-time code as well');
    expect(board.events('menu.refused').at(-1)).toMatchObject({ menu: 'inside', why: 'factor' });
  });
});

describe('a menu file that knows no one-time codes at all', () => {
  let dir: BoardDir;
  let board: TestBoard;
  beforeAll(async () => {
    dir = await makeDir(WITHOUT_ACS);
    board = await TestBoard.start({ boardDir: dir.path });
    await board.addUser('bob', PASSWORD, 'google');
  });
  afterAll(async () => {
    await board.remove();
    await dir.remove();
  });

  it('turns away by telnet and by SSH who needs one, with a sentence', async () => {
    const byTelnet = await board.telnet();
    await signInAtOnce(byTelnet, 'bob');
    const bySsh = await board.ssh({ userName: 'bob', password: PASSWORD });
    for (const caller of [byTelnet, bySsh]) {
      const text = await caller.isHungUpOn();
      expect(text).toContain('Your account needs a one-time code as well');
      expect(text).not.toContain(INSIDE);
    }
  });
});

describe('every menu of the stock board', () => {
  const stock = resolve(__dirname, '..', '..', 'config');
  const menuFile = readFileSync(join(stock, 'menu.hjson'), 'utf8');
  const names = ['login', 'new_user', 'main'].flatMap((file) =>
    menuNames(join(stock, 'menus', file)),
  );
  /** Where the one-time code is due, or was not asked for yet. */
  const outside = names.filter((name) =>
    /^(telnetConnected|sshConnected|matrix|login|newUser|userNeedsActivated|preAuthFeedback|forgotPassword|logoff|fullLogoff)/.test(
      name,
    ),
  );
  const inside = names.filter((name) => !outside.includes(name));

  let dir: BoardDir;
  let board: TestBoard;
  beforeAll(async () => {
    const hall = {
      art: 'HALL',
      config: { area: 'login' },
      form: {
        0: {
          mci: { ET1: { argName: 'where', width: 50, maxLength: 60, focus: true, submit: true } },
          submit: {
            '*': inside.map((name) => ({ value: { where: name }, action: `@menu:${name}` })),
          },
        },
      },
    };
    const own = JSON.stringify({ login: { next: 'hall' }, hall }).slice(1, -1);
    const text = menuFile.replace(/^ {4}menus: \{$/m, () => `    menus: {\n${own}`);
    expect(text).not.toBe(menuFile);
    dir = await BoardDir.make({
      'config/menu.hjson': text,
      'art/general/HALL.asc': 'Where to? %ET1',
    });
    board = await TestBoard.start({ boardDir: dir.path });
    await board.addUser('bob', PASSWORD, 'google');
    await board.addUser('alice', PASSWORD);
  });
  afterAll(async () => {
    await board.remove();
    await dir.remove();
  });

  async function enterHall(name: string): Promise<DialledCaller> {
    const caller = await board.telnet();
    await caller.sees('Sign in');
    caller.type(KEYS.return);
    await signInAtOnce(caller, name);
    await caller.sees('Where to?');
    return caller;
  }

  it('is known to this test, those inside and those before the code', () => {
    expect(inside).toEqual(
      expect.arrayContaining([
        'mainMenu',
        'userTwoFactorAuthOTPConfig',
        'fullLoginSequenceLoginArt',
      ]),
    );
    expect(outside).toContain('loginTwoFactorAuthOTP');
  });

  it.each(inside)('%s is closed to a caller whose code is missing', async (menu) => {
    const caller = await enterHall('bob');
    caller.type(`${menu}${KEYS.return}`);
    await caller.sees('One-time code');
    const refused = board.events('menu.refused').filter((fields) => fields.menu === menu);
    expect(refused).toMatchObject([{ why: 'factor', factor: 1, requiredFactor: 2 }]);
    caller.hangUp();
  });

  it('opens from the same place to a caller who needs no code', async () => {
    const caller = await enterHall('alice');
    caller.type(`mainMenu${KEYS.return}`);
    await caller.sees('Command');
    caller.hangUp();
  });
});

/** The keys of the block `menus`, as the stock files are written. */
function menuNames(file: string): string[] {
  const text = readFileSync(`${file}.hjson`, 'utf8');
  const block = text.slice(text.search(/^ {4}menus: \{$/m));
  return [...block.matchAll(/^ {8}(\w+): \{$/gm)].map(([, name = '']) => name);
}
