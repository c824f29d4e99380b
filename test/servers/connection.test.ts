import { Connection } from '../../src/servers/connection';
import { InputTurns } from '../../src/servers/input-queue';
import { FakeClock } from '../support/fake-clock';
import { eventually } from '../support/raw-caller';

const KIB = 1024;

/** A connection whose other side takes nothing. */
function slowReader() {
  const clock = new FakeClock();
  const overruns: string[] = [];
  const flows: boolean[] = [];
  let destroyed = false;
  const connection = new Connection({
    ...{ server: 'telnet', remoteIp: '192.0.2.1', clock },
    turns: new InputTurns(),
    transport: {
      send: () => undefined,
      finish: () => undefined,
      destroy: () => {
        destroyed = true;
      },
      flow: (on) => flows.push(on),
    },
    onOverrun: (reason) => overruns.push(reason),
  });
  return { clock, connection, overruns, flows, isDestroyed: () => destroyed };
}

test('256 KiB wait for a caller who reads nothing, and one byte more ends the call (rule F9)', () => {
  const { connection, overruns, isDestroyed } = slowReader();
  for (let piece = 0; piece < 256; piece += 1) connection.write(Buffer.alloc(KIB));
  expect([overruns, isDestroyed()]).toEqual([[], false]);
  connection.write(Buffer.alloc(1));
  expect([overruns, isDestroyed()]).toEqual([['full'], true]);
  expect(connection.signal.aborted).toBe(true);
});

test('a caller who takes nothing for 30 s is cut off (rule F9)', async () => {
  const { clock, connection, overruns } = slowReader();
  connection.write(Buffer.from('hello'));
  await clock.advance(29_999);
  expect(overruns).toEqual([]);
  await clock.advance(1);
  expect(overruns).toEqual(['stalled']);
});

test('input that comes after the taker has destroyed the stream waits, and is for the session again', async () => {
  const { connection, flows } = slowReader();
  let heard = '';
  connection.onData((bytes) => (heard += bytes.toString()));
  const ignore = (): void => undefined;
  const stream = connection.takeOver({
    decoded: Buffer.from('one '),
    onInput: ignore,
    onOutput: ignore,
  });
  stream.destroy();
  connection.received(Buffer.from('two '));
  expect(flows.at(-1)).toBe(false);
  connection.giveBack(stream);
  connection.received(Buffer.from('three'));
  await eventually('all of it', () => heard === 'one two three');
  await eventually('the transport to go on', () => flows.at(-1) === true);
});

test('a taker may write any size in one piece to a caller who takes all of it at once', async () => {
  let sentBytes = 0;
  const ignore = (): void => undefined;
  const connection = new Connection({
    ...{ server: 'telnet', remoteIp: '192.0.2.1', clock: new FakeClock() },
    turns: new InputTurns(),
    transport: {
      send: (piece, done) => {
        sentBytes += piece.length;
        done();
      },
      ...{ finish: ignore, destroy: ignore, flow: ignore },
    },
  });
  const stream = connection.takeOver({
    decoded: Buffer.alloc(0),
    ...{ onInput: ignore, onOutput: ignore },
  });
  const all = Buffer.alloc(256 * KIB * KIB);
  await new Promise((resolve) => stream.write(all, resolve));
  expect(sentBytes).toBe(all.length);
});
