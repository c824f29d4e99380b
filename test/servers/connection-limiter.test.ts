import { Networks, peerOf } from '../../src/base/source';
import { withoutReserve } from '../../src/throttle/connection-limiter';
import type { ConnectionSlot } from '../../src/throttle/connection-slot';
import { TestLimiter } from '../support/test-limiter';

describe('networks', () => {
  test('networks hold what is in them, mapped addresses too', () => {
    const networks = new Networks(['127.0.0.0/8', '::1/128', '198.51.100.4'], 'key');
    expect(networks.has('::ffff:127.9.9.9')).toBe(true);
    expect(networks.has('::1')).toBe(true);
    expect(networks.has('198.51.100.4')).toBe(true);
    expect(networks.has('198.51.100.5')).toBe(false);
    expect(networks.has('nonsense')).toBe(false);
  });

  test.each(['10.0.0.0/33', 'example.org', '10.0.0.0/x', '2001:db8::/129', ''])(
    'a network written as "%s" is refused with its key',
    (cidr) => {
      expect(() => new Networks([cidr], 'security.exemptNetworks')).toThrow(
        /security\.exemptNetworks/,
      );
    },
  );

  test('the machine itself is whoever calls from the loopback or from the address that he calls', () => {
    const from = (remoteAddress: string, localAddress: string): boolean | undefined =>
      peerOf({ remoteAddress, localAddress })?.isLocal;
    expect(from('::ffff:127.0.0.1', '::ffff:127.0.0.1')).toBe(true);
    expect(from('::1', '::1')).toBe(true);
    expect(from('192.0.2.1', '192.0.2.1')).toBe(true);
    expect(from('192.0.2.2', '192.0.2.1')).toBe(false);
    expect(from('127.example', '192.0.2.1')).toBe(false);
  });
});

describe('the connection limiter', () => {
  test('a source has so many calls at once, and fewer before it signs in', () => {
    const door = new TestLimiter({ security: { maxPerSource: 3, maxPreAuthPerSource: 2 } });
    const first = door.slot('192.0.2.1');
    expect(door.answer('192.0.2.1')).toBe('ok');
    expect(door.answer('192.0.2.1')).toBe('source-pre-auth');
    expect(door.answer('192.0.2.2')).toBe('ok');
    first.signedIn();
    expect(door.answer('192.0.2.1')).toBe('ok');
    expect(door.answer('192.0.2.1')).toBe('source-total');
    first.release();
    first.release();
    expect(door.limiter.open).toEqual({ total: 3, preAuth: 3 });
  });

  test('exempt sources have no limit of their own', () => {
    const door = new TestLimiter({
      security: { maxPerSource: 1, maxPreAuthPerSource: 1 },
      isExempt: () => true,
    });
    expect([door.answer('192.0.2.1'), door.answer('192.0.2.1')]).toEqual(['ok', 'ok']);
  });

  test('nobody gets a descriptor that the board needs', () => {
    const door = new TestLimiter({ mostConnections: 1, isExempt: () => true });
    expect([door.answer('192.0.2.1'), door.answer('192.0.2.1')]).toEqual(['ok', 'reserve']);
    expect(withoutReserve(20_000)).toBe(19_000);
    expect(withoutReserve(1_024)).toBe(921);
    expect(withoutReserve(256)).toBe(192);
  });
});

describe('strangers keep nobody out (rule M11)', () => {
  const KNOWN = '198.51.100.7';

  test.each([
    ['a /24 has four times', (at: number) => `203.0.113.${at}`, 40],
    ['a /56 has four times', (at: number) => `2001:db8:1:${at.toString(16)}::1`, 40],
    ['a /48 has sixteen times', (at: number) => `2001:db8:1:${at.toString(16)}00::1`, 160],
  ])('%s what a source has before sign-in', (_what, address, most) => {
    const door = new TestLimiter();
    // Two calls each, so that none of them is greedier than another.
    for (let call = 0; call < most; call += 1) door.slot(address(1 + Math.floor(call / 2)));
    expect(door.ended).toEqual([]);
    expect(door.answer(address(1 + most / 2 - 1))).toBe('network-pre-auth');
    // Somebody of the same network who has none gets the place of one who has two.
    expect(door.answer(address(1 + most / 2))).toBe('ok');
    expect(door.ended).toEqual([address(1)]);
    expect(door.limiter.open.preAuth).toBe(most);
  });

  test('known places, exempt networks and the machine itself come in when the room is full, and none of them ends', () => {
    const door = new TestLimiter({
      security: { earlyDrop: '1:100:4' },
      known: [KNOWN],
      isExempt: (ip) => ip.startsWith('10.'),
    });
    for (let at = 0; at < 9; at += 1) door.call(`198.18.${at}.1`);
    door.ended.length = 0;
    const slots = ['10.0.0.1', KNOWN, '::1'].map((ip) => door.slot(ip, ip === '::1'));
    for (let at = 0; at < 9; at += 1) door.call(`198.19.${at}.1`);
    expect(door.ended).toEqual([]);
    expect(slots).toHaveLength(3);
    expect(door.answer('192.0.2.1')).toBe('full');
  });

  test('a tenth of the connections is theirs, and beyond it they take the place of a stranger', () => {
    const door = new TestLimiter({ mostConnections: 20, known: [KNOWN] });
    for (let at = 0; at < 18; at += 1) door.slot(`198.18.${at}.1`);
    expect(door.answer('192.0.2.1')).toBe('reserve');
    for (let call = 0; call < 2; call += 1) door.slot(KNOWN);
    expect(door.ended).toEqual([]);
    door.slot(KNOWN);
    expect(door.ended).toEqual(['198.18.0.1']);
    expect(door.limiter.open.total).toBe(20);
  });

  test('it is the network with the most calls that gives, then its greediest part, and there the one silent for longest', async () => {
    const door = new TestLimiter({ security: { earlyDrop: '8:0:9' } });
    const slots: ConnectionSlot[] = [];
    for (const ip of [
      ...['203.0.113.1', '203.0.113.2', '203.0.113.2', '203.0.113.2'],
      ...['2001:db8:1:1::1', '2001:db8:1:1::2', '2001:db8:1:101::1'],
      ...['198.18.0.1', '198.18.1.1'],
    ]) {
      await door.clock.advance(1);
      slots.push(door.slot(ip));
    }
    await door.clock.advance(1);
    // The oldest of the three from one address has just said something.
    slots[1]?.heard();
    door.slot('192.0.2.1');
    door.slot('192.0.3.1');
    door.slot('192.0.4.1');
    expect(door.ended).toEqual(['203.0.113.2', '2001:db8:1:1::1', '203.0.113.2']);
    // Those who had to go have given their places back already.
    slots[2]?.release();
    slots[3]?.release();
    expect(door.limiter.open.preAuth).toBe(9);
  });

  test('who ends for another is charged as one who did not try to sign in, who did is not', () => {
    const door = new TestLimiter({ security: { earlyDrop: '1:0:2' } });
    for (const hasTried of [false, true]) {
      const slot = door.slot('203.0.113.1');
      slot.isCall(() => hasTried);
    }
    door.slot('192.0.2.1');
    expect(door.ended).toEqual(['203.0.113.1']);
    expect(door.guard.charges).toEqual([{ ip: '203.0.113.1', kind: 'no-auth' }]);
  });
});
