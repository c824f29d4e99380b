import type { Command } from 'commander';
import { byPlace, formatProblem } from '../config/problems';
import { groupWarnings } from '../config/warning-kinds';
import { checkMenus, describeFinding } from '../proof/check';
import { flowFindings } from '../proof/flow-findings';
import { proveFlow, type FlowReport } from '../proof/flow-proof';
import type { Finding } from '../menu/load/menu-entry';
import { weigh } from '../proof/severity';
import { boardRegistries, findConfigFindings, findThemeFindings } from '../modules/board-check';
import { findUnknownMenuGroups } from '../readiness/unknown-groups';
import { loadBoardParts } from './board-menus';
import type { CommandContext } from './command-context';
import { storedGroups } from './stored-groups';

const HELP = `
Errors are what keeps the board from starting: no first menu, no way to sign
in; and ways past the second factor, and a form or prompt that a misspelt key
loses, of which a start warns. Exit code 1 when there is one. Names that
are nowhere, art that is missing, forms that nothing submits and broken
conditions are warnings that say what happens instead, so that a board from
elsewhere opens; so is a screen before the sign-in where callers are turned
away. --strict makes them errors, for boards that you write. The
proof goes through every state of a caller that the conditions can tell apart,
and shows that the menus alone let nobody past the factor that the account
asks for. The board holds that in any case; a menu file that relies on it is a
mistake all the same.`;

/** `menu check`. */
export function addMenuCheck(menu: Command, context: CommandContext): void {
  menu
    .command('check')
    .description('say all that is wrong with menus and art, and prove the flow')
    .addHelpText('after', HELP)
    .option('--all', 'each finding with its place, not one line for each kind')
    .option('--strict', 'mistakes are errors, though the board would start')
    .action((options: CheckFlags) => check(context, options));
}

interface CheckFlags {
  readonly all?: true;
  readonly strict?: true;
}

async function check(context: CommandContext, { all, strict }: CheckFlags): Promise<void> {
  const parts = await loadBoardParts(context);
  const registries = await boardRegistries(parts);
  const report = proveFlow(parts.menus, registries);
  const found = [
    // The flow is proved once, and reported in full below.
    ...checkMenus(parts.menus, registries, { bypass: 'error', flow: false }),
    ...flowFindings(report, 'error'),
    ...findConfigFindings(parts),
    ...(await findThemeFindings(parts, registries)),
    ...(await findUnknownMenuGroups(parts.menus, {
      config: parts.config,
      stored: () => storedGroups(context),
    })),
  ].sort(byPlace);
  const findings = weigh(found, { strict, isCheck: true });
  const count = (severity: Finding['severity']): number =>
    findings.filter((finding) => finding.severity === severity).length;
  const errors = count('error');
  const lines = [
    ...linesOf(findings, 'error', all === true),
    ...linesOf(findings, 'warning', all === true),
  ];
  const more = lines.length < findings.length ? ' (--all: each with its place)' : '';
  const summary = `${parts.menus.menus.size} menus: ${plural(errors, 'error')}, ${plural(count('warning'), 'warning')}${more}`;
  context.show([...lines, summary, ...proofLines(report)], {
    ok: errors === 0,
    menus: parts.menus.menus.size,
    findings,
    proof: {
      proven: report.proven,
      states: report.states,
      variables: report.variables,
      undecided: report.undecided,
    },
  });
  if (errors > 0) context.exitCode = 1;
}

function linesOf(
  findings: readonly Finding[],
  severity: Finding['severity'],
  all: boolean,
): readonly string[] {
  const told = findings.filter((finding) => finding.severity === severity);
  const problems = told.map((finding) => ({
    ...{ place: finding.place, kind: finding.rule },
    message: `${severity}: ${describeFinding(finding)}`,
  }));
  return groupWarnings(problems, formatProblem, { all });
}

function proofLines(report: FlowReport): readonly string[] {
  const { proven, states, variables, undecided } = report;
  const by = variables.length === 0 ? '' : `, told apart by ${variables.join(', ')}`;
  const verdict = proven
    ? 'nobody gets past the factor that the account asks for'
    : 'callers who are not through get to menus where they are turned away (see above)';
  return [
    `flow: ${verdict}; ${plural(states, 'caller state')}${by}`,
    ...(undecided.length === 0
      ? []
      : [`flow: taken to go either way, being too many to try: ${undecided.join(', ')}`]),
  ];
}

function plural(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`;
}
