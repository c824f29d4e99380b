// The stock menus that ask something, and what the keys of every menu do in each.

/** The keys for help: a field takes `?` as text, and the command line takes it as a command. */
export const HELP = { F1: '\x1bOP', '?': '?', '? and Enter': '?\r' } as const;
export const ESCAPE = '\x1b';
export const CTRL = (letter: string): string => String.fromCharCode(letter.charCodeAt(0) - 0x60);

/** Name and password of who is signed in there; ann has a second factor. */
export const PASSWORD = 'a quiet harbour 7';

/** Where Esc, ^C, and ^D in an empty field lead from a stock menu, and whether `?` is help there at once. */
export const MENUS = [
  { menu: 'matrix', way: [], escape: 'nowhere', help: '?' },
  { menu: 'login', way: ['s'], escape: 'matrix', help: 'F1' },
  { menu: 'loginTwoFactorAuthOTP', as: 'ann', way: [], escape: 'the end', help: 'F1' },
  { menu: 'forgotPassword', way: ['f'], escape: 'matrix', help: 'F1' },
  { menu: 'preAuthFeedback', way: ['w'], escape: 'matrix', help: 'F1' },
  { menu: 'newUserApplication', way: ['n', ' '], escape: 'matrix', help: 'F1' },
  { menu: 'newUserApplicationSsh', first: true, way: [], escape: 'the end', help: 'F1' },
  { menu: 'mainMenu', as: 'joe', way: [], escape: 'nowhere', help: '? and Enter' },
  { menu: 'userTwoFactorAuthOTPConfig', as: 'joe', way: ['2fa\r'], escape: 'mainMenu', help: '?' },
  { menu: 'mainMenuUserConfig', as: 'joe', way: ['c\r'], escape: 'mainMenu', help: 'F1' },
  { menu: 'userSSHKeyConfig', as: 'joe', way: ['ssh\r'], escape: 'mainMenu', help: 'F1' },
  { menu: 'mainMenuLastCallers', as: 'joe', way: ['l\r'], escape: 'mainMenu', help: '?' },
  { menu: 'mainMenuWhosOnline', as: 'joe', way: ['w\r'], escape: 'mainMenu', help: '?' },
  { menu: 'mainMenuUserList', as: 'joe', way: ['u\r'], escape: 'mainMenu', help: '?' },
  { menu: 'mainMenuSignIns', as: 'joe', way: ['s\r'], escape: 'mainMenu', help: '?' },
  { menu: 'mainMenuMyCalls', as: 'joe', way: ['m\r'], escape: 'mainMenu', help: '?' },
] as const;

/** A menu of the table. */
export type AskingMenu = (typeof MENUS)[number];

/** The menus that are come to by keys. */
export const BEHIND_KEYS = MENUS.filter((row) => 'as' in row || row.way.length > 0);

/** What is typed to be signed in; the main menu is behind the pause of the welcome, which Enter ends. */
export const signInKeys = (row: AskingMenu): string => {
  if (!('as' in row)) return '';
  return `${row.as}\r${PASSWORD}\r${row.menu === 'mainMenu' ? '\r' : ''}`;
};

/** By SSH where only its callers begin, else by an encrypted line where the menu shows secrets. */
export const serverOf = (row: AskingMenu): 'ssh' | 'wss' | 'telnet' => {
  if ('first' in row) return 'ssh';
  return ['userTwoFactorAuthOTPConfig', 'userSSHKeyConfig'].includes(row.menu) ? 'wss' : 'telnet';
};
