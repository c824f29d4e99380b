import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { CallerFacts } from '../../src/menu/run/caller';
import { WAY_IN_NAMES } from '../../src/protocols/ways-in';
import { eventually } from '../support/raw-caller';
import { TAKE_KEY, TakeOverBoard } from '../support/take-over-board';

const MEGABYTE = 1024 * 1024;

describe('a connection that is taken over', () => {
  let board: TakeOverBoard;

  beforeEach(async () => {
    board = await TakeOverBoard.open();
  });
  afterEach(() => board.close());

  test.each(WAY_IN_NAMES)(
    'a megabyte of random bytes passes unchanged both ways, by %s',
    async (way) => {
      const toBoard = randomBytes(MEGABYTE);
      const ahead = Buffer.from('typed ahead \x1b[A\x1b[5~\xe9', 'latin1');
      const toCaller = randomBytes(MEGABYTE);
      const got: Buffer[] = [];
      let size = 0;
      board.work = async ({ stream }) => {
        stream.write(toCaller);
        await new Promise<void>((resolve) => {
          stream.on('data', (chunk: Buffer) => {
            got.push(chunk);
            size += chunk.length;
            if (size >= MEGABYTE + ahead.length) resolve();
          });
        });
      };
      await board.dial(way);
      // In one piece with the key: these bytes are decoded as keys before the connection is taken.
      board.client.send(Buffer.concat([TAKE_KEY, ahead]));
      await eventually('the taking', () => board.began === 1);
      board.client.send(toBoard);
      await eventually('all bytes at the taker', () => size >= MEGABYTE + ahead.length);
      expect(Buffer.concat(got).equals(Buffer.concat([ahead, toBoard]))).toBe(true);
      await eventually('all bytes at the caller', () => board.heard().length >= MEGABYTE);
      expect(board.heard().subarray(0, MEGABYTE).equals(toCaller)).toBe(true);
    },
  );

  test.each(WAY_IN_NAMES)('what is written to the caller comes unchanged, by %s', async (way) => {
    const toCaller = randomBytes(MEGABYTE);
    board.work = async ({ stream }) => {
      if (!stream.write(toCaller)) await once(stream, 'drain');
    };
    await board.dial(way);
    board.client.send(TAKE_KEY);
    await eventually('all bytes at the caller', () => board.heard().length >= MEGABYTE);
    expect(board.heard().subarray(0, MEGABYTE).equals(toCaller)).toBe(true);
  });

  test.each(WAY_IN_NAMES)('the menu is drawn again afterwards and reads on, by %s', async (way) => {
    board.work = async ({ stream }) => {
      const [chunk] = (await once(stream, 'data')) as [Buffer];
      stream.write(`got ${chunk.toString()}.`);
    };
    await board.dial(way);
    await board.take();
    board.client.send(Buffer.from('data'));
    await board.sees('got data.');
    await board.sees('The first menu');
    board.forget();
    board.client.send(Buffer.from('x'));
    await board.sees('x');
    await board.take();
    board.client.send(Buffer.from('more'));
    await board.sees('got more.');
  });

  test.each(['telnet', 'ssh'] as const)(
    'a change of size is told, until the connection is given back, by %s',
    async (way) => {
      const sizes: CallerFacts['size'][] = [];
      let facts: CallerFacts | undefined;
      board.work = async (taken) => {
        await new Promise<void>((resolve) => {
          taken.onResize(() => {
            facts = taken.facts;
            sizes.push(facts.size);
            resolve();
          });
        });
      };
      await board.dial(way);
      await board.take();
      board.client.resize?.(100, 40);
      await eventually('the size', () => sizes.length === 1);
      expect(facts).toMatchObject({ server: way, remoteIp: '127.0.0.1' });
      board.work = (taken) => eventually('another size', () => taken.facts.size.width === 90);
      await board.take();
      board.client.resize?.(90, 30);
      await board.sees('The first menu');
      await board.take();
      expect(sizes).toEqual([{ width: 100, height: 40 }]);
    },
  );

  test.each(WAY_IN_NAMES)('a caller who does not read holds the writer up, by %s', async (way) => {
    let written = 0;
    let isHeldUp = false;
    board.work = async ({ stream, signal }) => {
      const piece = Buffer.alloc(MEGABYTE, 'x');
      while (!signal.aborted && written < 64 * MEGABYTE) {
        written += piece.length;
        if (stream.write(piece)) continue;
        isHeldUp = true;
        await once(stream, 'drain', { signal }).catch(() => undefined);
        isHeldUp = false;
      }
    };
    await board.dial(way);
    board.client.pause();
    board.client.send(TAKE_KEY);
    // The kernel's buffers take some megabytes; after that nothing more is taken.
    let before = -1;
    await eventually('the writer to be held up', () => {
      const stands = isHeldUp && written === before;
      before = written;
      return stands;
    });
    expect(written).toBeLessThan(64 * MEGABYTE);
    board.client.resume();
    await eventually('the writer to go on', () => written > before);
  });
});
