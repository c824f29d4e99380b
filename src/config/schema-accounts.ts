import { z } from 'zod';
import { DEFAULT_OTP_TYPE, OTP_TYPES_TO_OFFER } from '../base/otp-types';
import { file, HARMLESS, HARMLESS_ITEMS, seconds, section } from './schema-parts';

const otp = section('One-time passwords.', {
  window: z
    .int()
    .min(0)
    .max(2)
    .default(1)
    .describe('TOTP steps accepted before and after the current one (rule A4).'),
  lookAhead: z
    .int()
    .min(1)
    .max(100)
    .default(10)
    .describe('HOTP counter values tried ahead (rule A6).'),
  resyncWindow: z
    .int()
    .min(10)
    .max(100)
    .default(100)
    .describe('HOTP counter values searched for two consecutive codes (rule A6).'),
  driftMemory: z
    .boolean()
    .default(false)
    .meta(HARMLESS)
    .describe('Learn a clock that is constantly off, from three consecutive codes (rule A5).'),
  secretBytes: z.int().min(20).max(64).default(20).describe('Length of a new secret (rule A9).'),
  disableAfter: z
    .int()
    .min(10)
    .max(100)
    .default(50)
    .describe(
      'Consecutive wrong codes after which the factor is off until it is bound again (rule A11).',
    ),
  issuer: z
    .string()
    .max(64)
    .default('')
    .meta(HARMLESS)
    .describe('Issuer in authenticator apps; empty is the board name.'),
  tokenTtlMinutes: z
    .int()
    .min(1)
    .max(1440)
    .default(30)
    .describe('Life of a registration link (rule D2).'),
  registerEmailText: file('misc/otp_register_email.template.txt')
    .meta(HARMLESS)
    .describe('Mail template, text part.'),
  registerEmailHtml: file('misc/otp_register_email.template.html')
    .meta(HARMLESS)
    .describe('Mail template, HTML part.'),
  registerPageTemplate: file('misc/otp_register.template.html')
    .meta(HARMLESS)
    .describe('Web page template.'),
});

const applicationField = (what: string) =>
  z.enum(['required', 'optional', 'off']).default('optional').meta(HARMLESS).describe(what);

const applicationFields = section(
  'Fields of the application besides name and password: `required`, `optional`, or `off`, which is not asked.',
  {
    realName: applicationField('Real name.'),
    birthdate: applicationField('Date of birth.'),
    sex: applicationField('Sex, one letter.'),
    location: applicationField('Where the caller comes from.'),
    affils: applicationField('Groups or boards.'),
    about: applicationField('One line about oneself, for the sysop.'),
    email: applicationField(
      'Mail address. Without it there is no mail for a lost password or a second factor.',
    ),
    web: applicationField('Page on the web.'),
  },
);

