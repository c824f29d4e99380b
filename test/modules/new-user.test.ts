import { Invites } from '../../src/auth/invites';
import { systemRandom } from '../../src/base/random';
import { findAuditAfter } from '../../src/store/audit';
import { findUserByName } from '../../src/store/users';
import type { ConfigInput } from '../../src/config/schema';
import { MenuBoard, type MenuBoardOptions, type MenuCaller } from '../support/menu-board';

const PASSWORD = 'a quiet harbour 7';
const PASSWORD_FIELD = 10;

interface Answers {
  readonly name?: string;
  readonly realName?: string;
  readonly birthdate?: string;
  readonly location?: string;
  readonly about?: string;
  readonly email?: string;
  readonly password?: string;
  readonly again?: string;
}

/** Fills the stock form in field by field and applies; or stops behind the field that is refused. */
function fillIn(caller: MenuCaller, answers: Answers = {}, refused?: number): void {
  const { password = PASSWORD } = answers;
  const fields = [
    answers.name ?? 'walter',
    answers.realName ?? 'Walter Witness',
    answers.birthdate ?? '19700228',
    'm',
    answers.location ?? 'Rome',
    'The Witnesses',
    answers.about ?? '',
    answers.email ?? '',
    '',
    password,
    answers.again ?? password,
  ];
  caller.type(
    refused === undefined ? `${fields.join('\r')}\r\r` : `${fields.slice(0, refused).join('\r')}\r`,
  );
}

