import { TestBoard } from '../support/board';
import { BoardDir } from '../support/board-dir';
import { mainMenuWith } from '../support/talk-board';
import {
  giveCode,
  goToMainMenu,
  openTwoFactor,
  PASSWORD,
  prove,
  SWITCH_OFF,
} from '../support/sign-in';
import { ed25519Pair } from '../support/ssh-keys';
import { KEYS, type DialledCaller } from '../support/dial';

const REMEMBERS = '{ users: { twoFactorAuth: { rememberKeyDays: 30 } } }';

describe('an SSH key that its owner has remembered', () => {
  let board: TestBoard;
  let dir: BoardDir;
  let secret: string;
  const key = ed25519Pair();
  beforeAll(async () => {
    const vault = { module: 'user_list', art: 'USERLST', config: { acs: 'AF2', pause: true } };
    dir = await BoardDir.make({
      'config/config.hjson': REMEMBERS,
      'config/menus/main.hjson': mainMenuWith({ VAULT: 'vault' }, { vault }),
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

  let reloads = 0;
  async function reload(config: string): Promise<void> {
    await dir.write('config/config.hjson', config);
    await board.logged('board.reloaded', {}, ++reloads);
  }

  /** A call by the key, which was remembered in the call before. */
  async function callRemembered(): Promise<DialledCaller> {
    await board.tryOputil('user', 'forget-ssh-key', 'bob');
    const caller = await call();
    await caller.sees('One-time code');
    await giveCode(caller, board.freshCode(secret));
    await openKeys(caller);
    caller.type('\tN\r');
    await caller.sees('For 30 days this key needs no code.');
    caller.type(`${PASSWORD}\r`);
    caller.type(`${board.freshCode(secret)}\r`);
    await caller.sees('no code until');
    caller.hangUp();
    return call();
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

  it('is forgotten alone among several, by its number, and the others go on without a code (rule N9)', async () => {
    const ofBea = await board.addUser('bea', PASSWORD, 'google');
    const keys = [ed25519Pair(), ed25519Pair(), ed25519Pair()];
    for (const { public: line } of keys) await board.addSshKey('bea', line);
    const callBy = (at: number): Promise<DialledCaller> =>
      board.ssh({ userName: 'bea', privateKey: keys[at]?.private ?? '' });
    for (const at of [0, 2]) {
      const caller = await callBy(at);
      await caller.sees('One-time code');
      await giveCode(caller, board.freshCode(ofBea));
      await openKeys(caller);
      caller.type('\tN\r');
      await caller.sees('For 30 days this key needs no code.');
      caller.type(`${PASSWORD}\r`);
      caller.type(`${board.freshCode(ofBea)}\r`);
      await caller.sees('no code until');
      caller.hangUp();
    }
    const owner = await callBy(0);
    await openKeys(owner);
    owner.type('\tF\r');
    await owner.sees('Number');
    owner.type('2\r');
    await owner.sees('Type the number before the key');
    owner.type(`${KEYS.backspace}3\r`);
    await owner.sees('That key needs a code again.');
    owner.hangUp();
    const still = await callBy(0);
    await goToMainMenu(still);
    still.hangUp();
    const forgotten = await callBy(2);
    await forgotten.sees('One-time code');
    forgotten.hangUp();
  });

  it('is asked for the code by a menu for factor 2 and by what is sensitive (rules N9, P3)', async () => {
    const caller = await callRemembered();
    await goToMainMenu(caller);
    caller.type(`vault${KEYS.return}`);
    await caller.sees('That part is for two-factor sign-in');
    caller.type(KEYS.escape);
    await caller.sees('Command');
    expect(caller.screen.text()).not.toMatch(/Place +Calls/);
    caller.type(`2fa${KEYS.return}`);
    await caller.sees('Kind of code');
    caller.type(SWITCH_OFF);
    await caller.sees('One-time code');
    caller.type(KEYS.escape);
    await caller.sees('Kind of code');
    caller.type(KEYS.escape);
    await caller.sees('Command');
    caller.type(`vault${KEYS.return}`);
    await caller.sees('One-time code');
    caller.type(`${board.freshCode(secret)}\r`);
    await caller.sees(/Place +Calls +Last call/);
    caller.hangUp();
  });

  it('is not said to need no code where the policy asks its owner for one (rules N9, P1)', async () => {
    const caller = await callRemembered();
    await goToMainMenu(caller);
    const info = () => board.oputil('user', 'info', 'bob');
    expect(await info()).toContain('no code until');
    const twoFactorAuth = '{ rememberKeyDays: 30, required: "GM[users]" }';
    await reload(`{ users: { twoFactorAuth: ${twoFactorAuth} } }`);
    expect(await info()).not.toContain('no code until');
    caller.type(`ssh${KEYS.return}`);
    await caller.sees('Enter: go on   Esc: log off');
    await giveCode(caller, board.freshCode(secret));
    await caller.sees('sign you in by SSH');
    await caller.sees('used ');
    expect(caller.screen.text()).not.toContain('no code until');
    caller.hangUp();
    await reload(REMEMBERS);
  });

  it('leads to the set-up where the second factor went in the call and the policy asks for one now (rules N9, P1)', async () => {
    const caller = await callRemembered();
    await goToMainMenu(caller);
    await openTwoFactor(caller);
    caller.type(SWITCH_OFF);
    await prove(caller, PASSWORD, board.freshCode(secret));
    await caller.sees('Two-factor sign-in is off');
    const twoFactorAuth = '{ rememberKeyDays: 30, required: "GM[users]" }';
    await reload(`{ users: { twoFactorAuth: ${twoFactorAuth} } }`);
    caller.type(' ');
    caller.type(KEYS.escape);
    await caller.sees('Two-factor sign-in is asked of you here');
    await caller.sees('Set it up now? (y/n)');
    caller.hangUp();
  });
});
