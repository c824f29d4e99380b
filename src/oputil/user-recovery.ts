import type { Command } from 'commander';
import { BbsError } from '../base/errors';
import { findUser } from '../store/users';
import { getAccount, minuteOf } from './account';
import { ACTOR, type CommandContext } from './command-context';
import type { Column } from './table';

const COLUMNS: readonly Column[] = [
  { title: 'Username' },
  { title: 'Began (UTC)' },
  { title: 'Over (UTC)' },
];

/** `user recoveries` and `user stop-recovery`: second factors that are replaced by a mailed link. */
export function addUserRecovery(user: Command, context: CommandContext): void {
  user
    .command('recoveries')
    .description('lost second factors whose waiting time runs or is over')
    .action(() => listWaiting(context));
  user
    .command('stop-recovery')
    .description('stop the waiting time of a lost second factor; the owner is told')
    .argument('<user>')
    .action((name: string) => stop(context, name));
}

async function listWaiting(context: CommandContext): Promise<void> {
  const { recovery, db } = await context.backend();
  const waiting = await Promise.all(
    (await recovery.list()).map(async ({ userId, startedAtMs, endsAtMs }) => {
      const user = await db.run((sql) => findUser(sql, userId));
      return { name: user?.name ?? '', startedAtMs, endsAtMs };
    }),
  );
  const rows = waiting.map(({ name, startedAtMs, endsAtMs }) => [
    name,
    minuteOf(startedAtMs),
    minuteOf(endsAtMs),
  ]);
  const data = waiting.map(({ name, startedAtMs, endsAtMs }) => ({
    user: name,
    began: new Date(startedAtMs).toISOString(),
    over: new Date(endsAtMs).toISOString(),
  }));
  context.show(rows.length === 0 ? ['nothing waits'] : context.table(COLUMNS, rows), data);
}

async function stop(context: CommandContext, name: string): Promise<void> {
  const user = await getAccount(context, name);
  const { recovery } = await context.backend();
  if (!(await recovery.stop(user.id, ACTOR)))
    throw new BbsError('USER_INVALID', `no waiting time runs for "${user.name}"`);
  context.show(`The second factor of ${user.name} stays as it is`, { user: user.name });
}