describe('applying for an account', () => {
  let board: MenuBoard;

  const open = async (
    config: ConfigInput = {},
    more: Partial<MenuBoardOptions> = {},
  ): Promise<void> => {
    board = await MenuBoard.open({ config, ...more });
  };
  const apply = async (answers: Answers = {}, refused?: number): Promise<MenuCaller> => {
    const caller = board.call('newUserApplication');
    await caller.sees('Applying for an account');
    fillIn(caller, answers, refused);
    return caller;
  };
  const account = (name = 'walter') => board.accounts.db.run((sql) => findUserByName(sql, name));

  afterEach(() => board.close());

  it('makes the account and signs its owner in by the ordinary login', async () => {
    await open();
    const caller = await apply({ about: 'I keep the lighthouse' });
    await caller.sees('Welcome, walter');
    expect(caller.caller.login).toMatchObject({ factor: 1, complete: true });
    expect(caller.signedIn).toBe(1);
    expect(board.events('login.accepted')).toMatchObject([{ userName: 'walter', factor: 1 }]);
    const user = await account();
    expect(user).toMatchObject({ status: 2, groups: ['users'] });
    expect(Object.fromEntries(user?.properties ?? [])).toMatchObject({
      real_name: 'Walter Witness',
      birthdate: '1970-02-28T00:00:00.000',
      sex: 'M',
      location: 'Rome',
      affiliation: 'The Witnesses',
      about: 'I keep the lighthouse',
    });
    expect(user?.properties.has('web_address')).toBe(false);
    caller.hangUp();
  });

  it('mails a link to the address and does not use it before that was opened', async () => {
    await open();
    const caller = await apply({ email: 'walter@example.org' });
    const text = await caller.sees('A mail is on its way');
    expect(text).toContain('walter@example.org');
    expect(board.accounts.notices).toMatchObject([
      { kind: 'confirm-mail', address: 'walter@example.org' },
    ]);
    expect((await account())?.properties.has('email_address')).toBe(false);
    caller.type(' ');
    await caller.sees('Welcome, walter');
    caller.hangUp();
  });

  it('takes an address with blanks around it and a domain in other letters, in its ASCII form', async () => {
    await open();
    // As a terminal with CP437 sends ä.
    const caller = await apply({ email: '  walter@ex\x84mple.org ' });
    expect(await caller.sees('A mail is on its way')).toContain('walter@xn--exmple-cua.org');
    expect(board.accounts.notices).toMatchObject([
      { kind: 'confirm-mail', address: 'walter@xn--exmple-cua.org' },
    ]);
    caller.hangUp();
  });

  it('promises no mail where the board sends none, or has no page for its link', async () => {
    await open({}, { sendsMail: false });
    const caller = await apply({ email: 'walter@example.org' });
    const text = await caller.sees('in its mail folder.');
    expect(text).not.toContain('on its way');
    expect(board.accounts.notices).toMatchObject([{ kind: 'confirm-mail' }]);
    caller.hangUp();
    await board.close();
    await open({}, { listening: { ssh: true, wss: false, ws: false, https: false } });
    const other = await apply({ email: 'walter@example.org' });
    await other.sees('This board lacks what a mailed link needs');
    await other.sees('Your account has no mail address yet');
    expect(board.accounts.notices).toEqual([]);
    other.hangUp();
  });

  it('shows the same screen for an address that an account has, and says so in the mail (rule M6)', async () => {
    await open();
    await board.addUser('other', PASSWORD);
    const shown: string[] = [];
    for (const [name, email] of [
      ['walter', 'Other@Example.org'],
      ['wilma', 'nobody@example.org'],
      ['wenzel', 'other+bbs@example.org'],
      ['wanda', 'other@example.org'],
    ] as const) {
      const caller = await apply({ name, email });
      await caller.sees('A mail is on its way');
      shown.push((await caller.sees('Press a key to go on')).replace(email, ''));
      caller.hangUp();
    }
    expect(new Set(shown).size).toBe(1);
    expect(board.accounts.notices).toMatchObject([
      { kind: 'address-in-use', address: 'Other@Example.org', names: ['other'] },
      { kind: 'confirm-mail', address: 'nobody@example.org' },
    ]);
  });

  it('says in plain words that too many accounts were made, and makes none (rule M5)', async () => {
    await open({ security: { budgets: { applications: { perSourceAndDay: 1 } } } });
    const first = await apply({ name: 'wilma' });
    await first.sees('Welcome, wilma');
    first.hangUp();
    const second = await apply();
    await second.sees('Your network made several accounts today. Please try tomorrow.');
    second.hangUp();
    expect(await account()).toBeUndefined();
  });

  it('shows an address that holds colour codes and braces as it was typed', async () => {
    await open();
    const caller = await apply({ email: '|04{userName}@example.org' });
    await caller.sees('|04{userName}@example.org');
    caller.hangUp();
  });

  it('makes the account also when no mail can go to the address', async () => {
    await open();
    board.accounts.answer.notice = 'too-many';
    const caller = await apply({ email: 'walter@example.org' });
    await caller.sees('No mail could be sent');
    caller.type(' ');
    await caller.sees('Welcome, walter');
    caller.hangUp();
  });

  it('lets an inactive account wait for the sysop and signs nobody in', async () => {
    await open({ users: { requireActivation: true } });
    const caller = await apply({ email: ' walter@example.org ' });
    await caller.sees('A mail is on its way');
    const details = { Location: 'Rome', 'Mail, not confirmed yet': 'walter@example.org' };
    expect(board.accounts.notices).toMatchObject([
      { kind: 'application', details },
      { kind: 'confirm-mail', address: 'walter@example.org' },
    ]);
    caller.type(' ');
    await caller.isIn('userNeedsActivated');
    await caller.sees('The sysop looks at each application.');
    expect(caller.caller.login.factor).toBe(0);
    expect(caller.signedIn).toBe(0);
    expect((await account())?.status).toBe(1);
    caller.type(' ');
    expect(await caller.ended).toBe('log-off');
  });

  it('follows next for an inactive account where the menu names nothing else', async () => {
    await open({ users: { requireActivation: true } });
    const nua = board.menuSet?.menus.get('newUserApplication');
    for (const form of nua?.forms ?? []) {
      for (const rules of form.submit.values()) {
        for (const rule of rules) Object.assign(rule, { extraArgs: undefined });
      }
    }
    const caller = await apply();
    // The entry without acs: AS2 does not hold for somebody who is not signed in.
    await caller.isIn('userNeedsActivated');
    caller.hangUp();
  });

  it.each([
    ['admin', 'This name is reserved.'],
    ['new', 'This name is reserved.'],
    ['Administrator', 'This name is reserved.'],
    ['x', 'A user name has at least 2'],
    ['wal\u00e9ter', 'characters'],
  ])('refuses the name %s at once', async (name, sentence) => {
    await open();
    const caller = board.call('newUserApplication');
    await caller.sees('User name');
    caller.caller.terminal.feed(Buffer.from(`${name}\r`, 'latin1'));
    await caller.sees(sentence);
    caller.hangUp();
  });

  it.each(['min', 'erv', 'oot'])(
    'takes the name %s, which only is part of a reserved one',
    async (name) => {
      await open();
      const caller = await apply({ name });
      await caller.sees(`Welcome, ${name}`);
      caller.hangUp();
    },
  );

  it('refuses a name that somebody has in other letters', async () => {
    await open();
    await board.addUser('Walter', PASSWORD);
    const caller = board.call('newUserApplication');
    await caller.sees('User name');
    caller.type('wALTER\r');
    await caller.sees('This name is taken.');
    caller.hangUp();
  });

  it.each([
    ['Password123', 'Too many people use that'],
    ['walterwalter1', 'A password cannot be made'],
    ['q8#kZ', 'at least 8 characters'],
  ])('says in plain words why the password %s will not do', async (password, sentence) => {
    await open();
    const caller = await apply({ password, name: 'walter' }, PASSWORD_FIELD);
    await caller.sees(sentence);
    expect(await account()).toBeUndefined();
    caller.hangUp();
  });

  it('empties the field of a refused password, so that the next one is typed anew', async () => {
    await open();
    const caller = await apply({ password: 'Password123' }, PASSWORD_FIELD);
    await caller.sees('Too many people use that');
    caller.type(`${PASSWORD}\r${PASSWORD}\r\r`);
    await caller.sees('Welcome, walter');
    caller.hangUp();
  });

  it('refuses a password made of the mail address', async () => {
    await open();
    const caller = await apply(
      { email: 'nightingale@example.org', password: 'nightingale1' },
      PASSWORD_FIELD,
    );
    await caller.sees('A password cannot be made');
    expect(await account()).toBeUndefined();
    caller.hangUp();
  });

  it('refuses two passwords that differ, a date that is none and an address that is none', async () => {
    await open();
    const cases: readonly (readonly [number, Answers, string])[] = [
      [11, { again: 'a quiet harbour 8' }, 'The two passwords are not'],
      [3, { birthdate: '19700231' }, 'There is no such date.'],
      [8, { email: 'two@example.org,three@example.org' }, 'a plain mail address'],
    ];
    for (const [field, answers, sentence] of cases) {
      const caller = await apply(answers, field);
      await caller.sees(sentence);
      caller.hangUp();
    }
    expect(await account()).toBeUndefined();
  });

  it('checks everything again when the sysop took the checks out of the form', async () => {
    await open();
    for (const form of board.menuSet?.menus.get('newUserApplication')?.forms ?? []) {
      for (const view of form.views) Object.assign(view.properties, { validate: undefined });
    }
    await board.addUser('taken', PASSWORD);
    const cases: readonly (readonly [Answers, string])[] = [
      [{ name: 'taken' }, 'This name is taken.'],
      [{ name: 'admin' }, 'This name is reserved.'],
      [{ password: 'Password123' }, 'Too many people use that'],
      [{ again: 'a quiet harbour 8' }, 'The two passwords are not'],
      [{ birthdate: '19700231' }, 'There is no such date.'],
      [{ email: 'a@example.org,b@example.org' }, 'a plain mail address'],
    ];
    for (const [answers, sentence] of cases) {
      const caller = await apply(answers);
      await caller.sees(sentence);
      caller.hangUp();
    }
    expect(await account()).toBeUndefined();
  });

  it('is known as the application form by its module, whatever its menu is called', async () => {
    const config = { area: 'login' };
    await open(
      {},
      {
        stockArt: true,
        menus: {
          menus: {
            newUserHouseRules: { config, art: 'NEWUSER1', next: 'applyForm' },
            applyForm: { config, module: 'nua', art: 'NUA', form: { 0: { mci: {} } } },
          },
        },
      },
    );
    const caller = board.call('newUserHouseRules');
    await caller.isIn('applyForm');
    expect(caller.places.map(({ menu, isApplication }) => [menu, isApplication])).toEqual([
      ['newUserHouseRules', false],
      ['applyForm', true],
    ]);
    caller.hangUp();
  });

  it('turns everybody back while the board is closed', async () => {
    await open({ general: { closedSystem: true } });
    const caller = board.call('matrix');
    await caller.sees('New here? Apply');
    caller.type('N');
    await caller.sees('Nobody knows you here yet.');
    caller.type(' ');
    await caller.sees('This board takes no new users at present.');
    caller.type(' ');
    await caller.isIn('matrix');
    caller.hangUp();
  });

  it('lets a caller by SSH go when the board is closed', async () => {
    await open({ general: { closedSystem: true } });
    const caller = board.call('newUserApplicationSsh', { server: 'ssh' });
    await caller.sees('This board takes no new users at present.');
    caller.type(' ');
    expect(await caller.ended).toBe('log-off');
  });

  it('asks before an application that was begun is thrown away, and keeps what is in it', async () => {
    await open();
    const caller = board.call('matrix');
    await caller.sees('New here? Apply');
    caller.type('N');
    await caller.sees('Press a key');
    caller.type(' ');
    await caller.isIn('newUserApplication');
    await caller.until('a key to be asked for', () => caller.isAsked);
    caller.type('walter\r');
    await caller.sees('For the sysop');
    await caller.escape();
    await caller.sees(/Your application is not sent yet[^]*Throw it away\?/);
    caller.type('n');
    await caller.sees('Your application is still here.');
    expect(caller.screen.text()).toContain('walter');
    await caller.escape();
    await caller.sees('Throw it away?');
    caller.type('y');
    await caller.until('the matrix', () => caller.menus.at(-1) === 'matrix');
    caller.hangUp();
  });

  it('goes back from an empty application without a question', async () => {
    await open();
    const caller = board.call('matrix');
    await caller.sees('New here? Apply');
    caller.type('N');
    await caller.sees('Press a key');
    caller.type(' ');
    await caller.isIn('newUserApplication');
    await caller.until('a key to be asked for', () => caller.isAsked);
    await caller.escape();
    await caller.until('the matrix', () => caller.menus.at(-1) === 'matrix');
    caller.hangUp();
  });

  it('tells a caller by SSH who leaves how to apply another time', async () => {
    await open({ users: { newUserNames: ['guest', 'new'] } });
    for (const [keys, answer] of [
      ['', ''],
      ['walter\r', 'y'],
    ] as const) {
      const caller = board.call('newUserApplicationSsh', { server: 'ssh' });
      await caller.until('a key to be asked for', () => caller.isAsked);
      caller.type(keys);
      if (keys !== '') await caller.sees('For the sysop');
      await caller.escape();
      if (answer !== '') await caller.sees('Throw it away?');
      caller.type(answer);
      await caller.sees('You have not applied. To do so, call as guest again. Good-bye.');
      expect(await caller.ended).toBe('log-off');
    }
    expect(await account()).toBeUndefined();
  });

  it('asks before Cancel throws an application away, by SSH as well', async () => {
    await open();
    const caller = board.call('newUserApplicationSsh', { server: 'ssh' });
    await caller.until('a key to be asked for', () => caller.isAsked);
    fillIn(caller, {}, 11);
    await caller.sees('Walter Witness');
    caller.type('c\r');
    await caller.sees('Throw it away?');
    caller.type('n');
    await caller.sees('Your application is still here.');
    // All of it is: it can be sent as it is.
    caller.type('a\r');
    await caller.sees('Welcome, walter');
    caller.hangUp();
  });

  describe('on a board that is by invitation', () => {
    const invite = async (uses = 1): Promise<string> => {
      const invites = new Invites({ ...board.accounts, random: systemRandom });
      return (await invites.make({ uses, days: 14, note: 'for walter' })).code;
    };
    const comeWith = async (code: string): Promise<MenuCaller> => {
      const caller = board.call('newUserApplication');
      await caller.sees('Invite code');
      caller.type(`${code.toUpperCase()}\r`);
      await caller.sees('Applying for an account');
      return caller;
    };

    it('begins the application with an invite code, and says in the audit which it was', async () => {
      await open({ users: { inviteOnly: true } });
      const caller = await comeWith(await invite());
      fillIn(caller);
      await caller.sees('Welcome, walter');
      const { id = 0 } = (await account()) ?? {};
      const query = { userId: id, kind: 'account-created', sinceMs: 0 };
      const row = await board.accounts.db.run((sql) => findAuditAfter(sql, query));
      expect(row?.reason).toBe('invite 1');
      caller.hangUp();
    });

    it('makes one account by a code for one, whoever is first', async () => {
      await open({ users: { inviteOnly: true } });
      const code = await invite();
      const [first, second] = [await comeWith(code), await comeWith(code)];
      fillIn(first);
      await first.sees('Welcome, walter');
      fillIn(second, { name: 'wilma' });
      await second.sees('Your invite code has just ended.');
      expect(await account('wilma')).toBeUndefined();
      for (const caller of [first, second]) caller.hangUp();
    });

    it('keeps a code good for an application that is refused', async () => {
      await open({ users: { inviteOnly: true } });
      const code = await invite();
      await board.addUser('walter', PASSWORD);
      const caller = await comeWith(code);
      fillIn(caller, {}, 1);
      await caller.sees('This name is taken.');
      caller.hangUp();
      (await comeWith(code)).hangUp();
    });

    it.each([
      ['that nobody was given', () => Promise.resolve('bofal-kuhid-zatop-jinum')],
      [
        'whose time is over',
        async () => {
          const code = await invite();
          await board.accounts.fake.advance(15 * 86_400_000);
          return code;
        },
      ],
      [
        'that was revoked',
        async () => {
          const code = await invite();
          const invites = new Invites({ ...board.accounts, random: systemRandom });
          await invites.revoke(1);
          return code;
        },
      ],
    ])('turns back who has a code %s', async (_what, made) => {
      await open({ users: { inviteOnly: true } });
      const code = await made();
      const caller = board.call('newUserApplication');
      for (let tries = 1; tries <= 3; tries += 1) {
        await caller.sees(tries === 1 ? 'Invite code' : 'No invite has this code');
        caller.type(`${code}\r`);
        await caller.until(
          'the code to be refused',
          () => board.events('new-user.invite-refused').length === tries,
        );
      }
      await caller.sees('Without an invite code nobody can apply here.');
      expect(board.events('new-user.invite-refused')).toHaveLength(3);
      caller.hangUp();
    });
  });

  it('keeps the account when its owner may not sign in this way, and says so', async () => {
    await open({ loginServers: { telnet: { passwordLogin: 'refuse' } } });
    const caller = await apply();
    await caller.sees('Your account is made, but you cannot use it here now:');
    expect((await account())?.status).toBe(2);
    expect(caller.caller.login.factor).toBe(0);
    caller.hangUp();
  });

  it('gives names and places to other screens as text, never as codes', async () => {
    await open();
    const caller = await apply({ location: '|12%UN{userName}' });
    await caller.sees('Welcome, walter');
    caller.type(' ');
    await caller.sees('Command');
    caller.type('u\r');
    await caller.sees('|12%UN{userName}');
    caller.hangUp();
  });

  it('cancels without asking for the rest', async () => {
    await open();
    const caller = board.call('matrix');
    await caller.sees('New here? Apply');
    caller.type('N');
    await caller.sees('Nobody knows you here yet.');
    caller.type(' ');
    await caller.sees('Applying for an account');
    await caller.escape();
    await caller.isIn('matrix');
    caller.hangUp();
  });
});
