import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createArtStore } from '../../src/art/art-store';
import { systemRandom } from '../../src/base/random';
import { findMenuFile, resolveBoard } from '../../src/config/board';
import { loadConfig } from '../../src/config/load';
import { loadMenus } from '../../src/menu/load/menu-file';
import { loadThemes } from '../../src/menu/load/theme-files';
import { ABSENT_MODULES } from '../../src/modules/absent-modules';
import { checkBoard } from '../../src/modules/board-check';
import { totp } from '../support/authenticator';
import { scenes } from './scene';
import { kindOfCode } from '../../src/menu/screen/mci-codes';

const BOARD = join(__dirname, 'enigma-board');
const open = scenes();

async function loadBoard() {
  const board = await resolveBoard({ board: BOARD, data: '/nowhere', env: {} });
  const loaded = await loadConfig({ file: board.configFile, mustExist: true, env: {} });
  const { config } = loaded;
  const menus = await loadMenus({
    file: await findMenuFile(board, loaded),
    env: {},
    fallbackFolders: board.configFallbacks,
  });
  const themes = await loadThemes({ artRoots: board.artRoots, env: {} });
  const art = createArtStore({ kindOf: kindOfCode, roots: board.artRoots, random: systemRandom });
  return { config, menus, themes, art };
}

describe('a board in the layout of ENiGMA½', () => {
  it('loads with no errors, and with a warning for each module that is known to be absent', async () => {
    const findings = await checkBoard(await loadBoard());
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    const absent = findings.filter(({ rule }) => rule === 'absent-module');
    expect(absent.map(({ subject }) => subject)).toEqual(['messageAreaPost']);
    for (const { text } of absent) {
      const name = /'(\w+)'/.exec(text)?.[1] ?? '';
      expect(text).toContain(ABSENT_MODULES.get(name));
    }
  });

  it('leads nobody round the second factor, by the proof', async () => {
    const findings = await checkBoard(await loadBoard());
    expect(findings.filter(({ rule }) => rule.startsWith('bypass'))).toEqual([]);
  });

  const board = async () => {
    const folder = join(BOARD, 'config/menus');
    const names = (await readdir(folder)).filter((name) => name !== 'postern-main.hjson');
    const files = await Promise.all(
      names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const),
    );
    const art: Record<string, Buffer> = {};
    for (const name of [
      'general/LETTER.ANS',
      'themes/postern/MATRIX.ANS',
      'themes/postern/theme.hjson',
    ]) {
      art[name] = await readFile(join(BOARD, 'art', name));
    }
    return open({
      menus: await readFile(join(folder, 'postern-main.hjson'), 'utf8'),
      files: Object.fromEntries(files),
      art,
      stockArt: true,
      config: {
        general: { boardName: 'The Postern' },
        theme: { default: 'postern', preLogin: 'postern' },
      },
    });
  };

  it('telnet: matrix in its theme, login, second factor, the login sequence, main menu', async () => {
    const scene = await board();
    const { secret } = await scene.board.addUser('joe', 'correct horse', { otp: true });
    const caller = scene.call({}, 'telnetConnected');
    await caller.until(
      'the greeting',
      () => caller.isAsked || scene.board.accounts.fake.waiting > 0,
    );
    await scene.board.accounts.fake.advance(1500);
    await caller.sees('LOGIN');
    await caller.sees('THE POSTERN');
    caller.type('\r');
    await caller.isIn('login');
    caller.type('joe\rcorrect horse\r');
    await caller.isIn('loginTwoFactorAuthOTP');
    expect(caller.menus).toContain('loginTwoFactorAuthOTPLoop');
    caller.type(`${totp(secret, scene.board.accounts.clock.nowMs())}\r`);
    for (const menu of [
      'fullLoginSequenceLoginArt',
      'fullLoginSequenceLastCallers',
      'fullLoginSequenceWhosOnline',
    ]) {
      await caller.isIn(menu);
      caller.type(' ');
    }
    await caller.isIn('mainMenu');
    caller.type('2fa\r');
    await caller.isIn('userTwoFactorAuthOTPSecConnRequired');
  });

  it('ssh: a code given in the dialogue of SSH is not asked for again', async () => {
    const scene = await board();
    const { secret } = await scene.board.addUser('joe', 'correct horse', { otp: true });
    const caller = await scene.callBySsh({
      userName: 'joe',
      password: 'correct horse',
      code: totp(secret, scene.board.accounts.clock.nowMs()),
    });
    await caller.until('the greeting', () => scene.board.accounts.fake.waiting > 0);
    await scene.board.accounts.fake.advance(1500);
    await caller.isIn('fullLoginSequenceLoginArt');
    expect(caller.screen.text()).not.toContain('One-time code');
  });

  it('new user: the application, signed in, and the letter page', async () => {
    const scene = await board();
    const caller = scene.call({ server: 'ssh' }, 'sshConnectedNewUser');
    await caller.until('the greeting', () => scene.board.accounts.fake.waiting > 0);
    await scene.board.accounts.fake.advance(1500);
    await caller.isIn('newUserApplicationPreSsh');
    await caller.sees('Press a key');
    caller.type(' ');
    await caller.isIn('newUserApplicationSsh');
    caller.type('walter\rWalter Witness\r19700228\rm\rRome\r\r\r\r');
    caller.type('a quiet harbour 7\ra quiet harbour 7\r\r');
    await caller.sees('The sysop reads every application.');
    expect(caller.caller.login.user?.name).toBe('walter');
    caller.type(' ');
    await caller.isIn('fullLoginSequenceLoginArt');
  });

  it('forgotten password: goes where extraArgs.next says', async () => {
    const scene = await board();
    const caller = scene.call({}, 'forgotPassword');
    await caller.sees('User name');
    caller.type('joe\r');
    await caller.isIn('forgotPasswordSubmitted');
    expect(scene.board.forgotten).toEqual(['joe']);
  });

  it('a menu-level acs counts: SSH keys are not for telnet', async () => {
    const scene = await board();
    const menu = scene.board.menuSet?.menus.get('userSSHKeyConfig');
    expect(menu?.acs?.acs.text).toBe('SC');
  });
});
