import { importedAccountKey } from '../auth/account-keys';
import { parseSshPublicKey } from '../auth/ssh-key';
import { addAccountKey, MOST_SSH_KEYS, removeAccountKeys } from '../auth/ssh-key-change';
import type { Clock } from '../base/clock';
import type { Database } from '../store/database';
import type { Notifier } from '../store/notice';
import { listSshKeys } from '../store/ssh-keys';
import type { OwnSshKey, SshKeyDesk } from './services';

/** The screen of the SSH keys and auth/ssh-key-change, put together. */
export function createSshKeyDesk(parts: {
  readonly db: Database;
  readonly clock: Clock;
  /** Tells the account's owner by mail. */
  readonly notifier: Notifier;
  /** Called after each committed change, so that sessions in this process learn of it at once. */
  readonly changed: () => void;
}): SshKeyDesk {
  const { db } = parts;
  const list = (userId: number): Promise<readonly OwnSshKey[]> =>
    db.run(async (sql) => {
      const stored = await listSshKeys(sql, userId);
      const imported = await importedAccountKey(sql, userId);
      if (imported === undefined) return stored;
      const { fingerprint, algorithm, comment } = imported;
      if (stored.some((key) => key.fingerprint === fingerprint)) return stored;
      const undated = { addedAtMs: undefined, usedAtMs: undefined };
      return [{ fingerprint, algorithm, comment, ...undated }, ...stored];
    });
  return {
    list,
    findProblem: (line) => {
      const parsed = parseSshPublicKey(line);
      return parsed.kind === 'refused' ? parsed.why : undefined;
    },
    async add(userId, line, actor) {
      const parsed = parseSshPublicKey(line);
      if (parsed.kind === 'refused') return parsed;
      const { key } = parsed;
      switch (await addAccountKey(parts, userId, { key, actor })) {
        case 'added':
          return { kind: 'added', fingerprint: key.fingerprint };
        case 'there-already':
          return { kind: 'refused', why: 'you have this key already' };
        case 'too-many':
          return { kind: 'refused', why: `${MOST_SSH_KEYS} keys are the most; remove one first` };
      }
    },
    remove: async (userId, fingerprint, actor) =>
      (await removeAccountKeys(parts, userId, { fingerprint, actor })) > 0,
  };
}
