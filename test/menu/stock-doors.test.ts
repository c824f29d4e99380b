import { FRAME_MS } from '../../src/menu/screen/frames';
import { DOOR_SIZE, drawDoor, FIRST_DOOR, SECOND_DOOR } from '../golden/doors';
import { totp } from '../support/authenticator';
import { MenuBoard, type MenuCaller } from '../support/menu-board';

const PASSWORD = 'correct horse battery';

let board: MenuBoard | undefined;
afterEach(() => board?.close());

interface AtLogin {
  readonly caller: MenuCaller;
  readonly signIn: () => void;
  readonly giveCode: () => void;
}

/** A caller with a second factor at the sign-in of the stock board, whose terminal answers queries. */
async function atLogin(theme: string): Promise<AtLogin> {
  board = await MenuBoard.open({ config: { theme: { preLogin: theme, default: theme } } });
  const { clock, fake } = board.accounts;
  const { secret } = await board.addUser('ann', PASSWORD, { otp: true });
  fake.stepWall(30_000);
  const caller = board.call('login', { server: 'wss', ...DOOR_SIZE });
  const { terminal } = caller.caller;
  caller.screen.answerTo((bytes) => terminal.feed(bytes));
  await terminal.queryCursor(1000);
  await caller.until('a key to be asked for', () => caller.isAsked);
  return {
    caller,
    signIn: () => caller.type(`ann\r${PASSWORD}\r`),
    giveCode: () => caller.type(`${totp(secret, clock.nowMs())}\r`),
  };
}

/** Each picture in turn, for its time; then the screen with these words. */
async function seesDoorOpen(caller: MenuCaller, names: readonly string[]): Promise<void> {
  const fake = board?.accounts.fake;
  for (const name of names) {
    const picture = (await drawDoor(name)).text();
    await caller.until(name, () => caller.screen.text() === picture && fake?.waiting === 1);
    await fake?.advance(FRAME_MS);
  }
}

it('the first door of the stock theme opens on the password, the second on the code', async () => {
  const { caller, signIn, giveCode } = await atLogin('gatehouse');
  signIn();
  await seesDoorOpen(caller, FIRST_DOOR);
  await caller.sees('The first door is open.');
  await caller.until('a key to be asked for', () => caller.isAsked);
  giveCode();
  await seesDoorOpen(caller, SECOND_DOOR);
  await caller.sees('Both doors are open.');
  caller.hangUp();
  await caller.ended;
});

it('a key passes by the doors of the stock theme', async () => {
  const { caller, signIn } = await atLogin('gatehouse');
  signIn();
  const first = (await drawDoor(FIRST_DOOR[0])).text();
  await caller.until('the first picture', () => caller.screen.text() === first);
  caller.type('1');
  await caller.sees('The first door is open.');
  caller.hangUp();
  await caller.ended;
});

it('nothing moves in the theme of plain text', async () => {
  // The clock stands still, so that a picture would stay.
  const { caller, signIn, giveCode } = await atLogin('plain');
  signIn();
  await caller.sees('The first door is open.');
  await caller.until('a key to be asked for', () => caller.isAsked);
  giveCode();
  await caller.sees('Both doors are open.');
  caller.hangUp();
  await caller.ended;
});
