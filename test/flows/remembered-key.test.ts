import { TestBoard } from '../support/board';
import { BoardDir } from '../support/board-dir';
import { giveCode, goToMainMenu, PASSWORD } from '../support/sign-in';
import { ed25519Pair } from '../support/ssh-keys';
import { KEYS, type DialledCaller } from '../support/dial';

describe('an SSH key that its owner has remembered', () => {
  let board: TestBoard;
  let dir: BoardDir;
  let secret: string;
  const key = ed25519Pair();
  beforeAll(async () => {
    dir = await BoardDir.make({
      'config/config.hjson': '{ users: { twoFactorAuth: { rememberKeyDays: 30 } } }',
    });
    board = await TestBoard.start({ boardDir: dir.path });
    secret = await board.addUser('bob', PASSWORD, 'google');
    await board.addSshKey('bob', key.public);
  });
  afterAll(async () => {
    await board.remove();
    await dir.remove();
  });

  const call = () => board.ssh({ userName: 'bob', privateKey: key.private });
  async function openKeys(caller: DialledCaller): Promise<void> {
    await goToMainMenu(caller);
    caller.type(`ssh${KEYS.return}`);
    await caller.sees('sign you in by SSH');
  }

  it('is remembered behind password and code, and signs in without one until it is forgotten (rule N9)', async () => {
    const first = await call();
    await first.sees('One-time code');
    await giveCode(first, board.freshCode(secret));
    await openKeys(first);
    first.type('\tN\r');
    await first.sees('For 30 days this key needs no code.');
    first.type(`${PASSWORD}\r`);
    first.type(`${board.freshCode(secret)}\r`);
    await first.sees('this key needs no code.');
    await first.sees('no code until');
    first.hangUp();
    await board.letterTo('bob@example.org', /signs you in without a code/);
    const info = await board.oputil('user', 'info', 'bob');
    expect(info).toMatch(/SSH key +: .*no code until \d{4}-/);

    const second = await call();
    await openKeys(second);
    second.type('\tN\r');
    await second.sees('Sign in by the key, type the code');
    second.type('\tF\r');
    await second.sees('That key needs a code again.');
    second.hangUp();
    const third = await call();
    await third.sees('One-time code');
    third.hangUp();
    expect((await board.tryOputil('user', 'forget-ssh-key', 'bob')).exitCode).toBe(1);
  });
});
