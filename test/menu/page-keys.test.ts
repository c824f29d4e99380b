import { parseSshPublicKey } from '../../src/auth/ssh-key';
import { THEMES } from '../golden/tour';
import { totp } from '../support/authenticator';
import { MenuBoard, type MenuCaller } from '../support/menu-board';
import { ed25519Pair } from '../support/ssh-keys';
import { CTRL, HELP, PASSWORD } from './asking-menus';

const KEY_LINE = ed25519Pair().public;

/** The pages that stock menus ask something on: the keys that lead there at once, and what Esc leads back to. */
const PAGES = [
  {
    page: 'Change your password',
    menu: 'mainMenuUserConfig',
    as: 'joe',
    keys: `c\r${'\t'.repeat(13)}p\r`,
    asks: 'Your present password first.',
    back: 'Nothing was saved.',
  },
  {
    page: 'Change your password',
    menu: 'mainMenuUserConfig',
    as: 'joe',
    keys: `c\r${'\t'.repeat(13)}p\r${PASSWORD}\r`,
    asks: 'a few words for instance',
    back: 'Nothing was saved.',
  },
  {
    page: 'Change your mail address',
    menu: 'mainMenuUserConfig',
    as: 'joe',
    keys: `c\r${'\t'.repeat(6)}\x15new@example.net${'\t'.repeat(7)}\r`,
    asks: 'your present password, not the new one',
    back: 'Nothing was saved.',
  },
  {
    page: 'Set up two-factor sign-in',
    menu: 'userTwoFactorAuthOTPConfig',
    as: 'joe',
    keys: '2fa\ro',
    asks: 'Your password first:',
    back: 'How to switch it on',
  },
  {
    page: 'Add an SSH key',
    menu: 'userSSHKeyConfig',
    as: 'joe',
    keys: `ssh\r${KEY_LINE}\r\r`,
    asks: 'whoever holds this key',
    back: 'The key was not added.',
  },
  {
    page: 'Remove an SSH key',
    menu: 'userSSHKeyConfig',
    as: 'joe',
    keys: 'ssh\r\tR\r',
    asks: 'Number',
    back: 'The key was not removed.',
  },
  {
    page: 'Remove an SSH key',
    menu: 'userSSHKeyConfig',
    as: 'joe',
    keys: 'ssh\r1\tR\r',
    asks: 'Password',
    back: 'The key was not removed.',
  },
  {
    page: 'A call here was not me',
    menu: 'mainMenuMyCalls',
    as: 'joe',
    keys: 'm\rn',
    asks: 'your password is shut',
    back: 'Nothing was changed.',
  },
  {
    page: 'A sheet of one-time codes',
    menu: 'userTwoFactorAuthOTPConfig',
    as: 'joe',
    keys: '2fa\rp',
    asks: 'For lines that others can read',
    back: 'Nothing was changed.',
  },
  {
    page: 'A sheet of one-time codes',
    menu: 'userTwoFactorAuthOTPConfig',
    as: 'ann',
    keys: '2fa\rp',
    asks: 'A new sheet makes the old one void.',
    back: 'Nothing was changed.',
  },
  {
    page: 'Your authenticator apps',
    menu: 'userTwoFactorAuthOTPConfig',
    as: 'ann',
    keys: '2fa\ra',
    asks: 'D1 remove app 1',
    back: 'backup codes left',
  },
  {
    page: 'Another name for an app',
    menu: 'userTwoFactorAuthOTPConfig',
    as: 'ann',
    keys: '2fa\rar1\r',
    asks: 'It is called',
    back: 'D1 remove app 1',
  },
  {
    page: 'Add an authenticator app',
    menu: 'userTwoFactorAuthOTPConfig',
    as: 'ann',
    keys: '2fa\raa\r',
    asks: 'What do you call this one',
    back: 'D1 remove app 1',
  },
  {
    page: 'Switch two-factor sign-in off',
    menu: 'userTwoFactorAuthOTPConfig',
    as: 'ann',
    keys: '2fa\rf',
    asks: 'your password alone lets people in',
    back: 'Nothing was changed.',
  },
  {
    page: 'New backup codes',
    menu: 'userTwoFactorAuthOTPConfig',
    as: 'ann',
    keys: '2fa\rn',
    asks: 'Your old backup codes stop working',
    back: 'Nothing was changed.',
  },
  {
    page: 'Your application is not sent yet',
    menu: 'newUserApplication',
    keys: `walter${CTRL('c')}`,
    asks: 'Throw it away?',
    back: 'Your application is still here.',
    isYesOrNo: true,
  },
  {
    page: 'Your letter is not sent yet',
    menu: 'preAuthFeedback',
    keys: `walter\t\tHello${CTRL('c')}`,
    asks: 'Throw it away?',
    back: 'Your letter is still here.',
    isYesOrNo: true,
  },
] as const;

