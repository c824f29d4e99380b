import type { Random } from '../../src/base/random';
import type { ConnectionSlot } from '../../src/throttle/connection-slot';
import { SeededRandom } from '../support/seeded-random';
import { TestLimiter } from '../support/test-limiter';

const SEED = 20_260_917;
const NETWORKS = 100;

/** Calls from networks in turn until so many are open. */
function fill(door: TestLimiter, open: number): void {
  for (let caller = 0; door.limiter.open.preAuth < open; caller += 1)
    door.call(`198.18.${caller % NETWORKS}.${1 + (Math.floor(caller / NETWORKS) % 200)}`);
}

test('the early drop of the stock config makes 30 percent of the newcomers end one of a greedier network at 200 strangers and all of them at 1,000, within a tenth (rule K2)', () => {
  const seeded = new SeededRandom(SEED);
  let isFilling = true;
  const random: Random = {
    bytes: (count) => seeded.bytes(count),
    below: (limit) => (isFilling ? limit - 1 : seeded.below(limit)),
  };
  for (const open of [0, 199, 200, 400, 600, 800, 999, 1_000]) {
    const door = new TestLimiter({ random });
    let dropped = 0;
    for (let tries = 0; tries < 2_000; tries += 1) {
      isFilling = true;
      fill(door, open);
      isFilling = false;
      door.ended.length = 0;
      const newcomer = door.slot('192.0.2.1');
      dropped += door.ended.length;
      newcomer.release();
    }
    const expected = open < 200 ? 0 : 0.3 + (0.7 * (open - 200)) / 800;
    expect([open, Math.abs(dropped / 2_000 - expected) <= 0.1 * expected]).toEqual([open, true]);
  }
});

test('of 1,200 callers from 200 sources who never sign in, a real one gets in at the first try (rules K2, M11)', () => {
  const door = new TestLimiter({ random: new SeededRandom(SEED) });
  for (let caller = 0; caller < 1_200; caller += 1)
    door.call(`198.18.${caller % 20}.${caller % 200}`);
  expect(door.limiter.open.preAuth).toBeGreaterThan(200);
  for (let real = 0; real < 30; real += 1) expect(door.answer(`198.51.${real}.7`)).toBe('ok');
});

test('while no network has more than another, nobody ends before the room is full, and then only who is silent (rule K2)', async () => {
  const door = new TestLimiter({ security: { earlyDrop: '2:100:5' } });
  const slots: ConnectionSlot[] = [];
  for (let network = 0; network < 5; network += 1) slots.push(door.slot(`198.18.${network}.1`));
  expect(door.ended).toEqual([]);
  expect(door.answer('192.0.2.1')).toBe('full');
  await door.clock.advance(29_999);
  slots[0]?.heard();
  await door.clock.advance(1);
  expect(door.answer('192.0.2.1')).toBe('ok');
  expect(door.ended).toEqual(['198.18.1.1']);
});
