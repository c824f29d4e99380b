import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { systemClock } from '../../src/base/clock';
import { systemRandom } from '../../src/base/random';
import { bridge, type BridgeOptions } from '../../src/onward/bridge';
import { dial } from '../../src/onward/connect';
import { WAY_IN_NAMES } from '../../src/protocols/ways-in';
import { FakeClock } from '../support/fake-clock';
import { FarBoard, type FarCall } from '../support/far-board';
import { eventually } from '../support/raw-caller';
import { TakeOverBoard } from '../support/take-over-board';

const FIVE_MEGABYTES = 5 * 1024 * 1024;
const SIXTEEN_MEGABYTES = 16 * 1024 * 1024;
const ESCAPE_KEY = 0x1d;

describe('a bridge', () => {
  let gate: TakeOverBoard;
  let far: FarBoard;
  let result: Awaited<ReturnType<typeof bridge>> | undefined;
  let encoding: string | undefined;
  let heldUp:
    | {
        readonly caller: NodeJS.ReadableStream;
        readonly board: Socket;
        /** Of the caller's, on the way to the board: the most at any time. */
        mostBytes: number;
      }
    | undefined;
  const clock = new FakeClock();

  beforeEach(async () => {
    result = undefined;
    heldUp = undefined;
    gate = await TakeOverBoard.open();
    far = await FarBoard.open();
  });
  afterEach(async () => {
    await gate.close();
    await far.close();
  });

  const call = async (
    own: Partial<BridgeOptions> = {},
    way: (typeof WAY_IN_NAMES)[number] = 'ssh',
  ): Promise<FarCall> => {
    gate.work = async (taken) => {
      encoding = taken.facts.encoding;
      const socket = await dial(
        { host: '127.0.0.1', port: far.port },
        { clock: systemClock, random: systemRandom, limitMs: 5_000, signal: taken.signal },
      );
      const held = { caller: taken.stream, board: socket, mostBytes: 0 };
      heldUp = held;
      const running = bridge(taken, socket, {
        ...{ clock, encoding: 'as-is', escapeKey: ESCAPE_KEY, idleMs: 0, maxMs: 0 },
        menuText: 'h: hang up   b: back to the board',
        ...own,
      });
      taken.stream.on('data', () => {
        held.mostBytes = Math.max(held.mostBytes, socket.writableLength);
      });
      result = await running;
    };
    await gate.dial(way);
    await gate.take();
    return far.call();
  };
  const over = (end: string): Promise<void> =>
    eventually(`the end: ${end}`, () => result?.end === end);

  it.each(WAY_IN_NAMES)('passes five megabytes each way unchanged, by %s', async (way) => {
    const board = await call({}, way);
    const down = randomBytes(FIVE_MEGABYTES);
    const up = randomBytes(FIVE_MEGABYTES);
    board.send(down);
    gate.client.send(up);
    await eventually('all of it at the board', () => board.bytes >= up.length);
    await eventually('all of it at the caller', () => gate.heard().length >= down.length);
    expect(board.received().equals(up)).toBe(true);
    expect(gate.heard().equals(down)).toBe(true);
    board.socket.end();
    await over('board');
    expect(result).toMatchObject({ sent: up.length, received: down.length });
  });

  it('reads from the board no faster than the caller does', async () => {
    const board = await call();
    gate.client.pause();
    const piece = randomBytes(64 * 1024);
    let sent = 0;
    // Until the board is told to wait: what is on the way is bounded.
    while (sent < 64 * 1024 * 1024 && board.socket.write(piece)) sent += piece.length;
    await new Promise<void>((resolve) => setImmediate(resolve));
    expect(sent).toBeLessThan(64 * 1024 * 1024);
    gate.client.resume();
    await eventually('the rest', () => gate.heard().length >= sent);
  });

  it.each(WAY_IN_NAMES)(
    'reads from the caller no faster than the board does, by %s',
    async (way) => {
      const board = await call({}, way);
      board.socket.pause();
      const up = randomBytes(SIXTEEN_MEGABYTES);
      gate.client.send(up);
      await eventually('the pause of the caller', () => {
        return heldUp?.caller.isPaused() === true && heldUp.board.writableNeedDrain;
      });
      expect(board.bytes).toBe(0);
      board.socket.resume();
      await eventually('all of it at the board', () => board.bytes >= up.length);
      expect(board.received().equals(up)).toBe(true);
      expect(heldUp?.mostBytes).toBeLessThan(1024 * 1024);
      board.socket.end();
      await over('board');
    },
  );

  it.each(['telnet', 'rlogin', 'ssh'] as const)(
    "tells the board the end of the caller's input, and its answer still comes back, by %s",
    async (way) => {
      const board = await call({}, way);
      gate.client.send(Buffer.from('the last line'));
      gate.client.endInput?.();
      await eventually('the end of the input', () => board.isEnded);
      expect(board.received().toString()).toBe('the last line');
      expect(result).toBeUndefined();
      board.socket.end('the answer to it');
      await gate.sees('the answer to it');
      await over('board');
      expect(result).toMatchObject({ sent: 13, received: 16 });
    },
  );

  it('sends out what the board said last, and the menu comes back', async () => {
    const board = await call();
    board.socket.end('goodbye, caller');
    await gate.sees('goodbye, caller');
    await over('board');
    await gate.sees('The first menu');
  });

  it('ends as broken where the board resets the connection', async () => {
    const board = await call();
    board.send('soon');
    await gate.sees('soon');
    board.socket.resetAndDestroy();
    await over('broken');
    expect(result?.error?.message).toMatch(/ECONNRESET/);
    await gate.sees('The first menu');
  });

  it('leaves the board when the caller hangs up', async () => {
    const board = await call();
    gate.client.hangUp();
    await eventually('the end at the board', () => board.isEnded);
    await over('call-over');
  });

  describe('the escape key', () => {
    it('opens a line from which h hangs up the board', async () => {
      const board = await call();
      gate.client.send(Buffer.from([ESCAPE_KEY]));
      await gate.sees('h: hang up');
      gate.client.send(Buffer.from('H'));
      await over('left');
      await eventually('the end at the board', () => board.isEnded);
      expect(board.bytes).toBe(0);
      await gate.sees('The first menu');
    });

    it('holds the board meanwhile, and b goes back to it', async () => {
      const board = await call();
      gate.client.send(Buffer.from([ESCAPE_KEY]));
      await gate.sees('h: hang up');
      board.send('news of the board');
      await new Promise<void>((resolve) => setImmediate(resolve));
      expect(gate.heard().includes('news')).toBe(false);
      gate.client.send(Buffer.from('b'));
      await gate.sees('news of the board');
      gate.client.send(Buffer.from('x'));
      await board.sees('x');
      expect(board.received().toString()).toBe('x');
    });

    it('pressed twice goes to the board', async () => {
      const board = await call();
      gate.client.send(Buffer.from([ESCAPE_KEY]));
      await gate.sees('h: hang up');
      gate.client.send(Buffer.from([ESCAPE_KEY]));
      await board.sees(Buffer.from([ESCAPE_KEY]));
      expect(board.bytes).toBe(1);
    });

    it('is data within other bytes, and right after them', async () => {
      const board = await call();
      gate.client.send(Buffer.from([65, ESCAPE_KEY, 66]));
      await board.sees(Buffer.from([65, ESCAPE_KEY, 66]));
      gate.client.send(Buffer.from([ESCAPE_KEY]));
      await board.sees(Buffer.from([66, ESCAPE_KEY]));
      await clock.advance(250);
      gate.client.send(Buffer.from([ESCAPE_KEY]));
      await gate.sees('h: hang up');
    });

    it('is data where there is none', async () => {
      const board = await call({ escapeKey: undefined });
      gate.client.send(Buffer.from([ESCAPE_KEY]));
      await board.sees(Buffer.from([ESCAPE_KEY]));
    });
  });

  describe('its limits', () => {
    it('end a silent call, and no call in which either side says something', async () => {
      const board = await call({ idleMs: 60_000 });
      await clock.advance(50_000);
      board.send('tick');
      await gate.sees('tick');
      await clock.advance(50_000);
      gate.client.send(Buffer.from('tock'));
      await board.sees('tock');
      await clock.advance(59_999);
      expect(result).toBeUndefined();
      await clock.advance(1);
      await over('idle');
      await eventually('the end at the board', () => board.isEnded);
    });

    it('end a call that is over its time, whatever is said', async () => {
      const board = await call({ maxMs: 60_000 });
      await clock.advance(59_000);
      board.send('tick');
      await gate.sees('tick');
      await clock.advance(1_000);
      await over('time');
    });
  });

  it("converts text between the board's encoding and the caller's, however it is cut", async () => {
    const board = await call({ encoding: 'cp437' });
    expect(encoding).toBe('utf8');
    board.send(Buffer.from('Gr\x81\xe1e \xb0\xb1\xb2', 'latin1'));
    await gate.sees(Buffer.from('Grüße ░▒▓', 'utf8'));
    for (const byte of Buffer.from('ü\x1b[A', 'utf8')) gate.client.send(Buffer.from([byte]));
    await board.sees(Buffer.from('\x81\x1b[A', 'latin1'));
  });

  it('converts what a board with UTF-8 says to a caller with CP437, and back', async () => {
    const board = await call({ encoding: 'utf8' }, 'rlogin');
    expect(encoding).toBe('cp437');
    for (const byte of Buffer.from('Grüße ░▒▓', 'utf8')) board.send(Buffer.from([byte]));
    await gate.sees(Buffer.from('Gr\x81\xe1e \xb0\xb1\xb2', 'latin1'));
    gate.client.send(Buffer.from('\x81\x1b[A', 'latin1'));
    await board.sees(Buffer.from('ü\x1b[A', 'utf8'));
    expect(board.received().toString('utf8')).toBe('ü\x1b[A');
    board.socket.end();
    await over('board');
  });
});
