import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BoardProcess } from '../support/board-process';
import { eventually } from '../support/raw-caller';

jest.setTimeout(60_000);

/**
 * As soon as run.json says that the board is open, throws where nobody catches, as a driver's callback may, and
 * rejects where nobody looks. Before that, while the board starts, it gets a SIGHUP.
 */
const FAULT = `
const { existsSync, watch } = require('node:fs');
const folder = process.argv[process.argv.indexOf('--data') + 1];
setImmediate(() => process.kill(process.pid, 'SIGHUP'));
const watcher = watch(folder, () => {
  if (!existsSync(folder + '/run.json')) return;
  watcher.close();
  setTimeout(() => { Promise.reject(new Error('rejected by nobody')); }, 50);
  throw new Error('thrown by nobody');
});
`;

test('neither a fault that no call owns nor a signal ends the board, from the time on when run.json is there', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-process-'));
  const dataDir = join(folder, 'data');
  mkdirSync(dataDir, { mode: 0o700 });
  const hook = join(folder, 'fault.cjs');
  writeFileSync(hook, FAULT);
  const board = await BoardProcess.start({ dataDir, nodeOptions: ['--require', hook] });
  const caller = await board.telnet();
  await caller.sees('Sign in');
  const log = (): string => readFileSync(join(dataDir, 'logs', 'sallyport.log'), 'utf8');
  await eventually('both faults to be in the log', () =>
    ['thrown by nobody', 'rejected by nobody'].every((text) => log().includes(text)),
  );
  expect(log()).toContain('"event":"board.fault"');
  caller.type('\r');
  await caller.sees('User name');
  caller.hangUp();
  expect(await board.end('SIGTERM')).toBe(0);
  rmSync(folder, { recursive: true });
});
