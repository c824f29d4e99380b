import type { Config } from '../config/schema';
import type { Database } from '../store/database';
import { findHolders } from '../store/properties';
import type { PropertyValues } from '../store/properties';
import { isReservedName } from '../store/user-name';
import {
  countCreatedSince,
  countUsers,
  findUserByName,
  findUsers,
  listActiveUsers,
} from '../store/users';
import type { User } from '../store/users';
import { BbsError } from '../base/errors';
import { refuse } from './account-rules';
import type { AccountRules } from './account-rules';
import type { Accounts } from './accounts';

/** Accounts as menus and validators ask for them (the seam AccountDirectory in menu/services.ts). */
export class StoredAccountDirectory {
  constructor(
    private readonly parts: {
      readonly db: Database;
      readonly config: () => Config;
      readonly rules: AccountRules;
      readonly accounts: Accounts;
    },
  ) {}

  /** True for reserved names too: neither can be chosen. */
  async isNameTaken(name: string): Promise<boolean> {
    const { users } = this.parts.config();
    if (isReservedName(name, [...users.badUserNames, ...users.newUserNames])) return true;
    return (await this.parts.db.run((sql) => findUserByName(sql, name))) !== undefined;
  }

  async isRealNameTaken(name: string): Promise<boolean> {
    const wanted = { property: 'real_name', value: name };
    return (await this.parts.db.run((sql) => findHolders(sql, wanted))).length > 0;
  }

  async nameProblem(name: string): Promise<string | undefined> {
    const refused = this.parts.rules.checkName(name, false);
    if (refused !== undefined) return refused.text;
    return (await this.isNameTaken(name)) ? refuse('name-taken').text : undefined;
  }

  passwordProblem(
    password: string,
    about: { readonly userName: string; readonly email: string },
  ): string | undefined {
    return this.parts.rules.checkPassword(password, about)?.text;
  }

  async findAll(ids: readonly number[]): Promise<ReadonlyMap<number, User>> {
    const users = await this.parts.db.run((sql) => findUsers(sql, ids));
    return new Map(users.map((user) => [user.id, user]));
  }

  list(limit: number): Promise<readonly User[]> {
    return this.parts.db.run((sql) => listActiveUsers(sql, limit));
  }

  async count(
    createdSinceMs: number,
  ): Promise<{ readonly all: number; readonly createdSince: number }> {
    return this.parts.db.run(async (sql) => ({
      all: await countUsers(sql),
      createdSince: await countCreatedSince(sql, createdSinceMs),
    }));
  }

  async setProperties(userId: number, properties: PropertyValues): Promise<void> {
    const result = await this.parts.accounts.setProperties(userId, properties, {});
    if (result.kind === 'refused') throw new BbsError('USER_INVALID', result.text);
  }
}
