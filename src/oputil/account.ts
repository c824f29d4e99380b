import type { AccountResult, Refused } from '../auth/account-rules';
import { BbsError, type ErrorCode } from '../base/errors';
import { nearestName } from '../base/nearest';
import type { Config } from '../config/schema';
import { findHolders } from '../store/properties';
import { foldName } from '../store/user-name';
import { findUserByName, listUsers, type User } from '../store/users';
import type { CommandContext } from './command-context';

/** The account called `name`, or an error with the nearest right name. */
export async function getAccount(context: CommandContext, name: string): Promise<User> {
  const user = await context.read((sql) => findUserByName(sql, name));
  if (user !== undefined) return user;
  const names = (await context.read((sql) => listUsers(sql))).map((each) => each.name);
  const nearest = nearestName(name, names);
  const hint =
    nearest === undefined ? `'oputil user list' shows all` : `did you mean "${nearest}"?`;
  throw new BbsError('USER_UNKNOWN', `there is no account "${name}"; ${hint}`);
}

/** The account after a change, or an error that says why there was none. */
export function changed(result: AccountResult, what: string): User {
  if (result.kind === 'done') return result.user;
  throw refusal(result, what);
}

/** Says so where other accounts have the same mail address: on a screen nobody could give it to two. */
export async function noteSharedAddress(context: CommandContext, user: User): Promise<void> {
  const value = user.properties.get('email_address') ?? '';
  if (value === '') return;
  const wanted = { property: 'email_address', value, exceptUserId: user.id };
  const others = await context.read((sql) => findHolders(sql, wanted));
  if (others.length === 0) return;
  const names = others.map(({ name }) => `"${name}"`).join(', ');
  context.note(
    `warning: ${value} is also the mail address of ${names}; mails about both go there.`,
  );
}

/** What was refused as an error: `cannot add "joe": this name is taken. ...`. */
export function refusal(refused: Refused, what: string): BbsError {
  const codes: Readonly<Partial<Record<Refused['problem'], ErrorCode>>> = {
    'name-taken': 'USER_EXISTS',
    'unknown-user': 'USER_UNKNOWN',
  };
  const text = refused.text.replace(/\.$/, '');
  const reason = text.charAt(0).toLowerCase() + text.slice(1);
  return new BbsError(codes[refused.problem] ?? 'USER_INVALID', `cannot ${what}: ${reason}`);
}

/**
 * Makes the sysop where there is no account at all, as the first start does: account 1 must be the sysop's,
 * whoever is added first. His password is told once.
 */
export async function makeSysopFirst(context: CommandContext): Promise<void> {
  const sysop = await (await context.backend()).accounts.ensureSysop();
  if (sysop === undefined) return;
  context.note(`This board had no accounts yet: made ${sysop.name}, with the password`);
  context.note(`${sysop.password}`);
  context.note('It is shown this once.');
}

/** True for the name that the first account, the sysop's, is to have. */
export function isSysopName(config: Config, name: string): boolean {
  return foldName(config.general.sysOp.username) === foldName(name);
}
