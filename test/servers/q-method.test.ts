import fc from 'fast-check';
import { QMethod, type Side, type Verb } from '../../src/protocols/q-method';

const KNOWN = 1;
const UNKNOWN = 200;

function peer() {
  const sent: string[] = [];
  const changes: string[] = [];
  const refused: string[] = [];
  const q = new QMethod({
    agreed: { us: new Set([KNOWN]), peer: new Set([KNOWN]) },
    send: (verb, option) => sent.push(`${verb} ${option}`),
    changed: (side, option, on) => changes.push(`${side} ${option} ${on ? 'on' : 'off'}`),
    refused: (side, option) => refused.push(`${side} ${option}`),
  });
  return { q, sent, changes, refused };
}

describe('telnet option negotiation (RFC 1143)', () => {
  test('an offer that we want is accepted with one answer', () => {
    const { q, sent, changes } = peer();
    q.receive('will', KNOWN);
    q.receive('will', KNOWN);
    expect(sent).toEqual([`do ${KNOWN}`]);
    expect(changes).toEqual([`peer ${KNOWN} on`]);
  });

  test('our own request is not answered again when the peer agrees', () => {
    const { q, sent, changes } = peer();
    q.enable('us', KNOWN);
    q.receive('do', KNOWN);
    expect(sent).toEqual([`will ${KNOWN}`]);
    expect(changes).toEqual([`us ${KNOWN} on`]);
  });

  test('a refusal of our request is final and says nothing more', () => {
    const { q, sent, refused } = peer();
    q.enable('peer', KNOWN);
    q.receive('wont', KNOWN);
    q.receive('wont', KNOWN);
    expect(sent).toEqual([`do ${KNOWN}`]);
    expect(refused).toEqual([`peer ${KNOWN}`]);
    expect(q.isOn('peer', KNOWN)).toBe(false);
  });

  test.each<[Verb, string]>([
    ['will', `dont ${UNKNOWN}`],
    ['do', `wont ${UNKNOWN}`],
  ])('an unknown option offered by %s is refused once, however often it comes', (verb, answer) => {
    const { q, sent } = peer();
    for (let round = 0; round < 100; round += 1) q.receive(verb, UNKNOWN);
    expect(sent).toEqual([answer]);
  });

  test('a DO/DONT ping-pong gets one answer for each change of state and no more', () => {
    const { q, sent } = peer();
    for (let round = 0; round < 50; round += 1) {
      q.receive('do', KNOWN);
      q.receive('do', KNOWN);
      q.receive('dont', KNOWN);
      q.receive('dont', KNOWN);
    }
    expect(sent).toHaveLength(100);
  });

  test('changing our mind while a request is on its way sends one request after the other', () => {
    const { q, sent } = peer();
    q.enable('peer', KNOWN);
    q.disable('peer', KNOWN);
    expect(sent).toEqual([`do ${KNOWN}`]);
    q.receive('will', KNOWN);
    expect(sent).toEqual([`do ${KNOWN}`, `dont ${KNOWN}`]);
    q.receive('wont', KNOWN);
    expect(q.isOn('peer', KNOWN)).toBe(false);
  });

  test('two implementations that talk to each other always fall silent', () => {
    const step = fc.record({
      side: fc.constantFrom<Side>('us', 'peer'),
      option: fc.constantFrom(KNOWN, UNKNOWN),
      enable: fc.boolean(),
      here: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const wires: Record<'toA' | 'toB', [Verb, number][]> = { toA: [], toB: [] };
        const end = (to: 'toA' | 'toB', agreed: number[]): QMethod =>
          new QMethod({
            agreed: { us: new Set(agreed), peer: new Set(agreed) },
            send: (verb, option) => wires[to].push([verb, option]),
            changed: () => undefined,
            refused: () => undefined,
          });
        const a = end('toB', [KNOWN]);
        const b = end('toA', [KNOWN, UNKNOWN]);
        let messages = 0;
        const deliver = (): void => {
          for (;;) {
            const toA = wires.toA.shift();
            const toB = wires.toB.shift();
            if (toA === undefined && toB === undefined) return;
            messages += 1;
            expect(messages).toBeLessThan(200);
            if (toA !== undefined) a.receive(...toA);
            if (toB !== undefined) b.receive(...toB);
          }
        };
        for (const { side, option, enable, here } of steps) {
          // Nobody asks for what he would refuse himself.
          const q = here && option === KNOWN ? a : b;
          if (enable) q.enable(side, option);
          else q.disable(side, option);
          if (option === KNOWN) deliver();
        }
        deliver();
        for (const option of [KNOWN, UNKNOWN]) {
          expect(a.isOn('us', option)).toBe(b.isOn('peer', option));
          expect(a.isOn('peer', option)).toBe(b.isOn('us', option));
        }
      }),
      { seed: 20260101, numRuns: 500 },
    );
  });
});