type Row = (typeof PAGES)[number];

describe.each(THEMES)('keys of the pages behind stock menus in the theme %s', (theme) => {
  let board: MenuBoard;
  let ann: Awaited<ReturnType<MenuBoard['addUser']>>;
  const callers: MenuCaller[] = [];
  beforeAll(async () => {
    board = await MenuBoard.open({
      config: {
        theme: { preLogin: theme, default: theme },
        loginServers: { telnet: { passwordLogin: 'never' } },
      },
    });
    const { sshKeys, sheets } = board.services;
    const joe = await board.addUser('joe', PASSWORD);
    for (const { public: line } of [ed25519Pair(), ed25519Pair()]) {
      const parsed = parseSshPublicKey(line);
      if (parsed.kind !== 'key') throw new Error(parsed.kind);
      await sshKeys.add(joe.id, { key: parsed.key, actor: {} });
    }
    ann = await board.addUser('ann', PASSWORD, { otp: true });
    await sheets.make(ann.id, {});
  });
  afterAll(() => board.close());
  afterEach(async () => {
    for (const caller of callers) caller.hangUp();
    await Promise.all(callers.splice(0).map((caller) => caller.ended));
  });

  const shows = (caller: MenuCaller, text: string): boolean =>
    caller.screen.text().replace(/\s+/g, ' ').includes(text);

  async function sees(caller: MenuCaller, text: string): Promise<void> {
    await caller.until(text, () => shows(caller, text) && caller.isAsked);
  }

  /** On a page, by keys that were all typed at once. */
  async function open(row: Row): Promise<MenuCaller> {
    const caller = await dial(row);
    callers.push(caller);
    await sees(caller, row.asks);
    expect(shows(caller, row.page)).toBe(true);
    return caller;
  }

  async function dial(row: Row): Promise<MenuCaller> {
    const width = theme === 'plain' ? 40 : 80;
    const as = 'as' in row ? row.as : undefined;
    if (as === 'ann') {
      // Each code lets in once.
      const { fake, clock } = board.accounts;
      await fake.advance(30_000);
      const code = totp(ann.secret, clock.nowMs());
      const by = { userName: as, password: PASSWORD, code };
      const caller = await board.callBySsh(by, 'sshConnected', { width });
      caller.type(`\r${row.keys}`);
      return caller;
    }
    const caller = board.call(as === undefined ? row.menu : 'matrix', { server: 'wss', width });
    await caller.until('a key to be asked for', () => caller.isAsked);
    caller.type(`${as === undefined ? '' : `s${as}\r${PASSWORD}\r\r`}${row.keys}`);
    return caller;
  }

  it.each(PAGES)(
    'on "$page" ($asks) ^L and ^R draw it again, and F1 and arrows change nothing',
    async (row) => {
      const caller = await open(row);
      const before = caller.screen.text();
      const isBack = (): Promise<unknown> =>
        caller.until('the page as it was', () => caller.screen.text() === before && caller.isAsked);
      for (const letter of ['l', 'r']) {
        caller.screen.write(Buffer.from('\x1b[2J\x1b[5;5Hgarbage'));
        await caller.sees('garbage');
        caller.type(CTRL(letter));
        await isBack();
      }
      caller.type(`${HELP.F1}\x1b[D\x1b[C`);
      caller.screen.write(Buffer.from('\x1b[2Jgarbage'));
      await caller.sees('garbage');
      caller.type(CTRL('l'));
      await isBack();
    },
  );

  it.each(PAGES)(
    'from "$page" ($asks) Esc, ^C and ^D lead back to its menu, with nothing changed',
    async (row) => {
      for (const keys of ['Esc', CTRL('c'), CTRL('d')]) {
        const caller = await open(row);
        if (keys === 'Esc') await caller.escape();
        else caller.type(keys);
        await sees(caller, row.back);
        expect(caller.places.at(-1)?.menu).toBe(row.menu);
        expect(shows(caller, row.asks)).toBe(false);
      }
    },
  );

  it.each(PAGES.filter((row) => 'isYesOrNo' in row))(
    'on "$page" a key that is neither y nor n is told so',
    async (row) => {
      const caller = await open(row);
      caller.type('#');
      await sees(caller, 'Please type y or n.');
      caller.type('n');
      await sees(caller, row.back);
    },
  );
});
