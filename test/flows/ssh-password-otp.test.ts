import { openBackOffice } from '../support/back-office';
import { KEYS } from '../support/dial';
import { TestBoard } from '../support/board';
import { giveCode, goToMainMenu, PASSWORD } from '../support/sign-in';

describe('signing in by SSH with a password and a one-time code', () => {
  let board: TestBoard;
  let secret: string;
  beforeAll(async () => {
    board = await TestBoard.start();
    secret = await board.addUser('bob', PASSWORD, 'google');
  });
  afterAll(() => board.remove());

  const dial = (userName = 'bob') => board.ssh({ userName, password: PASSWORD });

  it('opens on the screen for the code, and then leads on like any sign-in', async () => {
    const caller = await dial();
    expect(await caller.sees('One-time code')).toContain('The first door is open.');
    await giveCode(caller, board.freshCode(secret));
    await goToMainMenu(caller);
    caller.hangUp();
  });

  it('takes a code of a second authenticator app as well, and that once', async () => {
    const first = await board.addUser('dora', PASSWORD, 'google');
    const office = await openBackOffice(board.dataDir, { clock: board.clock });
    const id = await office.userId('dora');
    const begun = await office.enrollment.begin(id, 'googleAuth', { label: 'Tablet' });
    const token = begun.kind === 'begun' ? begun.token : '';
    const second = (await office.enrollment.find(token))?.secret ?? '';
    await office.enrollment.confirm(token, board.freshCode(second));
    await office.close();
    const code = board.freshCode(second);
    const caller = await dial('dora');
    await giveCode(caller, code);
    await caller.sees('Both doors are open.');
    caller.hangUp();
    const again = await dial('dora');
    await giveCode(again, code);
    await again.sees('Wrong code.');
    await giveCode(again, board.freshCode(first));
    await again.sees('Both doors are open.');
    again.hangUp();
  });

  it('says that a code is wrong, and takes the right one next', async () => {
    const caller = await dial();
    await giveCode(caller, '000000');
    await caller.sees('Wrong code.');
    await giveCode(caller, board.freshCode(secret));
    await caller.sees('Both doors are open.');
    caller.hangUp();
  });

  it('has no way from the code to anywhere but out', async () => {
    const caller = await dial();
    await caller.sees('One-time code');
    caller.type(KEYS.escape);
    expect(await caller.isHungUpOn()).not.toMatch(/Both doors|Command/);
  });

  it('does not count as a sign-in before the code is right', async () => {
    const own = await board.addUser('carla', PASSWORD, 'google');
    const inside = await dial('carla');
    await giveCode(inside, board.freshCode(own));
    await inside.sees('Both doors are open.');
    // A stranger with the password alone neither ends the owner's call nor is a caller.
    const half = await dial('carla');
    await half.sees('One-time code');
    half.hangUp();
    await board.logged('call.ended', { user: 'carla', reason: 'hung-up' });
    inside.type(KEYS.return);
    await inside.sees('Command');
    inside.hangUp();
  });
});
