import { AccountRules } from '../../src/auth/account-rules';
import { Accounts } from '../../src/auth/accounts';
import { Authenticator } from '../../src/auth/authenticator';
import { HashQueue } from '../../src/auth/hash-queue';
import type { Login, LoginOrigin } from '../../src/auth/login';
import type { OwnAccounts } from '../../src/auth/own-accounts';
import { PasswordPolicy } from '../../src/auth/password-policy';
import type { HashCost } from '../../src/auth/password';
import type { SecondFactor } from '../../src/auth/second-factor';
import { openAccounts } from './accounts';
import type { AccountsOptions } from './accounts';
import { sayStock } from '../../src/texts/texts';

export const PASSWORD = 'correct horse battery';
export const STRANGER = '203.0.113.7';
export const HOME = '198.51.100.20';

/** For accounts in tests that do not measure the cost of a hash. */
export const CHEAP_HASH: HashCost = { memoryCost: 8, timeCost: 1, parallelism: 1 };

export type AuthenticatorContext = Awaited<ReturnType<typeof openAuthenticator>>;

export interface AuthenticatorOptions extends AccountsOptions {
  readonly minResponseMs?: number;
  /** CHEAP_HASH by default. */
  readonly hashCost?: HashCost;
  readonly mayGrant?: () => boolean;
  readonly ownAccounts?: OwnAccounts;
  readonly secondFactor?: Pick<SecondFactor, 'verify' | 'isClockOff' | 'sealing' | 'spendHeard'>;
}

/** The authenticator with all its dependencies, on a real database file. */
export async function openAuthenticator(options: AuthenticatorOptions = {}) {
  const base = await openAccounts(options);
  const hashes = new HashQueue({ cost: options.hashCost ?? CHEAP_HASH });
  const rules = new AccountRules({
    config: base.config,
    policy: new PasswordPolicy({
      rules: () => ({
        min: base.config().users.passwordMin,
        max: base.config().users.passwordMax,
        boardName: base.config().general.boardName,
      }),
    }),
  });
  const accounts = new Accounts({ ...base, rules, hashes });
  const penalties: string[] = [];
  const authenticator = new Authenticator({
    ...base,
    hashes,
    secondFactor: options.secondFactor ?? base.secondFactor,
    penalize: (ip, kind) => penalties.push(`${ip} ${kind}`),
    minResponseMs: options.minResponseMs ?? 0,
    ownAccounts: options.ownAccounts,
    ...(options.mayGrant === undefined ? {} : { mayGrant: options.mayGrant }),
  });
  return {
    ...base,
    hashes,
    rules,
    accounts,
    authenticator,
    penalties,
    /** Starts a login without any credential yet. */
    call: (origin: Partial<LoginOrigin> = {}): Login =>
      authenticator.begin({
        ...{ server: 'ssh', secure: origin.server !== 'telnet', remoteIp: STRANGER, node: 1 },
        ...origin,
      }),
    async addAccount(name = 'joe'): Promise<number> {
      const made = await accounts.create({ name, password: PASSWORD }, { server: 'oputil' });
      if (made.kind === 'refused') throw new Error(made.says(sayStock));
      return made.user.id;
    },
  };
}

/** Submits a password and returns the result in one word. */
export async function tryPassword(
  login: Login,
  password: string,
  userName = 'joe',
): Promise<string> {
  const result = await login.submit({ kind: 'password', userName, password });
  return result.kind === 'rejected' ? result.reason : result.kind;
}

export async function tryCode(login: Login, code: string): Promise<string> {
  const result = await login.submit({ kind: 'second-factor', code });
  return result.kind === 'rejected' ? result.reason : result.kind;
}
