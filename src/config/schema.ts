import { z } from 'zod';

/**
 * Every key of config.hjson: its type, its default and one line of documentation (docs/config.md is
 * generated from here). Names follow contract A6; what departs from it says so in its line.
 */

function section<Shape extends z.ZodRawShape>(doc: string, shape: Shape) {
  return z
    .strictObject(shape)
    .prefault({} as never)
    .describe(doc);
}

const port = (value: number) =>
  z.int().min(0).max(65535).default(value).describe('Port; 0 picks a free one.');
const address = () =>
  z
    .string()
    .default('127.0.0.1')
    .describe('Address to listen on; 0.0.0.0 or :: opens the board to the world.');
const seconds = (value: number, least: number, most: number) =>
  z.int().min(least).max(most).default(value);
const file = (value: string) => z.string().default(value);

const general = section('The board itself.', {
  boardName: z
    .string()
    .min(1)
    .max(64)
    .default('Sallyport')
    .describe('Shown on screens, in mails and as the issuer in authenticator apps.'),
  closedSystem: z.boolean().default(false).describe('true: nobody can apply for an account.'),
  maxConnections: z
    .int()
    .min(0)
    .default(0)
    .describe('Most callers at once over all login servers; 0 is no limit.'),
  menuFile: file('menu.hjson').describe('Menu file, in the config folder.'),
  website: z
    .string()
    .default('')
    .describe("Address of the board's own site, for `%`-codes and mails."),
  sysOp: section('The sysop, as MCI codes SN SR SL SA SS SE show him.', {
    username: z.string().default('sysop'),
    realName: z.string().default('SysOp'),
    location: z.string().default(''),
    affiliations: z.string().default(''),
    sex: z.string().default(''),
    email: z.string().default('').describe('Receives pre-auth feedback.'),
  }),
});

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
    .describe('Issuer in authenticator apps; empty is the board name.'),
  tokenTtlMinutes: z
    .int()
    .min(1)
    .max(1440)
    .default(30)
    .describe('Life of a registration link (rule D2).'),
  registerEmailText: file('misc/otp_register_email.template.txt').describe(
    'Mail template, text part.',
  ),
  registerEmailHtml: file('misc/otp_register_email.template.html').describe(
    'Mail template, HTML part.',
  ),
  registerPageTemplate: file('misc/otp_register.template.html').describe('Web page template.'),
});

const users = section('Accounts.', {
  usernameMin: z.int().min(1).max(60).default(2).describe('Shortest user name.'),
  usernameMax: z.int().min(1).max(60).default(16).describe('Longest user name.'),
  usernamePattern: z
    .string()
    .default('^[A-Za-z0-9~!@#$%^&*()\\-\\_+ .]+$')
    .describe('What a user name may be made of.'),
  passwordMin: z
    .int()
    .min(8)
    .max(128)
    .default(8)
    .describe('Shortest password, in characters (rule C1).'),
  passwordMax: z.int().min(64).max(256).default(128).describe('Longest password, in characters.'),
  badPassFile: file('misc/bad_passwords.txt').describe('Passwords nobody may choose, one a line.'),
  realNameMax: z.int().min(1).max(255).default(32),
  locationMax: z.int().min(1).max(255).default(32),
  affilsMax: z.int().min(1).max(255).default(32),
  emailMax: z
    .int()
    .min(6)
    .max(254)
    .default(254)
    .describe('254 is the longest address that mail can carry.'),
  webMax: z.int().min(1).max(255).default(255),
  requireActivation: z
    .boolean()
    .default(false)
    .describe('true: a new account waits for the sysop.'),
  groups: z.array(z.string()).default(['users', 'sysops']),
  defaultGroups: z.array(z.string()).default(['users']).describe('Groups of a new account.'),
  newUserNames: z
    .array(z.string())
    .default(['new', 'apply'])
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
    'Silence that ends a call after sign-in (contract: 360).',
  ),
  sessionMaxSeconds: seconds(86_400, 300, 604_800).describe('Longest call (rule J5).'),
  loginGraceSeconds: seconds(120, 10, 600).describe(
    'From connect to fully signed in (rules E2, F6).',
  ),
  newUserSeconds: seconds(900, 60, 3600).describe('The same while the new-user form is open.'),
  twoFactorAuth: section('Second factor.', {
    method: z
      .enum(['googleAuth', 'rfc6238_TOTP', 'rfc4266_HOTP'])
      .default('googleAuth')
      .describe('Type offered first.'),
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
        'Failures that lock the account; 0 never (contract: 9): a stranger could lock anybody out.',
      ),
    autoUnlockMinutes: z
      .int()
      .min(0)
      .default(360)
      .describe('A lock by failures ends after this; 0 never.'),
  }),
  unlockAtEmailPwReset: z
    .boolean()
    .default(true)
    .describe('A finished password reset ends a lock by failures.'),
});

