import type { Mutant } from './mutant';

/** Part N of docs/security.md. */
export const RECOVERY: readonly Mutant[] = [
  {
    rule: 'N1',
    fault: 'who came in by an entry code goes anywhere',
    file: 'src/menu/run/menu-access.ts',
    find: 'return bindsFirst && !bindsFactor ? BIND_FIRST : undefined;',
    put: 'return bindsFirst && bindsFactor ? BIND_FIRST : undefined;',
  },
  {
    rule: 'N1',
    fault: 'an entry code is good for ever',
    file: 'src/store/backup-codes.ts',
    find: "orWhere('expires_at', '>', wanted.timelineMs)",
    put: "orWhereNotNull('expires_at')",
  },
  {
    rule: 'N1',
    fault: 'an entry code that was heard is taken',
    file: 'src/auth/second-step.ts',
    find: 'onlyBinds(code.by) && !origin.secure',
    put: 'onlyBinds(code.by) && origin.secure === undefined',
  },
  {
    rule: 'N1',
    fault: 'an entry code proves who is there in a session',
    file: 'src/auth/second-factor.ts',
    find: "entersFrom === undefined ? ['login', 'disable']",
    put: "entersFrom === '' ? ['login', 'disable']",
  },
  {
    rule: 'N1',
    fault: 'an entry code outlives a change of the password',
    file: 'src/auth/account-change.ts',
    find: '  await removeEntryCode(sql, userId);\n',
    put: '',
  },
  {
    rule: 'N1',
    fault: 'backup codes are made by who came in by an entry code',
    file: 'src/modules/two-factor-config.ts',
    find: 'if (caller.login.bindsFirst === true) return stay(context, BIND_FIRST);\n  try {',
    put: 'try {',
  },
  {
    rule: 'N2',
    fault: 'a disowned call leaves the password as it is',
    file: 'src/auth/own-calls.ts',
    find: '      await removePassword(sql, userId);\n',
    put: '      void removePassword;\n',
  },
  {
    rule: 'N2',
    fault: 'a call of another account is ended',
    file: 'src/store/calls.ts',
    find: '.where({ user_id: call.userId, session_id: call.sessionId })',
    put: '.where({ session_id: call.sessionId })',
  },
  {
    rule: 'N2',
    fault: 'an ended call goes on',
    file: 'src/auth/login-session.ts',
    find: "if (sessionId !== this.sessionId) return 'keep';",
    put: "if (sessionId !== '') return 'keep';",
  },
  {
    rule: 'N3',
    fault: 'a new network is no news',
    file: 'src/auth/login-records.ts',
    find: 'return places.length > 0 && !places.some(',
    put: 'return places.length < 0 && !places.some(',
  },
];
