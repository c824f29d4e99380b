import { configSchema, type ConfigInput } from '../../src/config/schema';
import { systemRandom, type Random } from '../../src/base/random';
import { Admission } from '../../src/servers/admission';
import { withoutReserve } from '../../src/servers/fd-limit';
import { Networks } from '../../src/servers/networks';
import { SourceLedger } from '../support/source-ledger';

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
});

describe('admission', () => {
  const board = (
    config: ConfigInput['security'],
    options: { random?: Random; mostConnections?: number; exempt?: boolean } = {},
  ) => {
    const isExempt = (): boolean => options.exempt === true;
    const parsed = configSchema.parse({ security: config });
    return new Admission({
      config: () => parsed,
      random: options.random ?? systemRandom,
      guard: new SourceLedger(isExempt),
      isExempt,
      mostConnections: options.mostConnections,
    });
  };
  const reasonOf = (admission: Admission, ip = '192.0.2.1'): string => {
    const result = admission.admit(ip);
    return result.ok ? 'ok' : result.reason;
  };

  test('a source has so many calls at once, and fewer before it signs in', () => {
    const admission = board({ maxPerSource: 3, maxPreAuthPerSource: 2 });
    const first = admission.admit('192.0.2.1');
    expect(reasonOf(admission)).toBe('ok');
    expect(reasonOf(admission)).toBe('source-pre-auth');
    expect(reasonOf(admission, '192.0.2.2')).toBe('ok');
    if (first.ok) first.seat.signedIn();
    expect(reasonOf(admission)).toBe('ok');
    expect(reasonOf(admission)).toBe('source-total');
    if (first.ok) {
      first.seat.release();
      first.seat.release();
    }
    expect(admission.open).toEqual({ total: 3, preAuth: 3 });
  });

  test('exempt sources have no limit of their own', () => {
    const admission = board({ maxPerSource: 1, maxPreAuthPerSource: 1 }, { exempt: true });
    expect([reasonOf(admission), reasonOf(admission)]).toEqual(['ok', 'ok']);
  });

  test('the early drop begins at its start, grows, and is certain at its full', () => {
    const counts: number[] = [];
    for (const open of [0, 19, 20, 60, 99, 100]) {
      let dropped = 0;
      let draw = 0;
      // Draws each chance of ten thousand once, so that the count is the probability itself.
      const random: Random = { bytes: systemRandom.bytes, below: () => draw };
      const admission = board(
        { earlyDrop: '20:30:100', maxPerSource: 9999, maxPreAuthPerSource: 9999 },
        { random },
      );
      draw = 9_999;
      for (let n = 0; n < open; n += 1) admission.admit('192.0.2.1');
      for (draw = 0; draw < 10_000; draw += 100) {
        const result = admission.admit('192.0.2.1');
        if (result.ok) result.seat.release();
        else dropped += 1;
      }
      counts.push(dropped);
    }
    expect(counts).toEqual([0, 0, 30, 65, 100, 100]);
  });

  test('nobody gets a descriptor that the board needs', () => {
    const admission = board({}, { mostConnections: 1, exempt: true });
    expect([reasonOf(admission), reasonOf(admission)]).toEqual(['ok', 'reserve']);
    expect(withoutReserve(20_000)).toBe(19_000);
    expect(withoutReserve(1_024)).toBe(921);
    expect(withoutReserve(256)).toBe(192);
  });
});
