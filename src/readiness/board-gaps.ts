import { lstatSync, readdirSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { hasSecondFactor } from '../auth/factor-kinds';
import { type Backend, databasePlace, mayHaveDatabase } from '../backend';
import { BbsError, type Place } from '../base/errors';
import type { Board } from '../config/board';
import type { Config } from '../config/schema';
import type { Listening } from '../mail/links';
import { listStopped } from '../store/attempts';
import { hasFirstPassword } from '../store/passwords';
import { nameInCommand } from '../store/user-name';
import { findUser, findUsers, listGroups, ROOT_ID, type User } from '../store/users';
import { advice, findConfigGaps, type Gap, missing, nameSome } from './config-gaps';
import { findFactorState } from './factor-state';
import { findUnknownGroups } from './unknown-groups';

/** What a board lacks for the public: named by `oputil doctor`, counted by the start. Changes nothing. */
export async function findBoardGaps(
  config: Config,
  state: {
    readonly board: Pick<Board, 'boardDir' | 'dataDir'>;
    readonly nowMs: number;
    readonly listening: Listening;
    /** Opened only where there is a database. */
    readonly backend: () => Promise<Pick<Backend, 'db' | 'sealing'>>;
  },
): Promise<readonly Gap[]> {
  const { dataDir } = state.board;
  return [
    ...findConfigGaps(config, state),
    // Opening the database resets its file mode, so this comes first.
    ...findDataGaps(dataDir),
    ...(await findAccountGaps(config, dataDir, state.backend)),
  ];
}

/** Files and folders that users other than their owner can open (rule I5). */
function findOpenFiles(folder: string): readonly string[] {
  const found: string[] = [];
  const visit = (path: string): void => {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined || stat.isSymbolicLink()) return;
    if ((stat.mode & 0o077) !== 0) found.push(path);
    if (!stat.isDirectory()) return;
    for (const name of readdirSync(path)) visit(join(path, name));
  };
  visit(folder);
  return found;
}

/** Limit of free disk space: the log and mails of one day of a busy board. */
const MIN_FREE_BYTES = 64 * 1024 * 1024;

/** Checks file modes and free space of the data folder. */
export function findDataGaps(dataDir: string, leastFreeBytes = MIN_FREE_BYTES): readonly Gap[] {
  return [...modeGaps(dataDir), ...diskGaps(dataDir, leastFreeBytes)];
}

function* modeGaps(dataDir: string): Iterable<Gap> {
  const open = findOpenFiles(dataDir);
  if (open.length === 0) return;
  yield missing(`others on this machine can open ${nameSome(open)}: chmod -R go= ${dataDir}`);
}

function* diskGaps(dataDir: string, leastFreeBytes: number): Iterable<Gap> {
  const freeBytes = freeBelow(dataDir);
  if (freeBytes === undefined || freeBytes >= leastFreeBytes) return;
  const left = Math.floor(freeBytes / (1024 * 1024));
  yield missing(
    `the disk that holds ${dataDir} has ${left} MiB left: make room, see "A full disk" in docs/runbook.md`,
  );
}

/** Free bytes; undefined before the first start, and where the file system does not tell. */
function freeBelow(dataDir: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(dataDir);
    return bavail * bsize;
  } catch {
    // An unknown size is no finding.
    return undefined;
  }
}

type Accounts = Pick<Backend, 'db' | 'sealing'>;

/** Checks accounts, their second factors and the database. */
async function findAccountGaps(
  config: Config,
  dataDir: string,
  open: () => Promise<Accounts>,
): Promise<readonly Gap[]> {
  if (!mayHaveDatabase(databasePlace({ dataDir }, config))) {
    return [
      missing('the board has not been started yet: the first start makes accounts and keys'),
      ...sysopMailGaps(config, undefined),
    ];
  }
  try {
    const backend = await open();
    const sysop = await backend.db.run((sql) => findUser(sql, ROOT_ID));
    return [
      ...(sysop === undefined ? [noSysop()] : await sysopGaps(backend, sysop)),
      ...sysopMailGaps(config, sysop),
      ...(await lockedGaps(backend, config)),
      ...(await factorGaps(backend)),
      ...(await groupGaps(backend, config)),
    ];
  } catch (error) {
    // The error of opening is the finding; the other checks go on.
    if (!(error instanceof BbsError)) throw error;
    return [missing(error.describe())];
  }
}

