import { compileAcs, evaluateAcs, explainAcs } from '../../src/acs/acs';
import { subjectWith, userWith } from './subject';

describe('what is wrong with an ACS string', () => {
  it('is nothing when it is fine', () => {
    expect(compileAcs('AR2 & !AF2').problems).toEqual([]);
    expect(compileAcs('AR[1,2] & AF[1,2]').problems).toEqual([]);
  });

  it('is its first mistake, with the column, and it is never true', () => {
    const acs = compileAcs('SC & (AR2');
    expect(acs.problems).toMatchObject([{ severity: 'error', column: 6 }]);
    expect(evaluateAcs(acs, subjectWith({ secure: true }))).toBe(false);
  });

  it.each(['SU', '!SU', '!(SU | SC)', '!(GM[none] & SU)', 'AR1 & !SU'])(
    '%s asks for an unknown code, so that it is never true, turned round or not',
    (text) => {
      expect(evaluateAcs(compileAcs(text), subjectWith())).toBe(false);
      expect(compileAcs(text).problems).toMatchObject([{ severity: 'error' }]);
    },
  );

  it.each([
    ...['PV[banned]', 'ID[abc]', 'ID', 'GM', 'GM1', 'AS', 'AS[1,x]', 'NN', 'WD', 'TT', 'TM', 'SE'],
    ...['EC7', 'EC', 'EC[0]', 'AR', 'AR0', 'AR3', 'AR[x]', 'AF3', 'AF[x]', 'NC[1,2]', 'TW[x]'],
  ])(
    '%s has an argument that it cannot take, so that it is never true, turned round or not',
    (code) => {
      for (const text of [code, `!${code}`, `!(${code} & NN1)`, `AR1 & !(NN9 | ${code})`]) {
        expect([text, evaluateAcs(compileAcs(text), subjectWith())]).toEqual([text, false]);
      }
      expect(compileAcs(`!${code}`).problems).toMatchObject([{ severity: 'warning' }]);
      const steps = explainAcs(compileAcs(code), subjectWith());
      expect(steps[0]?.reason).toContain('never true');
    },
  );

  it.each(['TW', 'NC', 'AF', 'SC1', 'SC[x]'])(
    '%s means something to ENiGMA½, so that ! turns it round',
    (code) => {
      const subject = subjectWith({ secure: true, user: userWith() });
      expect(evaluateAcs(compileAcs(code), subject)).toBe(true);
      expect(evaluateAcs(compileAcs(`!${code}`), subject)).toBe(false);
      expect(evaluateAcs(compileAcs('!SC1'), subjectWith({ secure: false }))).toBe(true);
    },
  );

  it('a mixture that other boards read otherwise is told with both readings', () => {
    const told = (text: string) => compileAcs(text).problems.map((problem) => problem.text);
    expect(told('NC99 & SC | GM[users]')).toEqual([
      "'&' and '|' are mixed: here it means (NC99 & SC) | GM[users], and to ENiGMA½ NC99 & (SC | GM[users]): write the one that is meant",
    ]);
    expect(told('SC | NC1 & AF1')[0]).toContain('SC | (NC1 & AF1): parentheses make that plain');
    expect(told('(SC & NC1) | AF1')).toEqual([]);
    expect(told('SC & !(NC1 | AF1) & ID1 | AF2')[0]).toContain(
      'to ENiGMA½ SC & (!(NC1 | AF1) & (ID1 | AF2))',
    );
  });

  it('is an unknown code', () => {
    const unknown = compileAcs('SC & XX');
    expect(unknown.problems).toMatchObject([{ severity: 'error', column: 6 }]);
    expect(evaluateAcs(unknown, subjectWith({ secure: true }))).toBe(false);
  });

  it('names the nearest code', () => {
    expect(compileAcs('GN[users]').problems[0]?.nearest).toBe('GM');
  });

  it.each([
    ['GM1', 'list in square brackets'],
    ['PV[sex]', 'name and a value'],
    ['NC', 'counts as NC0'],
    ['NC[1,2]', 'one number'],
    ['AR', 'needs a digit'],
    ['AR[x]', 'needs a digit'],
    ['AS[x]', 'list of numbers'],
    ['SC1', 'takes no argument'],
    ['ML5', 'cannot know'],
    ['SC & AR2 | LC', 'mixed'],
  ])('is a warning for %s: %s', (text, part) => {
    const [problem] = compileAcs(text).problems;
    expect(problem).toMatchObject({ severity: 'warning' });
    expect(problem?.text).toContain(part);
  });
});

describe('an explanation', () => {
  it('tells of every part what it asks and what it found', () => {
    const subject = subjectWith({ factor: 1, requiredFactor: 2, user: userWith() });
    const steps = explainAcs(compileAcs('AR2 & !(AF2 | SC)'), subject);
    expect(
      steps.map(({ depth, text, result }) => `${'  '.repeat(depth)}${text} ${result}`),
    ).toEqual([
      'all of true',
      '  AR2 true',
      '  not true',
      '    any of false',
      '      AF2 false',
      '      SC false',
    ]);
    expect(steps[1]?.reason).toContain('needs factor 2');
    expect(steps[5]?.reason).toContain('not secure');
  });

  it('says why a string that cannot be read is never true', () => {
    const [step] = explainAcs(compileAcs('AR2 &'), subjectWith());
    expect(step).toMatchObject({ result: false });
    expect(step?.reason).toContain('ends where a code belongs');
  });
});

describe('evaluation', () => {
  const properties: Record<string, string> = { birthdate: '1980-01-02', sex: 'F' };
  const subject = subjectWith({ factor: 1, user: userWith({ properties }) });

  /** Bytes of heap that one evaluation costs. */
  function bytesPerEvaluation(text: string): number {
    const acs = compileAcs(text);
    for (let round = 0; round < 20_000; round++) evaluateAcs(acs, subject);
    const before = process.memoryUsage().heapUsed;
    let hits = 0;
    for (let round = 0; round < 100_000; round++) if (evaluateAcs(acs, subject)) hits++;
    expect(hits).toBe(100_000);
    return (process.memoryUsage().heapUsed - before) / 100_000;
  }

  it('allocates nothing', () => {
    const text =
      'GM[sysops,users] & PV[sex,F] & NN3 & TW80 & !(TT[xterm] | TM[x] | SE[gopher] | ID[1,2])';
    expect(bytesPerEvaluation(text)).toBeLessThan(8);
  });

  it('keeps one Date for codes about time; the engine boxes what the clock says', () => {
    expect(bytesPerEvaluation('WD3 & MM1 & AG18')).toBeLessThan(100);
  });
});
