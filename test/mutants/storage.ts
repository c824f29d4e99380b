import type { Mutant } from './mutant';

/** Part I of docs/security.md. */
export const STORAGE: readonly Mutant[] = [
  {
    rule: 'I1',
    fault: 'a promise of the database is not read back',
    file: 'src/store/sqlite.ts',
    find: 'if (found !== expected) {',
    put: 'if (found === undefined) {',
  },
  {
    rule: 'I2',
    fault: 'the work of a transaction is done outside of it',
    file: 'src/store/database.ts',
    find: 'const result = await work(transaction);',
    put: 'const result = await work(transaction.isTransaction === true ? this.sql : transaction);',
  },
  {
    rule: 'I3',
    fault: 'sealed values are bound to no row',
    file: 'src/auth/sealing.ts',
    find: '`${place.table}:${place.column}:${place.userId}:${keyId}`',
    put: '`${place.table}:${place.column}:${keyId}`',
  },
  {
    rule: 'I3',
    fault: 'sealed values are bound to no column',
    file: 'src/auth/sealing.ts',
    find: '`${place.table}:${place.column}:${place.userId}:${keyId}`',
    put: '`${place.userId}:${keyId}`',
  },
  {
    rule: 'I3',
    fault: 'what a lost key has sealed is kept',
    file: 'src/auth/key-rotation.ts',
    find: "{ row, sealed: '' }",
    put: '{ row, sealed: row.sealed }',
  },
  {
    rule: 'I3',
    fault: 'secrets of a takeover stay in the journal',
    file: 'src/store/sqlite.ts',
    find: "'PRAGMA wal_checkpoint(TRUNCATE)'",
    put: "'PRAGMA wal_checkpoint(PASSIVE)'",
  },
  {
    rule: 'I3',
    fault: 'secrets of a takeover stay in clear text',
    file: 'src/auth/adopt-factors.ts',
    find: '        await forgetSecret(sql, userId);\n',
    put: '',
  },
  {
    rule: 'I4',
    fault: 'properties of auth can be set',
    file: 'src/store/properties.ts',
    find: 'account_(status|locked|created)|',
    put: '',
  },
  {
    rule: 'I4',
    fault: 'a new account inherits the rows of its id',
    file: 'src/store/users.ts',
    find: '  await clearOwnedRows(sql, id);\n',
    put: '',
  },
  {
    rule: 'I5',
    fault: 'a backup can be read by others',
    file: 'src/store/backup.ts',
    find: "openSync(draft, 'wx', 0o600)",
    put: "openSync(draft, 'wx', 0o644)",
  },
  {
    rule: 'I5',
    fault: 'a file is written through a link',
    file: 'src/base/private-file.ts',
    find: 'isSymbolicLink() !== true) return;',
    put: 'isSymbolicLink() !== undefined) return;',
  },
  {
    rule: 'I6',
    fault: 'a process without a lease signs in',
    file: 'src/auth/login-session.ts',
    find: 'if (!this.parts.mayGrant())',
    put: 'if (!this.parts.mayGrant)',
  },
];