function noSysop(): Gap {
  return missing('there is no sysop (account 1); start the board once');
}

async function sysopGaps({ db }: Accounts, sysop: User): Promise<readonly Gap[]> {
  const { name } = sysop;
  const word = nameInCommand(name);
  const gaps: Gap[] = [];
  if (await db.run((sql) => hasFirstPassword(sql, sysop.id))) {
    gaps.push(missing(`${name} still has the password of the first start: oputil user pw ${word}`));
  }
  if (!hasSecondFactor(sysop)) {
    gaps.push(advice(`${name} has no second factor: oputil user 2fa-otp ${word} google`));
  }
  if ((sysop.properties.get('email_address') ?? '') === '') {
    gaps.push(
      advice(
        `${name} has no mail address for a forgotten password: oputil user set ${word} --email ADDRESS`,
      ),
    );
  }
  return gaps;
}

/** Mails for the sysop go to the address in the configuration, else to that of account 1. */
function* sysopMailGaps({ users, general }: Config, sysop: User | undefined): Iterable<Gap> {
  if (general.sysOp.email !== '') return;
  if ((sysop?.properties.get('email_address') ?? '') !== '') return;
  const neither = 'neither general.sysOp.email nor account 1 has an address';
  yield missing(`${neither}: feedback to the sysop goes nowhere`);
  if (!users.requireActivation) return;
  yield missing(`users.requireActivation is true, and ${neither}: no mail tells of an application`);
}

async function lockedGaps({ db }: Accounts, { users }: Config): Promise<readonly Gap[]> {
  const stopAt = users.twoFactorAuth.otp.disableAfter;
  const ids = await db.run((sql) => listStopped(sql, { factor: 'second', stopAt }));
  if (ids.length === 0) return [];
  const locked = await db.run((sql) => findUsers(sql, ids));
  return [
    advice(
      `second factors locked after too many wrong codes: ${namesOf(locked)}; bind them again: oputil user 2fa-otp USER google`,
    ),
  ];
}

async function factorGaps({ db, sealing }: Accounts): Promise<readonly Gap[]> {
  const { closed, codesLost, shut, lost } = await findFactorState(db, sealing);
  const gaps: Gap[] = [];
  const restore =
    'restore the key file (oputil key check), or see "A lost sealing key" in docs/runbook.md';
  if (closed.length > 0) {
    gaps.push(
      missing(`the sealing key does not open the second factors of ${namesOf(closed)}: ${restore}`),
    );
  }
  if (codesLost.length > 0) {
    gaps.push(
      missing(`backup codes of ${namesOf(codesLost)} need a key that is missing: ${restore}`),
    );
  }
  if (lost.length > 0) {
    gaps.push(
      missing(
        `these accounts may have lost their second factor, and sign in with the password alone: ${namesOf(lost)}; bind it again: oputil user 2fa-otp USER google, or say that none is wanted: disable in place of google`,
      ),
    );
  }
  if (shut.length > 0) {
    gaps.push(
      advice(
        `second factors that were lost with a key must be bound again: ${namesOf(shut)}: oputil user 2fa-link USER, or 2fa-otp USER google`,
      ),
    );
  }
  return gaps;
}

/** Doctor names the key, `config check` its place as well. */
async function groupGaps({ db }: Accounts, config: Config): Promise<readonly Gap[]> {
  const placeOf = (): Place => ({ file: 'config.hjson' });
  const stored = (): Promise<readonly string[]> => db.run(listGroups);
  const found = await findUnknownGroups({ config, placeOf, stored });
  return found.map(({ message }) => advice(message));
}

function namesOf(users: readonly User[]): string {
  return nameSome(users.map(({ name }) => name));
}
