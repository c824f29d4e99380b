import { TestBoard } from '../support/board';
import { BoardDir } from '../support/board-dir';
import { Shell } from '../oputil/shell';

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

let dir: BoardDir;
let shell: Shell;
let board: TestBoard | undefined;

beforeEach(async () => {
  dir = await BoardDir.make({ 'config/config.hjson': configOf('sysop') });
  shell = await Shell.openEmpty();
});

afterEach(async () => {
  await board?.remove();
  board = undefined;
  await shell.close();
  await dir.remove();
});

const start = async (): Promise<TestBoard> => {
  board = await TestBoard.start({ boardDir: dir.path });
  return board;
};

const told = (on: TestBoard): readonly unknown[] =>
  on
    .events('board.warning')
    .filter(({ kind }) => kind === 'unknown-group')
    .map(({ message }) => message);

const both = [expect.stringMatching(POLICY), expect.stringMatching(NEAR)];

it('a condition of the configuration with a misspelt group is told by the start, with the nearest', async () => {
  expect(told(await start())).toEqual(both);
});

it('an edit that brings one goes live and is told of it, and one that leaves it is not told again', async () => {
  await dir.write('config/config.hjson', configOf('sysops'));
  const on = await start();
  expect(told(on)).toEqual(both.slice(1));
  await dir.write('config/config.hjson', configOf('sysop'));
  await on.logged('board.reloaded', {}, 1);
  expect(told(on)).toEqual([both[1], both[0]]);
});

it('a group that an account is in is never told of, whatever the configuration lists', async () => {
  await dir.write('config/config.hjson', configOf('users'));
  const on = await start();
  await on.oputil('user', 'group', 'sysop', '+usesr', '+crew', '--yes');
  await dir.write('config/config.hjson', configOf('crew', 'general: { website: "w" }'));
  await on.logged('board.reloaded', {}, 1);
  expect(told(on)).toEqual([expect.stringMatching(NEAR)]);
  expect(await on.oputil('--board', dir.path, 'config', 'check')).not.toContain('names the group');
});

it('config check and doctor tell of it, before the first start by the configuration alone', async () => {
  const check = async (): Promise<readonly string[]> =>
    (await shell.run('--board', dir.path, 'config', 'check', '--all'))
      .split('\n')
      .filter((line) => line.includes('names the group'));
  expect(await check()).toEqual([
    expect.stringMatching(/config\.hjson:2:\d+: users/),
    expect.stringMatching(NEAR),
  ]);
  const on = await start();
  const { out } = await on.tryOputil('--board', dir.path, 'doctor');
  expect(out.replace(/\s+/g, ' ')).toContain(
    "names the group 'sysop', which is not in users.groups",
  );
});
