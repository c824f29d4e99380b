import type { Command } from 'commander';
import { withLimit } from '../base/clock';
import { toError } from '../base/errors';
import { formatProblem } from '../config/problems';
import { groupWarnings } from '../config/warning-kinds';
import type { Config } from '../config/schema';
import { SmtpTransport } from '../mail/transport';
import { findBoardFindings } from './board-menus';
import type { CommandContext } from './command-context';
import { findBoardGaps } from '../readiness/board-gaps';
import { addressesOf } from '../modules/destinations';
import { dial } from '../onward/connect';
import { describeFinding } from '../proof/check';
import { advice, type Gap, missing } from '../readiness/config-gaps';

const HELP = `
Nothing is changed. Exit code 1 when something is missing; advice alone is 0.`;

/** `oputil doctor`: what a board lacks for the public. */
export function addDoctorCommand(program: Command, context: CommandContext): void {
  program
    .command('doctor')
    .description('say what is still missing for a public board')
    .addHelpText('after', HELP)
    .action(() => examine(context));
}

async function examine(context: CommandContext): Promise<void> {
  const board = await context.board();
  const { config, warnings } = await context.loadedConfig();
  const gaps: Gap[] = [
    ...(await findBoardGaps(config, {
      ...{ board, nowMs: context.clock.nowMs(), listening: await context.listening() },
      backend: () => context.backend(),
    })),
    ...(await mailServerGaps(context, config)),
    ...(await menuGaps(context)),
    ...(await destinationGaps(context, config)),
    ...groupWarnings(warnings, formatProblem).map((text): Gap => ({ weight: 'advice', text })),
  ];
  const running = await context.running();
  const needed = gaps.filter(({ weight }) => weight === 'missing');
  const advised = gaps.filter(({ weight }) => weight === 'advice');
  context.show(
    [
      `Board  ${board.boardDir}`,
      `Data   ${board.dataDir}`,
      `Server ${running === undefined ? 'not running' : `running, process ${running.pid ?? 'unknown'}`}`,
      ...section('Missing for a public board:', needed),
      ...section('Advice:', advised),
      ...(needed.length === 0 ? ['', 'Nothing is missing.'] : []),
    ],
    { ready: needed.length === 0, running: running !== undefined, gaps },
  );
  if (needed.length > 0) context.exitCode = 1;
}

function section(title: string, gaps: readonly Gap[]): readonly string[] {
  if (gaps.length === 0) return [];
  return ['', title, ...gaps.flatMap(({ text }) => wrap(text))];
}

/** Wraps one list item at 80 columns; longer words are not broken. */
function wrap(text: string): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined) lines.push(`  - ${word}`);
    else if (last.length + word.length < 80) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`    ${word}`);
  }
  return lines;
}

/** Time limit of the check of one destination. */
const DESTINATION_LIMIT_MS = 3_000;

/** Boards that callers are handed on to and that do not take a connection now. */
async function destinationGaps(
  { clock, random }: CommandContext,
  { destinations }: Config,
): Promise<readonly Gap[]> {
  const { signal } = new AbortController();
  const dialling = Object.entries(destinations).flatMap(([key, destination]) =>
    addressesOf(destination).map(async ({ host, port }): Promise<readonly Gap[]> => {
      try {
        const limits = { clock, random, signal, limitMs: DESTINATION_LIMIT_MS };
        (await dial({ host, port }, limits)).destroy();
        return [];
      } catch (error) {
        const why = toError(error).message;
        return [advice(`destinations.${key} at ${host}:${port} does not answer: ${why}`)];
      }
    }),
  );
  return (await Promise.all(dialling)).flat();
}

/** Time limit of the check of the mail server; `mail test` waits longer. */
const MAIL_LIMIT_MS = 10_000;

async function mailServerGaps(context: CommandContext, { email }: Config): Promise<readonly Gap[]> {
  if (email.transport === null) return [];
  try {
    const checking = new SmtpTransport(email.transport).check();
    await withLimit(context.clock, checking, { limitMs: MAIL_LIMIT_MS, what: 'the mail server' });
    return [];
  } catch (error) {
    const why = toError(error).message;
    return [{ weight: 'missing', text: `no mail can be sent: ${why}: oputil mail test ADDRESS` }];
  }
}

async function menuGaps(context: CommandContext): Promise<readonly Gap[]> {
  const findings = await findBoardFindings(context);
  const asking = findings.filter(({ rule }) => rule === 'asks-password');
  const gaps = asking.map((finding) => missing(describeFinding(finding)));
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  if (errors === 0) return gaps;
  const count = errors === 1 ? '1 error' : `${errors} errors`;
  return [...gaps, missing(`the menus have ${count}: oputil menu check`)];
}
