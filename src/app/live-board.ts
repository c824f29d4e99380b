import { basename } from 'node:path';
import type { ArtStore } from '../art/art-store';
import { BbsError, toError } from '../base/errors';
import type { Clock } from '../base/clock';
import type { Log } from '../base/log';
import { nextTurn } from '../base/steps';
import { CONFIG_FILE, findMenuFile, type Board } from '../config/board';
import { loadConfig, type LoadedConfig } from '../config/load';
import {
  asRefused,
  byPlace,
  formatProblem,
  InvalidFileError,
  type Problem,
} from '../config/problems';
import { groupRefusals } from '../config/warning-kinds';
import { keysThatWaitForRestart } from '../config/restart-keys';
import type { Config, ConfigInput } from '../config/schema';
import { watchFiles, type FileWatch } from '../config/watch';
import { describeFinding } from '../proof/check';
import { loadMenus } from '../menu/load/menu-file';
import type { Finding, MenuSet } from '../menu/load/menu-entry';
import { loadBoardThemes } from '../menu/load/board-themes';
import type { LoadedThemes } from '../menu/load/theme-files';
import type { OwnParts } from '../modules/own-parts';
import type { Nodes } from '../servers/nodes';
import type { Database } from '../store/database';
import { findUser } from '../store/users';
import { findLostFiles, findWritten } from './lost-files';

/** What a sysop edits, read together: it all goes live together or not at all (invariant 8). */
interface BoardSnapshot {
  readonly config: Config;
  readonly menus: MenuSet;
  readonly themes: LoadedThemes;
  /** The art as it was looked at together with the rest. */
  readonly art: ArtStore;
  readonly own: OwnParts;
  readonly configPlace: LoadedConfig['placeOf'];
  readonly warnings: readonly Problem[];
  /** Those of them that a start goes on with, and that an edit must not bring. */
  readonly mistakes: readonly Problem[];
  readonly files: readonly string[];
  /** Those of them that were there with something in them: a running board does not go on without one. */
  readonly written: readonly string[];
}

interface LiveBoardOptions {
  readonly board: Board;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly overrides?: ConfigInput | undefined;
  readonly clock: Clock;
  /** What callers see: made once, and goes on with the art of each snapshot that goes live. */
  readonly art: ArtStore;
  /** What the program that runs the board, and its mods/, add to it: loaded once. */
  readonly own: (config: Config) => Promise<OwnParts>;
  /** Everything that can be wrong with the menus of an edition; an error keeps it from going live. */
  readonly check: (
    parts: Omit<BoardSnapshot, 'warnings' | 'mistakes' | 'written'>,
  ) => Promise<readonly Finding[]>;
  /** What is amiss in files that the configuration names and that are read when they are needed. */
  readonly checkFiles: (
    loaded: Pick<LoadedConfig, 'config' | 'placeOf'> & Pick<BoardSnapshot, 'menus'>,
  ) => Promise<readonly Problem[]>;
}

/** What hears of edits while the board runs. */
interface EditListener {
  readonly log: Log;
  /** Called for each edit that was refused, with a line for each kind of problem and its place. */
  readonly onRefused: (lines: readonly string[]) => void;
  /** Called for each edit that went live, with what a start would warn of and the edition before did not. */
  readonly onTaken: (news: readonly Problem[]) => void;
  /** Called with keys that were edited and count from the next start on only. */
  readonly onWaiting: (keys: readonly string[]) => void;
}

/** The edition that is live. */
export class LiveBoard {
  /** What the start went on with: an edit that puts back what another took away brings nothing new. */
  private readonly toldAtStart: readonly Problem[];
  private refused: string | undefined;

  private constructor(
    private readonly options: LiveBoardOptions,
    private snapshot: BoardSnapshot,
  ) {
    this.toldAtStart = toldIn(snapshot);
  }

  /** Reads the board for the first time; a broken one is thrown with every problem and its place. */
  static async load(options: LiveBoardOptions): Promise<LiveBoard> {
    const snapshot = await readSnapshot(options);
    options.art.adopt(snapshot.art);
    return new LiveBoard(options, snapshot);
  }

  get config(): Config {
    return this.snapshot.config;
  }

  get menus(): MenuSet {
    return this.snapshot.menus;
  }

  get themes(): LoadedThemes {
    return this.snapshot.themes;
  }

  /** What the program that runs the board, and mods/, add to it. */
  get own(): OwnParts {
    return this.snapshot.own;
  }

  /** Where a key of the configuration stands. */
  get placeOf(): LoadedConfig['placeOf'] {
    return this.snapshot.configPlace;
  }

  get warnings(): readonly Problem[] {
    return this.snapshot.warnings;
  }

  /** Name of the file whose edit was refused last; undefined once an edit goes live. */
  get refusedFile(): string | undefined {
    return this.refused;
  }

  /** Keeps in mind that an edit was refused; an error without a place is of the configuration. */
  noteRefused(error: unknown): void {
    const file = error instanceof BbsError ? error.place?.file : undefined;
    this.refused = basename(file ?? CONFIG_FILE);
  }

