import type { Command } from 'commander';
import { BbsError } from '../base/errors';
import { addAudit } from '../store/audit';
import { listOneliners, removeOneliner } from '../store/oneliners';
import { findUsers } from '../store/users';
import { minuteOf } from './account';
import { type CommandContext, wholeNumber } from './command-context';

const HELP = `
What callers wrote for all to read (module onelinerz). The newest 250 are kept.
A line that is removed is gone; a running board shows the list without it to
the next caller who looks.`;

/** `oneliner list` and `oneliner rm`. */
export function addOnelinerCommands(program: Command, context: CommandContext): void {
  const oneliner = program.command('oneliner').description('lines that callers wrote for all');
  oneliner.addHelpText('after', HELP);
  oneliner
    .command('list')
    .description('show them, the newest at the end')
    .option('--limit <n>', 'at most so many', wholeNumber(1, 250), 40)
    .action(({ limit }: { limit: number }) => list(context, limit));
  oneliner
    .command('rm')
    .alias('remove')
    .description('remove lines by their numbers')
    .argument('<number...>')
    .action((numbers: readonly string[]) => remove(context, numbers));
}

async function list(context: CommandContext, limit: number): Promise<void> {
  const lines = await context.read((sql) => listOneliners(sql, limit));
  const ids = [...new Set(lines.map(({ userId }) => userId))];
  const people = await context.read((sql) => findUsers(sql, ids));
  const names = new Map(people.map(({ id, name }) => [id, name]));
  const rows = lines.map(({ id, userId, text, writtenAtMs }) => {
    return { id, user: names.get(userId) ?? '', text, writtenAtMs };
  });
  const table = context.table(
    [{ title: 'No.' }, { title: 'Written (UTC)' }, { title: 'User' }, { title: 'Line' }],
    rows.map(({ id, user, text, writtenAtMs }) => [String(id), minuteOf(writtenAtMs), user, text]),
  );
  context.show(
    rows.length === 0 ? ['nobody has written a line'] : table,
    rows.map(({ writtenAtMs, ...row }) => ({ ...row, at: new Date(writtenAtMs).toISOString() })),
  );
}

async function remove(context: CommandContext, numbers: readonly string[]): Promise<void> {
  const ids = numbers.map((text) => {
    if (/^-?\d{1,9}$/.test(text)) return Number(text);
    throw new BbsError('USAGE', `'${text}' is no number of a line; see 'oputil oneliner list'`);
  });
  const { db } = await context.backend();
  const atMs = context.clock.nowMs();
  const removed = await db.transaction('board', async (sql) => {
    const texts: string[] = [];
    for (const id of new Set(ids)) {
      const line = await removeOneliner(sql, id);
      if (line === undefined)
        throw new BbsError(
          'USER_INVALID',
          `there is no line ${id}; nothing was removed: see 'oputil oneliner list'`,
        );
      texts.push(line.text);
      await addAudit(sql, {
        ...{ atMs, node: 0, server: 'oputil', source: '', userId: line.userId },
        ...{ factor: 0, kind: 'oneliner-removed', result: 'done', reason: String(id) },
      });
    }
    return texts;
  });
  context.show(
    removed.map((text) => `removed: ${text}`),
    { removed },
  );
}
