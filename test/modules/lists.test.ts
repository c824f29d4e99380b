import { zoneName } from '../../src/menu/screen/date-format';
import { addAudit, type AuditEntry } from '../../src/store/audit';
import { addCall } from '../../src/store/calls';
import { loginMenu } from '../support/login-menu';
import { MenuBoard, type MenuCaller, type TestNode } from '../support/menu-board';

const PASSWORD = 'a quiet harbour 7';
const MINUTE_MS = 60_000;

/** What a hostile caller might put into his fields (rules H1, H2). */
const HOSTILE = '|12%UN{userName}\x1b]0;t\x07\x1b[2J\u009b31m\u202e';

async function comeIn(board: MenuBoard, name = 'walter'): Promise<MenuCaller> {
  const caller = board.call('login', { server: 'ssh' });
  await caller.sees('User name');
  caller.type(`${name}\r${PASSWORD}\r`);
  await caller.sees(`Welcome, ${name}`);
  caller.type(' ');
  await caller.sees('Command');
  return caller;
}

/** A board whose one screen is a list of this module, shown as sysops with ENiGMA½ have it: with a pause. */
function listBoard(module: string, itemFormat: string, config: object = {}): Promise<MenuBoard> {
  return MenuBoard.open({
    menus: {
      menus: {
        login: loginMenu('USERLOG', 'list'),
        list: {
          module,
          art: 'LIST',
          config: { pause: true, ...config },
          next: '@systemMethod:logoff',
        },
      },
    },
    art: {
      USERLOG: 'User name %ET1\r\nPassword %ET2\r\n',
      LIST: `The list\r\n%VM1\r\n${'\r\n'.repeat(15)}%TL20\r\nEnd`,
      'themes/gatehouse/theme.hjson': JSON.stringify({
        info: { name: 'Gatehouse', author: 'Test', enabled: true },
        customization: {
          menus: { list: { mci: { VM1: { height: 14, width: 70, itemFormat } } } },
        },
      }),
    },
  });
}

describe('last callers', () => {
  let board: MenuBoard;
  afterEach(() => board.close());

  const called = (userId: number, userName: string, agoMinutes: number): Promise<void> =>
    board.accounts.db.run((sql) =>
      addCall(
        sql,
        {
          userId,
          userName,
          sessionId: `${userName}${agoMinutes}`,
          node: 1,
          server: 'telnet',
          source: '192.0.2.1',
          startedAtMs: board.accounts.clock.nowMs() - agoMinutes * MINUTE_MS,
        },
        -1,
      ),
    );
  const list = async (): Promise<string> => {
    const caller = board.call('login');
    await caller.sees('User name');
    caller.type(`walter\r${PASSWORD}\r`);
    const text = await caller.sees('The list');
    caller.hangUp();
    return text;
  };

  it('lists the newest first, with when and from where, in the form of the theme', async () => {
    board = await listBoard('last_callers', '{userName}, {ts}, {location}, {affils}');
    const { id } = await board.addUser('walter', PASSWORD);
    const ann = await board.addUser('ann', PASSWORD, {
      properties: { location: 'Oslo', affiliation: 'Fjord' },
    });
    await called(ann.id, 'ann', 90);
    await called(id, 'walter', 30);
    const text = await list();
    expect(text).toMatch(/The list\nwalter, 2026-.*\nwalter, 2026-.*\nann, 2026-.*, Oslo, Fjord/);
  });

  it('rolls calls up and hides the sysop where the menu says so', async () => {
    board = await listBoard('last_callers', '{userName}', {
      user: { collapse: '30 minutes' },
      sysop: { hide: true },
    });
    await board.addUser('walter', PASSWORD);
    const ann = await board.addUser('ann', PASSWORD);
    const boss = await board.addUser('boss', PASSWORD);
    await board.accounts.db.run((sql) =>
      sql('user_group_member').insert({ user_id: boss.id, group_name: 'sysops' }),
    );
    await called(ann.id, 'ann', 300);
    await called(ann.id, 'ann', 200);
    await called(ann.id, 'ann', 190);
    await called(ann.id, 'ann', 170);
    await called(boss.id, 'boss', 10);
    const text = await list();
    expect(text.match(/ann/g)).toHaveLength(2);
    expect(text).not.toContain('boss');
  });

  it('folds calls of one user in a row, and says when as people do', async () => {
    board = await listBoard('last_callers', '<{userName}, {when}, {by}, {calls}>', { fold: true });
    await board.addUser('walter', PASSWORD);
    const ann = await board.addUser('ann', PASSWORD);
    const day = 24 * 60;
    await called(ann.id, 'ann', 400 * day);
    for (const ago of [40, 30, 20]) await called(ann.id, 'ann', ago);
    await called(4711, 'gone', 10);
    await called(ann.id, 'ann', 5);
    const ago = (minutes: number): string => {
      const at = new Date(board.accounts.clock.nowMs() - minutes * 60_000);
      return `today ${at.toTimeString().slice(0, 5)}`;
    };
    expect((await list()).match(/<.*>/g)).toEqual([
      `<walter, ${ago(0)}, Telnet, >`,
      `<ann, ${ago(5)}, Telnet, >`,
      `<gone, ${ago(10)}, Telnet, >`,
      `<ann, ${ago(20)}, Telnet, 4 calls>`,
    ]);
  });

  it('says in words that there is nothing to list, and how much of it is seen', async () => {
    board = await listBoard('last_callers', '{userName}', {
      user: { hide: true },
      listInfoFormat20: '{info}',
    });
    await board.addUser('walter', PASSWORD);
    expect(await list()).toContain('Nobody has called yet.');
  });

  it('says in its head in which zone its times are, and below it what the chosen row has no room for', async () => {
    board = await MenuBoard.open({});
    const ann = await board.addUser('ann', PASSWORD, {
      properties: { location: 'Llanfairpwllgwyngyll on the sea', affiliation: 'The Archive' },
    });
    await board.addUser('walter', PASSWORD);
    await called(ann.id, 'ann', 10);
    const caller = await comeIn(board);
    caller.type('l\r');
    const text = await caller.sees(/All 2, times in UTC[-+:\d]*/);
    expect(text).toMatch(/» walter/);
    expect(text).toMatch(/ann .* Llanfairpwllgwyngyll on *$/m);
    expect(text).not.toContain('The Archive');
    caller.type('\x1b[B');
    await caller.sees('Llanfairpwllgwyngyll on the sea, The Archive');
    caller.type('\x1b[A');
    await caller.seesNot('The Archive');
    caller.hangUp();
    await caller.ended;

    // In 40 columns it has two rows.
    const narrow = await board.callBySsh({ userName: 'ann', password: PASSWORD }, 'mainMenu', {
      width: 40,
    });
    await narrow.until('a key to be asked for', () => narrow.isAsked);
    narrow.type('l\r');
    expect(await narrow.sees('Archive')).toMatch(
      /^ Llanfairpwllgwyngyll on the sea, The *\n Archive$/m,
    );
    narrow.hangUp();
    await narrow.ended;
  });

  it('keeps the names of accounts that are gone', async () => {
    board = await listBoard('last_callers', '{userName}|{location}');
    await board.addUser('walter', PASSWORD);
    await called(4711, 'gone', 5);
    expect(await list()).toContain('gone|');
  });

  it('writes dates by the pattern of the menu', async () => {
    board = await listBoard('last_callers', '{userName} {ts}', { dateTimeFormat: '[on] YYYY' });
    await board.addUser('walter', PASSWORD);
    expect(await list()).toContain('walter on 2026');
  });
});