const theme = section('Themes.', {
  default: z.string().default('gatehouse').describe('Theme of a new account; `*` is random.'),
  preLogin: z.string().default('gatehouse').describe('Theme before sign-in; `*` is random.'),
  passwordChar: z
    .string()
    .length(1)
    .default('*')
    .describe('Shown for each character of a password.'),
});

const term = section('Terminals.', {
  checkUtf8Encoding: z.boolean().default(true).describe('Test a terminal that is taken for UTF-8.'),
  checkAnsiHomePosition: z.boolean().default(true),
  probeUtf8Encoding: z.boolean().default(false).describe('Test every terminal for UTF-8.'),
  forceOutputEncoding: z
    .enum(['cp437', 'utf8'])
    .nullable()
    .default(null)
    .describe('Same encoding for everybody.'),
  cp437TermList: z
    .array(z.string())
    .default([
      'ansi',
      'pcansi',
      'pc-ansi',
      'ansi-bbs',
      'qansi',
      'scoansi',
      'syncterm',
      'ansi-256color',
      'ansi-256color-rgb',
    ]),
  utf8TermList: z
    .array(z.string())
    .default([
      'xterm',
      'linux',
      'screen',
      'dumb',
      'rxvt',
      'konsole',
      'gnome',
      'x11 terminal emulator',
      'xterm-256color',
      'screen-256color',
      'tmux',
      'tmux-256color',
      'vt100',
      'vt220',
      'putty',
      'alacritty',
      'xterm-kitty',
    ]),
});

const loginServers = section('Where callers dial in.', {
  telnet: section('Telnet. Clear text: 2FA cannot be set up here.', {
    enabled: z.boolean().default(true),
    address: address(),
    port: port(8888),
    firstMenu: z.string().default('telnetConnected'),
    passwordLogin: z
      .enum(['allow', 'with-otp', 'refuse'])
      .default('allow')
      .describe('with-otp: only accounts with a second factor may sign in here (rule F8).'),
  }),
  ssh: section('SSH.', {
    enabled: z.boolean().default(true).describe('Contract: false.'),
    address: address(),
    port: port(8889),
    firstMenu: z.string().default('sshConnected'),
    firstMenuNewUser: z.string().default('sshConnectedNewUser'),
    privateKeyPem: z
      .string()
      .default('')
      .describe('Host key; empty is data/keys/ssh_host_ed25519, made at first start.'),
    privateKeyPass: z.string().default('').describe('Its passphrase; use @environment: or @file:.'),
    profile: z
      .enum(['modern', 'retro'])
      .default('modern')
      .describe('retro adds an RSA host key and old algorithms for old terminals; it is logged.'),
    keepAliveSeconds: seconds(60, 0, 3600).describe('0 is off, for terminals that hang on it.'),
    traceConnections: z.boolean().default(false),
  }),
  webSocket: section('WebSocket, for browser terminals.', {
    wss: section('Secure WebSocket.', {
      enabled: z.boolean().default(false),
      address: address(),
      port: port(8811),
    }),
  }),
});

