import type { Mutant } from './mutant';

/** Part C of docs/security.md. */
export const PASSWORDS: readonly Mutant[] = [
  {
    rule: 'C1',
    fault: 'passwords are not composed',
    file: 'src/auth/password.ts',
    find: "return password.normalize('NFC');",
    put: 'return password;',
  },
  {
    rule: 'C2',
    fault: 'common passwords are taken',
    file: 'src/auth/password-policy.ts',
    find: "return isCommon(folded, (word) => this.isListed(word)) ? 'common' : undefined;",
    put: 'return isCommon(folded, (word) => this.isListed(word)) ? undefined : undefined;',
  },
  {
    rule: 'C3',
    fault: 'an old hash is kept',
    file: 'src/auth/password.ts',
    find: 'memoryCost !== cost.memoryCost ||\n    timeCost',
    put: 'timeCost',
  },
  {
    rule: 'C4',
    fault: 'a name that no account has is not hashed for',
    file: 'src/auth/password.ts',
    find: 'const tooLong = Buffer.byteLength(password) > LIMITS.passwordBytes;',
    put: 'if (stored === undefined) return false;\n  const tooLong = Buffer.byteLength(password) > LIMITS.passwordBytes;',
  },
  {
    rule: 'C5',
    fault: 'known places have no budget of their own',
    file: 'src/auth/regulator.ts',
    find: "budget: by.isKnownPlace ? by.source : '',",
    put: "budget: by.isKnownPlace ? '' : '',",
  },
  {
    rule: 'C6',
    fault: 'letter case makes another name',
    file: 'src/store/users.ts',
    find: "{ column: 'name_folded', values: [foldName(name)] }",
    put: "{ column: 'name_folded', values: [name] }",
  },
  {
    rule: 'C7',
    fault: 'links for forgotten passwords have no hourly limit',
    file: 'src/mail/notifier.ts',
    find: "'password-reset': 3,",
    put: "'password-reset': 300,",
  },
  {
    rule: 'C7',
    fault: 'a source may ask for forty links a day',
    file: 'src/config/schema-budgets.ts',
    find: 'mostPerSource(20)',
    put: 'mostPerSource(40)',
  },
  {
    rule: 'C8',
    fault: 'a changed password leaves calls open',
    file: 'src/store/account-events.ts',
    find: '  password: true,',
    put: '  password: false,',
  },
  {
    rule: 'C9',
    fault: 'who applies is in the group of the sysops',
    file: 'src/auth/accounts.ts',
    find: 'account.groups ?? users.defaultGroups',
    put: "account.groups ?? [...users.defaultGroups, 'sysops']",
  },
];