describe("who's online", () => {
  it('lists callers who are signed in, and nobody else', async () => {
    const nodes: TestNode[] = [];
    const board = await MenuBoard.open({ nodes });
    const connectedAtMs = board.accounts.clock.nowMs() - 83 * MINUTE_MS;
    const { id } = await board.addUser('walter', PASSWORD);
    nodes.push(
      {
        node: 3,
        server: 'ssh',
        user: { id, name: 'walter' },
        description: 'Reading |12{x}',
        connectedAtMs,
      },
      { node: 4, server: 'telnet', user: undefined, description: 'Signing in', connectedAtMs },
    );
    const caller = await comeIn(board);
    caller.type('w\r');
    const text = await caller.sees('Reading |12{x}');
    expect(text).toMatch(/3 {2}walter +SSH +Reading/);
    expect(text).not.toContain('Signing in');
    caller.type('\r');
    await caller.sees('Command');
    caller.hangUp();
    await board.close();
  });
});

describe('the user list', () => {
  it('lists active accounts by name whatever its letter case, and scrolls', async () => {
    const board = await MenuBoard.open({});
    await board.addUser('Walter', PASSWORD, { properties: { location: 'Rome' } });
    await board.addUser('disabled', PASSWORD, { properties: { account_status: '0' } });
    for (let number = 10; number < 40; number++) await board.addUser(`user${number}`, PASSWORD);
    const caller = await comeIn(board, 'Walter');
    caller.type('u\r');
    const top = await caller.sees('user10');
    expect(top).not.toContain('disabled');
    expect(top).not.toContain('Walter');
    expect(top).toMatch(/^ +1-14 of 31, times in UTC/m);
    expect(top).toMatch(/^ +» user10 /m);
    // Page down, end, and home.
    caller.type('\x1b[6~');
    await caller.sees(/^ +2-15 of 31, times in UTC/m);
    caller.type('\x1b[F');
    await caller.sees('18-31 of 31');
    caller.type('\x1b[H');
    await caller.sees('1-14 of 31');
    caller.type('\x1b[F');
    expect(await caller.sees('Walter')).toMatch(/» Walter +Rome +1 +today/);
    caller.type('q');
    await caller.sees('Command');
    caller.hangUp();
    await board.close();
  }, 60_000);

  it('shows hostile text as text', async () => {
    const board = await MenuBoard.open({});
    await board.addUser('walter', PASSWORD, { properties: { location: HOSTILE } });
    const caller = await comeIn(board);
    caller.type('u\r');
    const text = await caller.sees('walter');
    expect(text).toContain('|12%UN{userName}');
    expect(text).toContain('User list');
    expect(caller.screen.title).toBe('');
    caller.hangUp();
    await board.close();
  });

  it('tells nobody real names or mail addresses', async () => {
    const board = await listBoard(
      'user_list',
      '{userName} <{realName}> <{email}> <{email_address}>',
    );
    await board.addUser('walter', PASSWORD, { properties: { real_name: 'Walter Witness' } });
    const caller = board.call('login');
    await caller.sees('User name');
    caller.type(`walter\r${PASSWORD}\r`);
    const text = await caller.sees('The list');
    expect(text).not.toContain('Witness');
    expect(text).not.toContain('@example.org');
    caller.hangUp();
    await board.close();
  });
});