/** Accounts, passwords, second factor and failed sign-ins. */
export const users = section('Accounts.', {
  usernameMin: z.int().min(1).max(60).default(2).meta(HARMLESS).describe('Shortest user name.'),
  usernameMax: z.int().min(1).max(60).default(16).meta(HARMLESS).describe('Longest user name.'),
  usernamePattern: z
    .string()
    .default('^[A-Za-z0-9~!@#$%^&*()\\-\\_+ .]+$')
    .meta(HARMLESS)
    .describe('What a user name may be made of.'),
  passwordMin: z
    .int()
    .min(8)
    .max(128)
    .default(8)
    .describe('Shortest password, in characters (rule C1).'),
  passwordMax: z.int().min(64).max(256).default(128).describe('Longest password, in characters.'),
  badPassFile: file('misc/bad_passwords.txt').describe('Passwords nobody may choose, one a line.'),
  realNameMax: z.int().min(1).max(255).default(32).meta(HARMLESS).describe('Longest real name.'),
  locationMax: z.int().min(1).max(255).default(32).meta(HARMLESS).describe('Longest location.'),
  affilsMax: z.int().min(1).max(255).default(32).meta(HARMLESS).describe('Longest affiliation.'),
  aboutMax: z
    .int()
    .min(1)
    .max(255)
    .default(60)
    .meta(HARMLESS)
    .describe('Longest line about oneself.'),
  emailMax: z
    .int()
    .min(6)
    .max(254)
    .default(254)
    .meta(HARMLESS)
    .describe('254 is the longest address that mail can carry.'),
  webMax: z.int().min(1).max(255).default(255).meta(HARMLESS).describe('Longest web address.'),
  inviteOnly: z
    .boolean()
    .default(false)
    .describe('true: an application begins with a code of `oputil invite make`.'),
  applicationFields,
  requireActivation: z
    .boolean()
    .default(false)
    .describe('true: a new account waits for the sysop.'),
  groups: z
    .array(z.string())
    .default(['users', 'sysops'])
    .meta(HARMLESS)
    .describe('Groups to begin with; another comes into being with its first member.'),
  defaultGroups: z.array(z.string()).default(['users']).describe('Groups of a new account.'),
  newUserNames: z
    .array(z.string())
    .default(['new', 'apply'])
    .meta(HARMLESS_ITEMS)
    .describe('User names that open the new-user application over SSH.'),
  badUserNames: z
    .array(z.string())
    .default([
      'sysop',
      'admin',
      'administrator',
      'root',
      'all',
      'areamgr',
      'filemgr',
      'filefix',
      'areafix',
      'allfix',
      'server',
      'client',
      'notme',
      'public',
    ])
    .describe('Names nobody may choose, compared as whole names.'),
  preAuthIdleLogoutSeconds: seconds(180, 10, 3600).describe(
    'Silence that ends a call before sign-in.',
  ),
  idleLogoutSeconds: seconds(3600, 60, 86_400).describe(
    'Silence that ends a call after sign-in (ENiGMA½: 360).',
  ),
  sessionMaxSeconds: seconds(86_400, 300, 604_800).describe('Longest call (rule J5).'),
  loginGraceSeconds: seconds(120, 10, 600).describe(
    'From connect to fully signed in (rules E2, F6).',
  ),
  newUserSeconds: seconds(900, 60, 3600).describe('The same while the new-user form is open.'),
  twoFactorAuth: section('Second factor.', {
    securityKeyIsFactor2: z
      .boolean()
      .default(false)
      .meta(HARMLESS)
      .describe(
        'true: an SSH key in a security key (sk-...) that was touched completes the sign-in, without a code.',
      ),
    rememberKeyDays: z
      .int()
      .min(0)
      .max(90)
      .default(0)
      .meta(HARMLESS)
      .describe(
        'Days for which an SSH key that its owner has remembered signs in without a code, as factor 1; 0: no key is remembered (rule N9).',
      ),
    method: z
      .enum(OTP_TYPES_TO_OFFER)
      .default(DEFAULT_OTP_TYPE)
      .meta(HARMLESS)
      .describe('Type offered first.'),
    registration: z
      .array(z.enum(['terminal', 'email']))
      .min(1)
      .default(['terminal', 'email'])
      .describe(
        'How callers set it up: `terminal`, on the screen over a secure connection; `email`, on the page of a mailed link.',
      ),
    required: z
      .string()
      .max(500)
      .default('')
      .describe(
        'Who must have it, as a condition like `GM[sysops]` (docs/acs.md); empty: nobody. docs/two-factor.md says more.',
      ),
    stepUpMinutes: z
      .int()
      .min(0)
      .max(1440)
      .default(0)
      .meta(HARMLESS)
      .describe(
        'Minutes after a code was accepted in which sensitive acts of the same call ask for the password alone; 0: for a code each time.',
      ),
    graceLogins: z
      .int()
      .min(0)
      .max(1000)
      .default(3)
      .describe('Sign-ins without it of those who must have it, counted from the first.'),
    graceDays: z
      .int()
      .min(0)
      .max(365)
      .default(14)
      .describe('Days from the first of these sign-ins; grace is over with whichever ends first.'),
    recoveryMail: section('A lost second factor, by a mailed link and a waiting time.', {
      enabled: z
        .boolean()
        .default(false)
        .meta(HARMLESS)
        .describe('true: offered at the code screen, where LOST is typed in place of a code.'),
      waitHours: z
        .int()
        .min(1)
        .max(720)
        .default(72)
        .describe(
          'From the link to the set-up of a new factor; the owner is told and can stop it meanwhile.',
        ),
    }),
    otp,
  }),
  failedLogin: section('Failed sign-ins.', {
    disconnect: z.int().min(1).max(6).default(3).describe('Failures that end a call.'),
    free: z
      .int()
      .min(1)
      .max(10)
      .default(5)
      .describe('Failures per account and factor before waits begin (rule A11).'),
    firstWaitSeconds: seconds(30, 1, 3600).describe(
      'First wait; it doubles with each further failure.',
    ),
    mostWaitSeconds: seconds(900, 30, 3600).describe(
      'Longest wait after wrong passwords (rule C5).',
    ),
    mostOtpWaitSeconds: seconds(3600, 30, 3600).describe(
      'Longest wait after wrong codes (rule A11).',
    ),
    lockAccount: z
      .int()
      .min(0)
      .max(100)
      .default(0)
      .describe(
        'Failures that lock the account; 0 never (ENiGMA½: 9): a stranger could lock anybody out.',
      ),
    autoUnlockMinutes: z
      .int()
      .min(0)
      .default(360)
      .describe('A lock by failures ends after this; 0 never.'),
  }),
  newNetworkMail: z
    .boolean()
    .default(true)
    .meta(HARMLESS)
    .describe('A mail to the owner at the first call from a network (/24, or /48 of IPv6).'),
  unlockAtEmailPwReset: z
    .boolean()
    .default(true)
    .describe('A finished password reset ends a lock by failures.'),
  tellLocked: z
    .boolean()
    .default(false)
    .meta(HARMLESS)
    .describe(
      'true: the right password of a locked account is answered with that fact; false: it looks wrong.',
    ),
});
