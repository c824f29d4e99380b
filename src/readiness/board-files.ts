import { existsSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { needsSealingKey } from '../auth/key-rotation';
import { loadRefusedPasswords } from '../auth/password-policy';
import { checkSealing, openSealing } from '../auth/sealing';
import type { Clock } from '../base/clock';
import { BbsError, formatPlace, isError, toError, type Place } from '../base/errors';
import { createLog } from '../base/log';
import { systemRandom } from '../base/random';
import { refuseOpenFolders, type Board } from '../config/board';
import type { LoadedConfig } from '../config/load';
import { findInOtherLetters } from '../config/source-text';
import { InvalidFileError, type Problem, type UnplacedProblem } from '../config/problems';
import { NOTICE_HTML, NOTICE_TEXT } from '../mail/letter';
import { readTemplate, templateFolders } from '../mail/template';
import { databasePlace, givenKeys, sealingFile } from '../backend';
import { describeNarrowing } from '../servers/ssh/ssh-profile';
import { findHostKeys, hostKeyOptions } from '../servers/ssh/host-key';
import { readDatabase, type Sql } from '../store/database';
import type { DatabasePlace } from '../store/database-place';
import { findMissingKeys } from './factor-state';
import { checkBoardCertificate } from '../tls/certificate';

interface BoardFilesOptions extends Pick<LoadedConfig, 'config' | 'placeOf'> {
  readonly board: Board;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
}

/** Config keys that name a template of a mail or page; a missing template is replaced by the built-in text. */
export const TEMPLATE_KEYS: readonly string[] = [
  'users.twoFactorAuth.otp.registerEmailText',
  'users.twoFactorAuth.otp.registerEmailHtml',
  'users.twoFactorAuth.otp.registerPageTemplate',
  'contentServers.web.resetPassword.resetPassEmailText',
  'contentServers.web.resetPassword.resetPassEmailHtml',
  'contentServers.web.resetPassword.resetPageTemplate',
];

/**
 * Checks the files of a board that count from a start on: keys, certificate, list of passwords. Used by
 * the start and by `config check`. Creates nothing; files that a start creates may be missing.
 * Throws all errors that prevent a start, and returns warnings.
 */
export async function checkBoardFiles(options: BoardFilesOptions): Promise<readonly Problem[]> {
  const found = new Findings(options.placeOf);
  const { ssh, webSocket } = options.config.loginServers;
  const { https } = options.config.contentServers.web;
  const places = placesOf(options);
  await found.collect('', () => refuseOpenFolders(options.board.dataDir));
  await found.collect('', () => Promise.resolve(describeInstallation(options.board)));
  for (const folder of FOLDERS)
    await found.collect('', () => describeTwins(options.board, folder), 'twin-folder');
  await found.collect('security.sealingKeyFile', () => checkKeys(options));
  if (ssh.enabled) {
    await found.collect('loginServers.ssh.privateKeyPem', async () => {
      await findHostKeys(hostKeyOptions(options.config, places));
    });
    for (const list of ['kex', 'cipher', 'hmac', 'compress'] as const)
      await found.collect(
        `loginServers.ssh.algorithms.${list}`,
        () => Promise.resolve(describeNarrowing(ssh, list)),
        'ssh-algorithms',
      );
  }
  if (https.enabled || webSocket.wss.enabled) {
    await found.collect('contentServers.web.https.certPem', () => checkBoardCertificate(places));
  }
  await found.collect('users.badPassFile', () => checkPasswordList(options));
  found.throwProblems();
  return found.warnings;
}

/** Where the board is the folder of an ENiGMA½ board itself: its accounts are in it, which this program has in data/. */
function describeInstallation({ boardDir, dataDir }: Board): string | undefined {
  if (resolve(boardDir) === resolve(dataDir)) return undefined;
  const isOne = INSTALLATION.every((file) => existsSync(join(boardDir, file)));
  if (!isOne) return undefined;
  return `${boardDir} is the folder of an ENiGMA½ board itself, whose accounts in db/ are not read: 'sallyport adopt ${boardDir} NEW' makes a board of it in the folder NEW, and changes nothing there`;
}

/** The program need not be there: containers keep it in another place. */
const INSTALLATION = ['config', 'db/user.sqlite3'] as const;

/** Folders of a board of which one is read, whatever its letters' case is. */
const FOLDERS = ['config', 'config/menus', 'art', 'art/general', 'art/themes', 'misc'] as const;

/** Where a folder is there twice in letters of another case: which of them is read. */
async function describeTwins({ boardDir }: Board, folder: string): Promise<string | undefined> {
  const read = await findInOtherLetters(boardDir, folder);
  if (read === undefined) return undefined;
  const entries = await readdir(dirname(read), { withFileTypes: true }).catch(() => []);
  const others = entries
    .filter((entry) => entry.isDirectory() && entry.name !== basename(read))
    .filter(({ name }) => name.toLowerCase() === basename(read).toLowerCase())
    .map(({ name }) => join(dirname(read), name))
    .sort();
  if (others.length === 0) return undefined;
  return `${read} is read, and what is in ${others.join(' and in ')} is not: the names differ in letter case only`;
}

/** Templates of mails and pages that cannot be used; these files count as they are when they are needed. */
export async function checkTemplates(
  options: Pick<BoardFilesOptions, 'board' | 'config' | 'placeOf'>,
): Promise<readonly Problem[]> {
  const found = new Findings(options.placeOf);
  for (const key of TEMPLATE_KEYS) {
    await found.collect(key, () => checkTemplate(options, String(valueOf(options.config, key))));
  }
  for (const path of [NOTICE_TEXT, NOTICE_HTML]) {
    await found.collect('email', () => checkTemplate(options, path));
  }
  return found.warnings;
}

class Findings {
  readonly warnings: Problem[] = [];
  private readonly problems: UnplacedProblem[] = [];
  private first: BbsError | undefined;

  constructor(private readonly placeOf: LoadedConfig['placeOf']) {}

  /** Runs the check of the file that `key` names; a thrown error prevents a start, a returned text is a warning. */
  async collect(
    key: string,
    check: () => Promise<string | undefined | void>,
    kind?: string,
  ): Promise<void> {
    const place = this.placeOf(key === '' ? [] : key.split('.'));
    try {
      const warning = await check();
      if (typeof warning !== 'string') return;
      const found = { place, message: warning };
      this.warnings.push(kind === undefined ? found : { ...found, kind });
    } catch (error) {
      if (!(error instanceof BbsError)) throw error;
      this.first ??= error;
      this.problems.push({ place: this.isSet(place) ? place : undefined, message: error.message });
    }
  }

  /** False for the start of the file, which is the place of keys that the sysop has not set. */
  private isSet(place: Place): boolean {
    return formatPlace(place) !== formatPlace(this.placeOf([]));
  }

  throwProblems(): void {
    const [first, ...others] = this.problems;
    if (first === undefined || this.first === undefined) return;
    throw new InvalidFileError(this.first.code, [first, ...others]);
  }
}

function placesOf({ board, config, clock }: BoardFilesOptions) {
  return {
    ...{ config: () => config, clock, dataDir: board.dataDir },
    resolveFile: (name: string): string => resolve(board.boardDir, name),
  };
}

async function checkKeys({ board, config, env }: BoardFilesOptions): Promise<string | void> {
  const keys = { file: sealingFile(board, config), given: await givenKeys(config, env) };
  const database = databasePlace(board, config);
  await checkSealing(keys, () => holdsSealedValues(database));
  const sealing = openSealing({ ...keys, random: systemRandom, mayCreate: false, mayLack: true });
  const missing = await readStored(database, [], (sql) => findMissingKeys(sql, sealing));
  if (missing.length === 0) return;
  return (
    `the database holds values sealed with keys that are not in ${keys.given?.source ?? keys.file} (${missing.join(', ')}): ` +
    'second factors under them take no code; restore the key, see "A lost sealing key" in docs/runbook.md'
  );
}

function holdsSealedValues(place: DatabasePlace): Promise<boolean> {
  return readStored(place, false, (sql) => needsSealingKey({ run: (work) => work(sql) }));
}

/** Codes for a table that is not there: SQLite's, and undefined_table and undefined_column of PostgreSQL. */
const LACKS_TABLES: readonly string[] = ['SQLITE_ERROR', '42P01', '42703'];

/** Reads an existing database; returns `otherwise` where there is none. */
async function readStored<T>(
  place: DatabasePlace,
  otherwise: T,
  work: (sql: Sql) => Promise<T>,
): Promise<T> {
  if ('file' in place && (!existsSync(place.file) || statSync(place.file).size === 0))
    return otherwise;
  try {
    const log = createLog({ level: 'silent', write: () => undefined, nowMs: () => 0 });
    return await readDatabase({ ...place, log }, work);
  } catch (error) {
    if (error instanceof BbsError) throw error;
    // A database of an older version lacks tables; the start migrates it and checks again.
    if (isError(error) && 'code' in error && LACKS_TABLES.includes(String(error.code)))
      return otherwise;
    throw new BbsError(
      'DATABASE_UNAVAILABLE',
      `cannot read the database${'file' in place ? ` ${place.file}` : ''}: ${toError(error).message}`,
      { cause: error },
    );
  }
}

async function checkPasswordList({ board, config }: BoardFilesOptions): Promise<string | void> {
  return loadRefusedPasswords(await board.find(config.users.badPassFile)).problem;
}

async function checkTemplate(
  { board }: Pick<BoardFilesOptions, 'board'>,
  path: string,
): Promise<string | void> {
  const find = (relative: string): Promise<string> => board.find(relative);
  try {
    await readTemplate(find, templateFolders(board), path);
  } catch (error) {
    const why = toError(error).message;
    return `the template ${path} cannot be used: ${why}; the built-in words stand in for it`;
  }
}

function valueOf(config: object, key: string): unknown {
  let part: unknown = config;
  for (const name of key.split('.')) part = (part as Readonly<Record<string, unknown>>)[name];
  return part;
}
