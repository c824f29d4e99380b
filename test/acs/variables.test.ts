import { finish } from '../../src/base/steps';
import fc from 'fast-check';
import { compileAcs, evaluateAcs } from '../../src/acs/acs';
import type { Acs } from '../../src/acs/acs';
import type { AcsSubject } from '../../src/acs/subject';
import { collectVariables, STAGES } from '../../src/acs/variables';
import type { AcsVariable, AcsVariables } from '../../src/acs/variables';
import { runs } from '../support/runs';
import { subjectWith, userWith } from './subject';

/** Codes with arguments in many forms, good and odd. */
const codes = fc.oneof(
  fc.constantFrom(
    'SC',
    'SC1',
    'LC',
    'AR1',
    'AR2',
    'AR',
    'AF0',
    'AF1',
    'AF2',
    'AF',
    'EC0',
    'EC1',
    'EC2',
  ),
  fc.constantFrom(
    'ID1',
    'ID[1,2]',
    'ID0',
    'AS2',
    'AS[0,1]',
    'AS[x]',
    'NN1',
    'NN[2,3]',
    'WD[0,6]',
    'ID[01]',
  ),
  fc.constantFrom(
    'NC2',
    'NC10',
    'NC',
    'NC[3]',
    'NC[a]',
    'NC[1,2]',
    'TH24',
    'TW80',
    'TW132',
    'MM600',
  ),
  fc.constantFrom('AG18', 'AG0', 'AA3', 'NR50', 'GM[users]', 'GM[users,sysops]', 'GM', 'PV[sex,F]'),
  fc.constantFrom(
    'PV[sex,M]',
    'PV[sex]',
    'TT[ansi]',
    'TT[xterm,other]',
    'TM[plain]',
    'SE[https]',
    'AE1',
    'XX',
  ),
);

const expressions = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    codes,
    fc.tuple(tie('expression'), tie('expression')).map(([a, b]) => `(${a}) & (${b})`),
    fc.tuple(tie('expression'), tie('expression')).map(([a, b]) => `(${a}) | (${b})`),
    tie('expression').map((a) => `!(${a})`),
  ),
})).expression;

const users = fc
  .record({
    id: fc.constantFrom(1, 2, 5),
    status: fc.constantFrom<0 | 1 | 2 | 3>(0, 1, 2, 3),
    groups: fc.subarray(['users', 'sysops', 'friends']),
    sex: fc.constantFrom('F', 'M', 'X'),
    calls: fc.constantFrom('0', '1', '2', '9', '10', '400', 'x'),
    birthdate: fc.constantFrom('1980-01-02', '2020-01-02', 'never'),
    created: fc.constantFrom('2026-11-17T00:00:00Z', '2020-01-01T00:00:00Z', 'never'),
  })
  .map(({ id, status, groups, sex, calls, birthdate, created }) =>
    userWith({
      id,
      status,
      groups,
      properties: { sex, login_count: calls, birthdate, account_created: created },
    }),
  );

const subjects: fc.Arbitrary<{ stage: number; subject: AcsSubject }> = fc
  .record({
    stage: fc.constantFrom(0, 1, 2, 3),
    user: users,
    secure: fc.boolean(),
    remoteIp: fc.constantFrom('127.0.0.1', '192.0.2.1'),
    node: fc.constantFrom(1, 2, 3, 4),
    encoding: fc.constantFrom<'cp437' | 'utf8'>('cp437', 'utf8'),
    terminalType: fc.constantFrom('ansi', 'xterm', 'other', 'vt100'),
    width: fc.constantFrom(40, 79, 80, 131, 132, 400),
    height: fc.constantFrom(12, 23, 24, 60),
    themeId: fc.constantFrom('plain', 'gatehouse'),
    nowMs: fc
      .integer({ min: 0, max: 6 * 24 * 60 })
      .map((minutes) => Date.UTC(2026, 10, 18) + minutes * 60_000),
    services: fc.subarray(['https', 'http']).map((names) => new Set(names)),
  })
  .map(({ stage, user, ...fields }) => ({
    stage,
    subject: subjectWith({
      ...fields,
      factor: STAGES[stage]?.factor ?? 0,
      requiredFactor: STAGES[stage]?.required ?? 1,
      user: stage === 0 ? undefined : user,
    }),
  }));

/** The value of a variable that a concrete subject has: the one that agrees with it on every code. */
function valueOf(
  variable: AcsVariable,
  acs: Acs,
  found: AcsVariables,
  context: {
    stage: number;
    subject: AcsSubject;
  },
): number | undefined {
  const texts = textsOf(acs);
  return variable.values.findIndex((_, value) =>
    texts.every((text) => {
      const one = compileAcs(text);
      const own = found.of(one);
      if (!own.includes(variable)) return true;
      const values = new Int32Array(found.all.length).fill(-1);
      values[variable.index] = value;
      return (
        (found.abstract(one)(context.stage, values) === 1) === evaluateAcs(one, context.subject)
      );
    }),
  );
}

function textsOf(acs: Acs): readonly string[] {
  return acs.text.match(/[A-Z]{2}(?:\[[^\]]*\]|[0-9]*)/g) ?? [];
}

describe('caller states as ACS tells them apart', () => {
  it('agree with the evaluation of every concrete caller', () => {
    fc.assert(
      fc.property(expressions, subjects, (text, context) => {
        const acs = compileAcs(text);
        const found = finish(
          collectVariables([acs, ...textsOf(acs).map((text) => compileAcs(text))]),
        );
        const values = new Int32Array(found.all.length).fill(-1);
        for (const variable of found.of(acs)) {
          const value = valueOf(variable, acs, found, context);
          // Every caller there can be has a value among those that are enumerated.
          expect(value).toBeGreaterThanOrEqual(0);
          values[variable.index] = value ?? -1;
        }
        const expected = evaluateAcs(acs, context.subject) ? 1 : 0;
        expect(found.abstract(acs)(context.stage, values)).toBe(expected);
      }),
      { numRuns: runs(2000) },
    );
  });

  it('leave a string undecided only where an open variable decides it', () => {
    const found = finish(
      collectVariables(['SC & AF1', 'SC | AF1', '!SC'].map((text) => compileAcs(text))),
    );
    const open = new Int32Array(found.all.length).fill(-1);
    const ask = (text: string, stage: number): number =>
      found.abstract(compileAcs(text))(stage, open);
    expect(ask('SC & AF1', 0)).toBe(0);
    expect(ask('SC & AF1', 1)).toBe(2);
    expect(ask('SC | AF1', 1)).toBe(1);
    expect(ask('!SC', 1)).toBe(2);
  });

  it('are the intervals between limits, and the values that are named and the rest', () => {
    const found = finish(
      collectVariables(
        ['NC2 & NC10', 'TW80', 'ID[1,2]', 'EC1', 'SC'].map((text) => compileAcs(text)),
      ),
    );
    expect(Object.fromEntries(found.all.map(({ name, values }) => [name, values]))).toEqual({
      NC: ['(below)', '0', '2', '10'],
      TW: ['0', '80'],
      ID: ['(other)', '1', '2', '0'],
      EC: ['0', '1'],
      SC: ['(other)', 'yes'],
    });
  });

  it('treat a code that was not collected as open', () => {
    const found = finish(collectVariables([]));
    expect(found.abstract(compileAcs('SC'))(0, new Int32Array(0))).toBe(2);
  });
});
