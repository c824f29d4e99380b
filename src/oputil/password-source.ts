import type { Office } from '../office';
import { BbsError } from '../base/errors';
import type { Random } from '../base/random';
import { refusal } from './account';
import type { Desk } from './desk';

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
  desk: Desk,
  owner: PasswordOwner,
  options: PasswordOptions,
): Promise<NewPassword> {
  if (options.password !== undefined) return { password: options.password, made: false };
  if (options.passwordStdin === true) return readPassword(desk);
  if (!desk.mayAsk) return { password: makePassword(desk.random), made: true };
  if (desk.io.interactive !== true) {
    throw new BbsError(
      'USAGE',
      'give the password by --password-stdin, or let one be made with --no-prompt',
    );
  }
  return { password: await askTwice(desk, owner), made: false };
}

/** 78 bits. */
function makePassword(random: Random): string {
  const letter = (): string => LETTERS.charAt(random.below(LETTERS.length));
  const group = (): string => Array.from({ length: 4 }, letter).join('');
  return [group(), group(), group(), group()].join('-');
}

async function readPassword(desk: Desk): Promise<NewPassword> {
  const password = await desk.io.readLine('', true);
  if (password !== '') return { password, made: false };
  throw new BbsError('USAGE', 'standard input holds no password; --password-stdin reads one line');
}

async function askTwice(desk: Desk, owner: PasswordOwner): Promise<string> {
  const office: Office = await desk.office();
  for (let tries = 0; tries < TRIES; tries++) {
    const password = await desk.io.readLine(`New password for ${owner.userName}: `, true);
    const refused = office.rules.checkPassword(password, owner);
    if (refused !== undefined) {
      desk.note(refusal(refused, 'use it').message);
    } else if ((await desk.io.readLine('The same again: ', true)) === password) {
      return password;
    } else {
      desk.note('the two are not the same');
    }
  }
  throw new BbsError('USER_INVALID', `no password after ${TRIES} tries; nothing was changed`);
}
