import { z } from 'zod';
import { users } from './schema-accounts';
import { budgets } from './schema-budgets';
import { destinations } from './schema-destinations';
import { verify } from './schema-verify';
import { email } from './schema-mail';
import { file, HARMLESS, section } from './schema-parts';
import { contentServers, loginServers } from './schema-servers';

/**
 * Every key of config.hjson: its type, its default and one line of documentation (docs/config.md is
 * generated from here). Names follow ENiGMA½'s; where a default differs from ENiGMA½'s, the line
 * says so.
 */

const general = section('The board itself.', {
  boardName: z
    .string()
    .min(1)
    .max(64)
    .default('Sallyport')
    .meta(HARMLESS)
    .describe('Shown on screens, in mails and as the issuer in authenticator apps.'),
  language: z
    .string()
    .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'must be a language tag such as en or pt-BR')
    .default('en')
    .meta(HARMLESS)
    .describe(
      'Language tag (BCP 47) of the words that callers read, such as `en` or `pt-BR`, for the pages and mails of a board that words them in its own language.',
    ),
  closedSystem: z.boolean().default(false).describe('true: nobody can apply for an account.'),
  maxConnections: z
    .int()
    .min(0)
    .default(0)
    .describe(
      'Most callers at once over all login servers; 0 is no limit. One in ten is kept from strangers (rule M11).',
    ),
  menuFile: file('menu.hjson').describe('Menu file, in the config folder.'),
  website: z
    .string()
    .default('')
    .meta(HARMLESS)
    .describe("Address of the board's own site, for `%`-codes and mails."),
  sysOp: section('The sysop, as shown by the MCI codes SN SR SL SA SS SE.', {
    username: z.string().default('sysop').describe('User name (SN).'),
    realName: z.string().default('SysOp').describe('Real name (SR).'),
    location: z.string().default('').describe('Location (SL).'),
    affiliations: z.string().default('').describe('Affiliations (SA).'),
    sex: z.string().default('').describe('Sex (SS).'),
    email: z
      .string()
      .default('')
      .describe('Mail address (SE); receives feedback from callers who cannot sign in.'),
  }).meta(HARMLESS),
});

const menus = section('What menus do that do not say it themselves.', {
  cls: z.boolean().default(true).describe('Empty the screen before a menu is shown.'),
}).meta(HARMLESS);

const format = (doc: string, short: string, long: string) =>
  section(doc, {
    short: z.string().min(1).default(short).describe('The usual form.'),
    long: z.string().min(1).default(long).describe('The long form.'),
  });

const theme = section('Themes.', {
  default: z.string().default('gatehouse').describe('Theme of a new account; `*` is random.'),
  preLogin: z.string().default('gatehouse').describe('Theme before sign-in; `*` is random.'),
  motion: z
    .boolean()
    .default(true)
    .describe('false: no pictures that move before a menu (`frames`), such as doors that open.'),
  centre: z
    .boolean()
    .default(true)
    .describe(
      'In the middle of a window that is larger than the `info.area` of its theme; false: from the top left, in all of it.',
    ),
  passwordChar: z
    .string()
    .length(1)
    .default('*')
    .describe('Shown for each character of a password.'),
  dateFormat: format('Dates, where the theme does not say.', 'YYYY-MM-DD', 'ddd, D MMMM YYYY'),
  timeFormat: format('Times, likewise.', 'HH:mm', 'HH:mm:ss'),
  dateTimeFormat: format(
    'Dates with times, likewise.',
    'YYYY-MM-DD HH:mm',
    'ddd, D MMMM YYYY, HH:mm:ss',
  ),
}).meta(HARMLESS);

const term = section('Terminals.', {
  checkUtf8Encoding: z.boolean().default(true).describe('Test whether a terminal draws UTF-8.'),
  checkAnsiHomePosition: z
    .boolean()
    .default(true)
    .describe('Test which position a terminal calls home.'),
  probeUtf8Encoding: z.boolean().default(false).describe('Test every terminal, SyncTERM too.'),
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
    ])
    .describe('Names of terminals that are taken for CP437 where the test shows nothing.'),
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
    ])
    .describe('Names that are taken for UTF-8 there.'),
}).meta(HARMLESS);

