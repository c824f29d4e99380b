/**
 * The login area of invariant 2: the menus that the contract names for connecting, the matrix, signing
 * in, the one-time code, applying, a forgotten password, log-off and the screens of their failures.
 * A caller whose factor is too low enters only these, whatever a menu file says. A sysop adds menus
 * with `config: { area: login }`.
 */
export const LOGIN_AREA_MENUS: ReadonlySet<string> = new Set([
  'telnetConnected',
  'sshConnected',
  'sshConnectedNewUser',
  'matrix',

  'login',
  'loginTwoFactorAuthOTPLoop',
  'loginTwoFactorAuthOTP',
  'loginAttemptTooNode',
  'loginAttemptTooMany',
  'loginAttemptLocked',
  'loginAttemptDisabled',
  'loginAttemptInactive',
  'loginAttemptAccountLocked',
  'loginAttemptAccountDisabled',
  'loginAttemptAccountInactive',

  'newUserApplicationPre',
  'newUserApplication',
  'newUserApplicationPreSsh',
  'newUserApplicationSsh',
  'newUserFeedbackToSysOpPreamble',
  'newUserFeedbackToSysOp',
  'newUserInactiveDone',
  'newUserCreateError',
  'userNeedsActivated',

  'forgotPassword',
  'forgotPasswordSubmitted',
  'preAuthFeedback',

  'logoff',
  'fullLogoffSequence',
]);
