import { join } from 'node:path';
import { createArtStore } from '../../src/art/art-store';
import { defaultConfig } from '../../src/config/schema';
import { formatFinding } from '../../src/proof/check';
import { proveFlow } from '../../src/proof/flow-proof';
import type { MenuSet } from '../../src/menu/load/menu-entry';
import { loadMenus } from '../../src/menu/load/menu-file';
import { loadThemes } from '../../src/menu/load/theme-files';
import { boardRegistries, checkBoard } from '../../src/modules/board-check';
import { kindOfCode } from '../../src/menu/screen/mci-codes';

const root = join(__dirname, '../..');

describe('the stock menus', () => {
  const config = defaultConfig();
  const art = createArtStore({
    kindOf: kindOfCode,
    roots: [join(root, 'art')],
    random: { bytes: (count) => Buffer.alloc(count), below: () => 0 },
  });
  let menus: MenuSet;
  beforeAll(async () => {
    menus = await loadMenus({ file: join(root, 'config/menu.hjson'), env: {} });
  });
  const parts = async () => {
    const themes = await loadThemes({ artRoots: [join(root, 'art')], env: {} });
    return { config, menus, art, themes };
  };

  it('have no findings with the stock art, themes and modules', async () => {
    const findings = await checkBoard(await parts(), { bypass: 'error' });
    expect(findings.map(formatFinding)).toEqual([]);
  });

  it('are told of a required field of the application that a form lacks, and of no other', async () => {
    const all = await parts();
    const users = {
      ...config.users,
      applicationFields: {
        ...config.users.applicationFields,
        ...({ realName: 'required', location: 'required' } as const),
      },
    };
    const without = all.menus.menus.get('newUserApplication');
    if (without === undefined) throw new Error('no application');
    const forms = without.forms.map((form) => ({
      ...form,
      views: form.views.filter(({ properties }) => properties['argName'] !== 'realName'),
    }));
    const changed = new Map(all.menus.menus).set(without.name, { ...without, forms });
    const findings = await checkBoard({
      ...all,
      config: { ...config, users },
      menus: { ...all.menus, menus: changed },
    });
    expect(findings.filter(({ rule }) => rule === 'not-asked')).toMatchObject([
      {
        severity: 'warning',
        subject: 'newUserApplication',
        text: 'users.applicationFields.realName is required, and no view of this form has argName: realName',
      },
    ]);
  });

  it('are proven: nobody passes the login area below his factor floor', async () => {
    const report = proveFlow(menus, await boardRegistries(await parts()));
    expect(report).toMatchObject({
      proven: true,
      bypasses: [],
      lockedOut: [],
      deadEnds: [],
      unreachable: [],
      undecided: [],
    });
  });

  it('have the menus of contract A9 by their names', () => {
    const names = [
      'telnetConnected',
      'sshConnected',
      'sshConnectedNewUser',
      'matrix',
      'login',
      'loginTwoFactorAuthOTPLoop',
      'loginTwoFactorAuthOTP',
      'fullLoginSequenceLoginArt',
      'mainMenu',
      'mainMenuUserConfig',
      'userTwoFactorAuthOTPConfig',
      'userTwoFactorAuthOTPConfigShowDetails',
      'userTwoFactorAuthOTPSecConnRequired',
      'userSSHKeyConfig',
      'newUserApplicationPre',
      'newUserApplication',
      'newUserApplicationPreSsh',
      'newUserApplicationSsh',
      'forgotPassword',
      'forgotPasswordSubmitted',
      'loginAttemptTooNode',
      'fullLogoffSequence',
    ];
    expect(names.filter((name) => !menus.menus.has(name))).toEqual([]);
  });

  it('wait for nothing but keys', () => {
    const waiting = [...menus.menus.values()].filter(
      ({ config: { nextTimeoutMs, baudRate } }) => (nextTimeoutMs ?? baudRate) !== undefined,
    );
    expect(waiting.map(({ name }) => name)).toEqual([]);
  });

  it('ask one key between the last credential and the main menu', () => {
    const welcome = menus.menus.get('fullLoginSequenceLoginArt');
    expect(welcome?.config.pause).toBe('end');
    expect(welcome?.next?.options.map(({ value }) => value.name)).toEqual([
      'fullLoginSequenceSysop',
      'mainMenu',
    ]);
    for (const name of [
      'login',
      'loginTwoFactorAuthOTP',
      'sshConnected',
      'fullLoginSequenceSysop',
    ]) {
      expect(menus.menus.get(name)?.config.pause).toBeUndefined();
    }
  });

  it('have as login area what a stranger may see, and nothing else', () => {
    const outside = [...menus.menus.values()].filter(({ loginArea }) => !loginArea);
    expect(outside.map(({ name }) => name).sort()).toEqual([
      'fullLoginSequenceLoginArt',
      'fullLoginSequenceSysop',
      'mainMenu',
      'mainMenuLastCallers',
      'mainMenuMyCalls',
      'mainMenuSignIns',
      'mainMenuUserConfig',
      'mainMenuUserList',
      'mainMenuUserStats',
      'mainMenuWhosOnline',
      'userSSHKeyConfig',
      'userTwoFactorAuthOTPConfig',
      'userTwoFactorAuthOTPConfigShowDetails',
      'userTwoFactorAuthOTPSecConnRequired',
    ]);
  });

  it('without its conditions the login is no longer proven, and the finding tells the way', async () => {
    const login = menus.menus.get('login');
    const [, rest] = login?.next?.options ?? [];
    if (login?.next === undefined || rest === undefined) throw new Error('login has no next');
    const changed = { ...login, next: { ...login.next, options: [rest] } };
    const set = { ...menus, menus: new Map([...menus.menus, ['login', changed]]) };
    const report = proveFlow(set, await boardRegistries(await parts()));
    expect(report.proven).toBe(false);
    expect(report.bypasses.map(({ menu }) => menu)).toContain('fullLoginSequenceLoginArt');
    expect(report.bypasses[0]?.path.map(({ menu }) => menu)).toEqual([
      'telnetConnected',
      'matrix',
      'login',
    ]);
  });
});
