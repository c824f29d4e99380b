import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBackOffice, type BackOffice } from '../support/back-office';
import { BoardProcess, removeBoardFiles } from '../support/board-process';
import { refusedThenAccepted, sayFigure, SUBMISSIONS } from './at-the-door';
import { HAS_STRACE, Strace, withoutStrace } from './strace';

jest.setTimeout(120_000);

/** Something that goes wrong with a running board's files, until it is healed. */
interface DiskFault {
  readonly name: string;
  strike(board: BoardProcess): Promise<() => Promise<void>>;
}

/** No file may grow, nor be written beyond its first bytes: what a full disk and a quota do. */
const full: DiskFault = {
  name: 'a disk without room (RLIMIT_FSIZE)',
  strike: (board) => {
    limitFileSize(board, '1');
    return Promise.resolve(() => {
      limitFileSize(board, 'unlimited');
      return Promise.resolve();
    });
  },
};

function limitFileSize(board: BoardProcess, soft: string): void {
  const { status, stderr } = spawnSync('prlimit', ['--pid', `${board.pid}`, `--fsize=${soft}:`]);
  if (status !== 0) throw new Error(`prlimit: ${stderr.toString()}`);
}

function injected(name: string, calls: string, error: string): DiskFault {
  return {
    name: `${name} (${error} from ${calls})`,
    strike: async (board) => {
      const inject = `inject=${calls}:error=${error}`;
      const strace = await Strace.attach(board, '-e', `trace=${calls}`, '-e', inject);
      return () => strace.letGo();
    },
  };
}

const FAULTS: readonly DiskFault[] = [
  full,
  ...(HAS_STRACE
    ? [
        injected('a disk that cannot be written to', 'pwrite64', 'EIO'),
        injected('a full disk', 'pwrite64', 'ENOSPC'),
        injected('a database that became read-only', 'pwrite64', 'EROFS'),
        injected('a disk that does not keep what it was given', 'fdatasync,fsync', 'EIO'),
      ]
    : []),
];

describe('a board whose disk fails', () => {
  let board: BoardProcess;
  let backend: BackOffice;
  beforeAll(async () => {
    const dataDir = join(mkdtempSync(join(tmpdir(), 'sallyport-disk-')), 'data');
    board = await BoardProcess.start({ dataDir });
    backend = await openBackOffice(dataDir);
  });
  afterAll(async () => {
    await backend.close();
    expect(board.alive).toBe(true);
    await board.end('SIGTERM');
    removeBoardFiles(board.dataDir);
  });

  for (const fault of FAULTS) {
    it.each(SUBMISSIONS)(
      `${fault.name}: $name lets nobody in and is good afterwards`,
      async (way) => {
        const door = await way.arrive(backend, () => board.telnet());
        const heal = await fault.strike(board);
        const answerMs = await refusedThenAccepted(door, backend, heal);
        sayFigure(`${fault.name}, ${way.name}: answered in ${answerMs.toFixed(0)} ms`);
        expect(board.alive).toBe(true);
      },
    );
  }

  if (!HAS_STRACE) withoutStrace('I/O errors let nobody in and are good afterwards');
});
