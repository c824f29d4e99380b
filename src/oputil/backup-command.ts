import { join, resolve } from 'node:path';
import { statSync } from 'node:fs';
import type { Command } from 'commander';
import { databaseFile } from '../backend';
import { BbsError } from '../base/errors';
import { backUpDatabase } from '../store/backup';
import type { CommandContext } from './command-context';

const HELP = `
The copy is one SQLite file, whole and checked, taken at one moment, also
while callers are on. To restore it: stop the board, put it in the place of
data/db/user.sqlite3, remove user.sqlite3-wal and -shm beside that, start the
board. Keep as well, in another place: data/keys/ (without sealing.json second
factors and backup codes of the copy are lost; the host key is what callers'
clients know) and config/, art/ and misc/ of the board. Logs and dropped mails
are in data/logs and data/mail.`;

/** `oputil backup`. */
export function addBackupCommand(program: Command, context: CommandContext): void {
  program
    .command('backup')
    .description('copy the database, while the board runs too')
    .argument('<file>', 'the copy; it must not be there yet')
    .addHelpText('after', HELP)
    .action((file: string) => backUp(context, file));
}

async function backUp(context: CommandContext, name: string): Promise<void> {
  const board = await context.board();
  const config = await context.config();
  const { database, security } = config;
  if (database.client === 'postgres') {
    throw new BbsError(
      'USAGE',
      'the database is on a PostgreSQL server: copy it with pg_dump, and keep data/keys/ as well',
    );
  }
  const { sealingKeyFile } = security;
  const target = resolve(name);
  await backUpDatabase({ file: databaseFile(board.dataDir), target, log: await context.log() });
  const { size } = statSync(target);
  const keys = keyPlace(context, board.dataDir, sealingKeyFile);
  context.show(
    [
      `Database copied to ${name} (${size} bytes)`,
      'Not in it, and needed for a restore. Keep these too, the keys in another place:',
      `  ${keys}   without it second factors and backup codes are lost`,
      `  ${join(board.dataDir, 'keys')}   the host key that callers' clients know`,
      `  ${join(board.boardDir, 'config')}, art and misc there, where you changed them`,
    ],
    { file: target, bytes: size, sealingKey: keys },
  );
}

function keyPlace(context: CommandContext, dataDir: string, configured: string): string {
  if ((context.io.env['SALLYPORT_SEALING_KEY'] ?? '') !== '') return 'SALLYPORT_SEALING_KEY';
  return configured === '' ? resolve(dataDir, 'keys', 'sealing.json') : configured;
}
