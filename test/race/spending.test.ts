import { systemClock } from '../../src/base/clock';
import { openAuthenticator, type AuthenticatorContext } from '../support/authenticator-context';
import { addRunner, CONTESTS, GUESS, lineUp, rounds, sayRounds } from './contests';
import { RacingProcess } from './racing-process';

const AT_ONCE = 16;

jest.setTimeout(120_000 + rounds(1) * 10_000);

describe(`${AT_ONCE} at once in one process`, () => {
  let context: AuthenticatorContext;
  let userId: number;
  beforeAll(async () => {
    context = await openAuthenticator({ clock: systemClock });
    userId = await addRunner(context);
  });
  afterAll(() => context.close());

  test.each(CONTESTS)('exactly one spends $name', async (contest) => {
    const winners: number[] = [];
    for (let round = 0; round < rounds(10); round++) {
      const prize = await contest.prepare(context, userId);
      winners.push(await (await lineUp(context, contest, prize, AT_ONCE))());
    }
    sayRounds(`one process, ${contest.name}`, winners);
    expect(winners.filter((count) => count !== 1)).toEqual([]);
  });
});

describe(`${AT_ONCE} at once from three processes on one database`, () => {
  let context: AuthenticatorContext;
  let userId: number;
  let others: readonly RacingProcess[] = [];
  beforeAll(async () => {
    context = await openAuthenticator({ clock: systemClock });
    userId = await addRunner(context);
    others = await Promise.all([0, 1].map(() => RacingProcess.start(context.folder)));
  });
  afterAll(async () => {
    await Promise.all(others.map((other) => other.stop()));
    await context.close();
  });

  test.each(CONTESTS)('exactly one spends $name', async (contest) => {
    const winners: number[] = [];
    for (let round = 0; round < rounds(6); round++) {
      const prize = await contest.prepare(context, userId);
      await Promise.all(others.map((other) => other.lineUp(contest, prize, AT_ONCE / 2 - 2)));
      const here = await lineUp(context, contest, prize, 4);
      const counts = await Promise.all([here(), ...others.map((other) => other.run())]);
      winners.push(counts.reduce((sum, count) => sum + count, 0));
    }
    sayRounds(`three processes, ${contest.name}`, winners);
    expect(winners.filter((count) => count !== 1)).toEqual([]);
  });

  it('looks at five of 210 codes guessed at once', async () => {
    const prize = await GUESS.prepare(context, userId);
    await Promise.all(others.map((other) => other.lineUp(GUESS, prize, 70)));
    const here = await lineUp(context, GUESS, prize, 70);
    const counts = await Promise.all([here(), ...others.map((other) => other.run())]);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(5);
  });
});
