import type { Command } from 'commander';
import { INVITE_LIMITS } from '../auth/invites';
import { BbsError } from '../base/errors';
import { minuteOf } from './account';
import { type CommandContext, wholeNumber } from './command-context';
import { formatLabels } from './table';

const HELP = `
On a board with users.inviteOnly, an application begins with such a code. It is
shown once, here, and stored as a hash. Who came by which invite is in the
audit ("invite 3").`;

/** `invite make`, `invite list` and `invite revoke`. */
export function addInviteCommands(program: Command, context: CommandContext): void {
  const { uses, days } = INVITE_LIMITS;
  const invite = program.command('invite').description('codes by which people may apply');
  invite.addHelpText('after', HELP);
  invite
    .command('make')
    .description('make a code')
    .option('--uses <count>', 'accounts that may be made with it', wholeNumber(1, uses), 1)
    .option('--days <count>', 'how long it is good', wholeNumber(1, days), 14)
    .option('--note <text>', 'whom it is for')
    .action((asked: Asked) => make(context, asked));
  invite
    .command('list')
    .description('those that are still good; never a code')
    .action(() => list(context));
  invite
    .command('revoke')
    .alias('rm')
    .description('end one by its number')
    .argument('<number>', 'of `invite list`', wholeNumber(1, 999_999_999))
    .action((id: number) => revoke(context, id));
}

interface Asked {
  readonly uses: number;
  readonly days: number;
  readonly note?: string;
}

async function make(context: CommandContext, asked: Asked): Promise<void> {
  const { uses, days, note = '' } = asked;
  if (note.length > INVITE_LIMITS.note) {
    throw new BbsError('USAGE', `--note has at most ${INVITE_LIMITS.note} characters`);
  }
  const { invites } = await context.backend();
  const { users } = await context.config();
  const { id, code } = await invites.make({ uses, days, note });
  if (!users.inviteOnly) {
    context.note('anybody may apply here: users.inviteOnly is false');
  }
  const accounts = uses === 1 ? 'one account' : `${uses} accounts`;
  const lines = formatLabels(9, [
    ['Invite', String(id)],
    ['Code', code],
    ['Good for', `${accounts}, ${days === 1 ? 'one day' : `${days} days`}`],
  ]);
  context.show(lines, { id, code, uses, days, note });
}

async function list(context: CommandContext): Promise<void> {
  const invites = await (await context.backend()).invites.list();
  const rows = invites.map(({ id, note, usesLeft, createdAtMs, expiresAtMs }) => {
    return { id, note, usesLeft, made: minuteOf(createdAtMs), until: minuteOf(expiresAtMs) };
  });
  const table = context.table(
    [
      { title: 'No.', align: 'right' },
      { title: 'Made (UTC)' },
      { title: 'Until (UTC)' },
      { title: 'Uses left', align: 'right' },
      { title: 'Note' },
    ],
    rows.map(({ id, made, until, usesLeft, note }) => [
      String(id),
      made,
      until,
      String(usesLeft),
      note,
    ]),
  );
  context.show(rows.length === 0 ? ['no invites'] : table, rows);
}

async function revoke(context: CommandContext, id: number): Promise<void> {
  const { invites } = await context.backend();
  if (!(await invites.revoke(id))) {
    throw new BbsError('USER_INVALID', `there is no invite ${id}; see 'oputil invite list'`);
  }
  context.show([`Invite ${id} is ended`], { revoked: id });
}