const security = section('Limits against floods and guessing.', {
  exemptNetworks: z
    .array(z.string())
    .default(['127.0.0.0/8', '::1/128'])
    .describe(
      'Sources without penalties and without limits per source, CIDR. Account limits still hold.',
    ),
  maxPerSource: z
    .int()
    .min(1)
    .default(20)
    .describe('Calls at once per IPv4 address or IPv6 /64 (rule K2).'),
  maxPreAuthPerSource: z
    .int()
    .min(1)
    .default(10)
    .describe(
      'The same before sign-in; four times as many per IPv4 /24 and IPv6 /56, 16 times per /48.',
    ),
  earlyDrop: z
    .string()
    .regex(/^\d+:\d+:\d+$/)
    .default('200:30:1000')
    .describe(
      'start:percent:full. From `start` strangers before sign-in on, `percent` in a hundred newcomers end one of a network that has more, rising to all at `full`, the most there may be (rules K2, M11).',
    ),
  budgets,
  sealingKeyFile: z
    .string()
    .default('')
    .describe('Key that seals secrets; empty is data/keys/sealing.json, or SALLYPORT_SEALING_KEY.'),
  sealingKeyCommand: z
    .array(z.string())
    .default([])
    .describe(
      'A program and its arguments, run without a shell at a start, that prints the sealing keys as SALLYPORT_SEALING_KEY has them; in place of the file.',
    ),
});

const proxies = z
  .array(z.string())
  .default([])
  .describe(
    'Networks of the proxies before this board, CIDR, and `unix` for who may open its Unix sockets: nobody else is believed what address a caller has (rule G3).',
  );

const forwardedHeader = z
  .enum(['off', 'x-forwarded-for', 'forwarded'])
  .default('off')
  .describe(
    'The one header in which web proxies of `proxies` name the caller of a request, on the pages and WebSocket; the last address in it that is no proxy of `proxies` counts (rule G3).',
  );

const mods = z
  .array(z.string())
  .default([])
  .describe(
    'Modules of this board: names of files in mods/, without .js, that are run (docs/embedding.md). Others there are not.',
  );

const logging = section('Logs.', {
  level: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('Least weight of a line that is written.'),
  file: z
    .string()
    .default('sallyport.log')
    .describe('A file name in data/logs, without a folder; empty logs to standard error only.'),
}).meta(HARMLESS);

const statLog = section('History.', {
  systemEvents: section('System events.', {
    loginHistoryMax: z.int().default(-1).describe('Log-ins kept for last callers; -1 keeps all.'),
  }),
});

const database = section('Where accounts, factors and mails are stored.', {
  client: z
    .enum(['sqlite', 'postgres'])
    .default('sqlite')
    .describe('`sqlite` is a file in data/db, `postgres` a PostgreSQL server, 15 or newer.'),
  connection: z
    .string()
    .default('')
    .describe(
      'For postgres: `postgres://user:password@host:5432/database`, best as `@environment:DATABASE_URL`. `?schema=` names the schema, `?host=/folder` a socket. Several hosts with commas between them: the one that takes writes is used.',
    ),
  pool: z
    .int()
    .min(2)
    .max(100)
    .default(10)
    .meta(HARMLESS)
    .describe('Most connections to the server at once.'),
  tls: section('TLS to the server.', {
    enabled: z
      .boolean()
      .default(true)
      .describe('false only where the way to the server is safe; a socket needs none.'),
    rejectUnauthorized: z.boolean().default(true).describe('false believes any certificate.'),
    ca: z
      .string()
      .default('')
      .describe(
        'PEM text of the authority to believe (`@file:` reads a file); empty: the usual ones.',
      ),
  }),
});

const blocks = {
  proxies,
  forwardedHeader,
  destinations,
  mods,
  verify,
  general,
  database,
  users,
  menus,
  theme,
  term,
  loginServers,
  contentServers,
  email,
  security,
  logging,
  statLog,
};

export const configSchema = z.strictObject(blocks).describe('Keys outside of any block.');

/** A complete configuration: every key has a value. */
export type Config = z.output<typeof configSchema>;

/** A config file's content: only the keys that differ from the defaults. */
export type ConfigInput = z.input<typeof configSchema>;

export function defaultConfig(): Config {
  return configSchema.parse({});
}
