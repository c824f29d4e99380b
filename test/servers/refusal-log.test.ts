import { RefusalLog } from '../../src/throttle/refusal-log';
import { FakeClock } from '../support/fake-clock';
import { MemoryLog } from '../support/memory-log';

const MINUTE_MS = 60_000;

function context() {
  const clock = new FakeClock();
  const log = new MemoryLog();
  const it = new RefusalLog({ server: 'telnet', clock, log });
  const refused = () => log.of('call.refused');
  return { clock, log, it, refused };
}

test('the first who is turned away is logged at once, and those after him once a minute with their number', async () => {
  const { clock, it, refused } = context();
  for (let call = 1; call <= 31; call += 1) it.note(`192.0.2.${call}`, 'source-pre-auth');
  expect(refused()).toEqual([
    expect.objectContaining({
      ...{ remoteIp: '192.0.2.1', server: 'telnet', reason: 'source-pre-auth' },
      ...{ network: '192.0.2.0/24', calls: 1 },
    }),
  ]);
  await clock.advance(MINUTE_MS);
  expect(refused().slice(1)).toMatchObject([{ remoteIp: '192.0.2.31', calls: 30 }]);
  it.note('192.0.2.7', 'source-pre-auth');
  await clock.advance(MINUTE_MS - 1);
  expect(refused()).toHaveLength(2);
  await clock.advance(1);
  expect(refused().slice(2)).toMatchObject([{ remoteIp: '192.0.2.7', calls: 1 }]);
  // A minute without anybody, and the next is a first one again.
  await clock.advance(MINUTE_MS);
  it.note('192.0.2.8', 'source-pre-auth');
  expect(refused().slice(3)).toMatchObject([{ remoteIp: '192.0.2.8', calls: 1 }]);
});

test('each reason and each network has a line of its own, and who ends for another is no refusal', () => {
  const { it, log, refused } = context();
  it.note('192.0.2.1', 'full');
  it.note('192.0.2.1', 'nodes-busy');
  it.note('2001:db8:1:2::1', 'full');
  it.note('2001:db8:1:ff00::1', 'full');
  it.note('2001:db8:1:ff00::1', 'made-room');
  expect(refused().map(({ reason, network }) => [reason, network])).toEqual([
    ['full', '192.0.2.0/24'],
    ['nodes-busy', '192.0.2.0/24'],
    ['full', '2001:db8:1:0::/48'],
  ]);
  expect(log.of('call.made-room')).toMatchObject([{ network: '2001:db8:1:0::/48', calls: 1 }]);
});

test('lines and memory are bounded: beyond 256 networks all others are counted together', async () => {
  const { clock, it, refused } = context();
  for (let call = 0; call < 10_000; call += 1)
    it.note(`198.${call >> 8}.${call & 255}.1`, 'penalty');
  expect(refused()).toHaveLength(257);
  await clock.advance(MINUTE_MS);
  expect(refused().slice(257)).toMatchObject([{ network: 'others', calls: 10_000 - 257 }]);
});

test('what was counted and not said is said when the server closes', () => {
  const { it, refused } = context();
  for (let call = 0; call < 5; call += 1) it.note('192.0.2.1', 'reserve');
  it.close();
  expect(refused()).toMatchObject([{ calls: 1 }, { calls: 4 }]);
});
