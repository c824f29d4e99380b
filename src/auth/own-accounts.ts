import { type Clock, withLimit } from '../base/clock';
import { toError } from '../base/errors';
import type { Log } from '../base/log';
import { sourceOf } from '../base/source';
import type { User } from '../store/users';
import type { LoginOrigin } from './login';

/** A password that a program is asked about. */
export interface OwnSignIn extends Pick<LoginOrigin, 'server' | 'secure' | 'remoteIp'> {
  readonly userName: string;
  readonly password: string;
  /** Aborted when the answer is not waited for any more. */
  readonly signal: AbortSignal;
}

/** What a program knows of an account whose password is right; used when the board first meets it. */
export interface OwnAccount {
  readonly groups?: readonly string[];
  readonly realName?: string;
  readonly email?: string;
}

/** Says whether a password is right: the account, or undefined where it is not, or where there is none. */
export type Authenticate = (attempt: OwnSignIn) => Promise<OwnAccount | undefined>;

type OwnAnswer =
  | { readonly kind: 'right'; readonly account: OwnAccount }
  | { readonly kind: 'wrong' }
  /** It threw, took too long, or answered with something else: nobody knows, so nobody is let in or charged. */
  | { readonly kind: 'failed'; readonly isLate?: true };

/** The property of accounts whose password a program knows and this board does not. */
const OWN_ACCOUNT = 'account_source';
const OF_PROGRAM = 'program';

/** A new password, a hash that ENiGMA½ made (contract A1.5), or null: a program checks it (rule P6). */
export type NewPassword =
  string | { readonly salt: string; readonly key: string; readonly parameters?: string } | null;

/** The properties of a new account that follow from its password; a hash of ours stands in a table of its own. */
export function passwordProperties(
  password: NewPassword,
): Readonly<Record<string, string | undefined>> {
  if (password === null) return { [OWN_ACCOUNT]: OF_PROGRAM };
  if (typeof password === 'string') return {};
  const { salt, key, parameters } = password;
  return { pw_pbkdf2_salt: salt, pw_pbkdf2_dk: key, pw_hash_params: parameters };
}

/** With the store's own waits an answer still comes within LIMITS.storeMs. */
const ANSWER_MS = 3_000;
/** Answers that may be outstanding, those included that are not waited for any more: in all, and of one source. */
const MOST_AT_ONCE = 64;
const MOST_OF_SOURCE = 4;
/** One that hangs does not count any more then: the program is taken to have dropped it. */
const FORGOTTEN_MS = 30_000;
/** Times of as many answers are remembered. */
const REMEMBERED = 32;

interface OwnAccountsOptions {
  readonly authenticate: Authenticate;
  /** Makes the account of a name that the board does not know; undefined where it cannot have the name. */
  readonly make: (name: string, account: OwnAccount) => Promise<User | undefined>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Accounts beside the store: a program checks their passwords (rule P6). All else of a sign-in is as for any account. */
export class OwnAccounts {
  /** Sources of the outstanding answers, each once for each answer. */
  private outstanding: readonly { readonly source: string }[] = [];
  private readonly timesMs: number[] = [];

  constructor(private readonly options: OwnAccountsOptions) {}

  /** The longest of the last answers: a rejection of any account takes as long (rule C4). */
  get slowestMs(): number {
    return Math.max(0, ...this.timesMs);
  }

  async ask(attempt: Omit<OwnSignIn, 'signal'>): Promise<OwnAnswer> {
    const { clock, log, authenticate } = this.options;
    const source = sourceOf(attempt.remoteIp);
    const ofSource = this.outstanding.filter((other) => other.source === source);
    if (this.outstanding.length >= MOST_AT_ONCE || ofSource.length >= MOST_OF_SOURCE) {
      const error = new Error('too many answers are outstanding');
      log.error('extension.failed', { what: 'authenticate', error });
      // Nobody was asked, so its time says nothing of the program's.
      return { kind: 'failed' };
    }
    const ending = new AbortController();
    const startedMs = clock.monotonicMs();
    const asking = this.counted(source, async () =>
      authenticate({ ...attempt, signal: ending.signal }),
    );
    try {
      const limit = { limitMs: ANSWER_MS, what: 'authenticate' };
      return answerOf(await withLimit(clock, asking, limit));
    } catch (error) {
      log.error('extension.failed', { what: 'authenticate', error: toError(error) });
      const isLate = clock.monotonicMs() - startedMs >= ANSWER_MS;
      return { kind: 'failed', ...(isLate && { isLate }) };
    } finally {
      ending.abort();
      this.timesMs.push(clock.monotonicMs() - startedMs);
      if (this.timesMs.length > REMEMBERED) this.timesMs.shift();
    }
  }

  make(name: string, account: OwnAccount): Promise<User | undefined> {
    return this.options.make(name, account);
  }

  private async counted<Result>(source: string, work: () => Promise<Result>): Promise<Result> {
    const mine = { source };
    this.outstanding = [...this.outstanding, mine];
    const forget = (): void => {
      this.outstanding = this.outstanding.filter((other) => other !== mine);
    };
    const cancel = this.options.clock.after(FORGOTTEN_MS, forget);
    try {
      return await work();
    } finally {
      cancel();
      forget();
    }
  }
}

/** Programs without types may answer with anything, such as true. */
function answerOf(answer: unknown): OwnAnswer {
  if (answer === undefined || answer === null || answer === false) return { kind: 'wrong' };
  if (typeof answer !== 'object' || Array.isArray(answer))
    throw new TypeError(`it answered with ${typeof answer}, not with an account or undefined`);
  return { kind: 'right', account: answer };
}

/** True for an account whose password is a program's to check, and for no other (rule P6). */
export function isOfProgram(user: Pick<User, 'properties'>): boolean {
  return user.properties.get(OWN_ACCOUNT) === OF_PROGRAM;
}
