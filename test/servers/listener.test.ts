import { systemClock } from '../../src/base/clock';
import { systemRandom } from '../../src/base/random';
import { configSchema } from '../../src/config/schema';
import { ConnectionLimiter } from '../../src/throttle/connection-limiter';
import { Listener } from '../../src/servers/listener';
import { MemoryLog } from '../support/memory-log';
import { eventually, RawCaller } from '../support/raw-caller';
import { SourceLedger } from '../support/source-ledger';

test('a fault while a caller is let in ends his connection, is logged, and the next one is served', async () => {
  const config = configSchema.parse({});
  const log = new MemoryLog();
  const guard = new SourceLedger();
  let faults = 1;
  const limiter = new ConnectionLimiter({
    config: () => config,
    random: systemRandom,
    guard,
    clock: systemClock,
    isKnown: () => false,
    isExempt: () => {
      if (faults-- > 0) throw new Error('no networks');
      return true;
    },
    mostConnections: undefined,
  });
  const listener = await Listener.open({
    ...{ server: 'telnet', address: '127.0.0.1', port: 0 },
    ...{ config: () => config, clock: systemClock, log, limiter },
    onAccepted: ({ socket }) => socket.write('welcome'),
  });
  const first = await RawCaller.dial(listener.address.port);
  await first.isClosed();
  expect(first.received).toHaveLength(0);
  expect(log.of('call.failed')).toMatchObject([{ remoteIp: '127.0.0.1' }]);
  const second = await RawCaller.dial(listener.address.port);
  await second.sees('welcome');
  expect(limiter.open).toEqual({ total: 1, preAuth: 1 });
  await listener.close();
  await eventually('the places to be free', () => limiter.open.total === 0);
});
