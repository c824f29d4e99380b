import type { Migration } from '../migrate';
import { users } from './0001-users';
import { auditFactor } from './0012-audit-factor';
import { firstPassword } from './0007-first-password';
import { signIns } from './0003-sign-ins';
import { knownSourceUse } from './0008-known-source-use';
import { mailErrors } from './0010-mail-errors';
import { secondFactor } from './0002-second-factor';
import { lookups } from './0004-lookups';
import { loginVersion } from './0005-login-version';
import { setUpWord } from './0011-set-up-word';
import { timeline } from './0006-timeline';

/** In the order in which they run; append only. */
export const MIGRATIONS: readonly Migration[] = [
  users,
  secondFactor,
  signIns,
  lookups,
  loginVersion,
  timeline,
  firstPassword,
  knownSourceUse,
  mailErrors,
  setUpWord,
  auditFactor,
];
