import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FRAME_MS } from '../../src/menu/screen/frames';
import { totp } from '../support/authenticator';
import { MenuBoard, type MenuCaller } from '../support/menu-board';
import { ScreenEmulator } from '../support/screen';

const PASSWORD = 'correct horse battery';
const SIZE = { width: 80, height: 25 } as const;
const SUB = 0x1a;

let board: MenuBoard | undefined;
afterEach(() => board?.close());

/** The characters of a picture of the stock theme. */
async function drawn(name: string): Promise<string> {
  const file = await readFile(join(__dirname, `../../art/themes/gatehouse/${name}.ans`));
  const screen = new ScreenEmulator(SIZE);
  screen.write(file.subarray(0, file.indexOf(SUB)));
  await screen.settled();
  return screen.text();
}

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
  const caller = board.call('login', { server: 'wss', ...SIZE });
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
    const picture = await drawn(name);
    await caller.until(name, () => caller.screen.text() === picture && fake?.waiting === 1);
    await fake?.advance(FRAME_MS);
  }
}

it('the first door of the stock theme opens on the password, the second on the code', async () => {
  const { caller, signIn, giveCode } = await atLogin('gatehouse');
  signIn();
  await seesDoorOpen(caller, ['DOOR1A', 'DOOR1B', 'DOOR1C']);
  await caller.sees('The first door is open.');
  await caller.until('a key to be asked for', () => caller.isAsked);
  giveCode();
  await seesDoorOpen(caller, ['DOOR2A', 'DOOR2B', 'DOOR2C']);
  await caller.sees('Both doors are open.');
  caller.hangUp();
  await caller.ended;
});

it('a key passes by the doors of the stock theme', async () => {
  const { caller, signIn } = await atLogin('gatehouse');
  signIn();
  const first = await drawn('DOOR1A');
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
