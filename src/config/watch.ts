import { lstatSync, readdirSync, readlinkSync, statSync, watch } from 'node:fs';
import type { BigIntStats, FSWatcher } from 'node:fs';
import { basename, dirname, join, parse, resolve, sep } from 'node:path';
import type { Cancel, Clock } from '../base/clock';

/** Quiet time after which a change counts as complete. */
const QUIET_MS = 300;

/** Without quiet, a change is reported after this time. */
const MAX_DELAY_MS = 2000;

/** Delay until a folder that could not be watched is tried again. */
const RETRY_MS = 1000;

/** Links on the way to one file that are followed, as many as Linux follows (path_resolution(7)). */
const MAX_LINKS = 40;

export interface FileWatch {
  /** What there is now is not reported as a change. */
  noteChanges(): void;
  /** True where something has changed since then, whether it was reported or not. */
  hasChanged(): boolean;
  /** Reports a change once it is quiet, whatever there is. */
  lookSoon(): void;
  close(): void;
}

/**
 * Calls `onChange` once after files or folders (with their contents) have changed and no event came
 * for 300 ms. Folders are watched rather than files, because many editors replace a file by a new
 * one; a path that does not exist yet counts as changed when it appears. Links are followed, and one
 * that is exchanged, wherever on the way to a file it is, counts as a change of what is behind it.
 */
export function watchFiles(
  paths: readonly string[],
  clock: Clock,
  onChange: () => void,
): FileWatch {
  return new WatchedPaths(paths, clock, onChange);
}

interface FolderWatcher {
  readonly watcher: FSWatcher;
  /** Of the folder that was watched: a path may name another folder later. */
  readonly identity: string;
}

class WatchedPaths implements FileWatch {
  private readonly watchers = new Map<string, FolderWatcher>();
  private timer: Cancel | undefined;
  private firstEventMs: number | undefined;
  private lastSeen: string;
  private noted: string;

  constructor(
    private readonly paths: readonly string[],
    private readonly clock: Clock,
    private readonly onChange: () => void,
  ) {
    const found = survey(paths);
    this.lastSeen = found.signature;
    this.noted = found.signature;
    if (!this.watchFolders(found.folders)) this.wait(RETRY_MS);
  }

  noteChanges(): void {
    this.noted = survey(this.paths).signature;
    this.lastSeen = this.noted;
  }

  hasChanged(): boolean {
    return survey(this.paths).signature !== this.noted;
  }

  lookSoon(): void {
    this.lastSeen = '';
    this.wait(QUIET_MS);
  }

  close(): void {
    this.timer?.();
    for (const { watcher } of this.watchers.values()) watcher.close();
    this.watchers.clear();
  }

  private wait(delayMs: number): void {
    const nowMs = this.clock.monotonicMs();
    this.firstEventMs ??= nowMs;
    if (this.timer !== undefined && nowMs - this.firstEventMs > MAX_DELAY_MS) return;
    this.timer?.();
    this.timer = this.clock.after(delayMs, () => {
      this.timer = undefined;
      this.firstEventMs = undefined;
      this.look();
    });
  }

  private look(): void {
    const isComplete = this.watchFolders(survey(this.paths).folders);
    // Surveyed again after the new folders are watched, so that no change between the survey and
    // the next event is missed.
    const { signature, folders } = survey(this.paths);
    if (!isComplete || !this.isWatched(folders)) this.wait(RETRY_MS);
    if (signature === this.lastSeen) return;
    this.lastSeen = signature;
    this.onChange();
  }

  private isWatched(folders: Folders): boolean {
    return [...folders].every(([path, identity]) => this.watchers.get(path)?.identity === identity);
  }

  private watchFolders(folders: Folders): boolean {
    for (const [path, { watcher, identity }] of this.watchers) {
      if (folders.get(path) === identity) continue;
      watcher.close();
      this.watchers.delete(path);
    }
    let isComplete = true;
    for (const [path, identity] of folders) {
      if (!this.watchers.has(path)) isComplete = this.watchFolder(path, identity) && isComplete;
    }
    return isComplete;
  }

