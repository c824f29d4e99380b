import { readdir } from 'node:fs/promises';
import { databaseFile } from '../../src/backend';
import { SILENCE } from '../../src/base/log';
import { Database } from '../../src/store/database';
import { TestBoard } from '../support/board';
import { onSqlite } from '../support/database-kind';
import { FakeClock } from '../support/fake-clock';
import { writeUnusedDatabase } from '../support/unused-database';
import { LiveFolder } from './live-folder';

const configOf = (group: string, also = ''): string =>
  `{
  users: { twoFactorAuth: { required: "AG18 & !GM[${group}]" } }
  destinations: { near: { kind: "telnet", name: "Near", host: "127.0.0.1", acs: "GM[usesr]" } }
  ${also}
}`;

const POLICY =
  /users\.twoFactorAuth\.required names the group 'sysop', which is not in users\.groups and which no account has: nobody is in it; did you mean 'sysops'\?$/;
const NEAR =
  /destinations\.near\.acs names the group 'usesr', .*: nobody is in it; did you mean 'users'\?$/;

const live = LiveFolder.forEachTest({ 'config/config.hjson': configOf('sysop') });

const told = (on: TestBoard): readonly unknown[] =>
  on
    .events('board.warning')
    .filter(({ kind }) => kind === 'unknown-group')
    .map(({ message }) => message);

const both = [expect.stringMatching(POLICY), expect.stringMatching(NEAR)];

it('a condition of the configuration with a misspelt group is told by the start, with the nearest', async () => {
  expect(told(await live.start())).toEqual(both);
});

it('an edit that brings one goes live and is told of it, and one that leaves it is not told again', async () => {
  await live.dir.write('config/config.hjson', configOf('sysops'));
  const on = await live.start();
  expect(told(on)).toEqual(both.slice(1));
  await live.dir.write('config/config.hjson', configOf('sysop'));
  await on.logged('board.reloaded', {}, 1);
  expect(told(on)).toEqual([both[1], both[0]]);
});

it('a group that an account is in is never told of, whatever the configuration lists', async () => {
  await live.dir.write('config/config.hjson', configOf('users'));
  const on = await live.start();
  await on.oputil('user', 'group', 'sysop', '+usesr', '+crew', '--yes');
  await live.dir.write('config/config.hjson', configOf('crew', 'general: { website: "w" }'));
  await on.logged('board.reloaded', {}, 1);
  expect(told(on)).toEqual([expect.stringMatching(NEAR)]);
  expect(await on.oputil('--board', live.dir.path, 'config', 'check')).not.toContain(
    'names the group',
  );
});

it('config check and doctor tell of it, before the first start by the configuration alone', async () => {
  const check = async (): Promise<readonly string[]> =>
    (await live.shell.run('--board', live.dir.path, 'config', 'check', '--all'))
      .split('\n')
      .filter((line) => line.includes('names the group'));
  expect(await check()).toEqual([
    expect.stringMatching(/config\.hjson:2:\d+: users/),
    expect.stringMatching(NEAR),
  ]);
  const on = await live.start();
  const { out } = await on.tryOputil('--board', live.dir.path, 'doctor');
  expect(out.replace(/\s+/g, ' ')).toContain(
    "names the group 'sysop', which is not in users.groups",
  );
});

onSqlite(
  'config check tells of no group that the first start makes, nor where the accounts cannot be read, and changes nothing',
  async () => {
    const policy = (group: string): string =>
      `{ users: { groups: ["users"], twoFactorAuth: { required: "GM[${group}]" } } }`;
    const check = (): Promise<string> =>
      live.shell.run('--board', live.dir.path, 'config', 'check', '--all');
    await live.dir.write('config/config.hjson', policy('sysops'));
    expect(await check()).not.toContain('names the group');
    await live.dir.write('config/config.hjson', policy('crew'));
    expect(await check()).toContain("names the group 'crew'");
    const database = databaseFile(live.shell.dataDir);
    await writeUnusedDatabase(database);
    expect(await check()).toContain("names the group 'crew'");
    const db = await Database.open({ file: database, clock: new FakeClock(0), log: SILENCE });
    await db.run((sql) => sql.schema.dropTable('user_group_member'));
    await db.close();
    expect(await check()).not.toContain('names the group');
    expect(await readdir(live.shell.dataDir)).toEqual(['db']);
  },
);

describe('a group in the acs of menus', () => {
  const menus = (group: string): string => `{
  includes: [ "menus/login.hjson", "menus/new_user.hjson", "menus/main.hjson" ]
  common: { escToPrev: [ { keys: [ "escape" ], action: "@systemMethod:prevMenu" } ]
    quitToPrev: [ { keys: [ "escape", "q" ], action: "@systemMethod:prevMenu" } ] }
  menus: {
    mine: {
      config: {
        acs: "SC & !GM[${group},sysops]"
      }
      next: "mainMenu"
    }
  }
}`;
  const MINE =
    /^mine: its acs names the group 'usesr', which is not in users\.groups and which no account has: nobody is in it; did you mean 'users'\?$/;
  const write = (group: string) => live.dir.write('config/menu.hjson', menus(group));
  const check = async (): Promise<readonly string[]> =>
    (await live.shell.run('--board', live.dir.path, 'menu', 'check', '--all'))
      .split('\n')
      .filter((line) => line.includes('names the group'));

  beforeEach(async () => {
    await live.dir.write('config/config.hjson', '{ }');
    await write('usesr');
  });

  it('that nobody is in is told by the start, an edit and menu check, with the nearest', async () => {
    expect(await check()).toEqual([expect.stringMatching(/menu\.hjson:8:14: warning: mine: its/)]);
    await write('users');
    const on = await live.start();
    expect(told(on)).toEqual([]);
    await write('usesr');
    await on.logged('board.reloaded', {}, 1);
    expect(told(on)).toEqual([expect.stringMatching(MINE)]);
  });

  it('is never told of where an account has it, at a first start with accounts either', async () => {
    const oputil = (...args: readonly string[]) =>
      live.shell.run('--board', live.dir.path, ...args);
    await oputil('user', 'add', 'ann', '--password', 'correct horse battery');
    await oputil('user', 'group', 'ann', '+usesr', '--yes');
    expect(await check()).toEqual([]);
    const { dataDir } = live.shell;
    const on = await TestBoard.start({ boardDir: live.dir.path, dataDir });
    expect(told(on)).toEqual([]);
    await on.remove();
  });

  it('is not called unknown while the accounts of an old board are not adopted', async () => {
    await live.dir.write('db/user.sqlite3', '');
    expect(await check()).toEqual([]);
  });
});
