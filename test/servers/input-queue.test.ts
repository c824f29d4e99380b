import { InputQueue } from '../../src/servers/input-queue';

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
