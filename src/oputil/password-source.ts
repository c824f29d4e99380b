import type { Backend } from '../backend';
import { BbsError } from '../base/errors';
import type { Random } from '../base/random';
import { refusal } from './account';
import type { CommandContext } from './command-context';

/** Where a command may take a new password from. */
export interface PasswordOptions {
  readonly password?: string | undefined;
  readonly passwordStdin?: boolean | undefined;
}

export interface NewPassword {
  readonly password: string;
  /** Made here, so that it has to be shown. */
  readonly made: boolean;
}

/** Whom it is for: names and addresses must not be part of it. */
export interface PasswordOwner {
  readonly userName: string;
  readonly email: string;
}

const TRIES = 3;
// Without letters and digits that people mix up.
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';

/** The password that was given, read, asked for twice, or with -n made at random. */
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

/** 78 bits. */
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
