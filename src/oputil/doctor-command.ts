import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { withLimit } from '../base/clock';
import { BbsError, toError } from '../base/errors';
import { formatProblem } from '../config/problems';
import type { Config } from '../config/schema';
import { createSmtpTransport } from '../mail/transport';
import { databaseFile } from '../office';
import { hasFirstPassword } from '../store/passwords';
import { findUser, ROOT_ID, type User } from '../store/users';
import { findBoardFindings } from './board-menus';
import type { Desk } from './desk';
import { findOpenFiles } from './file-modes';
import { findLockedFactors } from './locked-factors';
import { findConfigGaps, type Gap } from '../readiness/public-gaps';

const HELP = `
Nothing is changed. Exit code 1 when something is missing; advice alone is 0.`;

/** `oputil doctor`: what a board still lacks before the world may call. */
export function addDoctorCommand(program: Command, desk: Desk): void {
  program
    .command('doctor')
    .description('say what is still missing for a public board')
    .addHelpText('after', HELP)
    .action(() => examine(desk));
}

async function examine(desk: Desk): Promise<void> {
  const board = await desk.board();
  const { config, warnings } = await desk.loadedConfig();
  const gaps: Gap[] = [
    ...findConfigGaps(config, {
      board,
      nowMs: desk.clock.nowMs(),
      listening: await desk.listening(),
    }),
    ...(await mailServerGaps(desk, config)),
    ...(await menuGaps(desk)),
    ...warnings.map((warning): Gap => ({ weight: 'advice', text: formatProblem(warning) })),
    ...modeGaps(board.dataDir),
    ...(await accountGaps(desk, board.dataDir)),
  ];
  const running = await desk.running();
  const needed = gaps.filter(({ weight }) => weight === 'missing');
  const advised = gaps.filter(({ weight }) => weight === 'advice');
  desk.show(
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
  if (needed.length > 0) desk.exitCode = 1;
}

function section(title: string, gaps: readonly Gap[]): readonly string[] {
  if (gaps.length === 0) return [];
  return ['', title, ...gaps.flatMap(({ text }) => wrap(text))];
}

/** A point of a list, 80 columns wide; words longer than that stay whole. */
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

/** A mail server that is not there answers by being late; `mail test` waits longer. */
const MAIL_LIMIT_MS = 10_000;

async function mailServerGaps(desk: Desk, { email }: Config): Promise<readonly Gap[]> {
  if (email.transport === null) return [];
  try {
    const checking = createSmtpTransport(email.transport).check();
    await withLimit(desk.clock, checking, { limitMs: MAIL_LIMIT_MS, what: 'the mail server' });
    return [];
  } catch (error) {
    const why = toError(error).message;
    return [{ weight: 'missing', text: `no mail can be sent: ${why}: oputil mail test ADDRESS` }];
  }
}

async function menuGaps(desk: Desk): Promise<readonly Gap[]> {
  const findings = await findBoardFindings(desk);
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  if (errors === 0) return [];
  const count = errors === 1 ? '1 error' : `${errors} errors`;
  return [{ weight: 'missing', text: `the menus have ${count}: oputil menu check` }];
}

const MOST_NAMED = 3;

function modeGaps(dataDir: string): readonly Gap[] {
  const open = findOpenFiles(dataDir);
  if (open.length === 0) return [];
  const named = open.slice(0, MOST_NAMED).join(', ');
  const more = open.length > MOST_NAMED ? ` and ${open.length - MOST_NAMED} more` : '';
  const text = `others on this machine can open ${named}${more}: chmod -R go= ${dataDir}`;
  return [{ weight: 'missing', text }];
}

async function accountGaps(desk: Desk, dataDir: string): Promise<readonly Gap[]> {
  if (!existsSync(databaseFile(dataDir))) {
    const text = 'the board has not been started yet: the first start makes accounts and keys';
    return [{ weight: 'missing', text }];
  }
  try {
    const sysop = await desk.read((sql) => findUser(sql, ROOT_ID));
    const about = sysop === undefined ? [noSysop()] : await sysopGaps(desk, sysop);
    return [...about, ...(await lockedGaps(desk))];
  } catch (error) {
    // What keeps the database shut is the finding; the others are worth reading all the same.
    if (!(error instanceof BbsError)) throw error;
    return [{ weight: 'missing', text: error.describe() }];
  }
}

async function lockedGaps(desk: Desk): Promise<readonly Gap[]> {
  const locked = [...(await findLockedFactors(desk))];
  if (locked.length === 0) return [];
  const users = await desk.read((sql) =>
    Promise.all(locked.slice(0, MOST_NAMED).map((id) => findUser(sql, id))),
  );
  const named = users.flatMap((user) => user?.name ?? []).join(', ');
  const more = locked.length > MOST_NAMED ? ` and ${locked.length - MOST_NAMED} more` : '';
  const text = `second factors locked after too many wrong codes: ${named}${more}; bind them again: oputil user 2fa-otp USER google`;
  return [{ weight: 'advice', text }];
}

function noSysop(): Gap {
  return { weight: 'missing', text: 'there is no sysop (account 1); start the board once' };
}

async function sysopGaps(desk: Desk, sysop: User): Promise<readonly Gap[]> {
  const gaps: Gap[] = [];
  if (await desk.read((sql) => hasFirstPassword(sql, sysop.id))) {
    const text = `${sysop.name} still has the password of the first start: oputil user pw ${sysop.name}`;
    gaps.push({ weight: 'missing', text });
  }
  if (sysop.secondFactor === undefined) {
    const text = `${sysop.name} has no second factor: oputil user 2fa-otp ${sysop.name} google`;
    gaps.push({ weight: 'advice', text });
  }
  if ((sysop.properties.get('email_address') ?? '') === '') {
    const text = `${sysop.name} has no mail address for a forgotten password: oputil user set ${sysop.name} --email ADDRESS`;
    gaps.push({ weight: 'advice', text });
  }
  return gaps;
}
