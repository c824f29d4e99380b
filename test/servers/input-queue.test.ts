import { InputQueue, InputTurns } from '../../src/servers/input-queue';

/** An InputQueue with what it did, in order. */
function trace() {
  const done: (string | boolean)[] = [];
  const state = { behind: false };
  const queue = new InputQueue({
    deliver: (bytes) => done.push(bytes.toString()),
    isBehind: () => state.behind,
    flow: (on) => done.push(on),
  });
  return { done, state, queue };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function turns(count: number): Promise<void> {
  for (let passed = 0; passed < count; passed += 1) await turn();
}

test('a key goes through at once', () => {
  const { done, queue } = trace();
  queue.push(Buffer.from('a'));
  queue.push(Buffer.alloc(0));
  expect(done).toEqual(['a']);
  queue.stop();
});

test('a paste goes through in order, 64 bytes a turn, while the transport waits', async () => {
  const { done, queue } = trace();
  const paste = Array.from({ length: 200 }, (_, index) => String.fromCharCode(48 + (index % 64)));
  queue.push(Buffer.from(paste.join('')));
  queue.push(Buffer.from('!'));
  expect(done).toEqual([paste.slice(0, 64).join(''), false]);
  await turn();
  expect(done).toHaveLength(3);
  await turns(5);
  expect(done.filter((each) => typeof each === 'string').join('')).toBe(`${paste.join('')}!`);
  expect(done.filter((each) => typeof each === 'boolean')).toEqual([false, true]);
});

test('nothing goes in while the caller is behind, and it goes on when he is not', async () => {
  const { done, state, queue } = trace();
  queue.push(Buffer.alloc(128, 'x'));
  state.behind = true;
  await turns(5);
  expect(done).toEqual(['x'.repeat(64), false]);
  state.behind = false;
  queue.goOn();
  await turns(3);
  expect(done).toEqual(['x'.repeat(64), false, 'x'.repeat(64), true]);
});

test('what waits is a copy: the transport may use its buffer again', async () => {
  const { done, queue } = trace();
  const buffer = Buffer.alloc(80, 'x');
  queue.push(buffer);
  buffer.fill('?');
  await turns(3);
  expect(done).toEqual(['x'.repeat(64), false, 'x'.repeat(16), true]);
});

test('a call that is over takes nothing more in', async () => {
  const { done, queue } = trace();
  queue.push(Buffer.alloc(100, 'x'));
  queue.stop();
  await turns(3);
  expect(done).toEqual(['x'.repeat(64), false]);
});

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
