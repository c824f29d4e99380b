import type { ConfigInput } from '../../src/config/schema';
import { writeProperties } from '../../src/store/properties';
import { scenes, stop, type Scene } from './scene';

const open = scenes();

const targets = {
  tooNodeMenu: 'loginAttemptTooNode',
  toomany: 'loginAttemptTooMany',
  disabled: 'loginAttemptAccountDisabled',
  inactive: 'loginAttemptAccountInactive',
  locked: 'loginAttemptAccountLocked',
};

const board = (config: object, more: ConfigInput = {}): Promise<Scene> =>
  open({
    menus: {
      menus: {
        login: {
          art: 'USERLOG',
          config,
          next: 'mainMenu',
          form: {
            0: {
              mci: {
                ET1: { argName: 'username' },
                ET2: { argName: 'password', password: true, submit: true },
              },
              submit: { '*': [{ value: { password: null }, action: '@systemMethod:login' }] },
            },
          },
        },
        mainMenu: { ...stop('MMENU'), next: 'login' },
        ...Object.fromEntries(Object.values(targets).map((name) => [name, stop(name)])),
      },
    },
    art: {
      USERLOG: 'Name %ET1\r\nPassword %ET2\r\n%TL10',
      MMENU: 'inside',
      ...Object.fromEntries(Object.values(targets).map((name) => [name, `at ${name}`])),
    },
    config: more,
  });

const setStatus = (scene: Scene, id: number, status: string): Promise<void> =>
  scene.board.accounts.db.transaction('board', (sql) =>
    writeProperties(sql, id, { account_status: status }),
  );

describe('A2.6 where a sign-in that failed leads', () => {
  it.each([
    ['Disabled', '0', 'disabled'],
    ['Inactive', '1', 'inactive'],
    ['Locked', '3', 'locked'],
  ] as const)('%s: the menu that config names for it', async (_reason, status, key) => {
    const scene = await board(targets, { users: { tellLocked: true } });
    const { id } = await scene.board.addUser('joe', 'correct horse');
    await setStatus(scene, id, status);
    const caller = scene.call({}, 'login');
    await caller.sees('Name');
    caller.type('joe\rcorrect horse\r');
    await caller.sees(`at ${targets[key]}`);
  });

  it.each(['0', '1', '3'])(
    'status %s without such a menu: log-off, with a sentence',
    async (status) => {
      const scene = await board({}, { users: { tellLocked: true } });
      const { id } = await scene.board.addUser('joe', 'correct horse');
      await setStatus(scene, id, status);
      const caller = scene.call({}, 'login');
      await caller.sees('Name');
      caller.type('joe\rcorrect horse\r');
      expect(await caller.ended).toBe('ended');
      await caller.sees('This account is');
    },
  );

  it('status is told only to whoever has the right password', async () => {
    const scene = await board(targets);
    const { id } = await scene.board.addUser('joe', 'correct horse');
    await setStatus(scene, id, '0');
    const caller = scene.call({}, 'login');
    await caller.sees('Name');
    caller.type('joe\rwrong\r');
    await caller.sees('Wrong user name or password.');
  });

  it('TooMany: the menu that config.toomany names, else log-off', async () => {
    const scene = await board(targets, { users: { failedLogin: { disconnect: 1 } } });
    const caller = scene.call({}, 'login');
    await caller.sees('Name');
    caller.type('joe\rwrong\r');
    await caller.sees('at loginAttemptTooMany');
    const bare = await board({}, { users: { failedLogin: { disconnect: 1 } } });
    const other = bare.call({}, 'login');
    await other.sees('Name');
    other.type('joe\rwrong\r');
    expect(await other.ended).toBe('too-many');
  });

  it.each([
    ['a locked account, unless users.tellLocked is on', 'joe', 'correct horse'],
    ['a name that is not allowed', 'root', 'correct horse'],
  ])(
    '%s: the answer of a wrong password (a departure from ENiGMA½)',
    async (_which, name, password) => {
      const scene = await board(targets);
      const { id } = await scene.board.addUser('joe', 'correct horse');
      await setStatus(scene, id, '3');
      const caller = scene.call({}, 'login');
      await caller.sees('Name');
      caller.type(`${name}\r${password}\r`);
      await caller.sees('Wrong user name or password.');
    },
  );

  it('signed in already: the menu that config.tooNodeMenu names', async () => {
    const scene = await board(targets);
    await scene.board.addUser('joe', 'correct horse');
    const caller = scene.call({}, 'login');
    await caller.sees('Name');
    caller.type('joe\rcorrect horse\r');
    await caller.sees('inside');
    caller.type(' ');
    await caller.sees('Name');
    caller.type('joe\rcorrect horse\r');
    await caller.sees('at loginAttemptTooNode');
  });

  it('anything else: he stays on the form and is told (a departure from ENiGMA½)', async () => {
    const scene = await board(targets);
    const caller = scene.call({}, 'login');
    await caller.sees('Name');
    caller.type('nobody\rx\r');
    await caller.sees('Wrong user name or password.');
    expect(caller.menus).toEqual(['login']);
  });
});
