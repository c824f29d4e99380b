import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AccountRules } from './auth/account-rules';
import { AccountKeys } from './auth/account-keys';
import { Accounts } from './auth/accounts';
import { StoredBudgets } from './auth/budgets';
import { Enrollment } from './auth/enrollment';
import { Sheets } from './auth/sheets';
import { EntryCodes } from './auth/entry-code';
import { FarAccounts } from './auth/far-accounts';
import { FactorRecovery } from './auth/factor-recovery';
import { Invites } from './auth/invites';
import { Authenticator, type AuthenticatorOptions } from './auth/authenticator';
import { HashQueue, hashesAtOnceHere } from './auth/hash-queue';
import { MailChange } from './auth/mail-change';
import { loadRefusedPasswords, PasswordPolicy, type PasswordRules } from './auth/password-policy';
import type { HashCost } from './auth/password';
import { OwnAccounts, type Authenticate, type OwnAccount } from './auth/own-accounts';
import { OwnCalls } from './auth/own-calls';
import { PasswordReset } from './auth/password-reset';
import { needsSealingKey } from './auth/key-rotation';
import { agreeOnKey, CurrentKeyWatch } from './auth/current-key';
import { readKeyCommand } from './base/pem-source';
import { type GivenKeys, openSealing, type Sealing } from './auth/sealing';
import { SecondFactor } from './auth/second-factor';
import { endSetUpsOf } from './auth/set-up-watch';
import type { Clock } from './base/clock';
import { BbsError } from './base/errors';
import type { Log } from './base/log';
import type { Random } from './base/random';
import type { Board } from './config/board';
import { firstPasswordFile, forgetFirstPassword } from './config/first-password-file';
import type { Config } from './config/schema';
import { FeedbackBox } from './mail/feedback';
import { isFactorDemanded } from './menu/run/owed-factor';
import { Mailer } from './mail/mailer';
import { createTemplateFiles, templateFolders, type FindTemplate } from './mail/template';
import type { MailTransport } from './mail/transport';
import { onelinerText } from './menu/run/wall';
import { AccountEvents } from './store/account-events';
import { endCall } from './store/calls';
import { Database, readDatabase } from './store/database';
import type { DatabasePlace } from './store/database-place';
import { adoptCalls } from './store/old-calls';
import { adoptOneliners, OLD_ONELINERS } from './store/oneliners';
import { ROOT_ID, type User } from './store/users';
import type { FindWords } from './texts/texts';

/** What the back office needs from outside. */
interface BackendOptions {
  readonly board: Board;
  readonly config: () => Config;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Charges the source of a failed attempt; nobody dials in to the sysop's tool. */
  readonly penalize?: NonNullable<AuthenticatorOptions['penalize']>;
  /** False while nobody may be signed in here. */
  readonly mayGrant?: NonNullable<AuthenticatorOptions['mayGrant']>;
  /** Told of each credential that is not accepted. */
  readonly refused?: NonNullable<AuthenticatorOptions['refused']>;
  /** Sources that have no limits of their own; nobody dials in to the sysop's tool. */
  readonly isExempt?: (ip: string) => boolean;
  /** The sentences of mails. */
  readonly words: FindWords;
  /** The port that the web server really has, for mailed links. */
  readonly httpsPort?: () => number | undefined;
  /** True where the sysop says that a new database beside keys that are there is meant. */
  readonly newDatabase?: boolean | undefined;
  /** True for the sysop's tool, of which most verbs work without the sealing key. */
  readonly mayLackKey?: boolean;
  /** Longest wait for one call of the database; LIMITS.storeMs where nothing is given. */
  readonly storeMs?: number;
  /** Checks passwords of accounts beside the store, for embedders. */
  readonly authenticate?: Authenticate | undefined;
  /** In place of the configured mail transport, for embedders. */
  readonly mail?: MailTransport | undefined;
  /** Cost of new password hashes; HASH_COST where nothing is given. Only tests give it. */
  readonly hashCost?: HashCost | undefined;
  /** Minimum time of a rejection (rule C4). Only tests give it. */
  readonly minResponseMs?: number | undefined;
}

