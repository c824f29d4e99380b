import { otpTypeOf } from '../auth/factor-kinds';
import { parseSecret } from '../auth/otp';
import { BbsError } from '../base/errors';
import { readMailAddress } from '../base/mail-address';
import type { Random } from '../base/random';
import type { Backend } from '../backend';
import { foldName } from '../store/user-name';
import { findUserByName, type User } from '../store/users';
import { ACTOR } from './command-context';
import { sayStock } from '../texts/texts';

/** One account of The Forgotten Server; the secret is '' without a second factor. */
export interface TfsAccount {
  /** Of the file, or the id of the row. */
  readonly line: number;
  readonly name: string;
  readonly email: string;
  readonly secret: string;
}

/** Result of one line of the file. */
export interface ImportResult {
  readonly line: number;
  readonly name: string;
  readonly kind: 'made' | 'bound' | 'kept' | 'failed';
  readonly text: string;
}

interface TfsImportOptions {
  readonly backend: Backend;
  /** Folded names of all accounts, read once for all lines. */
  readonly taken: ReadonlySet<string>;
  readonly random: Random;
  /** The characters of a secret are the HMAC key. */
  readonly rawKey: boolean;
  /** Replaces a second factor that the account has here. */
  readonly replace: boolean;
  readonly dryRun: boolean;
}

/** Imports accounts one by one; a failure concerns its own line only. */
export class TfsImport {
  private readonly seen = new Map<string, number>();

  constructor(private readonly options: TfsImportOptions) {}

  async take(account: TfsAccount): Promise<ImportResult> {
    const { line, name } = account;
    try {
      return { line, name, ...(await this.import(account)) };
    } catch (error) {
      // A refusal concerns this line; any other error ends the import.
      const isAboutIt = error instanceof BbsError && error.code === 'USER_INVALID';
      if (!isAboutIt) throw error;
      return { line, name, kind: 'failed', text: error.message };
    }
  }

  private async import(account: TfsAccount): Promise<Pick<ImportResult, 'kind' | 'text'>> {
    const { name, secret } = account;
    if (name === '') throw invalid('it has no name');
    // The Forgotten Server stores 16 characters; a value that is no secret changes nothing here.
    if (secret !== '') parseSecret(secret, this.encoding());
    this.refuseTwice(account);
    const user = await this.find(name);
    if (user === undefined) return this.make(account);
    if (secret === '') return { kind: 'kept', text: 'is there already; no secret to bind' };
    if (otpTypeOf(user) !== undefined && !this.options.replace) {
      return { kind: 'kept', text: 'has a second factor here already (see --replace)' };
    }
    await this.bind(user.id, secret);
    return { kind: 'bound', text: 'was there already; secret bound' };
  }

  /** Two lines for one account would overwrite each other. */
  private refuseTwice({ name, line }: TfsAccount): void {
    const key = foldName(name);
    const before = this.seen.get(key);
    if (before !== undefined) throw invalid(`line ${before} has this name too`);
    this.seen.set(key, line);
  }

  private async make(account: TfsAccount): Promise<Pick<ImportResult, 'kind' | 'text'>> {
    const { backend, random, dryRun } = this.options;
    const { name, secret } = account;
    const email = readMailAddress(account.email);
    const properties = email === '' ? {} : { email_address: email };
    const refused =
      backend.rules.checkName(name, false) ?? backend.rules.checkProperties(properties);
    if (refused !== undefined) {
      const about = refused.problem === 'bad-email' ? `${JSON.stringify(email)}: ` : '';
      throw invalid(about + refused.says(sayStock));
    }
    if (!dryRun) {
      // A password of 256 random bits that is stored and shown nowhere.
      const password = random.bytes(32).toString('base64url');
      const made = await backend.accounts.create({ name, password, properties, status: 2 }, ACTOR);
      if (made.kind === 'refused') throw invalid(made.says(sayStock));
      if (secret !== '') await this.bindNew(made.user, secret);
    }
    const factor = secret === '' ? 'no second factor' : 'secret bound';
    return { kind: 'made', text: `${factor}; ${passwordAdvice(email)}` };
  }

  /** Removes a new account whose second factor could not be bound. */
  private async bindNew(user: User, secret: string): Promise<void> {
    try {
      await this.bind(user.id, secret);
    } catch (error) {
      await this.options.backend.accounts.remove(user.id, ACTOR);
      throw error;
    }
  }

  /** Backup codes are not made here: the owner makes them after signing in. */
  private async bind(userId: number, text: string): Promise<void> {
    if (this.options.dryRun) return;
    await this.options.backend.enrollment.bind(userId, 'googleAuth', {
      secret: { text, encoding: this.encoding() },
      backupCodes: [],
      actor: ACTOR,
    });
  }

  private async find(name: string): Promise<User | undefined> {
    if (!this.options.taken.has(foldName(name))) return undefined;
    return this.options.backend.db.run((sql) => findUserByName(sql, name));
  }

  private encoding(): 'ascii' | 'base32' {
    return this.options.rawKey ? 'ascii' : 'base32';
  }
}

function passwordAdvice(email: string): string {
  return email === '' ? 'no password and no mail: set one' : 'no password: reset by mail';
}

function invalid(text: string): BbsError {
  return new BbsError('USER_INVALID', text.replace(/\.$/, ''));
}