describe('the sign-ins to an account', () => {
  let board: MenuBoard;

  beforeEach(async () => {
    board = await MenuBoard.open({});
  });

  afterEach(() => board.close());

  it('says that it is the first call, and later when and from where the last one was', async () => {
    await board.addUser('walter', PASSWORD);
    const first = board.call('login', { server: 'ssh' });
    await first.sees('User name');
    first.type(`walter\r${PASSWORD}\r`);
    await first.sees('This is your first call.');
    first.hangUp();
    await board.accounts.fake.advance(2 * MINUTE_MS);
    const second = board.call('login', { server: 'ssh' });
    await second.sees('User name');
    second.type(`walter\r${PASSWORD}\r`);
    const text = await second.sees(/Your last sign-in: from 192\.0\.2\.7, today \d\d:\d\d/);
    const zone = zoneName(board.accounts.fake.nowMs());
    expect(text).toMatch(new RegExp(`, today \\d\\d:\\d\\d ${zone.replace('+', '[+]')}(?!\\S)`));
    expect(text).not.toContain('failed');
    second.hangUp();
  });

  it('tells the owner of all that he is mailed about as well (rule A15)', async () => {
    const { id } = await board.addUser('walter', PASSWORD);
    const entry = { atMs: 0, node: 1, server: 'ssh', source: '192.0.2.9', userId: id } as const;
    const row = (kind: string, more: Partial<AuditEntry> = {}): AuditEntry => ({
      ...{ ...entry, kind, factor: 1, result: 'done', reason: '', ...more },
    });
    await board.accounts.db.transaction('board', async (sql) => {
      for (const kind of ['second-factor-on', 'second-factor-off', 'second-factor-locked'])
        await addAudit(sql, row(kind));
      for (const kind of ['ssh-key-added', 'ssh-key-removed', 'password-changed', 'mail-changed'])
        await addAudit(sql, row(kind));
      const byCode = { result: 'accepted', reason: 'backup-code' } as const;
      await addAudit(sql, row('second-factor', byCode));
      await addAudit(sql, row('backup-codes-new'));
      await addAudit(sql, row('second-factor', { result: 'rejected', reason: 'spent' }));
      const bySysop = { server: 'oputil', source: '', reason: 'email_address' };
      await addAudit(sql, row('properties', bySysop));
      await addAudit(sql, row('properties', { reason: 'location' }));
    });
    const caller = await comeIn(board);
    caller.type('s\r');
    const text = await caller.sees('Sign-ins and changes of your account');
    const events = text.split('\n').flatMap((line) => /192\.0\.2\.9 +(.*\S)/.exec(line)?.[1] ?? []);
    expect(events).toEqual([
      'spent code',
      'new backup codes',
      'backup code used',
      'new mail address',
      'new password',
      'SSH key removed',
      'SSH key added',
      '2FA locked',
      '2FA off',
      '2FA on',
    ]);
    expect(text).toMatch(/Sysop +new mail address/);
    caller.hangUp();
  });

  it('tells of attempts that failed in between, on the way in and in a list', async () => {
    await board.addUser('walter', PASSWORD);
    await comeIn(board).then((caller) => caller.hangUp());
    await board.accounts.fake.advance(MINUTE_MS);
    const guesser = board.call('login');
    await guesser.sees('User name');
    guesser.type('walter\rnot this one\r');
    await guesser.sees('Wrong user name or password.');
    guesser.hangUp();
    const caller = board.call('login', { server: 'ssh' });
    await caller.sees('User name');
    caller.type(`walter\r${PASSWORD}\r`);
    await caller.sees('1 failed attempt since your last call');
    caller.type(' ');
    await caller.sees('Command');
    caller.type('s\r');
    const text = await caller.sees('Sign-ins and changes of your account');
    expect(text).toMatch(/SSH +192\.0\.2\.7 +right password/);
    expect(text).toMatch(/Telnet +192\.0\.2\.7 +refused password/);
    caller.hangUp();
  });
});
