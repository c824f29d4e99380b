import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBackOffice, type BackOffice } from '../support/back-office';
import { BoardProcess, removeBoardFiles } from '../support/board-process';
import type { DialledCaller } from '../support/dial';
import { eventually } from '../support/raw-caller';
import { PASSWORD, signIn } from '../support/sign-in';
import { sayFigure } from './at-the-door';

jest.setTimeout(120_000);

const MAX_FILES = 300;
const CALLS = 600;

describe('a board at the limit of its descriptors', () => {
  let board: BoardProcess;
  let backend: BackOffice;
  beforeAll(async () => {
    const dataDir = join(mkdtempSync(join(tmpdir(), 'sallyport-files-')), 'data');
    board = await BoardProcess.start({
      dataDir,
      under: ['prlimit', `--nofile=${MAX_FILES}:${MAX_FILES}`],
      // Loopback is exempt from penalties, and here from the early drop.
      config: { security: { earlyDrop: '5000:30:10000' } },
    });
    backend = await openBackOffice(dataDir);
    await backend.addAccount('joe', PASSWORD);
  });
  afterAll(async () => {
    await backend.close();
    await board.end('SIGTERM');
    removeBoardFiles(board.dataDir);
  });

  async function atTheForm(): Promise<DialledCaller> {
    const caller = await board.telnet();
    await caller.sees('Sign in');
    caller.type('\r');
    await caller.sees('User name');
    return caller;
  }

  async function signsIn(caller: DialledCaller): Promise<void> {
    caller.type(`joe\r${PASSWORD}\r`);
    await caller.sees('Both doors are open.');
    caller.hangUp();
  }

  function openFiles(): number {
    return readdirSync(`/proc/${board.pid}/fd`).length;
  }

  /** Resolves once nothing is left of a crowd; a first screen's time is given to those who hang up. */
  async function backToNormal(usual: number): Promise<number> {
    const startedMs = performance.now();
    await eventually('the descriptors to be free again', () => openFiles() <= usual);
    return performance.now() - startedMs;
  }

  it('refuses new callers, and goes on for those who are there', async () => {
    const caller = await atTheForm();
    const usual = openFiles();
    const sockets = await crowd();
    const taken = sockets.filter((socket) => !socket.destroyed).length;
    sayFigure(`${CALLS} calls, ${MAX_FILES} descriptors: ${taken} taken, the others refused`);
    expect(taken).toBeLessThan(MAX_FILES);
    expect(taken).toBeGreaterThan(MAX_FILES / 2);
    await signsIn(caller);
    for (const socket of sockets) socket.destroy();
    sayFigure(`back to normal ${(await backToNormal(usual)).toFixed(0)} ms after the crowd`);
    await signsIn(await atTheForm());
  });

  it('survives that there is none left at all', async () => {
    const caller = await atTheForm();
    const usual = openFiles();
    limitFiles(`${usual}`);
    const sockets = await crowd();
    await signsIn(caller);
    for (const socket of sockets) socket.destroy();
    limitFiles(`${MAX_FILES}`);
    sayFigure(
      `back to normal ${(await backToNormal(usual)).toFixed(0)} ms after the limit is lifted`,
    );
    const again = await board.telnet();
    await signIn(again, 'joe');
    await again.sees('Both doors are open.');
    again.hangUp();
    expect(board.alive).toBe(true);
  });

  function limitFiles(soft: string): void {
    const { status } = spawnSync('prlimit', ['--pid', `${board.pid}`, `--nofile=${soft}:`]);
    expect(status).toBe(0);
  }

  /** So many connections at once; resolves when each is either greeted or cut off. */
  function crowd(): Promise<readonly Socket[]> {
    return Promise.all(
      Array.from(
        { length: CALLS },
        () =>
          new Promise<Socket>((resolve) => {
            const socket = connect(board.port('telnet'), '127.0.0.1');
            const settle = (): void => {
              clearTimeout(timer);
              resolve(socket);
            };
            // Who waits in the queue of the port is neither.
            const timer = setTimeout(settle, 3_000);
            socket.on('error', () => undefined);
            socket.once('data', settle);
            socket.once('close', settle);
          }),
      ),
    );
  }
});
