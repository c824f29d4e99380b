import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBackOffice, type BackOffice } from '../support/back-office';
import { BoardProcess, removeBoardFiles } from '../support/board-process';
import { eventually } from '../support/raw-caller';
import { sayFigure, SUBMISSIONS } from './at-the-door';
import { HAS_STRACE, Strace, withoutStrace } from './strace';

jest.setTimeout(120_000);

const GRANT = 'Both doors are open.';
/** A sync that has come back, on a thread of its own or not. */
const SYNCED = /\b(?:fdatasync|fsync)(?:\(\d+\)| resumed>\)) += 0$/;

const describeTraced = HAS_STRACE ? describe : describe.skip;
if (!HAS_STRACE) withoutStrace('what lets a caller in is on the disk before he is told (rule I1)');

describeTraced('what lets a caller in is on the disk before he is told (rule I1)', () => {
  let board: BoardProcess;
  let backend: BackOffice;
  beforeAll(async () => {
    const dataDir = join(mkdtempSync(join(tmpdir(), 'sallyport-sync-')), 'data');
    board = await BoardProcess.start({ dataDir });
    backend = await openBackOffice(dataDir);
  });
  afterAll(async () => {
    await backend.close();
    await board.end('SIGTERM');
    removeBoardFiles(board.dataDir);
  });

  it.each(SUBMISSIONS)('$name', async (way) => {
    const { caller, key } = await way.arrive(backend, () => board.telnet());
    const trace = join(board.dataDir, 'strace.log');
    const calls = 'trace=fdatasync,fsync,write,writev';
    const strace = await Strace.attach(board, '-o', trace, '-s', '65536', '-e', calls);
    const from = statSync(trace).size;
    caller.type(key);
    await caller.sees(GRANT);
    const told = (): number => linesOf(trace, from).findIndex((line) => line.includes(GRANT));
    await eventually('the grant to be in the trace', () => told() >= 0);
    const before = linesOf(trace, from).slice(0, told());
    await strace.letGo();
    caller.hangUp();
    const syncs = before.filter((line) => SYNCED.test(line)).length;
    sayFigure(`${way.name}: ${syncs} syncs before the grant`);
    expect(syncs).toBeGreaterThanOrEqual(1);
  });
});

function linesOf(file: string, from: number): readonly string[] {
  return readFileSync(file).subarray(from).toString('latin1').split('\n');
}
