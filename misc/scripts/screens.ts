// Takes the pictures in docs/screens/ from a running board: npm run screens
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { TestBoard } from '../../test/support/board';
import { KEYS, dialSsh, dialTelnet, type DialledCaller } from '../../test/support/dial';
import { drawScreen } from './screen-picture';

const FOLDER = resolve(__dirname, '..', '..', 'docs', 'screens');
const PASSWORD = 'a quiet harbour 7';

async function main(): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  const board = await TestBoard.start();
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  });
  try {
    const page = await browser.newPage();
    await board.addUser('alice', PASSWORD);
    const secret = await board.addUser('bob', PASSWORD, 'google');
    await telnetTour(board, page);
    await secondFactorTour(board, page, secret);
    await sshTour(board, page);
  } finally {
    await browser.close();
    await board.remove();
  }
}

async function take(page: Page, caller: DialledCaller, name: string): Promise<void> {
  await caller.screen.settled();
  await writeFile(join(FOLDER, `${name}.png`), await drawScreen(page, caller.screen));
  console.log(`docs/screens/${name}.png`);
}

async function telnetTour(board: TestBoard, page: Page): Promise<void> {
  const caller = await dialTelnet({ port: board.telnetPort });
  await caller.sees('Sign in');
  await take(page, caller, 'matrix');
  caller.type(KEYS.return);
  await caller.sees('User name');
  await take(page, caller, 'login');
  caller.type(`alice${KEYS.return}not this one${KEYS.return}`);
  await caller.sees(/wrong user name or password/i);
  await take(page, caller, 'login-wrong');
  caller.hangUp();
}

async function secondFactorTour(board: TestBoard, page: Page, secret: string): Promise<void> {
  const caller = await dialTelnet({ port: board.telnetPort });
  await caller.sees('Sign in');
  caller.type(`${KEYS.return}bob${KEYS.return}${PASSWORD}${KEYS.return}`);
  await caller.sees('One-time code');
  await take(page, caller, 'otp');
  caller.type(`000000${KEYS.return}`);
  await caller.sees(/wrong/i);
  await take(page, caller, 'otp-wrong');
  caller.type(`${board.code(secret)}${KEYS.return}`);
  await caller.sees('Welcome');
  await take(page, caller, 'welcome');
  caller.hangUp();
}

async function sshTour(board: TestBoard, page: Page): Promise<void> {
  const caller = await dialSsh({ port: board.sshPort, userName: 'alice', password: PASSWORD });
  await caller.sees('Welcome');
  caller.type(KEYS.return);
  await caller.sees('Command');
  await take(page, caller, 'main-menu');
  caller.type(`2fa${KEYS.return}`);
  await caller.sees(/save/i);
  await take(page, caller, 'two-factor');
  caller.type(`${KEYS.right}\t\t${KEYS.return}`);
  await caller.sees('on its way');
  caller.type('q');
  await caller.sees('Scan this');
  await take(page, caller, 'two-factor-qr');
  caller.hangUp();
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