/** Accounts, factors, keys and mail: what the running board and the sysop's tool share. */
export interface Backend {
  readonly db: Database;
  readonly sealing: Sealing;
  /** Follows the current sealing key only after start(). */
  readonly currentKey: CurrentKeyWatch;
  readonly accountEvents: AccountEvents;
  readonly rules: AccountRules;
  readonly accounts: Accounts;
  readonly enrollment: Enrollment;
  readonly sheets: Sheets;
  readonly entryCodes: EntryCodes;
  readonly recovery: FactorRecovery;
  readonly invites: Invites;
  readonly authenticator: Authenticator;
  readonly passwordReset: PasswordReset;
  readonly ownCalls: OwnCalls;
  readonly farAccounts: FarAccounts;
  readonly mailChange: MailChange;
  readonly feedback: FeedbackBox;
  readonly budgets: StoredBudgets;
  readonly findTemplate: FindTemplate;
  readonly sshKeys: AccountKeys;
  /** Stores mails at once; delivers them only after start(). */
  readonly mailer: Mailer;
  endCall(login: {
    readonly sessionId: string;
    readonly user: Pick<User, 'id'> | undefined;
  }): Promise<void>;
  close(): Promise<void>;
}

/** The database's file in a data folder. */
export function databaseFile(dataDir: string): string {
  return join(dataDir, 'db', 'user.sqlite3');
}

/** Where a board's database is. */
export function databasePlace({ dataDir }: Pick<Board, 'dataDir'>, config: Config): DatabasePlace {
  const { client, connection, pool, tls } = config.database;
  if (client === 'sqlite') return { file: databaseFile(dataDir) };
  return { server: { address: connection, pool, tls } };
}

/** False where a start would make the database; what a server has, only asking it tells. */
export function mayHaveDatabase(place: DatabasePlace): boolean {
  return !('file' in place) || existsSync(place.file);
}

/** The sealing key's file. */
export function sealingFile(board: Pick<Board, 'boardDir' | 'dataDir'>, config: Config): string {
  const { sealingKeyFile } = config.security;
  return sealingKeyFile === ''
    ? join(board.dataDir, 'keys', 'sealing.json')
    : resolve(board.boardDir, sealingKeyFile);
}

/** The variable that holds the sealing key in place of the file. */
const SEALING_KEY = 'SALLYPORT_SEALING_KEY';

/** Sealing keys that are in no file: of the environment, or else of the sysop's command. */
export async function givenKeys(
  { security }: Config,
  env: Readonly<Record<string, string | undefined>>,
): Promise<GivenKeys | undefined> {
  const { sealingKeyCommand: command } = security;
  const { [SEALING_KEY]: text = '' } = env;
  if (text !== '') return { text, source: SEALING_KEY };
  if (command.length === 0) return undefined;
  const source = 'security.sealingKeyCommand';
  const again = (): Promise<string> => readKeyCommand(command, { key: source, env });
  return { text: await again(), source, again };
}

/** Where mails go as files while no gateway is configured. */
export function mailDrop(dataDir: string): string {
  return join(dataDir, 'mail');
}

/** Opens the database, and everything that works on it; close() ends both. */
export async function openBackend(options: BackendOptions): Promise<Backend> {
  const db = await openBoardDatabase(options);
  try {
    const backend = await createBackend(db, options);
    const close = async (): Promise<void> => {
      await backend.close();
      await db.close();
    };
    return { ...backend, close };
  } catch (error) {
    await db.close();
    throw error;
  }
}

