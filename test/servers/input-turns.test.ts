import { InputQueue, InputTurns } from '../../src/servers/input-queue';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Callers of one port, and whose bytes were taken in, in order. */
function port(count: number): {
  readonly callers: readonly InputQueue[];
  readonly order: number[];
} {
  const turns = new InputTurns();
  const order: number[] = [];
  const callers = Array.from(
    { length: count },
    (_, index) =>
      new InputQueue({
        turns,
        deliver: () => order.push(index),
        isBehind: () => false,
        flow: () => undefined,
      }),
  );
  return { callers, order };
}

test('of many who paste at once a few are taken in in each turn, in the order in which they came', async () => {
  const { callers, order } = port(100);
  for (const caller of callers) caller.push(Buffer.from('name and password'));
  let turns = 0;
  for (let before = order.length; order.length < callers.length; before = order.length) {
    expect(before).toBeLessThanOrEqual(8 * (turns + 1));
    await turn();
    turns += 1;
  }
  expect(turns).toBeGreaterThanOrEqual(11);
  expect(order).toEqual(callers.map((_, index) => index));
});

test('a key does not wait for those who paste', () => {
  const { callers, order } = port(100);
  for (const caller of callers.slice(1)) caller.push(Buffer.from('name and password'));
  callers[0]?.push(Buffer.from('\x1b[1;5C'));
  expect(order).toContain(0);
  for (const caller of callers) caller.stop();
});

test('who is gone is not taken in any more', async () => {
  const { callers, order } = port(20);
  for (const caller of callers) caller.push(Buffer.from('name and password'));
  for (const caller of callers) caller.stop();
  const before = order.length;
  for (let turns = 0; turns < 5; turns += 1) await turn();
  expect(order).toHaveLength(before);
});
