import type { Cancel } from '../../src/base/clock';
import { TestBoard } from '../support/board';
import { FakeClock } from '../support/fake-clock';
import { PASSWORD } from '../support/sign-in';
import { SkippingClock } from '../support/skipping-clock';
import { StatementLog } from '../support/statement-log';

/** A board's clock whose timers wait until the test moves it. */
class StandingClock extends SkippingClock {
  private readonly hands = new FakeClock();

  override monotonicMs(): number {
    return this.hands.monotonicMs();
  }

  override after(delayMs: number, run: () => void): Cancel {
    return this.hands.after(delayMs, run);
  }

  override skip(ms: number): void {
    super.skip(ms);
    this.hands.skip(ms);
  }

  /** Moves it, and lets what falls due begin. */
  async advance(ms: number): Promise<void> {
    super.skip(ms);
    await this.hands.advance(ms);
  }
}

let board: TestBoard;
let clock: StandingClock;
let log: StatementLog;

/** Seconds of the board, each with time for the answers of its database. */
async function pass(seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second += 1) {
    await clock.advance(1_000);
    await log.settle();
  }
}

beforeEach(async () => {
  log = StatementLog.open();
  clock = new StandingClock();
  board = await TestBoard.start({ clock });
});
afterEach(async () => {
  await board.remove();
  jest.restoreAllMocks();
});

test('a board on which nothing happens asks its database nothing, and hears of a lock within a second all the same', async () => {
  await board.addUser('joe', PASSWORD);
  const caller = await board.ssh({ userName: 'joe', password: PASSWORD });
  await caller.sees('Press');
  // A minute after the last commit the mark of the timeline is written; then the files are still, and
  // half a minute later they count as read.
  await pass(100);
  log.statements.length = 0;
  await pass(60);
  expect(log.statements).toEqual([]);

  await board.oputil('user', 'lock', 'joe');
  await pass(1);
  expect(await caller.isHungUpOn()).toContain('Your account was changed');
});
