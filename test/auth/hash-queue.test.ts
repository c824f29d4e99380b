import { availableParallelism } from 'node:os';
import { HashQueue, hashesAtOnce, hashesAtOnceHere, poolThreads } from '../../src/auth/hash-queue';

interface Job {
  readonly source: string;
  finish(): void;
}

function context(atOnce: number, most: number) {
  const queue = new HashQueue({ atOnce, most });
  const running: Job[] = [];
  const order: string[] = [];
  const submit = (source: string): Promise<string> =>
    queue
      .run(source, () => {
        order.push(source);
        return new Promise<string>((resolve) => {
          running.push({ source, finish: () => resolve(source) });
        });
      })
      .then((outcome) => outcome.kind);
  const finishOne = async (): Promise<void> => {
    running.shift()?.finish();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { queue, running, order, submit, finishOne };
}

test('so many run at once and no more', async () => {
  const { queue, running, submit, finishOne } = context(2, 200);
  const jobs = Array.from({ length: 5 }, () => submit('a'));
  expect(running).toHaveLength(2);
  expect(queue.waiting).toBe(3);
  while (running.length > 0) {
    expect(running.length).toBeLessThanOrEqual(2);
    await finishOne();
  }
  expect(await Promise.all(jobs)).toEqual(new Array(5).fill('done'));
  expect(queue.started).toBe(5);
});

test('sources take turns, however many one of them asks for', async () => {
  const { order, submit, finishOne } = context(1, 200);
  const jobs = [...Array.from({ length: 6 }, () => submit('flood')), submit('b'), submit('c')];
  for (let turn = 0; turn < 8; turn++) await finishOne();
  await Promise.all(jobs);
  expect(order.slice(0, 4)).toEqual(['flood', 'flood', 'b', 'c']);
});

test('a full queue is busy for the one who filled it, and makes room for others', async () => {
  const { queue, submit, finishOne } = context(1, 3);
  const flood = Array.from({ length: 4 }, () => submit('flood'));
  expect(await submit('flood')).toBe('busy');
  const other = submit('b');
  expect(queue.waiting).toBe(3);
  expect(await flood[3]).toBe('busy');
  for (let turn = 0; turn < 4; turn++) await finishOne();
  expect(await other).toBe('done');
  expect(await Promise.all(flood)).toEqual(['done', 'done', 'done', 'busy']);
});

test('a job that fails fails for its caller only', async () => {
  const queue = new HashQueue({ atOnce: 1 });
  const failing = queue.run('a', () => Promise.reject(new Error('out of memory')));
  const next = queue.run('a', () => Promise.resolve(1));
  await expect(failing).rejects.toThrow('out of memory');
  expect(await next).toEqual({ kind: 'done', value: 1 });
});

test('a board hashes two at a time, and lets two hundred wait (rule K3)', async () => {
  const queue = new HashQueue();
  const ends: (() => void)[] = [];
  const jobs = Array.from({ length: 202 }, (_each, at) =>
    queue.run(`source ${at}`, () => new Promise<void>((resolve) => ends.push(resolve))),
  );
  expect([queue.started, queue.waiting]).toEqual([2, 200]);
  expect(await queue.run('another', () => Promise.resolve())).toEqual({ kind: 'busy' });
  while (queue.started < 202 || ends.length > 0) {
    for (const end of ends.splice(0)) end();
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(new Set((await Promise.all(jobs)).map(({ kind }) => kind))).toEqual(new Set(['done']));
});

test.each([
  [1, 2, 8],
  [2, 2, 8],
  [4, 3, 9],
  [8, 7, 13],
  [9, 8, 14],
  [64, 8, 14],
])(
  'on %i cores %i hashes run at once, in a pool of %i threads (rule K3)',
  (cores, atOnce, threads) => {
    expect(poolThreads(cores)).toBe(threads);
    expect(hashesAtOnce({ cores, threads })).toBe(atOnce);
    // A program that embeds the gate may have made the pool smaller: the database needs its threads.
    expect(hashesAtOnce({ cores, threads: 4 })).toBe(2);
  },
);

test.each(['8x', 'eight', '', '-3', '0', '1.5', 'Infinity'])(
  'a size of the pool that is no positive number, "%s", is taken for the usual four threads',
  (size) => {
    const before = process.env['UV_THREADPOOL_SIZE'];
    process.env['UV_THREADPOOL_SIZE'] = size;
    const atOnce = hashesAtOnceHere();
    if (before === undefined) delete process.env['UV_THREADPOOL_SIZE'];
    else process.env['UV_THREADPOOL_SIZE'] = before;
    expect(atOnce).toBe(hashesAtOnce({ cores: availableParallelism(), threads: 4 }));
  },
);
