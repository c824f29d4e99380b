import type { Mutant } from './mutant';

const OTP = 'src/auth/otp.ts';
const SECOND_FACTOR = 'src/auth/second-factor.ts';

/** Part A of docs/security.md. */
export const ONE_TIME_CODES: readonly Mutant[] = [
  {
    rule: 'A1',
    fault: 'every code is computed with SHA-1',
    file: OTP,
    find: '    secret: hmacKey(key),\n    algorithm: key.hash,',
    put: "    secret: hmacKey(key),\n    algorithm: 'SHA1',",
  },
  {
    rule: 'A2',
    fault: 'a step lower than the spent one is taken',
    file: 'src/store/factors.ts',
    find: ".andWhere('last_position', '<', spend.position)",
    put: ".andWhere('last_position', '<>', spend.position)",
  },
  {
    rule: 'A3',
    fault: 'the confirming code is not spent',
    file: 'src/auth/pending-enrollment.ts',
    find: 'spentPosition: found.position,',
    put: 'spentPosition: -1,',
  },
  {
    rule: 'A4',
    fault: 'two steps either way are taken',
    file: SECOND_FACTOR,
    find: '{ from: middle - window, to: middle + window }',
    put: '{ from: middle - window - 1, to: middle + window + 1 }',
  },
  {
    rule: 'A5',
    fault: 'two codes are enough to learn a drift',
    file: 'src/auth/drift.ts',
    find: 'const SIGHTINGS = 3;',
    put: 'const SIGHTINGS = 2;',
  },
  {
    rule: 'A6',
    fault: 'one code beyond the look-ahead is enough',
    file: SECOND_FACTOR,
    find: '{ from: next, to: next + lookAhead }',
    put: '{ from: next, to: next + resyncWindow }',
  },
  {
    rule: 'A7',
    fault: 'spaces and dashes stay in a code',
    file: OTP,
    find: "typed.replace(/[ -]/g, '')",
    put: 'typed.trim()',
  },
  {
    rule: 'A8',
    fault: 'the search ends at the first match',
    file: OTP,
    find: '      positions.push(position);',
    put: '      positions.push(position);\n      break;',
  },
  {
    rule: 'A9',
    fault: 'a secret has ten bytes',
    file: OTP,
    find: 'encodeBase32(random.bytes(secretBytes))',
    put: 'encodeBase32(random.bytes(Math.min(10, secretBytes)))',
  },
  {
    rule: 'A10',
    fault: 'the algorithm of a key address is in small letters',
    file: OTP,
    find: '`algorithm=${key.hash}`',
    put: '`algorithm=${key.hash.toLowerCase()}`',
  },
  {
    rule: 'A11',
    fault: 'the factor is never stopped',
    file: 'src/auth/regulator.ts',
    find: '...(second ? { stopAt: twoFactorAuth.otp.disableAfter } : {}),',
    put: '...(second ? { stopAt: 10 * twoFactorAuth.otp.disableAfter } : {}),',
  },
  {
    rule: 'A12',
    fault: 'a right password forgives wrong codes',
    file: 'src/auth/first-factor.ts',
    find: 'await clearAttempts(sql, this.charged.key);',
    put: "await clearAttempts(sql, { ...this.charged.key, factor: 'second' });",
  },
  {
    rule: 'A13',
    fault: 'a store that cannot record it is an error of the session',
    file: 'src/auth/caller-login.ts',
    find: "error.code !== 'STORE_FAILED'",
    put: "error.code === 'STORE_FAILED'",
  },
  {
    rule: 'A13',
    fault: 'a code is spent outside of the transaction that grants',
    file: 'src/auth/second-step.ts',
    find: 'await parts.secondFactor.verify(sql, user.id, attempt.code);',
    put: 'await parts.db.run((own) => parts.secondFactor.verify(own, user.id, attempt.code));',
  },
  {
    rule: 'A13',
    fault: 'a full disk is not known for what it is',
    file: 'src/store/database.ts',
    find: " || code === 'ENOSPC'",
    put: '',
  },
  {
    rule: 'A14',
    fault: 'a clock that went back is not reported',
    file: SECOND_FACTOR,
    find: 'if (factor.lastPosition > middle + window) {',
    put: 'if (factor.lastPosition > middle + 1000 * window) {',
  },
  {
    rule: 'A15',
    fault: 'nobody is told of a used backup code',
    file: SECOND_FACTOR,
    find: "await notifier?.notify(sql, { kind: 'backup-code-used', userId, left: result.left });",
    put: 'void notifier;',
  },
  {
    rule: 'A16',
    fault: 'attempts of one budget do not take turns',
    file: 'src/auth/regulator.ts',
    find: 'const before = last.get(name) ?? Promise.resolve();',
    put: 'const before = Promise.resolve();',
  },
];