const contentServers = section('Web.', {
  web: section('The HTTPS pages: 2FA registration, password reset.', {
    domain: z.string().default('localhost').describe('Host name in mailed links (rule D7).'),
    overrideUrlPrefix: z
      .string()
      .default('')
      .describe('Prefix of mailed links behind a proxy, e.g. https://bbs.example.org.'),
    behindProxy: z
      .boolean()
      .default(false)
      .describe('true: a proxy speaks TLS; an http prefix is then allowed for links.'),
    https: section('The HTTPS server.', {
      enabled: z.boolean().default(true).describe('Contract: false.'),
      address: address(),
      port: port(8443),
      certPem: z
        .string()
        .default('')
        .describe('Certificate; empty is a self-signed one in data/keys.'),
      keyPem: z.string().default('').describe('Its key.'),
    }),
    resetPassword: section('Forgotten passwords.', {
      resetPassEmailText: file('misc/reset_password_email.template.txt'),
      resetPassEmailHtml: file('misc/reset_password_email.template.html'),
      resetPageTemplate: file('misc/reset_password.template.html'),
      tokenTtlMinutes: z
        .int()
        .min(1)
        .max(1440)
        .default(30)
        .describe('Life of a reset link (contract: 60).'),
    }),
    rateLimits: section('Requests per source and ten minutes.', {
      pwResetGet: z.int().min(1).default(10),
      pwResetPost: z.int().min(1).default(5),
      otpRegGet: z
        .int()
        .min(1)
        .default(60)
        .describe(
          'Contract: 10; mail scanners fetch a link many times, and a GET changes nothing.',
        ),
      otpRegPost: z
        .int()
        .min(1)
        .default(10)
        .describe('Contract: 5; five wrong codes end the link anyway.'),
    }),
  }),
});

const email = section('Outgoing mail.', {
  transport: z
    .record(z.string(), z.unknown())
    .nullable()
    .default(null)
    .describe(
      'nodemailer transport (host, port, secure, auth, ...); null drops mails as files into data/mail.',
    ),
  defaultFrom: z
    .string()
    .default('')
    .describe('Sender, one plain address; empty is noreply@ the web domain.'),
});

const security = section('Limits against floods and guessing.', {
  exemptNetworks: z
    .array(z.string())
    .default(['127.0.0.0/8', '::1/128'])
    .describe('Sources without penalties, CIDR. Account limits still hold.'),
  maxPerSource: z
    .int()
    .min(1)
    .default(20)
    .describe('Calls at once per IPv4 address or IPv6 /64 (rule K2).'),
  maxPreAuthPerSource: z.int().min(1).default(10).describe('The same before sign-in.'),
  earlyDrop: z
    .string()
    .regex(/^\d+:\d+:\d+$/)
    .default('200:30:1000')
    .describe('start:percent:full, random early drop before sign-in (rule K2).'),
  sealingKeyFile: z
    .string()
    .default('')
    .describe('Key that seals secrets; empty is data/keys/sealing.json, or SALLYPORT_SEALING_KEY.'),
});

const logging = section('Logs.', {
  level: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  file: z
    .string()
    .default('sallyport.log')
    .describe('In data/logs; empty logs to standard error only.'),
});

const statLog = section('History.', {
  systemEvents: section('System events.', {
    loginHistoryMax: z.int().default(-1).describe('Log-ins kept for last callers; -1 keeps all.'),
  }),
});

export const configSchema = z.strictObject({
  general,
  users,
  theme,
  term,
  loginServers,
  contentServers,
  email,
  security,
  logging,
  statLog,
});

/** A complete configuration: every key has a value. */
export type Config = z.output<typeof configSchema>;

/** What a sysop may write: only the keys that differ. */
export type ConfigInput = z.input<typeof configSchema>;

export function defaultConfig(): Config {
  return configSchema.parse({});
}