/** Opens the board's database, and refuses to make a new one beside keys of an earlier start. */
export async function openBoardDatabase(
  options: Pick<BackendOptions, 'board' | 'config' | 'clock' | 'log' | 'newDatabase' | 'storeMs'>,
): Promise<Database> {
  const { board, config, clock, log, storeMs } = options;
  const place = databasePlace(board, config());
  if (options.newDatabase !== true) await refuseNewBesideKeys(board.dataDir, place, log);
  const db = await Database.open({ ...place, clock, log, callMs: storeMs });
  try {
    // Beside the user database of ENiGMA½, which is a file too.
    const file = join(board.dataDir, 'db', 'system.sqlite3');
    if ('file' in place) await adoptCalls({ db, file, log });
    const lines = join(board.dataDir, 'db', OLD_ONELINERS);
    if ('file' in place) await adoptOneliners({ db, file: lines, log, clean: onelinerText });
    return db;
  } catch (error) {
    await db.close();
    throw error;
  }
}

/** The keys are made after the database: where they are and it is not, it has been lost. */
async function refuseNewBesideKeys(dataDir: string, place: DatabasePlace, log: Log): Promise<void> {
  const keys = ['sealing.json', 'ssh_host_ed25519'].map((name) => join(dataDir, 'keys', name));
  const found = keys.find((key) => statSync(key, { throwIfNoEntry: false }) !== undefined);
  if (found === undefined) return;
  const what = await whatIsMissing(place, log);
  if (what === undefined) return;
  throw new BbsError(
    'DATABASE_MISSING',
    `${what}, but ${found} of an earlier start is there: put a backup in its place, ` +
      'or start once with --new-database for a board without accounts (the keys stay)',
  );
}

async function whatIsMissing(place: DatabasePlace, log: Log): Promise<string | undefined> {
  if ('file' in place) {
    const size = statSync(place.file, { throwIfNoEntry: false })?.size;
    if (size !== undefined && size > 0) return undefined;
    return `the database ${place.file} is ${size === undefined ? 'gone' : 'empty'}`;
  }
  const isThere = await readDatabase({ ...place, log }, (sql) => sql.schema.hasTable('user'));
  return isThere ? undefined : 'the database that database.connection names is empty';
}

/** A new password of the sysop also ends the file with the one that the first start has made. */
class BoardAccounts extends Accounts {
  constructor(
    parts: ConstructorParameters<typeof Accounts>[0],
    private readonly firstPassword: string,
  ) {
    super(parts);
  }

  override async changePassword(
    ...change: Parameters<Accounts['changePassword']>
  ): ReturnType<Accounts['changePassword']> {
    const result = await super.changePassword(...change);
    if (result.kind === 'done' && change[0] === ROOT_ID) this.forgetFirst();
    return result;
  }

  private forgetFirst(): void {
    try {
      forgetFirstPassword(this.firstPassword);
    } catch {
      // The password is changed, so what the file holds opens nothing; the next start removes it.
    }
  }
}

