import { isMailAddress } from '../base/mail-address';
import { compileNamePattern } from '../config/cross-checks';
import type { Config } from '../config/schema';
import type { PropertyValues } from '../store/properties';
import { findNameProblem, foldName } from '../store/user-name';
import type { NameProblem } from '../store/user-name';
import type { User } from '../store/users';
import type { PasswordAbout, PasswordPolicy, PasswordProblem } from './password-policy';

export type AccountProblem =
  | 'name-taken'
  | `name-${NameProblem}`
  | `password-${PasswordProblem}`
  | 'bad-email'
  | 'property-too-long'
  | 'bad-group'
  | 'unknown-user'
  | 'root'
  | 'of-program'
  | 'too-many-applications'
  | 'busy'
  | 'not-now';

export interface Refused {
  readonly kind: 'refused';
  readonly problem: AccountProblem;
  /** A sentence for the user or sysop who requested the change. */
  readonly text: string;
}

export type AccountResult = { readonly kind: 'done'; readonly user: User } | Refused;

const GROUP = /^[A-Za-z0-9_-]{1,32}$/;

/** What the board's configuration says about names, passwords and properties; the same on every path. */
export class AccountRules {
  constructor(
    private readonly parts: { readonly config: () => Config; readonly policy: PasswordPolicy },
  ) {}

  /** Whether an account may have a name; whether another account has it is checked in the store. */
  checkName(name: string, allowReserved: boolean): Refused | undefined {
    const { users } = this.parts.config();
    const problem = findNameProblem(name, {
      pattern: compileNamePattern(users.usernamePattern),
      min: users.usernameMin,
      max: users.usernameMax,
      reserved: allowReserved ? [] : [...users.badUserNames, ...users.newUserNames],
    });
    if (problem !== undefined) return refuse(`name-${problem}`, nameText(problem, users));
    // Over SSH these open the application form, so that an account of this name could not sign in.
    const opensForm = users.newUserNames.some((each) => foldName(each) === foldName(name));
    return opensForm ? refuse('name-reserved', nameText('reserved', users)) : undefined;
  }

  checkPassword(password: string, about: PasswordAbout): Refused | undefined {
    const { policy } = this.parts;
    const problem = policy.findProblem(password, about);
    return problem && refuse(`password-${problem}`, policy.explain(problem));
  }

  checkProperties(values: PropertyValues): Refused | undefined {
    const { users } = this.parts.config();
    const email = values['email_address'] ?? '';
    if (email !== '' && (!isMailAddress(email) || email.length > users.emailMax)) {
      return refuse('bad-email');
    }
    const most: Readonly<Record<string, number>> = {
      real_name: users.realNameMax,
      location: users.locationMax,
      affiliation: users.affilsMax,
      web_address: users.webMax,
    };
    for (const [name, value] of Object.entries(values)) {
      const limit = most[name];
      if (limit !== undefined && Array.from(value ?? '').length > limit) {
        return refuse('property-too-long', `Use at most ${limit} characters for ${name}.`);
      }
    }
    return undefined;
  }

  checkGroups(groups: readonly string[]): Refused | undefined {
    return groups.every((group) => GROUP.test(group)) ? undefined : refuse('bad-group');
  }
}

const TEXTS: Readonly<Partial<Record<AccountProblem, string>>> = {
  'name-taken': 'This name is taken. Please choose another.',
  'bad-email': 'That is not a plain mail address like name@example.org.',
  'property-too-long': 'That is too long.',
  'bad-group': 'A group name is 1 to 32 letters, digits, - or _.',
  'unknown-user': 'There is no such account.',
  root: 'The first account is the sysop and stays.',
  'of-program':
    'The password of this account is kept by the program around this board. Change it there.',
  busy: 'The board is busy. Try again in a moment.',
  'not-now': 'That cannot be done any more. Begin again.',
};

/** A refusal with its sentence. */
export function refuse(problem: AccountProblem, text?: string): Refused {
  return { kind: 'refused', problem, text: text ?? TEXTS[problem] ?? problem };
}

function nameText(problem: NameProblem, users: Config['users']): string {
  switch (problem) {
    case 'too-short':
      return `A user name has at least ${users.usernameMin} characters.`;
    case 'too-long':
      return `A user name has at most ${users.usernameMax} characters.`;
    case 'bad-characters':
      return 'This name has characters that names may not have.';
    case 'reserved':
      return 'This name is reserved. Please choose another.';
  }
}
