import { isMailAddress, readMailAddress } from '../../base/mail-address';
import type { Caller } from './caller';
import { asksForLineCode, askLineCode, STANDING_NOTE } from './line-sign-in';
import type { SignInNeed } from './menu-access';
import type { Say } from '../../texts/texts';
import type { Services } from './services';

/** Input of a validator besides the text. */
interface ValidationContext {
  readonly caller: Caller;
  readonly services: Services;
  readonly say: Say;
  /** Of the menu whose form it is. */
  readonly memory: Map<string, unknown>;
  /** The other fields of the form as they are now, by argName or view id. */
  readonly values: Readonly<Record<string, unknown>>;
}

/** A check of one field. */
export interface Validator {
  /** One sentence for docs/menus.md. */
  readonly doc: string;
  /** The sign-in that it needs (rule M4). */
  readonly needs: SignInNeed;
  /** A sentence about the error, or undefined when the text is valid. */
  check(text: string, context: ValidationContext): Promise<string | undefined>;
}

/** Validators that `validate: @systemMethod:` may name (contract A2.4). */
export const VALIDATORS: Readonly<Record<string, Validator>> = {
  validateNonEmpty: {
    doc: 'Something must be typed.',
    needs: 'none',
    check: (text, { say }) => answer(text.trim() === '' ? say('field.empty') : undefined),
  },
  validateSignInName: {
    doc: 'Something must be typed; where `passwordLogin` is never, the code of the sheet is asked for by its number then.',
    needs: 'none',
    check: async (text, context) => {
      if (text.trim() === '') return context.say('field.empty');
      const { memory } = context;
      memory.delete(STANDING_NOTE);
      if (asksForLineCode(context)) memory.set(STANDING_NOTE, await askLineCode(context, text));
      return undefined;
    },
  },
  validateMessageSubject: {
    doc: 'A subject must be typed.',
    needs: 'none',
    check: (text, { say }) => answer(text.trim() === '' ? say('field.no-subject') : undefined),
  },
  validateUserNameAvail: {
    doc: 'A user name that fits the rules and is free.',
    needs: 'none',
    check: async (text, { services, say }) => (await services.accounts.nameProblem(text))?.(say),
  },
  validateUserNameExists: {
    doc: 'The name of an account.',
    needs: 'complete',
    check: async (text, { services, say }) =>
      (await services.accounts.isNameTaken(text.trim())) ? undefined : say('field.no-such-user'),
  },
  validateUserNameOrRealNameExists: {
    doc: 'The user name or real name of an account.',
    needs: 'complete',
    check: checkAnyName,
  },
  validateGeneralMailAddressedTo: {
    doc: 'A user of this board, or a mail address.',
    needs: 'complete',
    check: async (text, context) =>
      isMailAddress(text.trim()) ? undefined : await checkAnyName(text, context),
  },
  validateEmailAvail: {
    doc: 'One plain mail address, its domain in letters of any script; may be empty. Who has it is told by mail and never here (rule M6).',
    needs: 'none',
    check: (text, { say }) => answer(mailAddressProblem(say, text)),
  },
  validateBirthdate: {
    doc: 'A date in the past, year first; may be empty.',
    needs: 'none',
    check: (text, { services, say }) => answer(birthdateProblem(say, text, services.clock.nowMs())),
  },
  validatePasswordSpec: {
    doc: 'A password that the rules for passwords allow.',
    needs: 'none',
    check: (text, { services, say, caller, values }) =>
      answer(
        services.accounts.passwordProblem(text, {
          userName: textOf(values['username']) ?? caller.login.user?.name ?? '',
          email:
            textOf(values['email']) ?? caller.login.user?.properties.get('email_address') ?? '',
        })?.(say),
      ),
  },
};

async function checkAnyName(
  text: string,
  { services, say }: ValidationContext,
): Promise<string | undefined> {
  const name = text.trim();
  const known =
    (await services.accounts.isNameTaken(name)) || (await services.accounts.isRealNameTaken(name));
  return known ? undefined : say('field.no-such-user');
}

/** A sentence about an invalid mail address; empty text is valid. */
export function mailAddressProblem(say: Say, text: string): string | undefined {
  const address = readMailAddress(text);
  if (address === '' || isMailAddress(address)) return undefined;
  return say('field.not-an-address');
}

const MAX_AGE_YEARS = 130;

/** A sentence about an invalid birthdate; empty text is valid. */
export function birthdateProblem(say: Say, text: string, nowMs: number): string | undefined {
  const digits = text.replace(/[^0-9]/g, '');
  if (digits === '') return undefined;
  if (digits.length !== 8) return say('field.whole-date');
  const [year, month, day] = [digits.slice(0, 4), digits.slice(4, 6), digits.slice(6, 8)];
  const date = new Date(`${year}-${month}-${day}T00:00:00Z`);
  // Date reads 2023-02-30 as a day of March: the day must stay the same.
  if (Number.isNaN(date.getTime()) || date.getUTCDate() !== Number(day)) {
    return say('field.no-such-date');
  }
  const years = (nowMs - date.getTime()) / (365.25 * 86_400_000);
  return years < 0 || years > MAX_AGE_YEARS ? say('field.no-birthdate') : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function answer(problem: string | undefined): Promise<string | undefined> {
  return Promise.resolve(problem);
}
