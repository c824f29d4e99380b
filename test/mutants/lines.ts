import type { Mutant } from './mutant';

/** Part N of docs/security.md, lines without a password. */
export const LINES: readonly Mutant[] = [
  {
    rule: 'N7',
    fault: 'a password is compared where a code stands in its place',
    file: 'src/auth/login-session.ts',
    find: "return passwords === 'refuse' || passwords === 'never';",
    put: "return passwords === 'refuse';",
  },
  {
    rule: 'N7',
    fault: 'a code stands in place of the password on any line',
    file: 'src/auth/login-session.ts',
    find: "if (kind === 'line-code') return passwords !== 'never';",
    put: "if (kind === 'line-code') return passwords === 'refuse';",
  },
  {
    rule: 'N7',
    fault: 'a code of a sheet signs in twice',
    file: 'src/store/sheets.ts',
    find: ".where({ user_id: userId, number }).whereNull('used_at');",
    put: '.where({ user_id: userId, number });',
  },
  {
    rule: 'N7',
    fault: 'guesses on the line are counted as codes of the second factor',
    file: 'src/auth/line-code.ts',
    find: "factor: 'line', source: attemptContext.source",
    put: "factor: 'second', source: attemptContext.source",
  },
  {
    rule: 'N7',
    fault: 'codes of the app can be guessed for ever',
    file: 'src/auth/line-code.ts',
    find: "(await sumFailures(sql, subject, 'line')) > disableAfter",
    put: "(await sumFailures(sql, subject, 'line')) < 0",
  },
  {
    rule: 'N7',
    fault: 'a backup code signs in on the line',
    file: 'src/auth/line-code.ts',
    find: 'if (findFactorKind(result.by)?.isBound !== true)',
    put: 'if (findFactorKind(result.by)?.isBound === undefined)',
  },
  {
    rule: 'N7',
    fault: 'the password is asked for in the call',
    file: 'src/menu/run/proof-of-person.ts',
    find: 'if (asksForLineCode(context)) {',
    put: 'if (asksForLineCode(context) && say.length < 0) {',
  },
  {
    rule: 'N7',
    fault: 'an account that must have two factors gets in by one',
    file: 'src/menu/run/owed-factor.ts',
    find: 'if (this.caller.login.byLineCode === true && hasSecondFactor(user)) {',
    put: 'if (this.caller.login.byLineCode === true && !hasSecondFactor(user)) {',
  },
  {
    rule: 'N8',
    fault: 'two calls are asked for the same number',
    file: 'src/auth/line-question.ts',
    find: 'numbers.find((each) => !others.includes(each)) ?? 0',
    put: 'numbers.find((each) => others.length >= 0 && each > 0) ?? 0',
  },
  {
    rule: 'N8',
    fault: 'a code of the app is taken from whoever is quicker',
    file: 'src/auth/line-code.ts',
    find: 'if (!isAsked || asked.others > 0)',
    put: 'if (!isAsked)',
  },
  {
    rule: 'N8',
    fault: 'a code that was nearly right stays good',
    file: 'src/auth/sheet-codes.ts',
    find: 'return isNear && spendSheetCode(sql, heard, { nowMs });',
    put: 'return isNear && nowMs < 0;',
  },
  {
    rule: 'N8',
    fault: 'a code that was typed in part stays good',
    file: 'src/menu/run/active-menu.ts',
    find: 'if (this.memory.delete(STANDING_NOTE)) await leaveLineCode(this.caller, this.unsent);',
    put: 'if (this.memory.delete(STANDING_NOTE)) await leaveLineCode(this.caller, []);',
  },
];
