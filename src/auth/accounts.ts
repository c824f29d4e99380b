import type { Clock } from '../base/clock';
import type { Random } from '../base/random';
import { sourceOf } from '../base/source';
import type { Config } from '../config/schema';
import { accountSubject, clearAttempts, removeAttempts, sumFailures } from '../store/attempts';
import type { Budgets, Spend, SpentScope } from '../store/budget';
import type { Database, Sql } from '../store/database';
import type { Subject } from '../store/dialect';
import type { Notifier } from '../store/notice';
import { storePassword } from '../store/passwords';
import { findHolders, formatTimestamp, setProperties, writeProperties } from '../store/properties';
import type { PropertyValues } from '../store/properties';
import { replaceSources } from '../store/sources';
import {
  findUser,
  findUserByName,
  getUser,
  hasUsers,
  insertUser,
  removeUser,
  renameUser,
  ROOT_ID,
  setGroups,
} from '../store/users';
import type { User, UserStatus } from '../store/users';
import type { Saying } from '../texts/texts';
import {
  type AccountChangeRecord,
  type Actor,
  endFailureLock,
  endLinks,
  recordChange,
  tellOfApplication,
  writeStatus,
} from './account-change';
import { refuse, refuseSaying, SYSOP_GROUPS } from './account-rules';
import type { AccountRules, AccountResult, Refused } from './account-rules';
import type { HashQueue } from './hash-queue';
import { isOfProgram, passwordProperties, type NewPassword } from './own-accounts';
import { hashPassword, makePassword } from './password';

interface NewAccount {
  readonly name: string;
  readonly password: NewPassword;
  readonly properties?: PropertyValues;
  /** An address that was given and is not confirmed, for the sysop's mail alone. */
  readonly givenMail?: string;
  readonly groups?: readonly string[];
  /** By default `users.requireActivation` decides whether the account waits for activation. */
  readonly status?: UserStatus;
  /** Runs first in the same transaction: by what the account is let in, for the audit; undefined makes none. */
  readonly admits?: (sql: Sql) => Promise<string | undefined>;
  /** True for the sysop, who may use names that callers may not. */
  readonly allowReserved?: boolean;
}

interface PasswordChange {
  readonly password: string;
  /** Also ends a lock after failures: a completed reset by mail may. */
  readonly endLock?: boolean;
  /** Runs first in the same transaction; false changes nothing. A reset consumes its token here. */
  readonly provided?: (sql: Sql) => Promise<boolean>;
}

interface AccountsOptions {
  readonly db: Database;
  readonly config: () => Config;
  readonly clock: Clock;
  readonly random: Random;
  readonly rules: AccountRules;
  readonly hashes: HashQueue;
  readonly notifier?: Notifier;
  readonly budgets: Budgets;
  /** Called after each committed change, so that sessions in this process see it at once. */
  readonly changed?: () => void;
}

const SYSTEM: Actor = { server: 'system' };
const CREATED = { audit: 'account-created', event: 'status' } as const;

/**
 * The only way to create and change accounts, for every actor: each change is checked by the same
 * rules, leaves an audit row, and notifies the account's sessions.
 */
export class Accounts {
  constructor(private readonly parts: AccountsOptions) {}

  async create(account: NewAccount, actor: Actor): Promise<AccountResult> {
    const { rules } = this.parts;
    const { password, properties = {} } = account;
    const email = properties['email_address'] ?? '';
    const refused =
      rules.checkName(account.name, account.allowReserved === true) ??
      rules.checkProperties(properties) ??
      rules.checkGroups(account.groups ?? []) ??
      (typeof password === 'string'
        ? rules.checkPassword(password, { userName: account.name, email })
        : undefined);
    if (refused !== undefined) return refused;
    const hash = typeof password === 'string' ? await this.hash(password, actor) : undefined;
    if (hash === 'busy') return refuse('busy');
    return this.withinBudget(actor, async (sql) => {
      const reason = account.admits === undefined ? '' : await account.admits(sql);
      if (reason === undefined) return refuse('not-now');
      const id = await insertUser(sql, { name: account.name });
      if (id === undefined) return refuse('name-taken');
      await this.fill(sql, id, account);
      if (hash !== undefined) {
        await storePassword(sql, id, { hash, nowMs: this.parts.clock.nowMs() });
      }
      await this.record(sql, { ...CREATED, userId: id, actor, reason });
      const user = await getUser(sql, id);
      const { givenMail } = account;
      await tellOfApplication(sql, { user, givenMail, actor }, this.parts.notifier);
      return { kind: 'done', user };
    });
  }

