import type { Command } from 'commander';
import { refuse } from '../auth/account-rules';
import { isOfProgram } from '../auth/own-accounts';
import { BbsError } from '../base/errors';
import { readMailAddress } from '../base/mail-address';
import { nearestName } from '../base/nearest';
import { loadThemes } from '../menu/load/theme-files';
import { nameInCommand } from '../store/user-name';
import { ROOT_ID, type UserStatus } from '../store/users';
import {
  accountData,
  changed,
  findLockedFactors,
  getAccount,
  noteSharedAddress,
  statusWord,
} from './account';
import { ACTOR, type CommandContext } from './command-context';
import { takePassword, type PasswordOptions } from './password-source';
import { formatLabels } from './table';
import { sayStock } from '../texts/texts';

const STATUS_VERBS: readonly (readonly [verb: string, status: UserStatus, what: string])[] = [
  ['activate', 2, 'let an account sign in; also ends a lock'],
  ['deactivate', 1, 'let an account wait for activation again'],
  ['disable', 0, 'refuse an account; its calls end'],
  ['lock', 3, 'lock an account until it is activated; its calls end'],
];

interface Yes {
  readonly yes?: boolean;
}

interface Details {
  readonly email?: string;
  readonly realName?: string;
  readonly location?: string;
  readonly affiliation?: string;
  readonly about?: string;
  readonly web?: string;
  readonly theme?: string;
}

/** Verbs that change one account. */
export function addUserChanges(user: Command, context: CommandContext): void {
  user
    .command('pw')
    .aliases(['passwd', 'password'])
    .description('set a new password; calls of the account end')
    .argument('<user>')
    .argument('[password]', 'asked for when it is not given')
    .option('--password-stdin', 'read it from standard input')
    .action((name: string, password: string | undefined, options: PasswordOptions) =>
      setPassword(context, name, { ...options, password }),
    );
  user
    .command('rm')
    .aliases(['remove', 'del', 'delete'])
    .description('delete an account with all that belongs to it')
    .argument('<user>')
    .option('-y, --yes', 'ask nothing')
    .action((name: string, { yes }: Yes) => removeAccount(context, name, yes));
  user
    .command('rename')
    .alias('mv')
    .description('give an account another name')
    .argument('<user>')
    .argument('<name>', 'the new name')
    .action((name: string, newName: string) => renameAccount(context, name, newName));
  for (const [verb, status, what] of STATUS_VERBS) {
    user
      .command(verb)
      .description(what)
      .argument('<user>')
      .option('-y, --yes', 'ask nothing')
      .action((name: string, options: Yes) => setStatus(context, name, { status, ...options }));
  }
  user
    .command('unlock')
    .description('end the waits, and a lock, after failed sign-ins')
    .argument('<user>')
    .action((name: string) => unlock(context, name));
  user
    .command('group')
    .description('add (+) and remove (~ or -) groups')
    .argument('<user>')
    .argument('<change...>', '+GROUP or GROUP adds, ~GROUP or -GROUP removes')
    .option('-y, --yes', 'ask nothing')
    .action((name: string, changes: readonly string[], options: Yes) =>
      changeGroups(context, name, { changes, ...options }),
    );
  user
    .command('set')
    .description("change a person's details; '' removes one")
    .argument('<user>')
    .option('--email <address>')
    .option('--real-name <name>')
    .option('--location <text>')
    .option('--affiliation <text>')
    .option('--about <text>')
    .option('--web <address>')
    .option('--theme <id>')
    .action((name: string, details: Details) => setDetails(context, name, details));
}

async function setPassword(
  context: CommandContext,
  name: string,
  options: PasswordOptions,
): Promise<void> {
  const user = await getAccount(context, name);
  const { accounts } = await context.backend();
  // Before anything is asked.
  if (isOfProgram(user)) throw new BbsError('USER_INVALID', refuse('of-program').says(sayStock));
  const owner = { userName: user.name, email: user.properties.get('email_address') ?? '' };
  const { password, made } = await takePassword(context, owner, options);
  const result = await accounts.changePassword(user.id, { password }, ACTOR);
  changed(result, `set the password of "${user.name}"`);
  const shown = made ? formatLabels(17, [['Password', `${password}   (shown this once)`]]) : [];
  context.show(['New password set', ...shown], { user: user.name, ...(made ? { password } : {}) });
}

async function removeAccount(
  context: CommandContext,
  name: string,
  yes: boolean | undefined,
): Promise<void> {
  const user = await getAccount(context, name);
  const { accounts } = await context.backend();
  if (context.mayAsk && yes !== true) {
    context.note(`Username     : ${user.name}`);
    context.note(`ID           : ${user.id}`);
    context.note(`Real name    : ${user.properties.get('real_name') ?? ''}`);
  }
  await context.confirmOrStop('Delete this account for good?', yes);
  changed(await accounts.remove(user.id, ACTOR), `delete "${user.name}"`);
  context.show('User has been deleted.', { deleted: user.name, id: user.id });
}

