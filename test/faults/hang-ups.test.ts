import { openBackOffice, type BackOffice } from '../support/back-office';
import { TestBoard } from '../support/board';
import { PASSWORD, signIn } from '../support/sign-in';
import { SeededRandom } from '../support/seeded-random';

jest.setTimeout(120_000);

/**
 * A hang-up at rest is tested screen by screen in test/flows/rude-callers.test.ts. Here the line drops
 * while the board is at work on what was sent: at connect, in the negotiation, under the hash, in the store.
 */
describe('callers whose line drops while they are waited on', () => {
  let board: TestBoard;
  let backend: BackOffice;
  beforeAll(async () => {
    board = await TestBoard.start();
    backend = await openBackOffice(board.dataDir, { clock: board.clock });
    await backend.addAccount('joe', PASSWORD);
  });
  afterAll(async () => {
    await backend.close();
    await board.remove();
  });

  async function expectWell(): Promise<void> {
    const caller = await board.telnet();
    await signIn(caller, 'joe');
    await caller.sees(/Both doors are open\.|One-time code/);
    caller.hangUp();
    await board.logged('call.ended', {}, board.events('call.began').length);
    expect(board.logLines.filter((line) => line.includes('"level":"error"'))).toEqual([]);
  }

  const random = new SeededRandom(1);
  const afterMs = Array.from({ length: 24 }, () => random.below(random.pick([5, 50, 400])));

  it('by telnet, anywhere from the first byte to the welcome', async () => {
    for (const ms of afterMs) {
      const caller = await board.telnet();
      caller.type(`\rjoe\r${PASSWORD}\r`);
      await new Promise((resolve) => setTimeout(resolve, ms));
      caller.hangUp();
    }
    await expectWell();
  });

  it('by SSH, anywhere from the key exchange to the welcome', async () => {
    for (const ms of afterMs) {
      const calling = board.ssh({ userName: 'joe', password: PASSWORD });
      const gone = calling.then(
        (caller) => caller.hangUp(),
        () => undefined,
      );
      await new Promise((resolve) => setTimeout(resolve, ms));
      void calling.then((caller) => caller.hangUp()).catch(() => undefined);
      await gone;
    }
    await expectWell();
  });

  it('while a one-time code is looked at, which is then spent or good, never both', async () => {
    for (const ms of afterMs.slice(0, 8)) {
      const { secret } = await backend.bind('joe');
      const caller = await board.telnet();
      await signIn(caller, 'joe');
      await caller.sees('One-time code');
      caller.type(`${board.code(secret)}\r`);
      await new Promise((resolve) => setTimeout(resolve, ms / 4));
      caller.hangUp();
      await board.logged('call.ended', {}, board.events('call.began').length);
      const accepted = (): number => board.events('login.accepted').filter(isSecond).length;
      const before = accepted();
      const again = await board.telnet();
      await signIn(again, 'joe');
      await again.sees('One-time code');
      again.type(`${board.code(secret)}\r`);
      const seen = await again.sees(/Both doors are open\.|Wrong code/);
      again.hangUp();
      expect(seen.includes('Both doors')).toBe(accepted() > before);
    }
    await expectWell();
  });
});

function isSecond(fields: Record<string, unknown>): boolean {
  return fields['factor'] === 2;
}
