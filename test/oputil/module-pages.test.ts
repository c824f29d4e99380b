import { BACKUP_CODE_COUNT } from '../../src/auth/backup-codes';
import { readFile } from 'node:fs/promises';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { MODULE_PAGES } from '../../src/oputil/module-pages';
import { MODULES } from '../../src/modules/registry';
import { makeModuleBoard } from '../support/module-menus';
import { Shell } from './shell';

let shell: Shell;

beforeEach(async () => {
  shell = await Shell.openEmpty();
});

afterEach(() => shell.close());

/** What the pictures of `menu sheet` show. */
async function captions(...board: string[]): Promise<readonly string[]> {
  const out = join(shell.folder, `sheet-${board.length}`);
  await shell.run(...board, 'menu', 'sheet', '--out', out);
  const page = await readFile(join(out, 'index.html'), 'utf8');
  return [...page.matchAll(/<figcaption>(.*?)<\/figcaption>/g)].map(([, name = '']) => name);
}

/** Where each module of the stock board with all modules has its pages. */
const MENU_OF: Readonly<Record<string, string>> = {
  ...{ user_2fa_otp_config: 'userTwoFactorAuthOTPConfig', nua: 'newUserApplication' },
  ...{ user_config: 'mainMenuUserConfig', my_calls: 'mainMenuMyCalls' },
  ...{ user_ssh_key_config: 'userSSHKeyConfig', pre_auth_feedback: 'preAuthFeedback' },
  ...{ onelinerz: 'wall', page_sysop: 'page', msg_area_post_fse: 'letter', abracadabra: 'door' },
  ...{ onward_accounts: 'kept', telnet_bridge: 'telnet', rlogin: 'rlogin', ssh_bridge: 'ssh' },
  ...{ bbs_link: 'bbslink', door_party: 'party' },
};

test('menu sheet draws each page that a module shows behind its first screen', async () => {
  const board = await makeModuleBoard(shell.folder);
  const drawn = new Set(await captions('--board', board));
  const missing = MODULE_PAGES.filter(
    ({ module, name }) => !drawn.has(`${MENU_OF[module] ?? ''}, ${name}`),
  );
  expect(missing).toEqual([]);
});

test('menu show --page draws a page as a caller who pressed its keys sees it', async () => {
  const show = (menu: string, page: string, ...more: string[]): Promise<string> =>
    shell.run('menu', 'show', menu, '--page', page, '--text', ...more);
  const codes = await show('userTwoFactorAuthOTPConfig', 'first-codes');
  expect(codes).toContain('Your backup codes');
  expect(codes.match(/\b[a-z]{5}(?:-[a-z]{5}){3}\b/g)).toHaveLength(BACKUP_CODE_COUNT);
  expect(await show('mainMenuUserConfig', 'password', '--theme', 'plain')).toMatch(/New password/);
  await shell.run('user', 'add', 'joe', '--password', 'a long pass phrase');
  expect(await show('mainMenuMyCalls', 'disowned', '--user', 'joe')).toContain('calls are ended');
});

test('menu show --page says which pages there are, and where nobody gets to one', async () => {
  const wrong = await shell.try('menu', 'show', 'mainMenuMyCalls', '--page', 'nothing');
  expect([wrong.exitCode, wrong.err]).toEqual([
    2,
    expect.stringContaining('there are: not-me, disowned'),
  ]);
  const none = await shell.try('menu', 'show', 'matrix', '--page', 'nothing');
  expect(none.err).toContain('it has none');
  const clear = ['userTwoFactorAuthOTPConfig', '--page', 'proof', '--server', 'telnet'];
  expect((await shell.try('menu', 'show', ...clear)).err).toContain('nobody gets to');
});

/** A page, or in words why a place in a module has none of its own. */
type Shown = { readonly page: string } | { readonly not: string };
const page = (name: string): Shown => ({ page: name });
const not = (why: string): Shown => ({ not: why });

const SAME = 'another sentence on the page of a neighbour';
const FIRST_AGAIN = 'back to the first screen, or to the one before';

