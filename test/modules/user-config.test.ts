import { findUser } from '../../src/store/users';
import { totp } from '../support/authenticator';
import { MenuBoard, type MenuCaller } from '../support/menu-board';

const PASSWORD = 'a quiet harbour 7';
const NEW_PASSWORD = 'another harbour 8';

/** Fields of the stock screen in the order in which tab goes through them. */
const FIELDS = [
  'real name',
  'birthdate',
  'sex',
  'location',
  'affiliation',
  'about',
  'mail',
  'web',
  'rows',
  'theme',
  'password',
  'once more',
  'welcome',
] as const;

type Entries = Partial<Record<(typeof FIELDS)[number], string>>;

/** Puts text into the named fields, in place of what they held, and saves; or stops behind one of them. */
function change(caller: MenuCaller, entries: Entries, last?: (typeof FIELDS)[number]): void {
  const fields = last === undefined ? FIELDS : FIELDS.slice(0, FIELDS.indexOf(last) + 1);
  const typed = fields.map((field) => {
    const text = entries[field];
    if (text === undefined) return '\t';
    return field === 'theme' || field === 'welcome' ? `${text}\t` : `\x15${text}\t`;
  });
  caller.type(last === undefined ? `${typed.join('')}\r` : typed.join(''));
}

describe('the screen for own data', () => {
  let board: MenuBoard;
  let userId: number;
  let secret: string;

  const start = async (more: Parameters<MenuBoard['addUser']>[2] = {}): Promise<MenuCaller> => {
    const added = await board.addUser('walter', PASSWORD, more);
    userId = added.id;
    secret = added.secret;
    const caller = board.call('login', { server: 'ssh' });
    await caller.sees('User name');
    caller.type(`walter\r${PASSWORD}\r`);
    if (more.otp === true) {
      await caller.sees('One-time code');
      caller.type(`${totp(secret, board.accounts.clock.nowMs())}\r`);
    }
    await caller.sees('Welcome, walter');
    caller.type(' ');
    await caller.sees('Command');
    caller.type('c\r');
    await caller.sees('Your own data');
    return caller;
  };
  const properties = async (): Promise<ReadonlyMap<string, string>> => {
    const user = await board.accounts.db.run((sql) => findUser(sql, userId));
    return user?.properties ?? new Map();
  };

  beforeEach(async () => {
    board = await MenuBoard.open({});
  });

  afterEach(() => board.close());

  it('shows what the board knows of the caller', async () => {
    const caller = await start({
      properties: {
        real_name: 'Walter Witness',
        birthdate: '1970-02-28T00:00:00.000-05:00',
        sex: 'M',
        location: '|12Rome {userName} %UN',
        affiliation: 'The Witnesses',
        web_address: 'https://example.org/',
        theme_id: 'plain',
      },
    });
    const text = await caller.sees('Plain text, by Sallyport');
    for (const shown of [
      'Walter Witness',
      '1970/02/28',
      '|12Rome {userName} %UN',
      'The Witnesses',
      'walter@example.org',
      'https://example.org/',
    ]) {
      expect(text).toContain(shown);
    }
    caller.hangUp();
  });

  it('shows the theme of the board to who has chosen none', async () => {
    await board.close();
    board = await MenuBoard.open({ config: { theme: { default: 'plain' } } });
    const caller = await start({ properties: {} });
    await caller.sees('Plain text, by Sallyport');
    caller.hangUp();
  });

  it('saves what was changed without asking who it is, and shows it in the new theme', async () => {
    const caller = await start({ properties: { real_name: 'Walter', theme_id: 'gatehouse' } });
    change(caller, {
      'real name': 'Walter W',
      about: 'New here',
      birthdate: '19691231',
      theme: '\x1b[B',
    });
    const text = await caller.sees('Saved.');
    expect(text).toContain('Plain text, by Sallyport');
    expect(Object.fromEntries(await properties())).toMatchObject({
      real_name: 'Walter W',
      about: 'New here',
      birthdate: '1969-12-31T00:00:00.000',
      theme_id: 'plain',
    });
    expect(caller.caller.login.user?.properties.get('real_name')).toBe('Walter W');
    expect(board.accounts.notices).toEqual([]);
    caller.hangUp();
  });

  it('skips the welcome from the next sign-in on where the caller says so, and shows it again', async () => {
    const caller = await start();
    await caller.sees(/Welcome +Shown/);
    change(caller, { welcome: '\x1b[B' });
    expect(await caller.sees('Saved.')).toMatch(/Welcome +Skipped/);
    expect((await properties()).get('skip_welcome')).toBe('yes');
    caller.hangUp();
    const next = board.call('login', { server: 'ssh' });
    await next.sees('User name');
    next.type(`walter\r${PASSWORD}\r`);
    await next.sees('Command');
    expect(next.menus).toEqual(['login', 'fullLoginSequenceLoginArt', 'mainMenu']);
    expect(Buffer.concat(next.screen.sent).toString('latin1')).not.toContain('Press a key');
    next.type('c\r');
    await next.sees(/Welcome +Skipped/);
    change(next, { welcome: '\x1b[A' });
    expect(await next.sees('Saved.')).toMatch(/Welcome +Shown/);
    expect((await properties()).has('skip_welcome')).toBe(false);
    next.hangUp();
  });

  it('says so when nothing has changed', async () => {
    const caller = await start({ properties: { real_name: 'Walter' } });
    change(caller, {});
    await caller.sees('Nothing has changed.');
    caller.hangUp();
  });

  it('keeps letters that this terminal cannot show', async () => {
    const caller = await start({ properties: { real_name: 'Łukasz 漢字', location: 'Łódź' } });
    change(caller, { location: 'Rome' });
    await caller.sees('Saved.');
    expect((await properties()).get('real_name')).toBe('Łukasz 漢字');
    expect((await properties()).get('location')).toBe('Rome');
    caller.hangUp();
  });

  it('takes an emptied field away', async () => {
    const caller = await start({ properties: { real_name: 'Walter', location: 'Rome' } });
    change(caller, { location: '' });
    await caller.sees('Saved.');
    expect((await properties()).has('location')).toBe(false);
    caller.hangUp();
  });

  it('changes the password for who knows the present one', async () => {
    const caller = await start({ properties: { real_name: 'Walter' } });
    change(caller, { password: NEW_PASSWORD, 'once more': NEW_PASSWORD });
    await caller.sees('Change your password');
    caller.type('not this one\r');
    await caller.sees('Wrong password.');
    caller.type(`${PASSWORD}\r`);
    await caller.sees('Your password is changed.');
    expect(board.accounts.notices).toEqual([{ kind: 'password-changed', userId }]);
    expect(caller.caller.login.complete).toBe(true);
    const again = board.call('login', { server: 'ssh' });
    await again.sees('User name');
    again.type(`walter\r${NEW_PASSWORD}\r`);
    await again.sees('Welcome, walter');
    caller.hangUp();
    again.hangUp();
  });

  it('ends the other calls of the account', async () => {
    const other = board.call('login', { server: 'ssh' });
    const caller = await start({ properties: { real_name: 'Walter' } });
    await other.sees('User name');
    other.type(`walter\r${PASSWORD}\r`);
    await other.sees('Welcome, walter');
    change(caller, { password: NEW_PASSWORD, 'once more': NEW_PASSWORD });
    await caller.sees('Change your password');
    caller.type(`${PASSWORD}\r`);
    await caller.sees('Your password is changed.');
    expect(await other.caller.login.refresh()).toBe('end');
    expect(await caller.caller.login.refresh()).toBe('keep');
    caller.hangUp();
    other.hangUp();
  });

  it('asks for a code as well where the account has a second factor', async () => {
    const caller = await start({ otp: true, properties: { real_name: 'Walter' } });
    change(caller, { password: NEW_PASSWORD, 'once more': NEW_PASSWORD });
    await caller.sees('One-time code');
    await board.accounts.fake.advance(30_000);
    caller.type(`${PASSWORD}\r000000\r`);
    await caller.sees('Wrong password or code.');
    caller.type(`${PASSWORD}\r${totp(secret, board.accounts.clock.nowMs())}\r`);
    await caller.sees('Your password is changed.');
    caller.hangUp();
  });

  it('saves nothing, and keeps what was typed, when the caller would rather not say who he is', async () => {
    const caller = await start({ properties: { real_name: 'Walter' } });
    change(caller, {
      location: 'Rome',
      password: NEW_PASSWORD,
      'once more': NEW_PASSWORD,
    });
    await caller.sees('Change your password');
    await caller.escape();
    const text = await caller.sees('Nothing was saved.');
    expect(text).toContain('Rome');
    expect((await properties()).has('location')).toBe(false);
    expect(board.accounts.notices).toEqual([]);
    caller.hangUp();
  });

  it.each([
    ['Password123', 'Too many people use that'],
    ['walterwalter', 'A password cannot be made'],
    ['short', 'at least 8 characters'],
  ])('refuses the new password %s as soon as it is typed', async (password, sentence) => {
    const caller = await start({ properties: { real_name: 'Walter' } });
    change(caller, { password }, 'password');
    await caller.sees(sentence);
    expect(board.accounts.notices).toEqual([]);
    caller.hangUp();
  });

  it('refuses a new password that is another one the second time', async () => {
    const caller = await start({ properties: { real_name: 'Walter' } });
    change(caller, { password: NEW_PASSWORD, 'once more': `${NEW_PASSWORD}9` }, 'once more');
    await caller.sees(/The two passwords are not[^]*the same\./);
    expect(board.accounts.notices).toEqual([]);
    caller.hangUp();
  });

  it('uses a new mail address only after its link was opened', async () => {
    const caller = await start({ properties: { real_name: 'Walter' } });
    change(caller, { mail: 'new@example.net' });
    await caller.sees('Change your mail address');
    caller.type(`${PASSWORD}\r`);
    await caller.sees('Now open the link mailed there (one mail a day).');
    expect((await properties()).get('email_address')).toBe('walter@example.org');
    const [notice] = board.accounts.notices;
    if (notice?.kind !== 'confirm-mail') throw new Error('no mail to the new address');
    expect(notice.address).toBe('new@example.net');
    await board.mailChange.confirm(notice.token, {});
    expect((await properties()).get('email_address')).toBe('new@example.net');
    expect(board.accounts.notices.at(-1)).toEqual({
      kind: 'mail-changed',
      userId,
      address: 'walter@example.org',
    });
    caller.hangUp();
  });

  it('promises no mail where the board sends none, or has no page for its link', async () => {
    await board.close();
    board = await MenuBoard.open({ sendsMail: false });
    const caller = await start({ properties: { real_name: 'Walter' } });
    change(caller, { mail: 'new@example.net' });
    await caller.sees('Change your mail address');
    caller.type(`${PASSWORD}\r`);
    await caller.sees('This board sends no mail');
    caller.hangUp();
    await board.close();
    board = await MenuBoard.open({ listening: { ssh: true, wss: false, ws: false, https: false } });
    const other = await start({ properties: { real_name: 'Walter' } });
    change(other, { mail: 'new@example.net' });
    await other.sees('This board lacks what a mailed link needs');
    other.type(' ');
    await other.sees('Nothing was saved.');
    expect(board.accounts.notices).toEqual([]);
    other.hangUp();
  });

  it('takes an address with blanks around it and a domain in other letters, in its ASCII form', async () => {
    const caller = await start({ properties: { real_name: 'Walter' } });
    change(caller, { mail: '  new@ex\x84mple.net ' });
    await caller.sees('Change your mail address');
    caller.type(`${PASSWORD}\r`);
    await caller.sees('Now open the link mailed there (one mail a day).');
    const address = 'new@xn--exmple-cua.net';
    expect(board.accounts.notices).toMatchObject([{ kind: 'confirm-mail', address }]);
    caller.hangUp();
  });

  it('reminds of an address that waits for its link', async () => {
    const caller = await start({ properties: { real_name: 'Walter' } });
    await board.mailChange.begin(userId, 'new@example.net', {});
    await caller.escape();
    await caller.sees('Command');
    caller.type('c\r');
    await caller.sees('Waits for its link to be opened: new@example.net');
    caller.hangUp();
  });

  it('takes the address away for who proves that it is his, and tells the old one', async () => {
    const caller = await start({ properties: { real_name: 'Walter' } });
    change(caller, { mail: '' });
    await caller.sees('Change your mail address');
    caller.type(`${PASSWORD}\r`);
    await caller.sees('Saved.');
    expect((await properties()).has('email_address')).toBe(false);
    expect(board.accounts.notices).toEqual([
      { kind: 'mail-changed', userId, address: 'walter@example.org' },
    ]);
    caller.hangUp();
  });

  it('refuses what is no mail address', async () => {
    const caller = await start({ properties: { real_name: 'Walter' } });
    change(caller, { mail: 'nobody' });
    await caller.sees('a plain mail address');
    caller.hangUp();
  });

  it('says of an address that another account has what it says of any other (rule M6)', async () => {
    await board.addUser('other', PASSWORD);
    const caller = await start({ properties: { real_name: 'Walter' } });
    change(caller, { mail: 'other@example.org' });
    await caller.sees('Change your mail address');
    caller.type(`${PASSWORD}\r`);
    await caller.sees('Now open the link mailed there (one mail a day).');
    expect(board.accounts.notices).toMatchObject([
      { kind: 'address-in-use', address: 'other@example.org', names: ['other'] },
    ]);
    expect(await board.mailChange.pendingFor(userId)).toMatchObject({
      address: 'other@example.org',
    });
    caller.hangUp();
  });

  it('uses the number of rows that the caller gives his screen', async () => {
    const caller = await start({ properties: { real_name: 'Walter' } });
    change(caller, { rows: '20' });
    await caller.sees('Saved.');
    expect(caller.caller.terminal.height).toBe(20);
    expect((await properties()).get('term_height')).toBe('20');
    change(caller, { rows: '05' });
    await caller.sees('A screen has 10 rows at least.');
    caller.hangUp();
  });

  it('checks mail and password also when the sysop took the checks out of the form', async () => {
    for (const form of board.menuSet?.menus.get('mainMenuUserConfig')?.forms ?? []) {
      for (const view of form.views) Object.assign(view.properties, { validate: undefined });
    }
    const caller = await start({ properties: { real_name: 'Walter' } });
    change(caller, { password: 'Password123', 'once more': 'Password123' });
    await caller.sees('Too many people use that');
    await caller.escape();
    await caller.sees('Command');
    caller.type('c\r');
    await caller.sees('Your own data');
    change(caller, { mail: 'a@example.org,b@example.org' });
    await caller.sees('a plain mail address');
    expect(board.accounts.notices).toEqual([]);
    caller.hangUp();
  });

  it('never sends a password to the screen', async () => {
    const caller = await start({ properties: { real_name: 'Walter' } });
    change(caller, { password: NEW_PASSWORD, 'once more': NEW_PASSWORD });
    await caller.sees('Change your password');
    caller.type(`${PASSWORD}\r`);
    await caller.sees('Your password is changed.');
    const sent = Buffer.concat(caller.screen.sent).toString('latin1');
    expect(sent).not.toContain(PASSWORD);
    expect(sent).not.toContain(NEW_PASSWORD);
    expect(board.accounts.logLines.join('')).not.toContain(NEW_PASSWORD);
    caller.hangUp();
  });
});
