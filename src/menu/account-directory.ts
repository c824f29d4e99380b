import type { PasswordPolicy } from '../auth/password-policy';
import type { Database } from '../store/database';
import { findUserIdsByProperty, setProperties } from '../store/properties';
import { countUsersCreatedSince } from '../store/user-figures';
import { countUsers, findUserByName, listUsers } from '../store/users';
import type { AccountDirectory } from './services';

/** Accounts as menus ask for them, straight from the store. */
export function createAccountDirectory(parts: {
  readonly db: Database;
  readonly passwordPolicy: PasswordPolicy;
}): AccountDirectory {
  const { db, passwordPolicy } = parts;
  const isTaken = async (name: string, value: string, except?: number): Promise<boolean> => {
    const ids = await db.run((sql) => findUserIdsByProperty(sql, name, value));
    return ids.some((id) => id !== except);
  };
  return {
    isNameTaken: async (name) => (await db.run((sql) => findUserByName(sql, name))) !== undefined,
    isRealNameTaken: (name) => isTaken('real_name', name),
    isEmailTaken: (address, exceptUserId) => isTaken('email_address', address, exceptUserId),
    passwordProblem: (password, about) => passwordPolicy.explainProblem(password, about),
    list: (limit) => db.run((sql) => listUsers(sql, { status: 2, limit })),
    count: (createdSinceMs) =>
      db.run(async (sql) => ({
        all: await countUsers(sql),
        createdSince: await countUsersCreatedSince(sql, createdSinceMs),
      })),
    setProperties: (userId, properties) =>
      db.transaction((sql) => setProperties(sql, userId, properties)),
  };
}
