import { compileAcs, evaluateAcs } from '../../src/acs/acs';
import { ownCode, type OwnCondition } from '../../src/acs/own-codes';
import { collectVariables } from '../../src/acs/variables';
import type { AcsSubject } from '../../src/acs/subject';
import { finish } from '../../src/base/steps';

const SUBJECT = { factor: 1, requiredFactor: 1, secure: true, node: 2 } as unknown as AcsSubject;

function codes(test: OwnCondition['test'], failed: string[] = []) {
  return new Map([['XY', ownCode('XY', { test }, (code) => failed.push(code))]]);
}

const holds = (text: string, test: OwnCondition['test']): boolean =>
  evaluateAcs(compileAcs(text, codes(test)), SUBJECT);

test('a condition of others stands beside ours, with its argument', () => {
  const test: OwnCondition['test'] = ({ node }, { number, items }) =>
    node === number || items?.includes('all') === true;
  expect(holds('XY2', test)).toBe(true);
  expect(holds('XY3', test)).toBe(false);
  expect(holds('!XY3 & SC', test)).toBe(true);
  expect(holds('XY[none,all]', test)).toBe(true);
  expect(compileAcs('XY2').problems).toMatchObject([{ text: expect.stringContaining("'XY'") }]);
});

test.each<readonly [string, OwnCondition['test']]>([
  [
    'throws',
    () => {
      throw new Error('no');
    },
  ],
  ['answers later', () => Promise.resolve(true) as unknown as boolean],
  ['answers with nothing', () => undefined as unknown as boolean],
])(
  'a condition without an answer lets nobody in, whatever stands around it (rule P5): it %s',
  (_how, test) => {
    expect(['XY', '!XY', '!(XY | SC)', 'XY | SC'].map((text) => holds(text, test))).toEqual([
      ...[false, false, false, false],
    ]);
    // Where it is not asked it changes nothing.
    expect(holds('SC | XY', test)).toBe(true);
    const failed: string[] = [];
    evaluateAcs(compileAcs('!XY', codes(test, failed)), SUBJECT);
    expect(failed).toEqual(['XY']);
  },
);

test('the proof believes of it that it may be true or false, each argument for itself', () => {
  const acs = compileAcs(
    'XY1 & !XY2',
    codes(() => true),
  );
  const variables = finish(collectVariables([acs]));
  expect(variables.all.map(({ name, values }) => [name, values.length])).toEqual([
    ['XY1', 2],
    ['XY2', 2],
  ]);
  const truth = variables.abstract(acs);
  expect(truth(0, Int32Array.of(-1, -1))).toBe(2);
});
