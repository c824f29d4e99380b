import { LiveConnection } from '../../src/servers/live-connection';
import { InputTurns } from '../../src/servers/input-turns';
import { FakeClock } from '../support/fake-clock';

const KIB = 1024;

/** A connection whose other side takes nothing. */
function slowReader() {
  const clock = new FakeClock();
  const overruns: string[] = [];
  let destroyed = false;
  const connection = new LiveConnection({
    ...{ server: 'telnet', remoteIp: '192.0.2.1', clock },
    turns: new InputTurns(),
    transport: {
      send: () => undefined,
      finish: () => undefined,
      destroy: () => {
        destroyed = true;
      },
      flow: () => undefined,
    },
    onOverrun: (reason) => overruns.push(reason),
  });
  return { clock, connection, overruns, isDestroyed: () => destroyed };
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
