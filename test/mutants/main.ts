import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { runCommand, UsageError, Verdicts } from '../support/command';
import { quotedTests, readSecurityPage, rowOf } from '../support/security-rows';
import { MUTANTS } from './list';
import type { Mutant } from './mutant';
import { Workshop } from './workshop';

const USAGE =
  'usage: npm run test:mutants -- [--all] [--rule RULE ...] [--report FILE]\n' +
  '  --all     also the mutants whose tests are slow or need more than Node\n' +
  '  --rule    only the mutants of this rule of docs/security.md, slow or not';
const MOST_WORKSHOPS = 2;
/** Tests that take longer belong to `slow: true`. */
const SLOW_SECONDS = 10;

runCommand(USAGE, async () => {
  const { values } = parseArgs({
    options: {
      all: { type: 'boolean', default: false },
      rule: { type: 'string', multiple: true, default: [] },
      report: { type: 'string' },
    },
  });
  const chosen = choose(values.rule, values.all);
  const verdicts = new Verdicts();
  const waiting = [...chosen];
  const workshops = Math.min(MOST_WORKSHOPS, availableParallelism(), chosen.length);
  await Promise.all(Array.from({ length: workshops }, () => work(waiting, verdicts)));
  return verdicts.report(values.report);
});

function choose(rules: readonly string[], all: boolean): readonly Mutant[] {
  for (const rule of rules)
    if (!MUTANTS.some((mutant) => mutant.rule === rule))
      throw new UsageError(`there is no mutant of rule '${rule}'`);
  if (rules.length > 0) return MUTANTS.filter(({ rule }) => rules.includes(rule));
  return MUTANTS.filter(({ slow }) => all || slow !== true);
}

async function work(waiting: Mutant[], verdicts: Verdicts): Promise<void> {
  const page = readSecurityPage();
  const workshop = await Workshop.open();
  try {
    for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
      const name = `${mutant.rule}: ${mutant.fault}`;
      const tests = quotedTests(rowOf(page, mutant.rule)).filter(({ file }) => isJest(file));
      const outcome = await workshop.judge(mutant, tests);
      if (outcome.kind === 'killed') {
        const slow = outcome.seconds > SLOW_SECONDS && mutant.slow !== true ? ' (slow)' : '';
        console.log(`  killed    ${name}, ${outcome.seconds.toFixed(1)} s${slow}`);
        verdicts.note(name, []);
      } else {
        verdicts.note(name, [outcome.kind === 'void' ? outcome.why : 'its tests do not notice']);
      }
    }
  } finally {
    await workshop.close();
  }
}

/** Other files that the page names are commands of their own. */
function isJest(file: string): boolean {
  return file.endsWith('.test.ts');
}
