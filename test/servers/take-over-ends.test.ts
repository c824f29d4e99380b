import { once } from 'node:events';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { WAY_IN_NAMES } from '../../src/protocols/ways-in';
import { eventually } from '../support/raw-caller';
import { TakeOverBoard } from '../support/take-over-board';

const MEGABYTE = 1024 * 1024;
const HALF_CLOSING = ['telnet', 'rlogin', 'ssh'] as const;

/** Resolves once the stream has ended or is destroyed. */
async function endOf(stream: Duplex): Promise<void> {
  await Promise.race([once(stream, 'end'), once(stream, 'close')]).catch(() => undefined);
}

describe('a connection that is taken over', () => {
  let board: TakeOverBoard;
  let goOn: () => void;
  let told: Promise<void>;

  beforeEach(async () => {
    board = await TakeOverBoard.open();
    told = new Promise((resolve) => (goOn = resolve));
  });
  afterEach(() => board.close());

  describe('ends its input', () => {
    test.each(HALF_CLOSING)(
      'and the taker reads its end and answers; afterwards the call is over, by %s',
      async (way) => {
        let text = '';
        board.work = async ({ stream }) => {
          stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
          await once(stream, 'end');
          stream.write(`answer to ${text}`);
        };
        await board.dial(way);
        await board.take();
        board.client.send(Buffer.from('question'));
        await eventually('the question', () => text === 'question');
        board.client.endInput?.();
        await board.sees('answer to question');
        await eventually('the close', () => board.isClosed);
      },
    );

    test.each(WAY_IN_NAMES)(
      'where the taker ends its own side it still reads, and the menu follows, by %s',
      async (way) => {
        let text = '';
        board.work = async ({ stream }) => {
          stream.end('bye.');
          const [chunk] = (await once(stream, 'data')) as [Buffer];
          text = chunk.toString();
        };
        await board.dial(way);
        await board.take();
        await board.sees('bye.');
        board.client.send(Buffer.from('more'));
        await board.sees('The first menu');
        expect(text).toBe('more');
      },
    );
  });

  describe('has bytes that the taker has not read', () => {
    test.each(WAY_IN_NAMES)('which are for the menu, by %s', async (way) => {
      let text = '';
      board.work = async ({ stream }) => {
        while (text.length < 3) {
          await once(stream, 'readable');
          text += String(stream.read(3 - text.length) ?? '');
        }
        await eventually('the rest', () => stream.readableLength === 1);
      };
      await board.dial(way);
      await board.take();
      board.client.send(Buffer.from('abcQ'));
      await board.sees('The first menu');
      await board.sees('Q');
      expect(text).toBe('abc');
    });

    test('as the same bytes where the taker reads text', async () => {
      board.work = async ({ stream }) => {
        stream.setEncoding('latin1');
        await eventually('the input', () => stream.readableLength === 1);
      };
      await board.dial('telnet');
      await board.take();
      board.client.send(Buffer.from('Q'));
      await board.sees('The first menu');
      await board.sees('Q');
    });

    test.each(WAY_IN_NAMES)('where it has destroyed the stream, by %s', async (way) => {
      let text = '';
      board.work = async ({ stream }) => {
        for await (const chunk of stream) {
          text = String(chunk);
          break;
        }
        await told;
      };
      await board.dial(way);
      await board.take();
      board.client.send(Buffer.from('abc'));
      await eventually('the input', () => text === 'abc');
      board.client.send(Buffer.from('Q'));
      goOn();
      await board.sees('The first menu');
      await board.sees('Q');
    });
  });

  test.each(WAY_IN_NAMES)(
    'by work that fails: what it wrote comes first, then the call ends as a failure, by %s',
    async (way) => {
      board.work = ({ stream }) => {
        stream.write('half a picture');
        throw new Error('the other board is gone');
      };
      await board.dial(way);
      await board.take();
      await board.sees('Something went wrong here');
      await eventually('the close', () => board.isClosed);
      const heard = board.heard().toString('latin1');
      expect(heard.indexOf('half a picture')).toBe(0);
      expect(board.servers.log.of('menu.failed')).toMatchObject([
        { menu: 'first', error: { message: 'the other board is gone' } },
      ]);
    },
  );

  test.each(WAY_IN_NAMES)('shows messages to the caller afterwards, by %s', async (way) => {
    board.work = async ({ stream }) => {
      await told;
      stream.write('the end.');
    };
    await board.dial(way);
    await board.take();
    board.servers.nodes.find(1)?.post({ text: 'Is it raining?', from: 'Node 2' });
    goOn();
    await board.sees('Is it raining?');
    const heard = board.heard().toString('latin1');
    expect(heard.indexOf('the end.')).toBe(0);
    expect(heard.indexOf('Is it raining?')).toBeGreaterThan(0);
  });

  describe('and hangs up', () => {
    test.each(WAY_IN_NAMES)('ends the stream and the signal, by %s', async (way) => {
      let isOver = false;
      board.work = async ({ stream, signal }) => {
        stream.resume();
        await endOf(stream);
        if (!signal.aborted) stream.end();
        isOver = true;
      };
      await board.dial(way);
      await board.take();
      board.client.hangUp();
      await eventually('the end of the stream', () => isOver);
    });

    test.each(WAY_IN_NAMES)('while bytes wait for the caller, by %s', async (way) => {
      let isHeldUp = false;
      let wasAborted = false;
      const errors: unknown[] = [];
      board.work = async ({ stream, signal }) => {
        stream.on('error', (error) => errors.push(error));
        while (stream.write(Buffer.alloc(MEGABYTE)) || stream.writableLength < 8 * MEGABYTE);
        isHeldUp = true;
        await once(stream, 'close').catch(() => undefined);
        wasAborted = signal.aborted;
      };
      await board.dial(way);
      board.client.pause();
      await board.take();
      await eventually('the writer to be held up', () => isHeldUp);
      board.client.hangUp();
      await eventually('the end of the session', () => board.sessionsEnded === 1);
      expect(wasAborted).toBe(true);
      expect(errors).toMatchObject([{ name: 'SessionEnd', reason: 'hung-up' }]);
      expect(board.servers.log.of('call.ended')).toMatchObject([{ reason: 'hung-up' }]);
      expect(board.servers.log.of('call.failed')).toEqual([]);
    });

    test.each(WAY_IN_NAMES)(
      'while bytes wait for the taker, who reads what had come, by %s',
      async (way) => {
        let size = 0;
        let waits = false;
        board.work = async ({ stream }) => {
          await eventually('input', () => stream.readableLength > 0);
          waits = true;
          await told;
          stream.on('data', (chunk: Buffer) => (size += chunk.length));
          await endOf(stream);
        };
        await board.dial(way);
        await board.take();
        board.client.send(Buffer.from('a last line\r'));
        await eventually('input', () => waits);
        goOn();
        await eventually('the last line', () => size === 12);
        board.client.hangUp();
        await eventually('the end of the session', () => board.sessionsEnded === 1);
        expect(board.servers.log.of('call.ended')).toMatchObject([{ reason: 'hung-up' }]);
      },
    );
  });

  test('follows the rules of the NVT for a telnet client without BINARY (RFC 854, RFC 856)', async () => {
    const [IAC, WILL, WONT, DO, DONT] = [255, 251, 252, 253, 254] as const;
    let taken = '';
    let wire: Buffer = Buffer.alloc(0);
    board.work = async ({ stream }) => {
      // Before the client can have refused BINARY a second time.
      stream.write(Buffer.from('a\rb\r\nc\xff\n\r', 'latin1'));
      while (taken.length < 7)
        taken += ((await once(stream, 'data')) as [Buffer])[0].toString('latin1');
    };
    const port = await board.servers.telnet();
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    socket.on('error', () => undefined);
    await board.dialBy((take) => {
      socket.on('data', (chunk) => {
        // Refuses every option; no sub-negotiation follows then.
        for (let at = chunk.indexOf(IAC); at >= 0; at = chunk.indexOf(IAC, at + 3)) {
          const verb = chunk[at + 1];
          const option = chunk[at + 2] ?? 0;
          if (verb === DO) socket.write(Buffer.from([IAC, WONT, option]));
          if (verb === WILL) socket.write(Buffer.from([IAC, DONT, option]));
        }
        wire = Buffer.concat([wire, chunk]);
        take(chunk);
      });
      return {
        send: (bytes) => void socket.write(bytes),
        pause: () => void socket.pause(),
        resume: () => void socket.resume(),
        hangUp: () => void socket.destroy(),
      };
    });
    await board.take();
    await board.sees(Buffer.from('a\r\0b\r\nc\xff\xff\n\r\0', 'latin1'));
    board.client.send(Buffer.from('x\r\0y\r\nz\xff\xff', 'latin1'));
    await board.sees('The first menu');
    expect(taken).toBe('x\ry\r\nz\xff');
    // BINARY is offered and asked for again, in case that the client allows it now.
    const asks = [IAC, WILL, 0].concat([IAC, DO, 0]);
    expect(wire.lastIndexOf(Buffer.from(asks))).toBeGreaterThan(wire.indexOf(Buffer.from('first')));
  });

  test('passes bytes as they are to a client that never negotiates', async () => {
    let taken = '';
    board.work = async ({ stream }) => {
      stream.write('a\rb');
      while (taken.length < 4)
        taken += ((await once(stream, 'data')) as [Buffer])[0].toString('latin1');
    };
    const port = await board.servers.telnet();
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    socket.on('error', () => undefined);
    await board.dialBy((take) => {
      socket.on('data', take);
      return {
        send: (bytes) => void socket.write(bytes),
        pause: () => void socket.pause(),
        resume: () => void socket.resume(),
        hangUp: () => void socket.destroy(),
      };
    });
    await board.take();
    await board.sees('a\rb');
    board.client.send(Buffer.from('x\r\0y'));
    await board.sees('The first menu');
    expect(taken).toBe('x\r\0y');
  });
});
