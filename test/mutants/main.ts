import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { runCommand, UsageError, Verdicts } from '../support/command';
import { quotedTests, readSecurityPage, rowOf, type QuotedTests } from '../support/security-rows';
import { findUncompilable } from './compile';
import { MUTANTS } from './list';
import type { Mutant } from './mutant';
import { Workshop, type Unbroken } from './workshop';

const USAGE =
  'usage: npm run test:mutants -- [--all] [--rule RULE ...] [--report FILE]\n' +
  '  --all     also the mutants whose tests are slow or need more than Node\n' +
  '  --rule    only the mutants of this rule of docs/security.md, slow or not';
const MAX_WORKSHOPS = 2;
/** Tests that take longer belong to `slow: true`. */
const SLOW_SECONDS = 10;
/** Tests there take long or need more than Node. */
const SLOW_TESTS = /^test\/(?:clients|faults|nodes|pg|programs|race)\//;

runCommand(USAGE, async () => {
  const { values } = parseArgs({
    options: {
      all: { type: 'boolean', default: false },
      rule: { type: 'string', multiple: true, default: [] },
      report: { type: 'string' },
    },
  });
  const chosen = choose(values.rule, values.all);
  const startedMs = performance.now();
  const verdicts = new Verdicts();
  const compiling = await noteUncompilable(chosen, verdicts);
  const workshops = await openWorkshops(compiling.length);
  try {
    const tookMs = await testUnbroken(workshops, compiling, verdicts);
    const waiting = [...compiling];
    await Promise.all(workshops.map((workshop) => work(workshop, { waiting, tookMs }, verdicts)));
  } finally {
    await Promise.all(workshops.map((workshop) => workshop.close()));
  }
  const seconds = Math.round((performance.now() - startedMs) / 1000);
  console.log(`${chosen.length} mutants of ${MUTANTS.length} in ${seconds} s`);
  return verdicts.report(values.report);
});

function choose(rules: readonly string[], all: boolean): readonly Mutant[] {
  for (const rule of rules)
    if (!MUTANTS.some((mutant) => mutant.rule === rule))
      throw new UsageError(`there is no mutant of rule '${rule}'`);
  if (rules.length > 0) return MUTANTS.filter(({ rule }) => rules.includes(rule));
  return MUTANTS.filter(({ slow }) => all || slow !== true);
}

/** Returns the others. */
async function noteUncompilable(
  mutants: readonly Mutant[],
  verdicts: Verdicts,
): Promise<readonly Mutant[]> {
  const found = await findUncompilable(mutants);
  for (const [mutant, error] of found)
    verdicts.note(nameOf(mutant), [`it does not compile: ${error}`]);
  return mutants.filter((mutant) => !found.has(mutant));
}

function openWorkshops(mutants: number): Promise<readonly Workshop[]> {
  const count = Math.min(MAX_WORKSHOPS, availableParallelism(), mutants);
  return Promise.all(Array.from({ length: count }, () => Workshop.open()));
}

/** Runs the tests of all mutants without any; returns how long each file takes. */
async function testUnbroken(
  workshops: readonly Workshop[],
  mutants: readonly Mutant[],
  verdicts: Verdicts,
): Promise<Unbroken['tookMs']> {
  const tests = mutants.flatMap(testsOf);
  const files = [...new Set(tests.map(({ file }) => file))];
  const parts = await Promise.all(
    workshops.map((workshop, at) => {
      const mine = files.filter((_, index) => index % workshops.length === at);
      return workshop.testUnbroken(tests.filter(({ file }) => mine.includes(file)));
    }),
  );
  // Alone, without the load of the other workshops: what fails then as well fails for itself.
  const failed = parts.flatMap(({ failing }) => failing);
  const doubtful = tests.filter(({ file }) => failed.some((name) => name.includes(file)));
  const [first] = workshops;
  const failing = (await first?.testUnbroken(doubtful))?.failing ?? failed;
  for (const test of failing) verdicts.note('source that nothing breaks', [test]);
  return new Map(parts.flatMap(({ tookMs }) => [...tookMs]));
}

async function work(
  workshop: Workshop,
  { waiting, tookMs }: { readonly waiting: Mutant[]; readonly tookMs: Unbroken['tookMs'] },
  verdicts: Verdicts,
): Promise<void> {
  for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
    const name = nameOf(mutant);
    const outcome = await workshop.judge(mutant, testsOf(mutant), tookMs);
    if (outcome.kind === 'killed') {
      const slow = outcome.seconds > SLOW_SECONDS && mutant.slow !== true ? ' (slow)' : '';
      console.log(`  killed    ${name}, ${outcome.seconds.toFixed(1)} s${slow}`);
      verdicts.note(name, []);
    } else {
      verdicts.note(name, [outcome.kind === 'void' ? outcome.why : 'its tests do not notice']);
    }
  }
}

/** Those of the rule's row that jest runs; of a mutant that is not slow, those that are not either. */
function testsOf({ rule, slow }: Mutant): readonly QuotedTests[] {
  return quotedTests(rowOf(readSecurityPage(), rule)).filter(
    ({ file }) => file.endsWith('.test.ts') && (slow === true || !SLOW_TESTS.test(file)),
  );
}

function nameOf({ rule, fault }: Mutant): string {
  return `${rule}: ${fault}`;
}