  /** What was found since in what is live; the next edit does not bring it anew. */
  warnAlso(found: readonly Problem[]): void {
    this.snapshot = { ...this.snapshot, warnings: [...this.warnings, ...found] };
  }

  /** Files and folders in which an edit may be; those of what is live where no other is given. */
  pathsOf({ files }: Pick<BoardSnapshot, 'files'> = this.snapshot): readonly string[] {
    const { board } = this.options;
    // Whole folders: a file that is new there may take the place of one of the package.
    return [...new Set([...files, ...board.artRoots, ...board.configFallbacks])];
  }

  /** Reads everything again, beside callers; throws where it is broken. */
  read(): Promise<BoardSnapshot> {
    const known = [...this.toldAtStart, ...toldIn(this.snapshot)];
    return readSnapshot(this.options, {
      known: new Set(known.map(withoutLine)),
      written: this.snapshot.written,
    });
  }

  /** Goes on with what was read. */
  goOnWith(snapshot: BoardSnapshot): void {
    this.refused = undefined;
    this.snapshot = snapshot;
    this.options.art.adopt(snapshot.art);
  }

  /** Follows the files from now on: an edit goes live within a second of its save. */
  follow(listener: EditListener): EditWatch {
    return new EditWatch(this, this.options.clock, listener);
  }
}

/** How often files are read that are edited meanwhile. */
const MAX_READS = 3;

/** Takes edits over while the board runs; a broken one is refused and the last good one stays. */
export class EditWatch {
  private watch: FileWatch;
  private turn: Promise<unknown> = Promise.resolve();
  private closed = false;
  private readonly startedWith: Config;

  constructor(
    private readonly live: LiveBoard,
    private readonly clock: Clock,
    private readonly listener: EditListener,
  ) {
    this.startedWith = live.config;
    this.watch = this.watchFiles(live.pathsOf());
  }

  /** Reads everything again; false when the edit was refused and the last good one stays. */
  reload(): Promise<boolean> {
    const next = this.turn.then(() => this.takeOver());
    this.turn = next;
    return next;
  }

  /** What is being read at that moment does not go live, and is told to nobody. */
  close(): void {
    this.closed = true;
    this.watch.close();
  }

  private watchFiles(paths: readonly string[]): FileWatch {
    return watchFiles(paths, this.clock, () => void this.reload());
  }

  private async takeOver(): Promise<boolean> {
    if (this.closed) return false;
    const { live, listener } = this;
    const before = { config: live.config, warnings: live.warnings };
    try {
      const { snapshot, watch } = await this.readAtOnce();
      if (this.closed) {
        watch.close();
        return false;
      }
      live.goOnWith(snapshot);
      this.watch.close();
      this.watch = watch;
      await nextTurn();
      if (this.closed) return false;
      listener.log.info('board.reloaded', { menus: live.menus.menus.size });
      listener.onTaken(this.logNews(before));
      this.tellOfWaiting(before);
      return true;
    } catch (error) {
      if (this.closed) return false;
      const lines = describeProblems(error);
      live.noteRefused(error);
      listener.log.error('board.edit-refused', { problems: lines });
      listener.onRefused(error instanceof InvalidFileError ? groupRefusals(error.problems) : lines);
      return false;
    }
  }

  /**
   * Reads the files as of one moment, so that no half of an edit goes live: again where one of them is edited
   * while they are read. Files that never rest go live as they are found, and are read once more later.
   */
  private async readAtOnce(): Promise<{ snapshot: BoardSnapshot; watch: FileWatch }> {
    for (let tries = 1; ; tries++) {
      this.watch.noteChanges();
      try {
        const snapshot = await this.live.read();
        // Watched before the last look at the old watch: an edit in between is noticed by one of them.
        const watch = this.watchFiles(this.live.pathsOf(snapshot));
        await nextTurn();
        const isMixed = this.watch.hasChanged();
        if (isMixed) watch.lookSoon();
        if (!isMixed || tries === MAX_READS) return { snapshot, watch };
        watch.close();
      } catch (error) {
        if (tries === MAX_READS || !this.watch.hasChanged()) throw error;
      }
    }
  }

  private logNews(before: Pick<BoardSnapshot, 'warnings'>): readonly Problem[] {
    const said = new Set(before.warnings.map(withoutLine));
    const news = this.live.warnings.filter((warning) => !said.has(withoutLine(warning)));
    for (const warning of news) this.listener.log.warn('board.warning', { ...warning });
    return news;
  }

  private tellOfWaiting(before: Pick<BoardSnapshot, 'config'>): void {
    const { config } = this.live;
    const { log, onWaiting } = this.listener;
    const keys = keysThatWaitForRestart(this.startedWith, config);
    const waited = keysThatWaitForRestart(this.startedWith, before.config);
    if (keys.length === 0 || keys.join() === waited.join()) return;
    log.warn('board.restart-needed', { keys });
    onWaiting(keys);
  }
}

/**
 * Reads an edition; an edit of a running board, for which the edition `before` is given, does not go live with
 * mistakes other than those that are known, nor without a file that held something.
 */
