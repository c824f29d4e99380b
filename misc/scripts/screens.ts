// Takes the pictures in docs/screens/ from a running board: npm run screens
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { paintScreen, toPng } from '../../src/oputil/screen-picture';
import { TestBoard } from '../../test/support/board';
import { KEYS, dialSsh, dialTelnet, type DialledCaller } from '../../test/support/dial';

const FOLDER = resolve(__dirname, '..', '..', 'docs', 'screens');
const PASSWORD = 'a quiet harbour 7';

async function main(): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  const board = await TestBoard.start();
  try {
    await board.addUser('alice', PASSWORD);
    const secret = await board.addUser('bob', PASSWORD, 'google');
    await telnetTour(board);
    await secondFactorTour(board, secret);
    await sshTour(board);
  } finally {
    await board.remove();
  }
}

async function take(caller: DialledCaller, name: string): Promise<void> {
  const { screen } = caller;
  await screen.settled();
  const picture = toPng(
    paintScreen({
      width: screen.width,
      height: screen.height,
      cursor: screen.cursor,
      at: (row, column) => {
        const { character, ...style } = screen.cell(row, column);
        return { character, style };
      },
    }),
  );
  await writeFile(join(FOLDER, `${name}.png`), picture);
  console.log(`docs/screens/${name}.png`);
}

async function telnetTour(board: TestBoard): Promise<void> {
  const caller = await dialTelnet({ port: board.telnetPort });
  await caller.sees('Sign in');
  await take(caller, 'matrix');
  caller.type(KEYS.return);
  await caller.sees('User name');
  await take(caller, 'login');
  caller.type(`alice${KEYS.return}not this one${KEYS.return}`);
  await caller.sees(/wrong user name or password/i);
  await take(caller, 'login-wrong');
  caller.hangUp();
}

async function secondFactorTour(board: TestBoard, secret: string): Promise<void> {
  const caller = await dialTelnet({ port: board.telnetPort });
  await caller.sees('Sign in');
  caller.type(`${KEYS.return}bob${KEYS.return}${PASSWORD}${KEYS.return}`);
  await caller.sees('One-time code');
  await take(caller, 'otp');
  caller.type(`000000${KEYS.return}`);
  await caller.sees(/wrong/i);
  await take(caller, 'otp-wrong');
  caller.type(`${board.code(secret)}${KEYS.return}`);
  await caller.sees('Welcome');
  await take(caller, 'welcome');
  caller.hangUp();
}

async function sshTour(board: TestBoard): Promise<void> {
  const caller = await dialSsh({ port: board.sshPort, userName: 'alice', password: PASSWORD });
  await caller.sees('Welcome');
  caller.type(KEYS.return);
  await caller.sees('Command');
  await take(caller, 'main-menu');
  caller.type(`2fa${KEYS.return}`);
  await caller.sees(/save/i);
  await take(caller, 'two-factor');
  caller.type(`${KEYS.right}\t\t${KEYS.return}`);
  await caller.sees('Your password first');
  caller.type(`${PASSWORD}${KEYS.return}`);
  await caller.sees('2 Type the code');
  await take(caller, 'two-factor-qr');
  caller.hangUp();
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
