import type { Command } from 'commander';
import { refuse } from '../auth/account-rules';
import { BbsError } from '../base/errors';
import { readMailAddress } from '../base/mail-address';
import { findUserByName, hasUsers, type User } from '../store/users';
import {
  accountData,
  changed,
  isSysopName,
  makeSysopFirst,
  noteSharedAddress,
  refusal,
} from './account';
import { ACTOR, type CommandContext } from './command-context';
import { takePassword, type NewPassword, type PasswordOptions } from './password-source';
import { formatLabels } from './table';

interface AddOptions extends PasswordOptions {
  readonly email?: string;
  readonly realName?: string;
  readonly group?: readonly string[];
}

/** `user add`. */
export function addUserAdding(user: Command, context: CommandContext): void {
  user
    .command('add')
    .description('add an account, active at once')
    .argument('<user>', 'its name')
    .option('--password <password>', 'its password')
    .option('--password-stdin', 'read the password from standard input')
    .option('--email <address>', 'its mail address')
    .option('--real-name <name>', "the person's name")
    .option('--group <group>', 'a group besides users.defaultGroups; may be repeated', collect)
    .addHelpText('after', '\nWithout a password it is asked for; with --no-prompt one is made.')
    .action((name: string, options: AddOptions) => addUser(context, name, options));
}

function collect(group: string, before: readonly string[] = []): readonly string[] {
  return [...before, group];
}

async function addUser(context: CommandContext, name: string, options: AddOptions): Promise<void> {
  const backend = await context.makeBackend();
  const config = await context.config();
  if ((await context.read((sql) => findUserByName(sql, name))) !== undefined) {
    throw refusal(refuse('name-taken'), `add "${name}"`);
  }
  const { realName = '' } = options;
  const email = readMailAddress(options.email ?? '');
  const isFirst = !(await context.read(hasUsers)) && isSysopName(config, name);
  const taken = await takePassword(context, { userName: name, email }, options);
  const properties = {
    ...(email === '' ? {} : { email_address: email }),
    ...(realName === '' ? {} : { real_name: realName }),
  };
  const groups = [...new Set([...config.users.defaultGroups, ...(options.group ?? [])])];
  const account = { name, password: taken.password, status: 2, properties, groups } as const;
  if (isFirst) return showAdded(context, await addSysop(context, account), taken);
  // Checked before the sysop is made: a command that fails changes nothing.
  const refused =
    backend.rules.checkName(name, true) ??
    backend.rules.checkProperties(properties) ??
    backend.rules.checkGroups(groups) ??
    backend.rules.checkPassword(taken.password, { userName: name, email });
  if (refused !== undefined) changed(refused, `add "${name}"`);
  await makeSysopFirst(context);
  const made = await backend.accounts.create({ ...account, allowReserved: true }, ACTOR);
  const added = changed(made, `add "${name}"`);
  await noteSharedAddress(context, added);
  showAdded(context, added, taken);
}

/** Creates the sysop on an empty board: account 1, with the given password. */
async function addSysop(
  context: CommandContext,
  account: {
    readonly password: string;
    readonly properties: Readonly<Record<string, string>>;
    readonly groups: readonly string[];
  },
): Promise<User> {
  const { password, properties } = account;
  const { accounts, rules } = await context.backend();
  const { username } = (await context.config()).general.sysOp;
  const what = `add "${username}"`;
  const refused =
    rules.checkProperties(properties) ??
    rules.checkGroups(account.groups) ??
    rules.checkPassword(password, {
      userName: username,
      email: properties['email_address'] ?? '',
    });
  if (refused !== undefined) changed(refused, what);
  await accounts.ensureSysop();
  const sysop = await context.read((sql) => findUserByName(sql, username));
  if (sysop === undefined) throw new BbsError('INTERNAL', `${username} was not made; try again`);
  changed(await accounts.changePassword(sysop.id, { password }, ACTOR), what);
  const groups = [...new Set([...sysop.groups, ...account.groups])];
  changed(await accounts.setGroups(sysop.id, groups, ACTOR), what);
  return changed(await accounts.setProperties(sysop.id, properties, ACTOR), what);
}

function showAdded(context: CommandContext, user: User, { password, made }: NewPassword): void {
  const shown = made ? formatLabels(17, [['Password', `${password}   (shown this once)`]]) : [];
  context.show([`User "${user.name}" added with id ${user.id}`, ...shown], {
    ...accountData(user),
    ...(made ? { password } : {}),
  });
}
