import type { Mutant } from './mutant';

const CODES = 'src/auth/backup-codes.ts';
const STORE = 'src/store/backup-codes.ts';

/** Part B of docs/security.md. */
export const BACKUP_CODES: readonly Mutant[] = [
  {
    rule: 'B1',
    fault: 'a code has two groups',
    file: CODES,
    find: 'const GROUPS = 4;',
    put: 'const GROUPS = 2;',
  },
  {
    rule: 'B2',
    fault: 'codes are stored as they are',
    file: 'src/auth/sealing.ts',
    find: 'return { keyId: current.id, hash: keyedHash(current, value) };',
    put: 'return { keyId: current.id, hash: value };',
  },
  {
    rule: 'B3',
    fault: 'a used code is taken again',
    file: STORE,
    find: "    .whereNull('used_at')\n    .update({ used_at: nowMs })",
    put: '    .update({ used_at: nowMs })',
  },
  {
    rule: 'B4',
    fault: 'wrong backup codes are given back',
    file: 'src/auth/regulator.ts',
    find: 'firstWaitMs: failedLogin.firstWaitSeconds * 1000,',
    put: 'firstWaitMs: second ? 1 : failedLogin.firstWaitSeconds * 1000,',
  },
  {
    rule: 'B5',
    fault: 'old codes stay when new ones are made',
    file: STORE,
    find: 'await removeBackupCodes(sql, owner.userId);',
    put: 'void removeBackupCodes;',
  },
  {
    rule: 'B6',
    fault: 'codes are made without a second factor',
    file: 'src/auth/enrollment.ts',
    find: 'if ((await findFactor(sql, userId)) === undefined) return false;',
    put: 'await findFactor(sql, userId);',
  },
  {
    rule: 'B7',
    fault: 'an account without a factor costs no look-up of codes',
    file: 'src/auth/second-factor.ts',
    find: 'const result = await this.verifyBackupCode(sql, userId, { code: backupCode, by });',
    put: "if (apps.length === 0) return { kind: 'none' };\n      const result = await this.verifyBackupCode(sql, userId, { code: backupCode, by });",
  },
  {
    rule: 'B7',
    fault: 'a login tells whether an account has backup codes of its own',
    file: 'src/auth/factor-kinds.ts',
    find: "label: 'backup code',\n    question: 'One-time code',\n    isBound: false,",
    put: "label: 'backup code',\n    question: 'One-time code',\n    isBound: true,",
  },
  {
    rule: 'B8',
    fault: 'a zero is no o',
    file: CODES,
    find: "    .replace(/0/g, 'o')\n",
    put: '',
  },
];