  private watchFolder(folder: string, identity: string): boolean {
    try {
      const watcher = watch(folder, { persistent: false });
      const forget = (): void => {
        watcher.close();
        if (this.watchers.get(folder)?.watcher === watcher) this.watchers.delete(folder);
      };
      watcher.on('change', (_event, name) => {
        // The event of a folder that is moved away or removed has its own name; its successor needs
        // a new watcher.
        if (name === basename(folder)) forget();
        this.wait(QUIET_MS);
      });
      watcher.on('error', () => {
        forget();
        this.wait(RETRY_MS);
      });
      this.watchers.set(folder, { watcher, identity });
      return true;
    } catch {
      // Removed since the survey, or the system has no watchers left: the next survey handles it.
      return false;
    }
  }
}

/** Folders to watch, by path, each with what tells it from another folder of the same path. */
type Folders = ReadonlyMap<string, string>;

interface Survey {
  readonly folders: Folders;
  /** Differs when anything about the files differs. */
  readonly signature: string;
}

// Synchronous, so that no change can happen in between; some hundred files take a millisecond.
function survey(paths: readonly string[]): Survey {
  const surveyor = new Surveyor();
  for (const path of paths) surveyor.visitPath(path);
  return { folders: surveyor.folders, signature: surveyor.lines.join('\n') };
}

class Surveyor {
  readonly folders = new Map<string, string>();
  readonly lines: string[] = [];
  /** Folders whose path was looked at for links already. */
  private readonly resolved = new Set<string>();

  visitPath(path: string): void {
    this.watchNearest(dirname(path));
    this.followLinks(path);
    this.visit(path, []);
  }

  /** `above` has the identities of the folders that hold this one: a link may lead back to them. */
  private visit(path: string, above: readonly string[]): void {
    const found = statOf(path);
    if (found === undefined) return;
    if (!found.isDirectory()) {
      this.lines.push(`${path} ${found.ino} ${found.size} ${found.mtimeNs}`);
      return;
    }
    const identity = identityOf(found);
    if (above.includes(identity)) return;
    this.folders.set(path, identity);
    this.lines.push(path);
    for (const { name, isLink } of entriesOf(path)) {
      const entry = join(path, name);
      if (isLink) this.followLinks(entry);
      this.visit(entry, [...above, identity]);
    }
  }

  private watchNearest(path: string): void {
    const found = statOf(path);
    const parent = dirname(path);
    if (found?.isDirectory() === true) this.folders.set(path, identityOf(found));
    else if (parent !== path) this.watchNearest(parent);
  }

  /** Watches each folder that holds a link on the way to `path`, and the folder of its target. */
  private followLinks(path: string): void {
    let at = parse(path).root;
    let names = namesOf(path);
    let links = 0;
    for (let name = names.shift(); name !== undefined; name = names.shift()) {
      const next = join(at, name);
      const target = this.resolved.has(next) ? undefined : targetOf(next);
      if (target === undefined) {
        if (names.length > 0) this.resolved.add(next);
        at = next;
        continue;
      }
      this.watchNearest(at);
      links += 1;
      if (links > MAX_LINKS) return;
      const absolute = resolve(at, target);
      at = parse(absolute).root;
      names = [...namesOf(absolute), ...names];
    }
    if (links > 0) this.watchNearest(dirname(at));
  }
}

function namesOf(path: string): string[] {
  return path
    .slice(parse(path).root.length)
    .split(sep)
    .filter((name) => name !== '');
}

/** Where a link leads; undefined for anything else. */
function targetOf(path: string): string | undefined {
  try {
    const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
    return isLink ? readlinkSync(path) : undefined;
  } catch {
    // Removed a moment ago, or not accessible.
    return undefined;
  }
}

function identityOf({ dev, ino }: BigIntStats): string {
  return `${dev}:${ino}`;
}

function entriesOf(folder: string): readonly { readonly name: string; readonly isLink: boolean }[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .map((entry) => ({ name: entry.name, isLink: entry.isSymbolicLink() }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    // Removed a moment ago, or not accessible: nothing in it could be read anyway.
    return [];
  }
}

function statOf(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true });
  } catch {
    return undefined;
  }
}
