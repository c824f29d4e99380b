import type { Command } from 'commander';
import { BbsError } from '../base/errors';
import { listAudit, type AuditRow } from '../store/audit';
import { findUser, findUserByName } from '../store/users';
import { getAccount, minuteOf } from './account';
import { type CommandContext, wholeNumber } from './command-context';

interface AuditOptions {
  readonly user?: string;
  readonly since?: string;
  readonly before?: number;
  readonly limit: number;
}

const HELP = `
The newest come last. Times are UTC. Rows are never changed and outlive their
account; a name that no account has is not written down (somebody may have
typed a password there).`;

/** `oputil audit`: who signed in, who failed, who changed what. */
export function addAuditCommand(program: Command, context: CommandContext): void {
  program
    .command('audit')
    .description('what happened at sign-in and to accounts')
    .option('--user <user>', 'of one account (or #ID of one that is gone)')
    .option('--since <time>', 'from then on: 2026-01-31, or with T18:30')
    .option('--before <id>', 'only rows before this one, for paging', wholeNumber(1, 999_999_999))
    .option('--limit <n>', 'at most so many', wholeNumber(1, 10_000), 40)
    .addHelpText('after', HELP)
    .action((options: AuditOptions) => showAudit(context, options));
}

async function showAudit(context: CommandContext, options: AuditOptions): Promise<void> {
  const { limit, user, since, before } = options;
  const query = {
    limit,
    ...(user === undefined ? {} : { userId: await accountId(context, user) }),
    ...(since === undefined ? {} : { sinceMs: momentOf(since) }),
    ...(before === undefined ? {} : { beforeId: before }),
  };
  const rows = [...(await context.read((sql) => listAudit(sql, query)))].reverse();
  const names = await namesOf(context, rows);
  const table = context.table(
    [
      { title: 'Time (UTC)' },
      { title: 'Who', most: 14 },
      { title: 'What', most: 28 },
      { title: 'From', most: 16 },
    ],
    rows.map((row) => [
      minuteOf(row.atMs),
      nameOf(row, names),
      whatOf(row),
      `${row.server} ${row.source}`.trim(),
    ]),
  );
  context.show(
    rows.length === 0 ? ['nothing'] : table,
    rows.map((row) => dataOf(row, names)),
  );
}

async function accountId(context: CommandContext, user: string): Promise<number> {
  const id = /^#(\d{1,9})$/.exec(user)?.[1];
  if (id === undefined) return (await getAccount(context, user)).id;
  // An account may have such a name, and takes precedence over the number.
  const named = await context.read((sql) => findUserByName(sql, user));
  return named?.id ?? Number(id);
}

function momentOf(text: string): number {
  const isDate = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?Z?)?$/.test(text);
  const ms = Date.parse(/T.*[^Z]$/.test(text) ? `${text}Z` : text);
  if (isDate && !Number.isNaN(ms)) return ms;
  throw new BbsError(
    'USAGE',
    `--since is a date like 2026-01-31 or 2026-01-31T18:30, not '${text}'`,
  );
}

async function namesOf(
  context: CommandContext,
  rows: readonly AuditRow[],
): Promise<ReadonlyMap<number, string>> {
  const ids = new Set(rows.flatMap(({ userId }) => userId ?? []));
  const names = new Map<number, string>();
  for (const id of ids) {
    const user = await context.read((sql) => findUser(sql, id));
    if (user !== undefined) names.set(id, user.name);
  }
  return names;
}

function nameOf(row: AuditRow, names: ReadonlyMap<number, string>): string {
  if (row.userId === undefined) return '-';
  return names.get(row.userId) ?? `#${row.userId}`;
}

/** `password rejected: wait`; a result of `done` is left out. */
function whatOf({ kind, result, reason }: AuditRow): string {
  const verdict = result === 'done' ? kind : `${kind} ${result}`;
  return reason === '' ? verdict : `${verdict}: ${reason}`;
}

function dataOf(
  row: AuditRow,
  names: ReadonlyMap<number, string>,
): Readonly<Record<string, unknown>> {
  const { id, atMs, node, server, source, userId, factor, kind, result, reason } = row;
  return {
    ...{ id, at: new Date(atMs).toISOString(), kind, result, reason, factor },
    ...{ userId: userId ?? null, user: names.get(userId ?? 0) ?? null, node, server, source },
  };
}
