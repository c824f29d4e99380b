import type { Command } from 'commander';
import { ENTRY_CODE_MINUTES } from '../auth/entry-code';
import { BbsError } from '../base/errors';
import { isFactorDemanded } from '../menu/run/owed-factor';
import { remedyFor, secureWayTo } from '../mail/links';
import { nameInCommand } from '../store/user-name';
import { getAccount } from './account';
import { ACTOR, type CommandContext } from './command-context';
import { formatLabels } from './table';
import { sheetData, sheetText } from './user-info';

/** `user entry-code` and `user sheet`. */
export function addUserCodes(user: Command, context: CommandContext): void {
  user
    .command('entry-code')
    .description('make a code for an owner who has lost phone and backup codes')
    .argument('<user>')
    .option('--for <time>', 'how long it is good: 15m, 2h, 1d at most', '15m')
    .addHelpText('after', ENTRY_HELP)
    .action((name: string, options: { for: string }) => makeEntryCode(context, name, options.for));
  user
    .command('sheet')
    .description('the sheet of codes for lines without a password; never a code of it')
    .argument('<user>')
    .option('--revoke', 'throw it away: none of its codes signs in any more')
    .action((name: string, options: { revoke?: boolean }) => keepSheet(context, name, options));
}

async function keepSheet(
  context: CommandContext,
  name: string,
  { revoke = false }: { readonly revoke?: boolean },
): Promise<void> {
  const user = await getAccount(context, name);
  const { sheets } = await context.backend();
  const sheet = await sheets.status(user.id);
  if (!revoke) {
    context.show(formatLabels(17, [['Code sheet', sheetText(sheet)]]), {
      user: user.name,
      sheet: sheetData(sheet),
    });
    return;
  }
  if (!(await sheets.remove(user.id, ACTOR)))
    throw new BbsError('USER_INVALID', `"${user.name}" has no sheet of codes`);
  context.show([`The sheet of ${user.name} is void.`], { user: user.name, sheet: null });
}

const ENTRY_HELP = `
With the password, over a secure line, it signs in once in place of a one-time
code, and leads to the set-up of a new second factor and nowhere else. Be sure
whom you tell it: call the owner back, do not answer a mail. The owner is mailed
that it was made. A change of password, address or factor ends it.`;

async function makeEntryCode(context: CommandContext, name: string, time: string): Promise<void> {
  const minutes = entryMinutes(time);
  const user = await getAccount(context, name);
  if (secureWayTo(await context.listening()) === undefined) {
    const remedy = remedyFor('secure-login');
    throw new BbsError(
      'PREREQUISITE_MISSING',
      `an entry code needs a secure way to call. Remedy: ${remedy}`,
    );
  }
  const { entryCodes } = await context.backend();
  const made = await entryCodes.make(user.id, { minutes, actor: ACTOR });
  if (made.kind === 'no-factor') {
    const { required } = (await context.config()).users.twoFactorAuth;
    if (isFactorDemanded(user, { required, nowMs: context.clock.nowMs() }))
      throw new BbsError('USER_INVALID', leadsToSetUp(user.name));
  }
  if (made.kind !== 'made') throw new BbsError('USER_INVALID', NO_ENTRY[made.kind](user.name));
  if (!made.isMailed)
    context.note(
      `"${user.name}" was not told by mail: there is no address, or too many mails went there`,
    );
  const lines = formatLabels(17, [
    ['Entry code for', user.name],
    ['Entry code', made.code],
    ['Good for', minutes === 1 ? 'one minute' : `${minutes} minutes`],
  ]);
  context.show(lines, { user: user.name, code: made.code, minutes, mailed: made.isMailed });
}

/** Nothing that a code could stand for: the set-up asks for none. */
function leadsToSetUp(name: string): string {
  return `"${name}" has no second factor, and users.twoFactorAuth.required asks for one: over a secure line the password leads to its set-up, and after the grace to nothing else`;
}

const NO_ENTRY = {
  'no-factor': (name: string) => `"${name}" has no second factor: the password signs in`,
  'factor-locked': (name: string) =>
    `the second factor of "${name}" is locked after too many wrong codes, so no code is looked at; bind a new one: oputil user 2fa-otp ${nameInCommand(name)} google`,
  'not-active': (name: string) =>
    `"${name}" is not active; first: oputil user activate ${nameInCommand(name)}`,
} as const;

const UNIT_MINUTES: Readonly<Record<string, number>> = { m: 1, h: 60, d: 1440 };

function entryMinutes(time: string): number {
  const [, count = '', unit = ''] = /^(\d{1,4})([mhd])$/.exec(time) ?? [];
  const minutes = Number(count) * (UNIT_MINUTES[unit] ?? 0);
  const { least, most } = ENTRY_CODE_MINUTES;
  if (minutes >= least && minutes <= most) return minutes;
  throw new BbsError('USAGE', `--for is a time from 1m to 24h, like 15m or 2h, not '${time}'`);
}
