import { createLog } from '../../src/base/log';
import { OwnCalls } from '../../src/auth/own-calls';
import { labelOfWay } from '../../src/protocols/ways-in';
import { openBackOffice, type BackOffice } from '../support/back-office';
import type { TestBoard } from '../support/board';
import { signInBy, startOnEveryWay, WAYS } from '../support/every-way';
import { goToMainMenu, PASSWORD } from '../support/sign-in';

const DOWN = '\x1b[B';

describe('a call of an account', () => {
  let board: TestBoard;
  let office: BackOffice;
  beforeAll(async () => {
    board = await startOnEveryWay('allow');
    office = await openBackOffice(board.dataDir, { clock: board.clock });
  });
  afterAll(async () => {
    await office.close();
    await board.remove();
  });

  it.each(WAYS.map(([way]) => way))(
    'that its owner ends on another node reads why, and its socket ends: %s',
    async (way) => {
      const caller = await signInBy(way, board);
      await goToMainMenu(caller);
      const log = createLog({ level: 'silent', write: () => undefined, nowMs: () => 0 });
      const ownCalls = new OwnCalls({ db: office.db, clock: board.clock, log });
      const id = await office.userId('alice');
      const [call] = await ownCalls.list(id, 1);
      expect(call).toMatchObject({ server: way });
      expect(call?.endedAtMs).toBeUndefined();
      expect(await ownCalls.end(id, call ?? { sessionId: '', source: '' }, {})).toBe(true);
      expect(await caller.isHungUpOn()).toContain('Another call of yours has ended this one.');
    },
  );

  it.each(WAYS.map(([way]) => way))(
    'reads where its owner signs in again, and is listed as over: %s',
    async (way) => {
      const other = await signInBy(way, board);
      await goToMainMenu(other);
      const caller = await board.ssh({ userName: 'alice', password: PASSWORD });
      expect(await other.isHungUpOn()).toMatch(/You have signed in again on\s+node \d+/);
      await goToMainMenu(caller);
      caller.type('m\r');
      // The newest call is the first of the list.
      await caller.sees(new RegExp(`this call *\n.*${labelOfWay(way)} .* 0 min`));
      caller.type(`${DOWN}e`);
      await caller.sees('That call is over already.');
      caller.hangUp();
    },
  );
});
