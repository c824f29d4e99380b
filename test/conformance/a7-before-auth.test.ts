import { join } from 'node:path';
import { createArtStore } from '../../src/art/art-store';
import { defaultConfig } from '../../src/config/schema';
import { loadMenus } from '../../src/menu/load/menu-file';
import type { MenuEntry, MenuSet } from '../../src/menu/load/menu-entry';
import { loadThemes } from '../../src/menu/load/theme-files';
import { boardRegistries } from '../../src/modules/board-check';
import { moduleTable } from '../../src/modules/registry';
import type { MenuRegistries } from '../../src/proof/registries';
import { scenes } from './scene';
import { kindOfCode } from '../../src/menu/screen/mci-codes';

const ROOT = join(__dirname, '../..');
const open = scenes();

/** The rows of A7 that say which views a screen has, by art and view: `argName` where it has a value. */
const SCREENS: readonly (readonly [
  row: string,
  menu: string,
  art: string,
  views: Readonly<Record<string, string | undefined>>,
])[] = [
  ['Matrix', 'matrix', 'MATRIX', { VM1: 'navSelect' }],
  ['Login', 'login', 'USERLOG', { ET1: 'username', ET2: 'password' }],
  [
    'New user',
    'newUserApplication',
    'NUA',
    {
      ...{ ET1: 'username', ET2: 'realName', ME3: 'birthdate', ME4: 'sex', ET5: 'location' },
      ...{ ET6: 'affils', ET7: 'email', ET8: 'web', ET9: 'password', ET10: 'passwordConfirm' },
      ...{ TL11: undefined, TM12: 'submission' },
    },
  ],
  [
    'User config',
    'mainMenuUserConfig',
    'CONFSCR',
    {
      ...{ ET1: 'realName', ME2: 'birthdate', ME3: 'sex', ET4: 'location', ET5: 'affils' },
      ...{ ET6: 'email', ET7: 'web', ME8: 'termHeight', SM9: 'theme', ET10: 'password' },
      ...{ ET11: 'passwordConfirm', TL20: undefined, TL21: undefined, TM25: 'submission' },
    },
  ],
  [
    'SSH key menu',
    'userSSHKeyConfig',
    'SSHKEYCFG',
    { MT1: undefined, ET2: 'sshKey', TM3: 'submit', TL4: undefined },
  ],
];

describe('A7 before authentication: the screens', () => {
  let menus: MenuSet;
  let registries: MenuRegistries;

  beforeAll(async () => {
    menus = await loadMenus({ file: join(ROOT, 'config/menu.hjson'), env: {} });
    const artRoots = [join(ROOT, 'art')];
    registries = await boardRegistries({
      config: defaultConfig(),
      menus,
      themes: await loadThemes({ artRoots, env: {} }),
      art: createArtStore({
        kindOf: kindOfCode,
        roots: artRoots,
        random: { bytes: Buffer.alloc, below: () => 0 },
      }),
    });
  });

  const menu = (name: string): MenuEntry => {
    const found = menus.menus.get(name);
    if (found === undefined) throw new Error(`the stock board has no menu ${name}`);
    return found;
  };

  it.each(SCREENS)('%s: %s shows %s with its views by their numbers', (_row, name, art, views) => {
    const entry = menu(name);
    const specs = entry.art?.options.map(({ value }) => value) ?? [];
    expect(specs.some((spec) => spec.startsWith(art))).toBe(true);
    for (const spec of specs) {
      for (const drawn of registries.art?.get(spec) ?? []) {
        // In 40 columns a message takes more than a row: MT stands for TL, under the same number.
        const placed = drawn.views.flatMap(({ code, id }) =>
          code === 'MT' ? [`MT${id}`, `TL${id}`] : [`${code}${id}`],
        );
        expect(placed).toEqual(expect.arrayContaining(Object.keys(views)));
      }
    }
    const written = entry.forms.flatMap((form) => form.views);
    const argNames = Object.fromEntries(
      written.map(({ mci, properties }) => [mci, properties['argName']]),
    );
    const withValue = Object.entries(views).filter(([, argName]) => argName !== undefined);
    expect(argNames).toMatchObject(Object.fromEntries(withValue));
  });

  it.each([
    ['New user', 'nua', [1, 9, 10, 11]],
    ['SSH key menu', 'user_ssh_key_config', [1, 2]],
  ])('%s: module %s cannot do without the views %j', (_row, module, views) => {
    expect(moduleTable().get(module)?.views).toEqual(views);
  });

  it('SSH key menu: a key of 600 characters fits', () => {
    const key = menu('userSSHKeyConfig')
      .forms.flatMap((form) => form.views)
      .find(({ mci }) => mci === 'ET2');
    expect(Number(key?.properties['maxLength'])).toBeGreaterThanOrEqual(600);
  });

  it('New user: the birth date is typed into ####/##/##', () => {
    const date = menu('newUserApplication')
      .forms.flatMap((form) => form.views)
      .find(({ mci }) => mci === 'ME3');
    expect(date?.properties['maskPattern']).toBe('####/##/##');
  });

  it.each([
    ['loginAttemptTooNode', 'TOONODE'],
    ['loginAttemptAccountLocked', 'ACCOUNTLOCKED'],
    ['loginAttemptAccountDisabled', 'ACCOUNTDISABLED'],
    ['loginAttemptAccountInactive', 'ACCOUNTINACTIVE'],
  ])('Login: %s shows %s and leads out', (name, art) => {
    const entry = menu(name);
    expect(entry.art?.options.map(({ value }) => value)).toEqual([art]);
    expect(entry.loginArea).toBe(true);
  });
});