  /**
   * Creates the sysop's account when there is no account at all, and returns its password, once.
   */
  async ensureSysop(): Promise<{ readonly name: string; readonly password: string } | undefined> {
    const { db, config, clock, hashes } = this.parts;
    if (await db.run(hasUsers)) return undefined;
    const name = config().general.sysOp.username;
    const password = makePassword(this.parts.random);
    const hash = await hashPassword(password, hashes.cost);
    const made = await db.transaction('board', async (sql) => {
      // Another process may have created it in the meantime.
      if (await hasUsers(sql)) return false;
      const id = await insertUser(sql, { name, root: true });
      if (id === undefined) return false;
      await this.fill(sql, id, {
        name,
        password,
        status: 2,
        groups: SYSOP_GROUPS,
        properties: { real_name: config().general.sysOp.realName },
      });
      await storePassword(sql, id, { hash, nowMs: clock.nowMs(), isFirst: true });
      await this.record(sql, { ...CREATED, userId: id, actor: SYSTEM });
      return true;
    });
    return made ? { name, password } : undefined;
  }

  async changePassword(
    userId: number,
    change: PasswordChange,
    actor: Actor,
  ): Promise<AccountResult> {
    const { db, rules, clock, notifier } = this.parts;
    const user = await db.run((sql) => findUser(sql, userId));
    if (user === undefined) return refuse('unknown-user');
    // One that is stored here would never count (rule P6).
    if (isOfProgram(user)) return refuse('of-program');
    const email = user.properties.get('email_address') ?? '';
    const refused = rules.checkPassword(change.password, { userName: user.name, email });
    if (refused !== undefined) return refused;
    const hash = await this.hash(change.password, actor);
    if (hash === 'busy') return refuse('busy');
    return this.changing({ account: userId }, async (sql) => {
      if (change.provided !== undefined && !(await change.provided(sql))) return refuse('not-now');
      if ((await findUser(sql, userId)) === undefined) return refuse('unknown-user');
      const nowMs = clock.nowMs();
      await storePassword(sql, userId, { hash, nowMs });
      await clearAttempts(sql, { subject: accountSubject(userId), factor: 'password' });
      // A person who knew the old password may have signed in from anywhere and requested links.
      // The source of the change is the owner's: a session's or the reset link's (rule M12).
      const { remoteIp } = actor;
      const proven =
        remoteIp === undefined
          ? undefined
          : { source: sourceOf(remoteIp), timelineMs: clock.timelineMs() };
      await replaceSources(sql, userId, proven);
      await endLinks(sql, userId);
      if (change.endLock === true) await endFailureLock(sql, userId);
      await this.record(sql, { userId, audit: 'password-changed', event: 'password', actor });
      await notifier?.notify(sql, { kind: 'password-changed', userId });
      return { kind: 'done', user: await getUser(sql, userId) };
    });
  }

  /** Also ends a lock and the waits after failures. */
  setStatus(userId: number, status: UserStatus, actor: Actor): Promise<AccountResult> {
    return this.change(userId, async (sql, before) => {
      await writeStatus(sql, userId, { status });
      if (status === 2) await this.clearWaits(sql, userId);
      const names = ['disabled', 'inactive', 'active', 'locked'];
      const reason = names[status] ?? '';
      const event = status === 2 ? 'unlocked' : 'status';
      await this.record(sql, { userId, audit: 'status', event, actor, reason });
      if (status !== 2 || before.status !== 1) return;
      await this.parts.notifier?.notify(sql, { kind: 'account-activated', userId });
    });
  }

