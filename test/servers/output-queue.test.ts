import { OutputQueue } from '../../src/servers/output-queue';
import { FakeClock } from '../support/fake-clock';

function queue(limitBytes = 100_000) {
  const clock = new FakeClock();
  const sent: Buffer[] = [];
  const overruns: string[] = [];
  const open: (() => void)[] = [];
  const it = new OutputQueue({
    clock,
    limitBytes,
    stallMs: 30_000,
    send: (piece, done) => {
      sent.push(piece);
      open.push(done);
    },
    onOverrun: (reason) => overruns.push(reason),
  });
  return { clock, it, sent, overruns, take: () => open.shift()?.() };
}

describe('output queue', () => {
  test('sends in order, one piece at a time', () => {
    const { it, sent, take } = queue();
    it.write(Buffer.from('one'));
    it.write(Buffer.from('two'));
    expect(sent.map(String)).toEqual(['one']);
    take();
    expect(sent.map(String)).toEqual(['one', 'two']);
    take();
    expect(it.bytes).toBe(0);
  });

  test('small writes that wait for one another go out as one', () => {
    const sent: string[] = [];
    const waiting: (() => void)[] = [];
    const it = new OutputQueue({
      clock: new FakeClock(),
      limitBytes: 1_000_000,
      stallMs: 1_000,
      send: (piece, done) => {
        sent.push(piece.toString());
        waiting.push(done);
      },
      onOverrun: () => undefined,
    });
    for (const text of ['a', 'b', 'c', 'd'.repeat(16_382), 'e'.repeat(3)])
      it.write(Buffer.from(text));
    for (let taken = 0; taken < 3; taken += 1) waiting.shift()?.();
    expect(sent).toEqual(['a', 'bc' + 'd'.repeat(16_382), 'eee']);
    expect(it.bytes).toBe(0);
  });

  test('a transport that takes everything at once is never stalled', () => {
    const clock = new FakeClock();
    const sent: Buffer[] = [];
    const it = new OutputQueue({
      clock,
      limitBytes: 1_000_000,
      stallMs: 1,
      send: (piece, done) => {
        sent.push(piece);
        done();
        done();
      },
      onOverrun: () => undefined,
    });
    const all = Buffer.alloc(200_000, 'x');
    it.write(all);
    expect(Buffer.concat(sent)).toEqual(all);
    expect(it.bytes).toBe(0);
    expect(clock.waiting).toBe(0);
  });

  test('a piece that is written while one is taken at once has one time limit, which ends with it', async () => {
    const clock = new FakeClock();
    const overruns: string[] = [];
    const waiting: (() => void)[] = [];
    const it = new OutputQueue({
      clock,
      limitBytes: 1_000_000,
      stallMs: 30_000,
      send: (piece, done) => {
        if (piece.toString() !== 'first') {
          waiting.push(done);
          return;
        }
        done();
        it.write(Buffer.from('second'));
      },
      onOverrun: (reason) => overruns.push(reason),
    });
    it.write(Buffer.from('first'));
    expect(clock.waiting).toBe(1);
    waiting.shift()?.();
    expect(clock.waiting).toBe(0);
    await clock.advance(60_000);
    expect(overruns).toEqual([]);
  });

  test('pieces are large once 256 KiB were taken at once, and small again after one that had to wait', () => {
    const sizes: number[] = [];
    const waiting: (() => void)[] = [];
    let isTakenAtOnce = true;
    const it = new OutputQueue({
      clock: new FakeClock(),
      limitBytes: 1_000_000,
      stallMs: 1_000,
      send: (piece, done) => {
        sizes.push(piece.length / 1024);
        if (isTakenAtOnce) done();
        else waiting.push(done);
      },
      onOverrun: () => undefined,
    });
    const write = (kib: number): void => it.write(Buffer.alloc(kib * 1024));
    write(256);
    expect(sizes.splice(0)).toEqual(new Array(16).fill(16));
    write(140);
    expect(sizes.splice(0)).toEqual([64, 64, 12]);
    isTakenAtOnce = false;
    write(140);
    waiting.shift()?.();
    waiting.shift()?.();
    expect(sizes.splice(0)).toEqual([64, 16, 16]);
    isTakenAtOnce = true;
    waiting.shift()?.();
    expect(sizes).toEqual([16, 16, 12]);
    expect(it.bytes).toBe(0);
  });

  test('more than the limit ends it once, and nothing is sent afterwards', () => {
    const { it, sent, overruns, take } = queue(10);
    it.write(Buffer.from('12345'));
    it.write(Buffer.from('678901'));
    it.write(Buffer.from('x'));
    take();
    expect(overruns).toEqual(['full']);
    expect(sent).toHaveLength(1);
  });

  test('a reader who takes nothing for 30 s is stalled', async () => {
    const { it, clock, overruns } = queue();
    it.write(Buffer.from('hello'));
    await clock.advance(29_999);
    expect(overruns).toEqual([]);
    await clock.advance(1);
    expect(overruns).toEqual(['stalled']);
  });

  test('a slow reader who takes a piece now and then is not', async () => {
    const { it, clock, overruns, take } = queue(1_000_000);
    it.write(Buffer.alloc(100_000));
    for (let round = 0; round < 6; round += 1) {
      await clock.advance(29_000);
      take();
    }
    expect(overruns).toEqual([]);
    expect(it.bytes).toBeLessThan(10_000);
  });

  test('finish() waits for what is queued and drops what comes later', () => {
    const { it, sent, take } = queue();
    let finished = false;
    it.write(Buffer.from('bye'));
    it.finish(() => (finished = true));
    expect(finished).toBe(false);
    take();
    expect(finished).toBe(true);
    it.write(Buffer.from('more'));
    expect(sent.map(String)).toEqual(['bye']);
  });

  test('after stop() no timer is left behind', () => {
    const { it, clock } = queue();
    it.write(Buffer.from('x'));
    expect(clock.waiting).toBe(1);
    it.stop();
    expect(clock.waiting).toBe(0);
  });
});
