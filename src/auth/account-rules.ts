import { isMailAddress } from '../base/mail-address';
import { compileNamePattern } from '../config/cross-checks';
import type { Config } from '../config/schema';
import type { PropertyValues } from '../store/properties';
import { findNameProblem, foldName } from '../store/user-name';
import type { NameProblem } from '../store/user-name';
import type { User } from '../store/users';
import type { Saying, TextId } from '../texts/texts';
import type { PasswordAbout, PasswordPolicy, PasswordProblem } from './password-policy';

/** Groups of the sysop that the first start makes. */
export const SYSOP_GROUPS: readonly string[] = ['users', 'sysops'];

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
  readonly says: Saying;
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
    if (problem !== undefined) return refuseSaying(`name-${problem}`, nameText(problem, users));
    // Over SSH these open the application form, so that an account of this name could not sign in.
    const opensForm = users.newUserNames.some((each) => foldName(each) === foldName(name));
    return opensForm ? refuseSaying('name-reserved', nameText('reserved', users)) : undefined;
  }

  checkPassword(password: string, about: PasswordAbout): Refused | undefined {
    const { policy } = this.parts;
    const problem = policy.findProblem(password, about);
    return problem && refuseSaying(`password-${problem}`, policy.explain(problem));
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
      about: users.aboutMax,
      web_address: users.webMax,
    };
    for (const [name, value] of Object.entries(values)) {
      const limit = most[name];
      if (limit !== undefined && Array.from(value ?? '').length > limit) {
        const values = { count: limit, field: name.replaceAll('_', ' ') };
        return refuseSaying('property-too-long', (say) => say('account.property-too-long', values));
      }
    }
    return undefined;
  }

  checkGroups(groups: readonly string[]): Refused | undefined {
    return groups.every((group) => GROUP.test(group)) ? undefined : refuse('bad-group');
  }
}

const TEXTS = {
  'name-taken': 'account.name-taken',
  'bad-email': 'account.bad-email',
  'bad-group': 'account.bad-group',
  'unknown-user': 'account.unknown-user',
  root: 'account.root',
  'of-program': 'account.of-program',
  busy: 'account.busy',
  'not-now': 'account.not-now',
} as const satisfies Partial<Record<AccountProblem, TextId>>;

/** A refusal of which there is one sentence. */
export function refuse(problem: keyof typeof TEXTS): Refused {
  return refuseSaying(problem, (say) => say(TEXTS[problem]));
}

/** A refusal with its sentence. */
export function refuseSaying(problem: AccountProblem, says: Saying): Refused {
  return { kind: 'refused', problem, says };
}

function nameText(problem: NameProblem, users: Config['users']): Saying {
  switch (problem) {
    case 'too-short':
      return (say) => say('account.name-too-short', { count: users.usernameMin });
    case 'too-long':
      return (say) => say('account.name-too-long', { count: users.usernameMax });
    case 'bad-characters':
      return (say) => say('account.name-bad-characters');
    case 'reserved':
      return (say) => say('account.name-reserved');
  }
}