  /** Ends the waits after failures. A second factor that too many wrong codes locked stays locked. */
  unlock(userId: number, actor: Actor): Promise<AccountResult> {
    return this.change(userId, async (sql) => {
      await endFailureLock(sql, userId);
      await this.clearWaits(sql, userId);
      await this.record(sql, { userId, audit: 'unlocked', event: 'unlocked', actor });
    });
  }

  async rename(userId: number, name: string, actor: Actor): Promise<AccountResult> {
    const refused = this.parts.rules.checkName(name, true);
    if (refused !== undefined) return refused;
    return this.change(
      userId,
      async (sql) => {
        if (!(await renameUser(sql, userId, name))) return refuse('name-taken');
        await this.record(sql, { userId, audit: 'renamed', event: 'name', actor });
      },
      'board',
    );
  }

  remove(userId: number, actor: Actor): Promise<AccountResult> {
    return this.change(
      userId,
      async (sql, user) => {
        if (userId === ROOT_ID) return refuse('root');
        await endLinks(sql, userId);
        await removeUser(sql, userId);
        await removeAttempts(sql, accountSubject(userId));
        await this.record(sql, { userId, audit: 'account-removed', event: 'deleted', actor });
        return { kind: 'done', user };
      },
      'board',
    );
  }

  async setGroups(userId: number, groups: readonly string[], actor: Actor): Promise<AccountResult> {
    const refused = this.parts.rules.checkGroups(groups);
    if (refused !== undefined) return refused;
    return this.change(userId, async (sql) => {
      await setGroups(sql, userId, groups);
      const reason = groups.join(',');
      await this.record(sql, { userId, audit: 'groups', event: 'groups', actor, reason });
    });
  }

  /** Throws USER_INVALID for properties that belong to auth (rule I4). */
  async setProperties(
    userId: number,
    values: PropertyValues,
    actor: Actor,
  ): Promise<AccountResult> {
    const refused = this.parts.rules.checkProperties(values);
    if (refused !== undefined) return refused;
    return this.change(userId, async (sql, before) => {
      await setProperties(sql, userId, values);
      const reason = Object.keys(values).join(',');
      await this.record(sql, { userId, audit: 'properties', event: 'properties', actor, reason });
      const address = before.properties.get('email_address');
      if (!('email_address' in values) || address === values['email_address']) return;
      await endLinks(sql, userId);
      if (address === undefined) return;
      await this.parts.notifier?.notify(sql, { kind: 'mail-changed', userId, address });
    });
  }

  /** True where an account has this name; names are compared as `foldName` writes them. */
  async isNameTaken(name: string): Promise<boolean> {
    return (await this.find(name)) !== undefined;
  }

  find(name: string): Promise<User | undefined> {
    return this.parts.db.run((sql) => findUserByName(sql, name));
  }

  async isRealNameTaken(name: string): Promise<boolean> {
    const wanted = { property: 'real_name', value: name };
    return (await this.parts.db.run((sql) => findHolders(sql, wanted))).length > 0;
  }

  /** Why this name cannot be chosen for a new account, as a sentence; undefined when it can. */
  async nameProblem(name: string): Promise<Saying | undefined> {
    const refused = this.parts.rules.checkName(name, false);
    if (refused !== undefined) return refused.says;
    return (await this.isNameTaken(name)) ? refuse('name-taken').says : undefined;
  }

  /** Why this password cannot be chosen, as a sentence; undefined when it can. */
  passwordProblem(
    password: string,
    about: { readonly userName: string; readonly email: string },
  ): Saying | undefined {
    return this.parts.rules.checkPassword(password, about)?.says;
  }