async function readSnapshot(
  options: LiveBoardOptions,
  before?: { readonly known: ReadonlySet<string>; readonly written: readonly string[] },
): Promise<BoardSnapshot> {
  const { board, env } = options;
  const loaded = await loadConfig({
    file: board.configMustExist ? board.configFile : await board.findOwn(CONFIG_FILE),
    mustExist: board.configMustExist,
    env,
    overrides: options.overrides,
    fallbackFolders: board.configFallbacks,
  });
  const { config } = loaded;
  const own = await options.own(config);
  const menus = await loadMenus({
    acsCodes: own.acs,
    file: await findMenuFile(board, loaded),
    env,
    fallbackFolders: board.configFallbacks,
  });
  const themes = await loadBoardThemes({ board, config, env });
  const files = [...loaded.files, ...menus.files, ...themes.files];
  const written = await findWritten(files);
  if (before !== undefined) {
    const roots = [board.boardDir, board.packageDir];
    // Alone: what else is amiss without the file is no news.
    refuse(await findLostFiles(before.written, { files, roots }));
  }
  const art = options.art.draft();
  const { placeOf: configPlace } = loaded;
  const parts = { config, menus, themes, art, own, configPlace, files };
  const findings = await options.check(parts);
  // Where it is refused nothing happens instead.
  const refusedFor = (finding: Finding): Problem => problemOf({ ...finding, instead: undefined });
  const mistakes = [
    ...loaded.warnings.filter(({ isMistake }) => isMistake === true).map(asRefused),
    ...findings.filter(({ isMistake }) => isMistake === true).map(refusedFor),
  ];
  const errors = findings.filter(({ severity }) => severity === 'error').map(problemOf);
  const isBarred = findings.some(({ rule }) => rule === 'no-sign-in');
  const causes = isBarred ? causesOf(findings, menus).map(refusedFor) : [];
  const others = [...(before === undefined ? [] : mistakes), ...causes]
    .filter((problem) => before?.known.has(withoutLine(problem)) !== true)
    .sort(byPlace);
  refuse([...errors.sort(byPlace), ...others]);
  const warnings = [
    ...loaded.warnings,
    ...findings.map(problemOf),
    ...(await options.checkFiles({ ...loaded, menus })),
  ];
  return { ...parts, written, mistakes, warnings };
}

function toldIn({ mistakes, warnings }: BoardSnapshot): readonly Problem[] {
  return [...mistakes, ...warnings];
}

function problemOf(finding: Finding): Problem {
  return { place: finding.place, message: describeFinding(finding), kind: finding.rule };
}

/**
 * What may be why nobody gets in: all that is amiss in the login area, and menus that callers come to before
 * they are let out of it. What is only cut off by it is none.
 */
function causesOf(findings: readonly Finding[], { menus }: MenuSet): readonly Finding[] {
  return findings.filter(
    ({ severity, rule, subject }) =>
      severity === 'warning' &&
      rule !== 'unreachable' &&
      (rule === 'flow-bypass' || rule === 'turned-away' || menus.get(subject)?.loginArea === true),
  );
}

/** Throws what keeps the board shut, each once. */
function refuse(problems: readonly Problem[]): void {
  const [first, ...others] = new Map(problems.map((each) => [formatProblem(each), each])).values();
  if (first !== undefined) throw new InvalidFileError('MENU_INVALID', [first, ...others]);
}

/** The same mistake, wherever an edit has moved it and the line that its words name. */
function withoutLine({ place, message }: Problem): string {
  return `${place.file} ${message.replace(/\bline \d+/g, 'a line')}`;
}

/** One line for each thing that is wrong, with its place first. */
function describeProblems(error: unknown): readonly string[] {
  if (error instanceof InvalidFileError) return error.problems.map(formatProblem);
  return [error instanceof BbsError ? error.describe() : toError(error).message];
}

const MAX_LINES = 3;

/** Headings of the notices about edits and certificates, for sysops online and for `onNotice`. */
export const HEADINGS = {
  refused: 'An edit was refused. The board goes on as it was before.',
  taken: 'An edit went live.',
  waiting: 'An edit of these counts from the next start of the board on:',
  certificateRefused: 'A new certificate was refused. The board goes on with the one before.',
  certificateTaken: 'A new certificate is in use.',
} as const;

/** Sends a notice to every sysop who is online; a failure is logged. */
export async function notifySysops(
  parts: { readonly nodes: Nodes; readonly db: Database; readonly log: Log },
  heading: keyof typeof HEADINGS,
  lines: readonly string[],
): Promise<void> {
  const { nodes, db, log } = parts;
  const more = lines.length > MAX_LINES ? [`(and ${lines.length - MAX_LINES} more)`] : [];
  const text = [HEADINGS[heading], ...lines.slice(0, MAX_LINES), ...more].join('\n\n');
  try {
    for (const { node, user } of nodes.list()) {
      if (user === undefined) continue;
      const account = await db.run((sql) => findUser(sql, user.id));
      if (account?.groups.includes('sysops') === true) nodes.post(node, { text });
    }
  } catch (error) {
    // The log has the same lines; nobody waits for this one.
    log.warn('sysop-notice.not-queued', { error: toError(error) });
  }
}
