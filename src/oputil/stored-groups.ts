import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SYSOP_GROUPS } from '../auth/account-rules';
import { databasePlace, mayHaveDatabase } from '../backend';
import { BbsError } from '../base/errors';
import { SILENCE } from '../base/log';
import { readDatabase } from '../store/database';
import { listGroups } from '../store/users';
import type { CommandContext } from './command-context';

/**
 * The groups of all accounts; before the first start those that it gives the sysop. A database of an older version
 * stays as it is. Throws where it cannot be read, or is still to come from the folder of an ENiGMA½ board.
 */
export async function storedGroups(context: CommandContext): Promise<readonly string[]> {
  const board = await context.board();
  const place = databasePlace(board, await context.config());
  if (mayHaveDatabase(place)) return readDatabase({ ...place, log: SILENCE }, listGroups);
  if (existsSync(join(board.boardDir, 'db', 'user.sqlite3')))
    throw new BbsError('DATABASE_UNAVAILABLE', 'the accounts of this board are not adopted yet');
  return SYSOP_GROUPS;
}
