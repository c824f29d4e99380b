import type { Backend } from '../backend';
import { BbsError } from '../base/errors';
import type { Random } from '../base/random';
import { refusal } from './account';
import type { CommandContext } from './command-context';

/** Options for the source of a new password. */
export interface PasswordOptions {
  readonly password?: string | undefined;
  readonly passwordStdin?: boolean | undefined;
}

export interface NewPassword {
  readonly password: string;
  /** True where it was generated, and must be shown. */
  readonly made: boolean;
}

/** The owner, whose name and address must not be part of the password. */
interface PasswordOwner {
  readonly userName: string;
  readonly email: string;
}

const TRIES = 3;
// Without letters and digits that look alike.
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';

/** Takes the password from the options, from standard input, or from a prompt; with -n generates one. */
export async function takePassword(
  context: CommandContext,
  owner: PasswordOwner,
  options: PasswordOptions,
): Promise<NewPassword> {
  if (options.password !== undefined) return { password: options.password, made: false };
  if (options.passwordStdin === true) return readPassword(context);
  if (!context.mayAsk) return { password: makePassword(context.random), made: true };
  if (context.io.interactive !== true) {
    throw new BbsError(
      'USAGE',
      'give the password by --password-stdin, or let one be made with --no-prompt',
    );
  }
  return { password: await askTwice(context, owner), made: false };
}

/** Generates a password of 78 bits of entropy. */
function makePassword(random: Random): string {
  const letter = (): string => LETTERS.charAt(random.below(LETTERS.length));
  const group = (): string => Array.from({ length: 4 }, letter).join('');
  return [group(), group(), group(), group()].join('-');
}

async function readPassword(context: CommandContext): Promise<NewPassword> {
  const password = await context.io.readLine('', true);
  if (password !== '') return { password, made: false };
  throw new BbsError('USAGE', 'standard input holds no password; --password-stdin reads one line');
}

async function askTwice(context: CommandContext, owner: PasswordOwner): Promise<string> {
  const backend: Backend = await context.backend();
  for (let tries = 0; tries < TRIES; tries++) {
    const password = await context.io.readLine(`New password for ${owner.userName}: `, true);
    const refused = backend.rules.checkPassword(password, owner);
    if (refused !== undefined) {
      context.note(refusal(refused, 'use it').message);
    } else if ((await context.io.readLine('The same again: ', true)) === password) {
      return password;
    } else {
      context.note('the two are not the same');
    }
  }
  throw new BbsError('USER_INVALID', `no password after ${TRIES} tries; nothing was changed`);
}
