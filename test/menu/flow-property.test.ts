import fc from 'fast-check';
import { proveFlow } from '../../src/menu/flow-proof';
import type { MenuSet } from '../../src/menu/menu-entry';
import { subjectWith, userWith } from '../acs/subject';
import { entriesOf, menusFrom } from './menu-text';
import { ReferenceWalk } from './reference-walk';

const AREA = ['telnetConnected', 'sshConnected', 'matrix', 'login', 'loginTwoFactorAuthOTP', 'own'];
const OUTSIDE = ['mainMenu', 'm1', 'm2'];
const MENUS = [...AREA, ...OUTSIDE];

const acs = fc.constantFrom(
  ...[
    'AF1',
    'AF2',
    'AR2',
    '!AR2',
    'AR2 & !AF2',
    'AF2 | !AR2',
    'SC',
    '!SC',
    'GM[a]',
    'ID1',
    'EC1',
    'LC',
  ],
  ...[
    'AR2 & SC',
    'AR2 & !SC',
    'AR2 & !ID1',
    'AF1 & (AF2 | !AR2)',
    'AF1 & GM[a]',
    'NC5',
    'XX',
    'AF0',
  ],
);
// What a careful sysop writes stands more often, so that a fair share of the graphs is sound.
const doorAcs = fc.oneof(
  { weight: 2, arbitrary: fc.constant('AF2 | (AF1 & !AR2)') },
  { weight: 2, arbitrary: acs },
  { weight: 1, arbitrary: fc.constant('') },
);

const menuName = fc.constantFrom(...MENUS);
const areaName = fc.constantFrom(...AREA);
const somewhere = fc.oneof({ weight: 4, arbitrary: areaName }, { weight: 1, arbitrary: menuName });

const next = fc.oneof(
  somewhere.map((name) => `"${name}"`),
  fc.tuple(somewhere, somewhere).map(([a, b]) => `[ "${a}", "${b}" ]`),
  fc
    .tuple(fc.array(fc.tuple(acs, menuName), { minLength: 1, maxLength: 3 }), fc.option(somewhere))
    .map(([branches, rest]) => {
      const entries = branches.map(([text, name]) => `{ acs: "${text}", next: "${name}" }`);
      return `[ ${entries.join(' ')} ${rest === null ? '' : `{ next: "${rest}" }`} ]`;
    }),
  fc.constant(
    '[ { acs: "AR2 & !AF2", next: "loginTwoFactorAuthOTP" } { acs: "AF1", next: "mainMenu" } { next: "matrix" } ]',
  ),
  fc.constantFrom('"@systemMethod:logoff"', '"@systemMethod:prevMenu"', '"@systemMethod:login"'),
);

const address = fc.oneof(
  { weight: 2, arbitrary: somewhere.map((name) => `@menu:${name}`) },
  {
    weight: 3,
    arbitrary: fc
      .constantFrom('login', 'login2FA_OTP', 'prevMenu', 'nextMenu', 'logoff')
      .map((name) => `@systemMethod:${name}`),
  },
);

const action = fc.oneof(
  address.map((text) => `"${text}"`),
  fc
    .tuple(acs, address, address)
    .map(([text, a, b]) => `[ { acs: "${text}", action: "${a}" } { action: "${b}" } ]`),
);

function menu(name: string): fc.Arbitrary<string> {
  const isOutside = OUTSIDE.includes(name);
  return fc
    .record({
      next: fc.option(next),
      actions: fc.option(fc.array(action, { minLength: 1, maxLength: 3 })),
      door: isOutside ? doorAcs : fc.constant(''),
      noHistory: fc.boolean(),
      timeout: fc.integer({ min: 0, max: 9 }).map((roll) => roll === 0),
      locked: fc.option(areaName),
    })
    .map((parts) => {
      const config = [
        ...(parts.door === '' ? [] : [`acs: "${parts.door}"`]),
        ...(parts.noHistory ? ['menuFlags: [ "noHistory" ]'] : []),
        ...(parts.timeout ? ['nextTimeout: 100'] : []),
        ...(parts.locked === null ? [] : [`locked: "${parts.locked}"`]),
        ...(name === 'own' ? ['area: "login"'] : []),
      ];
      const keys = (parts.actions ?? []).map((text) => `{ keys: [ "x" ], action: ${text} }`);
      return [
        `${name}: {`,
        parts.next === null ? '' : `next: ${parts.next}`,
        `config: { ${config.join('\n')} }`,
        parts.actions === null ? '' : `form: { 0: { actionKeys: [ ${keys.join(' ')} ] } }`,
        '}',
      ].join('\n');
    });
}

const graphs = fc.tuple(...MENUS.map(menu)).map((menus) => `menus: {\n${menus.join('\n')}\n}`);

const GRAPHS = 500;
const WALKS = 16;
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
  it(`lets no proven graph be walked round (${GRAPHS} random graphs, ${WALKS * 3} walks each)`, () => {
    const count = { proven: 0, refuted: 0, confirmed: 0 };
    fc.assert(
      fc.property(graphs, fc.integer({ min: 1 }), (text, seed) => {
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
