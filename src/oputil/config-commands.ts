import type { Command } from 'commander';
import { BbsError } from '../base/errors';
import { nearestName } from '../base/nearest';
import { isPemText } from '../base/pem-source';
import { listConfigSections } from '../config/config-keys';
import { formatProblem, throwProblems, type Problem } from '../config/problems';
import { isSecretName } from '../config/secret-names';
import { groupWarnings } from '../config/warning-kinds';
import {
  boardRegistries,
  findConfigFindings,
  findPolicyProblems,
  findThemeFindings,
} from '../modules/board-check';
import type { Finding } from '../menu/load/menu-entry';
import { describeFinding } from '../proof/check';
import { weigh } from '../proof/severity';
import { checkBoardFiles, checkTemplates } from '../readiness/board-files';
import { findUnknownGroups } from '../readiness/unknown-groups';
import { loadBoardParts } from './board-menus';
import type { CommandContext } from './command-context';
import { storedGroups } from './stored-groups';

const HELP = `
A new board with a config.hjson of its own: sallyport init DIR. Every key,
with its default: docs/config.md. A running board takes over a change within a
second of its save, and a broken one not at all.`;

/** `config check` and `config cat`. */
export function addConfigCommands(program: Command, context: CommandContext): void {
  const config = program.command('config').description('the configuration');
  config.addHelpText('after', HELP);
  config
    .command('check')
    .description('read it and say what is wrong with it, themes, certificate and keys')
    .option('--all', 'each warning with its place, not one line for each kind')
    .action((options: { readonly all?: true }) => check(context, options.all === true));
  config
    .command('cat')
    .description('print what is in force: the file, its includes and the defaults')
    .argument('[key]', 'only this part, e.g. loginServers.ssh')
    .action((key?: string) => print(context, key));
}

const asProblem = (finding: Finding): Problem => ({
  place: finding.place,
  message: describeFinding(finding),
  kind: finding.rule,
});

async function check(context: CommandContext, all: boolean): Promise<void> {
  const board = await context.board();
  const { config, placeOf, warnings: odd, files } = await context.loadedConfig();
  const parts = await loadBoardParts(context);
  const registries = await boardRegistries(parts);
  const themes = weigh([
    ...findConfigFindings(parts),
    ...(await findThemeFindings(parts, registries)),
  ]).map(asProblem);
  throwProblems('CONFIG_INVALID', findPolicyProblems(parts).map(asProblem));
  const { clock } = context;
  const warnings = [
    ...odd,
    ...themes,
    ...(await checkBoardFiles({ board, config, placeOf, clock, env: context.io.env })),
    ...(await checkTemplates({ board, config, placeOf })),
    ...(await findUnknownGroups({ config, placeOf, stored: () => storedGroups(context) })),
  ];
  const lines = groupWarnings(warnings, formatProblem, { all }).map((line) => `warning: ${line}`);
  const count = warnings.length === 1 ? '1 warning' : `${warnings.length} warnings`;
  const more = lines.length < warnings.length ? ' (--all: each with its place)' : '';
  context.show(
    [...lines, `${board.configFile}: fine${warnings.length === 0 ? '' : `, ${count}${more}`}`],
    {
      file: board.configFile,
      files,
      warnings: warnings.map(({ place, message }) => ({ ...place, message })),
    },
  );
}

/** Prints the configuration in force, without passwords. */
async function print(context: CommandContext, key: string | undefined): Promise<void> {
  const config = withoutSecrets(await context.config(), '');
  const part = key === undefined ? config : findPart(config, key);
  context.show(JSON.stringify(part, undefined, 2), part);
}

function withoutSecrets(value: unknown, name: string): unknown {
  if (typeof value === 'string' && (isSecretName(name) || isPemText(value)))
    return value === '' ? value : '(not shown)';
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item, name));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [key, withoutSecrets(child, key)]),
  );
}

function findPart(config: unknown, key: string): unknown {
  let part = config;
  for (const name of key.split('.')) {
    const isBlock = typeof part === 'object' && part !== null && Object.hasOwn(part, name);
    if (!isBlock) throw unknownKey(key);
    part = (part as Readonly<Record<string, unknown>>)[name];
  }
  return part;
}

function unknownKey(key: string): BbsError {
  const sections = listConfigSections();
  const names = sections.flatMap(({ path, keys }) => [path, ...keys.map((each) => each.path)]);
  const nearest = nearestName(key, names);
  const hint = nearest === undefined ? 'docs/config.md lists all' : `did you mean '${nearest}'?`;
  return new BbsError('USAGE', `the configuration has no key '${key}'; ${hint}`);
}
