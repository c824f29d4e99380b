import fc from 'fast-check';
import { proveFlow } from '../../src/proof/flow-proof';
import type { MenuSet } from '../../src/menu/load/menu-entry';
import { subjectWith, userWith } from '../acs/subject';
import { runs } from '../support/runs';
import { menuGraphs } from './menu-graphs';
import { entriesOf, menusFrom } from './menu-text';
import { ReferenceWalk } from './reference-walk';

const GRAPHS = runs(300);
const WALKS = 12;
const STEPS = 40;

/** Walks at random, from every entry, as callers of many kinds; the first way round that is met. */
function walkAtRandom(set: MenuSet, seed: number): string | undefined {
  let state = seed >>> 0 || 1;
  const chance = (limit: number): number => {
    // xorshift32: the walks of one graph can be repeated from its seed.
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % limit;
  };
  for (let round = 0; round < WALKS; round++) {
    for (const entry of entriesOf(set)) {
      const accountFactor = chance(2) === 0 ? 1 : 2;
      const user = userWith({
        id: 1 + chance(2),
        groups: chance(2) === 0 ? ['a'] : [],
        properties: { login_count: String(chance(10)) },
      });
      const remoteIp = chance(2) === 0 ? '127.0.0.1' : '192.0.2.1';
      const walk = new ReferenceWalk(
        set,
        {
          factor: entry.signedIn ? 1 : 0,
          requiredFactor: entry.signedIn ? accountFactor : 1,
          accountFactor,
          subject: (factor, requiredFactor) =>
            subjectWith({
              ...{ factor, requiredFactor, remoteIp, secure: entry.secure },
              // The terminal may change its mind at any time.
              encoding: chance(2) === 0 ? 'cp437' : 'utf8',
              user: factor === 0 ? undefined : user,
            }),
        },
        chance,
      );
      walk.walk(entry.menu, STEPS);
      if (walk.bypassed !== undefined) return walk.bypassed;
    }
  }
  return undefined;
}

describe('the flow proof against a caller who walks the menus without a guard', () => {
  it(`lets no proven random graph be walked round (${WALKS * 3} walks each)`, () => {
    const count = { proven: 0, refuted: 0, confirmed: 0 };
    fc.assert(
      fc.property(menuGraphs(true), fc.integer({ min: 1 }), (text, seed) => {
        const set = menusFrom(text);
        const report = proveFlow(set, { entries: entriesOf(set), modules: new Map() });
        const bypassed = walkAtRandom(set, seed);
        if (report.proven) count.proven++;
        else count.refuted++;
        if (bypassed === undefined) return;
        count.confirmed++;
        expect(report.bypasses.map(({ menu: name }) => name)).toContain(bypassed);
      }),
      { numRuns: GRAPHS, seed: 20261121 },
    );
    // Both kinds must be there in numbers, or the property says nothing.
    expect(count.proven).toBeGreaterThan(GRAPHS / 10);
    expect(count.refuted).toBeGreaterThan(GRAPHS / 10);
    // Of the ways round that the proof reports, chance alone finds most: it does not cry wolf.
    expect(count.confirmed).toBeGreaterThan(count.refuted * 0.6);
  }, 90_000);
});