/** Builds the backend on an open database, which its close() leaves open. */
export async function createBackend(db: Database, options: BackendOptions): Promise<Backend> {
  const { board, config, clock, random, log } = options;
  const { mayLackKey: mayLack } = options;
  const sealing = openSealing({
    ...{ file: sealingFile(board, config()), random, mayLack },
    given: await givenKeys(config(), options.env),
    mayCreate: !(await needsSealingKey(db)),
  });
  await agreeOnKey(db, { sealing, clock, mayLack });
  const rules = new AccountRules({
    config,
    policy: new PasswordPolicy({
      rules: () => passwordRules(config()),
      refused: loadRefusedPasswords(await board.find(config().users.badPassFile)).passwords,
    }),
  });
  const accountEvents = await AccountEvents.open({ db, clock, log });
  const currentKey = new CurrentKeyWatch({ db, sealing, clock, log });
  const changed = (): void => accountEvents.poke();
  const hashes = new HashQueue({ atOnce: hashesAtOnceHere(), cost: options.hashCost });
  const findTemplate = createTemplateFiles((path) => board.find(path), templateFolders(board), log);
  const mailer = new Mailer({
    ...{ db, config, clock, random, log },
    sealer: sealing,
    dropFolder: mailDrop(board.dataDir),
    findTemplate,
    words: options.words,
    ...(options.httpsPort === undefined ? {} : { httpsPort: options.httpsPort }),
    ...(options.mail === undefined ? {} : { transport: options.mail }),
  });
  const notifier = mailer;
  const budgets = new StoredBudgets({
    ...{ config, clock, log },
    ...(options.isExempt === undefined ? {} : { isExempt: options.isExempt }),
  });
  const secondFactor = new SecondFactor({ config, clock, sealing, log, notifier });
  const accounts = new BoardAccounts(
    {
      ...{ db, config, clock, random, rules, hashes, notifier, budgets, changed },
    },
    firstPasswordFile(board.dataDir),
  );
  const passwordReset = new PasswordReset({
    ...{ db, config, clock, random, log, accounts, notifier, budgets },
  });
  const enrolling = { db, config, clock, random, sealing, log, notifier, onChange: changed };
  return {
    db,
    sealing,
    currentKey,
    accountEvents,
    rules,
    accounts,
    mailer,
    enrollment: new Enrollment(enrolling),
    entryCodes: new EntryCodes(enrolling),
    recovery: new FactorRecovery({ db, config, clock, random, log, notifier, budgets }),
    sheets: new Sheets(enrolling),
    invites: new Invites({ db, clock, random }),
    authenticator: new Authenticator({
      ...{ db, config, clock, random, log, hashes, secondFactor, notifier },
      minResponseMs: options.minResponseMs,
      ownAccounts: ownAccountsOf(accounts, options),
      mustShowCode: (user) => {
        const { required } = config().users.twoFactorAuth;
        return isFactorDemanded(user, { required, nowMs: clock.nowMs() });
      },
      ...(options.penalize === undefined ? {} : { penalize: options.penalize }),
      ...(options.mayGrant === undefined ? {} : { mayGrant: options.mayGrant }),
      ...(options.refused === undefined ? {} : { refused: options.refused }),
    }),
    passwordReset,
    mailChange: new MailChange({ db, config, clock, random, log, notifier, budgets, changed }),
    feedback: new FeedbackBox({ db, clock, log, notifier, budgets }),
    budgets,
    findTemplate,
    sshKeys: new AccountKeys({ db, clock, notifier, changed }),
    ownCalls: new OwnCalls({ db, clock, log, notifier, changed }),
    farAccounts: new FarAccounts({ db, sealing, random }),
    endCall: ({ sessionId, user }) =>
      db.transaction(user === undefined ? 'nothing-shared' : { account: user.id }, async (sql) => {
        await endCall(sql, sessionId, clock.nowMs());
        await endSetUpsOf(sql, sessionId, clock.nowMs());
      }),
    async close() {
      accountEvents.close();
      currentKey.close();
      await passwordReset.close();
      await mailer.close();
    },
  };
}

/** Accounts whose passwords a program checks are made here when they first sign in. */
function ownAccountsOf(
  accounts: Accounts,
  { authenticate, clock, log }: BackendOptions,
): OwnAccounts | undefined {
  if (authenticate === undefined) return undefined;
  const make = async (name: string, account: OwnAccount): Promise<User | undefined> => {
    const { groups, realName = '', email = '' } = account;
    const properties = { real_name: realName, email_address: email };
    const made = await accounts.create(
      { name, password: null, properties, ...(groups && { groups }) },
      { server: 'embedder' },
    );
    if (made.kind === 'done') return made.user;
    log.warn('login.account-refused', { problem: made.problem });
    return accounts.find(name);
  };
  return new OwnAccounts({ authenticate, make, clock, log });
}

function passwordRules({ users, general }: Config): PasswordRules {
  return { min: users.passwordMin, max: users.passwordMax, boardName: general.boardName };
}