/** Each place where a module shows something else than its first screen, in the order of its file. */
const PLACES: Readonly<Record<string, readonly Shown[]>> = {
  'abracadabra.ts': [
    not('only where the menu names no program'),
    not('art of the sysop for a full door, shown alone: menu show of a menu with it'),
    not(SAME),
    page('abracadabra shut'),
  ],
  'far-account.ts': [page('rlogin name'), page('rlogin password')],
  'hand-on.ts': [
    ...[not(SAME), not(SAME), not(SAME)],
    not('stands below what the board behind has shown'),
    page('rlogin silent'),
    not('shows the above'),
  ],
  'letter-to-sysop.ts': [
    page('msg_area_post_fse text'),
    not(FIRST_AGAIN),
    page('msg_area_post_fse menu'),
    not(FIRST_AGAIN),
    page('msg_area_post_fse sent'),
    page('msg_area_post_fse help'),
    page('msg_area_post_fse help'),
    not(SAME),
  ],
  'my-calls.ts': [page('my_calls not-me'), page('my_calls disowned')],
  'new-user.ts': [
    not('only for who is signed in, who has no way there on the stock board'),
    not('only on a line without passwords; the page of `closed`'),
    page('nua closed'),
    page('nua invite'),
    page('nua no-invite'),
    page('nua invite-ended'),
    page('nua mailed'),
    not(SAME),
    page('nua mailed'),
    page('nua unsent'),
    not('shows the above'),
  ],
  'one-time-sheet.ts': [
    page('user_2fa_otp_config proof'),
    page('user_2fa_otp_config sheet-codes'),
    page('user_2fa_otp_config sheet'),
  ],
  'onelinerz.ts': [page('onelinerz add'), not(FIRST_AGAIN), not(FIRST_AGAIN)],
  'onward-accounts.ts': [
    page('onward_accounts none'),
    page('onward_accounts list'),
    page('onward_accounts account'),
    page('onward_accounts forgotten'),
    page('onward_accounts changed'),
  ],
  'page-sysop.ts': [
    page('page_sysop too-often'),
    page('page_sysop called'),
    page('page_sysop offer'),
    page('page_sysop text'),
    page('page_sysop mailed'),
    page('page_sysop text'),
    page('page_sysop called'),
    page('page_sysop called'),
  ],
  'pre-auth-feedback.ts': [page('pre_auth_feedback sent'), page('pre_auth_feedback unsent')],
  'show-art.ts': [not('a page that another module hands on: drawn as that of the other')],
  'ssh-key-config.ts': [
    page('user_ssh_key_config add'),
    page('user_ssh_key_config remove'),
    page('user_ssh_key_config no-code'),
    page('user_ssh_key_config which'),
  ],
  'two-factor-apps.ts': [
    page('user_2fa_otp_config apps'),
    page('user_2fa_otp_config add-app'),
    page('user_2fa_otp_config add-app-proof'),
    page('user_2fa_otp_config set-up'),
    page('user_2fa_otp_config remove-app'),
    page('user_2fa_otp_config rename-app'),
  ],
  'two-factor-config.ts': [
    page('user_2fa_otp_config proof'),
    page('user_2fa_otp_config first-codes'),
    not('says what the board lacks for mails, on the page of the mails'),
    page('user_2fa_otp_config proof'),
    page('user_2fa_otp_config off'),
    page('user_2fa_otp_config secret'),
    page('user_2fa_otp_config qr'),
    not('the same proof with another title'),
    page('user_2fa_otp_config new-codes'),
    not('shows the above'),
  ],
  'user-config.ts': [
    page('user_config proof'),
    not('says what the board lacks for mails, on the page of the mails'),
    page('user_config proof'),
    page('user_config password'),
  ],
};

const PLACE =
  /\b(?:showPages|showArt|ask|proveAgain|showLacks|showLinkAnswer|setUpHere|showDetails|showNamed|tell|askForText|askYesOrNo)\(|kind: 'form'/;

/** They pass on what modules of others show. */
const OF_OTHERS = ['own-guard.ts', 'own-parts.ts'];

test('each place where a module shows a further page is in the table, and has its page or a reason', () => {
  const folder = resolve(__dirname, '../../src/modules');
  const found = readdirSync(folder)
    .filter((file) => !OF_OTHERS.includes(file))
    .map((file) => {
      const lines = readFileSync(join(folder, file), 'utf8').split('\n');
      const places = lines.filter((line) => PLACE.test(line) && !/\bfunction /.test(line));
      return [file, places.length] as const;
    })
    .filter(([, count]) => count > 0);
  const told = Object.entries(PLACES).map(([file, places]) => [file, places.length]);
  expect(found).toEqual(told);
  const known = new Set(MODULE_PAGES.map(({ module, name }) => `${module} ${name}`));
  const named = Object.values(PLACES)
    .flat()
    .flatMap((shown) => ('page' in shown ? [shown.page] : []));
  expect(named.filter((name) => !known.has(name))).toEqual([]);
});

test('each page is of a module that is here, and has a name of its own', () => {
  const names = new Set([...MODULES.map(({ name }) => name), 'msg_area_post_fse']);
  expect(MODULE_PAGES.filter(({ module }) => !names.has(module))).toEqual([]);
  const keys = MODULE_PAGES.map(({ module, name }) => `${module} ${name}`);
  expect(new Set(keys).size).toBe(keys.length);
});
