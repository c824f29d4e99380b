import { databaseFile } from '../../src/backend';
import { openBackOffice, type BackOffice } from '../support/back-office';
import { TestBoard } from '../support/board';
import { PASSWORD, signIn } from '../support/sign-in';
import { refusedThenAccepted, sayFigure, SUBMISSIONS, TRY_LATER } from './at-the-door';
import { OutsideLock } from './outside-lock';

jest.setTimeout(120_000);

describe('while another program holds the database', () => {
  let board: TestBoard;
  let backend: BackOffice;
  beforeAll(async () => {
    board = await TestBoard.start();
    backend = await openBackOffice(board.dataDir, { clock: board.clock });
  });
  afterAll(async () => {
    await backend.close();
    await board.remove();
  });

  it.each(SUBMISSIONS)(
    '$name lets nobody in, is answered in time and good afterwards',
    async (way) => {
      const door = await way.arrive(backend, () => board.telnet());
      const lock = await OutsideLock.take(databaseFile(board.dataDir));
      const answerMs = await refusedThenAccepted(door, backend, () => lock.release());
      sayFigure(`locked, ${way.name}: answered in ${answerMs.toFixed(0)} ms`);
    },
  );

  it.each(['one account', 'accounts of their own'])(
    'twenty at once with %s are all answered in time',
    async (whose) => {
      const names = Array.from({ length: 20 }, (_, index) =>
        whose === 'one account' ? 'crowd' : `crowd${index}`,
      );
      for (const name of new Set(names)) await backend.addAccount(name, PASSWORD);
      const callers = await Promise.all(Array.from({ length: 20 }, () => board.telnet()));
      await Promise.all(
        callers.map(async (caller) => {
          await caller.sees('Sign in');
          caller.type('\r');
          await caller.sees('User name');
        }),
      );
      const lock = await OutsideLock.take(databaseFile(board.dataDir));
      const startedMs = performance.now();
      const answersMs = await Promise.all(
        callers.map(async (caller, index) => {
          caller.type(`${names[index]}\r${PASSWORD}\r`);
          await caller.sees(TRY_LATER);
          return performance.now() - startedMs;
        }),
      );
      await lock.release();
      sayFigure(
        `locked, 20 at once with ${whose}: slowest answer in ${Math.max(...answersMs).toFixed(0)} ms`,
      );
      expect(Math.max(...answersMs)).toBeLessThan(12_000);
      for (const caller of callers) caller.hangUp();
      const caller = await board.telnet();
      await signIn(caller, names[0] ?? '');
      await caller.sees('Both doors are open.');
      caller.hangUp();
    },
  );
});
