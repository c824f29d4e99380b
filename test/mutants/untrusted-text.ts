import type { Mutant } from './mutant';

const LOG = 'src/base/log.ts';

/** Part H of docs/security.md. */
export const UNTRUSTED_TEXT: readonly Mutant[] = [
  {
    rule: 'H1',
    fault: 'control characters of people are shown',
    file: 'src/terminal/untrusted.ts',
    find: '/[\\p{Cc}\\p{Cf}',
    put: '/[\\p{Cf}',
  },
  {
    rule: 'H2',
    fault: 'pipe codes of people take effect',
    file: 'src/art/format.ts',
    find: "if (typeof value === 'string') return sanitizeUserText(value, encoding);",
    put: "if (typeof value === 'string')\n    return sanitizeUserText(value, encoding).replace('|12', '\\u001b[31m');",
  },
  {
    rule: 'H3',
    fault: 'DEL and C1 stand raw in the log',
    file: LOG,
    find: "escapeUnseen(line.replace(/^\\{,/, '{'), '\\n')",
    put: "line.replace(/^\\{,/, '{')",
  },
  {
    rule: 'H4',
    fault: 'the password of who gets in is logged',
    file: 'src/auth/first-factor.ts',
    find: '      userId: accepted.user.id,',
    put: "      userId: accepted.user.id,\n      typed: this.credential.kind === 'password' ? this.credential.password : '',",
  },
  {
    rule: 'H5',
    fault: 'rejected attempts are not in the audit',
    file: 'src/auth/login-attempt.ts',
    find: '  await parts.db.run((sql) => addAudit(sql, entry));\n',
    put: "  if (entry.result !== 'rejected') await parts.db.run((sql) => addAudit(sql, entry));\n",
  },
];
