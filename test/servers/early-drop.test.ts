import { configSchema } from '../../src/config/schema';
import { Admission, type Seat } from '../../src/servers/admission';
import { SeededRandom } from '../support/seeded-random';
import { SourceLedger } from '../support/source-ledger';

const SEED = 20_260_917;

function stockAdmission(random: SeededRandom, isExempt: boolean): Admission {
  const config = configSchema.parse({});
  return new Admission({
    config: () => config,
    random,
    guard: new SourceLedger(),
    isExempt: () => isExempt,
    mostConnections: undefined,
  });
}

function call(admission: Admission, source: number): Seat | undefined {
  const result = admission.admit(`192.0.2.${source % 200}`);
  return result.ok ? result.seat : undefined;
}

test('the drop curve of the stock config is 30 percent at 200 callers and all of them at 1,000, within a tenth (rule K2)', () => {
  const random = new SeededRandom(SEED);
  for (const open of [0, 199, 200, 400, 600, 800, 999, 1_000]) {
    const admission = stockAdmission(random, true);
    // The crowd is let in, however often it has to call.
    for (let seats = 0; seats < open;) if (call(admission, seats) !== undefined) seats += 1;
    let dropped = 0;
    for (let tries = 0; tries < 5_000; tries += 1) {
      const seat = call(admission, tries);
      if (seat === undefined) dropped += 1;
      else seat.release();
    }
    const expected = open < 200 ? 0 : 0.3 + (0.7 * (open - 200)) / 800;
    expect([open, Math.abs(dropped / 5_000 - expected) <= 0.1 * expected]).toEqual([open, true]);
  }
});

test('of 1,200 callers from 200 sources who never sign in, a real one gets in within five tries (rule K2)', () => {
  const random = new SeededRandom(SEED);
  const tries: number[] = [];
  for (let round = 0; round < 50; round += 1) {
    const admission = stockAdmission(random, false);
    for (let caller = 0; caller < 1_200; caller += 1) call(admission, caller);
    expect(admission.open.preAuth).toBeLessThan(1_000);
    let needed = 1;
    while (!admission.admit('198.51.100.7').ok) needed += 1;
    tries.push(needed);
  }
  tries.sort((a, b) => a - b);
  expect(tries[Math.floor(tries.length / 2)]).toBeLessThanOrEqual(5);
});