  /** Writes the properties and groups of a new account. */
  private async fill(sql: Sql, id: number, account: NewAccount): Promise<void> {
    const { theme, users } = this.parts.config();
    const { password } = account;
    await setProperties(sql, id, { theme_id: theme.default, ...withoutEmpty(account.properties) });
    await setGroups(sql, id, account.groups ?? users.defaultGroups);
    await writeProperties(sql, id, {
      account_status: String(account.status ?? (users.requireActivation ? 1 : 2)),
      account_created: formatTimestamp(this.parts.clock.nowMs()),
      ...passwordProperties(password),
    });
  }

  private async clearWaits(sql: Sql, userId: number): Promise<void> {
    const subject = accountSubject(userId);
    await clearAttempts(sql, { subject, factor: 'password' });
    await clearAttempts(sql, { subject, factor: 'line' });
    const { disableAfter } = this.parts.config().users.twoFactorAuth.otp;
    if ((await sumFailures(sql, subject, 'second')) < disableAfter) {
      await clearAttempts(sql, { subject, factor: 'second' });
    }
  }

  private async hash(password: string, actor: Actor): Promise<string | 'busy'> {
    const source = sourceOf(actor.remoteIp ?? '');
    const { hashes } = this.parts;
    const made = await hashes.run(source, () => hashPassword(password, hashes.cost));
    return made.kind === 'done' ? made.value : 'busy';
  }

  private change(
    userId: number,
    work: (sql: Sql, user: User) => Promise<AccountResult | void>,
    about: Subject = { account: userId },
  ): Promise<AccountResult> {
    return this.changing(about, async (sql) => {
      const user = await findUser(sql, userId);
      if (user === undefined) return refuse('unknown-user');
      const result = await work(sql, user);
      return result ?? { kind: 'done', user: await getUser(sql, userId) };
    });
  }

  /**
   * Counts a caller's request against the budgets; oputil has no address and no budget (rule M5).
   */
  private async withinBudget(
    actor: Actor,
    work: (sql: Sql) => Promise<AccountResult>,
  ): Promise<AccountResult> {
    if (actor.remoteIp === undefined) return this.changing('board', work);
    const { budgets, db } = this.parts;
    const spend: Spend = { expense: 'application', spender: actor };
    let spent: SpentScope | undefined;
    const result = await this.changing('board', async (sql) => {
      spent = await budgets.take(sql, spend);
      if (spent === undefined) return work(sql);
      const text = spent === 'source' ? 'account.many-of-source' : 'account.many-of-board';
      return refuseSaying('too-many-applications', (say) => say(text));
    });
    const refusal = spent;
    // The refusal rolled back its transaction, and the record of it with that.
    if (refusal !== undefined) {
      await db.transaction('board', (sql) => budgets.recordRefusal(sql, spend, refusal));
    }
    return result;
  }

  /** Runs a change in a transaction, which a refusal rolls back. */
  private async changing(
    about: Subject,
    work: (sql: Sql) => Promise<AccountResult>,
  ): Promise<AccountResult> {
    try {
      const result = await this.parts.db.transaction(about, async (sql) => {
        const outcome = await work(sql);
        if (outcome.kind === 'refused') throw new Rollback(outcome);
        return outcome;
      });
      this.parts.changed?.();
      return result;
    } catch (error) {
      if (error instanceof Rollback) return error.refused;
      throw error;
    }
  }

  private async record(sql: Sql, change: Omit<AccountChangeRecord, 'nowMs'>): Promise<void> {
    await recordChange(sql, { ...change, nowMs: this.parts.clock.nowMs() });
  }
}

/** Carries a refusal out of a transaction, which is rolled back. */
class Rollback extends Error {
  constructor(readonly refused: Refused) {
    super('refused');
  }
}

function withoutEmpty(values: PropertyValues | undefined): PropertyValues {
  return Object.fromEntries(Object.entries(values ?? {}).filter(([, value]) => value !== ''));
}