async function renameAccount(
  context: CommandContext,
  name: string,
  newName: string,
): Promise<void> {
  const user = await getAccount(context, name);
  const { accounts } = await context.backend();
  const result = await accounts.rename(user.id, newName, ACTOR);
  const renamed = changed(result, `rename "${user.name}" to "${newName}"`);
  context.show(`User "${user.name}" renamed to "${renamed.name}"`, {
    ...accountData(renamed),
    formerName: user.name,
  });
}

async function setStatus(
  context: CommandContext,
  name: string,
  { status, yes }: Yes & { readonly status: UserStatus },
): Promise<void> {
  const user = await getAccount(context, name);
  if (user.id === ROOT_ID && status !== 2) {
    const question = `${user.name} is the sysop of this board, and could not sign in any more. Go on?`;
    await context.confirmOrStop(question, yes);
  }
  const { accounts } = await context.backend();
  const result = await accounts.setStatus(user.id, status, ACTOR);
  const after = changed(result, `change the status of "${user.name}"`);
  context.show(`User status set to ${statusWord(after.status)}`, accountData(after));
}

async function unlock(context: CommandContext, name: string): Promise<void> {
  const user = await getAccount(context, name);
  const { accounts } = await context.backend();
  const after = changed(await accounts.unlock(user.id, ACTOR), `unlock "${user.name}"`);
  const isFactorLocked = (await findLockedFactors(context)).has(after.id);
  const lines = [`User "${after.name}" may try again`];
  if (after.status === 3) {
    lines.push(`It was locked by a sysop and stays so; to end that: oputil user activate`);
  }
  if (isFactorLocked) {
    lines.push('Its second factor is locked after too many wrong codes until it is bound again:');
    lines.push(`oputil user 2fa-otp ${nameInCommand(after.name)} google`);
  }
  context.show(lines, { ...accountData(after), secondFactorLocked: isFactorLocked });
}

async function changeGroups(
  context: CommandContext,
  name: string,
  { changes, yes }: Yes & { readonly changes: readonly string[] },
): Promise<void> {
  const user = await getAccount(context, name);
  const { accounts } = await context.backend();
  const groups = new Set(user.groups);
  for (const change of changes) {
    const group = change.replace(/^[+~-]/, '');
    const isRemoval = /^[~-]/.test(change);
    if (isRemoval && !groups.has(group)) {
      const has = user.groups.length === 0 ? 'none' : user.groups.join(', ');
      throw new BbsError('USER_INVALID', `"${user.name}" is not in ${group}; its groups: ${has}`);
    }
    if (isRemoval) groups.delete(group);
    else groups.add(group);
  }
  if (user.id === ROOT_ID && user.groups.includes('sysops') && !groups.has('sysops')) {
    const question = `${user.name} is the sysop of this board, and would lose what sysops may do. Go on?`;
    await context.confirmOrStop(question, yes);
  }
  const result = await accounts.setGroups(user.id, [...groups], ACTOR);
  const after = changed(result, `change the groups of "${user.name}"`);
  context.show('User groups modified', accountData(after));
}

async function setDetails(context: CommandContext, name: string, details: Details): Promise<void> {
  const user = await getAccount(context, name);
  const { accounts } = await context.backend();
  const given = {
    email_address: details.email === undefined ? undefined : readMailAddress(details.email),
    real_name: details.realName,
    location: details.location,
    affiliation: details.affiliation,
    about: details.about,
    web_address: details.web,
    theme_id: details.theme,
  };
  if (details.theme !== undefined && details.theme !== '') await checkTheme(context, details.theme);
  const values = Object.fromEntries(
    Object.entries(given).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, value === '' ? undefined : value] as const],
    ),
  );
  if (Object.keys(values).length === 0) {
    throw new BbsError('USAGE', 'nothing to change; see oputil user set --help');
  }
  const result = await accounts.setProperties(user.id, values, ACTOR);
  const after = changed(result, `change "${user.name}"`);
  if (values['email_address'] !== undefined) await noteSharedAddress(context, after);
  context.show(`User "${after.name}" changed`, accountData(after));
}

async function checkTheme(context: CommandContext, id: string): Promise<void> {
  const { artRoots } = await context.board();
  const themes = await loadThemes({ artRoots, env: context.io.env });
  if (themes.find(id) !== undefined) return;
  const ids = themes.list().map((theme) => theme.id);
  const nearest = nearestName(id, ids);
  const hint =
    nearest === undefined ? `there are: ${ids.join(', ')}` : `did you mean "${nearest}"?`;
  throw new BbsError('USER_INVALID', `there is no theme "${id}"; ${hint}`);
}
