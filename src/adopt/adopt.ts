import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { BbsError } from '../base/errors';
import { whyNotWritten } from '../base/file-reason';
import { createLog, type Log } from '../base/log';
import { giveToOwnerOf, makeFolders } from '../base/private-file';
import { makeDataDir } from '../config/board';
import { copyOldAccounts, copyOldDatabase, readOldAccounts } from '../store/old-database';
import type { OldAccounts } from '../store/old-database';
import { OLD_ONELINERS } from '../store/oneliners';
import { planAdoption, type Plan, type PlannedFile } from './plan';
import { adoptionDetails, adoptionSummary, type Adoption } from './report';

interface AdoptOptions {
  readonly oldDir: string;
  readonly newDir: string;
  /** Only says what would be done; nothing is written anywhere. */
  readonly dryRun: boolean;
  /** Returns everything, and not what fits one screen. */
  readonly all?: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ends the copying; what was made until then goes again. */
  readonly signal?: AbortSignal;
}

const REPORT_FILE = 'adopt-report.txt';

/**
 * Makes a board in `newDir` of an installation of ENiGMA½, which may be running and is not changed.
 * The new board is there as a whole or not at all. Returns what fits one screen, or with `all` everything.
 */
export async function adoptBoard(options: AdoptOptions): Promise<readonly string[]> {
  const newDir = resolve(options.newDir);
  const plan = await planAdoption(options.oldDir, options.env);
  refuseTarget(newDir, plan.old.root);
  const silent = createLog({ level: 'error', write: () => undefined, nowMs: () => 0 });
  const common = { plan, newDir, dryRun: options.dryRun };
  if (options.dryRun) {
    const file = plan.accountsFile;
    const accounts = file === undefined ? undefined : await readOldAccounts({ file, log: silent });
    return adoptionSummary({ ...common, accounts }, options);
  }
  return new Adopter(plan, newDir, silent).run(options);
}

function refuseTarget(newDir: string, oldRoot: string): void {
  const inside = newDir === oldRoot || newDir.startsWith(oldRoot + sep);
  if (inside)
    throw new BbsError(
      'USAGE',
      `${newDir} is in the old board, which is not changed; choose another`,
    );
  try {
    const stats = statSync(newDir, { throwIfNoEntry: false });
    if (stats === undefined) {
      // Below a file there is "no entry" too, to some lines of Node.js.
      readdirSync(nearestThere(dirname(newDir)));
      return;
    }
    if (!stats.isDirectory())
      throw new BbsError('USAGE', `${newDir} is a file; choose a new folder`);
    if (readdirSync(newDir).length === 0) return;
  } catch (error) {
    if (error instanceof BbsError) throw error;
    throw cannotMake(newDir, error);
  }
  throw new BbsError('USAGE', `${newDir} is there already and not empty; choose a new folder`);
}

function nearestThere(path: string): string {
  const parent = dirname(path);
  return existsSync(path) || parent === path ? path : nearestThere(parent);
}

function cannotMake(newDir: string, error: unknown): BbsError {
  const why = whyNotWritten(error);
  return new BbsError('USAGE', `cannot make a board in ${newDir}: ${why}; nothing is left there`, {
    cause: error,
  });
}

/** Carries a plan out in a folder beside the new board, which gets its name at the end. */
class Adopter {
  private readonly draft: string;

  constructor(
    private readonly plan: Plan,
    private readonly newDir: string,
    private readonly log: Log,
  ) {
    this.draft = join(dirname(newDir), `${draftPrefix(newDir)}${process.pid}`);
  }

  async run(options: Pick<AdoptOptions, 'signal' | 'all'>): Promise<readonly string[]> {
    const { signal } = options;
    const { plan, newDir, draft } = this;
    try {
      makeFolders(dirname(newDir));
      removeAbandoned(newDir);
      const rootMode = narrowest([plan.old.root, newDir]);
      this.makeFolder(draft, 0o700);
      // All that comes into it belongs to the owner of the folder that it takes the place of.
      if (existsSync(newDir)) giveToOwnerOf(newDir, draft);
      for (const [to, file] of plan.files) {
        signal?.throwIfAborted();
        await this.write(join(draft, to), file);
      }
      await makeDataDir(join(draft, 'data'));
      const accounts = await this.copyDatabases(signal);
      const adoption: Adoption = { plan, newDir, accounts, dryRun: false };
      const report = `${adoptionDetails(adoption).join('\n')}\n`;
      await this.write(join(draft, REPORT_FILE), {
        from: undefined,
        text: report,
        isPrivate: true,
      });
      signal?.throwIfAborted();
      chmodSync(draft, rootMode);
      if (existsSync(newDir)) rmdirSync(newDir);
      renameSync(draft, newDir);
      return adoptionSummary(adoption, options);
    } catch (error) {
      rmSync(draft, { recursive: true, force: true });
      if (error instanceof BbsError) throw error;
      throw cannotMake(newDir, error);
    }
  }

  private async copyDatabases(signal: AbortSignal | undefined): Promise<OldAccounts | undefined> {
    const { plan, log } = this;
    const folder = join(this.draft, 'data', 'db');
    this.makeFolder(folder, 0o700);
    const { accountsFile, historyFile, onelinersFile } = plan;
    if (accountsFile === undefined) return undefined;
    const target = join(folder, 'user.sqlite3');
    const accounts = await copyOldAccounts({ file: accountsFile, target, log });
    signal?.throwIfAborted();
    if (historyFile !== undefined)
      await copyOldDatabase({ file: historyFile, target: join(folder, 'system.sqlite3'), log });
    if (onelinersFile !== undefined)
      await copyOldDatabase({ file: onelinersFile, target: join(folder, OLD_ONELINERS), log });
    return accounts;
  }

  private async write(path: string, { from, text, isPrivate }: PlannedFile): Promise<void> {
    this.makeFolder(dirname(path), 0o755);
    // What others could not read there, they cannot read here; nobody else may write here either.
    const before = from === undefined ? 0o644 : statSync(from).mode;
    const mode = isPrivate ? 0o600 : (before & 0o644) | 0o600;
    if (text !== undefined) writeFileSync(path, text, { mode, flag: 'wx' });
    else if (from !== undefined) await copyFile(from, path);
    chmodSync(path, mode);
    giveToOwnerOf(dirname(path), path);
  }

  private makeFolder(folder: string, mode: number): void {
    if (existsSync(folder)) return;
    this.makeFolder(dirname(folder), mode);
    mkdirSync(folder, { mode });
    giveToOwnerOf(dirname(folder), folder);
  }
}

/** The mode of a folder that is open to nobody to whom one of these is not, where they exist. */
function narrowest(folders: readonly string[]): number {
  return folders.reduce(
    (mode, folder) => mode & ((statSync(folder, { throwIfNoEntry: false })?.mode ?? 0o777) | 0o700),
    0o755,
  );
}

function draftPrefix(newDir: string): string {
  return `.${basename(newDir)}.adopt-`;
}

/** A run that was killed could not remove its folder. */
function removeAbandoned(newDir: string): void {
  const folder = dirname(newDir);
  const prefix = draftPrefix(newDir);
  for (const name of readdirSync(folder)) {
    const pid = Number(name.slice(prefix.length));
    if (!name.startsWith(prefix) || !Number.isSafeInteger(pid) || isAlive(pid)) continue;
    rmSync(join(folder, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It is there and belongs to another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
