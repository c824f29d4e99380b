import type { Command } from 'commander';
import type { CommandContext } from './command-context';
import { addUserAdding } from './user-add';
import { addUserChanges } from './user-change';
import { addUserFactor } from './user-factor';
import { addUserInfo } from './user-info';
import { addUserKeys } from './user-keys';
import { addTfsImport } from './user-tfs';

const EPILOGUE = `
User names are found whatever their letter case; quote those with spaces. A
password or secret on the command line can be seen by other users of this
machine and ends up in the shell's history: prefer --password-stdin.`;

/** `oputil user ...`: accounts and what belongs to them. */
export function addUserCommands(program: Command, context: CommandContext): void {
  const user = program.command('user').description('accounts, second factors, SSH keys');
  user.addHelpText('after', EPILOGUE);
  addUserAdding(user, context);
  addUserInfo(user, context);
  addUserChanges(user, context);
  addUserFactor(user, context);
  addUserKeys(user, context);
  addTfsImport(user, context);
}

/** `user group NAME -staff` removes a group: the dash, which would begin an option, becomes `~`. */
export function readGroupChanges(args: readonly string[]): readonly string[] {
  const verb = args.findIndex((word, index) => word === 'user' && args[index + 1] === 'group');
  if (verb < 0) return args;
  const isRemoval = (word: string): boolean => /^-[A-Za-z0-9_][A-Za-z0-9_-]+$/.test(word);
  return args.map((word, index) =>
    index > verb + 1 && isRemoval(word) ? `~${word.slice(1)}` : word,
  );
}
