import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BoardProcess, removeBoardFiles } from '../support/board-process';
import { eventually } from '../support/raw-caller';

jest.setTimeout(60_000);

/** At a signal throws where nobody catches, as a driver's callback may, and rejects where nobody looks. */
const FAULT = `
process.on('SIGUSR2', () => {
  setTimeout(() => { throw new Error('thrown by nobody'); });
  setTimeout(() => { Promise.reject(new Error('rejected by nobody')); }, 50);
});
`;

test('a fault that no call owns is logged, and callers notice nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-process-'));
  const dataDir = join(folder, 'data');
  const hook = join(folder, 'fault.cjs');
  writeFileSync(hook, FAULT);
  const board = await BoardProcess.start({ dataDir, nodeOptions: ['--require', hook] });
  const caller = await board.telnet();
  await caller.sees('Sign in');
  process.kill(board.pid, 'SIGUSR2');
  const log = (): string => readFileSync(join(dataDir, 'logs', 'sallyport.log'), 'utf8');
  await eventually('both faults to be in the log', () =>
    ['thrown by nobody', 'rejected by nobody'].every((text) => log().includes(text)),
  );
  expect(log()).toContain('"event":"board.fault"');
  caller.type('\r');
  await caller.sees('User name');
  caller.hangUp();
  expect(await board.end('SIGTERM')).toBe(0);
  removeBoardFiles(dataDir);
});
