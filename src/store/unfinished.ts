import type { Sql } from './database';

/** What has to be done until it is done, however often the board is killed before. */
export type UnfinishedTask =
  /** Text that was deleted still stands in free pages and in the journal. */
  'purge';

export async function addUnfinished(sql: Sql, task: UnfinishedTask): Promise<void> {
  await sql('unfinished').insert({ task }).onConflict('task').ignore();
}

export async function isUnfinished(sql: Sql, task: UnfinishedTask): Promise<boolean> {
  return (await sql('unfinished').where({ task }).first('task')) !== undefined;
}

export async function markFinished(sql: Sql, task: UnfinishedTask): Promise<void> {
  await sql('unfinished').where({ task }).delete();
}
