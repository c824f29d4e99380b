import { openBackOffice, type BackOffice } from '../support/back-office';
import { TestBoard } from '../support/board';
import type { DialledCaller } from '../support/dial';
import { giveCode, PASSWORD, signIn } from '../support/sign-in';
import { totp } from '../support/authenticator';

jest.setTimeout(120_000);

const HOUR_MS = 3_600_000;
const STEPS_MS: Readonly<Record<string, number>> = {
  'an hour on': HOUR_MS,
  'an hour back': -HOUR_MS,
  'a day on': 24 * HOUR_MS,
  'a day back': -24 * HOUR_MS,
};
const IN = 'Both doors are open.';

describe.each(Object.keys(STEPS_MS))('a clock that steps %s under a running board', (step) => {
  const stepMs = STEPS_MS[step] ?? 0;
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

  let steps = 0;
  async function stepClock(byMs: number): Promise<void> {
    board.clock.step(byMs);
    steps += 1;
    await board.logged('clock.stepped', {}, steps);
  }

  async function atTheCode(name: string): Promise<DialledCaller> {
    const caller = await board.telnet();
    await signIn(caller, name);
    await caller.sees('One-time code');
    return caller;
  }

  it('opens no step again that was used, and takes none of another time', async () => {
    const secret = await board.addUser('joe', PASSWORD, 'google');
    const beforeMs = board.clock.nowMs();
    const used = totp(secret, beforeMs);
    const first = await atTheCode('joe');
    await giveCode(first, used);
    await first.sees(IN);
    const waiting = await atTheCode('joe');
    await stepClock(stepMs);
    // Who is in stays in; who waits is not thrown out either.
    first.type('\r');
    await first.sees('Command');
    await giveCode(waiting, used);
    await waiting.sees('Wrong code.');
    waiting.hangUp();
    first.hangUp();
    const now = await atTheCode('joe');
    await giveCode(now, board.code(secret));
    if (stepMs > 0) {
      await now.sees(IN);
    } else {
      // Steps up to the spent one stay closed, and the log says for how long.
      await now.sees('Wrong code.');
      await board.logged('clock.went-back');
    }
    now.hangUp();
    await stepClock(-stepMs);
    const later = await atTheCode('joe');
    await giveCode(later, board.freshCode(secret));
    // After a step on, the time of the step's codes is over: they wait until they come again.
    await later.sees(stepMs > 0 ? 'Wrong code.' : IN);
    later.hangUp();
  });

  it('lets nobody in sooner or later than the longest wait', async () => {
    const userId = await backend.addAccount('jane', PASSWORD);
    const guess = async (password: string): Promise<string> => {
      const caller = await board.telnet();
      await signIn(caller, 'jane', password);
      const seen = await caller.sees(/Wrong user name|Too many tries|Both doors are open\./);
      caller.hangUp();
      return seen;
    };
    for (let tries = 0; tries < 5; tries++) await guess('not the password');
    expect(await guess(PASSWORD)).toContain('Too many tries');
    await stepClock(stepMs);
    expect(await guess(PASSWORD)).toContain('Too many tries');
    board.clock.skip(31_000);
    expect(await guess(PASSWORD)).toContain(IN);
    expect(userId).toBeGreaterThan(0);
  });

  it('lets no link live longer than its length', async () => {
    const id = await backend.addAccount('jim', PASSWORD);
    const begun = await backend.enrollment.begin(id, 'googleAuth');
    if (begun.kind !== 'begun') throw new Error(begun.kind);
    await stepClock(stepMs);
    expect(await backend.enrollment.find(begun.token)).toBeDefined();
    board.clock.skip(30 * 60_000);
    expect(await backend.enrollment.find(begun.token)).toBeUndefined();
    await stepClock(-stepMs);
    expect(await backend.enrollment.find(begun.token)).toBeUndefined();
  });
});