describe('A7 before authentication: what leads where', () => {
  it.each([
    ['n', 'newUserApplicationPre'],
    ['f', 'forgotPassword'],
  ])('Matrix: %s -> %s', async (key, name) => {
    const scene = await open({});
    const caller = scene.call({}, 'matrix');
    await caller.isIn('matrix');
    caller.type(`${key}\r`);
    await caller.isIn(name);
  });

  it('Matrix: log off ends the call', async () => {
    const scene = await open({});
    const caller = scene.call({}, 'matrix');
    await caller.isIn('matrix');
    caller.type('l\r');
    expect(await caller.ended).toBe('log-off');
  });

  it('Login: the password is masked, and escape goes back', async () => {
    const scene = await open({});
    const caller = scene.call({}, 'matrix');
    await caller.isIn('matrix');
    caller.type('\rjoe\rsecret');
    await caller.sees('******');
    expect(caller.screen.text()).not.toContain('secret');
    await caller.escape();
    await caller.isIn('matrix');
  });

  it('Forgot password: forgotPasswordPrompt -> forgotPasswordSubmitted, whoever it is', async () => {
    const scene = await open({});
    const caller = scene.call({}, 'forgotPassword');
    expect(scene.board.menuSet?.menus.get('forgotPassword')?.prompt?.name).toBe(
      'forgotPasswordPrompt',
    );
    await caller.isIn('forgotPassword');
    caller.type('nobody\r');
    await caller.isIn('forgotPasswordSubmitted');
  });

  it('New user: newUserApplicationPre -> newUserApplication', async () => {
    const scene = await open({});
    const caller = scene.call({}, 'newUserApplicationPre');
    await caller.isIn('newUserApplicationPre');
    await caller.sees('Press a key');
    caller.type(' ');
    await caller.isIn('newUserApplication');
  });

  it.each(['min', 'erv', 'sysop'])(
    'New user: reserved names are compared whole, %s',
    async (name) => {
      const scene = await open({});
      const caller = scene.call({}, 'newUserApplication');
      await caller.isIn('newUserApplication');
      caller.type(`${name}\r`);
      if (name === 'sysop') await caller.sees('This name is reserved.');
      else {
        caller.type('Real Name\r');
        await caller.sees('Real Name');
        expect(caller.screen.text()).not.toContain('reserved');
      }
    },
  );
});
