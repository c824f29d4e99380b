import fc from 'fast-check';

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

function menu(name: string, timeouts: boolean): fc.Arbitrary<string> {
  const isOutside = OUTSIDE.includes(name);
  return fc
    .record({
      next: fc.option(next),
      actions: fc.option(fc.array(action, { minLength: 1, maxLength: 3 })),
      door: isOutside ? doorAcs : fc.constant(''),
      noHistory: fc.boolean(),
      timeout: fc.integer({ min: 0, max: 9 }).map((roll) => timeouts && roll === 0),
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
      const keys = (parts.actions ?? []).map(
        (text, at) => `{ keys: [ "${'abc'[at]}" ], action: ${text} }`,
      );
      return [
        `${name}: {`,
        parts.next === null ? '' : `next: ${parts.next}`,
        `config: { ${config.join('\n')} }`,
        parts.actions === null ? '' : `form: { 0: { actionKeys: [ ${keys.join(' ')} ] } }`,
        '}',
      ].join('\n');
    });
}

/** Menu files at random, with a fair share of sound ones; `timeouts: false` leaves nextTimeout out. */
export const menuGraphs = (timeouts: boolean): fc.Arbitrary<string> =>
  fc
    .tuple(...MENUS.map((name) => menu(name, timeouts)))
    .map((menus) => `menus: {\n${menus.join('\n')}\n}`);
